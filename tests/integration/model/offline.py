"""The answer to compare with: leads worked out from all events at once, without a store.

Written from the design's section 5 and not from the code it judges: ownership is found
event by event, by looking through everybody's claims.
"""

from collections.abc import Iterable
from datetime import datetime

from hotlist.events import SPAM, Event


def owners(history: Iterable[Event]) -> dict[str, str | None]:
    """The lead whose each event is, by event id; None for a visitor whom nobody knows."""
    stored = {event.event_id: event for event in history}
    return {event_id: _owner(event, stored) for event_id, event in stored.items()}


def claimed_phones(history: Iterable[Event]) -> dict[str, str]:
    """The phones that an e-mail's lead has taken in, and whose each is now."""
    stored = {event.event_id: event for event in history}
    phones = {name for event in stored.values() for name in event.names if _is(name, "phone")}
    newest = {phone: _claims_on(phone, stored) for phone in phones}
    return {phone: claims[-1][2] for phone, claims in newest.items() if claims}


def _owner(event: Event, stored: dict[str, Event]) -> str | None:
    at = event.occurred_at
    if event.type == "event_reclassified":
        at = stored[str(event.properties["event_id"])].occurred_at
    if _is(event.subject, "email"):
        return event.subject
    claims = _claims_on(event.subject, stored)
    if not claims:
        return event.subject if _is(event.subject, "phone") else None
    past = [claimant for claimed_at, _, claimant in claims if claimed_at <= at]
    return past[-1] if past else claims[0][2]


def _claims_on(subject: str, stored: dict[str, Event]) -> list[tuple[datetime, str, str]]:
    return sorted(
        (event.occurred_at, event.event_id, event.subject)
        for event in stored.values()
        if _is(event.subject, "email")
        and subject in event.names
        and event.properties.get("kiosk") is not True
        and not _is_spam(event, stored)
    )


def _is_spam(event: Event, stored: dict[str, Event]) -> bool:
    spam = SPAM in event.flags
    words = [
        other
        for other in stored.values()
        if other.type == "event_reclassified" and other.properties["event_id"] == event.event_id
    ]
    for word in sorted(words, key=lambda other: (other.occurred_at, other.event_id)):
        if SPAM in _flags(word, "remove"):
            spam = False
        if SPAM in _flags(word, "add"):
            spam = True
    return spam


def _is(subject: str, kind: str) -> bool:
    return subject.startswith(kind + ":")


def _flags(word: Event, name: str) -> list[object]:
    flags = word.properties.get(name, [])
    assert isinstance(flags, list)
    return flags
