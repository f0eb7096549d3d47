"""The parts of a ruleset, as the engine uses them. Points are thousandths, times milliseconds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
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

DEFAULT_GROUPS: Final[Mapping[str, None]] = {"fit": None, "engagement": None}
"""The groups of a rule set that names none."""

DEFAULT_RETENTION: Final = "396d"


class Bounds(NamedTuple):
    """The bounds of a sum. None: there is no bound."""

    least: int | None = None
    most: int | None = None

    def hold(self, value: int, unit: int = 1) -> int:
        """The nearest value inside the bounds. A bound is multiplied by `unit` first."""
        if self.most is not None and value > self.most * unit:
            return self.most * unit
        if self.least is not None and value < self.least * unit:
            return self.least * unit
        return value


UNBOUNDED: Final = Bounds()
"""The one for no bounds at all."""


class Minimum(NamedTuple):
    """What a group, or the total, must reach. `margin` below it, the lead has cooled.

    All three are whole, as what is compared with them is. So a margin of a fraction is rounded up.
    """

    group: str
    at_least: int
    margin: int


Minimums = tuple[Minimum, ...]


@dataclass(frozen=True, slots=True)
class Matcher:
    """Says which events are meant.

    `types` are the types of the events, None for all. `where` is a pattern of their properties, as
    it is written in the file, None for all.
    """

    types: frozenset[str] | None
    where: Mapping[str, Any] | None

    def takes(self, event_type: str) -> bool:
        """Whether events of this type can be meant."""
        if self.types is None or event_type in self.types:
            return True
        return ACTIVITY in self.types and is_activity(event_type)


@dataclass(frozen=True, slots=True)
class Award:
    """Says which of the matched events give points.

    `count` events in a run make an award; with `distinct`, `count` different values of that
    property. If `count` is None, only the latest event does. A run is the whole history; with
    `within`, the events of one `day` or `session`, or of the last `within` milliseconds.
    `stops`: there is one award for a run.
    """

    count: int | None
    stops: bool = False
    within: int | str | None = None
    distinct: str | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """Points, and the conditions for them. None: there is no such condition."""

    points: int
    where: Matches | None
    lead: Matches | None
    score: Callable[[object], bool] | None


@dataclass(frozen=True, slots=True)
class Unless:
    """The events that take an award away. With `within`, only such as come less than that later."""

    matcher: Matcher
    within: int | None
    same: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule: of events (`matcher` is set), of silence (`inactive` too), of the lead (neither)."""

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
        """Whether its points depend on the total at the end of the silence."""
        return self.score is not None or any(band.score is not None for band in self.bands)

    def is_active(self, at: int) -> bool:
        """Whether the rule is active at an instant."""
        return (self.active_from is None or self.active_from <= at) and (
            self.active_until is None or at < self.active_until
        )


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the score. `weight` is in whole percents."""

    name: str
    bounds: Bounds
    weight: int
    decay: Decay | None
    lasts: int | None


@dataclass(frozen=True, slots=True)
class Scale:
    """The minimums of temperatures and grades, for the leads of a segment or for all others."""

    segment: str | None
    lead: Matches | None
    hot: Minimums
    warm: Minimums
    grades: tuple[tuple[str, Minimums], ...]
    suspended: bool = False


class Relevance(Enum):
    """Why an event matters to a ruleset."""

    IGNORE = "the ruleset ignores it"
    MATCH = "a rule gives points for it"
    ABSENCE = "it takes an award of a rule away"
    STAGE = "it reaches a stage"


class Interest(NamedTuple):
    """Why an event matters, and the place of the rule or stage that it matters to."""

    relevance: Relevance
    place: int
