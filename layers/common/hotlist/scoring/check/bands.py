"""Bands of a rule (`first_of`) that get in each other's way, or leave a number between them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hotlist.config.findings import Path_
from hotlist.scoring.check.conditions import (
    Condition,
    Conditions,
    Interval,
    conditions_of,
    is_inside,
    overlap,
)
from hotlist.scoring.check.report import UNCLEAR, Report

MAX_BANDS: Final = 300
"""Each is compared with each; a rule with more of them is judged by the first ones."""

MAX_MISSING: Final = 50
"""Of the numbers between two bands, so many are looked for in others."""


@dataclass(frozen=True, slots=True)
class _Band:
    place: int
    conditions: Conditions
    all_conditions: Conditions
    """With those of its rule."""


def check_bands(report: Report, path: Path_, rule: Mapping[str, Any]) -> None:
    given = rule.get("first_of", UNCLEAR)
    bands = _bands(given if isinstance(given, list) else (), conditions_of(rule) or {})
    alive: list[_Band] = []
    colliding: set[int] = set()
    for number, band in enumerate(bands):
        at = (*path, "first_of", band.place)
        hiding = next((one for one in bands[:number] if _hides(one, band)), None)
        if hiding is not None:
            report.error(at, "never-fires", _why_hidden(hiding, band))
            continue
        for before in alive:
            if (shared := _collision(before, band)) is not None:
                message = f"{_numbers(shared)} fits the band before it too ({before.place + 1}.)"
                report.error(at, "bands", f"{message}; let one end where the other begins")
                colliding.add(band.place)
                break
        alive.append(band)
    for place, missing in _gaps(alive):
        if place not in colliding:
            message = f"no band has {missing}; let the bands meet, unless it is meant so"
            report.warning((*path, "first_of", place), "gap", message)


def _bands(given: Sequence[Any], of_rule: Conditions) -> list[_Band]:
    found = []
    for place, band in enumerate(given[:MAX_BANDS]):
        conditions = conditions_of(band) if isinstance(band, Mapping) else None
        if conditions is not None:
            found.append(_Band(place, conditions, {**of_rule, **conditions}))
    return found


def _hides(before: _Band, band: _Band) -> bool:
    return is_inside(band.all_conditions, before.conditions)


def _why_hidden(before: _Band, band: _Band) -> str:
    number = f"the band before it ({before.place + 1}.)"
    if not before.conditions:
        return f"{number} always fits, so this one never does; put it before, or leave it out"
    if is_inside(before.conditions, band.conditions):
        return f"{number} has the same condition; leave one of them out"
    return f"all that fits it fits {number}; put the narrower band first"


def _collision(before: _Band, band: _Band) -> Interval | None:
    """Numbers of one field that fit both, where neither contains the other."""
    if is_inside(before.all_conditions, band.conditions):
        return None
    for key in before.conditions.keys() & band.conditions.keys():
        one, other = before.conditions[key], band.conditions[key]
        if one.intervals and other.intervals and _have_same_rest(before, band, key):
            return overlap(one.intervals, other.intervals)
    return None


def _have_same_rest(one: _Band, other: _Band, key: tuple[str, str]) -> bool:
    rest = {name: given for name, given in one.conditions.items() if name != key}
    others = {name: given for name, given in other.conditions.items() if name != key}
    return is_inside(rest, others) and is_inside(others, rest)


# --- gaps ---------------------------------------------------------------------------------


def _gaps(bands: list[_Band]) -> Iterator[tuple[int, str]]:
    """Whole numbers between neighbours on one field, unless another band takes them.

    Each with the place of the later of the two bands.
    """
    judged: set[tuple[tuple[str, str], int]] = set()
    for first in bands:
        for key, condition in first.conditions.items():
            if not condition.intervals or (key, first.place) in judged:
                continue
            row = [one for one in bands if _is_in_row(first, one, key)]
            judged |= {(key, one.place) for one in row}
            for place, least, last in _gaps_of([(one.place, one.conditions[key]) for one in row]):
                numbers = range(least, min(last, least + MAX_MISSING) + 1)
                if not all(_is_taken(number, first, key, bands) for number in numbers):
                    yield place, f"{least}" if last == least else f"{least} to {last}"


def _is_in_row(first: _Band, one: _Band, key: tuple[str, str]) -> bool:
    condition = one.conditions.get(key)
    return bool(condition and condition.intervals) and _have_same_rest(first, one, key)


def _is_taken(number: int, first: _Band, key: tuple[str, str], bands: list[_Band]) -> bool:
    """Whether a band fits this number, all else as `first` asks."""
    exactly = Condition((number,), first.conditions[key].ignore_case)
    return any(is_inside({**first.conditions, key: exactly}, one.conditions) for one in bands)


def _gaps_of(row: Sequence[tuple[int, Condition]]) -> Iterator[tuple[int, int, int]]:
    """The later place, the first and the last whole number between neighbours."""
    parts = sorted(
        (interval, place) for place, condition in row for interval in condition.intervals
    )
    (_, top), place = parts[0]
    for (low, high), next_place in parts[1:]:
        least, last = math.floor(top) + 1, math.ceil(low) - 1
        if least <= last and place != next_place:
            yield max(place, next_place), least, last
        if high >= top:
            top, place = high, next_place


def _numbers(interval: Interval) -> str:
    low, high = (f"{limit:.15g}" for limit in interval)
    return low if low == high else f"{low} to {high}"
