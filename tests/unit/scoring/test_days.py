"""Local days: 23 to 25 hours, and none of them 24 by decree."""

from typing import Any

import pytest

from scoring import DAY, MS, Time, awarded, instant, rules, totals, visit, visits

PER_DAY = {"id": "v", "event": "page_viewed", "points": 1, "award": "per_day"}


@pytest.mark.parametrize(
    ("zone", "times", "expected"),
    [
        ("UTC", ["2026-03-28T23:59:59.999Z", "2026-03-29T00:00Z"], "ab"),
        ("Europe/Warsaw", ["2026-03-28T22:59:59.999Z", "2026-03-28T23:00Z"], "ab"),
        ("Europe/Warsaw", ["2026-03-28T23:00Z", "2026-03-29T00:00Z"], "a"),
        # 29 March has 23 hours: 23:00Z to 22:00Z
        ("Europe/Warsaw", ["2026-03-28T23:00Z", "2026-03-29T21:59:59.999Z"], "a"),
        ("Europe/Warsaw", ["2026-03-28T23:00Z", "2026-03-29T22:00Z"], "ab"),
        # 25 October has 25 hours: 22:00Z to 23:00Z, with 02:30 twice
        ("Europe/Warsaw", ["2026-10-24T22:00Z", "2026-10-25T22:59:59.999Z"], "a"),
        ("Europe/Warsaw", ["2026-10-24T22:00Z", "2026-10-25T23:00Z"], "ab"),
        ("Europe/Warsaw", ["2026-10-25T00:30Z", "2026-10-25T01:30Z"], "a"),
        # midnight is skipped, and stands twice
        ("America/Santiago", ["2026-09-06T03:59:59.999Z", "2026-09-06T04:00Z"], "ab"),
        ("America/Havana", ["2026-11-01T04:30Z", "2026-11-01T05:30Z"], "a"),
        ("Pacific/Auckland", ["2026-03-28T10:59Z", "2026-03-28T11:00Z"], "ab"),
    ],
)
def test_a_day_is_that_of_the_rulesets_timezone(zone: str, times: list[str], expected: str) -> None:
    assert awarded(rules(PER_DAY, timezone=zone), visits(*times), "2026-12-01T00:00Z") == expected


@pytest.mark.parametrize(
    ("zone", "times", "expected"),
    [
        ("Asia/Tokyo", ["9999-12-31T14:59Z", "9999-12-31T15:00Z", "9999-12-31T23:00Z"], "ab"),
        ("America/New_York", ["0001-01-01T01:00Z", "0001-01-01T02:00Z", "0001-01-02T00:00Z"], "ac"),
    ],
)
def test_where_the_calendar_ends_days_are_those_of_utc(
    zone: str, times: list[str], expected: str
) -> None:
    assert awarded(rules(PER_DAY, timezone=zone), visits(*times), times[-1]) == expected


def test_distinct_days_and_runs_of_days_are_local_too() -> None:
    times = ["2026-03-28T22:00Z", "2026-03-28T23:30Z", "2026-03-29T21:30Z", "2026-03-29T22:00Z"]
    for zone, distinct, pairs in (("Europe/Warsaw", "bd", "c"), ("UTC", "c", "bd")):
        made = {**PER_DAY, "award": {"every": 2, "distinct": "day"}}
        assert awarded(rules(made, timezone=zone), visits(*times)) == distinct
        made = {**PER_DAY, "award": {"every": 2, "within": "day"}}
        assert awarded(rules(made, timezone=zone), visits(*times)) == pairs


@pytest.mark.parametrize(
    ("active", "first", "end"),
    [
        # a date is a whole day, and as an end it includes that day
        ({"active_from": "2026-03-29"}, "2026-03-28T23:00Z", None),
        ({"active_until": "2026-03-29"}, None, "2026-03-29T22:00Z"),
        ({"active_until": "2026-10-25"}, None, "2026-10-25T23:00Z"),
        # an instant as an end is not included
        ({"active_from": "2026-03-29T00:00:00+01:00"}, "2026-03-28T23:00Z", None),
        ({"active_until": "2026-03-29T12:00:00+02:00"}, None, "2026-03-29T10:00Z"),
    ],
)
def test_dates_are_whole_days_of_the_timezone(
    active: dict[str, Any], first: str | None, end: str | None
) -> None:
    made = rules({**PER_DAY, "award": "each", **active}, timezone="Europe/Warsaw")
    for edge, at, before in ((first, 1, 0), (end, 0, 1)):
        if edge is not None:
            for moment, expected in ((instant(edge) - MS, before), (instant(edge), at)):
                assert totals(made, [visit(moment)], [moment + DAY]) == [expected]


def test_a_day_as_duration_is_always_24_hours() -> None:
    start = "2026-03-28T12:00:00Z"
    made = rules({**PER_DAY, "award": "each", "lasts": "1d"}, timezone="Europe/Warsaw")
    times: list[Time] = [instant(start) + DAY - MS, instant(start) + DAY]
    assert totals(made, [visit(start)], times) == [1, 0]
    quiet = rules({"id": "q", "inactive": "1d", "points": -1}, timezone="Europe/Warsaw")
    assert totals(quiet, [visit(start)], times) == [0, -1]
