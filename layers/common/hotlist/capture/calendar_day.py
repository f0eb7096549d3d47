"""A calendar file with one day in it (RFC 5545). Pure.

The library that writes the calendar files of invitations is the build's alone: functions are too
small for it.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from hotlist.events import visible

_LINE: Final = 75
"""Bytes of a line, without its end."""

_SPECIAL: Final = re.compile(r"([\\;,])")


def calendar_day(uid: str, day: date, summary: str, stamp: date) -> str:
    """The file. The same `uid` is the same entry of a calendar; `stamp` is when it was made."""
    text = _SPECIAL.sub(r"\\\1", visible.one_line(summary))
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Hotlist//Answer//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{stamp:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{text}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _folded(line: str) -> Iterator[str]:
    """The line in parts of at most 75 bytes. All but the first begin with a blank."""
    part, size = "", 0
    for character in line:
        more = len(character.encode())
        if size + more > _LINE:
            yield part
            part, size = " ", 1
        part, size = part + character, size + more
    yield part
