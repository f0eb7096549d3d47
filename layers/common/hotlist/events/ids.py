"""Event ids. The same submission gets the same id, and a repetition is dropped."""

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
    """The id of an event, and the hash by which a fold finds its repetitions."""

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
    told: object = None,
) -> EventId:
    """The id of a submission: 12 hex digits of time, then 20 of a hash of all its content.

    A retry gets the same id, whoever sends it. Nobody can take another submission's id: if
    route, form, type, key or content differ, the ids differ. `content` is any JSON value.
    The time is the first of these that applies: the UTC day of `occurred_at`, for a signed
    call with a key; the time inside `key`, if that is a UUIDv7 with a plausible time; the
    ten-minute slot of `received_at`.

    `told` is the part of the content that somebody means to say. A submission with a key repeats
    one with the same key that tells the same. One that tells something else is news: a page may
    have given both the same key.
    """
    scope = (route.value, form, event_type)
    said = _json((*scope, content))
    slot = to_ms(received_at) // _SLOT_MS * _SLOT_MS
    if key is None:
        whole = _digest(said)
        return EventId(f"{slot:012x}{whole}", f"form:{whole}")
    whole = _digest(said + _json(key))
    again = _digest(_json((*scope, key) if told is None else (*scope, key, told)))
    if route is Route.SERVER:
        day = to_ms(occurred_at) // _DAY_MS * _DAY_MS
        return EventId(f"{day:012x}{whole}", f"signed:{again}")
    own = _uuid7_ms(key, received_at)
    return EventId(f"{slot if own is None else own:012x}{whole}", f"key:{again}")


def _uuid7_ms(key: str, received_at: datetime) -> int | None:
    """The milliseconds inside a UUIDv7. None for other keys, and if the time is not plausible."""
    if not _UUID7.match(key):
        return None
    time = int(key[:8] + key[9:13], 16)
    age = to_ms(received_at) - time
    return time if -_DAY_MS <= age <= 8 * _DAY_MS else None


_json: Final = json.JSONEncoder(sort_keys=True, check_circular=False, separators=(",", ":")).encode


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_DIGITS]


def without_repetitions(events: Iterable[Event]) -> list[Event]:
    """The events in order, each submission once.

    Events with the same id are one event. An event is also dropped if a kept event has the
    same dedup hash and precedes it by less than ten minutes (same content of a form) or 24
    hours (same key of a client, and what it tells). Of signed calls with the same key only the
    first is kept.
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
