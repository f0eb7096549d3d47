"""Calculates the score of a lead at an instant: exactly, and with a line for every point.

Inside, points are whole thousandths and instants whole milliseconds. Only 2^x is binary floating
point. docs/scoring.md describes the language of rulesets.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

from hotlist.events.event import Event
from hotlist.events.times import from_ms, to_ms
from hotlist.leads.lead import Alerting, Reason, Stage, Temperature
from hotlist.scoring import explain
from hotlist.scoring.domains import email_class
from hotlist.scoring.explain import Contribution
from hotlist.scoring.history import History
from hotlist.scoring.judged import JudgedTotals
from hotlist.scoring.rules import TOTAL
from hotlist.scoring.ruleset import Ruleset
from hotlist.scoring.scene import Judgement, Scene, reaches, temperature

T = TypeVar("T")

_PATIENCE: Final = 8_000_000
"""How many events one search may look at. It takes ten to twenty seconds then."""

_STEP_COST: Final = 20
"""What one step of a search costs beside its events, in events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A score at an instant.

    `total` and `groups` are rounded as people see them; `exact` is the total before rounding. If
    nothing more happens, the temperature holds until `next_change_at` (None: for ever).
    """

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
    """A score, whether it raises an alert (`crossed`), and the alert state after it."""

    score: Score
    crossed: bool
    alerting: Alerting


def score(
    ruleset: Ruleset, facts: Mapping[str, Any], events: Iterable[Event], now: datetime
) -> Score:
    """The score at `now`. It depends on these four values alone, not on the order of the events."""
    return _Scoring(ruleset, facts, events, to_ms(now)).score()


def forecast(
    ruleset: Ruleset, facts: Mapping[str, Any], events: Iterable[Event], at: datetime
) -> Score:
    """The score at another instant.

    In the past, it uses the events up to that instant. In the future, it assumes that nothing more
    happens.
    """
    return score(ruleset, facts, events, at)


def look(
    ruleset: Ruleset,
    facts: Mapping[str, Any],
    events: Iterable[Event],
    now: datetime,
    alerting: Alerting,
) -> Look:
    """The score; whether it is a crossing, and the new alert state (docs/scoring.md, Alerts)."""
    scoring = _Scoring(ruleset, facts, events, to_ms(now))
    seen = scoring.score()
    armed = alerting.armed or (alerting.rearms_at is not None and alerting.rearms_at <= now)
    is_hot = seen.temperature is Temperature.HOT
    armed_after = not is_hot and (armed or scoring.cooled)
    rearms_at = None if armed_after else scoring.cools_at()
    kept = replace(alerting, armed=armed_after, rearms_at=rearms_at)
    return Look(seen, armed and is_hot, kept)


class _Scoring:
    """One lead at one instant. Its events are matched once, for any number of instants."""

    def __init__(
        self, ruleset: Ruleset, facts: Mapping[str, Any], events: Iterable[Event], now: int
    ) -> None:
        self._ruleset = ruleset
        self._now = now
        self._facts = given_facts(ruleset, facts)
        self._history = History.of(ruleset, events, now)
        self._totals = JudgedTotals(ruleset, self._facts, self._history)
        self._scene = self._scene_at(now)

    @property
    def cooled(self) -> bool:
        return self._scene.judge(cooled, self._now, self._now) == {True}

    def score(self) -> Score:
        scene, ruleset, now = self._scene, self._ruleset, self._now
        next_change_at = self._first(temperature_alone)
        if scene.suspended:
            return Score(
                groups=dict.fromkeys(ruleset.groups, 0),
                stage=Stage.SUSPENDED,
                segment=scene.scale.segment,
                suspended=True,
                next_change_at=next_change_at,
            )
        sums = scene.sums(now)
        shown = sums.shown
        override = scene.override(now)
        lines = scene.lines(now)
        contributions = explain.contributions(ruleset, lines, now)
        by_minimums = temperature(scene.scale, shown)
        return Score(
            total=shown[TOTAL],
            exact=explain.decimal(sums.exact),
            groups={name: shown[name] for name in ruleset.groups},
            temperature=(override.override if override else None) or by_minimums,
            grade=next((g for g, asked in scene.scale.grades if reaches(asked, shown)), None),
            stage=scene.stage,
            segment=scene.scale.segment,
            override=override.rule_id if override else None,
            next_change_at=next_change_at,
            contributions=contributions,
            reasons=explain.reasons(ruleset, contributions),
        )

    def cools_at(self) -> datetime | None:
        """The first instant from now at which the lead has cooled, if nothing more happens."""
        return self._first(cooled)

    def _scene_at(self, start: int) -> Scene:
        return Scene(self._ruleset, self._facts, self._history, start, self._totals)

    def _first(self, judgement: Judgement[T]) -> datetime | None:
        """The first instant after now at which the answer is not that of now, or None."""
        (current,) = self._scene.judge(judgement, self._now, self._now)
        steps = steps_for(self._history)
        for scene, start, end in self._eras():
            found = first_other(scene, judgement, current, (start, end - 1), steps)
            if found is not None:
                return _instant(found)
        return None

    def _eras(self) -> Iterator[tuple[Scene, int, int]]:
        """The time ahead, in stretches of one scene each, until nothing changes any more."""
        if self._facts.get("suspended") is True:
            return
        history, now = self._history, self._now
        changes = history.changes[-1:]
        for rule in self._ruleset.rules:
            if rule.matcher is None:
                changes += [at for at in (rule.active_from, rule.active_until) if at is not None]
        last = max(changes, default=now)
        start, scene = now + 1, self._scene
        for border in [*(at for at in history.borders if now < at <= last), last + 1]:
            if start < border:
                yield scene, start, border
            start = border
            scene = self._scene_at(border)


def steps_for(history: History) -> Iterator[int]:
    """The steps that one search in this history may take."""
    return iter(range(_PATIENCE // (_STEP_COST + len(history.events))))


def first_other(
    scene: Scene,
    judgement: Judgement[T],
    current: T,
    stretch: tuple[int, int],
    steps: Iterator[int],
) -> int | None:
    """The first instant of a stretch, both ends included, whose answer is not `current`, or None.

    If the bounds of a stretch allow only one answer, it is the answer of the whole stretch. Other
    stretches are halved. Lines of opposite sign that cancel to the thousandth on a threshold can
    be halved for too long. So when no `steps` are left, the result is the first instant that is
    not sure; the lead is calculated again then.
    """
    stretches = [stretch]
    while stretches:
        a, b = stretches.pop()
        answers = scene.judge(judgement, a, b)
        if len(answers) > 1:
            if next(steps, None) is None:
                return a
            middle = (a + b) // 2
            stretches += [(middle + 1, b), (a, middle)]
        elif answers != {current}:
            return a
    return None


def temperature_alone(found: Temperature, missed: bool) -> Temperature:  # noqa: ARG001
    return found


def cooled(found: Temperature, missed: bool) -> bool:
    return found is not Temperature.HOT and missed


def _instant(at: int) -> datetime | None:
    """The instant at these milliseconds; None beyond the end of the calendar."""
    try:
        return from_ms(at)
    except OverflowError:
        return None


def given_facts(ruleset: Ruleset, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The facts without nulls, and with the class of the e-mail domain. The stage comes later."""
    given = {name: value for name, value in facts.items() if value is not None}
    domain = given.get("email_domain")
    if "email_class" not in given and isinstance(domain, str):
        given["email_class"] = email_class(domain, ruleset.domains)
    return given
