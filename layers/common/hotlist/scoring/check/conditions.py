"""Whether one condition is inside another: all that fits the one fits the other.

Judged is only what is certain. Limits are those of doubles, as patterns have them: "less than
10" ends at the double before 10.
"""

import json
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

from hotlist.scoring.check.report import UNCLEAR
from hotlist.scoring.pattern.addresses import address
from hotlist.scoring.pattern.leaves import Values

Interval = tuple[float, float]
"""The least and the greatest number, both included."""

Conditions = Mapping[tuple[str, str], "Condition"]
"""By keyword and field (`("where", "page.path")`); all of them must hold."""

_NAMES: Final = ("where", "lead", "score")


@dataclass(frozen=True)
class Condition:
    """A list of values, any of which fits; `whole` for a pattern that is more than lists."""

    given: tuple[Any, ...]
    ignore_case: bool
    whole: bool = False

    @classmethod
    def of_list(cls, given: list[Any], *, ignore_case: bool) -> Self:
        return cls(tuple(given), ignore_case)

    @cached_property
    def _values(self) -> Values:
        return Values.of(list(self.given), (), ignore_case=self.ignore_case)

    @cached_property
    def texts(self) -> frozenset[str]:
        return frozenset(map(self._text, self.given))

    def _text(self, value: object) -> str:
        text = json.dumps(value, sort_keys=True, default=float)
        return text.lower() if self.ignore_case else text

    @cached_property
    def intervals(self) -> tuple[Interval, ...]:
        """The numbers that fit a `numeric` condition, in order; none where all else fits too.

        Plain numbers may stand beside it; alone they are names, not a range of anything.
        """
        if self.whole or not all(map(_is_numeric, self.given)):
            return ()
        if not any(isinstance(one, Mapping) for one in self.given):
            return ()
        exact = [(n, n) for n in self._values.numbers if isinstance(n, float)]
        if len(exact) < len(self._values.numbers):
            return ()
        return merged((*exact, *self._values.number_ranges))

    @property
    def fits_absent(self) -> bool:
        return self.whole or self._values.absent

    def contains(self, inner: "Condition") -> bool:
        """Whether every value that fits `inner` fits this one."""
        if self.whole or inner.whole:
            return self.whole == inner.whole and self.texts == inner.texts
        return all(self._text(one) in self.texts or self._fits_all(one) for one in inner.given)

    def _fits_all(self, one: Any) -> bool:
        """Whether whatever fits this value of a list fits this condition."""
        if not isinstance(one, Mapping):
            if isinstance(one, str) and address(one.lower() if self.ignore_case else one):
                return False  # it has other spellings
            return self._values.accepts(one)
        ((keyword, operand),) = one.items()
        if keyword == "exists":
            return False
        if self._values.present:
            return True
        if keyword == "numeric":
            values = Values.of([one], (), ignore_case=False)
            exact = [(n, n) for n in self._values.numbers if isinstance(n, float)]
            own = merged((*exact, *self._values.number_ranges))
            inner = [(n, n) for n in values.numbers if isinstance(n, float)]
            return all(is_in(i, own) for i in (*inner, *values.number_ranges))
        if keyword == "exactly":
            return self._values.accepts(operand)
        return keyword in ("prefix", "suffix") and any(
            self._is_wider(keyword, other.get(keyword), operand)
            for other in self.given
            if isinstance(other, Mapping)
        )

    def _is_wider(self, keyword: str, outer: object, inner: object) -> bool:
        if not isinstance(outer, str) or not isinstance(inner, str):
            return False
        if self.ignore_case:
            outer, inner = outer.lower(), inner.lower()
        return inner.startswith(outer) if keyword == "prefix" else inner.endswith(outer)


def conditions_of(given: Mapping[str, Any], names: Collection[str] = _NAMES) -> Conditions | None:
    """The conditions of a rule or band under these keywords; None if one is unclear."""
    found: dict[tuple[str, str], Condition] = {}
    for name in names:
        one = given.get(name)
        if one is UNCLEAR:
            return None
        if isinstance(one, list):
            found[name, ""] = Condition.of_list(one, ignore_case=False)
        elif isinstance(one, Mapping):
            found |= _fields(name, one)
    return found


def _fields(name: str, pattern: Mapping[str, Any]) -> Conditions:
    ignore_case = name == "lead"
    flat = dict(_flat(pattern, ""))
    if any("$or" in field.split(".") for field in flat):
        return {(name, ""): Condition((pattern,), ignore_case, whole=True)}
    return {
        (name, field): Condition.of_list(given, ignore_case=ignore_case)
        for field, given in flat.items()
    }


def _flat(pattern: Mapping[str, Any], before: str) -> Iterator[tuple[str, list[Any]]]:
    for key, given in pattern.items():
        field = f"{before}.{key}" if before else key
        if isinstance(given, Mapping):
            yield from _flat(given, field)
        else:
            yield field, given


def is_inside(inner: Conditions | None, outer: Conditions | None) -> bool:
    """Whether whatever fits all conditions of `inner` certainly fits those of `outer`."""
    if inner is None or outer is None or not outer.keys() <= inner.keys():
        return False
    # In arrays of objects, absence is asked of the elements that the other fields chose.
    asks_absence = any("." in key[1] and one.fits_absent for key, one in outer.items())
    if asks_absence and len(inner) > len(outer):
        return False
    return all(one.contains(inner[key]) for key, one in outer.items())


# --- numbers ------------------------------------------------------------------------------


def merged(intervals: Collection[Interval]) -> tuple[Interval, ...]:
    """The same numbers in intervals that are apart, in order."""
    found: list[Interval] = []
    for low, high in sorted(intervals):
        if found and low <= math.nextafter(found[-1][1], math.inf):
            found[-1] = found[-1][0], max(high, found[-1][1])
        else:
            found.append((low, high))
    return tuple(found)


def overlap(one: Collection[Interval], other: Collection[Interval]) -> Interval | None:
    """Numbers that are in both."""
    for low, high in one:
        for other_low, other_high in other:
            if max(low, other_low) <= min(high, other_high):
                return max(low, other_low), min(high, other_high)
    return None


def is_in(interval: Interval, intervals: Collection[Interval]) -> bool:
    """Whether all numbers of the one are in one of the others."""
    return any(low <= interval[0] and interval[1] <= high for low, high in intervals)


def _is_numeric(one: object) -> bool:
    if isinstance(one, Mapping):
        return "numeric" in one
    return one is not None and not isinstance(one, bool | str)
