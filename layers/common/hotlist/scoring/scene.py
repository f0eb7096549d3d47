"""The score of a lead during one era, in which only its awards come and go.

Resets and sets by operators divide time into eras. So do changes of the stage, if a condition asks
for the stage. A scene is one era. Everything that is judged grows with the worths of the awards. So
bounds on the worths give bounds on the judgement.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from hotlist.leads.lead import Temperature
from hotlist.scoring import awards, silence
from hotlist.scoring.granted import NOTHING, Granted
from hotlist.scoring.history import Adjustment, Happening, History
from hotlist.scoring.rules import MANUAL, TOTAL, UNBOUNDED, Minimums, Rule, Scale
from hotlist.scoring.ruleset import Ruleset
from hotlist.scoring.silence import Totals
from hotlist.scoring.timeline import FAR_FUTURE, Grant, Presence, during

T = TypeVar("T")

Judgement = Callable[[Temperature, bool], T]
"""Makes an answer of a temperature and of whether a minimum of `hot` is missed by its margin."""

OF_THE_LEAD = ((-FAR_FUTURE, FAR_FUTURE),)


class Sums(NamedTuple):
    """The sums of the lines: `groups` in thousandths before weights, `exact` in 1/100,000."""

    groups: Mapping[str, int]
    exact: int

    @property
    def shown(self) -> dict[str, int]:
        """The whole numbers that people see. Minimums are compared with them."""
        shown = {name: _rounded(value, 1000) for name, value in self.groups.items()}
        shown[TOTAL] = _rounded(self.exact, 100_000)
        return shown


class Scene:
    """One lead from the instant `start` on, until its era ends.

    `sources` keeps what rules give. Scenes of one history may share it.
    """

    def __init__(
        self,
        ruleset: Ruleset,
        facts: Mapping[str, Any],
        history: History,
        start: int,
        totals: Totals,
        *,
        sources: dict[object, awards.Source] | None = None,
    ) -> None:
        self.ruleset = ruleset
        self.stage = history.stage(start)
        self._facts = {**facts, "stage": self.stage.value}
        self._history = history
        self._start = start
        self._totals = totals
        self._shared = {} if sources is None else sources

    @cached_property
    def scale(self) -> Scale:
        """The minimums for this lead: of the first segment that matches, or the general ones."""
        return next(
            scale for scale in self.ruleset.scales if scale.lead is None or scale.lead(self._facts)
        )

    @cached_property
    def suspended(self) -> bool:
        return self._facts.get("suspended") is True or self.scale.suspended

    def lines(self, at: int) -> list[tuple[str, Grant]]:
        """All awards and adjustments that are there, each with its group, in order."""
        found = [(rule.group, grant) for rule, source in self._giving for grant in source.at(at)]
        found += [(group, grant) for group, grant in self.adjustments if grant.is_there(at)]
        return sorted(found, key=lambda line: line[1].order)

    def sums(self, at: int) -> Sums:
        """The sums of the lines at an instant."""
        sums = dict(self._base)
        for rule, source in self._giving:
            sums[rule.group] += rule.bounds.hold(sum([grant.worth(at) for grant in source.at(at)]))
        for group, grant in self.adjustments:
            if grant.is_there(at):
                sums[group] += grant.worth(at)
        return self._sums(sums)

    def override(self, at: int) -> Rule | None:
        """The first rule in the file that has an override and an award, or None."""
        for rule in self.ruleset.overriding:
            if self._sources[rule.place].at(at):
                return rule
        return None

    def judge(self, judgement: Judgement[T], first: int, last: int) -> set[T]:
        """The possible answers from `first` to `last`. One answer is sure for the whole time."""
        if self.suspended:
            return {judgement(Temperature.COLD, True)}
        lesser, greater = dict(self._base), dict(self._base)
        overrides = []
        for rule, source in self._giving:
            least, most, presence = source.extremes(first, last)
            group, bounds = rule.group, rule.bounds
            if bounds is not UNBOUNDED:
                least, most = bounds.hold(least), bounds.hold(most)
            lesser[group] += least
            greater[group] += most
            if rule.override is not None and presence is not Presence.NO:
                overrides.append((rule.override, presence))
        for group, grant in self.adjustments:
            least, most, _ = grant.extremes(first, last)
            lesser[group] += least
            greater[group] += most
        both = [lesser] if lesser == greater else [lesser, greater]
        corners = [self._sums(one).shown for one in both]
        missed = [misses(self.scale.hot, shown) for shown in corners]
        found: set[T] = set()
        for override, presence in overrides:
            found.update([judgement(override, one) for one in missed])
            if presence is Presence.YES:
                return found
        for shown, one in zip(corners, missed, strict=True):
            found.add(judgement(temperature(self.scale, shown), one))
        return found

    def judge_as_before(self, judgement: Judgement[T], at: int) -> T | None:
        """The answer at an instant, had nothing come then; None if that is not easy to tell.

        No event may end then, no era, and no silence be complete.
        """
        if self.suspended:
            return judgement(Temperature.COLD, True)
        sums, override = dict(self._base), None
        for rule, source in self._giving:
            found = source.before(at)
            if found is None:
                return None
            worth, _, presence = found
            sums[rule.group] += rule.bounds.hold(worth)
            if presence is Presence.YES and override is None:
                override = rule.override
        for group, grant in self.adjustments:
            if grant.is_there(at) and grant.at != at:
                sums[group] += grant.worth(at)
        shown = self._sums(sums).shown
        return judgement(override or temperature(self.scale, shown), misses(self.scale.hot, shown))

    @cached_property
    def adjustments(self) -> list[tuple[str, Grant]]:
        """What operators have added or set since the last reset, each with its group."""
        found = []
        for one in self._history.adjustments:
            group = MANUAL if one.group is None else one.group
            ending = self._endings.get(group)
            if one.kind == "reset" or (ending is not None and one.happening < ending.happening):
                continue
            known = self.ruleset.groups.get(group)
            lasts = one.lasts if one.lasts is not None or known is None else known.lasts
            at, end = one.happening.at, one.happening.end
            when = ((at, end if lasts is None else min(end, at + lasts)),)
            decay = known.decay if known else None
            grant = Grant(
                len(self.ruleset.rules), at, one.happening.event_id, one.points, when, decay
            )
            found.append((group, grant))
        return found

    @cached_property
    def _endings(self) -> Mapping[str, Adjustment]:
        """The last reset or set of each group."""
        found: dict[str, Adjustment] = {}
        for one in self._history.adjustments:
            if one.happening.counts(self._start):
                for group in (*self.ruleset.groups, MANUAL):
                    if one.ends_lines_of(group):
                        found[group] = one
        return found

    @cached_property
    def _sources(self) -> list[awards.Source]:
        return [self._source(rule) for rule in self.ruleset.rules]

    def _source(self, rule: Rule) -> awards.Source:
        ending = self._endings.get(rule.group)
        if rule.lead is not None and not rule.lead(self._facts):
            return NOTHING
        if rule.matcher is None:
            return self._of_the_lead(rule, ending)
        if rule.is_silence and rule.is_judged:  # it depends on everything
            return self._of_events(rule, ending)
        fits = tuple(band.lead is None or band.lead(self._facts) for band in rule.bands)
        key = rule.place, None if ending is None else ending.happening.order, fits
        if key not in self._shared:
            self._shared[key] = self._of_events(rule, ending)
        return self._shared[key]

    def _of_events(self, rule: Rule, ending: Adjustment | None) -> awards.Source:
        matched = _after(self._history.matched[rule.place], ending)
        if rule.is_silence:
            clocks = list(silence.clocks(matched, ending, self._history.events))
            return silence.source(rule, self._facts, clocks, self._totals, self._history.changes)
        absences = _after(self._history.absences[rule.place], ending)
        return awards.source(rule, self._facts, matched, absences, self.ruleset.zone)

    def _of_the_lead(self, rule: Rule, ending: Adjustment | None) -> awards.Source:
        if ending is not None and ending.kind == "set":
            return NOTHING
        points = next(
            (band.points for band in rule.bands if band.lead is None or band.lead(self._facts)),
            None,
        )
        if points is None:
            return NOTHING
        start = -FAR_FUTURE if rule.active_from is None else rule.active_from
        end = FAR_FUTURE if rule.active_until is None else rule.active_until
        when = during(OF_THE_LEAD, start, end)
        return Granted([Grant(rule.place, None, "", points, when)])

    @cached_property
    def _giving(self) -> list[tuple[Rule, awards.Source]]:
        """The rules that give points at some time, with what they give, in file order."""
        pairs = zip(self.ruleset.rules, self._sources, strict=True)
        return [(rule, source) for rule, source in pairs if not source.is_empty]

    @cached_property
    def _base(self) -> Mapping[str, int]:
        """The sums of the groups without the rules that give points: what their bounds give."""
        sums = dict.fromkeys((*self.ruleset.groups, MANUAL), 0)
        for rule, source in zip(self.ruleset.rules, self._sources, strict=True):
            if source.is_empty:
                sums[rule.group] += rule.bounds.hold(0)
        return sums

    def _sums(self, sums: dict[str, int]) -> Sums:
        """Apply the bounds of groups and weights to these sums, which are changed."""
        exact = sums.pop(MANUAL) * 100
        for name, group in self.ruleset.groups.items():
            if group.bounds is not UNBOUNDED:
                sums[name] = group.bounds.hold(sums[name])
            exact += sums[name] * group.weight
        return Sums(sums, self.ruleset.total.hold(exact, 100))


def temperature(scale: Scale, shown: Mapping[str, int]) -> Temperature:
    """The temperature by the minimums alone, without overrides."""
    if reaches(scale.hot, shown):
        return Temperature.HOT
    if scale.warm and reaches(scale.warm, shown):
        return Temperature.WARM
    return Temperature.COLD


def reaches(minimums: Minimums, shown: Mapping[str, int]) -> bool:
    for group, at_least, _ in minimums:  # noqa: SIM110 - three times as fast as all()
        if shown[group] < at_least:
            return False
    return True


def misses(minimums: Minimums, shown: Mapping[str, int]) -> bool:
    """Whether at least one minimum is missed by its margin or more."""
    for group, at_least, margin in minimums:  # noqa: SIM110 - three times as fast as any()
        if at_least - shown[group] >= margin:
            return True
    return False


def _after(happenings: Sequence[Happening], ending: Adjustment | None) -> Sequence[Happening]:
    if ending is None:
        return happenings
    return happenings[bisect_right(happenings, ending.happening) :]


def _rounded(value: int, unit: int) -> int:
    return (2 * value + unit) // (2 * unit)
