"""The score function over moto's tables and queues, and the events that tests store."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hotlist.events import times
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.identity import identifiers
from hotlist.leads.lead import Lead
from hotlist.mail.queue import Letter, letter_of
from hotlist.store.events import to_item
from integration.lambdas import stream_event

NOW = datetime.now(UTC).replace(microsecond=0)


class Score:
    """The handler, its tables and queues."""

    def __init__(self, app: Any, queues: dict[str, str], sqs: Any) -> None:
        self.app = app
        self.stores = app.stores
        self._queues, self._sqs = queues, sqs
        self.calls: list[str] = []
        app.stores.events._client.meta.events.register(
            "before-call.dynamodb", lambda model, **_: self.calls.append(model.name)
        )

    def happened(self, *made: Event) -> dict[str, Any]:
        """Store events and deliver their records."""
        for event in made:
            self.stores.events.put(event)
        return self.deliver(*made)

    def deliver(self, *made: Event) -> dict[str, Any]:
        answer: dict[str, Any] = self.app.handler(stream_event(*map(to_item, made)), None)
        return answer

    def lead(self, subject: str) -> Lead:
        lead: Lead | None = self.stores.leads.get(subject)
        assert lead is not None
        return lead

    def parked(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self._messages("failure")]

    def queued(self) -> set[str]:
        return {json.loads(body)["lead_id"] for body in self._messages("rescore")}

    def letters(self) -> list[Letter]:
        """The letters that were queued since the last look."""
        return [letter_of(body) for body in self._messages("outbox")]

    def _messages(self, queue: str) -> list[str]:
        found: list[str] = []
        while batch := self._sqs.receive_message(
            QueueUrl=self._queues[queue], MaxNumberOfMessages=10
        ).get("Messages"):
            found += [message["Body"] for message in batch]
        return found


def event(
    event_type: str,
    email: str | None = None,
    phone: str | None = None,
    visitor: str | None = None,
    *,
    ago: timedelta = timedelta(0),
    **changes: Any,
) -> Event:
    named = (("email", email), ("phone", phone), ("visitor", visitor))
    subject, *names = [identifiers.subject(kind, value) for kind, value in named if value]
    at = NOW - ago
    route = Route.FORM if email or phone else Route.BEACON
    fields: dict[str, Any] = {
        "event_id": f"{times.to_ms(at):012x}{abs(hash((event_type, email, phone, visitor))):020x}",
        "type": event_type,
        "occurred_at": at,
        "received_at": at,
        "route": route,
        "subject": subject,
        "names": tuple(sorted(names)),
        "email": email,
        "phone": phone,
        "expires_at": at + timedelta(days=400),
    }
    return Event(**(fields | changes))


ADA, BO = "ada@example.org", "bo@example.org"
PHONE = "+48600100200"
HOUR = timedelta(hours=1)


def subject(kind: str, value: str) -> str:
    return identifiers.subject(kind, value)
