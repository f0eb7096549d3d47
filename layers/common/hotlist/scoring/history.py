"""A lead's events as its score sees them: those that count, and what each rule matches of them.

An event counts from its own instant until it is as old as `retention` or has expired. All that
can never count again is left out at once; the rest is matched once, for any instant.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, NamedTuple

from hotlist.events import BOT, INTERNAL, SPAM, Event, to_ms
from hotlist.leads import Stage
from hotlist.scoring import values
from hotlist.scoring.ruleset import STAGES, Ruleset
from hotlist.scoring.timeline import Cover, Spans, union

_WITHDRAWN: Final = frozenset({SPAM, INTERNAL})
_RANK: Final = {stage: rank for rank, stage in enumerate(STAGES)}
_UNDO_REJECTION: Final = (Stage.INTENT, Stage.CUSTOMER)


class Happening(NamedTuple):
    """An event that counts from `at` to before `end`. Sorts in the order of events."""

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
    """What an operator did to a group's score, or with `group` None to all of it."""

    happening: Happening
    kind: Literal["reset", "set", "add"]
    group: str | None
    points: int
    lasts: int | None

    def ends_lines_of(self, group: str) -> bool:
        """Whether nothing of this group before it counts any more."""
        return self.kind != "add" and self.group in (None, group)


@dataclass(frozen=True)
class History:
    """Events in order; `matched` and `absences` are by the place of the rule in the file."""

    ruleset: Ruleset
    events: Sequence[Happening]
    matched: Sequence[Sequence[Happening]]
    absences: Sequence[Sequence[Happening]]
    adjustments: Sequence[Adjustment]

    @classmethod
    def of(cls, ruleset: Ruleset, events: Iterable[Event], now: int) -> "History":
        """What counts at `now` or will, in order."""
        happenings = sorted(_counting(ruleset, events, now))
        matched: list[list[Happening]] = [[] for _ in ruleset.rules]
        absences: list[list[Happening]] = [[] for _ in ruleset.rules]
        adjustments = []
        for happening in happenings:
            event = happening.event
            properties = event.properties
            for place, is_absence, humans_only, where in ruleset.interests(event.type):
                if happening.is_bot and humans_only:
                    continue
                if where is None or where(properties):
                    (absences if is_absence else matched)[place].append(happening)
            if event.type in ("score_reset", "score_adjusted") and not happening.is_bot:
                adjustment = _adjustment(ruleset, happening)
                if adjustment is not None:
                    adjustments.append(adjustment)
        return cls(ruleset, happenings, matched, absences, adjustments)

    def as_known(self, at: int, until: int) -> "History":
        """The events up to `until` that count at a later instant `at`."""

        def kept(happenings: Sequence[Happening]) -> list[Happening]:
            return [one for one in happenings if one.at <= until and one.counts(at)]

        return History(
            self.ruleset,
            kept(self.events),
            [*map(kept, self.matched)],
            [*map(kept, self.absences)],
            [one for one in self.adjustments if kept([one.happening])],
        )

    @cached_property
    def changes(self) -> list[int]:
        """The instants at which an event begins or ceases to count, in order."""
        return sorted({instant for one in self.events for instant in (one.at, one.end)})

    @cached_property
    def stages(self) -> tuple[tuple[Stage, Spans], ...]:
        """When each stage is reached: the first of them that is there is the lead's."""
        reached: list[list[Happening]] = [[] for _ in STAGES]
        rejections: list[Happening] = []
        for one in self.events:
            if one.is_bot:
                continue
            stage = self.ruleset.stage(one.event)
            if stage is not Stage.AWARENESS:
                reached[_RANK[stage]].append(one)
            if one.event.type == "sales_rejected":
                rejections.append(one)
        return (
            (Stage.REJECTED, self._rejected(rejections, reached)),
            *(
                (stage, union((one.at, one.end) for one in those))
                for stage, those in zip(STAGES, reached, strict=True)
            ),
        )

    def stage(self, at: int) -> Stage:
        """`rejected`, or the furthest stage that an event which counts has reached."""
        for stage, spans in self.stages:
            if any(start <= at < end for start, end in spans):
                return stage
        return Stage.AWARENESS

    def _rejected(
        self, rejections: Sequence[Happening], reached: Sequence[Sequence[Happening]]
    ) -> Spans:
        spans: list[tuple[int, int]] = []
        undoing = [one for stage in _UNDO_REJECTION for one in reached[_RANK[stage]]]
        for rejection in rejections:
            later = Cover()
            for one in undoing:
                if one > rejection:
                    later.add(((one.at, one.end),))
            spans += later.rest(((rejection.at, rejection.end),))
        return union(spans)


def _counting(ruleset: Ruleset, events: Iterable[Event], now: int) -> Iterable[Happening]:
    seen: set[str] = set()
    retention, ignore = ruleset.retention, ruleset.ignore
    for event in events:
        flags = event.flags
        if event.event_id in seen or not flags.isdisjoint(_WITHDRAWN):
            continue
        seen.add(event.event_id)
        at = to_ms(event.occurred_at)
        end = at + retention
        if event.expires_at is not None:
            end = min(end, to_ms(event.expires_at))
        if end <= max(at, now) or any(matcher.matches(event) for matcher in ignore):
            continue
        yield Happening(at, event.event_id, end, BOT in flags, event)


def _adjustment(ruleset: Ruleset, happening: Happening) -> Adjustment | None:
    """What an operator's event means; None if it is malformed or for no group there is."""
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
