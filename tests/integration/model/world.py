"""The world of a schedule: capture, the work of the score function, and time."""

import itertools
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from io import StringIO
from random import Random
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from hotlist.events.event import Event, event_key
from hotlist.identity.identifiers import VISITOR, kind_of
from hotlist.identity.settle import Settled, Settler
from hotlist.leads.batch import Scorer
from hotlist.leads.fold import Folder
from hotlist.leads.lead import Lead
from hotlist.mail.queue import OutboxQueue
from hotlist.rescore.queue import NotQueued, RescoreQueue
from hotlist.runtime import stream
from hotlist.runtime.failures import Batch, Failed, described
from hotlist.runtime.limits import RESERVE_SECONDS, TimeLeft, endless
from hotlist.runtime.phases import Steps
from hotlist.runtime.stream import Record
from hotlist.scoring.ruleset import Ruleset
from hotlist.store.events import EventStore
from hotlist.store.identities import IdentityStore
from hotlist.store.leads import LeadStore
from hotlist.store.stores import Stores
from integration.model import histories
from integration.model.clock import Clock
from integration.model.direct import MotoTables
from integration.model.expiry import Expiry
from integration.model.memory import MemoryTables
from integration.model.post import Around, Post
from integration.model.pump import Pump
from integration.model.queues import FAILURES, OUTBOX, RESCORE, Queues
from integration.model.schedule import Interleaved, Job, PausingClient, Scheduler, pause, step
from integration.model.watch import Watch
from integration.model.weather import Weather


