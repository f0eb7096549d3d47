"""What a salesperson answers about a lead: its form read, and the events that it makes. Pure.

The answers of one person about one lead take places on a UTC day, one after the other. The place
makes the event's id, so nobody can fill a history by a link. A page says when it was made. What its
button says is an answer that was given since, if that says the same: the page was sent once more.
Else it is a word more, and the last one holds. Where no page is named, the same again is the newest
answer of its person that stands.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from hotlist.capture.context import BadFields, one
from hotlist.capture.link_events import Visit, page_of
from hotlist.events import ids, retention, times, visible
from hotlist.events.answers import ANSWERS, DOINGS, UNDONE
from hotlist.events.event import Event
from hotlist.events.vocabulary import INTERNAL, TEST, Route

PLACES: Final = 16
"""How many answers about a lead one person gives on a UTC day."""

LATE: Final = timedelta(minutes=10)
"""For how long after midnight an answer of the day before is still the same."""

REASONS: Final = (
    "no_budget",
    "wrong_fit",
    "no_interest",
    "unreachable",
    "duplicate",
    "other",
)
"""Why a lead is not relevant."""

UNDO: Final = "undo"
"""What the button says that takes an answer back."""

_BLANKS: Final = " \N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}"
_VALUE: Final = re.compile(r"\+?0*([0-9]{0,12})(?:[.,]([0-9]{0,2})0{0,40})?\Z")
"""Two digits after the point: with the twelve before it, a double gives back what was typed."""

_GROUPED: Final = re.compile(rf"\+?[0-9]{{1,3}}(?:[{_BLANKS}][0-9]{{3}})+(?:[.,][0-9]{{0,40}})?\Z")
_THOUSANDS: Final = re.compile(r"\+?[1-9][0-9]{0,2}[.,][0-9]{3}\Z")
"""Twelve or twelve thousand, as in `12.000` and `12,000`: that depends on who reads it."""

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_EVENT_ID: Final = re.compile(r"[0-9a-f]{32}\Z")


class Said(NamedTuple):
    """An answer: the type of its event, and what the event says beside who gave it."""

    type: str
    content: Mapping[str, Any]


class Days(NamedTuple):
    """The days to which a lead can be put off, in the zone of whoever does it."""

    first: date
    last: date
    zone: ZoneInfo

    @classmethod
    def at(cls, now: datetime, zone: ZoneInfo) -> "Days":
        """From tomorrow until the same day of the next year."""
        today = now.astimezone(zone).date()
        day = 28 if (today.month, today.day) == (2, 29) else today.day
        return cls(today + timedelta(days=1), today.replace(year=today.year + 1, day=day), zone)

    def begins(self, day: date) -> datetime:
        """When a day begins. Where midnight comes twice or never, it is the first instant."""
        return datetime.combine(day, datetime.min.time(), self.zone).astimezone(UTC)


def read(fields: Mapping[str, Any], days: Days) -> Said:
    """The answer that the page's form says.

    :raises BadFields: if it says none; by field the name of the text that tells why.
    """
    did = one(fields, "do")
    if did not in DOINGS:
        raise BadFields({"do": "do_wrong"})
    return Said(DOINGS[did], _CONTENTS[did](fields, days) if did in _CONTENTS else {})


def _won(fields: Mapping[str, Any], _: Days) -> dict[str, Any]:
    value = number(visible.trimmed(one(fields, "value")))
    return {} if value is None else {"value": value}


def _rejected(fields: Mapping[str, Any], _: Days) -> dict[str, Any]:
    reason = one(fields, "reason")
    if reason not in REASONS:
        raise BadFields({"reason": "reason_wrong"})
    return {"reason": reason}


def _snoozed(fields: Mapping[str, Any], days: Days) -> dict[str, Any]:
    day = a_day(visible.trimmed(one(fields, "day")))
    if day is None or not days.first <= day <= days.last:
        raise BadFields({"day": "day_wrong"})
    return {"until": times.to_text(days.begins(day)), "day": day.isoformat()}


_CONTENTS: Final = {"won": _won, "rejected": _rejected, "snoozed": _snoozed}
"""Reads what some answers say more, by what their buttons say."""


def number(text: str) -> int | float | None:
    """The value that somebody wrote, with a point or a comma, or None if they wrote none.

    :raises BadFields: if it is no number, has parts of a cent, or can be read in two ways.
    """
    if not text:
        return None
    plain = re.sub(f"[{_BLANKS}]", "", text) if _GROUPED.match(text) else text
    found = _VALUE.match(plain)
    if not found or _THOUSANDS.match(plain) or not any(map(str.isdigit, plain)):
        raise BadFields({"value": "value_wrong"})
    whole, rest = found[1] or "0", (found[2] or "").rstrip("0")
    if not rest:
        return int(whole)
    return float(f"{whole}.{rest}")


def a_day(text: str) -> date | None:
    """The day of a text as a browser's date input sends it, or None."""
    try:
        return date.fromisoformat(text) if _DAY.match(text) else None
    except ValueError:
        return None


