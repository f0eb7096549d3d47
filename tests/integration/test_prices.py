"""What requests cost: the units of each kind, from the door to the lead, as bench/bills.py has them."""

import json
from typing import Any

import boto3
import pytest
from bench import bills
from bench.bills import Request
from bench.units import Bill

from hotlist.identity.identifiers import EMAIL, subject
from integration.lambdas import stream_event
from integration.meter import Meter, takes_insert_statements
from integration.stages.capture import Api
from integration.stages.notify import ALERT, TOLD, Notify, a_lead, a_message
from integration.stages.score import Score

BROWSER = "0190a1b2-7c3d-7000-8e4f-5a6b7c8d9e0f"
HEADERS = {
    "content-type": "text/plain;charset=UTF-8",
    "user-agent": (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/131.0.0.0 Safari/537.36"
    ),
    "origin": "https://www.example.com",
    "accept-language": "de-DE,de;q=0.9,en;q=0.8",
}
FORM = {
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "company": "Engines Ltd",
    "message": "Please call me about your machines. We need three of them by May.",
    "submission_id": BROWSER.replace("7000", "7abc"),
    "visitor_id": BROWSER,
    "session_id": BROWSER.replace("7000", "7fff"),
    "page_url": "https://www.example.com/contact",
    "page_title": "Contact - Machines that last",
    "language": "de",
}


def view(number: int) -> dict[str, Any]:
    """A page view as the script sends it."""
    return {
        "type": "page_viewed",
        "event_id": f"0190a1b2-7c3d-7{number:03}-8e4f-000000000000",
        "properties": {
            "page_url": "https://www.example.com/products/mill-3000/specs?ref=menu",
            "page_title": "Mill 3000 - Machines that last",
            "language": "de",
            "session_id": BROWSER.replace("7000", f"7{number // 6:03}"),
        },
    }


class Pipe:
    """Capture and score over the same tables, each with a meter."""

    def __init__(self, api: Api, score: Score, plain: Any) -> None:
        self.api, self.score = api, score
        self.door = Meter(api.app.client, plain)
        takes_insert_statements(api.app.client, plain)
        self.scoring = Meter(score.stores.events._client, plain)

    def views(self, *numbers: int) -> None:
        for start in range(0, len(numbers), 20):
            said = [view(number) for number in numbers[start : start + 20]]
            self._post(
                "/events",
                {
                    "visitor_id": BROWSER,
                    "consent": {"purpose": "tracking", "version": "1"},
                    "events": said,
                },
            )

    def form(self) -> None:
        self._post("/forms/contact", FORM)

    def _post(self, path: str, body: Any) -> None:
        known = {item["event_key"]["S"] for item in self.api.items()}
        headers = {name: value for name, value in HEADERS.items() if path == "/events"}
        status, answer = self.api.post(path, json.dumps(body), **(headers or FORM_HEADERS))
        assert status in (201, 202), answer
        made = [item for item in self.api.items() if item["event_key"]["S"] not in known]
        if made:
            self.score.app.handler(stream_event(*made), None)

    def bills(self) -> tuple[Bill, Bill]:
        return self.door.bill(), self.scoring.bill()


FORM_HEADERS = {name: value for name, value in HEADERS.items() if name != "content-type"}


@pytest.fixture
def pipe(api: Api, score: Score, dynamodb: Any) -> Pipe:
    return Pipe(api, score, dynamodb)


def test_p(pipe: Pipe) -> None:
    pipe.views(0)
    print(1, pipe.bills())


def test_k(pipe: Pipe) -> None:
    for before in (10, 100):
        pass
    pipe.form()
    print(2, pipe.bills())
    pipe.form()
    print("rep", pipe.bills())
    pipe.views(*range(9))
    pipe.bills()
    pipe.views(900)
    print(10, pipe.bills())
    pipe.views(*range(10, 99))
    pipe.bills()
    pipe.views(901)
    print(100, pipe.bills())
    from bench.units import size
    print(sorted(size(i) for i in pipe.api.items())[-3:])


def test_m(notify: Notify, dynamodb: Any) -> None:
    notify.leads.save(a_lead(), None)
    notify.events.put(a_message())
    m = Meter(notify.app.consumer.outbox.deliveries._client, dynamodb)
    calls = []
    notify.app.consumer.queue._sqs.meta.events.register("before-call.sqs", lambda model, **_: calls.append(model.name))
    notify.tell(TOLD)
    print(m.bill(), calls, len(notify.ses.sent))
    notify.tell(ALERT)
    print(m.bill(), calls, len(notify.ses.sent))
