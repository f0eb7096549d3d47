"""What is known of a lead at an instant: by the same code that folds leads when live."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from hotlist.events.event import Event
from hotlist.leads import classify
from hotlist.leads.profile import facts_at, is_kept, reclassified


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
    heard: list[Event] = []
    unheard: list[Event] = []
    for event in events:
        is_there = event.occurred_at <= at and is_kept(event, at)
        is_word = event.type == "event_reclassified"
        (heard if is_there or not is_word else unheard).append(event)
    flagged = reclassified(heard)
    facts, until = facts_at(
        (event for event in flagged if event.occurred_at <= at), at, classify.channel
    )
    # Without the word that flagged or released it, an event may say something else again.
    words = [event for event in heard if event.type == "event_reclassified"]
    ends = [until, *(word.expires_at for word in words)]
    return Known(
        events=flagged + unheard,
        facts={**facts, **given},
        until=min((end for end in ends if end is not None), default=None),
    )
