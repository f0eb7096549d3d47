"""Working days, quiet hours and stand-ins, by local days also where clocks change."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from hotlist.config.sales_schema import compile_sales
from hotlist.sales import team
from hotlist.sales.team import Recipient, Sales

QUARTER: Final = timedelta(minutes=15)
FILE: Final = """
recipients:
  - id: anna
    name: Anna
    email: a@example.com
    timezone: Europe/Warsaw
    digest: "07:30"
    holidays: {country: PL, dates: [2026-12-31]}
    quiet_hours: {from: "20:00", to: "07:00", weekends: true}
    absence:
      - {from: 2026-02-02, to: 2026-02-06, stand_in: ben}
      - {from: 2026-05-04, to: 2026-05-05}
    on_empty: weekly
  - {id: ben, name: Ben, email: b@example.com, timezone: Asia/Kathmandu, digest: "08:00",
     quiet_hours: {from: "12:00", to: "13:00"}, weekdays: [sun, mon, tue, wed, thu],
     absence: [{from: 2026-02-06, to: 2026-02-08, stand_in: cleo}]}
  - {id: cleo, name: Cleo, email: c@example.com, timezone: America/New_York, digest: "01:30",
     weekdays: [mon, tue, wed, thu, fri, sat, sun], on_empty: short}
  - {id: dan, name: Dan, email: d@example.com}
fallback: cleo
teams: {one: {members: [anna, ben]}, two: {members: [ben, dan]}}
"""
SALES: Final = team.from_checked(compile_sales(FILE, today=date(2026, 3, 1)))
ANNA, BEN, CLEO, DAN = SALES.recipients


def at(recipient: Recipient, text: str, *, fold: int = 0) -> datetime:
    """An instant by this recipient's clock."""
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(recipient.timezone), fold=fold)
    return local.astimezone(UTC)


def runs(year: int) -> Iterator[datetime]:
    now = datetime(year, 1, 1, tzinfo=UTC)
    while now.year == year:
        yield now
        now += QUARTER


def digests(recipient: Recipient) -> dict[str, datetime]:
    """Each day of 2026 that has a digest, and the run that is the first to send it."""
    found: dict[str, datetime] = {}
    for now in runs(2026):
        day = recipient.due_day(now)
        if day is not None and day >= "2026-01-01":
            found.setdefault(day, now)
    return found


DAYS: Final = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
POLISH: Final = {
    *("2026-01-01", "2026-01-06", "2026-04-05", "2026-04-06", "2026-05-01", "2026-05-03"),
    *("2026-05-24", "2026-06-04", "2026-08-15", "2026-11-01", "2026-11-11", "2026-12-24"),
    *("2026-12-25", "2026-12-26", "2026-12-31"),
}


def test_a_year_of_digests_has_the_working_days_and_no_others() -> None:
    expected = {
        day.isoformat()
        for day in DAYS
        if day.weekday() < 5
        and day.isoformat() not in POLISH
        and not date(2026, 2, 2) <= day <= date(2026, 2, 6)
        and not date(2026, 5, 4) <= day <= date(2026, 5, 5)
    }
    found = digests(ANNA)
    assert set(found) == expected
    assert {now.astimezone(ZoneInfo("Europe/Warsaw")).time() for now in found.values()} == {
        time(7, 30)
    }


def test_where_the_week_begins_on_sunday_and_the_clock_is_at_a_quarter() -> None:
    found = digests(BEN)
    days = [day for day in DAYS if day.weekday() not in (4, 5)]  # he works from Sunday on
    assert set(found) == {
        day.isoformat() for day in days if not date(2026, 2, 6) <= day <= date(2026, 2, 8)
    }
    assert {now.astimezone(ZoneInfo("Asia/Kathmandu")).time() for now in found.values()} == {
        time(8)
    }


def test_where_the_hour_of_the_digest_comes_twice_or_never() -> None:
    found = digests(CLEO)
    assert set(found) == {day.isoformat() for day in DAYS}
    zone = ZoneInfo("America/New_York")
    assert found["2026-03-08"].astimezone(zone).time() == time(1, 30)
    assert found["2026-11-01"] == at(CLEO, "2026-11-01T01:30", fold=0)


@pytest.mark.parametrize(
    ("who", "local", "quiet"),
    [
        (ANNA, "2026-06-02T19:59", False),
        (ANNA, "2026-06-02T20:00", True),
        (ANNA, "2026-06-03T00:00", True),
        (ANNA, "2026-06-03T06:59:59", True),
        (ANNA, "2026-06-03T07:00", False),
        (ANNA, "2026-06-06T12:00", True),  # Saturday
        (ANNA, "2026-06-04T12:00", True),  # Corpus Christi
        (ANNA, "2026-12-31T12:00", True),  # a day of their own
        (ANNA, "2026-02-03T12:00", False),  # absent: the stand-in is asked
        (ANNA, "2026-03-29T03:00", True),  # Sunday, an hour is missing
        (BEN, "2026-06-02T12:00", True),
        (BEN, "2026-06-02T12:59", True),
        (BEN, "2026-06-02T13:00", False),
        (BEN, "2026-06-06T10:00", False),  # his weekend is not quiet
        (CLEO, "2026-06-02T03:00", False),
    ],
)
def test_quiet_hours(who: Recipient, local: str, quiet: bool) -> None:
    assert who.is_quiet(at(who, local)) is quiet


def test_quiet_hours_follow_the_clock_on_the_wall() -> None:
    begins = [at(ANNA, f"2026-{day}T20:00") for day in ("03-27", "03-30", "10-23", "10-26")]
    assert [one.hour for one in begins] == [19, 18, 18, 19]
    for one in begins:
        assert not ANNA.is_quiet(one - QUARTER)
        assert ANNA.is_quiet(one)


