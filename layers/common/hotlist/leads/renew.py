"""Let what a lead rests on live on while the lead is folded: durable events and identities."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from hotlist.events.event import Event
from hotlist.events.retention import DURABLE, RECLASSIFICATION, is_durable
from hotlist.events.times import ceil_second
from hotlist.events.vocabulary import SPAM
from hotlist.identity.claims import Identity
from hotlist.leads.profile import reclassified
from hotlist.store.items import Conflict
from hotlist.store.stores import Stores

RENEWED_BELOW: Final = timedelta(days=396)
"""A durable event is renewed when it has less than this left."""


def renew_events(stores: Stores, events: Sequence[Event], now: datetime) -> tuple[Event, ...]:
    """The events, with consents, complaints and operators' events renewed where it is time.

    A reclassification is renewed before its target, and outlives it.
    """
    flags = {event.event_id: event.flags for event in reclassified(events)}
    until: dict[str, datetime] = {}
    for event in events:
        if not is_durable(event) or SPAM in flags[event.event_id]:
            continue
        if event.expires_at is None or not now < event.expires_at < now + RENEWED_BELOW:
            continue
        until[event.event_id] = ceil_second(now + DURABLE)
    for event in events:
        if event.type == "event_reclassified" and (
            event.event_id in until or event.properties.get("event_id") in until
        ):
            until[event.event_id] = ceil_second(now + RECLASSIFICATION)
    kept = []
    for event in sorted(events, key=lambda e: e.type != "event_reclassified"):
        if event.event_id in until:
            stores.events.renew(event, until[event.event_id])
            kept.append(replace(event, expires_at=until[event.event_id]))
        else:
            kept.append(event)
    return tuple(kept)


def renew_identities(stores: Stores, identities: Iterable[Identity], now: datetime) -> None:
    """Let identities outlive the events that they give away.

    :raises Conflict: if time-to-live has deleted one since it was read.
    """
    for identity in identities:
        if identity.ends_soon(now) and not stores.identities.renew(identity.subject, now):
            raise Conflict(identity.subject)
