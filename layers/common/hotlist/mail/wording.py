"""How names and texts of others are written in mails. Pure."""

from collections.abc import Mapping
from typing import Final

from hotlist.events import visible
from hotlist.leads.lead import Contact

MAX_NAME: Final = 120


def short(value: object, most: int = MAX_NAME) -> str:
    """The value as a text of at most `most` characters.

    With the default limit, that of names and labels, it is one line, or "" if it shows nothing.
    """
    text = str(value)
    if most == MAX_NAME:
        text = visible.one_line(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def whole(value: str | None) -> str:
    """The value in one line, however long: an address or a number that is cut leads elsewhere."""
    return visible.one_line(value or "")


def name_of(contact: Contact, unknown: str) -> str:
    """How somebody is called in a mail."""
    told = (contact.name, contact.email, contact.phone)
    return next((name for one in told if (name := short(one or ""))), unknown)


def reached_by(contact: Contact, name: str) -> str:
    """How somebody is reached who is called `name` beside it."""
    ways = (short(contact.email or ""), short(contact.phone or ""))
    return " · ".join(way for way in ways if way and way != name)


def as_written(extra: object, labels: Mapping[str, str], most: int) -> list[tuple[str, str]]:
    """What fields and consents hold that could not be read, or not wholly: as it was written."""
    return [
        (labels.get(field) or field.replace("_", " ").capitalize(), short(text, most))
        for field, text in (extra.items() if isinstance(extra, Mapping) else ())
        if _is_asked_for(field, labels)
    ]


def undeclared(extra: object, labels: Mapping[str, str], most: int) -> str:
    """What the form does not declare: a line for each, under the name that the page sent."""
    lines = [
        f"{short(field)}: {visible.one_line(str(text))}"
        for field, text in (extra.items() if isinstance(extra, Mapping) else ())
        if not _is_asked_for(field, labels)
    ]
    return short("\n".join(lines), most)


def _is_asked_for(field: str, labels: Mapping[str, str]) -> bool:
    return field in labels or field.startswith("consent")