@pytest.mark.parametrize(
    ("day", "sends"),
    [
        ("2026-06-01", True),  # Monday
        ("2026-06-02", False),
        ("2026-04-07", True),  # after Easter Monday
        ("2026-04-08", False),
        ("2026-05-06", True),  # absent on Monday and Tuesday
        ("2026-05-07", False),
        ("2026-06-07", False),  # Sunday
    ],
)
def test_a_weekly_short_mail_comes_on_the_first_working_day(day: str, sends: bool) -> None:
    assert ANNA.sends_when_empty(day) is sends


def test_on_empty_may_differ_by_recipient() -> None:
    assert [one.on_empty for one in SALES.recipients] == ["weekly", "skip", "short", "skip"]
    assert CLEO.sends_when_empty("2026-06-07")
    assert not BEN.sends_when_empty("2026-06-07")


# --- whom -----------------------------------------------------------------------------------

TUESDAY: Final = datetime(2026, 6, 2, 10, tzinfo=UTC)


def ids(found: Any) -> list[str]:
    return [one.id for one in found]


@pytest.mark.parametrize(
    ("tell", "owner", "expected"),
    [
        ("owner", "anna", ["anna"]),
        ("owner", None, ["cleo"]),
        ("owner", "gone", ["cleo"]),
        ("team", "anna", ["anna", "ben"]),
        ("team", "ben", ["anna", "ben", "dan"]),
        ("team", None, ["cleo"]),
        ("all", "anna", ["anna", "ben", "cleo", "dan"]),
        ("all", None, ["anna", "ben", "cleo", "dan"]),
    ],
)
def test_who_gets_a_letter(tell: str, owner: str | None, expected: list[str]) -> None:
    assert ids(SALES.whom(tell, owner, TUESDAY, ())) == expected


@pytest.mark.parametrize(
    ("tell", "disabled", "expected"),
    [
        ("owner", {"anna"}, ["cleo"]),
        ("owner", {"anna", "cleo"}, ["ben"]),
        ("team", {"anna"}, ["cleo", "ben"]),
        ("all", {"anna"}, ["cleo", "ben", "dan"]),
        ("all", {"anna", "ben", "cleo", "dan"}, []),
    ],
)
def test_whoever_gets_no_mail_is_replaced_by_the_fallback(
    tell: str, disabled: set[str], expected: list[str]
) -> None:
    assert ids(SALES.whom(tell, "anna", TUESDAY, disabled)) == expected


@pytest.mark.parametrize(
    "now", [TUESDAY, at(ANNA, "2026-02-03T12:00"), at(BEN, "2026-02-06T12:00")]
)
def test_a_lead_stands_in_the_list_of_whoever_gets_its_mails(now: datetime) -> None:
    people = [one.id for one in SALES.recipients]
    for number in range(2 ** len(people)):
        disabled = {one for place, one in enumerate(people) if number >> place & 1}
        for owner in people:
            told = ids(SALES.whom("owner", owner, now, disabled))
            lists = [one for one in people if owner in SALES.owned(one, now, disabled)]
            assert [one for one in lists if one not in disabled] == told


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(ANNA, "2026-02-01T23:59"), "anna"),
        (at(ANNA, "2026-02-02T00:00"), "ben"),
        (at(BEN, "2026-02-05T23:59"), "ben"),
        (at(BEN, "2026-02-06T00:00"), "cleo"),  # he is absent too
        (at(ANNA, "2026-02-06T23:59"), "cleo"),
        (at(ANNA, "2026-02-07T00:00"), "anna"),
        (at(ANNA, "2026-05-04T12:00"), "cleo"),  # no stand-in is named
    ],
)
def test_a_stand_in_gets_what_is_for_somebody_absent(now: datetime, expected: str) -> None:
    assert ids(SALES.whom("owner", "anna", now, ())) == [expected]
    for one in SALES.recipients:
        assert ("anna" in SALES.owned(one.id, now)) == (one.id == expected)


def test_nobody_gets_a_letter_twice() -> None:
    now = at(ANNA, "2026-02-03T12:00")
    assert ids(SALES.whom("all", None, now, ())) == ["ben", "cleo", "dan"]
    assert ids(SALES.whom("team", "anna", now, ())) == ["ben"]


def test_a_circle_that_time_zones_close_is_left() -> None:
    """Anna's last day is still there while Ben's first has begun: the build sees two days."""
    given = """
recipients:
  - {id: a, name: A, email: a@example.com, timezone: Pacific/Honolulu,
     absence: [{from: 2026-02-01, to: 2026-02-05, stand_in: b}]}
  - {id: b, name: B, email: b@example.com, timezone: Pacific/Auckland,
     absence: [{from: 2026-02-06, to: 2026-02-09, stand_in: a}]}
"""
    sales = team.from_checked(compile_sales(given))
    now = at(sales.recipients[0], "2026-02-05T20:00")
    assert len(sales.whom("owner", "a", now, ())) == 1


# --- holidays that end ----------------------------------------------------------------------


def test_an_alarm_is_raised_ninety_days_before_the_holidays_end() -> None:
    ends = datetime(2031, 12, 31, tzinfo=UTC)
    assert ANNA.off.known_until == ends.date()
    assert not ANNA.holidays_end(ends - timedelta(days=90))
    assert ANNA.holidays_end(ends - timedelta(days=89))
    assert ANNA.holidays_end(ends + timedelta(days=900))
    assert not any(one.holidays_end(ends) for one in (BEN, CLEO, DAN))


def test_a_sales_without_fallback_has_the_first_recipient_as_one() -> None:
    assert ids(Sales((DAN, ANNA)).whom("owner", None, TUESDAY, ())) == ["dan"]
