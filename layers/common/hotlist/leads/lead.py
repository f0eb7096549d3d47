"""A lead as it is stored: who it is, its score, its alert state, and when to look again."""

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
    """What a stored lead item stands for."""

    LIVE = "live"
    EMPTY = "empty"  # nothing that counts is kept of it
    CLAIMED = "claimed"  # a phone that an e-mail's lead has taken in


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a lead; an e-mail or a phone number is always there."""

    name: str | None = None
    company: str | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that gave points, and how many it gives now."""

    rule: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Alerting:
    """What a lead keeps between two looks at its temperature (docs/scoring.md, Alerts).

    `alert_id` and `hot_since` are those of the last crossing, set once and never
    recomputed. `alert_tell` is the message that came just before it and stands for its
    alert, as `<subject>#<event id>`.
    """

    armed: bool = True
    rearms_at: datetime | None = None
    alert_id: str | None = None
    hot_since: datetime | None = None
    alert_tell: str | None = None


@dataclass(frozen=True, slots=True)
class Shadow:
    """What a second ruleset makes of a lead, as of `folded_at`; `ruleset` is its hash."""

    total: int
    temperature: Temperature
    ruleset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A lead as it is stored: points and temperature are those of `folded_at`.

    `inputs` is a hash of the claims, decisions and event ids that it was folded from;
    `version` counts its writes. Everything below `inputs` is unset unless `state` is live.
    `left_out` is not stored: the messages (`tell`) that this fold read and did not count.
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
    def rules(self) -> str:
        """The hash of the rules that it was scored by, those of the shadow included."""
        return rules_hash(self.ruleset, None if self.shadow is None else self.shadow.ruleset)


def rules_hash(ruleset: str, shadow: str | None) -> str:
    """One hash of the live ruleset and of the shadow beside it, if there is one."""
    return ruleset if shadow is None else f"{ruleset}+{shadow}"


NEVER: Final = datetime.fromisoformat("9999-12-31T23:59:59.999+00:00")
"""`due_at` of a hot lead with nothing ahead: it stands in the index of hot leads all the same."""


def due_at(temperature: Temperature, next_change_at: datetime | None) -> datetime | None:
    """When a lead must be looked at again; none if it can wait for its next event."""
    if next_change_at is not None:
        return next_change_at
    return NEVER if temperature is Temperature.HOT else None
