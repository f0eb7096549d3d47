"""Reads requests of SES v2's SendEmail: the MIME message, the recipients, the tags."""

import base64
import binascii
import email
import email.policy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any, Final, Self

_TAG: Final = re.compile(r"[A-Za-z0-9_-]{1,256}\Z")
_MOST_TAGS: Final = 50
_FIELDS: Final = ("ToAddresses", "CcAddresses", "BccAddresses")


class Refused(Exception):
    """SES would refuse the message. `code` is the name of the exception in its API."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message that is to be sent. `raw` is the MIME message, `mime` the same one parsed."""

    raw: bytes
    mime: EmailMessage
    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    tags: Mapping[str, str]
    configuration_set: str | None

    @property
    def recipients(self) -> tuple[str, ...]:
        return self.to + self.cc + self.bcc

    @classmethod
    def read(cls, request: Mapping[str, Any]) -> Self:
        """Read the request's JSON values. :raises Refused: if SES would refuse them."""
        content = request.get("Content") or {}
        said = request.get("Destination") or {}
        destination = {name: tuple(said.get(name) or ()) for name in _FIELDS}
        if "Raw" in content:
            raw = _decoded(content["Raw"])
            mime = parse(raw)
            if not any(destination.values()):
                destination = {
                    name: _addresses(mime, name[: -len("Addresses")]) for name in _FIELDS
                }
        elif "Simple" in content:
            raw = _compose(request, content["Simple"], destination).as_bytes()
            mime = parse(raw)
        else:
            raise Refused("BadRequestException", "Content is neither Simple nor Raw")
        return cls(
            raw=raw,
            mime=mime,
            sender=request.get("FromEmailAddress") or str(mime.get("From", "")),
            to=destination["ToAddresses"],
            cc=destination["CcAddresses"],
            bcc=destination["BccAddresses"],
            tags=_tags(request, mime),
            configuration_set=request.get("ConfigurationSetName")
            or mime.get("X-SES-CONFIGURATION-SET"),
        )


def parse(raw: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)  # noqa: S101 - what the default policy makes
    return parsed


def _decoded(raw: Mapping[str, Any]) -> bytes:
    try:
        return base64.b64decode(raw["Data"], validate=True)
    except (KeyError, TypeError, binascii.Error) as error:
        raise Refused("BadRequestException", "Raw.Data is not base64") from error


def _addresses(mime: EmailMessage, header: str) -> tuple[str, ...]:
    values = [str(value) for value in mime.get_all(header, [])]
    return tuple(address for _, address in getaddresses(values))


def _compose(
    request: Mapping[str, Any],
    simple: Mapping[str, Any],
    destination: Mapping[str, tuple[str, ...]],
) -> EmailMessage:
    """The MIME message that SES makes of a request with `Simple` content."""
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
    """The tags of the request, and those of a header that raw messages may have."""
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
