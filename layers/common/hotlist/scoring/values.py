"""The values of the rules language: points, durations, percentages, amounts."""

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

_UNITS: Final = {
    "s": 1_000,
    "min": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
    "w": 604_800_000,
}
_DURATION: Final = re.compile(r"([0-9]{1,9})(s|min|h|d|w)\Z")
_PERCENT: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)%\Z")
_LIMIT: Final = 10**9


def duration(value: object) -> int:
    """Milliseconds of `30s 5min 12h 30d 2w`. ValueError for anything else."""
    found = _DURATION.match(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{value!r} is no duration; write 30s, 5min, 12h, 30d or 2w")
    length = int(found[1]) * _UNITS[found[2]]
    if length == 0:
        raise ValueError("a duration is longer than nothing")
    return length


def points(value: object) -> int:
    """Thousandths of a point. ValueError for more than three decimals, or no number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError(f"{value!r} is no number of points; write 15, -5 or 0.5")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number of points; write 15, -5 or 0.5") from None
    if not number.is_finite() or abs(number) >= _LIMIT:
        raise ValueError(f"{value} is too much: points are less than a billion")
    thousandths = number * 1000
    if thousandths != thousandths.to_integral_value():
        raise ValueError(f"{value} has more than three decimals")
    return int(thousandths)


def whole(value: object) -> int:
    """A whole number. ValueError for anything else."""
    thousandths = points(value)
    if thousandths % 1000:
        raise ValueError(f"{value} is not a whole number")
    return thousandths // 1000


def margin(value: object, minimum: int) -> Fraction:
    """Points of an amount, `5` or `5%` of `minimum` without its sign. Never negative."""
    found = _PERCENT.match(value) if isinstance(value, str) else None
    if found is not None:
        return Fraction(found[1]) * abs(minimum) / 100
    amount = Fraction(points(value), 1000)
    if amount < 0:
        raise ValueError(f"{value} is negative")
    return amount
