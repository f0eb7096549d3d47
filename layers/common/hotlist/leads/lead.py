"""The type `Lead`: who it is, its score, its alert state, and when it is due."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final


class Temperature(StrEnum):
    COLD = "cold"
    WARM = "warm"
    HOT = "hot"


class Stage(StrEnum):
    AWARENESS = "awareness"
    INTEREST = "interest"
    CONSIDERATION = "consideration"
    INTENT = "intent"
    CUSTOMER = "customer"
    REJECTED = "rejected"
    SUSPENDED = "suspended"


class LeadState(StrEnum):
    """What a stored lead stands for."""

    LIVE = "live"
    EMPTY = "empty"  # none of its events counts any more
    CLAIMED = "claimed"  # a phone's lead that now belongs to an e-mail address


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a lead. It has an e-mail address, a phone number or both."""

    name: str | None = None
    company: str | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """The id of a rule, and how many points it gives now."""

    rule: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Alerting:
    """What a lead keeps between two looks at its temperature (docs/scoring.md, Alerts).

    `alert_id` and `hot_since` are those of the last crossing. They are set then and never
    calculated again. `alert_tell` is the message that came just before it and stands for its
    alert, as `<subject>#<event id>`.
    """

    armed: bool = True
    rearms_at: datetime | None = None
    alert_id: str | None = None
    hot_since: datetime | None = None
    alert_tell: str | None = None


@dataclass(frozen=True, slots=True)
class Shadow:
    """The result of the shadow ruleset, as of `folded_at`. `ruleset` is the hash of that one."""

    total: int
    temperature: Temperature
    ruleset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A lead as it is stored. Its points and temperature are those of `folded_at`.

    `ruleset` is the hash of the live ruleset. `inputs` is a hash of the claims, decisions and
    event ids that the lead was folded from. `version` counts its writes. All fields below
    `inputs` have their default values unless `state` is live. `left_out` is not stored: it has
    the ids of the messages (`tell`) that this fold read and did not count.
    """

    lead_id: str
    version: int = 0
    state: LeadState = LeadState.LIVE
    claimed_by: str | None = None
    folded_at: datetime
    expires_at: datetime
    alerting: Alerting = Alerting()
    ruleset: str = ""
    inputs: str = ""
    contact: Contact = Contact()
    temperature: Temperature = Temperature.COLD
    stage: Stage = Stage.AWARENESS
    total: int = 0
    groups: Mapping[str, int] = field(default_factory=dict)
    grade: str | None = None
    segment: str | None = None
    reasons: tuple[Reason, ...] = ()
    channel: str | None = None
    created_at: datetime | None = None
    last_event_at: datetime | None = None
    last_event_id: str | None = None
    next_change_at: datetime | None = None
    due_at: datetime | None = None
    truncated: bool = False
    shadow: Shadow | None = None
    left_out: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def rulesets_hash(self) -> str:
        """One hash of the rulesets that the lead was scored by: the live one and the shadow."""
        return combined_hash(self.ruleset, None if self.shadow is None else self.shadow.ruleset)


def combined_hash(ruleset: str, shadow: str | None) -> str:
    """One hash for the hash of the live ruleset and that of the shadow, if there is one."""
    return ruleset if shadow is None else f"{ruleset}+{shadow}"


NEVER: Final = datetime.fromisoformat("9999-12-31T23:59:59.999+00:00")
"""`due_at` of a hot lead that never changes by itself: without one it would be in no index."""


def due_at(temperature: Temperature, next_change_at: datetime | None) -> datetime | None:
    """When a lead must be folded again. None if it can wait for its next event."""
    if next_change_at is not None:
        return next_change_at
    return NEVER if temperature is Temperature.HOT else None
