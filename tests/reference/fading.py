"""Lines of a score, and how they lose points with their age."""

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from hotlist.scoring import values


@dataclass(frozen=True)
class Line:
    """An award or adjustment: `raw` thousandths of a point before decay.

    `place` is that of its rule in the file. A line without `at` is a lead rule's.
    """

    place: int
    rule: str
    group: str
    event_id: str | None
    at: int | None
    raw: int
    decay: Any = "none"
    lasts: int | None = None

    @property
    def age_order(self) -> tuple[object, ...]:
        """Oldest first."""
        if self.at is None:
            return (0, self.place)
        return (1, self.at, self.event_id or "", self.place)

    def is_there(self, now: int) -> bool:
        return self.at is None or self.lasts is None or now - self.at < self.lasts

    def decayed(self, now: int) -> Fraction:
        """Points at an instant, rounded half up to thousandths."""
        if self.at is None or self.decay == "none":
            return Fraction(self.raw, 1000)
        worth = _worth(abs(self.raw), self.decay, now - self.at)
        signed = worth if self.raw >= 0 else -worth
        return Fraction(floor(signed + Fraction(1, 2)), 1000)


def _worth(size: int, decay: Any, age: int) -> Fraction:
    """How many of these thousandths are left at an age."""
    least = Fraction(0)
    if "floor" in decay:
        least = min(Fraction(size), values.amount(decay["floor"]).of(size))
    return max(least, _faded(size, decay, age))


def _faded(size: int, decay: Any, age: int) -> Fraction:
    if "half_life" in decay:
        return size * Fraction(2.0 ** (-age / values.duration(decay["half_life"])))
    if "linear" in decay:
        return size * max(Fraction(0), 1 - Fraction(age, values.duration(decay["linear"])))
    if "lose" in decay:
        times = age // values.duration(decay["every"])
        return max(Fraction(0), size - values.amount(decay["lose"]).of(size) * times)
    reached = [
        (values.duration(step), values.amount(amount).of(size))
        for step, amount in decay["steps"].items()
        if values.duration(step) <= age
    ]
    return min(Fraction(size), max(reached)[1]) if reached else Fraction(size)
