"""Events that come by themselves in a schedule: of links, and of SES."""

from collections.abc import Callable, Iterable
from typing import Any

from hotlist.events.event import Event
from hotlist.store.events import EventStore


class Arrivals(EventStore):
    """Stores events. `arrived` is told of each that is there, also if the answer was lost."""

    def __init__(
        self, client: Any, plain: EventStore, table: str, arrived: Callable[[Event], None]
    ) -> None:
        super().__init__(client, table)
        self._plain, self._arrived = plain, arrived

    def put(self, event: Event, *, tell: bool = False, to_lead: Iterable[str] = ()) -> bool:
        try:
            return super().put(event, tell=tell, to_lead=to_lead)
        finally:
            if (stored := self._plain.find(event.subject, event.event_id)) is not None:
                self._arrived(stored)
