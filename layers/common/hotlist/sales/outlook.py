"""What a lead's events tell beside what is stored with it, and what becomes of it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hotlist.leads.lead import Lead, Temperature
from hotlist.leads.profile import Profile
from hotlist.scoring.engine import Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is known of a lead that was calculated just now.

    `reasons_at` has for a rule the newest instant that it gives points for. If nothing happens, the
    lead is hot until `cools_at`; None if it is not hot, or stays so.
    """

    reasons_at: Mapping[str, datetime] = field(default_factory=dict)
    campaign: str = ""
    language: str = ""
    cools_at: datetime | None = None


UNKNOWN = Outlook()


def outlook(lead: Lead, profile: Profile, score: Score) -> Outlook:
    """What follows from the events of a lead, and from its score."""
    at: dict[str, datetime] = {}
    for line in score.contributions:
        if line.at is not None:
            at[line.rule] = max(line.at, at.get(line.rule, line.at))
    language = profile.facts.get("language")
    return Outlook(
        reasons_at={one.rule: at[one.rule] for one in lead.reasons if one.rule in at},
        campaign=_campaign(profile.facts),
        language=language if isinstance(language, str) else "",
        cools_at=_cools_at(lead, profile, score),
    )


def _cools_at(lead: Lead, profile: Profile, score: Score) -> datetime | None:
    """When the lead is hot no longer: its points have gone, or it has ended."""
    if lead.temperature is not Temperature.HOT:
        return None
    return _first((score.next_change_at, profile.ends_at))


def _first(instants: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in instants if at is not None), default=None)


def _campaign(facts: Mapping[str, object]) -> str:
    """The campaign by which the lead came last, else first."""
    for name in ("last_touch", "first_touch"):
        touch = facts.get(name)
        campaign = touch.get("campaign") if isinstance(touch, Mapping) else None
        if isinstance(campaign, str) and campaign:
            return campaign
    return ""
