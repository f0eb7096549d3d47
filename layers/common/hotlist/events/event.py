"""The type `Event`: one thing that happened, as it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from hotlist.events.vocabulary import TEST, Route, is_kept_apart

_UNKNOWN: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. It is stored until `expires_at`, or for ever if that is None.

    Instants are aware UTC datetimes of whole milliseconds. `properties` holds JSON
    values. `subject` is the strongest identifier that the event names (see `identity`);
    it is the event's partition key in the Events table. `names` are the weaker
    identifiers. The scoring engine reads only `event_id`, `type`, `occurred_at`,
    `properties`, `flags` and `expires_at`. `texts` are JSON values too, which scoring never
    reads: messages, what was not asked for. A fold reads its events without them. `tell` marks
    a form's message that sales gets at once. `to_lead` has what is to be mailed to the lead because
    of the event: `confirm:<purpose>`, `reward`, `receipt`.
    """

    event_id: str
    type: str
    occurred_at: datetime
    properties: Mapping[str, object] = field(default_factory=dict)
    texts: Mapping[str, object] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    received_at: datetime = _UNKNOWN
    route: Route = Route.FORM
    subject: str = ""
    names: tuple[str, ...] = ()
    email: str | None = None
    phone: str | None = None
    phone_country: str | None = None
    dedup: str = ""
    tell: bool = False
    to_lead: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[datetime, str]:
        """The sort key of events everywhere: when it happened, then the id."""
        return self.occurred_at, self.event_id

    @property
    def kiosk(self) -> bool:
        """Whether it came from a device that many people share. Then it identifies no browser."""
        return self.properties.get("kiosk") is True

    @property
    def is_test(self) -> bool:
        """Whether somebody tried a form. It is mailed as a test, and counts for nothing."""
        return self.properties.get(TEST) is True


def event_key(event: Event) -> str:
    """The event's sort key in the Events table: its class (`k#` or `e#`) and its id."""
    return ("k#" if is_kept_apart(event.route, event.type) else "e#") + event.event_id
