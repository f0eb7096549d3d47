"""What is known of a lead at an instant: by the same code that folds leads when live."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from hotlist.events.event import Event
from hotlist.leads import classify
from hotlist.leads.profile import GrowingFacts, facts_at, is_kept, reclassified


class Known(NamedTuple):
    """All events with the flags that they have then; the facts, and when they first change."""

    events: list[Event]
    facts: dict[str, Any]
    until: datetime | None


def known_at(events: Iterable[Event], given: Mapping[str, Any], at: datetime) -> Known:
    """What is known at `at`, of what has happened until then and is still kept.

    The events that are not are among those returned: whether one counts is for the score to
    say. `given` wins over what events say.
    """
    flagged, unheard = _flagged(events, at)
    facts, until = facts_at(
        (event for event in flagged if event.occurred_at <= at), at, classify.channel
    )
    # Without the word that flagged or released it, an event may say something else again.
    ends = [until, *(event.expires_at for event in flagged if _is_word(event))]
    return Known(
        events=flagged + unheard,
        facts={**facts, **given},
        until=min((end for end in ends if end is not None), default=None),
    )


class Knowledge:
    """What `known_at` gives, at instants that ascend, with all events, those to come included.

    The events, and the facts, are the same object until one of them changes.
    """

    def __init__(self, events: Sequence[Event], given: Mapping[str, Any]) -> None:
        self._events = events
        self._given = given
        self._words = [event for event in events if _is_word(event)]
        self._heard: list[Event] | None = None
        self._found: dict[str, object] | None = None

    def at(self, at: datetime) -> Known:
        heard = [word for word in self._words if _is_heard(word, at)]
        if heard != self._heard:
            self._heard = heard
            flagged, unheard = _flagged(self._events, at)
            self._all = flagged + unheard
            self._growing = GrowingFacts(flagged, classify.channel)
        found, until = self._growing.at(at)
        if found is not self._found:
            self._found = found
            self._facts = {**found, **self._given}
        ends = [until, *(word.expires_at for word in heard)]
        return Known(
            events=self._all,
            facts=self._facts,
            until=min((end for end in ends if end is not None), default=None),
        )


def _flagged(events: Iterable[Event], at: datetime) -> tuple[list[Event], list[Event]]:
    """The events with the flags that they have at `at`; and the words that do not count then."""
    heard: list[Event] = []
    unheard: list[Event] = []
    for event in events:
        (heard if _is_heard(event, at) or not _is_word(event) else unheard).append(event)
    return reclassified(heard), unheard


def _is_word(event: Event) -> bool:
    return event.type == "event_reclassified"


def _is_heard(event: Event, at: datetime) -> bool:
    return event.occurred_at <= at and is_kept(event, at)
