"""A form's request as capture gets it, and a store that keeps what capture makes of it."""

import json
from collections.abc import Iterable, Mapping

from hotlist.capture.http import Request
from hotlist.events.event import Event
from hotlist.store.events import EventStore, to_item


class Kept(EventStore):
    """Keeps each event once, as the table does; it must be what DynamoDB takes."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def put(self, event: Event, *, tell: bool = False, to_lead: Iterable[str] = ()) -> bool:
        json.dumps(to_item(event, tell=tell, to_lead=to_lead), ensure_ascii=False).encode()
        is_new = event.event_id not in {one.event_id for one in self.events}
        if is_new:
            self.events.append(event)
        return is_new


def form_request(
    body: str, headers: Mapping[str, str], form: str = "contact", *, is_base64: bool = False
) -> Request:
    """A submission of a form."""
    return Request(
        "POST /forms/{form}",
        "POST",
        f"/forms/{form}",
        {"form": form},
        headers,
        body,
        is_base64,
        headers.get("host", "api.example.com"),
    )
