"""Reads the values of scoring.yaml: points, durations, shares, amounts, days and instants.

Every function takes a value as YAML or JSON gives it. It raises ValueError, with what to write
instead, if it cannot read the value. Inside, points are whole thousandths and times are whole
milliseconds.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hotlist.events.times import from_text, to_ms

_UNITS: Final = {
    "s": 1_000,
    "min": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
    "w": 604_800_000,
}
_DURATION: Final = re.compile(r"([0-9]{1,9})(s|min|h|d|w)\Z")
_AMBIGUOUS: Final = re.compile(r"[0-9]{1,9}m\Z")
_PERCENT: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)%\Z")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:.*(?:[Zz]|[+-][0-9:]{5})\Z")
_NO_ZONES: Final = ("localtime", "posix", "right/", "Factory")
"""Files that lie beside IANA's zones. They differ from machine to machine."""
_DIGITS: Final = 9
_LIMIT: Final = 10**_DIGITS
_THOUSANDTH: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of points (thousandths), or a share of the points that an award began with."""

    points: int = 0
    share: Fraction | None = None

    def of(self, size: int) -> Fraction:
        """The amount in thousandths of a point, for an award that began with `size` thousandths."""
        return Fraction(self.points) if self.share is None else self.share * size


def duration(value: object) -> int:
    """The milliseconds of a duration like `30s`, `5min`, `12h`, `30d` or `2w`."""
    found = _DURATION.match(value) if isinstance(value, str) else None
    if isinstance(value, str) and _AMBIGUOUS.match(value):
        hint = f"write {value}in; there are no months, so write 30d for one"
        raise ValueError(f"{value!r} may be minutes or months: {hint}")
    if found is None:
        raise ValueError(f"{quoted(value)} is not a duration; write 30s, 5min, 12h, 30d or 2w")
    length = int(found[1]) * _UNITS[found[2]]
    if length == 0:
        raise ValueError("a duration of zero has no effect; write 1s or more")
    return length


def points(value: object) -> int:
    """The thousandths of a number of points: at most three decimals, below a billion."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"{quoted(value)} is not a number of points; write 15, -5 or 0.5")
    if isinstance(value, int):
        if abs(value) >= _LIMIT:
            raise ValueError("points must be below a billion; write less")
        return value * 1000
    number = Decimal(repr(value)) if isinstance(value, float) else value
    # Compared by its digits: arithmetic with 1e999999999 overflows.
    if not number.is_finite() or (number and number.adjusted() >= _DIGITS):
        raise ValueError("points must be below a billion; write less")
    rounded = number.quantize(_THOUSANDTH)
    if rounded != number:
        raise ValueError(f"{quoted(value)} has more than three decimals; round it")
    return int(rounded.scaleb(3))


def whole(value: object) -> int:
    """A whole number, below a billion."""
    thousandths = points(value)
    if thousandths % 1000:
        raise ValueError(f"{quoted(value)} is not a whole number; write one like 40")
    return thousandths // 1000


def share(value: object) -> Fraction:
    """The share that a percentage stands for: 3/10 for `30%`."""
    found = _PERCENT.match(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{quoted(value)} is not a percentage; write 30%")
    return Fraction(found[1]) / 100


def weight(value: object) -> int:
    """The number of a whole percentage: 30 for `30%`."""
    percent = share(value) * 100
    if percent.denominator != 1:
        raise ValueError(f"{quoted(value)} is not a whole percentage; write 30%")
    return int(percent)


def amount(value: object) -> Amount:
    """An amount like `5` or `5%`, never negative."""
    if isinstance(value, str) and value.endswith("%"):
        return Amount(share=share(value))
    number = points(value)
    if number < 0:
        raise ValueError(f"{quoted(value)} is negative; write one like 5 or 5%")
    return Amount(points=number)


def zone(value: object) -> ZoneInfo:
    """The time zone of an IANA name like `Europe/Warsaw`."""
    try:
        is_one = isinstance(value, str) and not value.startswith(_NO_ZONES)
        return ZoneInfo(str(value) if is_one else "")
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        hint = "write one like Europe/Warsaw, or UTC"
        raise ValueError(f"{quoted(value)} is not a time zone; {hint}") from error


def beginning(value: object, in_zone: ZoneInfo) -> int:
    """The first millisecond of a date's day in this zone, or the instant itself."""
    day = _day(value)
    return _instant(value) if day is None else midnight(day, in_zone)


def ending(value: object, in_zone: ZoneInfo) -> int:
    """The millisecond after a date's day in this zone, or the instant itself."""
    day = _day(value)
    if day is None:
        return _instant(value)
    if day == date.max:  # for ever
        return midnight(day, in_zone) + _UNITS["d"]
    return midnight(day + timedelta(days=1), in_zone)


def midnight(day: date, in_zone: ZoneInfo) -> int:
    """The first millisecond of a local day, also where clocks skip midnight."""
    return to_ms(datetime(day.year, day.month, day.day, tzinfo=in_zone))


def _day(value: object) -> date | None:
    if not isinstance(value, str) or not _DATE.match(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"there is no day {value}; write one of the calendar") from error


def _instant(value: object) -> int:
    text = value if isinstance(value, str) and _INSTANT.match(value) else ""
    try:
        return to_ms(from_text(text))
    except (ValueError, OverflowError) as error:
        hint = "write 2026-03-28, or 2026-03-28T12:00:00+01:00 with its offset"
        raise ValueError(f"{quoted(value)} is not a date or an instant; {hint}") from error


def quoted(value: object) -> str:
    """A value as a message shows it, short."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    text = str(value) if isinstance(value, Decimal) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
