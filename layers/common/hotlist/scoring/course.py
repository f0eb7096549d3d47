"""One lead from its first event on: looked at, at one instant after the other.

Each look gives what `engine.look` gives for the events up to its instant. But all events are
matched once, those still to come included, and nothing is searched beyond the next look.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from hotlist.events.event import Event
from hotlist.events.times import from_ms, to_ms
from hotlist.leads.lead import Alerting, Temperature
from hotlist.scoring.engine import (
    cooled,
    first_other,
    given_facts,
    steps_for,
    temperature_alone,
)
from hotlist.scoring.history import History
from hotlist.scoring.judged import JudgedTotals
from hotlist.scoring.rules import TOTAL
from hotlist.scoring.ruleset import Ruleset
from hotlist.scoring.scene import Judgement, Scene
from hotlist.scoring.silence import could_complete
from hotlist.scoring.timeline import FAR_FUTURE

T = TypeVar("T")


class Sight(NamedTuple):
    """What a look finds. `next_at` is the next instant to look at; None if there is none."""

    temperature: Temperature
    crossed: bool
    alerting: Alerting
    next_at: datetime | None


class Course:
    """The events of one lead, with the flags that they have at the instants that are asked about.

    The instants ascend, and none is before `start`.
    """

    def __init__(self, ruleset: Ruleset, events: Iterable[Event], start: datetime) -> None:
        self._ruleset = ruleset
        self._history = History.of(ruleset, events, to_ms(start))
        self._begins = {one.at for one in self._history.events}
        self._ends = {one.end for one in self._history.events}
        self._sources: dict[object, Any] = {}
        self._given: Mapping[str, Any] | None = None
        self._asked = ""

    @property
    def history(self) -> History:
        """The events that count at `start` or later, and what the rules find in them."""
        return self._history

    def look(
        self,
        facts: Mapping[str, Any],
        at: datetime,
        alerting: Alerting,
        *,
        upcoming: datetime | None,
        last: datetime,
    ) -> Sight:
        """The temperature at `at`, and when to look again, at most at `last`.

        That is when the temperature is another, or at `upcoming`. Before that nothing happens,
        and the facts stay the same.
        """
        self._know(facts)
        now, end = to_ms(at), to_ms(last) + 1 if upcoming is None else to_ms(upcoming)
        temperature, has_cooled, is_steady = self._now(now, end)
        change = None if is_steady else self._first(temperature_alone, temperature, now, end - 1)
        next_at = upcoming if change is None else from_ms(change)
        is_hot = temperature is Temperature.HOT
        armed = alerting.armed or (alerting.rearms_at is not None and alerting.rearms_at <= at)
        armed_after = not is_hot and (armed or has_cooled)
        rearms = None
        if not armed_after and next_at is not None:
            if not is_steady:
                until = end - 1 if change is None else change
                rearms = self._first(cooled, False, now, until)
            if rearms is None and change is None and self._had_cooled(end):
                rearms = end
        rearms_at = None if rearms is None else from_ms(rearms)
        kept = replace(alerting, armed=armed_after, rearms_at=rearms_at)
        return Sight(temperature, armed and is_hot, kept, next_at)

    def total(self, at: datetime) -> int:
        """The total at the instant of the last look."""
        now = to_ms(at)
        scene, _ = self._scene(now)
        return 0 if scene.suspended else scene.sums(now).shown[TOTAL]

    def point(self, facts: Mapping[str, Any], at: datetime) -> tuple[Temperature, int]:
        """The temperature and the total at `at`; nothing is searched."""
        self._know(facts)
        now = to_ms(at)
        (temperature,) = self._scene(now)[0].judge(temperature_alone, now, now)
        return temperature, self.total(at)

    def _know(self, facts: Mapping[str, Any]) -> None:
        """Start anew if a fact changes that the ruleset asks for."""
        if facts is self._given:
            return
        self._given = facts
        asked = repr({name: facts[name] for name in self._ruleset.asked if name in facts})
        if asked != self._asked:
            self._asked = asked
            self._facts = given_facts(self._ruleset, facts)
            self._totals = JudgedTotals(self._ruleset, self._facts, self._history)
            self._scenes: dict[int, Scene] = {}

    def _scene(self, at: int) -> tuple[Scene, int]:
        """The scene of an instant, and the instant at which it ends."""
        borders = self._history.borders
        era = bisect_right(borders, at)
        if era not in self._scenes:
            self._scenes[era] = Scene(
                self._ruleset, self._facts, self._history, at, self._totals, sources=self._sources
            )
        return self._scenes[era], borders[era] if era < len(borders) else FAR_FUTURE

    def _now(self, now: int, end: int) -> tuple[Temperature, bool, bool]:
        """The temperature, whether the lead has cooled, and whether both stay so before `end`."""
        scene, border = self._scene(now)
        answers = scene.judge(_both, now, min(border, end) - 1)
        is_steady = len(answers) == 1 and border >= end
        if len(answers) > 1:
            answers = scene.judge(_both, now, now)
        ((temperature, has_cooled),) = answers
        return temperature, has_cooled, is_steady

    def _first(self, judgement: Judgement[T], current: T, now: int, last: int) -> int | None:
        """The first instant after now, up to `last`, at which the answer is another."""
        steps = steps_for(self._history)
        start = now + 1
        while start <= last:
            scene, border = self._scene(start)
            found = first_other(scene, judgement, current, (start, min(border - 1, last)), steps)
            if found is not None:
                return found
            start = border
        return None

    def _had_cooled(self, at: int) -> bool:
        """Whether the lead would have cooled at an instant if nothing came then.

        A lead that cools at the very instant at which an event makes it hot again is armed.
        """
        if at not in self._begins:
            return self._scene(at)[0].judge(cooled, at, at) == {True}
        scene, border = self._scene(at - 1)
        if border != at and at not in self._ends and not self._could_begin(at):
            answer = scene.judge_as_before(cooled, at)
            if answer is not None:
                return answer
        known = self._history.as_known(at, at - 1)
        totals = JudgedTotals(self._ruleset, self._facts, known)
        return Scene(self._ruleset, self._facts, known, at, totals).judge(cooled, at, at) == {True}

    def _could_begin(self, at: int) -> bool:
        """Whether something may begin at this instant that no event then is the reason of.

        That is a silence that is complete, or an award that waited whether an event follows.
        """
        first = self._history.events[0].at
        for rule in self._ruleset.rules:
            if rule.is_silence and (
                rule.is_judged or could_complete(rule, self._begins, first, at)
            ):
                return True
            within = rule.unless.within if rule.unless is not None else None
            if within is not None and at - within in self._begins:
                return True
        return False


def _both(found: Temperature, missed: bool) -> tuple[Temperature, bool]:
    return found, cooled(found, missed)
