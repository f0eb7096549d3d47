"""Events that come by themselves in a schedule: of links, and of SES."""

from collections.abc import Callable, Iterable
from typing import Any

from hotlist.events.event import Event
from hotlist.store.events import EventStore

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


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
            self._note(event)

    def put_or_find(self, event: Event) -> Event | None:
        try:
            return super().put_or_find(event)
        finally:
            self._note(event)

    def _note(self, event: Event) -> None:
        if (stored := self._plain.find(event.subject, event.event_id)) is not None:
            self._arrived(stored)


class Looks(Arrivals):
    """Stores what a GET or HEAD of a link says. That ends, gives and confirms nothing."""

    def put(self, event: Event, *, tell: bool = False, to_lead: Iterable[str] = ()) -> bool:
        assert event.type in ("email_opened", "email_clicked", "file_downloaded"), (
            f"who only looked at a link has said {event.type}"
        )
        is_persons = event.properties["user_agent"] == BROWSER
        assert ("prefetch" in event.flags) is not is_persons, "a scanner counts as a person"
        return super().put(event, tell=tell, to_lead=to_lead)

    def put_or_find(self, event: Event) -> Event | None:
        raise AssertionError(f"who only looked at a link has said {event.type}")
