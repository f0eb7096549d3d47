"""Awards whose times are known, kept so that few of them are looked at to sum them up."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Final, NamedTuple

from hotlist.scoring.timeline import Grant, Presence

Extremes = tuple[int, int, Presence]


class Granted:
    """Awards whose times are known.

    `enough` is what the rule gives at most, if no award is negative. When a sum is known to reach
    it, the other awards are not added.
    """

    def __init__(self, grants: Iterable[Grant], enough: int | None = None) -> None:
        given = (grant for grant in grants if grant.when)
        self._grants = sorted(given, key=_beginning)
        self._starts = [*map(_beginning, self._grants)]
        # Up to each award, when the last of them ends. So those that are over can be left out.
        self._ends = [*accumulate((grant.when[-1][1] for grant in self._grants), max)]
        self._enough = enough
        self._steady = all(grant.decay is None for grant in self._grants)

    @property
    def is_empty(self) -> bool:
        return not self._grants

    @property
    def grants(self) -> Sequence[Grant]:
        """The awards at all times."""
        return self._grants

    @cached_property
    def _begun(self) -> "_Running":
        """The points and the number of the awards that have begun."""
        return _Running((span[0], grant.points) for grant in self._grants for span in grant.when)

    @cached_property
    def _ended(self) -> "_Running":
        return _Running((span[1], grant.points) for grant in self._grants for span in grant.when)

    def at(self, instant: int) -> Sequence[Grant]:
        return [grant for grant in self._near(instant, instant) if grant.is_there(instant)]

    def extremes(self, first: int, last: int) -> Extremes:
        if self._steady:
            begun, ended = self._begun.until(first), self._ended.until(first)
            if self._begun.until(last) is begun and self._ended.until(last) is ended:
                points = begun.points - ended.points
                return points, points, Presence.YES if begun.awards > ended.awards else Presence.NO
        return self._summed(self._near(first, last), first, last)

    def before(self, at: int) -> Extremes | None:
        """The extremes at an instant, had nothing come then; None if that is not easy to tell.

        It is easy where what comes only adds awards: none ends at `at`, none comes back, and those
        that begin are for what happens then.
        """
        if at in self._turns:
            return None
        place = bisect_left(self._starts, at)
        for grant in self._grants[place : bisect_right(self._starts, at, place)]:
            if grant.at != at or not grant.event_id:
                return None
        if self._steady:
            return self.extremes(at - 1, at - 1)
        near = self._grants[bisect_right(self._ends, at, 0, place) : place]
        return self._summed(near, at, at)

    @cached_property
    def _turns(self) -> frozenset[int]:
        """The instants at which an award ends, or is there again."""
        ends = {end for grant in self._grants for _, end in grant.when}
        return frozenset(ends | {start for grant in self._grants for start, _ in grant.when[1:]})

    def _summed(self, grants: Sequence[Grant], first: int, last: int) -> Extremes:
        least = most = 0
        presence = Presence.NO
        enough = self._enough
        # The newest come first. They are worth most.
        for grant in reversed(grants):
            low, high, there = grant.extremes(first, last)
            least += low
            most += high
            if there is not presence:
                presence = max(presence, there)
            if enough is not None and least >= enough and presence is Presence.YES:
                break
        return least, most, presence

    def _near(self, first: int, last: int) -> Sequence[Grant]:
        """Those that begin and end at such times that they may be there from `first` to `last`."""
        begun = bisect_right(self._starts, last)
        return self._grants[bisect_right(self._ends, first, 0, begun) : begun]


class _Sum(NamedTuple):
    awards: int
    points: int


class _Running:
    """Sums of points by the instants at which they are added."""

    def __init__(self, added: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(added)
        self._instants = [at for at, _ in ordered]
        sums = accumulate((points for _, points in ordered), initial=0)
        self._sums = [_Sum(awards, points) for awards, points in enumerate(sums)]

    def until(self, at: int) -> _Sum:
        """The sum of what is added up to and including an instant."""
        return self._sums[bisect_right(self._instants, at)]


def _beginning(grant: Grant) -> int:
    return grant.when[0][0]


NOTHING: Final = Granted(())


def add_up(worths: Iterable[Extremes]) -> Extremes:
    """The bounds of a sum."""
    least = most = 0
    presence = Presence.NO
    for low, high, there in worths:
        least += low
        most += high
        presence = max(presence, there)
    return least, most, presence
