"""The answer to compare with: leads worked out from all events at once, without a store.

Written from the rules of ownership and not from the code it judges: ownership is found
event by event, by looking through everybody's claims.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hotlist.events.event import Event
from hotlist.events.vocabulary import INTERNAL, SPAM, Route

Claim = tuple[datetime, str, str]


@dataclass(frozen=True)
class Limits:
    """Those of the design, small in some schedules so that they are met."""

    claimants: int = 50
    claims: int = 1_000
    weak_subjects: int = 50
    newest: int = 1_000


class Offline:
    """What all events ever captured come to.

    `forgotten` are pairs of a subject and an event id: claims and names that went with an
    identity that expired.
    """

    def __init__(
        self, history: Iterable[Event], limits: Limits, forgotten: frozenset[tuple[str, str]]
    ) -> None:
        self.events = {event.event_id: event for event in history}
        self._limits = limits
        self._forgotten = forgotten
        self._words: dict[str, list[Event]] = {}
        for event in sorted(self.events.values(), key=_order):
            if event.type == "event_reclassified":
                self._words.setdefault(str(event.properties["event_id"]), []).append(event)
        self._timelines: dict[str, list[Claim]] = {}

    def claimed_by(self, phone: str) -> str | None:
        """The lead that has taken a phone in."""
        timeline = self._timeline(phone)
        return timeline[-1][2] if timeline else None

    def owner(self, event: Event) -> str | None:
        """The lead whose an event is; None for a visitor whom nobody knows."""
        if _is(event.subject, "email"):
            return event.subject
        at = event.occurred_at
        if event.type == "event_reclassified":
            at = self.events[str(event.properties["event_id"])].occurred_at
        timeline = self._timeline(event.subject)
        if not timeline:
            return event.subject if _is(event.subject, "phone") else None
        past = [claimant for claimed_at, _, claimant in timeline if claimed_at <= at]
        return past[-1] if past else timeline[0][2]

    def of_lead(self, lead_id: str, deleted: Container[str] = ()) -> tuple[list[Event], bool]:
        """The events of a lead, and whether some were left unread.

        `deleted` are expired events whose names are no longer known by them.
        """
        own, truncated = self._visible(lead_id)
        found = list(own)
        naming = [event for event in own if event.event_id not in deleted]
        for subject in self._weak_subjects(lead_id, naming):
            if all(claimant != lead_id for _, _, claimant in self._timeline(subject)):
                continue
            theirs, more = self._visible(subject)
            ids = {event.event_id for event in theirs}
            found += [
                event
                for event in theirs
                if self.owner(event) == lead_id
                and event.properties.get("event_id", event.event_id) in ids
            ]
            truncated |= more
        return found, truncated

    def counted(self, events: Iterable[Event], now: datetime) -> list[Event]:
        """Those that are kept and no spam, as they are flagged now, each submission once.

        Corrections are words about others.
        """
        kept: list[Event] = []
        for event in sorted(events, key=_order):
            if event.type == "event_reclassified":
                continue
            flags = self._flags(event)
            gone = event.expires_at is not None and event.expires_at <= now
            if gone or flags & {SPAM, INTERNAL} or any(_repeats(one, event) for one in kept):
                continue
            kept.append(replace(event, flags=flags))
        return kept

    def is_spam(self, event: Event) -> bool:
        return SPAM in self._flags(event)

    def _visible(self, subject: str) -> tuple[list[Event], bool]:
        theirs = [event for event in self.events.values() if event.subject == subject]
        apart = [event for event in theirs if event.route in (Route.LINK, Route.OPERATOR)]
        rest = [event for event in theirs if event.route not in (Route.LINK, Route.OPERATOR)]
        newest = sorted(rest, key=lambda event: event.event_id, reverse=True)
        return apart + newest[: self._limits.newest], len(newest) > self._limits.newest

    def _weak_subjects(self, lead_id: str, own: Iterable[Event]) -> list[str]:
        if not _is(lead_id, "email"):
            return []
        names = [
            name
            for event in sorted(own, key=_order, reverse=True)
            if not event.properties.get("kiosk") and not self.is_spam(event)
            for name in event.names
        ]
        names += sorted(
            name
            for event in self.events.values()
            if event.subject == lead_id and self._has_claimed(event)
            for name in event.names
            if (lead_id, event.event_id) not in self._forgotten
        )
        names += sorted(  # what was learnt anew, after the lead's own identity had ended
            event.subject
            for event in self.events.values()
            if event.subject != lead_id
            and event.type != "event_reclassified"
            and (lead_id, event.event_id) not in self._forgotten
            and self.owner(event) == lead_id
        )
        phones = [name for name in names if _is(name, "phone")]
        ranked = [*dict.fromkeys(phones), *dict.fromkeys(n for n in names if n not in phones)]
        return ranked[: self._limits.weak_subjects]

    def _timeline(self, subject: str) -> list[Claim]:
        if subject not in self._timelines:
            self._timelines[subject] = self._claims_on(subject)
        return self._timelines[subject]

    def _claims_on(self, subject: str) -> list[Claim]:
        ever = [
            event
            for event in self.events.values()
            if subject in event.names
            and self._has_claimed(event)
            and (subject, event.event_id) not in self._forgotten
        ]
        claimants = {event.subject for event in ever}
        if len(claimants) > self._limits.claimants or len(ever) > self._limits.claims:
            return []
        return sorted(
            (event.occurred_at, event.event_id, event.subject)
            for event in ever
            if not self.is_spam(event)
        )

    def _has_claimed(self, event: Event) -> bool:
        """Whether an event has ever borne its claims."""
        if not _is(event.subject, "email") or event.properties.get("kiosk") is True:
            return False
        words = self._words.get(event.event_id, ())
        return SPAM not in event.flags or any(SPAM in _said(word, "remove") for word in words)

    def _flags(self, event: Event) -> frozenset[str]:
        flags = set(event.flags)
        for word in self._words.get(event.event_id, ()):
            flags = (flags - _said(word, "remove")) | _said(word, "add")
        return frozenset(flags)


def _order(event: Event) -> tuple[datetime, str]:
    return event.occurred_at, event.event_id


def _repeats(kept: Event, event: Event) -> bool:
    if not event.dedup or kept.dedup != event.dedup:
        return False
    gap = event.occurred_at - kept.occurred_at
    if event.dedup.startswith("signed:"):
        return True
    window = timedelta(hours=24) if event.dedup.startswith("key:") else timedelta(minutes=10)
    return gap < window


def _is(subject: str, kind: str) -> bool:
    return subject.startswith(kind + ":")


def _said(word: Event, name: str) -> set[str]:
    flags = word.properties.get(name, [])
    assert isinstance(flags, list)
    return set(flags)
