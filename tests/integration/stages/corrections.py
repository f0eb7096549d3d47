"""What operators and sales say of a lead, as events."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from hotlist.events import times
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.store.events import to_item
from integration.lambdas import stream_event
from integration.stages.digest import ANNAS_HOUR, Digest

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MONDAY, TUESDAY, WEDNESDAY = (ANNAS_HOUR + day * DAY for day in range(3))


def happens(
    digest: Digest,
    event_type: str,
    lead_id: str,
    at: datetime,
    flags: Collection[str] = (),
    **said: Any,
) -> Event:
    """Something else happens to a lead, and it is scored then."""
    route = Route.OPERATOR if event_type[:5] in ("score", "event") else Route.LINK
    event = Event(
        event_id=f"{times.to_ms(at):012x}{'f' * 20}",
        type=event_type,
        route=route,
        occurred_at=at,
        received_at=at,
        expires_at=at + timedelta(days=9999),
        subject=lead_id,
        properties=said,
        flags=frozenset(flags),
    )
    digest._score.stores.events.put(event)
    digest.at(at)
    digest._score.handler(stream_event(to_item(event)), None)
    return event


def spam(digest: Digest, lead_id: str) -> None:
    """The lead's form turns out to be spam."""
    events = digest._score.stores.events.history(lead_id, now=ANNAS_HOUR, limit=99).events
    (event,) = [one for one in events if one.route is Route.FORM]
    flags = {"event_id": event.event_id, "add": ["spam"]}
    happens(digest, "event_reclassified", lead_id, TUESDAY - 60 * MINUTE, **flags)
