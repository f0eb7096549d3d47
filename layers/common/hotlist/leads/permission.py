"""What a lead has agreed to, asked for and ended: calls, mails, tracking. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final

from hotlist.events.corrections import texts_of
from hotlist.events.event import Event
from hotlist.events.vocabulary import MACHINES, PREFETCH, Route
from hotlist.leads.lead import May

_EMAIL: Final = "email"
_PHONE: Final = "phone"
_BOTH: Final = frozenset({_EMAIL, _PHONE})

ASKS: Final = frozenset({"contact_requested", "demo_requested", "meeting_booked"})
"""Whoever has done one of these has asked to be contacted. That permits answering them."""


def permission(events: Iterable[Event], facts: Mapping[str, object]) -> May:
    """What a lead may be contacted by now.

    `events` are those of the lead that count, in order, `facts` what follows from them. A consent
    that is still to be confirmed is none. What somebody has asked for holds until they end it.
    """
    if facts.get("suspended") is True:
        return May.NEITHER
    consents = facts.get("consents")
    ways = {one for one in consents if one in _BOTH} if isinstance(consents, list) else set()
    asked: frozenset[str] = frozenset()
    is_mailable = True
    for event in events:
        if event.type in ASKS and event.flags.isdisjoint(MACHINES):
            asked = _BOTH
        elif PREFETCH not in event.flags:
            asked -= _ended(event)
        if event.type == "email_complained" or _is_bounce(event):
            is_mailable = False
    ways |= asked
    may_mail = is_mailable and _EMAIL in ways
    if _PHONE in ways:
        return May.BOTH if may_mail else May.CALL
    return May.MAIL if may_mail else May.NEITHER


def has_bounced(events: Iterable[Event]) -> bool:
    """Whether mail to the address of these events came back for good."""
    return any(map(_is_bounce, events))


def is_tracked(events: Iterable[Event], facts: Mapping[str, object]) -> bool:
    """Whether consent to tracking is in force, and nobody has objected to being profiled."""
    given = facts.get("consents")
    has_objected = any(
        event.type == "profiling_objected" and PREFETCH not in event.flags for event in events
    )
    return isinstance(given, list) and "tracking" in given and not has_objected


def _ended(event: Event) -> frozenset[str]:
    """The ways that an event ends."""
    if event.type == "unsubscribed":
        if event.properties.get("all") is True:
            return _BOTH
        return _BOTH.intersection(texts_of(event, "purposes") or [_EMAIL])
    if event.type == "consent_withdrawn" and event.route is not Route.BEACON:
        return _BOTH.intersection(texts_of(event, "purpose"))
    return _BOTH if event.type == "profiling_objected" else frozenset()


def _is_bounce(event: Event) -> bool:
    """Whether mail to the address came back for good."""
    return event.type == "email_bounced" and event.properties.get("permanent") is True
