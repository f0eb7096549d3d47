"""What requests cost: each kind's units from the door to the lead, as bench/bills.py has them."""

import json
from typing import Any

import pytest
from bench import bills
from bench.units import Bill

from hotlist.mail.queue import Letter
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
    "submission_id": "0190a1b2-7c3d-7abc-8e4f-5a6b7c8d9e0f",
    "visitor_id": BROWSER,
    "session_id": "0190a1b2-7c3d-7fff-8e4f-5a6b7c8d9e0f",
    "page_url": "https://www.example.com/contact",
    "page_title": "Contact - Machines that last",
    "language": "de",
}
CONSENT = {"purpose": "tracking", "version": "1"}


def view(number: int) -> dict[str, Any]:
    """A page view as the script sends it."""
    return {
        "type": "page_viewed",
        "event_id": f"0190a1b2-7c3d-7{number:03}-8e4f-000000000000",
        "properties": {
            "page_url": "https://www.example.com/products/mill-3000/specs?ref=menu",
            "page_title": "Mill 3000 - Machines that last",
            "language": "de",
            "session_id": f"0190a1b2-7c3d-7{number // 6:03}-8e4f-5a6b7c8d9e0f",
        },
    }


class Pipe:
    """Capture and score over the same tables, each with a meter."""

    def __init__(self, api: Api, score: Score, plain: Any) -> None:
        self._api, self._score = api, score
        self._door = Meter(api.app.client, plain)
        takes_insert_statements(api.app.client, plain)
        self._scoring = Meter(score.stores.events._client, plain)

    def views(self, *numbers: int) -> tuple[Bill, Bill]:
        for start in range(0, len(numbers), 20):
            events = [view(number) for number in numbers[start : start + 20]]
            said = {"visitor_id": BROWSER, "consent": CONSENT, "events": events}
            self._post("/events", said, **HEADERS)
        return self._bills()

    def form(self) -> tuple[Bill, Bill]:
        self._post("/forms/contact", FORM, **(HEADERS | {"content-type": "application/json"}))
        return self._bills()

    def letters(self) -> list[Letter]:
        return self._score.letters()

    def _post(self, path: str, body: Any, **headers: str) -> None:
        before = {item["event_key"]["S"] for item in self._api.items()}
        status, answer = self._api.post(path, json.dumps(body), **headers)
        assert status in (201, 202), answer
        made = [item for item in self._api.items() if item["event_key"]["S"] not in before]
        if made:  # what was stored before has no new record in the stream
            self._score.app.handler(stream_event(*made), None)

    def _bills(self) -> tuple[Bill, Bill]:
        return self._door.bill(), self._scoring.bill()


@pytest.fixture
def pipe(api: Api, score: Score, dynamodb: Any) -> Pipe:
    return Pipe(api, score, dynamodb)


def of(request: bills.Request) -> tuple[Bill, Bill]:
    return request.door, request.scoring


def test_a_view_of_an_unknown_visitor(pipe: Pipe) -> None:
    assert pipe.views(0) == of(bills.UNKNOWN)


def test_forms_and_the_views_of_a_known_person(pipe: Pipe) -> None:
    assert pipe.form() == of(bills.NEW)
    assert len(pipe.letters()) == bills.NEW.letters
    assert pipe.form() == of(bills.REPEATED)
    assert pipe.letters() == []
    pipe.views(*range(9))
    assert pipe.views(500) == of(bills.KNOWN_10)
    pipe.views(*range(10, 99))
    assert pipe.views(501) == of(bills.KNOWN_100)


@pytest.mark.parametrize("letter", [TOLD, ALERT], ids=["message", "alert"])
def test_a_mail(notify: Notify, dynamodb: Any, letter: Letter) -> None:
    """One that has its recipient: whose letters are made of one is no part of it."""
    notify.leads.save(a_lead(), None)
    notify.events.put(a_message())
    meter = Meter(notify.app.consumer.outbox.deliveries._client, dynamodb)
    notify.tell(letter.to("anna"))
    assert len(notify.ses.sent) == 1
    found = meter.bill()
    assert found.read <= bills.MAIL.mailing.read
    assert found.written <= bills.MAIL.mailing.written
    assert letter is ALERT or found == bills.MAIL.mailing
