"""Whose digest is due, also on the days on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hotlist.config.findings import BadConfig
from hotlist.config.sales_schema import compile_sales
from hotlist.sales import team
from hotlist.sales.team import CATCH_UP, Recipient

EVERY_DAY = frozenset(range(7))


def recipient(**changes: Any) -> Recipient:
    fields: dict[str, Any] = {
        "id": "anna",
        "name": "Anna",
        "email": "anna@example.com",
        "language": "pl",
        "timezone": "Europe/Warsaw",
        "digest": time(7, 30),
        "weekdays": EVERY_DAY,
    }
    return Recipient(**(fields | changes))


def runs(day: datetime) -> list[datetime]:
    """Every quarter of an hour from 12 hours before to 36 hours after."""
    return [day + timedelta(minutes=15 * n) for n in range(-48, 144)]


@pytest.mark.parametrize(
    ("zone", "day", "digest"),
    [
        ("Europe/Warsaw", datetime(2026, 3, 29, tzinfo=UTC), time(2, 30)),  # skipped by the clock
        ("Europe/Warsaw", datetime(2026, 10, 25, tzinfo=UTC), time(2, 30)),  # comes twice
        ("America/New_York", datetime(2026, 3, 8, tzinfo=UTC), time(2, 15)),
        ("America/New_York", datetime(2026, 11, 1, tzinfo=UTC), time(1, 45)),
        ("Australia/Lord_Howe", datetime(2026, 10, 4, tzinfo=UTC), time(2, 15)),
        ("Asia/Kathmandu", datetime(2026, 5, 5, tzinfo=UTC), time(0, 0)),
        ("Pacific/Kiritimati", datetime(2026, 5, 5, tzinfo=UTC), time(23, 45)),
    ],
)
def test_every_local_day_is_due_and_only_once_its_time_has_come(
    zone: str, day: datetime, digest: time
) -> None:
    who = recipient(timezone=zone, digest=digest)
    days: dict[str, datetime] = {}
    for now in runs(day):
        due = who.due_day(now)
        if due is not None:
            days.setdefault(due, now)
    assert day.date().isoformat() in days
    for first, after in zip(sorted(days), sorted(days)[1:], strict=False):
        assert datetime.fromisoformat(after) - datetime.fromisoformat(first) == timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("UTC", date(2026, 5, 5)),
        ("Europe/Warsaw", date(2026, 3, 29)),  # 2:00 to 3:00 is skipped
        ("Europe/Warsaw", date(2026, 10, 25)),  # 2:00 to 3:00 comes twice
        ("Africa/Cairo", date(2026, 4, 24)),  # 0:00 to 1:00 is skipped
        ("Africa/Cairo", date(2026, 10, 29)),  # 23:00 to 24:00 comes twice
        ("Asia/Kathmandu", date(2026, 5, 5)),
    ],
)
def test_a_digest_at_any_minute_of_a_day_is_due_at_the_next_run(zone: str, day: date) -> None:
    tz, quarter = ZoneInfo(zone), timedelta(minutes=15)
    for minute in range(24 * 60):
        at = time(minute // 60, minute % 60)
        who = recipient(timezone=zone, digest=at, weekdays=frozenset({day.weekday()}))
        wanted = datetime.combine(day, at, tz).astimezone(UTC)
        before = wanted - timedelta(minutes=wanted.minute % 15 or 15)
        assert who.due_day(before) is None, at
        assert who.due_day(before + quarter) == day.isoformat(), at
        assert who.due_day(wanted + CATCH_UP - timedelta(minutes=1)) == day.isoformat(), at
        assert who.due_day(wanted + CATCH_UP) is None, at


def test_it_is_due_at_its_local_time_in_winter_and_in_summer() -> None:
    who = recipient()
    assert who.due_day(datetime(2026, 1, 15, 6, 29, tzinfo=UTC)) is None
    assert who.due_day(datetime(2026, 1, 15, 6, 30, tzinfo=UTC)) == "2026-01-15"
    assert who.due_day(datetime(2026, 7, 15, 5, 30, tzinfo=UTC)) == "2026-07-15"


def test_a_missed_run_is_caught_up_for_three_hours() -> None:
    start = datetime(2026, 1, 15, 6, 30, tzinfo=UTC)
    assert recipient().due_day(start + timedelta(hours=2, minutes=59)) == "2026-01-15"
    assert recipient().due_day(start + timedelta(hours=3)) is None


def test_weekdays_are_local() -> None:
    who = recipient(timezone="Pacific/Auckland", weekdays=frozenset({0}))
    sunday_evening_utc = datetime(2026, 5, 3, 19, 30, tzinfo=UTC)  # Monday 7:30 in Auckland
    assert who.due_day(sunday_evening_utc) == "2026-05-04"
    assert who.due_day(sunday_evening_utc + timedelta(days=1)) is None


def test_the_shipped_file_is_good() -> None:
    file = Path(__file__).parents[2] / "config" / "sales.yaml"
    assert team.from_checked(compile_sales(file.read_text("utf-8"))).recipients


ONE = "recipients:\n  - {id: a, name: A, email: a@example.com}\n"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (ONE + "  - {id: a, name: B, email: b@example.com}\n", "recipients[1].id"),
        (ONE.replace("a@example.com", "nobody"), "recipients[0].email"),
        (ONE.replace("a@example.com", "zażółć@example.pl"), "recipients[0].email"),
        (ONE.replace("name: A", 'name: "A\\nBcc: b@example.com"'), "recipients[0].name"),
        (ONE.replace("name: A", 'name: "A\\u0007"'), "recipients[0].name"),
        (ONE.replace("name: A", 'name: "A\\u2028B"'), "recipients[0].name"),
        (ONE.replace("id: a", "id: a, timezone: Mars/Olympus"), "recipients[0].timezone"),
        (ONE.replace("id: a", 'id: a, digest: "25:00"'), "recipients[0].digest"),
        (ONE.replace("id: a", "id: a, weekdays: [monday]"), "recipients[0].weekdays[0]"),
        (ONE.replace("id: a", "id: A b"), "recipients[0].id"),
        (ONE + "owners: {}\n", "owners"),
        ("recipients: []\n", "recipients"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(text: str, path: str) -> None:
    with pytest.raises(BadConfig) as error:
        compile_sales(text, "sales.yaml")
    assert error.value.findings[0].path == path


@pytest.mark.parametrize(
    ("written", "email"),
    [
        ("Anna.K@example.com", "Anna.K@example.com"),
        ("anna@exämple.org", "anna@xn--exmple-cua.org"),
    ],
)
def test_an_address_is_passed_on_as_headers_take_it(written: str, email: str) -> None:
    checked = compile_sales(ONE.replace("a@example.com", written), "sales.yaml")
    assert team.from_checked(checked).recipients[0].email == email
