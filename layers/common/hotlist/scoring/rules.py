"""The parts of a ruleset as the engine uses them. Points are thousandths, times milliseconds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any, Final, NamedTuple

from hotlist.events.vocabulary import is_activity
from hotlist.leads.lead import Temperature
from hotlist.scoring.decay import Decay

Matches = Callable[[Mapping[str, Any]], bool]

TOTAL: Final = "total"
MANUAL: Final = "manual"
ACTIVITY: Final = "activity"
DAY: Final = "day"
SESSION: Final = "session"


class Bounds(NamedTuple):
    """Bounds of a sum; None where there is none."""

    least: int | None = None
    most: int | None = None

    def hold(self, value: int, unit: int = 1) -> int:
        """The nearest value inside. `unit`: how many of the value's units a bound's one is."""
        if self.most is not None and value > self.most * unit:
            return self.most * unit
        if self.least is not None and value < self.least * unit:
            return self.least * unit
        return value


class Minimum(NamedTuple):
    """What a group, or the total, must reach; and how far below it counts as cooled."""

    group: str
    at_least: int
    margin: Fraction


Minimums = tuple[Minimum, ...]


@dataclass(frozen=True, slots=True)
class Matcher:
    """Which events something is about.

    `types` None: of any type at all; `where`: a pattern of their properties, as it is written.
    """

    types: frozenset[str] | None
    where: Mapping[str, Any] | None

    def takes(self, event_type: str) -> bool:
        """Whether it is about events of this type."""
        if self.types is None or event_type in self.types:
            return True
        return ACTIVITY in self.types and is_activity(event_type)


@dataclass(frozen=True, slots=True)
class Award:
    """Which of the matched events give points.

    `count` of them (or with `distinct` of its different values) in a run make an award;
    `count` None is the latest event alone. A run is the whole history, a `within` of `day` or
    `session`, or what lies less than `within` milliseconds back. `stops`: once for a run.
    """

    count: int | None
    stops: bool = False
    within: int | str | None = None
    distinct: str | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """Points, and what must hold for them."""

    points: int
    where: Matches | None
    lead: Matches | None
    score: Callable[[object], bool] | None


@dataclass(frozen=True, slots=True)
class Unless:
    """What takes an award away: any such event, or one less than `within` later."""

    matcher: Matcher
    within: int | None
    same: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule: of events (`matcher` alone), of silence (`inactive` too), or of the lead."""

    place: int
    rule_id: str
    group: str
    matcher: Matcher | None
    inactive: int | None
    lead: Matches | None
    score: Callable[[object], bool] | None
    unless: Unless | None
    bands: tuple[Band, ...]
    award: Award
    decay: Decay | None
    lasts: int | None
    bounds: Bounds
    override: Temperature | None
    active_from: int | None
    active_until: int | None
    humans_only: bool

    @property
    def is_silence(self) -> bool:
        return self.inactive is not None

    @property
    def is_judged(self) -> bool:
        """Whether its silences look at the total."""
        return self.score is not None or any(band.score is not None for band in self.bands)

    def is_active(self, at: int) -> bool:
        """Whether an instant is in its active time."""
        return (self.active_from is None or self.active_from <= at) and (
            self.active_until is None or at < self.active_until
        )


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the score. `weight` is whole percents."""

    name: str
    bounds: Bounds
    weight: int
    decay: Decay | None
    lasts: int | None


@dataclass(frozen=True, slots=True)
class Scale:
    """What temperatures and grades ask for: in general, or of a segment."""

    segment: str | None
    lead: Matches | None
    hot: Minimums
    warm: Minimums
    grades: tuple[tuple[str, Minimums], ...]
    suspended: bool = False


class Relevance(Enum):
    """Why a ruleset looks at an event."""

    IGNORE = "it counts for nothing at all"
    MATCH = "a rule is about it"
    ABSENCE = "a rule is about what it does not follow"
    STAGE = "it reaches a stage"


class Interest(NamedTuple):
    """That an event is looked at: by the rule, or for the stage, at this place."""

    relevance: Relevance
    place: int
