"""What happened: the event, its vocabulary, its ids and how long it is kept.

Pure and light: the capture function imports this module at cold start.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

SPAM: Final = "spam"
BOT: Final = "bot"
INTERNAL: Final = "internal"
FLAGS: Final = frozenset({SPAM, BOT, INTERNAL})


class Route(StrEnum):
    """The door an event came in by; it decides which types are allowed."""

    FORM = "form"
    BEACON = "events"
    SERVER = "server"
    LINK = "link"
    SES = "ses"
    OPERATOR = "operator"


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CUSTOM: Final = re.compile(r"custom:[a-z0-9_]+\Z")

_FORM_TYPES: Final = _names(
    "form_submitted contact_requested demo_requested webinar_registered trial_started "
    "meeting_booked"
)
_BEACON_TYPES: Final = _names(
    "session_started page_viewed page_engaged ad_clicked element_clicked form_error "
    "cart_updated consent_withdrawn"
)
_LINK_TYPES: Final = _names(
    "email_opened email_clicked file_downloaded unsubscribed consent_given consent_withdrawn "
    "sales_contacted sales_won sales_rejected sales_snoozed"
)
_SES_TYPES: Final = frozenset({"email_delivered", "email_bounced", "email_complained"})
_SERVER_TYPES: Final = frozenset(
    {"order_completed", "cart_abandoned", "webinar_attended", "meeting_booked"}
)
OPERATOR_TYPES: Final = _names(
    "score_adjusted score_reset score_suspended score_resumed event_reclassified "
    "lead_imported lead_erased"
)
TYPES: Final = (
    _FORM_TYPES | _BEACON_TYPES | _LINK_TYPES | _SES_TYPES | _SERVER_TYPES | OPERATOR_TYPES
)
"""Every type that has a name of its own; `custom:<name>` comes beside them."""

ROUTE_TYPES: Final[Mapping[Route, frozenset[str]]] = {
    Route.FORM: _FORM_TYPES,
    Route.BEACON: _BEACON_TYPES,
    Route.LINK: _LINK_TYPES,
    Route.SES: _SES_TYPES,
    Route.SERVER: _SERVER_TYPES | _SES_TYPES | _FORM_TYPES | _BEACON_TYPES | _LINK_TYPES,
    Route.OPERATOR: OPERATOR_TYPES,
}
_CUSTOM_ROUTES: Final = frozenset({Route.FORM, Route.BEACON, Route.SERVER})

_NOT_ACTIVITY: Final = _names(
    "email_delivered email_bounced email_complained unsubscribed consent_withdrawn "
    "cart_abandoned event_reclassified"
)

# What signed links, SES and operators say of consent, opt-outs, complaints, sales'
# answers and corrections sorts after everything else, so that no flood hides it.
_KEPT_APART: Final = _names(
    "unsubscribed consent_given consent_withdrawn email_complained sales_contacted sales_won "
    "sales_rejected sales_snoozed score_adjusted score_reset score_suspended score_resumed "
    "event_reclassified"
)
_UNSIGNED: Final = frozenset({Route.FORM, Route.BEACON})

RESERVED: Final = _names(
    "form page_url page_path page_title session_id consents extra kiosk language user_agent origin "
    "source medium campaign term content gclid gbraid wbraid fbclid msclkid ttclid li_fat_id "
    "referrer landing_page"
)
"""Properties that Hotlist itself gives to events: no field of a form may be called so."""

ENVELOPE: Final = _names("visitor_id event_id sent_at occurred_at consents")
"""What a page sends beside the answers to a form: no field may be called so either."""

DERIVED: Final = _names(
    "email_domain email_class phone_country has_phone channel first_touch last_touch orders "
    "order_value stage suspended"
)
"""Facts that follow from events: a form may not say them."""


_UNKNOWN: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened, as it is stored for ever or until `expires_at`.

    Instants are aware UTC datetimes of whole milliseconds. `properties` holds JSON
    values. `subject` is the strongest identifier that the event names (see `identity`)
    and its partition in the Events table; `names` are the weaker ones. The scoring
    engine reads only `event_id type occurred_at properties flags expires_at`.
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

    @property
    def order(self) -> tuple[datetime, str]:
        """What events are sorted by, everywhere."""
        return self.occurred_at, self.event_id

    @property
    def kiosk(self) -> bool:
        """Sent from a device that many people share: it names nobody's browser."""
        return self.properties.get("kiosk") is True


