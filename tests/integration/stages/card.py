"""The card function over moto's tables and queues, and browsers that open its pages."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import boto3

from hotlist.cards.devices import Page
from hotlist.events import times
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.identity import identifiers
from hotlist.leads.lead import Lead
from hotlist.links import tokens
from hotlist.links.tokens import Key
from hotlist.mail.queue import Letter, letter_of
from hotlist.sales.team import Recipient, Sales
from hotlist.store.events import to_item
from integration.lambdas import http_event, stream_event
from integration.stages.links import KEY, PAGE, PLAIN

NOW: Final = datetime.now(UTC).replace(microsecond=0)
TODAY: Final = NOW.date()
Answer = dict[str, Any]


def link(
    route: str = "leads",
    subject: str = "",
    *,
    recipient: str = "anna",
    day: date = TODAY,
    key: Key = KEY,
) -> str:
    """The path of a link, as a mail has it."""
    return f"/{route}/{tokens.sign(Page(route, subject, day, recipient).token(), key)}"


class Card:
    """The handler, and the score function that makes leads for it. `now` is its time."""

    def __init__(self, app: Any, score: Any, queue: str) -> None:
        self.app, self.score, self.queue = app, score, queue
        self.now = NOW
        self.sqs = boto3.client("sqs")
        app.door = replace(app.door, clock=lambda: self.now)

    def lead(self, email: str, *, ago: timedelta = timedelta(hours=1), **said: Any) -> str:
        """A lead that has asked to be contacted, and that is hot by the rules of the tests."""
        subject = identifiers.subject("email", email)
        at = NOW - ago
        event = Event(
            event_id=f"{times.to_ms(at):012x}{len(email):020x}",
            type=said.pop("type", "contact_requested"),
            route=Route.FORM,
            occurred_at=at,
            received_at=at,
            expires_at=at + timedelta(days=396),
            subject=subject,
            names=(identifiers.subject("phone", said["phone"]),) if "phone" in said else (),
            email=email,
            phone=said.get("phone"),
            properties={"name": email.partition("@")[0], **said},
        )
        self.happens(event)
        return subject

    def happens(self, *made: Event) -> None:
        """Store events and fold their leads."""
        for event in made:
            self.score.stores.events.put(event)
        self.score.handler(stream_event(*map(to_item, made)), None)

    def recipient(self, name: str) -> Recipient:
        found: Recipient | None = self.app.door.sales.of_id(name)
        assert found is not None
        return found

    def has_sales(self, sales: Sales) -> None:
        """Deploy another sales.yaml."""
        self.app.door = replace(self.app.door, sales=sales)

    def changes(self, name: str, **said: Any) -> None:
        """Change what sales.yaml says of a recipient."""
        sales = self.app.door.sales
        people = tuple(replace(one, **said) if one.id == name else one for one in sales.recipients)
        self.has_sales(replace(sales, recipients=people))

    def stored(self, lead_id: str) -> Lead:
        lead: Lead | None = self.score.stores.leads.get(lead_id)
        assert lead is not None
        return lead

    def letters(self) -> list[Letter]:
        """What was queued since the last look."""
        found: list[Letter] = []
        while batch := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            found += [letter_of(message["Body"]) for message in batch]
        return found


class Browser:
    """A browser: it keeps cookies, and follows no redirect."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, method: str = "GET", body: str = "", **headers: str) -> Answer:
        route = path.strip("/").partition("/")[0]
        sent = {"content_type": PLAIN if body else "", **PAGE, **headers}
        event = http_event(method, path, body, f"{method} /{route}/{{token}}", **sent)
        at, _, query = path.partition("?")
        event["rawQueryString"] = query
        event["pathParameters"] = {"token": at.rpartition("/")[2]}
        event["cookies"] = [f"{name}={value}" for name, value in self.cookies.items()]
        answer: Answer = self._card.app.handler(json.loads(json.dumps(event)), None)
        json.dumps(answer)
        for cookie in answer.get("cookies", ()):
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer

    def press(self, path: str, **fields: str) -> Answer:
        return self.ask(path, "POST", urlencode(fields))

    def mail(self, path: str) -> Answer:
        """Press the button of the device step."""
        return self.press(path, do="mail")

    def follow(self, mailed: str) -> Answer:
        """Open a mailed link and press its button."""
        path = mailed.removeprefix("https://api.example.com")
        page = self.ask(path)
        found = re.search(r'name="device" value="([^"]+)"', page["body"])
        return page if found is None else self.press(path.partition("?")[0], device=found[1])
