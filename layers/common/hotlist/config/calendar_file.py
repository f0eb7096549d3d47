"""Makes the calendar file of an invitation (RFC 5545, RFC 5546). The build alone uses it.

The file is ready when the stack is deployed: icalendar, which writes it, has 5.5 MB and takes 46 ms
to import, so no function has it.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

_DAY: Final = timedelta(days=1)
_A_YEAR: Final = timedelta(days=366)
"""How long after an event its zone is described. A calendar may keep the first description of a
zone that it meets, and read later events by it.
"""
_STAMP: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""DTSTAMP, until a function puts in when it gives the file: two builds make the same file."""


def calendar_file(event: Mapping[str, Any], language: str) -> str:
    """The file in a language, of an event as `reward.event` of a compiled form has it.

    A later `sequence` of the same `uid` replaces the event in a calendar.
    """
    from icalendar import Calendar, Event, vCalAddress  # noqa: PLC0415 - few have one

    zone = ZoneInfo(event["zone"])
    starts, ends = (datetime.fromisoformat(event[name]) for name in ("starts", "ends"))
    made = Event()
    made.add("uid", event["uid"])
    made.add("sequence", event["sequence"])
    made.add("dtstamp", _STAMP)
    for part, at in (("dtstart", starts), ("dtend", ends)):
        made.add(part, at if event["zone"] == "UTC" else at.astimezone(zone))
    for part, name in (
        ("summary", "summary"),
        ("description", "description"),
        ("location", "place"),
    ):
        if name in event:
            made.add(part, event[name][language])
    organizer = vCalAddress(f"mailto:{event['organizer']['email']}")
    organizer.params["CN"] = event["organizer"]["name"]
    made["organizer"] = organizer
    made.add("status", "CONFIRMED")
    whole = Calendar()
    whole.add("version", "2.0")
    whole.add("prodid", "-//Hotlist//Invitation//EN")
    whole.add("method", "PUBLISH")
    if "TZID" in made["dtstart"].params:  # icalendar writes clocks that show UTC as UTC
        whole.add_component(_clocks(event["zone"], starts, ends))
    whole.add_component(made)
    text: str = whole.to_ical().decode()
    return text


class _Change(NamedTuple):
    """From `at` on clocks show `name`, which is so far from UTC; before it they were `before`."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str
    is_summer: bool


def _clocks(name: str, starts: datetime, ends: datetime) -> Any:
    """The VTIMEZONE of a zone, from the last day of the year before the event to a year after it.

    icalendar has a function for it. It lets each summer begin an hour late, by the clocks after
    the change; RFC 5545 wants that hour by the clocks before it.
    """
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard  # noqa: PLC0415

    made = Timezone()
    made.add("tzid", name)
    first = datetime(starts.year - 1, 12, 31, tzinfo=UTC)
    for change in _changes(ZoneInfo(name), first, ends + _A_YEAR):
        part = TimezoneDaylight() if change.is_summer else TimezoneStandard()
        part.add("dtstart", (change.at + change.before).replace(tzinfo=None))
        part.add("tzoffsetfrom", change.before)
        part.add("tzoffsetto", change.after)
        part.add("tzname", change.name)
        made.add_component(part)
    return made


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[_Change]:
    """What clocks show at `first`, and each change of it until `last`. All in UTC."""
    yield _change(zone, first, first)
    day = first
    while day < last:
        before, after = day, day + _DAY
        if _shown(zone, before) != _shown(zone, after):
            while after - before > timedelta(seconds=1):
                middle = before + (after - before) // 2
                is_before = _shown(zone, middle) == _shown(zone, day)
                before, after = (middle, after) if is_before else (before, middle)
            at = after.replace(microsecond=0)
            yield _change(zone, day, at)
        day += _DAY


def _change(zone: ZoneInfo, before: datetime, at: datetime) -> _Change:
    shown = _shown(zone, at)
    return _Change(at, _shown(zone, before).offset, *shown)


class _Shown(NamedTuple):
    offset: timedelta
    name: str
    is_summer: bool


def _shown(zone: ZoneInfo, at: datetime) -> _Shown:
    there = at.astimezone(zone)
    return _Shown(there.utcoffset() or timedelta(), there.tzname() or "", bool(there.dst()))
