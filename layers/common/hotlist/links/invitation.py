"""An invitation as a calendar file, which the build has made ready in each language. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

_STAMP: Final = re.compile(r"\r\nDTSTAMP:[^\r]*\r\n")


def calendar(event: Mapping[str, Any], language: str, now: datetime) -> str:
    """The file in this language, else in the first, as one of `now`.

    A later `sequence` of the same `uid` replaces the event in a calendar.
    """
    files = event["ics"]
    return stamped(files.get(language) or next(iter(files.values())), now)


def stamped(file: str, now: datetime) -> str:
    """A calendar file as one of `now`."""
    return _STAMP.sub(f"\r\nDTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\n", file, count=1)
