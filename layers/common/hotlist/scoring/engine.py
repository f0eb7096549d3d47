"""The score of a lead at an instant: pure, exact, and explained line by line.

Points are whole thousandths and instants whole milliseconds inside; only 2^x is binary
floating point. See docs/scoring.md for the language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from hotlist.events import BOT, INTERNAL, SPAM, Event, from_ms, is_activity, to_ms
from hotlist.leads import Alerting, Reason, Stage, Temperature
from hotlist.scoring.domains import email_class
from hotlist.scoring.ruleset import STAGES, TOTAL, Minimum, Rule, Ruleset
from hotlist.scoring.timeline import Award, first_change, held, worth

REASONS: Final = 3


@dataclass(frozen=True, slots=True)
class Contribution:
    """A line of the score. `lost` is what a bound took; `points` sum to `exact`."""

    rule: str
    group: str | None
    event_id: str | None
    at: datetime | None
    raw: Decimal
    decayed: Decimal
    lost: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A score as of an instant: the temperature holds until `next_change_at`."""

    total: int = 0
    exact: Decimal = Decimal(0)
    groups: Mapping[str, int]
    temperature: Temperature = Temperature.COLD
    grade: str | None = None
    stage: Stage
    segment: str | None = None
    override: str | None = None
    suspended: bool = False
    next_change_at: datetime | None = None
    contributions: tuple[Contribution, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """A score and what looking at it did to the alert state."""

    score: Score
    crossed: bool
    alerting: Alerting


@dataclass(frozen=True, slots=True)
class _State:
    """What a set of values comes to. Values are those of the awards, in their order."""

    lines: tuple[int, ...]
    groups: Mapping[str, int]
    exact: int
    temperature: Temperature
    override: str | None
    cooled: bool

    @property
    def total(self) -> int:
        return _round(self.exact)


def score(
    ruleset: Ruleset, facts: Mapping[str, Any], events: Iterable[Event], now: datetime
) -> Score:
    """The score at `now`, the same for the same four values in whatever order they come."""
    return _Scoring(ruleset, facts, events, to_ms(now)).score()


def forecast(
    ruleset: Ruleset, facts: Mapping[str, Any], events: Iterable[Event], at: datetime
) -> Score:
    """The score at another instant: in the future as if nothing more happened."""
    return score(ruleset, facts, events, at)


def look(
    ruleset: Ruleset,
    facts: Mapping[str, Any],
    events: Iterable[Event],
    now: datetime,
    alerting: Alerting,
) -> Look:
    """The score, and the alert table: whether this look is a crossing, and what is kept."""
    scoring = _Scoring(ruleset, facts, events, to_ms(now))
    seen = scoring.score()
    armed = alerting.armed or (alerting.rearms_at is not None and alerting.rearms_at <= now)
    is_hot = seen.temperature is Temperature.HOT
    armed_after = not is_hot and (armed or scoring.cooled)
    rearms_at = None if armed_after else scoring.cools_at()
    kept = replace(alerting, armed=armed_after, rearms_at=rearms_at)
    return Look(seen, armed and is_hot, kept)


class _Scoring:
    """One lead's scoring at one instant: awards are found once, valued at many instants."""

    def __init__(
        self, ruleset: Ruleset, facts: Mapping[str, Any], events: Iterable[Event], now: int
    ) -> None:
        self._ruleset = ruleset
        self._now = now
        distinct = {event.event_id: event for event in events}
        self._events = sorted(
            (e for e in distinct.values() if e.flags.isdisjoint((SPAM, INTERNAL))),
            key=lambda e: e.order,
        )
        self._stage = _stage(self._events, now)
        self._facts = _with_email_class(facts)
        self._suspended = facts.get("suspended") is True
        awards = [] if self._suspended else self._find_awards()
        self._awards = sorted(
            awards, key=lambda a: (a.at is not None, a.at or 0, a.event_id, a.place)
        )
        self._rules = [ruleset.rules[award.place] for award in self._awards]
        self._state = self._at(now)

    @property
    def cooled(self) -> bool:
        return self._state.cooled

    def score(self) -> Score:
        state = self._state
        if self._suspended:
            return Score(
                groups=dict.fromkeys(self._ruleset.groups, 0),
                stage=Stage.SUSPENDED,
                suspended=True,
            )
        contributions = self._contributions(state)
        return Score(
            total=state.total,
            exact=_decimal(state.exact),
            groups=state.groups,
            temperature=state.temperature,
            stage=self._stage,
            override=state.override,
            next_change_at=self._first(lambda s: s.temperature),
            contributions=contributions,
            reasons=self._reasons(contributions),
        )

    def cools_at(self) -> datetime | None:
        """The first instant from now at which the lead has cooled, if nothing more happens."""
        return self._first(lambda s: s.cooled)

    # --- awards -------------------------------------------------------------------------

    def _find_awards(self) -> list[Award]:
        by_type: dict[str, list[Rule]] = {}
        awards: list[Award] = []
        covered: dict[int, int] = {}
        for rule in self._ruleset.rules:
            if rule.lead is not None and not rule.lead(self._facts):
                continue
            if rule.types is None:
                awards.append(Award(rule.place, "", None, rule.points))
                continue
            for name in rule.types:
                by_type.setdefault(name, []).append(rule)
        for event in self._events:
            if BOT in event.flags:
                continue
            at = to_ms(event.occurred_at)
            end = at + self._ruleset.retention
            if event.expires_at is not None:
                end = min(end, to_ms(event.expires_at))
            candidates = by_type.get(event.type, [])
            if is_activity(event.type):
                candidates = candidates + by_type.get("activity", [])
            for rule in dict.fromkeys(candidates):
                if rule.where is None or rule.where(event.properties):
                    start = max(at, covered.get(rule.place, at)) if rule.once else at
                    covered[rule.place] = max(end, covered.get(rule.place, end))
                    last = end if rule.lasts is None else min(end, at + rule.lasts)
                    if start < last:
                        awards.append(
                            Award(
                                rule.place,
                                event.event_id,
                                at,
                                rule.points,
                                start,
                                last,
                                rule.half_life,
                            )
                        )
        return awards

    # --- values -------------------------------------------------------------------------

    def _at(self, at: int) -> _State:
        return self._combine(
            [worth(award, at) for award in self._awards],
            [award.is_there(at) for award in self._awards],
        )

    def _combine(self, lines: list[int], there: list[bool]) -> _State:
        """Bounds, sums and temperature of these values of the awards."""
        for rule in self._ruleset.rules:
            if rule.maximum is not None:
                mine = [i for i, r in enumerate(self._rules) if r.place == rule.place]
                held(lines, mine, rule.maximum)
        sums = {}
        for group in self._ruleset.groups.values():
            mine = [i for i, rule in enumerate(self._rules) if rule.group == group.name]
            if group.maximum is not None:
                held(lines, mine, group.maximum)
            sums[group.name] = sum(lines[i] for i in mine)
        exact = sum(sums.values())
        groups = {name: _round(value) for name, value in sums.items()}
        shown = {**groups, TOTAL: _round(exact)}
        override = next(
            (
                rule
                for rule in sorted(
                    {
                        r
                        for r, is_there in zip(self._rules, there, strict=True)
                        if is_there and r.override
                    },
                    key=lambda r: r.place,
                )
            ),
            None,
        )
        temperature = self._temperature(shown)
        if override is not None and override.override is not None:
            temperature = override.override
        return _State(
            lines=tuple(lines),
            groups=groups,
            exact=exact,
            temperature=Temperature.COLD if self._suspended else temperature,
            override=None if override is None else override.rule_id,
            cooled=self._suspended
            or (
                temperature is not Temperature.HOT
                and any(m.at_least - shown[m.group] >= m.rearm for m in self._ruleset.hot)
            ),
        )

    def _temperature(self, shown: Mapping[str, int]) -> Temperature:
        if _reached(self._ruleset.hot, shown):
            return Temperature.HOT
        if self._ruleset.warm and _reached(self._ruleset.warm, shown):
            return Temperature.WARM
        return Temperature.COLD

    def _first(self, what: Any) -> datetime | None:
        """The first instant after now at which `what` of the state is another than now."""

        def corners(lesser: list[int], greater: list[int], there: list[bool]) -> tuple[Any, Any]:
            return what(self._combine(lesser, there)), what(self._combine(greater, there))

        at = first_change(
            self._awards,
            self._now,
            what(self._state),
            corners,
            [award for award, rule in zip(self._awards, self._rules, strict=True) if rule.override],
        )
        return None if at is None else from_ms(at)

    # --- explaining ---------------------------------------------------------------------

    def _contributions(self, state: _State) -> tuple[Contribution, ...]:
        lines = []
        for award, rule, points in zip(self._awards, self._rules, state.lines, strict=True):
            if not award.is_there(self._now):
                continue
            decayed = worth(award, self._now)
            lines.append(
                Contribution(
                    rule=rule.rule_id,
                    group=rule.group,
                    event_id=award.event_id or None,
                    at=None if award.at is None else from_ms(award.at),
                    raw=_decimal(award.points),
                    decayed=_decimal(decayed),
                    lost=_decimal(decayed - points),
                    points=_decimal(points),
                )
            )
        return tuple(lines)

    def _reasons(self, contributions: tuple[Contribution, ...]) -> tuple[Reason, ...]:
        sums: dict[str, Decimal] = {rule.rule_id: Decimal(0) for rule in self._ruleset.rules}
        for line in contributions:
            sums[line.rule] += line.points
        best = sorted(sums.items(), key=lambda pair: -pair[1])[:REASONS]
        return tuple(Reason(rule, points) for rule, points in best if points > 0)


def _reached(minimums: Iterable[Minimum], shown: Mapping[str, int]) -> bool:
    return all(shown[minimum.group] >= minimum.at_least for minimum in minimums)


def _round(thousandths: int) -> int:
    return (thousandths + 500) // 1000


def _decimal(thousandths: int) -> Decimal:
    return Decimal(thousandths) / 1000


def _with_email_class(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    domain = facts.get("email_domain")
    if facts.get("email_class") is not None or not isinstance(domain, str):
        return facts
    return {**facts, "email_class": email_class(domain)}


def _stage(events: list[Event], now: int) -> Stage:
    """The furthest stage that an event has reached, or `rejected` by sales' last word."""
    kept = [
        event
        for event in events
        if to_ms(event.occurred_at) <= now
        and (event.expires_at is None or to_ms(event.expires_at) > now)
        and BOT not in event.flags
    ]
    rejected = False
    reached = set()
    for event in kept:
        stage = next((stage for stage, types in STAGES if event.type in types), Stage.AWARENESS)
        reached.add(stage)
        if event.type == "sales_rejected":
            rejected = True
        elif stage in (Stage.INTENT, Stage.CUSTOMER):
            rejected = False
    if rejected:
        return Stage.REJECTED
    return next((stage for stage, _ in STAGES if stage in reached), Stage.AWARENESS)
