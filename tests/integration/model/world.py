"""The world of a schedule: capture, the work of the score function, time and what it ends."""

import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from hotlist.events.event import Event, event_key
from hotlist.events.vocabulary import SPAM, Lane, lane
from hotlist.identity.claims import Identity
from hotlist.identity.identifiers import VISITOR, kind_of
from hotlist.identity.settle import Settled, Settler
from hotlist.leads.batch import Scorer
from hotlist.leads.fold import Folder
from hotlist.leads.lead import Lead
from hotlist.rescore.queue import NotQueued
from hotlist.runtime.failures import Batch, Failed
from hotlist.runtime.limits import RESERVE_SECONDS, TimeLeft, endless
from hotlist.runtime.phases import Steps
from hotlist.runtime.stream import Record
from hotlist.scoring.ruleset import Ruleset
from hotlist.store import identities as stored_identities
from hotlist.store.events import EventStore, to_item
from hotlist.store.identities import IdentityStore
from hotlist.store.leads import LeadStore
from hotlist.store.stores import Stores
from integration.model import histories
from integration.model.direct import Tables
from integration.model.schedule import Interleaved, Job, PausingClient, Scheduler, pause
from integration.model.watch import Watch


class Clock:
    """The time, and the clocks of machines, which differ a little and go on at each look."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._skew = random.choice([0, 0, 4])
        self.now = histories.START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now + timedelta(seconds=self._random.uniform(-self._skew, self._skew))


class _Letters:
    """The OutboxQueue, of which these schedules say nothing yet: it takes all letters."""

    def send(self, letters: Iterable[object]) -> int:
        return len(list(letters))


class _Queue:
    """The RescoreQueue, as far as the scorer asks it: it takes leads, or refuses them."""

    def __init__(self, world: "World", scheduler: Scheduler) -> None:
        self._world, self._scheduler = world, scheduler

    def send(self, lead_ids: Iterable[str], delay: timedelta = timedelta(0)) -> int:
        pause()
        if self._world.refuses():
            raise NotQueued
        sent = 0
        for lead_id in lead_ids:
            self._scheduler.add(partial(self._world._rescore, lead_id, self._scheduler))
            sent += 1
        return sent


class _Settling:
    """The settler, watched."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def settle_all(
        self, events: Mapping[str, Event], time_left: TimeLeft
    ) -> dict[str, Settled | Failed]:
        outcomes = self._world.settler.settle_all(events, time_left)
        for name, settled in outcomes.items():
            event = events[name]
            is_visit = kind_of(event.subject) == VISITOR and event.type != "event_reclassified"
            if is_visit and isinstance(settled, Settled):
                self._world.assert_entered(event, settled)
        return outcomes


class _Folding(Folder):
    """The folder, watched."""

    def __init__(self, watch: Watch, *args: Any, **named: Any) -> None:
        super().__init__(watch.stores, *args, **named)
        self._watch = watch

    def folding(self, lead_id: str) -> Steps[Lead]:
        return self._watch.follow(lead_id, super().folding(lead_id))


def _park(record: Record, error: Exception) -> None:
    raise AssertionError(f"parked: {record}") from error


