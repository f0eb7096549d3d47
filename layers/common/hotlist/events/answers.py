"""Answers of sales about a lead, and which of them stand. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from hotlist.events.event import Event
from hotlist.events.vocabulary import INTERNAL, MACHINES, SPAM

MEETING: Final = "sales_meeting"
CONTACTED: Final = "sales_contacted"
WON: Final = "sales_won"
REJECTED: Final = "sales_rejected"
SNOOZED: Final = "sales_snoozed"
UNDONE: Final = "sales_undone"

DOINGS: Final[Mapping[str, str]] = {
    "contacted": CONTACTED,
    "meeting": MEETING,
    "won": WON,
    "rejected": REJECTED,
    "snoozed": SNOOZED,
}
"""The types of answers by what links and buttons call them, in the order of the buttons."""

ANSWERS: Final = frozenset(DOINGS.values())
"""The types of answers. An `UNDONE` is none: it takes one back, which its `event_id` names."""

_DAY: Final = len("2026-03-28")
_VOID: Final = frozenset({SPAM, INTERNAL, *MACHINES})


@dataclass(frozen=True, slots=True)
class SalesAnswer:
    """What sales said last of a lead: the event, and the id of the recipient whose link it was.

    `until` is when a lead that was put off comes back, and `day` on which day that is where they
    are who said so. `by` is None if a server said it.
    """

    event_id: str
    type: str
    at: datetime
    by: str | None = None
    until: datetime | None = None
    day: date | None = None

    def day_in(self, zone: tzinfo) -> date | None:
        """The day on which a lead that was put off comes back: that of the answer, if it has one.

        So all read the same day. Else it is the one on which `until` is in this zone.
        """
        until = None if self.until is None else self.until.astimezone(zone).date()
        return until if self.day is None or until is None else self.day

    def is_since(self, hot_since: datetime | None) -> bool:
        """Whether it came since a lead turned hot; always if nobody knows when that was."""
        return hot_since is None or self.at >= hot_since

    def holds(self, now: datetime) -> bool:
        """Whether it still answers: a lead that was put off waits again once its time is over."""
        return self.until is None or now < self.until


def is_answer(event: Event) -> bool:
    """Whether sales has said it, and not the lead: an answer, or that one is taken back."""
    return event.type == UNDONE or event.type in ANSWERS


def standing(events: Iterable[Event]) -> list[Event]:
    """The events without answers that are taken back, and without what takes those back.

    So it is as if neither had ever been. What names no answer of these events takes nothing back,
    and stays.
    """
    found = list(events)
    named = {target(event) for event in found if event.type == UNDONE}
    if not named:
        return found
    gone = named & {event.event_id for event in found if event.type in ANSWERS}
    return [event for event in found if event.event_id not in gone and target(event) not in gone]


def target(event: Event) -> str | None:
    """The id of the answer that an event takes back, if it is one that does."""
    named = event.properties.get("event_id")
    takes_back = event.type == UNDONE and event.flags.isdisjoint(_VOID)
    return named if takes_back and isinstance(named, str) else None


def newest_answer(events: Iterable[Event]) -> SalesAnswer | None:
    """The newest answer that stands, or None."""
    return next(iter(standing_answers(events)), None)


def standing_answers(events: Iterable[Event]) -> list[SalesAnswer]:
    """All answers that stand, the newest first."""
    found = [
        event
        for event in standing(events)
        if event.type in ANSWERS and event.flags.isdisjoint(_VOID)
    ]
    return [_said(event) for event in sorted(found, key=lambda one: one.order, reverse=True)]


def _said(event: Event) -> SalesAnswer:
    by = event.properties.get("by")
    until = _until(event) if event.type == SNOOZED else None
    return SalesAnswer(
        event_id=event.event_id,
        type=event.type,
        at=event.occurred_at,
        by=by if isinstance(by, str) and by else None,
        until=until,
        day=None if until is None else _day(event, until),
    )


def _day(event: Event, until: datetime) -> date | None:
    """The day that an answer names, if that can be the one of `until` somewhere on Earth."""
    said = event.properties.get("day")
    try:
        day = date.fromisoformat(said) if isinstance(said, str) and len(said) == _DAY else None
    except ValueError:
        return None
    return day if day is not None and abs(day - until.date()) <= timedelta(days=1) else None


def _until(event: Event) -> datetime | None:
    """When a lead comes back that was put off: an instant with its zone, else never."""
    said = event.properties.get("until")
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    if at is None or at.tzinfo is None:
        return None
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return None
