"""How long an event is kept, by its class."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from hotlist.events.event import Event
from hotlist.events.times import ceil_second
from hotlist.events.vocabulary import BEACON_TYPES, OPERATOR_TYPES, SPAM, TEST, Route

TRACKING: Final = timedelta(days=90)
SPAM_KEPT: Final = timedelta(days=30)
TEST_KEPT: Final = timedelta(days=30)
ORDINARY: Final = timedelta(days=396)
DURABLE: Final = timedelta(days=792)
RECLASSIFICATION: Final = timedelta(days=793)

_CONSENT_TYPES: Final = frozenset(
    {"consent_given", "consent_withdrawn", "unsubscribed", "profiling_objected"}
)


def retention(event: Event) -> timedelta:
    """How long an event is kept after it was received. Its flags do not matter here."""
    return _retention(event.type, event.route, event.properties)


def _retention(event_type: str, route: Route, properties: Mapping[str, object]) -> timedelta:
    if event_type == "event_reclassified":
        return RECLASSIFICATION
    if properties.get(TEST):
        return TEST_KEPT
    if (
        event_type in OPERATOR_TYPES
        or event_type in _CONSENT_TYPES
        or event_type == "email_complained"
        or properties.get("consents")
    ):
        return DURABLE
    if event_type in BEACON_TYPES or route is Route.BEACON:
        return TRACKING
    return ORDINARY


def is_durable(event: Event) -> bool:
    """Whether a fold renews it: consents given or ended, complaints, operators' events."""
    return retention(event) >= DURABLE


def expiry(event: Event) -> datetime:
    """When a new event expires: after the time of its class, or 30 days if it is flagged spam."""
    return expiry_of(event.type, event.route, event.properties, event.flags, event.received_at)


def expiry_of(
    event_type: str,
    route: Route,
    properties: Mapping[str, object],
    flags: frozenset[str],
    received_at: datetime,
) -> datetime:
    """The `expiry` of an event that has not been made yet."""
    kept = SPAM_KEPT if SPAM in flags else _retention(event_type, route, properties)
    return ceil_second(received_at + kept)
