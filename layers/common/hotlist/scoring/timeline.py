"""Awards over time: what one is worth at an instant, and when something first changes."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

NEVER: Final = 2**62


@dataclass(frozen=True, slots=True)
class Award:
    """What a rule (by its place in the file) gave for an event, or for the lead (`at` None).

    It is there from `start` until before `end`; it fades by half in `half_life` from `at`.
    Points are thousandths, instants milliseconds.
    """

    place: int
    event_id: str
    at: int | None
    points: int
    start: int = -NEVER
    end: int = NEVER
    half_life: int | None = None

    def is_there(self, at: int) -> bool:
        return self.start <= at < self.end


def worth(award: Award, at: int) -> int:
    """What an award is worth at an instant, rounded half up to thousandths with its sign."""
    if not award.is_there(at):
        return 0
    if award.half_life is None or award.at is None:
        return award.points
    faded: float = award.points * 2.0 ** (-(at - award.at) / award.half_life)
    return math.floor(faded + 0.5)


def held(lines: list[int], mine: Sequence[int], maximum: int) -> None:
    """Hold the sum of some lines at `maximum`: the newest positive ones lose first."""
    excess = sum(lines[i] for i in mine) - maximum
    for i in reversed(mine):
        if excess <= 0:
            return
        taken = min(excess, max(0, lines[i]))
        lines[i] -= taken
        excess -= taken


Corners = Callable[[list[int], list[int], list[bool]], tuple[Any, Any]]


def first_change(
    awards: Sequence[Award],
    now: int,
    current: object,
    corners: Corners,
    decisive: Sequence[Award],
) -> int | None:
    """The first millisecond after `now` at which something differs from `current`.

    `corners` judges the least and the greatest value that each award has in a stretch: if
    both come to the same, nothing happens inside, for all that is judged grows with the
    values. `decisive` awards count by being there, so a stretch ends where one comes or goes.
    """
    ends = [t for a in awards for t in (a.start, a.end) if now < t < NEVER]
    fades = [a for a in awards if a.half_life and a.at is not None]
    # After ten bits more than a value has, a fading award is worth nothing at all.
    silent = [
        a.at + a.half_life * (abs(a.points).bit_length() + 10)
        for a in fades
        if a.at is not None and a.half_life is not None
    ]
    last = max([*ends, *(min(t, a.end) for t, a in zip(silent, fades, strict=True))], default=now)
    borders = sorted({t for a in decisive for t in (a.start, a.end) if now < t <= last})
    start = now + 1
    for border in [*borders, last + 1]:
        if start < border:
            found = _search(awards, start, border - 1, current, corners)
            if found is not None:
                return found
        start = border
    return None


def _search(
    awards: Sequence[Award], first: int, last: int, current: object, corners: Corners
) -> int | None:
    """Within [first, last], in which no decisive award comes or goes."""
    there = [award.is_there(first) for award in awards]
    stretches = [(first, last)]
    while stretches:
        a, b = stretches.pop()
        lesser, greater = [], []
        for award in awards:
            low, high = _range(award, a, b)
            lesser.append(low)
            greater.append(high)
        one, other = corners(lesser, greater, there)
        if one == other:
            if one != current:
                return a
            continue
        middle = (a + b) // 2
        stretches += [(middle + 1, b), (a, middle)]
    return None


def _range(award: Award, a: int, b: int) -> tuple[int, int]:
    """The least and greatest worth of an award at any instant of [a, b]."""
    inside = (max(a, award.start), min(b, award.end - 1))
    if inside[0] > inside[1]:
        return 0, 0
    ends = [worth(award, inside[0]), worth(award, inside[1])]
    if inside != (a, b):
        ends.append(0)
    return min(ends), max(ends)
