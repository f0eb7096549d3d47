"""The contact of a lead as a vCard, which address books read. Pure.

It is vCard 3.0 (RFC 2426): all address books know it. It has the contact and nothing else: points
are out of date the next day.
"""

import base64
import re
from collections.abc import Iterator
from typing import Final

from hotlist.capture.http import Answer
from hotlist.events import visible
from hotlist.leads.lead import Contact

TYPE: Final = "text/vcard; charset=utf-8"
_LINE: Final = 75
"""Bytes of a line at most (RFC 2426, 2.6). A longer one goes on in the next, behind a blank."""

_MOST: Final = 1_000
_SPECIAL: Final = re.compile(r"([\\,;])")


def vcard_of(contact: Contact, lead_id: str) -> bytes:
    """The vCard of a contact.

    It always has a name: without one that shows anything, that is the company, the address or the
    number, else the lead's id.
    """
    named = (contact.name, contact.company, contact.email, contact.phone, lead_id)
    name = next((text for one in named if (text := _text(one or ""))), "-")
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{_text(lead_id)}", f"FN:{name}"]
    lines.append(f"N:{_names(contact.name) or name + ';;;;'}")
    if company := _text(contact.company or ""):
        lines.append(f"ORG:{company}")
    if phone := "".join(c for c in contact.phone or "" if c in "+0123456789"):
        lines.append(f"TEL;TYPE=WORK,VOICE:{phone}")
    if email := _text(contact.email or ""):
        lines.append(f"EMAIL;TYPE=INTERNET:{email}")
    lines.append("END:VCARD")
    return b"".join(_folded(line) for line in lines)


def file_name(contact: Contact) -> str:
    """The name of the file: letters, digits and dashes of ASCII alone, so any header has it."""
    said = contact.name or contact.company or ""
    name = re.sub(r"[^A-Za-z0-9]+", "-", said)[:40].strip("-")
    return f"{name or 'contact'}.vcf"


def _names(name: str | None) -> str:
    """The name in its parts: the last word is the family's, as far as anybody can tell."""
    given, _, family = visible.one_line(name or "").rpartition(" ")
    return f"{_text(family)};{_text(given)};;;" if family else ""


def _text(value: str) -> str:
    """A text on one line, with what has a meaning in a vCard escaped."""
    return _SPECIAL.sub(r"\\\1", visible.one_line(value)[:_MOST])


def _folded(line: str) -> bytes:
    """A line as bytes, in pieces of `_LINE` at most, none of which ends within a character."""
    return b"\r\n ".join(_pieces(line)) + b"\r\n"


def _pieces(line: str) -> Iterator[bytes]:
    piece, room = b"", _LINE
    for character in line:
        said = character.encode("utf-8", "ignore")
        if len(piece) + len(said) > room:
            yield piece
            piece, room = b"", _LINE - 1
        piece += said
    yield piece


def download(contact: Contact, lead_id: str) -> Answer:
    """The answer with the file."""
    return {
        "statusCode": 200,
        "headers": {
            "content-type": TYPE,
            "content-disposition": f'attachment; filename="{file_name(contact)}"',
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "x-robots-tag": "noindex",
        },
        "body": base64.b64encode(vcard_of(contact, lead_id)).decode(),
        "isBase64Encoded": True,
    }
