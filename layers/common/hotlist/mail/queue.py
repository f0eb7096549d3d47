"""The OutboxQueue: mails that are to be sent, by ids. Its messages hold no personal data."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, Self

from botocore.exceptions import ClientError

from hotlist.rescore.queue import NotQueued, wait_after
from hotlist.runtime.stream import Record
from hotlist.store.deliveries import InFlight
from hotlist.store.device_asks import OF_DEVICES

AFTER_LEASE: Final = timedelta(seconds=5)
QUOTA_WAIT: Final = timedelta(hours=1)

_BATCH: Final = 10
"""SQS takes no more messages in one call."""

_QUOTA_CODES: Final = frozenset(
    {"LimitExceededException", "SendingPausedException", "AccountSuspendedException"}
)
"""SES takes nothing for a longer time: the day's quota is used up, or sending is stopped."""


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody wrote through a form that tells sales at once."""

    subject: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A lead that has turned hot."""

    lead_id: str
    alert_id: str


@dataclass(frozen=True, slots=True)
class More:
    """How many letters of a kind a recipient did not get in an hour (`2026-03-28T11`, UTC)."""

    of: str
    kind: str
    hour: str


@dataclass(frozen=True, slots=True)
class ToLead:
    """What a lead is mailed because of an event: `confirm:<purpose>`, `reward` or `receipt`.

    `EVERYTHING` stands for all that the event asks for.
    """

    subject: str
    event_id: str
    what: str


EVERYTHING: Final = "everything"


@dataclass(frozen=True, slots=True)
class Device:
    """The link that a recipient has asked for on a device, in a quarter of an hour in UTC.

    It opens a page of theirs: `leads` with its subject, or `lists`. `day` is that of the page.
    """

    page: str
    subject: str
    day: str
    quarter: str


_KINDS: Final[dict[str, type[Message | Alert | More | ToLead | Device]]] = {
    "message": Message,
    "alert": Alert,
    "more": More,
    "lead": ToLead,
    "device": Device,
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that is to be sent, before it is written. Without a recipient: to whom it concerns."""

    about: Message | Alert | More | ToLead | Device
    recipient: str | None = None

    @property
    def kind(self) -> str:
        return next(kind for kind, known in _KINDS.items() if isinstance(self.about, known))

    @property
    def delivery_id(self) -> str:
        """The name under which it is sent once.

        A letter to a lead has a name of its own here. Its delivery follows from its event.
        """
        about = self.about
        if isinstance(about, ToLead):
            return f"lead#{about.subject}#{about.event_id}#{about.what}"
        if isinstance(about, Device):
            return f"{OF_DEVICES}{self.recipient}#{about.quarter}"
        if isinstance(about, More):
            return f"more#{about.of}#{about.kind}#{about.hour}"
        return f"{delivery_name(about)}#{self.recipient}"

    def to(self, recipient_id: str | None) -> Self:
        return replace(self, recipient=recipient_id)

    def body(self) -> str:
        """The letter as a message of the queue."""
        to = {} if self.recipient is None else {"recipient": self.recipient}
        return json.dumps({self.kind: asdict(self.about), **to})


def delivery_name(about: Message | Alert) -> str:
    """The delivery of a letter, without its recipient."""
    if isinstance(about, Message):
        return f"tell#{about.subject}#{about.event_id}"
    return f"alert#{about.alert_id}"


def letter_of(body: str) -> Letter:
    """The letter of a message of the queue. TypeError or ValueError if it is none."""
    said = json.loads(body)
    if not isinstance(said, dict):
        raise TypeError(f"a letter is an object, not {type(said).__name__}")
    kinds = [kind for kind in _KINDS if kind in said]
    if len(kinds) != 1:
        raise ValueError(f"a letter has one kind, not {kinds}")
    ids, recipient = said[kinds[0]], said.get("recipient")
    if not isinstance(recipient, str | None):
        raise TypeError("recipient is no text")
    if not isinstance(ids, dict) or not all(isinstance(one, str) for one in ids.values()):
        raise TypeError(f"{kinds[0]} has ids that are no texts")
    return Letter(_KINDS[kinds[0]](**ids), recipient)


class OutboxQueue:
    """Takes letters, and says when a message that must wait comes back."""

    def __init__(self, sqs: Any, queue_url: str, dead_letters_url: str = "") -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        self._dead_letters_url = dead_letters_url

    def send(self, letters: Iterable[Letter]) -> int:
        """Queue every letter; how many there were.

        :raises NotQueued: after trying all, if SQS refused any.
        """
        sent, refused = 0, 0
        rest = iter(letters)
        while batch := list(islice(rest, _BATCH)):
            answer = self._sqs.send_message_batch(
                QueueUrl=self._queue_url,
                Entries=[
                    {"Id": str(place), "MessageBody": letter.body()}
                    for place, letter in enumerate(batch)
                ],
            )
            refused += len(answer.get("Failed", ()))
            sent += len(batch)
        if refused:
            raise NotQueued(f"{refused} of {sent} letters")
        return sent

    def wait(self, receipt: str, time: timedelta) -> None:
        """Have a received message come back after this time, in whole seconds."""
        self._sqs.change_message_visibility(
            QueueUrl=self._queue_url,
            ReceiptHandle=receipt,
            VisibilityTimeout=max(0, -(-time // timedelta(seconds=1))),
        )

    def park(self, record: Record, error: Exception) -> None:
        """Put a message into the dead-letter queue, with the reason as an attribute."""
        self._sqs.send_message(
            QueueUrl=self._dead_letters_url,
            MessageBody=record.body,
            MessageAttributes={"reason": {"DataType": "String", "StringValue": reason(error)}},
        )


def waiting_time(error: Exception, receives: int, now: datetime) -> timedelta:
    """When a letter that met trouble comes back; `receives` counts from 1."""
    if isinstance(error, InFlight):
        return error.until - now + AFTER_LEASE
    if _code(error) in _QUOTA_CODES:
        return QUOTA_WAIT
    return wait_after(receives)


def reason(error: Exception) -> str:
    """An error by its type and code: its text may hold an address."""
    code = _code(error)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def _code(error: Exception) -> str:
    if not isinstance(error, ClientError):
        return ""
    return str(error.response.get("Error", {}).get("Code", ""))
