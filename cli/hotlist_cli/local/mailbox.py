"""A mailbox that accepts mail as Amazon SES v2 does, and keeps each message as it came.

It checks what SES checks, so that a mistake is found here and not in production: the sender's
identity, addresses, tags, sizes, the configuration set. Messages are `.eml` files in a folder. A
`.json` file beside each has its destination, tags and configuration set.
"""

import json
import random
import re
import threading
import time
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Final

from hotlist_cli.local.drafts import Draft, Refused, parse

_ADDRESS: Final = re.compile(r"[\x21-\x3f\x41-\x7e]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\Z")
_MOST_RECIPIENTS: Final = 50
_MOST_BYTES: Final = 40 * 1024 * 1024
_LONGEST_LINE: Final = 998
_FAULTS: Final = ("throttle", "error", "lost-answer", "no-answer")
_ONCE_ONLY: Final = ("From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "Sender")


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was accepted, with the values of the request."""

    message_id: str
    number: int
    received_at: str
    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    subject: str
    tags: Mapping[str, str]
    configuration_set: str | None
    file: str
    events: tuple[str, ...] = ()

    @property
    def recipients(self) -> tuple[str, ...]:
        return self.to + self.cc + self.bcc


@dataclass(slots=True)
class Fault:
    """A failure for the next `times` sends (only those to `recipient`, if one is given).

    `throttle` and `error` refuse the message. `lost-answer` accepts it, and then answers with an
    error. `no-answer` accepts it, and then closes the connection without an answer. With a `rate`
    below 1 only that share of the sends fails, by chance.
    """

    kind: str
    times: int = 1
    recipient: str | None = None
    rate: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in _FAULTS:
            raise ValueError(f"no such fault: {self.kind!r}; write one of {', '.join(_FAULTS)}")
        if not 0 < self.rate <= 1:
            raise ValueError(f"a rate is more than 0 and at most 1, not {self.rate}")


class NoAnswer(Exception):
    """The message was accepted, and its sender shall get no answer."""


@dataclass(slots=True)
class Account:
    """What an SES account has: verified identities and configuration sets, by name."""

    identities: set[str] = field(default_factory=set)
    configuration_sets: set[str] = field(default_factory=set)

    def may_send_from(self, address: str) -> bool:
        """Whether the address, its domain or a domain above that is verified."""
        domain = address.rpartition("@")[2].lower()
        above = (".".join(domain.split(".")[i:]) for i in range(domain.count(".") + 1))
        verified = {identity.lower() for identity in self.identities}
        return address.lower() in verified or any(name in verified for name in above)


class Mailbox:
    """Accepts messages, keeps them in `folder`, and calls `accepted` with each."""

    def __init__(self, folder: Path, account: Account) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.account = account
        self.accepted: Callable[[Message, EmailMessage], None] | None = None
        self._messages: list[Message] = []
        self._faults: list[Fault] = []
        self._unanswered: set[str] = set()
        self._chance = random.Random(1)  # noqa: S311 - so that runs are alike
        self._changed = threading.Condition()

    @property
    def messages(self) -> list[Message]:
        """All accepted messages, oldest first. A message's `number` is its place, from 1."""
        with self._changed:
            return list(self._messages)

    @property
    def unanswered(self) -> set[str]:
        """The ids of the accepted messages whose senders got no answer, or a wrong one."""
        with self._changed:
            return set(self._unanswered)

    def read(self, message: Message) -> bytes:
        """The raw MIME message, byte for byte as it was sent."""
        return (self.folder / message.file).read_bytes()

    def parse(self, message: Message) -> EmailMessage:
        return parse(self.read(message))

    def wait_for(
        self, matches: Callable[[Message], bool], *, count: int = 1, timeout: float = 10
    ) -> list[Message]:
        """The messages that match, as soon as there are `count`, or after `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: sum(map(matches, self._messages)) >= count, timeout)
            return [message for message in self._messages if matches(message)]

    def add_fault(self, fault: Fault) -> None:
        """Let the next sends fail. Faults are used in the order in which they were added."""
        with self._changed:
            self._faults.append(fault)

    def clear_faults(self) -> int:
        """Remove the faults that have not been used. Returns how many there were."""
        with self._changed:
            left = len(self._faults)
            self._faults.clear()
        return left

    def add_event(self, message_id: str, event: str) -> None:
        """Add an event of SES to a message, for the inbox page."""
        with self._changed:
            for i, message in enumerate(self._messages):
                if message.message_id == message_id:
                    self._messages[i] = replace(message, events=(*message.events, event))
                    self._note(self._messages[i])
                    self._changed.notify_all()

    def send(self, request: Mapping[str, Any]) -> str:
        """SES v2's SendEmail, with its request as JSON values. Returns the message id.

        :raises Refused: with SES's exception name and status.
        :raises NoAnswer: if the message was accepted, and a fault takes the answer away.
        """
        draft = Draft.read(request)
        self._check_addresses(draft)
        self._check_form(draft)
        fault = self._next_fault(draft.recipients)
        if fault == "throttle":
            raise Refused("TooManyRequestsException", "Maximum sending rate exceeded.", 429)
        if fault == "error":
            raise Refused("InternalFailure", "made to fail", 500)
        message = self._keep(draft)
        if fault in ("lost-answer", "no-answer"):
            with self._changed:
                self._unanswered.add(message.message_id)
        if self.accepted:
            self.accepted(message, draft.mime)
        if fault == "no-answer":
            raise NoAnswer
        if fault == "lost-answer":
            raise Refused("InternalFailure", "accepted, and made to look failed", 500)
        return message.message_id

    def _check_addresses(self, draft: Draft) -> None:
        _, sender = parseaddr(draft.sender)
        for written in (sender, *draft.recipients):
            if not _ADDRESS.match(parseaddr(written)[1]):
                raise Refused("BadRequestException", f"Missing final '@domain': {written!r}")
        if not self.account.may_send_from(sender):
            raise Refused(
                "MessageRejected",
                "Email address is not verified. The following identities failed the check: "
                + sender,
            )
        if not draft.recipients:
            raise Refused("BadRequestException", "Destination cannot be empty")
        if len(draft.recipients) > _MOST_RECIPIENTS:
            raise Refused("BadRequestException", "Recipient count exceeds 50")

    def _check_form(self, draft: Draft) -> None:
        name = draft.configuration_set
        if name and name not in self.account.configuration_sets:
            raise Refused("NotFoundException", f"Configuration set <{name}> does not exist.", 404)
        if len(draft.raw) > _MOST_BYTES:
            raise Refused("BadRequestException", f"Message length is more than {_MOST_BYTES} bytes")
        if any(len(line) > _LONGEST_LINE for line in draft.raw.splitlines()):
            raise Refused("BadRequestException", "A line is longer than 998 bytes")
        for header in _ONCE_ONLY:
            if len(draft.mime.get_all(header, [])) > 1:
                raise Refused("BadRequestException", f"Duplicate header {header!r}")

    def _next_fault(self, everyone: Iterable[str]) -> str | None:
        addresses = {parseaddr(written)[1].lower() for written in everyone}
        with self._changed:
            for fault in self._faults:
                if fault.recipient is not None and fault.recipient.lower() not in addresses:
                    continue
                if fault.rate == 1 or self._chance.random() < fault.rate:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                    return fault.kind
        return None

    def _keep(self, draft: Draft) -> Message:
        subject = str(draft.mime.get("Subject", ""))
        with self._changed:
            number = len(self._messages) + 1
            message = Message(
                message_id=f"{int(time.time() * 1000):016x}-{uuid.uuid4()}-000000",
                number=number,
                received_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
                sender=draft.sender,
                to=draft.to,
                cc=draft.cc,
                bcc=draft.bcc,
                subject=subject,
                tags=draft.tags,
                configuration_set=draft.configuration_set,
                file=f"{number:04}-{_slug(subject)}.eml",
            )
            (self.folder / message.file).write_bytes(draft.raw)
            self._note(message)
            self._messages.append(message)
            self._changed.notify_all()
        return message

    def _note(self, message: Message) -> None:
        path = (self.folder / message.file).with_suffix(".json")
        path.write_text(json.dumps(asdict(message), indent=2, ensure_ascii=False) + "\n", "utf-8")


def _slug(subject: str) -> str:
    plain = unicodedata.normalize("NFKD", subject).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "message"
