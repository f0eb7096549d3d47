"""Finds which events of a lead count for its score, and which of them each rule matches.

An event counts from the instant at which it happened, until it is as old as `retention` or has
expired. Events that can never count again are left out. The others are matched once, for any
instant.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, NamedTuple

from hotlist.events.answers import REJECTED, standing
from hotlist.events.event import Event
from hotlist.events.times import to_ms
from hotlist.events.vocabulary import INTERNAL, MACHINES, SPAM
from hotlist.leads.lead import Stage
from hotlist.scoring import values
from hotlist.scoring.rules import Relevance
from hotlist.scoring.ruleset import STAGES, Ruleset
from hotlist.scoring.timeline import Cover, Spans, union

_WITHDRAWN: Final = frozenset({SPAM, INTERNAL})
_UNDO_REJECTION: Final = (STAGES.index(Stage.INTENT), STAGES.index(Stage.CUSTOMER))
_ADJUSTMENTS: Final = frozenset({"score_reset", "score_adjusted"})


class Happening(NamedTuple):
    """An event that counts from `at` to before `end` (milliseconds). It sorts as events do."""

    at: int
    event_id: str
    end: int
    is_bot: bool
    event: Event

    @property
    def order(self) -> tuple[int, str]:
        return self.at, self.event_id

    def counts(self, at: int) -> bool:
        return self.at <= at < self.end


class Adjustment(NamedTuple):
    """A change of the score by an operator: of one group, or of all if `group` is None."""

    happening: Happening
    kind: Literal["reset", "set", "add"]
    group: str | None
    points: int
    lasts: int | None

    def ends_lines_of(self, group: str) -> bool:
        """Whether it ends all earlier lines of this group."""
        return self.kind != "add" and self.group in (None, group)


@dataclass(frozen=True)
class History:
    """The events of a lead that count, in order, and what the ruleset finds in them.

    `matched` has the events that each rule matches, and `absences` those that its `unless`
    matches, by the place of the rule in the file. `reached` has the events that reach each stage,
    by its place in `STAGES`; an event reaches only the furthest of its stages.
    """

    ruleset: Ruleset
    events: Sequence[Happening]
    matched: Sequence[Sequence[Happening]]
    absences: Sequence[Sequence[Happening]]
    reached: Sequence[Sequence[Happening]]
    rejections: Sequence[Happening]
    adjustments: Sequence[Adjustment]

    @classmethod
    def of(cls, ruleset: Ruleset, events: Iterable[Event], now: int) -> "History":
        """The history of the events that count at `now` or later."""
        matched: list[list[Happening]] = [[] for _ in ruleset.rules]
        absences: list[list[Happening]] = [[] for _ in ruleset.rules]
        reached: list[list[Happening]] = [[] for _ in STAGES]
        rejections, adjustments, kept = [], [], []
        for one in sorted(_happenings(ruleset, events, now)):
            event, is_bot = one.event, one.is_bot
            interests = ruleset.seen(event)
            if interests and interests[0].relevance is Relevance.IGNORE:
                continue
            if event.type in _ADJUSTMENTS and not is_bot:
                adjustment = _adjustment(ruleset, one)
                if adjustment is None:  # it is ignored
                    continue
                adjustments.append(adjustment)
            kept.append(one)
            has_stage = is_bot
            for relevance, place in interests:
                if relevance is Relevance.STAGE:
                    if not has_stage:
                        reached[place].append(one)
                        has_stage = True
                elif not is_bot or not ruleset.rules[place].humans_only:
                    (matched if relevance is Relevance.MATCH else absences)[place].append(one)
            if event.type == REJECTED and not is_bot:
                rejections.append(one)
        return cls(ruleset, kept, matched, absences, reached, rejections, adjustments)

    def as_known(self, at: int, until: int) -> "History":
        """The history of the events up to `until` that count at the later instant `at`."""

        def kept(happenings: Sequence[Happening]) -> list[Happening]:
            return [one for one in happenings if one.at <= until and one.counts(at)]

        return History(
            self.ruleset,
            kept(self.events),
            [*map(kept, self.matched)],
            [*map(kept, self.absences)],
            [*map(kept, self.reached)],
            kept(self.rejections),
            [one for one in self.adjustments if kept([one.happening])],
        )

    @cached_property
    def changes(self) -> list[int]:
        """The instants at which an event begins or ceases to count, in order."""
        return sorted({instant for one in self.events for instant in (one.at, one.end)})

    @cached_property
    def stages(self) -> tuple[tuple[Stage, Spans], ...]:
        """The spans of time of each stage. The lead has the first stage that is there."""
        reached = (union((one.at, one.end) for one in those) for those in self.reached)
        return ((Stage.REJECTED, self._rejected()), *zip(STAGES, reached, strict=True))

    @cached_property
    def borders(self) -> list[int]:
        """The instants at which an era may end and another begin, in order."""
        found = {
            at
            for one in self.adjustments
            if one.kind != "add"
            for at in (one.happening.at, one.happening.end)
        }
        if self.ruleset.sees_stage:
            found |= {at for _, spans in self.stages for span in spans for at in span}
        return sorted(found)

    def stage(self, at: int) -> Stage:
        """The stage at an instant: `rejected`, or the furthest stage that its events reach."""
        for stage, spans in self.stages:
            if any(start <= at < end for start, end in spans):
                return stage
        return Stage.AWARENESS

    def _rejected(self) -> Spans:
        """The spans of time in which a rejection by sales holds: no later event undoes it."""
        spans: list[tuple[int, int]] = []
        undoing = [one for place in _UNDO_REJECTION for one in self.reached[place]]
        for rejection in self.rejections:
            later = Cover()
            for one in undoing:
                if one > rejection:
                    later.add(((one.at, one.end),))
            spans += later.rest(((rejection.at, rejection.end),))
        return union(spans)


def _happenings(ruleset: Ruleset, events: Iterable[Event], now: int) -> Iterable[Happening]:
    seen: set[str] = set()
    for event in standing(events):
        flags = event.flags
        if event.event_id in seen or not flags.isdisjoint(_WITHDRAWN):
            continue
        seen.add(event.event_id)
        at = to_ms(event.occurred_at)
        end = at + ruleset.retention
        if event.expires_at is not None:
            end = min(end, to_ms(event.expires_at))
        if at < end and now < end:
            yield Happening(at, event.event_id, end, not MACHINES.isdisjoint(flags), event)


def is_void(ruleset: Ruleset, event: Event) -> bool:
    """Whether a change of points by an operator counts for nothing."""
    if event.type not in _ADJUSTMENTS:
        return False
    interests = ruleset.seen(event)
    if interests and interests[0].relevance is Relevance.IGNORE:
        return True
    at = to_ms(event.occurred_at)
    happening = Happening(at, event.event_id, at, not MACHINES.isdisjoint(event.flags), event)
    return happening.is_bot or _adjustment(ruleset, happening) is None


def _adjustment(ruleset: Ruleset, happening: Happening) -> Adjustment | None:
    """The adjustment of an operator's event. None if it is malformed or names an unknown group."""
    properties = happening.event.properties
    group = properties.get("group")
    if group is not None and (not isinstance(group, str) or group not in ruleset.groups):
        return None
    if group is None and len(ruleset.groups) == 1:
        (group,) = ruleset.groups
    if happening.event.type == "score_reset":
        return Adjustment(happening, "reset", group, 0, None)
    given = {name: properties[name] for name in ("add", "set") if properties.get(name) is not None}
    if len(given) != 1:
        return None
    ((kind, points),) = given.items()
    lasts = properties.get("lasts")
    try:
        return Adjustment(
            happening,
            "add" if kind == "add" else "set",
            group,
            values.points(points),
            None if lasts is None else values.duration(lasts),
        )
    except ValueError:
        return None
