"""What a lead's events tell beside what is stored with it, and what becomes of it. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from hotlist.events.event import Event
from hotlist.leads import classify
from hotlist.leads.lead import Lead, Temperature
from hotlist.leads.profile import Profile, profile_of, reclassified
from hotlist.scoring import engine
from hotlist.scoring.engine import Score
from hotlist.scoring.ruleset import Ruleset

AHEAD: Final = timedelta(days=8)
"""How far an outlook reaches: a week of local days, and the hours that one may have more."""

MOST_LOOKS: Final = 20
"""How often one lead is scored to find out when it cools."""

Ahead = Callable[[datetime], tuple[Profile, Score]]
"""What follows from the events of a lead at a later instant, if nothing happens until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is known of a lead that was calculated just now.

    `reasons_at` has for a rule the newest instant that it gives points for. If nothing happens, the
    lead is hot until `cools_at`; None if it is not hot, stays so for `AHEAD`, or nobody knows.
    """

    reasons_at: Mapping[str, datetime] = field(default_factory=dict)
    campaign: str = ""
    language: str = ""
    cools_at: datetime | None = None


UNKNOWN = Outlook()


def ahead_of(events: Iterable[Event], ruleset: Ruleset) -> Ahead:
    """Looks ahead of the events of a lead, as a fold at a later instant would see them."""
    known = reclassified(classify.classify(event) for event in events)

    def at(instant: datetime) -> tuple[Profile, Score]:
        profile = profile_of(known, instant, classify.channel)
        return profile, engine.score(ruleset, profile.facts, profile.events, instant)

    return at


def outlook(lead: Lead, profile: Profile, score: Score) -> Outlook:
    """What follows from the events of a lead, and from its score; not yet when it cools."""
    at: dict[str, datetime] = {}
    for line in score.contributions:
        if line.at is not None:
            at[line.rule] = max(line.at, at.get(line.rule, line.at))
    language = profile.facts.get("language")
    return Outlook(
        reasons_at={one.rule: at[one.rule] for one in lead.reasons if one.rule in at},
        campaign=_campaign(profile.facts),
        language=language if isinstance(language, str) else "",
    )


def cools_at(
    lead: Lead, profile: Profile, score: Score, ahead: Ahead, is_late: Callable[[], bool]
) -> datetime | None:
    """The first instant at which the lead is hot no longer, if nothing happens.

    It may be one at which points go, a fact expires or the lead ends. What expires need not cool
    the lead, so it is scored there. Once `is_late`, nobody looks ahead any more.
    """
    if lead.temperature is not Temperature.HOT:
        return None
    for _ in range(MOST_LOOKS):
        at = _first((score.next_change_at, profile.facts_until, profile.ends_at))
        if at is None or at >= lead.folded_at + AHEAD or is_late():
            return None
        profile, score = ahead(at)
        if profile.ends_at is None or score.temperature is not Temperature.HOT:
            return at
    return None


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
