"""The answer to compare with: leads worked out from all events at once, without a store.

Written from the rules of ownership and not from the code it judges: ownership is found
event by event, by looking through everybody's claims.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hotlist.events.answers import ANSWERS
from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, INTERNAL, SPAM, Route
from integration.model.forms import CRAWLER

Claim = tuple[datetime, str, str]


@dataclass(frozen=True)
class Limits:
    """Those of the design, small in some schedules so that they are met."""

    claimants: int = 50
    claims: int = 1_000
    phones: int = 20
    visitors: int = 30
    newest: int = 1_000
    budget: int = 10_000


@dataclass
class Stored:
    """What the Identities table says and events alone do not: it depends on what came first.

    By e-mail the phones that have a place, and the visitors that have entered, newest first. By
    phone the ids of the events that have claimed it, and of those whose claims were let go.
    """

    phones: dict[str, set[str]] = field(default_factory=dict)
    visitors: dict[str, list[str]] = field(default_factory=dict)
    claims: dict[str, set[str]] = field(default_factory=dict)
    let_go: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, items: Iterable[Mapping[str, Any]]) -> "Stored":
        """Read from the items as they are in the table."""
        stored = cls()
        for item in items:
            texts = {name: value["SS"] for name, value in item.items() if "SS" in value}
            subject = item["subject"]["S"]
            entered = [text.split("|")[1] for text in sorted(texts.get("visitors", ()))]
            stored.phones[subject] = set(texts.get("phones", ()))
            stored.visitors[subject] = list(dict.fromkeys(reversed(entered)))
            stored.claims[subject] = {text.split("|")[1] for text in texts.get("claims", ())}
            stored.let_go[subject] = set(texts.get("let_go", ()))
        return stored


class Offline:
    """What all events ever captured come to.

    A lead reads every phone of which it owns events, however many: that there is a limit, and
    that nobody owns more than it reads, is for the code to see to. `forgotten` are pairs of a
    subject and an event id: claims that went with an identity that expired.
    """

    def __init__(
        self,
        history: Iterable[Event],
        limits: Limits,
        stored: Stored,
        forgotten: frozenset[tuple[str, str]],
    ) -> None:
        self.events = {event.event_id: event for event in history}
        self.stored = stored
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
        if event.type in ("event_reclassified", "sales_undone"):
            at = self.events[str(event.properties["event_id"])].occurred_at
        timeline = self._timeline(event.subject)
        if not timeline:
            return event.subject if _is(event.subject, "phone") else None
        past = [claimant for claimed_at, _, claimant in timeline if claimed_at <= at]
        return past[-1] if past else timeline[0][2]

    def of_lead(self, lead_id: str, at: datetime) -> tuple[list[Event], bool]:
        """The events of a lead that were there at an instant, and whether some were left unread."""
        subjects = self._weak_subjects(lead_id)
        share = min(self._limits.newest, self._limits.budget // (1 + len(subjects)))
        found, truncated = self._visible(lead_id, at, share)
        truncated |= self.is_short(lead_id)
        for subject in subjects:
            theirs, more = self._visible(subject, at, share)
            found += self._owned(lead_id, theirs)
            truncated |= more
        for subject in self._phones - set(subjects):
            theirs, _ = self._visible(subject, at, share)
            found += self._owned(lead_id, theirs)
        return found, truncated

    def held_visitors(self, lead_id: str) -> list[str]:
        """The visitors that hold a place."""
        return self.stored.visitors.get(lead_id, [])[: self._limits.visitors]

    def is_short(self, lead_id: str) -> bool:
        """Whether a visitor has lost its place."""
        return len(self.stored.visitors.get(lead_id, [])) > self._limits.visitors

    def claims(self, event: Event, subject: str) -> bool:
        """Whether an event claims a subject, if it finds a place, and that was not forgotten."""
        return (
            subject in event.names
            and self._has_claimed(event)
            and (subject, event.event_id) not in self._forgotten
        )

    def is_crowd(self, subject: str) -> bool:
        """Whether so many have claimed a subject that it is nobody's."""
        ever = self._claiming(subject)
        claimants = {event.subject for event in ever}
        return len(claimants) > self._limits.claimants or len(ever) > self._limits.claims

    def counted(self, events: Iterable[Event], now: datetime) -> list[Event]:
        """Those that are kept and no spam, as they are flagged now, each submission once.

        Corrections are words about others. What is taken back was never said, and so the word that
        takes it back.
        """
        kept: list[Event] = []
        found = sorted(events, key=_order)
        said = {event.event_id for event in found if event.type in ANSWERS}
        unsaid: set[str] = set()
        for event in found:
            named = str(event.properties.get("event_id"))
            is_word = event.type == "sales_undone" and not self.flags(event) & {SPAM, INTERNAL, BOT}
            if is_word and named in said:
                unsaid |= {named, event.event_id}
        for event in found:
            if event.type == "event_reclassified" or event.event_id in unsaid:
                continue
            flags = self.flags(event)
            gone = event.expires_at is not None and event.expires_at <= now
            if gone or flags & {SPAM, INTERNAL} or any(_repeats(one, event) for one in kept):
                continue
            kept.append(replace(event, flags=flags))
        return kept

    def is_spam(self, event: Event) -> bool:
        return SPAM in self.flags(event)

    @property
    def _phones(self) -> set[str]:
        return {event.subject for event in self.events.values() if _is(event.subject, "phone")}

    def _weak_subjects(self, lead_id: str) -> list[str]:
        """What a lead reads beside its own events, by its places."""
        held = [*self.stored.phones.get(lead_id, ()), *self.held_visitors(lead_id)]
        return [
            subject
            for subject in held
            if any(claimant == lead_id for _, _, claimant in self._timeline(subject))
        ]

    def _owned(self, lead_id: str, events: list[Event]) -> list[Event]:
        """Those of a weak subject's events that are a lead's, each correction with its target."""
        if not _is(lead_id, "email"):
            return []
        ids = {event.event_id for event in events}
        return [
            event
            for event in events
            if self.owner(event) == lead_id
            and event.properties.get("event_id", event.event_id) in ids
        ]

    def _visible(self, subject: str, at: datetime, limit: int) -> tuple[list[Event], bool]:
        theirs = [event for event in self.events.values() if event.subject == subject]
        apart = [event for event in theirs if _is_apart(event)]
        rest = [
            event
            for event in theirs
            if not _is_apart(event)
            and not self.is_spam(event)
            and not self._is_released_late(event)
            and (event.expires_at is None or event.expires_at > at)
        ]
        newest = sorted(rest, key=lambda event: event.event_id, reverse=True)
        return apart + newest[:limit], len(newest) > limit

    def _timeline(self, subject: str) -> list[Claim]:
        if subject not in self._timelines:
            self._timelines[subject] = self._claims_on(subject)
        return self._timelines[subject]

    def _claims_on(self, subject: str) -> list[Claim]:
        if self.is_crowd(subject):
            return []
        return sorted(
            (event.occurred_at, event.event_id, event.subject)
            for event in self._claiming(subject)
            if not self.is_spam(event) and event.event_id not in self.stored.let_go.get(subject, ())
        )

    def _claiming(self, subject: str) -> list[Event]:
        """The events whose claims were made. Those on a phone may have found no place."""
        made = self.stored.claims.get(subject, set())
        return [
            event
            for event in self.events.values()
            if self.claims(event, subject) and (not _is(subject, "phone") or event.event_id in made)
        ]

    def _has_claimed(self, event: Event) -> bool:
        """Whether an event has ever borne its claims."""
        if not _is(event.subject, "email") or event.properties.get("kiosk") is True:
            return False
        words = self._words.get(event.event_id, ())
        return SPAM not in event.flags or any(SPAM in _said(word, "remove") for word in words)

    def _is_released_late(self, event: Event) -> bool:
        """Whether it was spam until it expired: no fold has ever read it."""
        if SPAM not in event.flags or event.expires_at is None:
            return False
        words = self._words.get(event.event_id, ())
        first = min(word.received_at for word in words if SPAM in _said(word, "remove"))
        return first >= event.expires_at

    def flags(
        self, event: Event, is_known: Callable[[Event], bool] = lambda _: True
    ) -> frozenset[str]:
        """An event's flags, as operators have left them, by the words that were known."""
        flags = set(event.flags)
        if event.route is Route.FORM and event.properties.get("user_agent") == CRAWLER:
            flags.add(BOT)
        is_opt_out = event.type in _OPT_OUTS and event.route is Route.LINK  # for good
        words = () if is_opt_out else self._words.get(event.event_id, ())
        for word in filter(is_known, words):
            flags = (flags - _said(word, "remove")) | _said(word, "add")
        return frozenset(flags)


_OPT_OUTS = {"unsubscribed", "consent_withdrawn", "profiling_objected"}


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


def _is_apart(event: Event) -> bool:
    """Whether no flood hides it. What is opened, clicked and delivered is like a view."""
    is_told = event.route in (Route.LINK, Route.OPERATOR, Route.SES)
    return is_told and event.type not in _LIKE_VIEWS


_LIKE_VIEWS = {"email_opened", "email_clicked", "email_delivered", "file_downloaded"}


def _is(subject: str, kind: str) -> bool:
    return subject.startswith(kind + ":")


def _said(word: Event, name: str) -> set[str]:
    flags = word.properties.get(name, [])
    assert isinstance(flags, list)
    return set(flags)
