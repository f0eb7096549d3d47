"""The leads that one run of the digest looks at: each once, so many at most, until a deadline."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from hotlist.events.event import Event
from hotlist.leads.fold import Folder, View
from hotlist.leads.gather import NEWEST
from hotlist.leads.lead import Lead
from hotlist.runtime.failures import Troubles
from hotlist.runtime.limits import RESERVE_SECONDS, TimeLeft
from hotlist.sales.gone import telling
from hotlist.sales.outlook import UNKNOWN, Outlook, ahead_of, cools_at, outlook
from hotlist.store.stores import Stores

MOST_VIEWS: Final = 600
"""How many leads one run calculates or reads the events of, for all its recipients together."""

MOST_SECONDS: Final = 10.0
"""How long one lead may take: no lead holds up the mail."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A lead as of the run, the events that tell why it is hot no longer, and its outlook."""

    lead: Lead
    events: tuple[Event, ...]
    outlook: Outlook = UNKNOWN


@dataclass(slots=True)
class Views:
    """Leads as they are at `now`. None is begun once `until` has passed.

    A lead that cannot be calculated is trouble, and is used as it is stored. Of its events only
    those are kept that tell why it is hot no longer, for 600 histories are too much memory.
    """

    stores: Stores
    folder: Folder
    clock: Callable[[], datetime]
    now: datetime
    until: datetime
    troubles: Troubles
    unreadable: set[str] = field(default_factory=set)
    _left: int = MOST_VIEWS
    _stored: dict[str, Lead | None] = field(default_factory=dict)
    _views: dict[str, Seen | None] = field(default_factory=dict)
    _events: dict[str, tuple[Event, ...]] = field(default_factory=dict)

    def stored(self, lead_ids: Iterable[str]) -> dict[str, Lead]:
        """The stored leads of these ids; others are missing or `unreadable`."""
        wanted = dict.fromkeys(lead_ids)
        new = [one for one in wanted if one not in self._stored]
        self._stored |= dict.fromkeys(new) | self._read(new)
        found = ((one, self._stored[one]) for one in wanted)
        return {one: lead for one, lead in found if lead is not None}

    def of(self, stored: Lead) -> Seen | None:
        """The lead as of `now`; None if it could not be calculated, or not in time."""
        lead_id = stored.lead_id
        if lead_id not in self._views:
            self._views[lead_id] = None
            if self._may_begin():
                ids = {"event_id": stored.last_event_id or ""}
                left = self._time_left()
                view = self.troubles.attempt(ids, self.folder.view, stored, self.now, left)
                if view is not None:
                    events = self.troubles.attempt(ids, self._telling, lead_id, view.events)
                    ahead = self.troubles.attempt(ids, self._outlook, view, left)
                    self._views[lead_id] = Seen(view.lead, events or (), ahead or UNKNOWN)
        return self._views[lead_id]

    def seen(self, lead_id: str) -> Seen | None:
        """The lead as of `now` if it was calculated before."""
        return self._views.get(lead_id)

    def events(self, stored: Lead) -> tuple[Event, ...]:
        """What the events under a lead's own subject tell; none if they were not read in time."""
        lead_id = stored.lead_id
        if lead_id not in self._events:
            self._events[lead_id] = ()
            if self._may_begin():
                ids = {"event_id": stored.last_event_id or ""}
                self._events[lead_id] = self.troubles.attempt(ids, self._read_events, lead_id) or ()
        return self._events[lead_id]

    def _read_events(self, lead_id: str) -> tuple[Event, ...]:
        history = self.stores.events.history(lead_id, now=self.now, limit=NEWEST)
        return self._telling(lead_id, history.events)

    def _telling(self, lead_id: str, events: Iterable[Event]) -> tuple[Event, ...]:
        """The events that tell, with the one that was called spam if no other names the lead.

        A history leaves spam out, and sales knows the lead by what that event says.
        """
        told = telling(events)
        corrected = [event for event in told if event.type == "event_reclassified"]
        if not corrected or any(event.email or event.phone for event in told):
            return told
        target = max(corrected, key=lambda event: event.order).properties.get("event_id")
        found = self.stores.events.find(lead_id, target) if isinstance(target, str) else None
        return told if found is None else (*told, found)

    def _outlook(self, view: View, left: TimeLeft) -> Outlook:
        if view.profile is None or view.score is None:
            return UNKNOWN
        ahead = ahead_of(view.events, self.folder.ruleset)
        known = view.lead, view.profile, view.score
        cools = cools_at(*known, ahead, lambda: left() <= RESERVE_SECONDS)
        return replace(outlook(*known), cools_at=cools)

    def _may_begin(self) -> bool:
        """Take one of the views that are left, if there is time."""
        if not self._left or self.clock() >= self.until:
            return False
        self._left -= 1
        return True

    def _time_left(self) -> TimeLeft:
        """One view gets so many seconds at most, and none after the end."""
        seconds = min((self.until - self.clock()).total_seconds(), MOST_SECONDS)
        ends = time.monotonic() + seconds + RESERVE_SECONDS
        return lambda: ends - time.monotonic()

    def _read(self, lead_ids: list[str]) -> dict[str, Lead | None]:
        """All at once. One whose item is broken is trouble, whatever is wrong with it."""
        found = {
            lead_id: self.troubles.attempt({"work": "read"}, read)
            for lead_id, read in self.stores.leads.unread(lead_ids).items()
        }
        self.unreadable |= {lead_id for lead_id, lead in found.items() if lead is None}
        return found
