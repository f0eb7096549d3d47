"""Tracked actions: what a page sends to `/events`, one event each. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from hotlist.capture import paths
from hotlist.capture.context import (
    MAX_CONTEXT,
    MAX_KEY,
    BadFields,
    Received,
    context,
    instant,
    plain_text,
    rest_of_agent,
    shortened,
)
from hotlist.events import ids, retention, sizes, times, vocabulary
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.identity import identifiers
from hotlist.identity.identifiers import VISITOR

MAX_PROPERTIES: Final = 50

WITHDRAWAL: Final = "consent_withdrawn"
TRACKING: Final = "tracking"
"""The one purpose whose consent a page may withdraw: nobody has signed what it sends."""

_FILES: Final = frozenset({"file", "file_name", "filename"})
_LINKS: Final = frozenset({"href", "url", "link", "src"})
_ADDRESSES: Final = ("http://", "https://")
"""Whatever an action calls it, a text that begins so is an address."""


def tracked(raw: object, visitor_id: str, received: Received, sent_at: object) -> Event:
    """The event of one tracked action. :raises BadFields: if it is none that may be sent."""
    if not isinstance(raw, Mapping):
        raise BadFields({"events": "an event is an object"})
    event_type = raw.get("type")
    if not isinstance(event_type, str) or not vocabulary.may_send(Route.BEACON, event_type):
        raise BadFields({"type": "this type of event is not taken here"})
    said = raw.get("properties", {})
    if not isinstance(said, Mapping):
        raise BadFields({"properties": "properties are an object"})
    properties = read_action(said, raw, received)
    if event_type == WITHDRAWAL and not _is_of_tracking(said, raw, properties):
        raise BadFields({"purpose": f"only consent to {TRACKING} is withdrawn here"})
    rest = rest_of_agent(received, properties)
    occurred_at = times.occurred(received.at, instant(raw.get("occurred_at")), instant(sent_at))
    key = plain_text(raw.get("event_id"), MAX_KEY) or None
    subject = identifiers.subject(VISITOR, visitor_id)
    identified = ids.identify(
        route=Route.BEACON,
        form="",
        event_type=event_type,
        key=key,
        content={"subject": subject, "properties": properties},
        received_at=received.at,
        occurred_at=occurred_at,
    )
    return Event(
        event_id=identified.event_id,
        dedup=identified.dedup if key else "",
        type=event_type,
        route=Route.BEACON,
        occurred_at=occurred_at,
        received_at=received.at,
        subject=subject,
        properties=properties,
        texts={"user_agent": rest} if rest else {},
        expires_at=retention.expiry_of(
            event_type, Route.BEACON, properties, frozenset(), received.at
        ),
    )


def read_action(
    said: Mapping[str, Any], beside: Mapping[str, Any], received: Received
) -> dict[str, Any]:
    """What is kept of an action's properties. Its context may stand `beside` them as well."""
    room = sizes.SCORED_BYTES - sizes.ENVELOPE_BYTES
    return shortened(context({**said, **beside}, received), _own_properties(said), room)


def _is_of_tracking(*said: Mapping[str, Any]) -> bool:
    """Whether a withdrawal names no other purpose, as it was sent and as it is kept."""
    return all(one.get("purpose", TRACKING) == TRACKING for one in said)


def _own_properties(said: Mapping[str, Any]) -> dict[str, Any]:
    """An action's own properties: plain values, as many as there is room for, the first ones."""
    own = _plain_values(said)
    if sizes.most_bytes(own) <= sizes.ANSWERS_BYTES:
        return own
    room, kept = sizes.ANSWERS_BYTES - len("{}"), {}
    for name, value in own.items():
        left = room - sizes.most_bytes(name) - len(":,")
        fitting = sizes.cut(value, left) if isinstance(value, str) else value
        size = sizes.most_bytes(fitting)
        if size <= left and (fitting or not value):
            kept[name] = fitting
            room = left - size
    return kept


def _plain_values(said: Mapping[str, Any]) -> dict[str, Any]:
    """The first `MAX_PROPERTIES` of them, if they are texts, numbers or booleans."""
    return {
        own: _text(own, value) if isinstance(value, str) else value
        for name, value in list(said.items())[:MAX_PROPERTIES]
        if (own := plain_text(name, 64)) not in vocabulary.RESERVED
        and isinstance(value, str | int | float | bool)
    }


def _text(name: str, value: str) -> str:
    """An action's text. Names of files and addresses are as people write them."""
    text = plain_text(value, MAX_CONTEXT)
    if name in _FILES:
        text = paths.file_name(text)
    elif text.startswith(_ADDRESSES) or (name in _LINKS and text.startswith("/")):
        text = paths.readable_url(text)
    return plain_text(paths.composed(text), MAX_CONTEXT)
