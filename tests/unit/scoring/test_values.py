"""Section 1: how values are written."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from hotlist.events.times import from_text, to_ms
from hotlist.scoring import values
from hotlist.scoring.values import Amount

WARSAW = values.zone("Europe/Warsaw")


@pytest.mark.parametrize(
    ("read", "given", "expected"),
    [
        (values.points, 15, 15_000),
        (values.points, -5, -5_000),
        (values.points, 0.5, 500),
        (values.points, 0.001, 1),
        (values.points, -4.999, -4_999),
        (values.points, 1.1, 1_100),
        (values.points, Decimal("0.100"), 100),
        (values.points, 999_999_999, 999_999_999_000),
        (values.points, 999_999_999.999, 999_999_999_999),
        (values.points, -999_999_999, -999_999_999_000),
        (values.whole, 5, 5),
        (values.whole, -5.0, -5),
        (values.duration, "30s", 30_000),
        (values.duration, "5min", 300_000),
        (values.duration, "12h", 43_200_000),
        (values.duration, "30d", 2_592_000_000),
        (values.duration, "2w", 1_209_600_000),
        (values.duration, "999999999s", 999_999_999_000),
        (values.share, "30%", Fraction(3, 10)),
        (values.share, "12.5%", Fraction(1, 8)),
        (values.share, "0.001%", Fraction(1, 100_000)),
        (values.share, "150%", Fraction(3, 2)),
        (values.weight, "30%", 30),
        (values.weight, "0%", 0),
        (values.weight, "150.0%", 150),
        (values.amount, 5, Amount(points=5_000)),
        (values.amount, 0, Amount(points=0)),
        (values.amount, 0.5, Amount(points=500)),
        (values.amount, "5%", Amount(share=Fraction(1, 20))),
    ],
)
def test_what_is_written_is_read(
    read: Callable[[object], object], given: object, expected: object
) -> None:
    found = read(given)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("read", "given", "hint"),
    [
        *((values.points, given, "write 15, -5 or 0.5") for given in (True, "15", None, [1])),
        *(
            (values.points, given, "below a billion; write less")
            for given in (10**9, -(10**9), 1e9, -1e9)
        ),
        *(
            (values.points, float(given), "below a billion; write less")
            for given in ("nan", "inf", "-inf")
        ),
        (values.points, Decimal("nan"), "below a billion; write less"),
        (values.duration, "5m", "write 5min; there are no months, so write 30d for one"),
        (values.points, Decimal("1.2345"), "1.2345 has more than three decimals; round it"),
        (values.points, 1.2345, "1.2345 has more than three decimals; round it"),
        (values.points, -0.0001, "-0.0001 has more than three decimals; round it"),
        (values.whole, 5.5, "5.5 is not a whole number; write one like 40"),
        *(
            (values.duration, given, "write 30s, 5min, 12h, 30d or 2w")
            for given in (
                *("5", "d", "", "1.5h", "-1d", " 1d", "1d ", "1d\n", "1 d", "1D", "1d2h"),
                *("1y", "٣d", "1000000000s", 5, None, ["1d"]),
            )
        ),
        (values.duration, "0d", "duration of zero has no effect; write 1s or more"),
        *(
            (values.share, given, "write 30%")
            for given in ("30", 30, 0.3, None, "-5%", "5 %", "%", "1.2345%", ".5%", "5.%", "30%\n")
        ),
        (values.weight, "12.5%", "'12.5%' is not a whole percentage; write 30%"),
        (values.amount, -1, "-1 is negative; write one like 5 or 5%"),
        (values.amount, "-5%", "write 30%"),
        (values.amount, "5", "write 15, -5 or 0.5"),
        *(
            (values.zone, given, "write one like Europe/Warsaw, or UTC")
            for given in ("Mars/Base", "", "../UTC", None, 5, "Europe", "a\0b", "x" * 300)
        ),
    ],
)
def test_all_else_is_refused_with_a_hint(
    read: Callable[[object], object], given: object, hint: str
) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        read(given)
    assert str(raised.value).endswith(hint)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        *((None, "nothing"), (True, "true"), (False, "false"), ("5", "'5'"), (5, "5")),
        *((Decimal("0.5"), "0.5"), ([1], "[1]")),
    ],
)
def test_a_hint_shows_what_was_given(given: object, shown: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        values.duration(given)
    assert str(raised.value) == f"{shown} is not a duration; write 30s, 5min, 12h, 30d or 2w"


def test_a_long_value_is_cut_in_the_hint() -> None:
    shown = "'" + 56 * "x" + "…"
    with pytest.raises(ValueError, match=r"\A" + shown + r" is not a duration"):
        values.duration("x" * 100)
    with pytest.raises(ValueError, match=r"\A'" + 58 * "x" + "' is not a duration"):
        values.duration("x" * 58)


@pytest.mark.parametrize(
    ("zone", "day", "first", "end"),
    [
        ("UTC", "2026-03-28", "2026-03-28T00:00Z", "2026-03-29T00:00Z"),
        ("UTC", "9999-12-30", "9999-12-30T00:00Z", "9999-12-31T00:00Z"),
        ("Europe/Warsaw", "2026-03-28", "2026-03-27T23:00Z", "2026-03-28T23:00Z"),
        ("Europe/Warsaw", "2026-03-29", "2026-03-28T23:00Z", "2026-03-29T22:00Z"),  # 23 hours
        ("Europe/Warsaw", "2026-10-25", "2026-10-24T22:00Z", "2026-10-25T23:00Z"),  # 25 hours
        ("America/Santiago", "2026-09-06", "2026-09-06T04:00Z", "2026-09-07T03:00Z"),  # from 01:00
        ("America/Havana", "2026-11-01", "2026-11-01T04:00Z", "2026-11-02T05:00Z"),  # 00:30 twice
    ],
)
def test_a_date_is_a_whole_local_day(zone: str, day: str, first: str, end: str) -> None:
    assert values.beginning(day, values.zone(zone)) == to_ms(from_text(first))
    assert values.ending(day, values.zone(zone)) == to_ms(from_text(end))
    assert values.midnight(date.fromisoformat(day), values.zone(zone)) == to_ms(from_text(first))


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-28T12:00:00+01:00",
        "2026-03-28 11:00:00Z",
        "2026-03-28T11:00Z",
        "2026-03-28t11:00:00.000999Z",
    ],
)
def test_an_instant_has_an_offset_and_whole_milliseconds(text: str) -> None:
    expected = to_ms(from_text("2026-03-28T11:00:00Z"))
    assert values.beginning(text, WARSAW) == values.ending(text, WARSAW) == expected


@pytest.mark.parametrize(
    "given",
    [
        *("2026-03-28T12:00:00", "2026-03-28T12", "28.03.2026", "2026-3-28", "today", "", None, 5),
        *("2026-03-28T25:00:00Z", "2026-03-28T12:00:00+0", "9999-12-31T23:00:00-02:00"),
        *("2026-03-28\n", "2026-W13-6", "20260328", "20260328T120000Z"),
    ],
)
def test_no_date_and_no_instant(given: object) -> None:
    for read in (values.beginning, values.ending):
        with pytest.raises(ValueError, match=r"is not a date or an instant; write .*") as raised:
            read(given, WARSAW)
        hint = "; write 2026-03-28, or 2026-03-28T12:00:00+01:00 with its offset"
        assert str(raised.value).endswith(hint)


def test_the_last_day_of_the_calendar_is_for_ever() -> None:
    assert (
        values.ending("9999-12-31", WARSAW) == values.beginning("9999-12-31", WARSAW) + 86_400_000
    )


@pytest.mark.parametrize("given", ["2026-02-30", "2026-13-01", "0000-01-01"])
def test_a_day_that_is_not_in_the_calendar(given: str) -> None:
    with pytest.raises(ValueError, match=f"there is no day {given}"):
        values.ending(given, WARSAW)