# --- events -------------------------------------------------------------------------------------


def id_at(visit: Visit, day: date, place: int) -> str:
    """The id of what the person of a link says about its lead at a place of a UTC day.

    What a test's link says takes no place of an answer.
    """
    token = visit.token
    return _id("answer", [token.subject, token.recipient, place, visit.is_test], _midnight(day))


def answered(visit: Visit, said: Said, place: int, after: Event | None) -> Event:
    """The event of an answer. It is later than the one `after` which it comes, on any clock."""
    at = times.cut(visit.at)
    if after is not None:
        at = max(at, after.occurred_at + times.MILLISECOND)
    day = visit.at.astimezone(UTC).date()
    return _event(visit, id_at(visit, day, place), said.type, said.content, at)


def places_before(visit: Visit, answer: str) -> list[str]:
    """The ids at the places of a day before that of an answer of this person, the last one first.

    Empty for an id that stands at no place.
    """
    day = times.from_ms(int(answer[:12], 16)).date()
    ids = [id_at(visit, day, place) for place in range(PLACES)]
    return ids[: ids.index(answer)][::-1] if answer in ids else []


def undo_id(answer: str) -> str:
    """The id of the event that takes an answer back, by the answer's id. There is one."""
    return _id("undo", answer, times.from_ms(int(answer[:12], 16)))


def undone(visit: Visit, answer: Event) -> Event:
    """The event that takes an answer back. It ends with that one: nothing of the two stays."""
    event_id, at = answer.event_id, times.cut(visit.at)
    event = _event(visit, undo_id(event_id), UNDONE, {"event_id": event_id}, at)
    return replace(event, expires_at=answer.expires_at)


def named(fields: Mapping[str, Any]) -> str | None:
    """The id of the answer that a button takes back, or None if it can be no id."""
    found = one(fields, "event")
    return found if _EVENT_ID.match(found) else None


def is_own(event: Event, visit: Visit) -> bool:
    """Whether an event is an answer of the person of a link, given by such a link."""
    return (
        event.type in ANSWERS
        and event.route is Route.LINK
        and event.subject == visit.token.subject
        and event.properties.get("by") == visit.token.recipient
        and event.is_test == visit.is_test
    )


def said_by(event: Event) -> Said:
    """What an event of an answer says."""
    kept = {name: one for name, one in event.properties.items() if name not in ("by", TEST)}
    return Said(event.type, kept)


def page_at(fields: Mapping[str, Any], visit: Visit) -> datetime | None:
    """When the page was made whose button was pressed; None if no page of this link can be meant.

    The day of a link is its reader's. Theirs may have begun a UTC day earlier.
    """
    said = page_of(fields)
    if not said or int(said) > times.to_ms(visit.at):
        return None
    at = times.from_ms(int(said))
    return at if at.date() >= visit.token.day - timedelta(days=1) else None


def days_until(visit: Visit, at: datetime) -> list[date]:
    """The UTC days from that of a page until that of the request, which is left out."""
    count = (visit.at.astimezone(UTC).date() - at.date()).days
    return [at.date() + timedelta(days=number) for number in range(count)]


def day_before(at: datetime) -> date | None:
    """The UTC day before that of an instant, if that one has just begun."""
    now = at.astimezone(UTC)
    before = (now - LATE).date()
    return before if before < now.date() else None


def next_day(visit: Visit) -> datetime:
    """When the UTC day after that of a request begins: all its places are free."""
    return _midnight(visit.at.astimezone(UTC).date() + timedelta(days=1))


def _event(
    visit: Visit, event_id: str, event_type: str, about: Mapping[str, Any], at: datetime
) -> Event:
    """It has no user agent: that says nothing of the lead, and a salesperson is no machine."""
    said = {"by": visit.token.recipient, **about}
    event = Event(
        event_id=event_id,
        type=event_type,
        route=Route.LINK,
        occurred_at=at,
        received_at=at,
        subject=visit.token.subject,
        properties={**said, TEST: True} if visit.is_test else said,
        flags=frozenset({INTERNAL} if visit.is_test else ()),
    )
    return replace(event, expires_at=retention.expiry(event))


def _id(kind: str, content: object, at: datetime) -> str:
    found = ids.identify(
        route=Route.LINK,
        form="",
        event_type=kind,
        key=None,
        content=content,
        received_at=at,
        occurred_at=at,
    )
    return found.event_id


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC)
