"""Silences: what a rule gives for a time in which no event happened that it matches.

The clock of a silence starts at the last matched event. If there is none, it starts at the last
reset of the rule's group. If there is none either, it starts at the first event of the lead.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

from hotlist.scoring.awards import Source
from hotlist.scoring.granted import Extremes, Granted, add_up
from hotlist.scoring.history import Adjustment, Happening
from hotlist.scoring.rules import Rule
from hotlist.scoring.timeline import Cover, Grant, Presence, Spans, during


class Totals(Protocol):
    """The totals of the lead at the ends of its silences."""

    def at(self, instant: int) -> Mapping[int, int]:
        """The totals by the instant of completion, by the events that count at `instant`."""


class Clock(NamedTuple):
    """A clock that started at `start`, and the times at which it is the one that counts."""

    start: int
    when: Spans


class Completion(NamedTuple):
    """The instant at which a silence is complete, and the times at which that holds."""

    at: int
    when: Spans


def clocks(
    matched: Sequence[Happening], reset: Adjustment | None, events: Sequence[Happening]
) -> Iterator[Clock]:
    """The clocks of a rule. There is none if nothing has happened at all.

    `matched` are the matched events after the reset, `events` are all that count.
    """
    cover = Cover()
    for one in reversed(matched):
        spans = ((one.at, one.end),)
        if when := cover.rest(spans):
            yield Clock(one.at, when)
        cover.add(spans)
    if reset is not None:
        yield Clock(reset.happening.at, cover.rest(((reset.happening.at, reset.happening.end),)))
        return
    for one in events:
        if not one.is_bot:
            spans = ((one.at, one.end),)
            if when := cover.rest(spans):
                yield Clock(one.at, when)
            cover.add(spans)


def completions(rule: Rule, clock: Clock) -> Iterator[Completion]:
    """The silences that a clock completes. If the rule awards once, there is at most one."""
    length = rule.inactive or 0
    last = max((end for _, end in clock.when), default=clock.start)
    at = clock.start + length
    while at < last:
        when = during(clock.when, at, last)
        if when and rule.is_active(at):
            yield Completion(at, when)
        if rule.award.stops:
            return
        at += length


def could_complete(rule: Rule, begins: Collection[int], first: int, at: int) -> bool:
    """Whether a silence that starts at one of `begins` is complete at `at`.

    None of them is before `first`.
    """
    length = rule.inactive or 0
    if rule.award.stops:
        return at - length in begins
    return any(start in begins for start in range(at - length, first - 1, -length))


def source(
    rule: Rule,
    facts: Mapping[str, Any],
    clocks_: Sequence[Clock],
    totals: Totals,
    changes: Sequence[int],
) -> Source:
    """The awards of a rule of silence. `changes` are the instants when an event comes or goes."""
    complete = [one for clock in clocks_ for one in completions(rule, clock)]
    if rule.is_judged:
        return _Judged(rule, facts, complete, totals, changes)
    points = next(
        (band.points for band in rule.bands if band.lead is None or band.lead(facts)), None
    )
    if points is None:
        return Granted(())
    return granted(rule, points, complete)


def granted(rule: Rule, points: int, complete: Sequence[Completion]) -> Granted:
    """Awards of so many points for each of these silences."""
    return Granted([Grant(rule.place, one.at, "", points, one.when) for one in complete])


class _Judged:
    """Silences whose points depend on the total at the instant at which each was complete."""

    def __init__(
        self,
        rule: Rule,
        facts: Mapping[str, Any],
        complete: Sequence[Completion],
        totals: Totals,
        changes: Sequence[int],
    ) -> None:
        self._rule = rule
        self._bands = [band for band in rule.bands if band.lead is None or band.lead(facts)]
        self._complete = complete
        self._totals = totals
        self._changes = changes

    @property
    def is_empty(self) -> bool:
        return not self._complete

    def at(self, instant: int) -> Sequence[Grant]:
        return [grant for grant in self._grants(instant) if grant.is_there(instant)]

    def extremes(self, first: int, last: int) -> Extremes:
        if bisect_right(self._changes, first) == bisect_right(self._changes, last):
            return add_up(grant.extremes(first, last) for grant in self._grants(first))
        least = min([0, *(band.points for band in self._bands)])
        most = max([0, *(band.points for band in self._bands)])
        count = sum(bool(during(one.when, first, last + 1)) for one in self._complete)
        presence = Presence.MAYBE if count and self._bands else Presence.NO
        return count * least, count * most, presence

    def before(self, at: int) -> Extremes | None:  # noqa: ARG002 - the totals have changed
        return None

    def _grants(self, instant: int) -> Iterator[Grant]:
        totals = self._totals.at(instant)
        for one in self._complete:
            total = totals.get(one.at)
            points = None if total is None else self._points(total)
            if points is not None:
                yield Grant(self._rule.place, one.at, "", points, one.when)

    def _points(self, total: int) -> int | None:
        if self._rule.score is not None and not self._rule.score(total):
            return None
        for band in self._bands:
            if band.score is None or band.score(total):
                return band.points
        return None


def judged_instants(
    rule: Rule,
    matched: Sequence[Happening],
    resets: Sequence[Adjustment],
    events: Sequence[Happening],
    until: int,
) -> set[int]:
    """Every instant up to `until` at which a silence of this rule was or will be complete.

    A silence is included even if a later event has ended it since. `resets` are those of the
    rule's group.
    """
    starts = {one.at for one in matched} | {one.happening.at for one in resets}
    first = next((one.at for one in events if not one.is_bot), None)
    if first is not None and (not starts or first < min(starts)):
        starts.add(first)
    ordered = sorted(starts)
    found: set[int] = set()
    for start, end in pairwise([*ordered, until + 1]):
        clock = Clock(start, ((start, min(end, until + 1)),))
        found.update(one.at for one in completions(rule, clock))
    return found
