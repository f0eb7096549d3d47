"""Leads that sales was told of and that are hot no longer: each with its reason. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from hotlist.events.answers import SalesAnswer, is_answer, standing_answers
from hotlist.events.event import Event
from hotlist.events.vocabulary import PREFETCH
from hotlist.leads.facts import name_in
from hotlist.leads.lead import Contact, Lead, LeadState, May, Stage, Temperature
from hotlist.leads.profile import reclassified

MOST_GONE: Final = 40
"""How many of these one mail tells of. The others are told of in the next."""

_CORRECTIONS: Final = frozenset(
    "score_adjusted score_reset score_suspended score_resumed event_reclassified".split()
)
_OBJECTION: Final = "profiling_objected"


class Why(StrEnum):
    """Why a lead is hot no longer."""

    COOLED = "cooled"
    CLAIMED = "claimed"  # it is part of another lead now
    ENDED = "ended"  # nothing that counts is kept of it
    CORRECTED = "corrected"  # by an operator
    ANSWERED = "answered"  # by sales
    OBJECTED = "objected"  # to being profiled


@dataclass(frozen=True, slots=True)
class Gone:
    """A lead that is hot no longer. `into` is whoever has taken it in, `answer` what sales said.

    `may` is what whoever it is now may be contacted by. Where nothing counts, nothing is allowed.
    """

    lead: Lead
    why: Why
    contact: Contact
    into: Contact | None = None
    may: May = May.UNKNOWN
    answer: SalesAnswer | None = None


class TakenBack(NamedTuple):
    """Leads that are hot no longer, as one mail tells of them.

    `since` has for these and for all that it has no room for when they were last told as hot.
    """

    leads: Sequence[Gone] = ()
    since: Mapping[str, datetime] = {}


def telling(events: Iterable[Event]) -> tuple[Event, ...]:
    """Those of a lead's events by which it is told why it is hot no longer, and who it is."""
    found = list(events)
    named = max((e for e in found if e.email or e.phone), key=lambda e: e.order, default=None)
    return tuple(event for event in found if event is named or _is_word(event))


def _is_word(event: Event) -> bool:
    """Whether an operator has corrected something, sales has answered, or the lead objected."""
    return event.type in _CORRECTIONS or is_answer(event) or _is_objection(event)


def _is_objection(event: Event) -> bool:
    return event.type == _OBJECTION and PREFETCH not in event.flags


def gone(lead: Lead, events: Sequence[Event], since: datetime, into: Lead | None) -> Gone:
    """Why this lead, which sales was last told of as hot at `since`, is hot no longer.

    `events` are its own. `into` is the lead that has taken it in, if that is known.
    """
    since = max(since, lead.alerting.hot_since or since)
    contact = lead.contact if lead.state is LeadState.LIVE else _contact_in(events)
    why, answer = _why(lead, events, since)
    into_contact = into.contact if into else None
    return Gone(lead, why, contact, into_contact, _may(lead, into), answer)


def _may(lead: Lead, into: Lead | None) -> May:
    if lead.state is LeadState.EMPTY:
        return May.NEITHER
    if lead.state is LeadState.CLAIMED:
        return May.UNKNOWN if into is None else into.may
    return lead.may


def _why(lead: Lead, events: Iterable[Event], since: datetime) -> tuple[Why, SalesAnswer | None]:
    """Why, and the answer of sales if that is why."""
    if lead.state is LeadState.CLAIMED:
        return Why.CLAIMED, None
    told = reclassified(events)
    if lead.stage is Stage.SUSPENDED and any(map(_is_objection, told)):
        return Why.OBJECTED, None  # whatever operators say
    answer, at = _answer(lead, told, since)
    corrected = [event.received_at for event in told if event.type in _CORRECTIONS]
    if any(word >= max(since, at) for word in corrected):
        return Why.CORRECTED, None
    if answer is not None:
        return Why.ANSWERED, answer
    if lead.state is LeadState.EMPTY:
        return Why.ENDED, None
    return (Why.CORRECTED if lead.stage is Stage.SUSPENDED else Why.COOLED), None


def _answer(
    lead: Lead, told: Sequence[Event], since: datetime
) -> tuple[SalesAnswer | None, datetime]:
    """The newest answer that stands and came since then, and when it came."""
    came = {event.event_id: event.received_at for event in told}
    for answer in standing_answers(told):
        if came[answer.event_id] >= since:
            return answer, came[answer.event_id]
    is_known = lead.temperature is Temperature.HOT and lead.is_answered
    return (lead.answer, since) if is_known else (None, since)


def _contact_in(events: Iterable[Event]) -> Contact:
    """How to reach whoever the newest of these events names."""
    named = [event for event in events if event.email or event.phone]
    if not named:
        return Contact()
    newest = max(named, key=lambda event: event.order)
    company = newest.properties.get("company")
    return Contact(
        name=name_in(newest.properties),
        company=company if isinstance(company, str) else None,
        email=newest.email,
        phone=newest.phone,
    )
