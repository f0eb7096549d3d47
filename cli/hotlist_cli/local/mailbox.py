"""A mailbox that takes mail as Amazon SES v2 does and keeps each message as it came.

What SES checks and what a caller's mistake would trip over in production is checked here
too: the sender's identity, addresses, tags, sizes, the configuration set. Messages lie in a
folder as `.eml` files with a `.json` beside each: destination, tags, configuration set.
"""

import base64
import binascii
import email
import email.policy
import json
import re
import threading
import time
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from pathlib import Path
from typing import Any, Final

_TAG: Final = re.compile(r"[A-Za-z0-9_-]{1,256}\Z")
_ADDRESS: Final = re.compile(r"[\x21-\x3f\x41-\x7e]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\Z")
_MOST_RECIPIENTS: Final = 50
_MOST_TAGS: Final = 50
_MOST_BYTES: Final = 40 * 1024 * 1024
_LONGEST_LINE: Final = 998
_ONCE_ONLY: Final = ("From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "Sender")


class Refused(Exception):
    """SES would not take the message. `code` is the exception's name in its API."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was accepted, and what the caller said with it."""

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
    """A failure to show instead of the next sends (to `recipient`, if one is named).

    `throttle` and `error` refuse the message; `lost-answer` keeps and sends it, and then
    answers with an error, as when a connection breaks at the wrong moment.
    """

    kind: str
    times: int = 1
    recipient: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in ("throttle", "error", "lost-answer"):
            raise ValueError(f"no such fault: {self.kind!r}")


@dataclass(slots=True)
class Account:
    """What the SES account knows: verified identities and configuration sets, by name."""

    identities: set[str] = field(default_factory=set)
    configuration_sets: set[str] = field(default_factory=set)

    def may_send_from(self, address: str) -> bool:
        """Whether the address, its domain or a domain above that is verified."""
        domain = address.rpartition("@")[2].lower()
        above = (".".join(domain.split(".")[i:]) for i in range(domain.count(".") + 1))
        verified = {identity.lower() for identity in self.identities}
        return address.lower() in verified or any(name in verified for name in above)


class Mailbox:
    """Accepts messages, keeps them in `folder`, and tells `accepted` of each."""

    def __init__(self, folder: Path, account: Account) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.account = account
        self.accepted: Callable[[Message, EmailMessage], None] = lambda message, mime: None
        self._messages: list[Message] = []
        self._faults: list[Fault] = []
        self._changed = threading.Condition()

    @property
    def messages(self) -> list[Message]:
        """All that were accepted, oldest first; `number` is the place, from 1."""
        with self._changed:
            return list(self._messages)

    def read(self, message: Message) -> bytes:
        """The raw MIME message, byte for byte as it was sent."""
        return (self.folder / message.file).read_bytes()

    def parse(self, message: Message) -> EmailMessage:
        return _parse(self.read(message))

    def wait_for(
        self, wanted: Callable[[Message], bool], *, count: int = 1, timeout: float = 10
    ) -> list[Message]:
        """The messages that match, as soon as there are `count`, or at the end of `timeout`."""
        with self._changed:
            self._changed.wait_for(lambda: sum(map(wanted, self._messages)) >= count, timeout)
            return [message for message in self._messages if wanted(message)]

    def add_fault(self, fault: Fault) -> None:
        """Have the next sends fail; faults are used up in the order they were added."""
        with self._changed:
            self._faults.append(fault)

    def clear_faults(self) -> None:
        with self._changed:
            self._faults.clear()

    def add_event(self, message_id: str, event: str) -> None:
        """Note what became of a message, for the inbox page."""
        with self._changed:
            for i, message in enumerate(self._messages):
                if message.message_id == message_id:
                    self._messages[i] = replace(message, events=(*message.events, event))
                    self._note(self._messages[i])
                    self._changed.notify_all()

    def send(self, request: Mapping[str, Any]) -> str:
        """SES v2 SendEmail: its request as JSON values. :returns: the message id.

        :raises Refused: with SES's exception name and status.
        """
        raw, destination = _content(request)
        mime = _parse(raw)
        sender = request.get("FromEmailAddress") or str(mime.get("From", ""))
        everyone = [address for group in destination.values() for address in group]
        tags = _tags(request, mime)
        configuration_set = request.get("ConfigurationSetName") or mime.get(
            "X-SES-CONFIGURATION-SET"
        )
        self._check(sender, everyone, configuration_set, raw, mime)
        fault = self._next_fault(everyone)
        if fault == "throttle":
            raise Refused("TooManyRequestsException", "Maximum sending rate exceeded.", 429)
        if fault == "error":
            raise Refused("InternalFailure", "made to fail", 500)
        message = self._keep(raw, mime, sender, destination, tags, configuration_set)
        self.accepted(message, mime)
        if fault == "lost-answer":
            raise Refused("InternalFailure", "accepted, and made to look failed", 500)
        return message.message_id

    def _check(
        self,
        sender: str,
        everyone: list[str],
        configuration_set: str | None,
        raw: bytes,
        mime: EmailMessage,
    ) -> None:
        _, address = parseaddr(sender)
        for written in (address, *everyone):
            _, plain = parseaddr(written)
            if not _ADDRESS.match(plain):
                raise Refused("BadRequestException", f"Missing final '@domain': {written!r}")
        if not self.account.may_send_from(address):
            raise Refused(
                "MessageRejected",
                "Email address is not verified. The following identities failed the check: "
                + address,
            )
        if not everyone:
            raise Refused("BadRequestException", "Destination cannot be empty")
        if len(everyone) > _MOST_RECIPIENTS:
            raise Refused("BadRequestException", "Recipient count exceeds 50")
        if configuration_set and configuration_set not in self.account.configuration_sets:
            raise Refused(
                "NotFoundException",
                f"Configuration set <{configuration_set}> does not exist.",
                404,
            )
        if len(raw) > _MOST_BYTES:
            raise Refused("BadRequestException", f"Message length is more than {_MOST_BYTES} bytes")
        if any(len(line) > _LONGEST_LINE for line in raw.splitlines()):
            raise Refused("BadRequestException", "A line is longer than 998 bytes")
        for name in _ONCE_ONLY:
            if len(mime.get_all(name, [])) > 1:
                raise Refused("BadRequestException", f"Duplicate header {name!r}")

    def _next_fault(self, everyone: Iterable[str]) -> str | None:
        addresses = {parseaddr(written)[1].lower() for written in everyone}
        with self._changed:
            for fault in self._faults:
                if fault.recipient is None or fault.recipient.lower() in addresses:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                    return fault.kind
        return None

    def _keep(
        self,
        raw: bytes,
        mime: EmailMessage,
        sender: str,
        destination: Mapping[str, list[str]],
        tags: Mapping[str, str],
        configuration_set: str | None,
    ) -> Message:
        subject = str(mime.get("Subject", ""))
        with self._changed:
            number = len(self._messages) + 1
            message = Message(
                message_id=f"{int(time.time() * 1000):016x}-{uuid.uuid4()}-000000",
                number=number,
                received_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
                sender=sender,
                to=tuple(destination["ToAddresses"]),
                cc=tuple(destination["CcAddresses"]),
                bcc=tuple(destination["BccAddresses"]),
                subject=subject,
                tags=tags,
                configuration_set=configuration_set,
                file=f"{number:04}-{_slug(subject)}.eml",
            )
            (self.folder / message.file).write_bytes(raw)
            self._note(message)
            self._messages.append(message)
            self._changed.notify_all()
        return message

    def _note(self, message: Message) -> None:
        path = (self.folder / message.file).with_suffix(".json")
        path.write_text(json.dumps(asdict(message), indent=2, ensure_ascii=False) + "\n", "utf-8")


def _parse(raw: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)  # noqa: S101 - what the default policy makes
    return parsed


def _slug(subject: str) -> str:
    plain = unicodedata.normalize("NFKD", subject).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "message"


def _content(request: Mapping[str, Any]) -> tuple[bytes, dict[str, list[str]]]:
    """The raw message and where it goes: the request's destination, or the headers'."""
    content = request.get("Content") or {}
    destination = {
        name: list((request.get("Destination") or {}).get(name) or [])
        for name in ("ToAddresses", "CcAddresses", "BccAddresses")
    }
    if "Raw" in content:
        try:
            raw = base64.b64decode(content["Raw"]["Data"], validate=True)
        except (KeyError, TypeError, binascii.Error) as error:
            raise Refused("BadRequestException", "Raw.Data is not base64") from error
        if not any(destination.values()):
            mime = _parse(raw)
            for name in ("To", "Cc", "Bcc"):
                headers = [str(value) for value in mime.get_all(name, [])]
                destination[f"{name}Addresses"] = [a for _, a in getaddresses(headers)]
        return raw, destination
    if "Simple" in content:
        return _compose(request, content["Simple"], destination).as_bytes(), destination
    raise Refused("BadRequestException", "Content is neither Simple nor Raw")


def _compose(
    request: Mapping[str, Any], simple: Mapping[str, Any], destination: Mapping[str, list[str]]
) -> EmailMessage:
    """The MIME message that SES makes of a Simple one."""
    body = simple.get("Body") or {}
    if not body or "Subject" not in simple:
        raise Refused("BadRequestException", "Simple needs a Subject and a Body")
    mime = EmailMessage(policy=email.policy.SMTP)
    mime["From"] = request.get("FromEmailAddress", "")
    for header, name in (("To", "ToAddresses"), ("Cc", "CcAddresses")):
        if destination[name]:
            mime[header] = ", ".join(destination[name])
    if request.get("ReplyToAddresses"):
        mime["Reply-To"] = ", ".join(request["ReplyToAddresses"])
    mime["Subject"] = simple["Subject"]["Data"]
    for header in simple.get("Headers") or []:
        mime[header["Name"]] = header["Value"]
    if "Text" in body:
        mime.set_content(body["Text"]["Data"])
        if "Html" in body:
            mime.add_alternative(body["Html"]["Data"], subtype="html")
    else:
        mime.set_content(body["Html"]["Data"], subtype="html")
    for attachment in simple.get("Attachments") or []:
        kind, _, subtype = attachment.get("ContentType", "application/octet-stream").partition("/")
        mime.add_attachment(
            base64.b64decode(attachment["RawContent"]),
            maintype=kind,
            subtype=subtype,
            filename=attachment["FileName"],
        )
    return mime


def _tags(request: Mapping[str, Any], mime: EmailMessage) -> dict[str, str]:
    """Tags of the request, and of the header that raw messages may carry."""
    said = [(tag.get("Name", ""), tag.get("Value", "")) for tag in request.get("EmailTags") or []]
    for part in filter(None, str(mime.get("X-SES-MESSAGE-TAGS", "")).split(",")):
        name, _, value = part.strip().partition("=")
        said.append((name, value))
    if len(said) > _MOST_TAGS:
        raise Refused("BadRequestException", "More than 50 tags")
    for name, value in said:
        if not (_TAG.match(name) and _TAG.match(value)):
            raise Refused("BadRequestException", f"Invalid tag {name!r}: {value!r}")
    return dict(said)
