"""What tests of answers press, and when."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import pytest

from hotlist.identity.identifiers import EMAIL, subject
from integration.stages.links import Reader

BO: Final = subject(EMAIL, "bo@example.org")
NOON: Final = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
SOON: Final = f"{NOON + 40 * DAY:%Y-%m-%d}"
ANSWERS: Final[dict[str, dict[str, str]]] = {
    "sales_contacted": {"do": "contacted"},
    "sales_meeting": {"do": "meeting"},
    "sales_won": {"do": "won", "value": "1250,5"},
    "sales_rejected": {"do": "rejected", "reason": "no_budget"},
    "sales_snoozed": {"do": "snoozed", "day": SOON},
}
WRONG: Final[list[dict[str, str]]] = [
    {},
    {"do": "sold"},
    {"do": "won", "value": "much"},
    {"do": "rejected"},
    {"do": "rejected", "reason": "none"},
    {"do": "snoozed"},
    {"do": "snoozed", "day": "2020-01-01"},
    {"do": "undo"},
    {"do": "undo", "event": "0" * 32},
    {"do": "undo", "event": "x"},
]


def undo_of(page: dict[str, Any]) -> str:
    """The id that the button of a page takes back."""
    (found,) = re.findall(r'name="event" value="(\w+)"', page["body"])
    return str(found)


def page_of(page: dict[str, Any]) -> str:
    """The instant that each form of a page sends."""
    (found,) = set(re.findall(r'<input type="hidden" name="asked" value="(\d+)">', page["body"]))
    assert page["body"].count('name="asked"') == page["body"].count("<form ") > 0
    return str(found)


def types(reader: Reader) -> list[str]:
    return [event.type for event in reader.events()]


class At:
    """Opens pages and presses their buttons at instants that a test says.

    Who is not told of a page presses as a program does that has seen none.
    """

    def __init__(self, reader: Reader, patch: pytest.MonkeyPatch) -> None:
        self.reader, self._patch = reader, patch

    def press(self, now: datetime, path: str, **fields: str) -> dict[str, Any]:
        return self.reader.post_at(self._patch, now, path, urlencode(fields))

    def open(self, now: datetime, path: str) -> str:
        """The instant that a page says which is opened now."""
        return page_of(self.reader.ask_at(self._patch, now, path))