def is_type(name: str) -> bool:
    """Whether `name` is an event type: one of `TYPES` or `custom:<name>`."""
    return name in TYPES or _CUSTOM.match(name) is not None


def may_send(route: Route, event_type: str) -> bool:
    """Whether events of this type may come in by this route (the table is closed)."""
    if event_type in ROUTE_TYPES[route]:
        return True
    return route in _CUSTOM_ROUTES and _CUSTOM.match(event_type) is not None


def is_activity(event_type: str) -> bool:
    """Whether a person did it, as opposed to mail systems, sales or operators."""
    if event_type in _NOT_ACTIVITY:
        return False
    return not event_type.startswith(("sales_", "lead_", "score_"))


def event_key(event: Event) -> str:
    """The sort key in the Events table: the class, `k#` or `e#`, and the event id."""
    apart = event.type in _KEPT_APART and event.route not in _UNSIGNED
    return ("k#" if apart else "e#") + event.event_id


# --- time -------------------------------------------------------------------------------

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_SECOND: Final = timedelta(seconds=1)


def to_ms(at: datetime) -> int:
    """Whole milliseconds since 1970, finer digits cut off."""
    return (at - _EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """The UTC instant of these milliseconds since 1970. OverflowError beyond year 9999."""
    return _EPOCH + timedelta(milliseconds=ms)


def cut(at: datetime) -> datetime:
    """The same instant in UTC, cut to whole milliseconds."""
    return from_ms(to_ms(at))


def to_text(at: datetime) -> str:
    """ISO 8601 with milliseconds and `Z`: sorts as text the way it sorts as time."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """The instant of an ISO 8601 text with an offset. ValueError for anything else."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC; write 2026-03-28T12:00:00Z")
    return cut(at)


CLIENT_WINDOW: Final = timedelta(days=7)


def occurred(received_at: datetime, said_at: datetime | None, sent_at: datetime | None) -> datetime:
    """When it happened, from an untrusted client clock.

    `said_at` is moved by the client's error (`received_at - sent_at`) and then held
    within the week before it was received.
    """
    if said_at is None:
        return received_at
    try:
        corrected = said_at + (received_at - sent_at) if sent_at else said_at
    except OverflowError:
        return received_at
    return cut(min(received_at, max(received_at - CLIENT_WINDOW, corrected)))


# --- ids --------------------------------------------------------------------------------

FORM_WINDOW: Final = timedelta(minutes=10)
KEY_WINDOW: Final = timedelta(hours=24)
_UUID7: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")
_HASH_DIGITS: Final = 20
_SLOT_MS: Final = FORM_WINDOW // _MILLISECOND
_DAY_MS: Final = timedelta(days=1) // _MILLISECOND


class EventId(NamedTuple):
    """The id of an event and the hash by which the fold finds its repetitions."""

    event_id: str
    dedup: str


def identify(
    *,
    route: Route,
    form: str,
    event_type: str,
    key: str | None,
    content: object,
    received_at: datetime,
    occurred_at: datetime,
) -> EventId:
    """The id of a submission: 12 hex digits of time, 20 of a hash of all that it says.

    The same submission gets the same id whoever retries it, and nobody can take the id
    of another's: whatever differs in route, form, type, key or content differs in the id.
    `content` is any JSON value. The time is the UUIDv7's own if `key` is one with a
    plausible time, the UTC day of `occurred_at` for a signed call with a key, else the
    ten-minute slot of `received_at`.
    """
    scope = (route.value, form, event_type)
    said = _json((*scope, content))
    slot = to_ms(received_at) // _SLOT_MS * _SLOT_MS
    if key is None:
        whole = _digest(said)
        return EventId(f"{slot:012x}{whole}", f"form:{whole}")
    whole = _digest(said + _json(key))
    again = _digest(_json((*scope, key)))
    if route is Route.SERVER:
        day = to_ms(occurred_at) // _DAY_MS * _DAY_MS
        return EventId(f"{day:012x}{whole}", f"signed:{again}")
    own = _uuid7_ms(key, received_at)
    return EventId(f"{slot if own is None else own:012x}{whole}", f"key:{again}")


