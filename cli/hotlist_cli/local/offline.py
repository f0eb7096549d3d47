"""Whose each stored event is, worked out from all events at once. Pure.

It is written from the rule and not from the code of the functions: a browser's event belongs to
the newest person who had named that browser by then, or else to the first one. A lead reads the
newest 1,000 events of a subject, and 10,000 in all, shared evenly.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from hotlist.events.event import Event

_NEWEST: Final = 1_000
_ALL: Final = 10_000
_VISITOR: Final = "visitor:"

Claim = tuple[datetime, str, str]
"""When a person named a browser, the event in which, and the person."""


def by_lead(events: Iterable[Event]) -> Mapping[str, list[Event]]:
    """The events that count for each lead. Phones, corrections and spam are none of its business.

    No browser may have more than 50 claimants here, and no person more than 30 browsers.
    """
    by_subject: defaultdict[str, list[Event]] = defaultdict(list)
    claims: defaultdict[str, list[Claim]] = defaultdict(list)
    for event in events:
        by_subject[event.subject].append(event)
        for name in event.names:
            claims[name].append((event.occurred_at, event.event_id, event.subject))
    browsers: defaultdict[str, list[str]] = defaultdict(list)
    for browser, timeline in claims.items():
        timeline.sort()
        for claimant in dict.fromkeys(claimant for _, _, claimant in timeline):
            browsers[claimant].append(browser)
    leads: dict[str, list[Event]] = {}
    for person in by_subject:
        if person.startswith(_VISITOR):
            continue
        share = min(_NEWEST, _ALL // (1 + len(browsers[person])))
        leads[person] = _newest(by_subject[person], share)
        for browser in browsers[person]:
            leads[person] += [
                event
                for event in _newest(by_subject.get(browser, []), share)
                if owner(event, claims[browser]) == person
            ]
    return leads


def owner(event: Event, timeline: list[Claim]) -> str:
    """The person whose a browser's event is. `timeline` is sorted, and not empty."""
    before = [claimant for at, _, claimant in timeline if at <= event.occurred_at]
    return before[-1] if before else timeline[0][2]


def _newest(events: list[Event], limit: int) -> list[Event]:
    return sorted(events, key=lambda event: event.event_id, reverse=True)[:limit]
