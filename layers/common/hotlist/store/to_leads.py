"""What leads were mailed: the confirmations of an address, and which lead a mail is about.

Items of the Deliveries table: `confirms#<subject>` with the confirmations of the last days, and
`lead#<hash of the delivery>` with the lead and the event of a mail. SES's reports name neither.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from hotlist.events.event import Event
from hotlist.events.times import from_text, to_text
from hotlist.store.deliveries import KEPT
from hotlist.store.items import Conflict, read_text, seconds

MOST_A_DAY: Final = 3
"""How many confirmations an address gets on a UTC day, over all purposes."""

AGAIN_AFTER: Final = timedelta(minutes=10)
"""A request for the same confirmation that comes sooner sends nothing new."""

REMEMBERED: Final = timedelta(days=15)
"""How long a confirmation is kept: longer than its letter may wait."""

_TRIES: Final = 3


class Confirmation(NamedTuple):
    """A mail that asks an address to confirm a purpose, as the `number`th one of a UTC day.

    It was asked for by an event received at `asked_at`, and got its place at `taken_at`.
    """

    event_id: str
    purpose: str
    day: str
    number: int
    asked_at: datetime
    taken_at: datetime

    @property
    def is_within(self) -> bool:
        """Whether the day had a place for it."""
        return self.number <= MOST_A_DAY


@dataclass(frozen=True, slots=True)
class MailedLead:
    """Which lead a mail went to, because of which event. `mail` is `confirm`, `reward`, ….

    `mailed_at` is when it was about to be sent.
    """

    subject: str
    event_id: str
    form: str
    mail: str
    mailed_at: datetime


@dataclass(frozen=True, slots=True)
class ToLeadStore:
    """Keeps what leads were mailed."""

    dynamodb: Any
    table: str

    def take_place(self, event: Event, purpose: str, now: datetime) -> Confirmation | None:
        """Count a confirmation among those of its address; None if one was sent just before it.

        A retry gets the place that it had. Beyond the last place of a day nothing is counted.

        :raises Conflict: if others take places all the time.
        """
        for _ in range(_TRIES):
            before, seen = self._confirmations(event.subject)
            place = _place(before, event, purpose, now)
            if place is None or place in before or not place.is_within:
                return place
            kept = [one for one in before if one.taken_at > now - REMEMBERED]
            if self._replace(event.subject, seen, [*kept, place], now):
                return place
        raise Conflict(event.subject)

    def _confirmations(self, subject: str) -> tuple[list[Confirmation], str | None]:
        """The newest confirmations of an address, and their text as it is stored."""
        item = self._get(_confirms(subject))
        seen = None if item is None else read_text(item, "confirmations")
        return [
            Confirmation(event_id, purpose, day, number, from_text(asked), from_text(taken))
            for event_id, purpose, day, number, asked, taken in json.loads(seen or "[]")
        ], seen

    def _replace(
        self, subject: str, seen: str | None, newest: Iterable[Confirmation], now: datetime
    ) -> bool:
        """Store the confirmations of an address. False if they have changed since."""
        said = json.dumps([[*one[:4], *map(to_text, one[4:])] for one in newest])
        condition = "attribute_not_exists(confirmations)"
        values = {":said": {"S": said}, ":until": seconds(now + KEPT)}
        if seen is not None:
            condition, values = "confirmations = :seen", values | {":seen": {"S": seen}}
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key=_confirms(subject),
                UpdateExpression="SET confirmations = :said, expires_at = :until",
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def note(self, delivery_hash: str, mailed: MailedLead) -> None:
        """Store whom a mail is about, before it is sent. `delivery_hash` is the mail's tag."""
        self.dynamodb.put_item(
            TableName=self.table,
            Item={
                **_lead(delivery_hash),
                "subject": {"S": mailed.subject},
                "event_id": {"S": mailed.event_id},
                "form": {"S": mailed.form},
                "mail": {"S": mailed.mail},
                "mailed_at": {"S": to_text(mailed.mailed_at)},
                "expires_at": seconds(mailed.mailed_at + KEPT),
            },
        )

    def mailed(self, delivery_hash: str) -> MailedLead | None:
        """Whom the mail with this tag is about, or None if that is not known (any more)."""
        item = self._get(_lead(delivery_hash))
        if item is None:
            return None
        return MailedLead(
            subject=item["subject"]["S"],
            event_id=item["event_id"]["S"],
            form=item["form"]["S"],
            mail=item["mail"]["S"],
            mailed_at=from_text(item["mailed_at"]["S"]),
        )

    def _get(self, key: dict[str, Any]) -> dict[str, Any] | None:
        answer = self.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        item: dict[str, Any] | None = answer.get("Item")
        return item


def _place(
    before: Iterable[Confirmation], event: Event, purpose: str, now: datetime
) -> Confirmation | None:
    """The place of an event's confirmation after those before it; None for one that was just sent.

    A day has more numbers than places.
    """
    before = list(before)
    for one in before:
        if (one.event_id, one.purpose) == (event.event_id, purpose):
            return one
    for one in before:
        gap = min(abs(event.received_at - one.asked_at), abs(now - one.taken_at))
        if one.purpose == purpose and gap < AGAIN_AFTER:
            return None
    day = f"{now.astimezone(UTC):%Y-%m-%d}"
    number = 1 + sum(one.day == day for one in before)
    return Confirmation(event.event_id, purpose, day, number, event.received_at, now)


def _confirms(subject: str) -> dict[str, Any]:
    return {"delivery_id": {"S": f"confirms#{subject}"}}


def _lead(delivery_hash: str) -> dict[str, Any]:
    return {"delivery_id": {"S": f"lead#{delivery_hash}"}}
