"""What must hold after every single write of a lead, whatever else is under way.

A fold's reads are noted from its read of the lead's version on. From them follows, for each
write, what is promised of it at that moment, not only when all is over.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from greenlet import greenlet

from hotlist.events.event import Event
from hotlist.events.times import to_text
from hotlist.events.vocabulary import INTERNAL, SPAM
from hotlist.identity.claims import Claim, Decision, Identity
from hotlist.identity.identifiers import EMAIL, PHONE, kind_of
from hotlist.leads.lead import Lead, LeadState
from hotlist.runtime.phases import Batched, Calls, Histories, Steps
from hotlist.store.events import EventStore, SubjectEvents
from hotlist.store.identities import IdentityStore
from hotlist.store.leads import LeadStore
from hotlist.store.stores import Stores
from integration.model.forms import CRAWLER

Mark = Claim | Decision | str

TEN_MINUTES = timedelta(minutes=10)
"""How long before a crossing a message was received that stands for its alert."""


@dataclass
class Reading:
    """What one fold has read since it read the version of its lead.

    `stored` is what the writer of that version had read, `events_stored` what it folded.
    """

    lead_id: str
    stored: Mapping[str, frozenset[Mark]]
    events_stored: frozenset[str] | None
    read_at: datetime | None = None
    has_written: bool = False
    identities: dict[str, Identity] = field(default_factory=dict)
    events: dict[str, dict[str, Event]] = field(default_factory=dict)
    truncated: set[str] = field(default_factory=set)

    def marks(self, subject: str) -> frozenset[Mark]:
        return _marks(self.identities[subject])

    def owned(self, subject: str) -> frozenset[str]:
        """The events of a subject that are the lead's, as far as this fold has read."""
        events = self.events.get(subject, {})
        if subject == self.lead_id:
            return frozenset(events)
        targets = {name: str(one.properties.get("event_id", name)) for name, one in events.items()}
        return frozenset(
            name
            for name, target in targets.items()
            if target in events
            and self.identities[subject].owner(events[target].occurred_at) == self.lead_id
        )


@dataclass
class Version:
    """What the writer of one version of a lead had read, and the events that it folded."""

    newest: dict[str, frozenset[Mark]] = field(default_factory=dict)
    folded: frozenset[str] | None = None


@dataclass
class Knowledge(Version):
    """What the writers of a lead have read: by subject, claims and decisions, and event ids.

    The id of a claim that was let go stands among them. `newest` and `folded` are the last
    writer's.
    """

    marks: dict[str, frozenset[Mark]] = field(default_factory=dict)
    events: dict[str, frozenset[str]] = field(default_factory=dict)


