"""A sketch of the total of a lead over time: where it jumps and bends, and about how much. Pure.

It looks at each award once and not at each instant, so it costs little. The engine alone says what
the total is: a sketch takes the first points of a rule that asks for the score, and awards for
several events as if no event were ever gone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush, nlargest
from itertools import pairwise
from math import log2
from typing import Any, Final, NamedTuple

from hotlist.scoring import awards, silence
from hotlist.scoring.decay import Decay
from hotlist.scoring.engine import given_facts
from hotlist.scoring.history import Adjustment, Happening, History
from hotlist.scoring.rules import MANUAL, UNBOUNDED, Bounds, Rule
from hotlist.scoring.ruleset import Ruleset
from hotlist.scoring.timeline import FAR_FUTURE, Grant, Span, during

MOST_JUMPS: Final = 300
MOST_ERAS: Final = 200
MOST_ENDINGS: Final = 5
_GRID: Final = 160
"""How many jumps, changes of facts, resets and other instants a sketch looks at, at most."""

_DAY: Final = 86_400_000

_MOST_STEPS: Final = 60
"""How many steps of one award are looked at. An award of more fades nearly evenly."""

_FINE: Final = 0.3
"""A line that is nowhere farther from the sketch than so many points needs no more instants."""


Era = tuple[int, Mapping[str, Any]]
"""The facts of a lead from an instant on."""


class Dot(NamedTuple):
    """An instant in milliseconds, and about what the total is then."""

    at: int
    total: float


class _Turn(NamedTuple):
    """What changes in a strand: its sum, the sum's slope, and the part of it that halves."""

    at: int
    sum: float = 0
    slope: float = 0
    halving: float = 0


@dataclass(slots=True)
class _Strand:
    """What one rule gives, or the adjustments of a group, as it goes on."""

    group: str
    half_life: int | None = None
    bounds: Bounds = UNBOUNDED
    rule: Rule | None = None
    turns: Sequence[_Turn] = ()
    _times: float = 1
    _at: int = 0
    _place: int = 0
    _sum: float = 0
    _slope: float = 0
    _halving: float = 0

    def at(self, instant: int) -> float:
        """Its points in thousandths. The instants ascend."""
        turns = self.turns
        while self._place < len(turns) and turns[self._place].at <= instant:
            turn = turns[self._place]
            self._go_to(turn.at)
            self._sum += turn.sum
            self._slope += turn.slope
            self._halving += turn.halving
            self._place += 1
        self._go_to(instant)
        return _held(self.bounds, (self._sum + self._halving) * self._times)

    def turn(self, facts: Mapping[str, Any]) -> None:
        """Give what these facts let it give: the turns of a rule of the lead count in its points.

        The points of other rules are those of the last facts; so some of them only stop.
        """
        rule = self.rule
        if rule is None:
            return
        if rule.lead is not None and not rule.lead(facts):
            self._times = 0
        elif rule.matcher is None:
            bands = (band for band in rule.bands if band.lead is None or band.lead(facts))
            self._times = next((band.points for band in bands), 0)
        else:
            self._times = 1

    def _go_to(self, instant: int) -> None:
        passed = instant - self._at
        self._sum += self._slope * passed
        if self.half_life is not None and self._halving:
            self._halving *= 2.0 ** (-passed / self.half_life)
        self._at = instant


@dataclass(frozen=True, slots=True)
class Sketch:
    """Dots in order, and the instants at which something comes or goes, the largest jump first."""

    dots: Sequence[Dot]
    jumps: Sequence[int]