class World:
    """Tables, the code over them, and all that ever happened in them."""

    def __init__(
        self,
        random: Random,
        client: Any,
        tables: Tables,
        names: Mapping[str, str],
        *,
        rules: Ruleset,
        narrow: bool,
    ) -> None:
        self.clock = Clock(random)
        self.tables = tables
        self.captured: dict[str, Event] = {}
        self.forgotten: set[tuple[str, str]] = set()
        self.ended: set[tuple[str, str]] = set()
        self.swept: dict[str, datetime] = {}
        self.plain = _stores(client, names)
        self._random = random
        self._names = names
        self._client = PausingClient(client)
        self.watch = Watch(self._client, names, narrow=narrow)
        self._stream: defaultdict[Lane, list[Event]] = defaultdict(list)
        calls = Interleaved(random)
        self.settler = Settler(self.watch.stores, self.clock, calls)
        self.folder = _Folding(self.watch, rules, self.clock, side_by_side=calls)

    def refuses(self) -> bool:
        """Whether SQS takes nothing just now."""
        return self._random.random() < 0.05

    # --- what happens -------------------------------------------------------------------

    def run(self, history: list[Event], *, sweep: bool) -> None:
        """Capture and score a history, whatever is due, and let some of what expired go."""
        random = self._random
        scheduler = Scheduler(
            random,
            crash=random.choice([0.0, 0.02, 0.1]),
            repeat=random.choice([0.0, 0.2]),
            at_once=random.choice([1, 2, 4, 8]),
            stall=random.choice([0.0, 0.1, 0.3]),
        )
        self.watch.forget_processes()
        due = [
            partial(self._rescore, lead_id, scheduler)
            for lead_id in self.plain.leads.due(self.clock.now)
        ]
        views = [partial(self._view, one.lead_id) for one in self.plain.leads.hot()]
        at_a_time = random.choice([1, len(history)])
        spared = {str(event.properties.get("event_id")) for event in history}
        jobs: list[Job] = [*due, *views]
        if history:
            jobs.append(partial(self._capture, scheduler, history, at_a_time))
        if sweep:
            released = {
                str(event.properties["event_id"])
                for event in history
                if event.properties.get("remove") == [SPAM]
            }
            self.forgotten = {pair for pair in self.forgotten if pair[1] not in released}
            jobs += self._sweeps(spared, frozenset(self.captured.keys() - released))
            random.shuffle(jobs)
        scheduler.run(jobs)

    def _capture(self, scheduler: Scheduler, history: list[Event], at_a_time: int) -> Iterator[Job]:
        """Store the first of these events; the others come while those are being scored."""
        for event in history[:at_a_time]:
            self.clock.now = max(self.clock.now, event.received_at)
            if self.watch.stores.events.put(event):
                identity = self.plain.identities.get_many([event.subject])[event.subject]
                self.watch.stored(event, identity)
            self.captured[event.event_id] = event
            self._stream[lane(event.route, event.type)].append(event)
            scheduler.add(partial(self._poll, scheduler))
        later = history[at_a_time:]
        if later and later[0].event_id not in self.captured:
            yield partial(self._capture, scheduler, later, at_a_time)

    def _poll(self, scheduler: Scheduler) -> Iterator[Job]:
        """One of the two mappings takes its next batch."""
        waiting = [its_lane for its_lane, events in self._stream.items() if events]
        if waiting:
            its_lane, size = self._random.choice(waiting), self._random.choice([1, 2, 3, 8])
            events = self._stream[its_lane]
            batch, self._stream[its_lane] = events[:size], events[size:]
            yield partial(self._score, scheduler, batch)

    def _score(self, scheduler: Scheduler, batch: list[Event]) -> Iterator[Job]:
        """What the stream does with a batch: it sends again what is reported, and all after it."""
        records = [
            Record(str(place), event.subject, event_key(event), image=to_item(event))
            for place, event in enumerate(batch)
        ]
        failed = self._work_off(scheduler, records)
        if failed:
            yield partial(self._score, scheduler, batch[min(map(int, failed)) :])

    def _rescore(self, lead_id: str, scheduler: Scheduler) -> Iterator[Job]:
        """What the RescoreQueue does with a message: it gives it again until it is done."""
        body = json.dumps({"lead_id": lead_id})
        young = self.clock.now + timedelta(days=9_999)  # it may wait while the clock leaps
        message = Record("m", "", "", body=body, queued_at=young)
        if self._work_off(scheduler, [message]):
            yield partial(self._rescore, lead_id, scheduler)

    def _work_off(self, scheduler: Scheduler, records: list[Record]) -> Iterable[str]:
        """The handler's work; the names of the records that it reports."""
        batch = Batch(_park, self._time_left())
        queue: Any = _Queue(self, scheduler)
        settler: Any = _Settling(self)
        letters: Any = _Letters()
        Scorer(settler, self.folder, queue, letters, self.clock).score(records, batch)
        return batch.failed

    def _time_left(self) -> TimeLeft:
        """Now and then the function's time ends in the midst of its work."""
        if self._random.random() < 0.9:
            return endless
        begun, looks = self._random.randint(0, 40), itertools.count()
        least = self._random.choice([1.0, RESERVE_SECONDS - 1])
        return lambda: RESERVE_SECONDS + 1 if next(looks) < begun else least

    def assert_entered(self, event: Event, settled: Settled) -> None:
        """A visitor of a lead that comes has a place, unless newer ones have all of them."""
        visitor = self.plain.identities.get_many([event.subject])[event.subject]
        owner = visitor.owner(event.occurred_at)
        own = self.plain.identities.get_many([owner])[owner] if owner is not None else None
        if own is None or not own.is_stored or event.subject in own.places.visitors:
            return
        if owner not in settled.leads:  # it has become the owner since the event was settled
            return
        newest = {entry.visitor: entry.received_at for entry in sorted(own.places.entries)}
        assert all(newest[one] >= event.received_at for one in own.places.visitors), (
            "a visitor came again, and an older one keeps the place"
        )

    def _view(self, lead_id: str) -> Iterator[Job]:
        stored = self.watch.stores.leads.get(lead_id)
        if stored is not None:
            self.folder.view(stored, self.clock())
        return iter(())

    # --- what expires -------------------------------------------------------------------

    def _sweeps(self, spared: set[str], earlier: frozenset[str]) -> Iterator[Job]:
        """Deletions by time-to-live of some of what is past its time.

        Not of events that a correction is on its way to: its claims could come by halves.
        """
        keys = {"events": ("subject", "event_key"), "leads": ("lead_id",)}
        for short in ("events", "leads", "identities"):
            for item in self.tables.items(short):
                if int(item["expires_at"]["N"]) > self.clock.now.timestamp():
                    continue
                if short == "events" and item["event_key"]["S"][2:] in spared:
                    continue
                if self._random.random() < 0.7:
                    key = {name: item[name] for name in keys.get(short, ("subject",))}
                    yield partial(self._sweep, short, key, earlier)

    def _sweep(self, short: str, key: dict[str, Any], earlier: frozenset[str]) -> Iterator[Job]:
        conditional = self._client.exceptions.ConditionalCheckFailedException
        now = int(self.clock.now.timestamp())
        try:
            gone = self._client.delete_item(
                TableName=self._names[short],
                Key=key,
                ConditionExpression="expires_at <= :now",
                ExpressionAttributeValues={":now": {"N": str(now)}},
                ReturnValues="ALL_OLD",
            )["Attributes"]
        except conditional:
            return iter(())
        if short == "events":
            expires_at = int(gone["expires_at"]["N"])
            event_id = gone["event_key"]["S"][2:]
            self.swept[event_id] = datetime.fromtimestamp(expires_at, histories.START.tzinfo)
            self.watch.event_ended(event_id)
        elif short == "leads":
            self.watch.ended_leads.add(gone["lead_id"]["S"])
        else:
            self._forget(stored_identities.from_item(gone), earlier)
        return iter(())

    def _forget(self, gone: Identity, earlier: frozenset[str]) -> None:
        """An identity has ended: its claims, or its places, were good for nothing any more."""
        for subject in (gone.subject, *gone.places.subjects):
            identity = gone
            if subject != gone.subject:
                identity = self.plain.identities.get_many([subject])[subject]
            for event in self._alive(subject, earlier):
                owner = identity.owner(event.occurred_at)
                assert owner is None or not self._reads(owner, subject, gone), (
                    "an identity expired before the events that it gives away"
                )
        pairs = {(gone.subject, event_id) for event_id in earlier}
        self.forgotten |= pairs
        self.ended |= pairs
        self.watch.identity_ended(gone)

    def _alive(self, subject: str, earlier: frozenset[str]) -> Iterator[Event]:
        """Events of a subject that have been there for a while and have not expired."""
        read = self.plain.events.history(subject, now=self.clock.now, limit=1_000)
        for event in read.events:
            assert event.expires_at is not None
            is_kept = event.expires_at > self.clock.now
            if event.event_id in earlier and event.type != "event_reclassified" and is_kept:
                yield event

    def _reads(self, owner: str, subject: str, gone: Identity) -> bool:
        """Whether a lead read a subject up to now."""
        if owner == gone.subject:
            return subject in gone.places.subjects
        own = self.plain.identities.get_many([owner])[owner]
        return gone.subject == subject and subject in own.places.subjects

    # --- what is stored -----------------------------------------------------------------

    def events(self) -> list[Event]:
        """Everything ever captured, with the expiry that it has now, or had at its end."""
        stored = {
            item["event_key"]["S"][2:]: int(item["expires_at"]["N"])
            for item in self.tables.items("events")
        }
        until = {
            event_id: datetime.fromtimestamp(at, histories.START.tzinfo)
            for event_id, at in stored.items()
        } | {event_id: at for event_id, at in self.swept.items() if event_id not in stored}
        return [
            replace(event, expires_at=until[event.event_id]) for event in self.captured.values()
        ]

    def corrigible(self) -> list[Event]:
        """The events that an operator could still correct."""
        keys = {item["event_key"]["S"] for item in self.tables.items("events")}
        return [event for event in self.captured.values() if event_key(event) in keys]


def _stores(client: Any, names: Mapping[str, str]) -> Stores:
    return Stores(
        EventStore(client, names["events"]),
        LeadStore(client, names["leads"]),
        IdentityStore(client, names["identities"]),
    )
