"""Let what a lead rests on live on while the lead is folded: durable events and identities."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from hotlist.events.event import Event
from hotlist.events.retention import DURABLE, RECLASSIFICATION, is_durable
from hotlist.events.times import ceil_second
from hotlist.events.vocabulary import SPAM, Route
from hotlist.identity.claims import Identity
from hotlist.leads.profile import reclassified
from hotlist.runtime.phases import Steps, calls
from hotlist.store.events import EventStore
from hotlist.store.identities import IdentityStore
from hotlist.store.items import Conflict

RENEWED_BELOW: Final = timedelta(days=396)
"""A durable event is renewed when it has less than this left."""


def renew_events(
    store: EventStore, events: Sequence[Event], now: datetime
) -> Steps[tuple[Event, ...]]:
    """The events, with consents, complaints and operators' events renewed where it is time.

    A form that asked for a consent which was confirmed is renewed like the consent: it has the
    address and the proof. A reclassification is renewed before its target, and outlives it.
    """
    confirmed = {*_confirmed(events)}
    ending = [
        event
        for event in events
        if event.expires_at is not None and now < event.expires_at < now + RENEWED_BELOW
        if is_durable(event) or event.event_id in confirmed
    ]
    if not ending:
        return tuple(events)
    flags = {event.event_id: event.flags for event in reclassified(events)}
    until = {
        event.event_id: ceil_second(now + DURABLE)
        for event in ending
        if SPAM not in flags[event.event_id]
    }
    for event in events:
        if event.type == "event_reclassified" and (
            event.event_id in until or event.properties.get("event_id") in until
        ):
            until[event.event_id] = ceil_second(now + RECLASSIFICATION)
    for is_first in (True, False):
        yield from calls(
            partial(store.renew, event, until[event.event_id])
            for event in events
            if event.event_id in until and (event.type == "event_reclassified") is is_first
        )
    return tuple(
        replace(event, expires_at=until.get(event.event_id, event.expires_at)) for event in events
    )


def _confirmed(events: Iterable[Event]) -> Iterable[str]:
    """The ids of the events that asked for a consent which a link has confirmed since."""
    for event in events:
        if event.type == "consent_given" and event.route is Route.LINK and not event.is_test:
            asked = event.properties.get("event")
            if isinstance(asked, str):
                yield asked


def renew_identities(
    store: IdentityStore, identities: Iterable[Identity], now: datetime
) -> Steps[None]:
    """Let identities outlive the events that they give away.

    :raises Conflict: if time-to-live has deleted one since it was read.
    """
    ending = [identity.subject for identity in identities if identity.ends_soon(now)]
    renewed = yield from calls(partial(store.renew, subject, now) for subject in ending)
    if not all(renewed):
        raise Conflict(ending[renewed.index(False)])