def sketch(ruleset: Ruleset, history: History, eras: Iterable[Era], given: Sequence[int]) -> Sketch:
    """The sketch from the first to the last of the `given` instants, in milliseconds.

    `eras` are the facts of the lead from each instant on. A jump has two dots: just before and at.
    """
    first, last = given[0], given[-1]
    known = _thinned(_with_stages(ruleset, history, eras))
    strands = list(_strands(ruleset, history, known[-1][1] if known else {}))
    jumps = _jumps(ruleset, history, strands, (first, last))
    jumps += [at for at, _ in known if first <= at <= last]
    asked = {*given, *(first + (last - first) * n // _GRID for n in range(_GRID))}
    asked |= {one for at in jumps for one in (at - 1, at) if first <= one <= last}
    found, place, is_suspended = [], 0, False
    for at in sorted(asked):
        if place == 0 or (place < len(known) and known[place][0] <= at):
            while place < len(known) and known[place][0] <= at:
                place += 1
            now = known[max(0, place - 1)][1] if known else {}
            place = max(place, 1)
            is_suspended = _is_suspended(ruleset, now)
            for strand in strands:
                strand.turn(now)
        total = 0.0 if is_suspended else _total(ruleset, strands, at)
        found.append(Dot(at, total / 1000))
    return Sketch(found, jumps)


def chosen(of: Sketch, given: Iterable[int], most: int) -> list[int]:
    """The instants whose line is nearest to a sketch: those of `given`, and `most` in all.

    The dot that is farthest from the line so far is taken first, until the line is fine. If there
    is room left then, the jumps follow: a sketch may be wrong about how large one is.
    """
    found = of.dots
    wanted = {*given, found[0].at, found[-1].at}
    places = [place for place, one in enumerate(found) if one.at in wanted]
    heap = [gap for a, b in pairwise(places) if (gap := _farthest(found, a, b)) is not None]
    heapify(heap)
    while heap and len(wanted) < most:
        _, place, a, b = heappop(heap)
        wanted.add(found[place].at)
        for gap in (_farthest(found, a, place), _farthest(found, place, b)):
            if gap is not None:
                heappush(heap, gap)
    for at in of.jumps:
        pair = {one for one in (at - 1, at) if found[0].at <= one <= found[-1].at}
        if len(wanted | pair) <= most:
            wanted |= pair
    return sorted(wanted)


def _farthest(found: Sequence[Dot], a: int, b: int) -> tuple[float, int, int, int] | None:
    """The dot between two that is farthest from their line; None if all are near enough."""
    start, end = found[a], found[b]
    most, place = _FINE, None
    slope = (end.total - start.total) / max(1, end.at - start.at)
    for between in range(a + 1, b):
        one = found[between]
        far = abs(one.total - start.total - slope * (one.at - start.at))
        if far > most:
            most, place = far, between
    return None if place is None else (-most, place, a, b)


# --- what facts decide ------------------------------------------------------------------------


def _with_stages(ruleset: Ruleset, history: History, eras: Iterable[Era]) -> list[Era]:
    """The eras, with the stages that conditions may ask for, and with the class of the address."""
    given: list[Era] = [(at, given_facts(ruleset, facts)) for at, facts in eras]
    if not ruleset.sees_stage:
        return given
    found: list[Era] = []
    for at in sorted({at for at, _ in given} | {*history.borders}):
        facts = next((one for start, one in reversed(given) if start <= at), None)
        if facts is not None:
            found.append((at, {**facts, "stage": history.stage(at).value}))
    return found


def _thinned(eras: list[Era]) -> list[Era]:
    return eras[:: 1 + len(eras) // MOST_ERAS] if len(eras) > MOST_ERAS else eras


def _is_suspended(ruleset: Ruleset, facts: Mapping[str, Any]) -> bool:
    scale = next(one for one in ruleset.scales if one.lead is None or one.lead(facts))
    return facts.get("suspended") is True or scale.suspended


# --- strands ----------------------------------------------------------------------------------


def _strands(ruleset: Ruleset, history: History, facts: Mapping[str, Any]) -> Iterator[_Strand]:
    """What each rule gives, and the adjustments of each group."""
    endings = {name: _endings(history, name) for name in (*ruleset.groups, MANUAL)}
    for rule in ruleset.rules:
        ended = endings[rule.group]
        if rule.matcher is None:
            yield _Strand(rule.group, None, rule.bounds, rule, _while_active(rule, ended))
            continue
        half_life = None if rule.decay is None else rule.decay.half_life
        turns: list[_Turn] = []
        for ending, span in ended:
            grants = _grants(ruleset, history, rule, facts, ending)
            turns += _turns(grants, span)
        yield _Strand(rule.group, half_life, rule.bounds, rule, sorted(turns))
    for name in (*ruleset.groups, MANUAL):
        group = ruleset.groups.get(name)
        half_life = group.decay.half_life if group is not None and group.decay else None
        turns = []
        for ending, span in endings[name]:
            turns += _turns(_adjusted(ruleset, history, name, ending), span)
        yield _Strand(name, half_life, turns=sorted(turns))


def _endings(history: History, group: str) -> list[tuple[Adjustment | None, Span]]:
    """What has ended all earlier lines of a group, each with the time until the next; None first.

    Of very many the last ones are looked at.
    """
    found = [one for one in history.adjustments if one.ends_lines_of(group)][-MOST_ENDINGS:]
    starts = [-FAR_FUTURE, *(one.happening.at for one in found), FAR_FUTURE]
    return list(zip([None, *found], pairwise(starts), strict=True))


def _after(happenings: Sequence[Happening], ending: Adjustment | None) -> Sequence[Happening]:
    return [one for one in happenings if ending is None or one > ending.happening]


def _grants(
    ruleset: Ruleset,
    history: History,
    rule: Rule,
    facts: Mapping[str, Any],
    ending: Adjustment | None,
) -> Sequence[Grant]:
    """The awards of a rule for what happened after an ending."""
    matched = _after(history.matched[rule.place], ending)
    if not rule.is_silence:
        absences = _after(history.absences[rule.place], ending)
        return awards.source(rule, facts, matched, absences, ruleset.zone).grants
    clocks = silence.clocks(matched, ending, history.events)
    complete = [one for clock in clocks for one in silence.completions(rule, clock)]
    points = rule.bands[0].points
    return silence.granted(rule, points, complete).grants


def _adjusted(
    ruleset: Ruleset, history: History, name: str, ending: Adjustment | None
) -> Iterator[Grant]:
    """What operators have added or set since an ending, which may set points itself."""
    group = ruleset.groups.get(name)
    for one in history.adjustments:
        is_over = ending is not None and one.happening < ending.happening
        if one.kind == "reset" or (one.group or MANUAL) != name or is_over:
            continue
        lasts = group.lasts if one.lasts is None and group is not None else one.lasts
        at, end = one.happening.at, one.happening.end
        when = ((at, end if lasts is None else min(end, at + lasts)),)
        decay = group.decay if group else None
        yield Grant(len(ruleset.rules), at, one.happening.event_id, one.points, when, decay)


def _while_active(rule: Rule, ended: Sequence[tuple[Adjustment | None, Span]]) -> list[_Turn]:
    """One while a rule of the lead may give points; what was set gives them instead."""
    found = []
    start = -FAR_FUTURE if rule.active_from is None else rule.active_from
    end = FAR_FUTURE if rule.active_until is None else rule.active_until
    for ending, span in ended:
        if ending is None or ending.kind != "set":
            for begins, ends in during((span,), start, end):
                found += [_Turn(begins, 1), _Turn(ends, -1)]
    return sorted(found)


def _turns(grants: Iterable[Grant], span: Span) -> Iterator[_Turn]:
    """What these awards add and take in a span of time."""
    for grant in grants:
        for start, end in during(grant.when, *span):
            yield from _of(grant, start, end)


def _of(grant: Grant, start: int, end: int) -> Iterator[_Turn]:
    """One award while it is there."""
    points, decay, at = grant.points, grant.decay, grant.at or 0
    if decay is None or points == 0:
        yield _Turn(start, points)
        yield _Turn(end, -points)
        return
    if decay.half_life is None and decay.linear is None:
        ages = [age for age in _steps(decay, points) if start < at + age < end]
        yield _Turn(start, decay.worth(points, start - at))
        for age in ages:
            yield _Turn(at + age, decay.worth(points, age) - decay.worth(points, age - 1))
        yield _Turn(end, -decay.worth(points, end - 1 - at))
        return
    least = decay.floor.of(abs(points)) if decay.floor is not None else 0
    floor = float(min(abs(points), least)) * (1 if points > 0 else -1)
    turn = at + _age_of(decay, floor / points)
    stop = min(turn, end)
    if start < stop:
        if decay.half_life is not None:
            half_life = decay.half_life
            yield _Turn(start, halving=points * 2.0 ** ((at - start) / half_life))
            yield _Turn(stop, halving=-points * 2.0 ** ((at - stop) / half_life))
        else:
            slope = points / (decay.linear or 1)
            yield _Turn(start, points - slope * (start - at), -slope)
            yield _Turn(stop, slope * (stop - at) - points, slope)
    if stop < end:
        yield _Turn(max(start, stop), floor)
        yield _Turn(end, -floor)


def _age_of(decay: Decay, part: float) -> int:
    """The age at which a part of an award is left. Nothing is as good as a millionth."""
    if decay.linear is not None:
        return round(decay.linear * (1 - part))
    return round((decay.half_life or 0) * -log2(max(part, 1e-6)))


def _steps(decay: Decay, points: int) -> Iterator[int]:
    """The ages at which an award loses points at once."""
    if decay.lose is None:
        yield from (step.age for step in decay.steps)
        return
    every = decay.lose[1]
    for number in range(1, _MOST_STEPS + 1):
        yield number * every
        if decay.worth(points, number * every) == 0:
            return


def _jumps(ruleset: Ruleset, history: History, strands: Sequence[_Strand], span: Span) -> list[int]:
    """The instants at which something comes or goes: that of most points first, then others."""
    sizes: dict[int, float] = dict.fromkeys(history.changes, 0)
    for strand in strands:
        weight = abs(ruleset.weights[strand.group])
        for turn in strand.turns:
            size = abs(turn.slope) * _DAY + abs(turn.sum + turn.halving)
            sizes[turn.at] = sizes.get(turn.at, 0) + size * weight
    inside = [at for at in sizes if span[0] <= at <= span[1]]
    return nlargest(MOST_JUMPS, inside, key=lambda at: (sizes[at], at))


# --- sums -------------------------------------------------------------------------------------


def _total(ruleset: Ruleset, strands: Sequence[_Strand], at: int) -> float:
    sums = dict.fromkeys((*ruleset.groups, MANUAL), 0.0)
    for strand in strands:
        sums[strand.group] += strand.at(at)
    total = sums.pop(MANUAL)
    for name, group in ruleset.groups.items():
        total += _held(group.bounds, sums[name]) * group.weight / 100
    return _held(ruleset.total, total)


def _held(bounds: Bounds, value: float) -> float:
    if bounds.most is not None and value > bounds.most:
        return bounds.most
    return bounds.least if bounds.least is not None and value < bounds.least else value
