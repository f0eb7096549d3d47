"""Finds for which matched events a rule of events gives points, and when.

A source gives the awards of one rule at any instant. It also gives bounds on their worth during a
stretch of time. The bounds are exact if the stretch is one instant. They are never too narrow, once
they are cut to the bounds of the rule.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from hotlist.events.event import Event
from hotlist.events.times import from_ms
from hotlist.scoring.granted import Extremes, Granted, add_up
from hotlist.scoring.history import Happening
from hotlist.scoring.rules import DAY, SESSION, Award, Band, Rule, Unless
from hotlist.scoring.timeline import (
    FAR_FUTURE,
    Cover,
    Grant,
    Presence,
    Spans,
    during,
    union,
    without,
)

NOTHING_EQUAL: Final = object()
"""Stands for a value that is missing or null. It is equal to no value."""

_DAY_MS: Final = 86_400_000
_MAX_DEPTH: Final = 200


class Source(Protocol):
    """Gives the awards of one rule."""

    @property
    def is_empty(self) -> bool:
        """Whether there is never an award."""

    def at(self, instant: int) -> Sequence[Grant]:
        """The awards that are there at this instant."""

    def extremes(self, first: int, last: int) -> Extremes:
        """The least and the greatest sum of the awards' worths, and whether there is an award.

        They are exact for an instant, except for what the bounds of the rule cut off.
        """

    def before(self, at: int) -> Extremes | None:
        """The extremes at an instant, had nothing come then; None if that is not easy to tell."""


class Candidate(NamedTuple):
    """A matched event, the instant at which it is matched, and the times at which that holds."""

    at: int
    event_id: str
    when: Spans
    event: Event


class Counted:
    """Awards that need several events. They are counted again when an event comes or goes."""

    def __init__(self, rule: Rule, candidates: Sequence["_Marked"], points: "Points") -> None:
        self._rule = rule
        self._candidates = candidates
        self._points = points
        self._known: dict[int, list[Grant]] = {}

    @property
    def is_empty(self) -> bool:
        return not self._candidates

    @property
    def grants(self) -> Sequence[Grant]:
        """The awards at all times, as they come while no event has gone."""
        return self._ever.grants

    @cached_property
    def _changes(self) -> list[int]:
        spans = (span for one in self._candidates for span in one.candidate.when)
        return sorted({instant for span in spans for instant in span})

    @cached_property
    def _ever(self) -> Granted:
        """The awards as they come while no event has gone."""
        grants = map(self._grant, _counted(self._candidates, self._rule.award))
        return Granted(grant for grant in grants if grant is not None)

    @cached_property
    def _first_gone(self) -> int:
        """The first instant at which an event has gone. Until then, events only come."""
        starts = [one.candidate.when[0][0] for one in self._candidates if one.candidate.when]
        in_order = all(a <= b for a, b in pairwise(starts)) and len(starts) == len(self._candidates)
        if not in_order:
            return -FAR_FUTURE
        return min((one.candidate.when[0][1] for one in self._candidates), default=FAR_FUTURE)

    def at(self, instant: int) -> Sequence[Grant]:
        if instant < self._first_gone:
            return self._ever.at(instant)
        version = bisect_right(self._changes, instant)
        return [grant for grant in self._grants(version, instant) if grant.is_there(instant)]

    def extremes(self, first: int, last: int) -> Extremes:
        if last < self._first_gone:
            return self._ever.extremes(first, last)
        version = bisect_right(self._changes, first)
        if version == bisect_right(self._changes, last):
            return add_up(grant.extremes(first, last) for grant in self._grants(version, first))
        alive = [one for one in self._candidates if during(one.candidate.when, first, last + 1)]
        grants = [grant for grant in map(self._grant, alive) if grant is not None]
        present = [grant for grant in grants if during(grant.when, first, last + 1)]
        # An award may have ended although its events still count for other awards.
        most = min(len(present), len(alive) // (self._rule.award.count or 1))
        if self._rule.award.stops and not isinstance(self._rule.award.within, str):
            most = min(most, 1)
        if most == 0:
            return 0, 0, Presence.NO
        fewest = 0
        if len(present) == len(alive) and self._rule.lasts is None:
            fewest = self._fewest(alive, first, last)
        worths = [grant.worths(first, last) for grant in present]
        lows = sorted(low for low, _ in worths)[:most]
        highs = sorted((high for _, high in worths), reverse=True)[:most]
        least = sum(lows[:fewest]) + sum(low for low in lows[fewest:] if low < 0)
        greatest = sum(highs[:fewest]) + sum(high for high in highs[fewest:] if high > 0)
        return least, greatest, Presence.YES if fewest else Presence.MAYBE

    def before(self, at: int) -> Extremes | None:
        return self._ever.before(at) if at < self._first_gone else None

    def _fewest(self, alive: Iterable["_Marked"], first: int, last: int) -> int:
        """How many awards there are at least, all the time. More events never make fewer awards."""
        throughout = (
            one
            for one in alive
            if any(start <= first and last < end for start, end in one.candidate.when)
        )
        return sum(1 for _ in _counted(throughout, self._rule.award))

    def _grants(self, version: int, instant: int) -> list[Grant]:
        found = self._known.get(version)
        if found is None:
            there = [
                one
                for one in self._candidates
                if any(start <= instant < end for start, end in one.candidate.when)
            ]
            grants = map(self._grant, _counted(there, self._rule.award))
            found = self._known[version] = [grant for grant in grants if grant is not None]
        return found

    def _grant(self, one: "_Marked") -> Grant | None:
        return _grant(self._rule, one.candidate, one.candidate.when, self._points)


class _Marked(NamedTuple):
    """A candidate, the run that it belongs to, and the value that is counted once in a run."""

    candidate: Candidate
    run: object
    value: object


class Points:
    """The points for an event of a rule: those of the first band that fits."""

    def __init__(self, bands: Sequence[Band], facts: Mapping[str, Any]) -> None:
        self._bands = [band for band in bands if band.lead is None or band.lead(facts)]

    def of(self, event: Event) -> int | None:
        """The points in thousandths, or None if no band fits."""
        for band in self._bands:
            if band.where is None or band.where(event.properties):
                return band.points
        return None


def source(
    rule: Rule,
    facts: Mapping[str, Any],
    matched: Sequence[Happening],
    absences: Sequence[Happening],
    zone: ZoneInfo,
) -> Counted | Granted:
    """The awards of a rule of events. `matched` and `absences` are those since the last reset."""
    active = [one for one in matched if rule.is_active(one.at)]
    if rule.unless is None:
        candidates = [
            Candidate(one.at, one.event_id, ((one.at, one.end),), one.event) for one in active
        ]
    else:
        candidates = list(_not_followed(active, absences, rule.unless))
    points = Points(rule.bands, facts)
    award = rule.award
    if award.distinct not in (None, DAY, SESSION):
        name = award.distinct
        candidates = [one for one in candidates if one.event.properties.get(name) is not None]
    if award.count is None:
        pairs = _uncovered(reversed(candidates), lambda _: None)
    elif award.count > 1:
        return Counted(rule, [_marked(one, award, zone) for one in candidates], points)
    elif award.stops:
        pairs = _uncovered(candidates, lambda one: _run(one, award, zone))
    else:
        pairs = ((one, one.when) for one in candidates)
    grants = (_grant(rule, one, when, points) for one, when in pairs)
    is_negative = any(band.points < 0 for band in rule.bands)
    enough = None if is_negative else rule.bounds.most
    return Granted((grant for grant in grants if grant is not None), enough)


def _uncovered(
    candidates: Iterable[Candidate], run: Callable[[Candidate], object]
) -> Iterator[tuple[Candidate, Spans]]:
    """Each candidate, with the times at which it is the first one of its run that is there."""
    covers: dict[object, Cover] = {}
    for one in candidates:
        cover = covers.setdefault(run(one), Cover())
        yield one, cover.rest(one.when)
        cover.add(one.when)


def _grant(rule: Rule, one: Candidate, when: Spans, points: Points) -> Grant | None:
    if rule.lasts is not None:
        when = during(when, one.at, one.at + rule.lasts)
    given = points.of(one.event) if when else None
    if given is None:
        return None
    return Grant(rule.place, one.at, one.event_id, given, when, rule.decay)


def _not_followed(
    matched: Iterable[Happening], absences: Sequence[Happening], unless: Unless
) -> Iterator[Candidate]:
    """The events that no event of `unless` takes away, each from the instant that makes it sure."""
    if unless.within is None:
        blocked = union((one.at, one.end) for one in absences)
        for one in matched:
            when = without(((one.at, one.end),), blocked)
            yield Candidate(one.at, one.event_id, when, one.event)
        return
    by_value: dict[object, list[Happening]] = {}
    for one in absences:
        by_value.setdefault(_same(one, unless), []).append(one)
    for one in matched:
        at = one.at + unless.within
        start = at
        same = _same(one, unless)
        followers = by_value.get(same, []) if same is not NOTHING_EQUAL else []
        for place in range(bisect_right(followers, one), len(followers)):
            follower = followers[place]
            if follower.at >= at or start >= one.end:
                break
            start = max(start, follower.end)
        if start < one.end:
            yield Candidate(at, one.event_id, ((start, one.end),), one.event)


def _same(one: Happening, unless: Unless) -> object:
    """The value that must be equal in both events; None if no value must be equal."""
    if unless.same is None:
        return None
    value = one.event.properties.get(unless.same)
    return NOTHING_EQUAL if value is None else equality_key(value)


def _marked(one: Candidate, award: Award, zone: ZoneInfo) -> _Marked:
    value: object = one.event_id
    if award.distinct == DAY:
        value = local_day(one.at, zone)
    elif award.distinct == SESSION:
        value = _session(one)
    elif award.distinct is not None:
        value = equality_key(one.event.properties[award.distinct])
    return _Marked(one, _run(one, award, zone), value)


def _run(one: Candidate, award: Award, zone: ZoneInfo) -> object:
    if award.within == DAY:
        return local_day(one.at, zone)
    return _session(one) if award.within == SESSION else None


def _session(one: Candidate) -> object:
    """The session of an event. An event without one counts as a session of its own."""
    session = one.event.properties.get("session_id")
    return (one.event_id,) if session is None else equality_key(session)


def _counted(marked: Iterable[_Marked], award: Award) -> Iterator[_Marked]:
    """The events that complete a run, and so make an award. `marked` is in order."""
    runs: dict[object, dict[object, int]] = {}  # when each value came last, in this order
    stopped: set[object] = set()
    for one in marked:
        if one.run in stopped:
            continue
        run = runs.setdefault(one.run, {})
        run.pop(one.value, None)
        run[one.value] = one.candidate.at
        if isinstance(award.within, int):
            oldest = one.candidate.at - award.within
            while run[first := next(iter(run))] <= oldest:
                del run[first]
        if len(run) == award.count:
            yield one
            run.clear()
            if award.stops:
                stopped.add(one.run)


def local_day(at: int, zone: ZoneInfo) -> object:
    """The local day of an instant in a time zone."""
    try:
        return from_ms(at).astimezone(zone).date()
    except OverflowError:  # a zone cannot be applied at the ends of the calendar
        return at // _DAY_MS


def equality_key(value: object, depth: int = 0) -> object:
    """A key that is the same for equal JSON values: numbers by value, object keys in any order."""
    if isinstance(value, str):
        return value
    if depth > _MAX_DEPTH:
        return object()
    if isinstance(value, Mapping):
        pairs = ((name, equality_key(part, depth + 1)) for name, part in value.items())
        return frozenset(pairs)
    if isinstance(value, list):
        return tuple(equality_key(part, depth + 1) for part in value)
    return type(value) is bool, value