class _Settling:
    """The settler, watched."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def settle_all(
        self, events: Mapping[str, Event], time_left: TimeLeft
    ) -> dict[str, Settled | Failed]:
        visits = {
            name: event
            for name, event in events.items()
            if kind_of(event.subject) == VISITOR and event.type != "event_reclassified"
        }
        had_place = {name for name, event in visits.items() if self._world.has_place(event)}
        outcomes = self._world.settler.settle_all(events, time_left)
        for name in visits.keys() - had_place:
            settled = outcomes[name]
            if isinstance(settled, Settled):
                self._world.assert_entered(visits[name], settled)
        return outcomes


class _Folding(Folder):
    """The folder, watched."""

    def __init__(self, watch: Watch, *args: Any, **named: Any) -> None:
        super().__init__(watch.stores, *args, **named)
        self._watch = watch

    def folding(self, lead_id: str) -> Steps[Lead]:
        return self._watch.follow(lead_id, super().folding(lead_id))


class World:
    """Tables, the code over them, and all that ever happened in them.

    `stored_at` has the step by which an event was stored, `log` what the functions print.
    """

    def __init__(
        self,
        random: Random,
        tables: MemoryTables | MotoTables,
        *,
        rules: Ruleset,
        narrow: bool,
    ) -> None:
        self.clock = Clock(random)
        self.tables = tables
        client, names = tables.client, tables.names
        self.captured: dict[str, Event] = {}
        self.stored_at: dict[str, int] = {}
        self.log = StringIO()
        self.plain = _stores(client, names)
        self._random = random
        pausing = PausingClient(client)
        self.watch = Watch(pausing, names, narrow=narrow)
        self.expiry = Expiry(
            random, tables, pausing, plain=self.plain, watch=self.watch, clock=self.clock
        )
        self._scheduler = self._new_scheduler()
        self.weather = Weather.of(random)
        self.queues = Queues(random, lambda: self.clock.now, self.weather, self._woken)
        self.post = Post(
            Around(
                random,
                self.clock,
                self.weather,
                tables,
                self.queues,
                rules,
                self._time_left,
                self._arrived,
            )
        )
        self._now = Pump(random, tables, "events", "ScoreEventsMapping", 3)
        self._gathered = Pump(random, tables, "events", "ScoreGatheredMapping", 10)
        self.faults: list[str] = []
        calls = Interleaved(random)
        self.settler = Settler(self.watch.stores, self.clock, calls)
        self.folder = _Folding(self.watch, rules, self.clock, side_by_side=calls)

    # --- what happens -------------------------------------------------------------------

    def run(self, history: list[Event], *, sweep: bool) -> None:
        """Capture and score a history, whatever is due, and let some of what expired go."""
        random = self._random
        scheduler = self._scheduler = self._new_scheduler()
        self.watch.forget_processes()
        self.post.begin()
        due = [partial(self._fold_later, one) for one in self.plain.leads.due(self.clock.now)]
        views = [partial(self._view, read().lead_id) for read in self.plain.leads.hot()]
        at_a_time = random.choice([1, len(history)])
        jobs: list[Job] = [*due, *views, self.post.tell]
        if history:
            jobs.append(partial(self._capture, history, at_a_time))
        if sweep:
            jobs += self.expiry.sweeps(history, self.captured)
            random.shuffle(jobs)
        self.post.add_changes(scheduler)
        scheduler.run(jobs)
        self._go_on()

    def _go_on(self) -> None:
        """Let time pass until nothing waits any more. In the end operators see to what is left."""
        storm = replace(self.weather)
        scheduler = self._scheduler
        for turn in itertools.count():
            at = self._next_at()
            if at is None or turn > 40:
                self.weather.calm()
                self.post.calm()
                scheduler.calm()
            if at is None:
                self.post.redrive()
                self._redrive()
                at = self._next_at()
            if at is None:
                break
            assert turn < 400, "it does not end"
            self.clock.now = max(self.clock.now, at)
            self._scheduler.run(self._woken_now())
        for name, chance in vars(storm).items():
            setattr(self.weather, name, chance)

    def _next_at(self) -> datetime | None:
        """When something is to be done next."""
        ahead = [at for at, _ in self.queues.next_at()]
        ahead += [at for at, _ in self.post.reports.later]
        ahead += [self.clock.now] if self.post.alerts.has_some() else []
        if (tells_at := self.post.tells_at()) is not None:
            ahead.append(tells_at)
        return min(ahead, default=None)

    def _woken_now(self) -> list[Job]:
        """What is to be done by now."""
        now = self.clock.now
        jobs = [*self.post.reports.due(), self.post.alert]
        jobs += [self._job_of(name) for at, name in self.queues.next_at() if at <= now]
        tells_at = self.post.tells_at()
        return [*jobs, self.post.tell] if tells_at is not None and tells_at <= now else jobs

    def _new_scheduler(self) -> Scheduler:
        random = self._random
        return Scheduler(
            random,
            crash=random.choice([0.0, 0.02, 0.1]),
            repeat=random.choice([0.0, 0.2]),
            at_once=random.choice([1, 2, 4, 8]),
            stall=random.choice([0.0, 0.1, 0.3]),
        )

    def _woken(self, queue: str) -> None:
        """A queue has got a message."""
        if queue in (OUTBOX, RESCORE):
            self._scheduler.add(self._job_of(queue))

    def _job_of(self, queue: str) -> Job:
        return self.post.consume if queue == OUTBOX else self._rescore

    def _capture(self, history: list[Event], at_a_time: int) -> Iterator[Job]:
        """Store the first of these events; the others come while those are being scored."""
        scheduler = self._scheduler
        for event in history[:at_a_time]:
            self.clock.now = max(self.clock.now, event.received_at)
            if self.watch.stores.events.put(event):
                self._stored(event)
            self.captured[event.event_id] = event
            scheduler.add(self._poll)
            for job in self._woken_now():
                scheduler.add(job)
        later = history[at_a_time:]
        if later and later[0].event_id not in self.captured:
            yield partial(self._capture, later, at_a_time)

    def _stored(self, event: Event) -> None:
        identity = self.plain.identities.get_many([event.subject])[event.subject]
        self.watch.stored(event, identity)
        self.stored_at[event.event_id] = step()

    def _arrived(self, event: Event) -> None:
        """An event of SES or of a link is there, now or since an earlier try."""
        if event.event_id not in self.captured:
            self.captured[event.event_id] = event
            self._stored(event)
            self._scheduler.add(self._poll)

    def _poll(self) -> Iterator[Job]:
        """A mapping takes its next batch. That of views may wait for its window to end."""
        if self._gathered.has_some() and self._random.random() < 0.5:
            if self._random.random() < 0.6:
                yield self._poll
            else:
                yield partial(self._score, self._gathered.take())
        elif self._now.has_some():
            yield partial(self._score, self._now.take())
        if self._gathered.has_some() or self._now.has_some():
            yield self._poll

    def _score(self, batch: Sequence[dict[str, Any]]) -> Iterator[Job]:
        """What the stream does with a batch: it sends again what is reported, and all after it."""
        failed = self._work_off(batch)
        if left := Pump.again(batch, failed):
            yield partial(self._score, left)

    def _rescore(self) -> Iterator[Job]:
        """The mapping of the RescoreQueue takes its next batch."""
        if raw := self.queues.receive(RESCORE, 5):
            failed = self._work_off(raw)
            for one in raw:
                if one["messageId"] not in failed:
                    pause()
                    self.queues.delete(RESCORE, one["receiptHandle"])
            yield self._rescore

    def _fold_later(self, lead_id: str) -> Iterator[Job]:
        """What digest does with a lead that is due."""
        try:
            RescoreQueue(self.queues, RESCORE).send([lead_id])
        except (NotQueued, ClientError, BotoCoreError):
            yield partial(self._fold_later, lead_id)

    def _work_off(self, raw: Sequence[dict[str, Any]]) -> Container[str]:
        """The handler's work; the names of the records that it reports."""
        batch = Batch(self._park, self._time_left())
        settler: Any = _Settling(self)
        queue = RescoreQueue(self.queues, RESCORE)
        letters = OutboxQueue(self.queues, OUTBOX)
        scorer = Scorer(settler, self.folder, queue, letters, self.clock)
        scorer.score(stream.incoming({"Records": raw}), batch)
        self._scheduler.add(self.post.alert)
        return batch.failed

    def _park(self, record: Record, error: Exception) -> None:
        """Nothing may be parked, but a lead that has waited for all of its time."""
        if record.body is None or self.clock.now - record.queued_at < timedelta(hours=19):
            self.faults.append(f"parked: {error} {described(error)}")
        if record.body is not None:
            self.queues.put(FAILURES, record.body)

    def _redrive(self) -> None:
        for message in self.queues.held[FAILURES]:
            self.queues.put(RESCORE, message.body)
        self.queues.held[FAILURES].clear()

    def _time_left(self) -> TimeLeft:
        """Now and then the function's time ends in the midst of its work."""
        if self._random.random() >= self.weather.out_of_time:
            return endless
        begun, looks = self._random.randint(0, 40), itertools.count()
        least = self._random.choice([1.0, RESERVE_SECONDS - 1])
        return lambda: RESERVE_SECONDS + 1 if next(looks) < begun else least

    def has_place(self, event: Event) -> bool:
        """Whether the visitor of an event has a place now. Then it need not enter again."""
        visitor = self.plain.identities.get_many([event.subject])[event.subject]
        owner = visitor.owner(event.occurred_at)
        own = self.plain.identities.get_many([owner])[owner] if owner is not None else None
        return own is not None and event.subject in own.places.visitors

    def assert_entered(self, event: Event, settled: Settled) -> None:
        """A visitor that came without a place has one, unless newer ones have all of them."""
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
        } | {event_id: at for event_id, at in self.expiry.swept.items() if event_id not in stored}
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
