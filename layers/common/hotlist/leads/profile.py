"""What follows from the events of a lead: facts, contact, channel, and how long they hold.

The same events and the same instant give the same profile, in whatever order the events came. The
scoring engine makes a score of the profile.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hotlist.events.answers import is_answer, standing
from hotlist.events.corrections import Corrections
from hotlist.events.event import Event
from hotlist.events.ids import without_repetitions
from hotlist.events.retention import ORDINARY
from hotlist.events.vocabulary import (
    INTERNAL,
    OPERATOR_TYPES,
    PREFETCH,
    SPAM,
    Route,
)
from hotlist.leads.facts import Facts
from hotlist.leads.lead import Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What follows from the events of a lead at an instant.

    `events` are those that count, in order, each once. `facts` are what rules can ask for.
    `facts_until` is when the first event that a fact rests on expires. `ends_at` is when the
    last event that counts expires. It is None if none counts; then all else is empty.
    """

    events: tuple[Event, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    contact: Contact = field(default_factory=Contact)
    channel: str | None = None
    created_at: datetime | None = None
    last_event_at: datetime | None = None
    last_event_id: str | None = None
    facts_until: datetime | None = None
    ends_at: datetime | None = None


def is_kept(event: Event, now: datetime) -> bool:
    """Whether an event has not expired by `now`. DynamoDB may delete it some days later."""
    return event.expires_at is None or event.expires_at > now


def reclassified(events: Iterable[Event]) -> list[Event]:
    """The events in order, with the flags that operators added or removed. The latest one wins."""
    ordered = sorted(events, key=lambda e: e.order)
    corrections = Corrections(ordered)
    return [_with_flags(event, corrections.flags(event)) for event in ordered]


def profile_of(
    events: Iterable[Event], now: datetime, channel: Callable[[Event], str | None]
) -> Profile:
    """The profile of a lead at `now`. Its events must be classified and reclassified already.

    `channel` finds the channel of the event by which the lead first came.
    """
    kept = _kept(events, now)
    leads_own = [event for event in kept if _is_leads_own(event)]
    ends = [_life(event) for event in leads_own]
    if not ends or max(ends) <= now:
        return Profile()
    facts = Facts(kept, channel)
    named = [event for event in kept if event.email or event.phone]
    return Profile(
        events=tuple(kept),
        facts=facts.known(),
        contact=facts.contact(),
        channel=facts.channel,
        created_at=min((e.received_at for e in named), default=kept[0].received_at),
        last_event_at=max(e.occurred_at for e in leads_own),
        last_event_id=leads_own[-1].event_id,
        facts_until=facts.until(),
        ends_at=max(ends),
    )


def facts_at(
    events: Iterable[Event], now: datetime, channel: Callable[[Event], str | None]
) -> tuple[dict[str, object], datetime | None]:
    """The facts at `now`, and their `facts_until`.

    This is for histories that do not say when an event was received. In them the lead never
    ends, and events of operators alone make a lead.
    """
    facts = Facts(_kept(events, now), channel)
    return facts.known(), facts.until()


class GrowingFacts:
    """What `facts_at` gives, at instants that ascend, without folding every event each time.

    `events` are in order, with their flags, and each is there once.
    """

    def __init__(self, events: Sequence[Event], channel: Callable[[Event], str | None]) -> None:
        self._events = standing(events)
        self._channel = channel
        self._taken = 0
        self._facts = Facts((), channel)
        self._found: tuple[dict[str, object], datetime | None] = {}, None
        self._ends_at: datetime | None = None

    def at(self, now: datetime) -> tuple[dict[str, object], datetime | None]:
        """The facts at `now`, and their `facts_until`.

        The facts are the same object until something changes.
        """
        start = self._taken
        while self._taken < len(self._events) and self._events[self._taken].occurred_at <= now:
            self._taken += 1
        came = self._events[start : self._taken]
        is_gone = self._ends_at is not None and self._ends_at <= now
        if is_gone or any(event.dedup for event in came):
            self._facts = Facts(_kept(self._events[: self._taken], now), self._channel)
        else:
            changes = self._facts.changes
            for event in _kept(came, now):
                self._facts.take(event)
            if self._facts.changes == changes:
                return self._found
        self._found = self._facts.known(), self._facts.until()
        self._ends_at = self._facts.ends_at()
        return self._found


def _kept(events: Iterable[Event], now: datetime) -> list[Event]:
    """The events that count, in order, each once. An answer that was taken back is none.

    Corrections do not count. They have been applied by now, and they are kept longer than the
    events that they correct.
    """
    return without_repetitions(
        event
        for event in standing(events)
        if is_kept(event, now)
        and event.flags.isdisjoint((SPAM, INTERNAL))
        and event.type != "event_reclassified"
    )


def _is_leads_own(event: Event) -> bool:
    """Whether the lead has done it, and not an operator, sales, SES or what looks at mails unasked.

    What is not the lead's own makes no lead and keeps none alive.
    """
    is_others = event.type in OPERATOR_TYPES or event.route is Route.SES or is_answer(event)
    return not is_others and PREFETCH not in event.flags


def _life(event: Event) -> datetime:
    """Until when one event keeps its lead alive."""
    received = event.received_at + ORDINARY
    return received if event.expires_at is None else min(received, event.expires_at)


def _with_flags(event: Event, flags: frozenset[str]) -> Event:
    return event if event.flags == flags else replace(event, flags=flags)
