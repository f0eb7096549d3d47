"""The calendar file of an invitation, read by another parser and held to the zones' own data."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

import pytest
import vobject

from hotlist.config.calendar_file import calendar_file
from hotlist.links.invitation import calendar

EVENT: Final[Mapping[str, Any]] = {
    "uid": "webinar-1@example.com",
    "sequence": 3,
    "starts": "2026-12-10T10:00:00+00:00",
    "ends": "2026-12-10T11:30:00+00:00",
    "zone": "Europe/Warsaw",
    "summary": {"en": "Roofs", "pl": "Dachy; tanio, szybko"},
    "place": {"en": "Hall \\ 2", "pl": "Sala 2"},
    "description": {"en": "One\nTwo", "pl": "ż" * 200},
    "organizer": {"name": 'Ann "A"; Lee', "email": "ann@example.com"},
}
ZONES: Final = sorted(available_timezones() - {"Factory", "localtime", "UTC"})
PART: Final = re.compile(r"BEGIN:(?:STANDARD|DAYLIGHT)\r\n(.*?)END:", re.DOTALL)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


@pytest.fixture(autouse=True)
def _zones_are_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """vobject remembers a zone by its name, with the years of the file that named it first."""
    monkeypatch.setattr(vobject.icalendar, "__tzidMap", {})


def read(**changed: Any) -> Any:
    text = calendar_file({**EVENT, **changed}, "en")
    return vobject.readOne(text)


def test_another_parser_reads_what_was_written() -> None:
    for language in ("en", "pl"):
        text = calendar_file(EVENT, language)
        whole = vobject.readOne(text)
        event = whole.vevent
        assert whole.method.value == "PUBLISH"
        assert event.uid.value == "webinar-1@example.com"
        assert event.sequence.value == "3"
        for part, name in (
            ("summary", "summary"), ("location", "place"), ("description", "description")
        ):  # fmt: skip
            assert getattr(event, part).value == EVENT[name][language]
        assert event.organizer.value == "mailto:ann@example.com"
        starts, ends = event.dtstart.value, event.dtend.value
        assert f"{starts:%Y-%m-%d %H:%M} {ends:%H:%M}" == "2026-12-10 11:00 12:30"
        assert starts.astimezone(UTC) == datetime(2026, 12, 10, 10, tzinfo=UTC)
        assert ends.astimezone(UTC) == datetime(2026, 12, 10, 11, 30, tzinfo=UTC)


def test_lines_are_short_end_as_the_format_asks_and_cut_no_character() -> None:
    raw = calendar_file(EVENT, "pl").encode()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    for line in raw.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()


def test_what_people_are_called_ends_no_parameter() -> None:
    (line,) = [one for one in calendar_file(EVENT, "en").splitlines() if "ORGANIZER" in one]
    assert line == "ORGANIZER;CN=\"Ann ^'A^'; Lee\":mailto:ann@example.com"


def test_two_builds_make_one_file() -> None:
    assert calendar_file(EVENT, "en") == calendar_file(EVENT, "en")


def test_what_is_given_is_of_now_and_else_what_the_build_made() -> None:
    event = {
        **EVENT,
        "ics": {language: calendar_file(EVENT, language) for language in ("en", "pl")},
    }
    given = calendar(event, "pl", datetime(2026, 11, 3, 7, 8, 9, tzinfo=ZoneInfo("Europe/Warsaw")))
    assert "\r\nDTSTAMP:20261103T060809Z\r\n" in given
    stamp = re.compile(r"DTSTAMP:.*")
    assert stamp.sub("", given) == stamp.sub("", event["ics"]["pl"])
    assert vobject.readOne(given).vevent.summary.value == EVENT["summary"]["pl"]
    other = calendar(event, "de", datetime(2026, 11, 3, tzinfo=UTC))
    assert vobject.readOne(other).vevent.summary.value == EVENT["summary"]["en"]


@pytest.fixture(autouse=True)
def no_known_zones() -> Iterator[None]:
    """vobject keeps the first description of a zone that it reads, for all later files."""
    known = vobject.icalendar.__tzidMap
    before = dict(known)
    for zone in before.keys() & {*ZONES}:
        del known[zone]
    yield
    known.clear()
    known.update(before)


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "GMT", "Africa/Abidjan", "Atlantic/Reykjavik"])
def test_clocks_that_show_utc_need_no_description(zone: str) -> None:
    text = calendar_file({**EVENT, "zone": zone}, "en")
    assert "VTIMEZONE" not in text
    assert "DTSTART:20261210T100000Z" in text


def test_a_file_describes_no_other_zone_than_that_of_its_event() -> None:
    for name in ZONES:
        text = calendar_file({**EVENT, "zone": name}, "en")
        assert (f"\r\nTZID:{name}\r\n" in text) is (f"DTSTART;TZID={name}:" in text), name


def test_a_calendar_that_keeps_a_zone_reads_the_next_events_right_for_a_year() -> None:
    for days in range(0, 365, 7):
        starts = datetime(2026, 2, 20, 10, tzinfo=UTC) + days * DAY
        said = {"starts": starts.isoformat(), "ends": (starts + HOUR).isoformat()}
        assert read(**said).vevent.dtstart.value.astimezone(UTC) == starts


def observances(text: str) -> Iterator[tuple[datetime, timedelta]]:
    """From when on clocks are how far from UTC, as a VTIMEZONE says: RFC 5545, 3.6.5."""
    for found in PART.finditer(text):
        said = dict(line.split(":", 1) for line in found[1].strip().split("\r\n"))
        local = datetime.strptime(said["DTSTART"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        yield local - offset(said["TZOFFSETFROM"]), offset(said["TZOFFSETTO"])


def offset(said: str) -> timedelta:
    hours, minutes, seconds = (int(said[n : n + 2] or 0) for n in (1, 3, 5))
    size = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -size if said[0] == "-" else size


@pytest.mark.parametrize("year", [2026, 2040])
def test_clocks_of_every_zone_show_what_the_file_says_at_every_hour(year: int) -> None:
    starts = datetime(year, 12, 20, 10, tzinfo=UTC)
    said = {"starts": starts.isoformat(), "ends": (starts + HOUR).isoformat()}
    wrong = []
    some = ["Europe/Warsaw", "Australia/Sydney", "America/Nuuk"]
    for name in ZONES if year == 2026 else some:
        zone = ZoneInfo(name)
        text = calendar_file({**EVENT, **said, "zone": name}, "en")
        if "VTIMEZONE" not in text:
            continue
        known = sorted(observances(text))
        assert len(known) <= 9, name
        days = ((starts - n * DAY) for n in range(-365, starts.timetuple().tm_yday))
        around = (at + n * HOUR for at, _ in known[1:] for n in range(-3, 4))
        for at in (*days, *around):
            (*_, said_then) = (one for since, one in known if since <= at)
            if said_then != at.astimezone(zone).utcoffset():
                wrong.append((name, at))
                break
    assert wrong == []


@pytest.mark.parametrize(
    ("starts", "shown"),
    [
        ("2026-03-29T00:59:00+00:00", "01:59"),
        ("2026-03-29T01:00:00+00:00", "03:00"),
        ("2026-03-29T01:30:00+00:00", "03:30"),
        ("2026-10-25T02:00:00+00:00", "03:00"),
        ("2026-10-24T23:59:00+00:00", "01:59"),
        ("2026-07-01T10:00:00+00:00", "12:00"),
    ],
)
def test_a_calendar_shows_the_hour_of_the_zone_around_a_change(starts: str, shown: str) -> None:
    at = datetime.fromisoformat(starts)
    found = read(starts=starts, ends=(at + HOUR).isoformat()).vevent.dtstart.value
    assert (f"{found:%H:%M}", found.astimezone(UTC)) == (shown, at)
