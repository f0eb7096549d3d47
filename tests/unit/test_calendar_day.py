"""A calendar file of one day: another parser reads what was written, whatever it was."""

from datetime import date, timedelta
from typing import Any, Final

import vobject
from hypothesis import given
from hypothesis import strategies as st

from hotlist.capture.calendar_day import calendar_day
from hotlist.events import visible

DAY: Final = date(2026, 12, 3)
MADE: Final = date(2026, 11, 24)
HARD: Final = (
    "Łódź; a, b \\n c: d \"e\"\r\nBEGIN:VEVENT\r\nSUMMARY:no",
    "ż" * 200,
    "👩‍👩‍👧 " * 30,
    "\\" * 90,
    ",;" * 60,
    "a\u2028b\u0085c\x0bd",
)  # fmt: skip


def read(summary: str, day: date = DAY) -> Any:
    text = calendar_day("1@hotlist", day, summary, MADE)
    for line in text.encode().split(b"\r\n"):
        assert len(line) <= 75
        assert not {*line} & {*range(0x20), 0x7F}
        line.decode()
    return vobject.readOne(text)


def test_the_whole_day_is_in_it() -> None:
    whole = read("Get back to Ada")
    event = whole.vevent
    assert whole.method.value == "PUBLISH"
    assert (event.uid.value, event.summary.value) == ("1@hotlist", "Get back to Ada")
    assert (event.dtstart.value, event.dtend.value) == (DAY, DAY + timedelta(days=1))
    assert event.dtstamp.value.date() == MADE
    assert event.transp.value == "TRANSPARENT"
    assert read("x", date(2026, 12, 31)).vevent.dtend.value == date(2027, 1, 1)


def test_the_same_is_the_same_file() -> None:
    assert calendar_day("1", DAY, "x", MADE) == calendar_day("1", DAY, "x", MADE)


def test_what_a_lead_is_called_ends_no_line_and_no_value() -> None:
    for text in HARD:
        event = read(text).vevent
        assert event.summary.value == visible.one_line(text)
        assert [one.name for one in event.getChildren()].count("SUMMARY") == 1


@given(st.text(max_size=120))
def test_any_name_is_read_back(text: str) -> None:
    assert read(text).vevent.summary.value == visible.one_line(text)
