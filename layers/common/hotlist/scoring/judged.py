"""The totals that rules of silence compare with `score`.

A silence is judged once, by the total at the instant at which it was complete, in the events that
count now.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hotlist.scoring import silence
from hotlist.scoring.history import Happening, History
from hotlist.scoring.rules import TOTAL
from hotlist.scoring.ruleset import Ruleset
from hotlist.scoring.scene import Scene
from hotlist.scoring.timeline import FAR_FUTURE


@dataclass(slots=True)
class _Totals:
    """The totals by the instant of completion, for silences complete before `end`."""

    end: int
    totals: dict[int, int] = field(default_factory=dict)

    def at(self, instant: int) -> Mapping[int, int]:  # noqa: ARG002 - the events are the same
        """The totals so far. Silences that complete at one instant see the same ones."""
        return self.totals


class JudgedTotals:
    """The totals at the ends of silences. They are calculated when needed."""

    def __init__(self, ruleset: Ruleset, facts: Mapping[str, Any], history: History) -> None:
        self._ruleset = ruleset
        self._facts = facts
        self._history = history
        self._known: dict[int, _Totals] = {}
        ends = sorted(one.end for one in history.events)
        self._gone = [bisect_right(ends, at) for at in history.changes]

    def at(self, instant: int) -> Mapping[int, int]:
        """The totals by the instant of completion, by the events that count at `instant`."""
        changes = self._history.changes
        version = bisect_right(changes, instant)
        if version not in self._known:
            until = changes[version] - 1 if version < len(changes) else instant
            self._known[version] = self._judge(version, instant, until)
        return self._known[version].totals

    def _judge(self, version: int, instant: int, until: int) -> _Totals:
        before = self._before(version)
        instants = [at for at in self._instants(version, instant, until) if at >= before.end]
        if not instants:
            return _Totals(until + 1, before.totals)
        found = _Totals(until + 1, dict(before.totals))
        for at in sorted(instants):
            then = self._history.as_known(instant, at)
            scene = Scene(self._ruleset, self._facts, then, at, found)
            total = 0 if scene.suspended else scene.sums(at).shown[TOTAL]
            found.totals[at] = total
        return found

    def _before(self, version: int) -> _Totals:
        """What is known already: the totals before the last event came, if none has gone then."""
        before = self._known.get(version - 1)
        if before is None or version < 2 or self._gone[version - 1] != self._gone[version - 2]:
            return _Totals(-FAR_FUTURE)
        return before

    def _instants(self, version: int, instant: int, until: int) -> set[int]:
        """When silences are complete up to `until`, at least all since the last event came."""
        history, found = self._history, set()
        is_growing = version - 1 in self._known and self._gone[version - 1] == 0
        known = history if is_growing else history.as_known(instant, instant)
        for rule in self._ruleset.judged:
            matched = known.matched[rule.place]
            resets = [one for one in known.adjustments if one.ends_lines_of(rule.group)]
            if is_growing:  # then only the clock that runs now is of interest
                matched = matched[: bisect_right(matched, instant, key=_at)][-1:]
                resets = [one for one in resets if one.happening.at <= instant][-1:]
            found |= silence.judged_instants(rule, matched, resets, known.events, until)
        return found


def _at(one: Happening) -> int:
    return one.at
