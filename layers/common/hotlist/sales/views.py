"""The leads that one run of the digest looks at: each once, so many at most, until a deadline."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from hotlist.events.event import Event
from hotlist.leads.fold import Folder, View
from hotlist.leads.lead import Lead
from hotlist.runtime.failures import Troubles
from hotlist.sales.gone import telling
from hotlist.store.stores import Stores

MOST_VIEWS: Final = 600
"""How many leads one run calculates or reads the events of, for all its recipients together."""

MOST_SECONDS: Final = 10.0
"""How long one lead may take: no lead holds up the mail."""


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
    _views: dict[str, View | None] = field(default_factory=dict)
    _events: dict[str, tuple[Event, ...]] = field(default_factory=dict)

    def stored(self, lead_ids: Iterable[str]) -> dict[str, Lead]:
        """The stored leads of these ids; others are missing or `unreadable`."""
        wanted = dict.fromkeys(lead_ids)
        new = [one for one in wanted if one not in self._stored]
        self._stored |= dict.fromkeys(new) | self._read(new)
        found = ((one, self._stored[one]) for one in wanted)
        return {one: lead for one, lead in found if lead is not None}

    def of(self, stored: Lead) -> View | None:
        """The lead as of `now`; None if it could not be calculated, or not in time."""
        lead_id = stored.lead_id
        if lead_id not in self._views:
            self._views[lead_id] = None
            if self._may_begin():
                ids = {"event_id": stored.last_event_id or ""}
                view = self.troubles.attempt(ids, self.folder.view, stored, self.now, self._limit())
                if view is not None:
                    self._views[lead_id] = View(view.lead, telling(view.events))
        return self._views[lead_id]

    def seen(self, lead_id: str) -> View | None:
        """The lead as of `now` if it was calculated before."""
        return self._views.get(lead_id)

    def events(self, stored: Lead) -> tuple[Event, ...]:
        """What the events under a lead's own subject tell; none if they were not read in time."""
        lead_id = stored.lead_id
        if lead_id not in self._events:
            self._events[lead_id] = ()
            if self._may_begin():
                ids = {"event_id": stored.last_event_id or ""}
                found = self.troubles.attempt(ids, self.stores.events.history, lead_id)
                self._events[lead_id] = telling(found.events) if found else ()
        return self._events[lead_id]

    def _may_begin(self) -> bool:
        """Take one of the views that are left, if there is time."""
        if not self._left or self.clock() >= self.until:
            return False
        self._left -= 1
        return True

    def _limit(self) -> float:
        seconds = (self.until - self.clock()).total_seconds()
        return time.monotonic() + min(seconds, MOST_SECONDS)

    def _read(self, lead_ids: list[str]) -> dict[str, Lead]:
        """All at once; one by one if one of them is broken."""
        try:
            return self.stores.leads.get_many(lead_ids)
        except (KeyError, ValueError):
            found = {}
            for lead_id in lead_ids:
                before = len(self.troubles)
                lead = self.troubles.attempt({"work": "read"}, self.stores.leads.get, lead_id)
                if len(self.troubles) > before:
                    self.unreadable.add(lead_id)
                elif lead is not None:
                    found[lead_id] = lead
            return found
