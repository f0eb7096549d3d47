"""The event: one thing that happened, as it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from hotlist.events.vocabulary import Route, is_kept_apart

_UNKNOWN: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened, as it is stored for ever or until `expires_at`.

    Instants are aware UTC datetimes of whole milliseconds. `properties` holds JSON
    values. `subject` is the strongest identifier that the event names (see `identity`)
    and its partition in the Events table; `names` are the weaker ones. The scoring
    engine reads only `event_id type occurred_at properties flags expires_at`. `tell` marks
    a form's message that sales gets at once.
    """

    event_id: str
    type: str
    occurred_at: datetime
    properties: Mapping[str, object] = field(default_factory=dict)
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

    @property
    def order(self) -> tuple[datetime, str]:
        """What events are sorted by, everywhere."""
        return self.occurred_at, self.event_id

    @property
    def kiosk(self) -> bool:
        """Sent from a device that many people share: it names nobody's browser."""
        return self.properties.get("kiosk") is True


def event_key(event: Event) -> str:
    """The sort key in the Events table: the class, `k#` or `e#`, and the event id."""
    return ("k#" if is_kept_apart(event.route, event.type) else "e#") + event.event_id
