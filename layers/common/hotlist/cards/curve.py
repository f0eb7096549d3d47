"""The score of a lead over time, as far as its events are kept, and what becomes of it. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from hotlist.cards.eras import Era, eras_ahead, eras_before
from hotlist.events.event import Event
from hotlist.events.times import MILLISECOND, cut, from_ms, to_ms
from hotlist.leads import classify
from hotlist.leads.lead import Lead, Temperature
from hotlist.leads.profile import GrowingFacts, Profile
from hotlist.scoring.course import Course
from hotlist.scoring.engine import Score
from hotlist.scoring.rules import TOTAL, Minimums
from hotlist.scoring.ruleset import Ruleset
from hotlist.scoring.sketch import chosen, sketch

BACK: Final = timedelta(days=90)
AHEAD: Final = timedelta(days=30)
"""How long before and after now a curve shows."""

MOST_POINTS: Final = 54
"""How many scores a curve is made of. With those of `ahead` they are 60 at most."""

_PAST_GRID: Final = 6
_AHEAD_GRID: Final = 4


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The total and the temperature at an instant."""

    at: datetime
    total: int
    temperature: Temperature


@dataclass(frozen=True, slots=True)
class Curve:
    """Points in the order of time. Those after the `present` are a forecast.

    `warm` and `hot` are the minimums of the total for this lead at present; None where the rules
    have none.
    """

    present: datetime
    points: tuple[CurvePoint, ...]
    warm: int | None = None
    hot: int | None = None


def curve_of(lead: Lead, profile: Profile, score: Score, ruleset: Ruleset) -> Curve:
    """The curve of a lead from its first event on, or for `BACK`, until `AHEAD` of now.

    Each point is `engine.forecast` for its instant, by the facts that the events up to then gave,
    as far as they are kept then. Corrections hold for the past too: a visit that is known to be a
    bot's, or an answer that was taken back, gives nothing at any time. The point of now has the
    lead's own total.
    """
    now = lead.folded_at
    events = [replace(one, dedup="") for one in profile.events]  # each is there once already
    start = max(cut(now) - BACK, min(cut(now), cut(events[0].occurred_at)))
    course = Course(ruleset, events, start)
    end = _end(profile, now)
    eras = [*eras_before(events, ruleset.asked, now), *eras_ahead(events, ruleset.asked, now)]
    eras = [one for one in eras if one.at <= end]
    facts = _Known(eras, events)
    points = []
    for at in _instants(course, eras, score, ruleset, (start, cut(now), end)):
        if at == cut(now):
            points.append(CurvePoint(now, score.total, score.temperature))
            continue
        temperature, total = course.point(facts.at(at), at)
        points.append(CurvePoint(at, total, temperature))
    scale = next(one for one in ruleset.scales if one.segment == score.segment)
    return Curve(now, tuple(points), _minimum(scale.warm), _minimum(scale.hot))


class _Known:
    """The facts of a lead at instants that ascend. Those that nobody asks for may be out of date.

    Where the eras have none, the facts are found from the events.
    """

    def __init__(self, eras: Sequence[Era], events: Sequence[Event]) -> None:
        self._eras = eras
        self._starts = [one.at for one in eras]
        self._growing = GrowingFacts(events, classify.channel)

    def at(self, now: datetime) -> Mapping[str, Any]:
        place = bisect_right(self._starts, now)
        facts = self._eras[place - 1].facts if place else None
        return self._growing.at(now)[0] if facts is None else facts


def _end(profile: Profile, now: datetime) -> datetime:
    end = cut(now) + AHEAD
    return end if profile.ends_at is None else max(now, min(end, profile.ends_at - MILLISECOND))


def _instants(
    course: Course,
    eras: Iterable[Era],
    score: Score,
    ruleset: Ruleset,
    span: tuple[datetime, datetime, datetime],
) -> list[datetime]:
    """The instants of a curve in order: those between which a line misses least.

    That is said by a sketch of the total. A few stand in a grid: it is a sketch.
    """
    start, now, end = span
    given = {now, *_grid(start, now, _PAST_GRID), *_grid(now, end, _AHEAD_GRID)}
    change = score.next_change_at
    if change is not None and change <= end:
        given |= {change - MILLISECOND, change}
    known = [(to_ms(one.at), one.facts) for one in eras if one.facts is not None]
    instants = sorted(map(to_ms, given))
    of = sketch(ruleset, course.history, known, instants)
    return [from_ms(at) for at in chosen(of, instants, MOST_POINTS)]


def _grid(start: datetime, end: datetime, steps: int) -> Iterable[datetime]:
    """So many instants evenly from `start` to `end`, both included; one if they are the same."""
    for step in range(steps + 1):
        yield cut(start + (end - start) * step / steps)


def _minimum(minimums: Minimums) -> int | None:
    return next((one.at_least for one in minimums if one.group == TOTAL), None)