def _uuid7_ms(key: str, received_at: datetime) -> int | None:
    """The time inside a UUIDv7; None for any other key, or where its clock is no clock."""
    if not _UUID7.match(key):
        return None
    time = int(key[:8] + key[9:13], 16)
    age = to_ms(received_at) - time
    return time if -_DAY_MS <= age <= 8 * _DAY_MS else None


_json: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_DIGITS]


def without_repetitions(events: Iterable[Event]) -> list[Event]:
    """The events in order, each submission once.

    An event is dropped if a kept one with its dedup hash precedes it by less than ten
    minutes (a form's content) or 24 hours (a client's key); a signed call's key counts
    once for ever. Events with the same id are one event.
    """
    kept: list[Event] = []
    last: dict[str, datetime] = {}
    seen: set[str] = set()
    for event in sorted(events, key=lambda e: e.order):
        if event.event_id in seen:
            continue
        seen.add(event.event_id)
        if event.dedup:
            before = last.get(event.dedup)
            if before is not None and _repeats(event.dedup, event.occurred_at - before):
                continue
            last[event.dedup] = event.occurred_at
        kept.append(event)
    return kept


def _repeats(dedup: str, gap: timedelta) -> bool:
    if dedup.startswith("signed:"):
        return True
    return gap < (KEY_WINDOW if dedup.startswith("key:") else FORM_WINDOW)


# --- retention --------------------------------------------------------------------------

TRACKING: Final = timedelta(days=90)
SPAM_KEPT: Final = timedelta(days=30)
ORDINARY: Final = timedelta(days=396)
DURABLE: Final = timedelta(days=792)
RECLASSIFICATION: Final = timedelta(days=793)

_CONSENT_TYPES: Final = frozenset({"consent_given", "consent_withdrawn", "unsubscribed"})


def retention(event: Event) -> timedelta:
    """How long an event is kept from its receipt, by its class and not by its flags."""
    return _retention(event.type, event.route, event.properties)


def _retention(event_type: str, route: Route, properties: Mapping[str, object]) -> timedelta:
    if event_type == "event_reclassified":
        return RECLASSIFICATION
    if (
        event_type in OPERATOR_TYPES
        or event_type in _CONSENT_TYPES
        or event_type == "email_complained"
        or properties.get("consents")
    ):
        return DURABLE
    if event_type in _BEACON_TYPES or route is Route.BEACON:
        return TRACKING
    return ORDINARY


def is_durable(event: Event) -> bool:
    """Whether a fold renews it: what carries or ends a consent, complaints, operators."""
    return retention(event) >= DURABLE


def expiry(event: Event) -> datetime:
    """When a new event ends: its class's time, or 30 days if it was flagged spam."""
    return expiry_of(event.type, event.route, event.properties, event.flags, event.received_at)


def expiry_of(
    event_type: str,
    route: Route,
    properties: Mapping[str, object],
    flags: frozenset[str],
    received_at: datetime,
) -> datetime:
    """The `expiry` of an event that is still to be made."""
    kept = SPAM_KEPT if SPAM in flags else _retention(event_type, route, properties)
    return ceil_second(received_at + kept)


def ceil_second(at: datetime) -> datetime:
    """The first whole second not before `at`: DynamoDB keeps expiry in seconds."""
    return at.replace(microsecond=0) + _SECOND if at.microsecond else at
