"""The score of a lead over time, as far as its events are kept, and what becomes of it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from hotlist.events.times import MILLISECOND, cut
from hotlist.leads import classify
from hotlist.leads.lead import Lead, Temperature
from hotlist.leads.profile import GrowingFacts, Profile
from hotlist.scoring.course import Course
from hotlist.scoring.engine import Score
from hotlist.scoring.rules import TOTAL, Minimums
from hotlist.scoring.ruleset import Ruleset

BACK: Final = timedelta(days=90)
AHEAD: Final = timedelta(days=30)
"""How long before and after now a curve shows."""

MOST_POINTS: Final = 54
"""How many scores a curve is made of. With those of `ahead` they are 60 at most."""

_PAST_GRID: Final = 12
_AHEAD_GRID: Final = 10


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
    instants = _instants(profile, score, cut(now))
    events = [replace(one, dedup="") for one in profile.events]  # each is there once already
    course = Course(ruleset, profile.events, instants[0])
    facts = GrowingFacts(events, classify.channel)
    points = []
    for at in instants:
        if at == cut(now):
            points.append(CurvePoint(now, score.total, score.temperature))
            continue
        temperature, total = course.point(facts.at(at)[0], at)
        points.append(CurvePoint(at, total, temperature))
    scale = next(one for one in ruleset.scales if one.segment == score.segment)
    return Curve(now, tuple(points), _minimum(scale.warm), _minimum(scale.hot))


def _instants(profile: Profile, score: Score, now: datetime) -> list[datetime]:
    """The instants of a curve in order: a grid, and where something jumps, just before and at it.

    What jumps are the events that give points now, those that gave most first; then others.
    """
    start = max(now - BACK, min(now, cut(profile.events[0].occurred_at)))
    end = now + AHEAD
    if profile.ends_at is not None:
        end = max(now, min(end, cut(profile.ends_at) - MILLISECOND))
    found = {now, *_grid(start, now, _PAST_GRID), *_grid(now, end, _AHEAD_GRID)}
    change = score.next_change_at
    if change is not None and change <= end:
        found |= {change - MILLISECOND, change}
    for at in _jumps(profile, score):
        pair = {one for one in (at - MILLISECOND, at) if start <= one < now}
        if len(found | pair) > MOST_POINTS:
            break
        found |= pair
    return sorted(found)


def _grid(start: datetime, end: datetime, steps: int) -> Iterable[datetime]:
    """So many instants evenly from `start` to `end`, both included; one if they are the same."""
    for step in range(steps + 1):
        yield cut(start + (end - start) * step / steps)


def _jumps(profile: Profile, score: Score) -> Iterable[datetime]:
    """The instants of events: those that give most points first, the others spread over time."""
    lines = [line for line in score.contributions if line.at is not None]
    lines.sort(key=lambda line: abs(line.raw), reverse=True)
    yield from (line.at for line in lines[: MOST_POINTS // 3] if line.at is not None)
    others = sorted({cut(one.occurred_at) for one in profile.events}, reverse=True)
    yield from others[:: max(1, len(others) // MOST_POINTS)]


def _minimum(minimums: Minimums) -> int | None:
    return next((one.at_least for one in minimums if one.group == TOTAL), None)
