"""Event ids: the same submission has the same id, and a repetition counts once."""

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from hotlist.events.event import Event
from hotlist.events.times import MILLISECOND, to_ms
from hotlist.events.vocabulary import Route

FORM_WINDOW: Final = timedelta(minutes=10)
KEY_WINDOW: Final = timedelta(hours=24)
_UUID7: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")
_HASH_DIGITS: Final = 20
_SLOT_MS: Final = FORM_WINDOW // MILLISECOND
_DAY_MS: Final = timedelta(days=1) // MILLISECOND


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
