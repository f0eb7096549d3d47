"""The type `Lead`: who it is, its score, its alert state, and when it is due."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from hotlist.events.answers import SalesAnswer


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


class May(StrEnum):
    """What a lead may be contacted by. `UNKNOWN` says that no fold has found it out yet."""

    BOTH = "both"
    CALL = "call"
    MAIL = "mail"
    NEITHER = "neither"
    UNKNOWN = "unknown"


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


FALLBACK: Final = "fallback"
MOVED: Final = "moved"
"""What stands for the name of a rule if none gave the owner. No rule may have such a name."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whose a lead is: the id of a recipient, and the name of the rule that says so.

    `told_at` is when a fold first had something to tell sales of the lead. From then on the owner
    stays. Without rules for owners no lead gets one.
    """

    owner: str | None = None
    rule: str | None = None
    told_at: datetime | None = None


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
    `inputs` have their default values unless `state` is live. `bounced` says that mail to the
    address came back for good, `tracked` that consent to tracking is in force, `may` what
    the lead may be contacted by, `answer` what sales said last. `left_out` is not
    stored: it has the ids of the events with a mail (`tell`, `to_lead`) that this fold read and
    did not count.
    """

    lead_id: str
    version: int = 0
    state: LeadState = LeadState.LIVE
    claimed_by: str | None = None
    folded_at: datetime
    expires_at: datetime
    alerting: Alerting = Alerting()
    ownership: Ownership = Ownership()
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
    bounced: bool = False
    tracked: bool = False
    may: May = May.UNKNOWN
    answer: SalesAnswer | None = None
    left_out: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def is_answered(self) -> bool:
        """Whether sales has answered since the lead turned hot, as of `folded_at`."""
        said = self.answer
        return (
            said is not None
            and said.is_since(self.alerting.hot_since)
            and said.holds(self.folded_at)
        )

    @property
    def rulesets_hash(self) -> str:
        """One hash of the rulesets that the lead was scored by: the live one and the shadow."""
        return combined_hash(self.ruleset, None if self.shadow is None else self.shadow.ruleset)


@dataclass(frozen=True, slots=True)
class Ranked:
    """What the index says of a hot lead: its stored points, and when it turned hot.

    Until `due_at` it is hot for certain. `hot_since` is None if changed rules made it hot without
    an alert, `owner` if there are no rules for owners, or it was not folded since there are.
    """

    lead_id: str
    total: int
    due_at: datetime
    hot_since: datetime | None
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What today's list shows of a hot or warm lead, as of `folded_at`."""

    lead_id: str
    contact: Contact
    temperature: Temperature
    stage: Stage
    total: int
    folded_at: datetime
    hot_since: datetime | None = None
    channel: str | None = None
    owner: str | None = None
    last_event_at: datetime | None = None
    bounced: bool = False
    may: May = May.UNKNOWN
    answer: SalesAnswer | None = None

    def is_answered(self, now: datetime) -> bool:
        """Whether an answer of sales holds now: for a hot lead, one since it turned hot."""
        said = self.answer
        is_since = said is not None and (
            self.temperature is not Temperature.HOT or said.is_since(self.hot_since)
        )
        return said is not None and is_since and said.holds(now)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many leads of a kind were counted, and whether there are no others."""

    count: int = 0
    is_all: bool = True


@dataclass(frozen=True, slots=True)
class Created:
    """What the index by day says of a lead.

    `channel` is None if nobody knows how it came, `owner` as in `Ranked`.
    """

    lead_id: str
    created_at: datetime
    channel: str | None = None
    owner: str | None = None


def combined_hash(ruleset: str, shadow: str | None) -> str:
    """One hash for the hash of the live ruleset and that of the shadow, if there is one."""
    return ruleset if shadow is None else f"{ruleset}+{shadow}"


MOST_STALE: Final = timedelta(days=1)
"""How old the stored points of a hot lead may become before it is calculated again."""

_NEAR: Final = timedelta(days=2)
_FAR: Final = timedelta(days=60)
_MONTH: Final = timedelta(days=30)
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


def due_at(
    lead_id: str, temperature: Temperature, folded_at: datetime, next_change_at: datetime | None
) -> datetime | None:
    """When a lead must be folded again. None if it can wait for its next event.

    A hot lead is due once a day at a time of its own. A change that is far away is rounded down:
    to that time of its day or, beyond 60 days, to a day of the lead's own once in 30 days. So due
    leads are spread, and calculating one again before its time does not move it in the index.
    """
    daily = _own_time(lead_id, folded_at, MOST_STALE) + MOST_STALE
    if next_change_at is None:
        return daily if temperature is Temperature.HOT else None
    due = next_change_at
    if next_change_at - folded_at > _FAR:
        due = _own_time(lead_id, next_change_at, _MONTH)
    elif next_change_at - folded_at > _NEAR:
        due = _own_time(lead_id, next_change_at, MOST_STALE)
    return min(daily, due) if temperature is Temperature.HOT else due


def _own_time(lead_id: str, until: datetime, every: timedelta) -> datetime:
    """The last instant up to `until` that is this lead's own. There is one `every` so long."""
    own = every * (zlib.crc32(lead_id.encode()) / 2**32)
    own = timedelta(milliseconds=own // timedelta(milliseconds=1))
    return until - (until - _EPOCH - own) % every