class Watch:
    """Looks over the shoulder of every fold that runs on its stores.

    `narrow` is where a lead may not use all that it has read. `ended_leads` are those that
    time-to-live has deleted and nobody has written since. `read_at` has, by lead, the instant
    before which what the last writer read had not expired.
    """

    def __init__(self, client: Any, names: Mapping[str, str], *, narrow: bool) -> None:
        self.stores = Stores(
            EventStore(client, names["events"]),
            _WatchedLeads(client, names["leads"], self),
            IdentityStore(client, names["identities"]),
        )
        self.ended_leads: set[str] = set()
        self.read_at: dict[str, datetime] = {}
        self._narrow = narrow
        self._readings: dict[greenlet, Reading] = {}
        self._known: dict[str, Knowledge] = {}
        self._versions: dict[tuple[str, int, str], Version] = {}
        self._claimed_when_stored: dict[str, frozenset[Mark]] = {}
        self._expires_at: dict[str, datetime | None] = {}
        self._gone: set[str] = set()
        self._gone_marks: dict[str, frozenset[Mark]] = {}

    def forget_processes(self) -> None:
        """Nothing is under way any more."""
        self._readings.clear()

    def stored(self, event: Event, identity: Identity) -> None:
        """An event has just been stored, when its subject's identity was this."""
        self._claimed_when_stored[event.event_id] = _marks(identity)
        self._expires_at[event.event_id] = event.expires_at
        if event.type == "event_reclassified" and event.properties.get("add") == [SPAM]:
            self._gone.add(str(event.properties["event_id"]))

    def event_ended(self, event_id: str) -> None:
        self._gone.add(event_id)
        self._claimed_when_stored.pop(event_id, None)

    def identity_ended(self, identity: Identity) -> None:
        gone = self._gone_marks.get(identity.subject, frozenset())
        self._gone_marks[identity.subject] = gone | _marks(identity)
        for known in (*self._known.values(), *self._versions.values()):
            known.newest = {
                name: marks for name, marks in known.newest.items() if name != identity.subject
            }

    def follow(self, lead_id: str, steps: Steps[Lead]) -> Steps[Lead]:
        """Follow a fold: what it reads, and what it has read when it writes."""
        reading, ask = Reading(lead_id, {}, None), next(steps)
        while True:
            if isinstance(ask, Calls):
                parts = (partial(self._during, reading, part) for part in ask.parts)
                ask = Calls(tuple(parts))
            answer = yield ask
            if isinstance(ask, Histories):
                self._read_events(reading, dict(zip(ask.parts, answer, strict=True)), ask.now)
            elif isinstance(ask, Batched) and ask.table == "identities":
                reading.identities |= answer
            elif isinstance(ask, Batched) and not reading.events:
                version = self._version(answer.get(lead_id))
                reading = Reading(lead_id, version.newest, version.folded)
            try:
                ask = steps.send(answer)
            except StopIteration as end:
                self._folded(reading)
                lead: Lead = end.value
                return lead

    def _during(self, reading: Reading, part: Callable[[], object]) -> object:
        self._readings[greenlet.getcurrent()] = reading
        return part()

    def _version(self, stored: Lead | None) -> Version:
        if stored is None:
            return Version()
        return self._versions[stored.lead_id, stored.version, to_text(stored.folded_at)]

    def _folded(self, reading: Reading) -> None:
        """A fold is done.

        If it has seen more than the last writer it has written, if only that it has. Not
        looked at in narrow schedules: some subjects are read in vain there.
        """
        if reading.has_written or self._narrow:
            return
        own = reading.identities[reading.lead_id]
        for subject in reading.stored.keys() & {own.subject, *own.places.subjects}:
            assert reading.stored[subject] == reading.marks(subject), (
                "new claims or decisions, and nothing written"
            )
        is_nothing = reading.lead_id in self.ended_leads and not any(reading.events.values())
        if reading.events_stored is not None and not is_nothing:
            assert reading.events_stored == _folded(reading.lead_id, reading), (
                "new events, and nothing written"
            )

    def _read_events(
        self, reading: Reading, found: Mapping[str, SubjectEvents], now: datetime
    ) -> None:
        for subject, history in found.items():
            reading.read_at = now
            reading.events[subject] = {event.event_id: event for event in history.events}
            if history.truncated:
                reading.truncated.add(subject)

    def wrote(self, lead: Lead, read: Lead | None) -> None:
        """A lead has just been written over what was `read`, by the fold that is running."""
        reading = self._readings[greenlet.getcurrent()]
        self.ended_leads.discard(lead.lead_id)
        if lead.lead_id != reading.lead_id:
            assert lead.state is LeadState.CLAIMED, "a fold wrote another's lead"
            assert reading.owned(lead.lead_id), "a phone was taken in for nothing"
        elif kind_of(lead.lead_id) == EMAIL:
            self._assert_phones_are_taken_in(reading)
        elif lead.state is LeadState.LIVE:
            self._assert_claims_were_seen(reading)
        if lead.lead_id == reading.lead_id:
            reading.has_written = True
            if read is None or read.alerting.alert_id != lead.alerting.alert_id:
                self._assert_its_message_stands(lead, reading)
            assert reading.read_at is not None
            self.read_at[lead.lead_id] = reading.read_at
            received = [event.received_at for event in reading.events[lead.lead_id].values()]
            assert self._narrow or all(at <= lead.folded_at for at in received), (
                "folded before it was received"
            )
        self._learn(lead.lead_id, reading)
        known = self._known[lead.lead_id]
        version = Version(known.newest, known.folded)
        self._versions[lead.lead_id, lead.version, to_text(lead.folded_at)] = version

    def _learn(self, lead_id: str, reading: Reading) -> None:
        """Whoever writes last has read all that any earlier fold saw.

        A phone that is taken in keeps nothing of who takes it in but the claim itself.
        """
        known = self._known.setdefault(lead_id, Knowledge())
        is_own = lead_id == reading.lead_id
        marks = {
            name: _marks(identity)
            for name, identity in reading.identities.items()
            if is_own or name == lead_id
        }
        events = {
            name: frozenset(held)
            for name, held in reading.events.items()
            if is_own or name == lead_id
        }
        for subject in marks.keys() & known.marks.keys():
            assert self._still(subject, known.marks[subject]) <= marks[subject], (
                "written with older claims"
            )
        for subject in events.keys() & known.events.keys() - reading.truncated:
            missing = known.events[subject] - self._gone - events[subject]
            assert all(self._has_expired(one, reading) for one in missing), (
                "written with older events"
            )
        known.marks |= marks
        known.events |= events
        known.newest = marks
        known.folded = _folded(lead_id, reading)

    def _assert_phones_are_taken_in(self, reading: Reading) -> None:
        """No fold of a phone that has not seen the claims may write after this."""
        for subject in reading.events:
            if kind_of(subject) == PHONE and reading.owned(subject):
                known = self._known.get(subject, Knowledge())
                assert reading.marks(subject) <= known.marks.get(subject, frozenset()), (
                    "the phone's own lead can still be brought back"
                )

    def _assert_claims_were_seen(self, reading: Reading) -> None:
        """An event stored after a claim never counts for the phone's own lead unseen."""
        for event_id in reading.events[reading.lead_id]:
            stored = self._claimed_when_stored.get(event_id, frozenset())
            assert self._still(reading.lead_id, stored) <= reading.marks(reading.lead_id), (
                "a claim made before was not seen"
            )

    def _assert_its_message_stands(self, lead: Lead, reading: Reading) -> None:
        """A lead that has just turned hot names the message that made it so.

        That is the newest that was received within ten minutes before and counts. A message that
        is somebody's twice, or that an operator has said anything about, is looked at elsewhere.
        """
        since = lead.alerting.hot_since
        if self._narrow or since != lead.folded_at or lead.state is not LeadState.LIVE:
            return
        read = {name: one for held in reading.events.values() for name, one in held.items()}
        doubtful = {str(one.properties.get("event_id")) for one in read.values()}
        times = Counter(one.dedup for one in read.values())
        told = [
            read[name]
            for subject in reading.events
            for name in reading.owned(subject)
            if read[name].tell and since - read[name].received_at <= TEN_MINUTES
        ]
        if any(one.event_id in doubtful or times[one.dedup] > 1 for one in told):
            return
        newest = max(
            (one for one in told if one.flags.isdisjoint({SPAM, INTERNAL}) and not _is_bots(one)),
            key=lambda one: (one.received_at, one.event_id),
            default=None,
        )
        expected = newest and f"{newest.subject}#{newest.event_id}"
        assert lead.alerting.alert_tell == expected, "an alert beside its own message"

    def _has_expired(self, event_id: str, reading: Reading) -> bool:
        expires_at = self._expires_at[event_id]
        return expires_at is not None and expires_at <= (reading.read_at or expires_at)

    def _still(self, subject: str, marks: frozenset[Mark]) -> frozenset[Mark]:
        """Without those that went with an identity of this subject."""
        return marks - self._gone_marks.get(subject, frozenset())


class _WatchedLeads(LeadStore):
    def __init__(self, client: Any, table: str, watch: Watch) -> None:
        super().__init__(client, table)
        self._watch = watch

    def save(self, lead: Lead, read: Lead | None) -> None:
        super().save(lead, read)
        self._watch.wrote(replace(lead, version=1 + (read.version if read else 0)), read)


def _is_bots(event: Event) -> bool:
    return event.properties.get("user_agent") == CRAWLER


def _folded(lead_id: str, reading: Reading) -> frozenset[str] | None:
    """The events of a lead, None while it is claimed by another."""
    if kind_of(lead_id) == PHONE and reading.identities[lead_id].lead is not None:
        return None
    return frozenset().union(*map(reading.owned, reading.events))


def _marks(identity: Identity) -> frozenset[Mark]:
    return frozenset({*identity.claims, *identity.decisions, *identity.let_go})
