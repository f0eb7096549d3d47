"""What leads were mailed: the confirmations of an address, and which lead a mail is about.

Items of the Deliveries table: `confirms#<mailbox>` with the confirmations of the last days, and
`lead#<hash of the delivery>` with the lead and the event of a mail. SES's reports name neither.

Mails are counted by mailbox, and not by lead: `ada+1@gmail.com` and `a.da@gmail.com` are two leads
and one inbox.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from hotlist.events.event import Event
from hotlist.events.times import from_text, to_text
from hotlist.identity.identifiers import EMAIL, subject
from hotlist.store.deliveries import KEPT
from hotlist.store.items import Conflict, read_text, seconds

MOST_A_DAY: Final = 3
"""How many confirmations a mailbox gets on a UTC day, over all purposes."""

MOST_TESTS: Final = 1
"""How many of them are of forms that were tried: tests by a stranger leave its owner the others."""

AGAIN_AFTER: Final = timedelta(minutes=10)
"""A request for the same confirmation that comes sooner sends nothing new."""

REMEMBERED: Final = timedelta(days=15)
"""How long a confirmation is kept: longer than its letter may wait."""

_TRIES: Final = 3
_WITHOUT_DOTS: Final = frozenset({"gmail.com", "googlemail.com"})
"""The domains of one service, which reads a name with dots as the same without."""


class Confirmation(NamedTuple):
    """A mail that asks an address to confirm a purpose, as the `number`th one of a UTC day.

    It was asked for by an event received at `asked_at`, and got its place at `taken_at`. `text`
    says which text it is about, as the form and its version of the consent.
    """

    event_id: str
    purpose: str
    day: str
    number: int
    asked_at: datetime
    taken_at: datetime
    text: str = ""
    is_test: bool = False

    @property
    def is_within(self) -> bool:
        """Whether the day had a place for it."""
        return self.number <= MOST_A_DAY


@dataclass(frozen=True, slots=True)
class MailedLead:
    """Which lead a mail went to, because of which event. `mail` is `confirm`, `reward`, ….

    `mailed_at` is when it was about to be sent. `is_test` says that somebody tried the form.
    """

    subject: str
    event_id: str
    form: str
    mail: str
    mailed_at: datetime
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class ToLeadStore:
    """Keeps what leads were mailed."""

    dynamodb: Any
    table: str

    def place(
        self, event: Event, purpose: str, now: datetime, most: int = MOST_A_DAY
    ) -> Confirmation | None:
        """The place that `take_place` would give. None is counted by it."""
        return _place(self._confirmations(mailbox_of(event))[0], event, purpose, now, most)

    def take_place(
        self, event: Event, purpose: str, now: datetime, most: int = MOST_A_DAY
    ) -> Confirmation | None:
        """Count a confirmation among those of its mailbox; None if the same was just sent.

        A retry gets the place that it had. Beyond the last place of a day nothing is counted.
        `most` is how many the day may have then, counting this one.

        :raises Conflict: if others take places all the time.
        """
        mailbox = mailbox_of(event)
        for _ in range(_TRIES):
            before, seen = self._confirmations(mailbox)
            place = _place(before, event, purpose, now, most)
            if place is None or place in before or not place.is_within:
                return place
            kept = [one for one in before if one.taken_at > now - REMEMBERED]
            if self._replace(mailbox, seen, [*kept, place], now):
                return place
        raise Conflict(mailbox)

    def _confirmations(self, mailbox: str) -> tuple[list[Confirmation], str | None]:
        """The newest confirmations of a mailbox, and their text as it is stored."""
        item = self._get(_confirms(mailbox))
        seen = None if item is None else read_text(item, "confirmations")
        return [
            Confirmation(event_id, purpose, day, number, from_text(asked), from_text(taken), *more)
            for event_id, purpose, day, number, asked, taken, *more in json.loads(seen or "[]")
        ], seen

    def _replace(
        self, mailbox: str, seen: str | None, newest: Iterable[Confirmation], now: datetime
    ) -> bool:
        """Store the confirmations of a mailbox. False if they have changed since."""
        said = json.dumps([[*one[:4], *map(to_text, one[4:6]), *one[6:]] for one in newest])
        condition = "attribute_not_exists(confirmations)"
        values = {":said": {"S": said}, ":until": seconds(now + KEPT)}
        if seen is not None:
            condition, values = "confirmations = :seen", values | {":seen": {"S": seen}}
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key=_confirms(mailbox),
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
                **({"is_test": {"BOOL": True}} if mailed.is_test else {}),
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
            is_test="is_test" in item,
        )

    def _get(self, key: dict[str, Any]) -> dict[str, Any] | None:
        answer = self.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        item: dict[str, Any] | None = answer.get("Item")
        return item


def mailbox_of(event: Event) -> str:
    """Whose inbox a mail to the address of an event reaches, as the subject of one spelling.

    What stands behind a `+` is the owner's own mark, and Gmail's dots are none.
    """
    local, _, domain = (event.email or "").rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _WITHOUT_DOTS:
        local, domain = local.replace(".", ""), "gmail.com"
    return subject(EMAIL, f"{local}@{domain}")


def _place(
    before: Iterable[Confirmation], event: Event, purpose: str, now: datetime, most: int
) -> Confirmation | None:
    """The place of an event's confirmation after those before it; None for one that was just sent.

    The same form with the same version of the text is the same confirmation. A test is none in
    earnest. A day has more numbers than places.
    """
    before = list(before)
    for one in before:
        if (one.event_id, one.purpose) == (event.event_id, purpose):
            return one
    text = _text(event, purpose)
    for one in before:
        gap = min(abs(event.received_at - one.asked_at), abs(now - one.taken_at))
        is_same = (one.purpose, one.text, one.is_test) == (purpose, text, event.is_test)
        if is_same and gap < AGAIN_AFTER:
            return None
    day = f"{now.astimezone(UTC):%Y-%m-%d}"
    today = [one for one in before if one.day == day]
    is_full = len(today) >= most or (
        event.is_test and sum(one.is_test for one in today) >= MOST_TESTS
    )
    number = MOST_A_DAY + 1 if is_full else len(today) + 1
    asked_at, is_test = event.received_at, event.is_test
    return Confirmation(event.event_id, purpose, day, number, asked_at, now, text, is_test)


def _text(event: Event, purpose: str) -> str:
    """Which text an event asks to be confirmed: its form, and the version there."""
    pending = event.properties.get("pending_consents")
    asked = pending.get(purpose) if isinstance(pending, Mapping) else None
    version = asked.get("version") if isinstance(asked, Mapping) else None
    return f"{event.properties.get('form')} {version}"


def _confirms(mailbox: str) -> dict[str, Any]:
    return {"delivery_id": {"S": f"confirms#{mailbox}"}}


def _lead(delivery_hash: str) -> dict[str, Any]:
    return {"delivery_id": {"S": f"lead#{delivery_hash}"}}
