"""Which of a lead's events a fold would read: those that are pushed out by newer ones expire then.

Live, a fold reads the newest 1,000 ordinary events of each e-mail, phone and browser. The lines of
a file do not say whose they are. So what the page's tracker sent is taken as that of one browser,
and all else as that of one person. What has expired or is spam takes no place.
"""

import heapq
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM, Route, is_kept_apart
from hotlist.leads.gather import NEWEST


def read_by_folds(events: list[Event], limit: int = NEWEST) -> list[Event]:
    """The events in their order; an ordinary one expires when `limit` newer ones are there.

    One that was pushed out does not come back when newer ones expire.
    """
    if len(events) <= limit:
        return events
    ends: dict[str, datetime] = {}
    ordinary = [e for e in events if not is_kept_apart(e.route, e.type) and SPAM not in e.flags]
    for of_tracker in (True, False):
        ends |= _pushed_out((e for e in ordinary if (e.route is Route.BEACON) is of_tracker), limit)
    return [
        replace(event, expires_at=ends[event.event_id]) if event.event_id in ends else event
        for event in events
    ]


def _pushed_out(events: Iterable[Event], limit: int) -> dict[str, datetime]:
    """When each event that does not expire before is pushed out by newer ones, by its id."""
    places: dict[str, Event] = {}  # oldest first
    expiring: list[tuple[datetime, str]] = []
    ends: dict[str, datetime] = {}
    for event in sorted(events, key=lambda event: event.order):
        while expiring and expiring[0][0] <= event.occurred_at:
            places.pop(heapq.heappop(expiring)[1], None)
        places[event.event_id] = event
        if event.expires_at is not None:
            heapq.heappush(expiring, (event.expires_at, event.event_id))
        if len(places) > limit:
            oldest = next(iter(places))
            del places[oldest]
            ends[oldest] = event.occurred_at
    return ends
