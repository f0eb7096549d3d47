"""How an award loses points with its age.

Points are whole thousandths, ages whole milliseconds. Only 2^x is binary floating point. All else
is exact, and rounded once, half up.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, NamedTuple

from hotlist.scoring.values import Amount, amount, duration

_SURE: Final = 1 << 40
"""Below this many thousandths the error of a product of doubles is less than `_NEAR`."""
_NEAR: Final = 1e-3


class Step(NamedTuple):
    """From this age on, an award is worth `most` or less."""

    age: int
    most: Amount


@dataclass(frozen=True, slots=True)
class Decay:
    """How an award loses points. Exactly one of the first four fields is set."""

    half_life: int | None = None
    linear: int | None = None
    lose: tuple[Amount, int] | None = None
    steps: tuple[Step, ...] = ()
    floor: Amount | None = None

    @classmethod
    def of(cls, given: Any) -> "Decay | None":
        """The decay that a checked value describes; None for `none`."""
        if given == "none":
            return None
        assert isinstance(given, Mapping)  # noqa: S101 - checked
        return cls(
            half_life=duration(given["half_life"]) if "half_life" in given else None,
            linear=duration(given["linear"]) if "linear" in given else None,
            lose=(amount(given["lose"]), duration(given["every"])) if "lose" in given else None,
            steps=tuple(
                Step(duration(age), amount(most)) for age, most in given.get("steps", {}).items()
            ),
            floor=amount(given["floor"]) if "floor" in given else None,
        )

    def worth(self, points: int, age: int) -> int:
        """What an award of `points` is worth at an age, rounded half up with its sign."""
        faded = self._faded(points, age)
        if self.floor is None:
            return faded
        # Rounding keeps the order, so the greater value can be found after it.
        size = abs(points)
        least = min(Fraction(size), self.floor.of(size))
        return max(faded, _rounded(least)) if points >= 0 else min(faded, _rounded(-least))

    def extremes(self, points: int, first: int, last: int) -> tuple[int, int]:
        """The least and the greatest worth at any age from `first` to `last`."""
        half_life = self.half_life
        if half_life is not None and self.floor is None:  # nearly all awards that fade
            one = _halved(points, 2.0 ** (-first / half_life))
            other = one if first == last else _halved(points, 2.0 ** (-last / half_life))
            return (other, one) if points > 0 else (one, other)
        one = self.worth(points, first)
        if first == last:
            return one, one
        other = self.worth(points, last)
        if not self.steps:
            return (one, other) if one < other else (other, one)
        # After a step in percent, a step in points may raise a small award again.
        between = [self.worth(points, step.age) for step in self.steps if first < step.age < last]
        return min(one, other, *between), max(one, other, *between)

    def _faded(self, points: int, age: int) -> int:
        if self.half_life is not None:
            return _halved(points, 2.0 ** (-age / self.half_life))
        if self.linear is not None:
            return _rounded_ratio(points * max(0, self.linear - age), self.linear)
        size = abs(points)
        left = Fraction(size)
        if self.lose is not None:
            lost, every = self.lose
            left = max(Fraction(0), size - lost.of(size) * (age // every))
        else:
            for step in self.steps:
                if age >= step.age:
                    left = min(Fraction(size), step.most.of(size))
        return _rounded(left if points >= 0 else -left)


def _halved(points: int, factor: float) -> int:
    """⌊points · factor + ½⌋, exact for this factor."""
    if -_SURE < points < _SURE:
        product = points * factor
        whole = math.floor(product)
        rest = product - whole
        if rest < 0.5 - _NEAR:
            return whole
        if rest > 0.5 + _NEAR:
            return whole + 1
    return _rounded(points * Fraction(factor))


def _rounded(value: Fraction) -> int:
    return _rounded_ratio(value.numerator, value.denominator)


def _rounded_ratio(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
