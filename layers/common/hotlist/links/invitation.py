"""An invitation as a calendar file (RFC 5545): an event that is published, and no question. Pure.

Its instants are in UTC, so they are right in every zone, whatever its summer time.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

_LINE: Final = 75
"""The most bytes of a line."""

_TEXTS: Final = {"SUMMARY": "summary", "DESCRIPTION": "description", "LOCATION": "place"}


def calendar(event: Mapping[str, Any], language: str, now: datetime) -> str:
    """The file. A later `sequence` of the same `uid` replaces the event in a calendar."""
    organizer = event["organizer"]
    name = _parameter(organizer["name"])
    lines = [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//Hotlist//Invitation//EN"),
        ("METHOD", "PUBLISH"),
        ("BEGIN", "VEVENT"),
        ("UID", _text(event["uid"])),
        ("SEQUENCE", str(event["sequence"])),
        ("DTSTAMP", _instant(now)),
        ("DTSTART", _instant(datetime.fromisoformat(event["starts"]))),
        ("DTEND", _instant(datetime.fromisoformat(event["ends"]))),
        (f'ORGANIZER;CN="{name}"', f"mailto:{organizer['email']}"),
    ]
    for part, named in _TEXTS.items():
        if said := _in(event.get(named) or {}, language):
            lines.append((part, _text(said)))
    lines += [("END", "VEVENT"), ("END", "VCALENDAR")]
    return "".join(part for one in lines for part in _folded(f"{one[0]}:{one[1]}"))


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _in(texts: Mapping[str, str] | str, language: str) -> str:
    """A text, or that in a language; else the first."""
    if isinstance(texts, str):
        return texts
    return texts.get(language) or next(iter(texts.values()), "")


def _text(said: str) -> str:
    """A value of text: what would end it, or a line, is escaped."""
    for sign in ("\\", ";", ","):
        said = said.replace(sign, f"\\{sign}")
    return "\\n".join("".join(filter(_is_shown, line)) for line in said.splitlines())


def _parameter(said: str) -> str:
    """What may stand between the quotation marks of a parameter."""
    return "".join("'" if one == '"' else one for one in said if _is_shown(one))


def _is_shown(sign: str) -> bool:
    return sign >= " " and sign != "\x7f"


def _folded(line: str) -> Iterator[str]:
    """A line as lines of at most 75 bytes, which cut no character."""
    part = ""
    for one in line:
        if len(f"{part}{one}".encode()) > _LINE:
            yield f"{part}\r\n"
            part = " "
        part += one
    yield f"{part}\r\n"
