"""What notify and digest do for mail in a schedule, over the real code, and who gets mail.

Alerts come from the Leads stream. Letters to sales and to leads wait in the OutboxQueue. The team
changes meanwhile, and addresses come back.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any, Final, cast

from botocore.exceptions import BotoCoreError, ClientError
from greenlet import greenlet

from hotlist.events.event import Event
from hotlist.links.keys import LinkKeys
from hotlist.mail.feedback import FeedbackReader
from hotlist.mail.outbox import Outbox
from hotlist.mail.queue import OutboxQueue
from hotlist.mail.ses import Mailer
from hotlist.rescore.queue import NotQueued
from hotlist.runtime import stream
from hotlist.runtime.failures import Batch
from hotlist.runtime.limits import TimeLeft
from hotlist.runtime.stream import Record
from hotlist.sales.consume import OutboxConsumer
from hotlist.sales.device_mails import DeviceMailer
from hotlist.sales.held import HeldTeller
from hotlist.sales.letters import Letters
from hotlist.sales.notify import Notifier
from hotlist.sales.reader_links import ReaderLinks
from hotlist.sales.team import Recipient, Sales
from hotlist.scoring.ruleset import Ruleset
from hotlist.store.deliveries import SKIPPED, DeliveryStore, InFlight
from hotlist.store.events import EventStore
from hotlist.store.hours import HeldStore, HourStore
from hotlist.store.leads import LeadStore
from hotlist.store.suspects import SuspectStore
from hotlist.store.to_leads import ToLeadStore
from integration.model.arrivals import Arrivals, Looks
from integration.model.pump import Pump
from integration.model.queues import DEAD_LETTERS, OUTBOX, Queues
from integration.model.readers import Readers
from integration.model.reports import Reports
from integration.model.schedule import FailingClient, Job, Scheduler, TimedOut, pause, step
from integration.model.ses import CLOCKS, Invocation, Ses, hash_of
from integration.model.to_leads import Keys, LeadLetters
from integration.model.watched_batch import WatchedBatch
from integration.model.weather import Weather

TIMEOUT: Final = timedelta(seconds=60)
LEASE: Final = timedelta(minutes=15)
QUARTER: Final = timedelta(minutes=15)
SETTLED: Final = timedelta(hours=1, minutes=2)
"""From the beginning of an hour until it is told of."""

TEAM: Final = tuple(
    Recipient(
        id=name,
        name=name.capitalize(),
        email=f"{name}@example.com",
        language="en",
        timezone="UTC",
        digest=time(8),
        weekdays=frozenset(range(7)),
    )
    for name in ("anna", "ben", "cleo")
)


@dataclass(frozen=True)
class Around:
    """What the schedule is about: its chance, its time, its tables and its queues.

    `arrived` is told of events that were not in the history.
    """

    random: Random
    clock: Any
    weather: Weather
    tables: Any
    queues: Queues
    rules: Ruleset
    time_left: Callable[[], TimeLeft]
    arrived: Callable[[Event], None]


class Post:
    """The mail of a schedule. `most` is how many mails of a kind a recipient gets in an hour."""

    def __init__(self, around: Around) -> None:
        self._around, self._random = around, around.random
        self.most = around.random.choice([1, 2, 3, 60])
        self.team: tuple[Recipient, ...] = TEAM[: around.random.randint(1, 3)]
        self.steady: frozenset[str] = frozenset()
        self.nobody = False
        self.faults: list[str] = []
        self.judged: set[str] = set()
        self.judged_leads = 0
        self.judged_held: set[str] = set()
        self.owed: set[str] = set()
        self.ends: Counter[str] = Counter()
        self._client = FailingClient(around.tables.client, around.random, around.weather, self._met)
        self.letters = LeadLetters(around.random)
        self._keys = Keys(around.random, around.weather, self._met)
        plain = EventStore(around.tables.client, self._table("events"))
        to_store = self._client, plain, self._table("events"), around.arrived
        self._arrivals = Arrivals(*to_store)
        readers = Readers(around.random, around.clock, self._arrivals, Looks(*to_store), self._keys)
        self.reports = Reports(around.random, around.clock, around.weather, readers, self._feedback)
        self.ses = Ses(
            around.random, lambda: around.clock.now, around.weather, LEASE, self.reports.took
        )
        self.alerts = Pump(around.random, around.tables, "leads", "NotifyAlertsMapping", 5)
        self.runs_at = around.clock.now
        self._invocations: dict[greenlet, Invocation] = {}
        self._changes = 2 if around.random.random() < 0.3 else 0

    def now(self) -> datetime:
        """The model's time, which no machine knows exactly."""
        at: datetime = self._around.clock.now
        return at

    # --- who gets mail ------------------------------------------------------------------

    def living(self) -> frozenset[str]:
        """Who gets mail now."""
        return frozenset(one.id for one in self.team) - self.disabled()

    def disabled(self) -> frozenset[str]:
        """Whose mails come back."""
        table = self._around.tables.items("deliveries")
        named = (item["delivery_id"]["S"] for item in table if "disabled_at" in item)
        return frozenset(name.removeprefix("recipient#") for name in named)

    def state_of(self, delivery_id: str) -> str:
        """How a delivery is stored."""
        table = self._around.tables.items("deliveries")
        held = (item for item in table if item["delivery_id"]["S"] == delivery_id)
        return next((str(item["state"]["S"]) for item in held if "state" in item), "")

    def begin(self) -> None:
        """A new stretch of time: from now on it is seen who is there all the time."""
        self.steady, self.nobody = self.living(), not self.living()

    def note(self) -> None:
        """Who gets mail may have changed."""
        self.steady &= self.living()
        self.nobody |= not self.living()

    def change(self) -> Iterable[Job]:
        """Somebody comes, leaves, or has an address again whose mails came back."""
        chosen = [one for one in TEAM if self._random.random() < 0.6]
        if self._random.random() < 0.6:
            self.team = tuple(chosen)
        elif gone := sorted(self.disabled()):
            self._enable(self._random.choice(gone))
        self.note()
        return ()

    def calm(self) -> None:
        """SES works, and somebody gets mail."""
        self.ses.until = self.now()
        if not self.living():
            self.team = self.team or TEAM[:1]
            for one in self.disabled():
                self._enable(one)

    def _enable(self, recipient: str) -> None:
        name = {"delivery_id": {"S": f"recipient#{recipient}"}}
        self._around.tables.client.delete_item(TableName=self._table("deliveries"), Key=name)

    # --- notify -------------------------------------------------------------------------

    def alert(self) -> Iterator[Job]:
        """The mapping of the Leads stream takes its next batch."""
        if batch := self.alerts.take():
            yield partial(self._alert, batch)

    def _alert(self, records: Sequence[dict[str, Any]]) -> Iterator[Job]:
        batch = Batch(self._never, self._around.time_left())
        Notifier(self._queue()).notify(stream.writes({"Records": records}), batch)
        if left := self.alerts.again(records, batch.failed):
            yield partial(self._alert, left)

    def consume(self) -> Iterable[Job]:
        """The mapping of the OutboxQueue takes its next batch."""
        raw = self._around.queues.receive(OUTBOX, 5)
        if not raw:
            return ()
        this = greenlet.getcurrent()
        invocation = Invocation(self._around.clock.now, self.disabled())
        self._invocations[this] = invocation
        this.check = partial(self._check, invocation)
        consumer = self._consumer(invocation)
        batch = WatchedBatch(
            consumer.park, self._around.time_left(), invocation, self.letters, self.now
        )
        try:
            consumer.consume(stream.incoming({"Records": raw}), batch)
            self._done(raw, batch, invocation)
        except TimedOut:
            pass
        finally:
            this.check = None
            del self._invocations[this]
        return (self.consume,)

    def _done(self, raw: Sequence[dict[str, Any]], batch: WatchedBatch, at: Invocation) -> None:
        held_up = set(batch.failed) - at.troubled
        if held_up and not batch.ran_out:
            self.faults.append("a letter without trouble of its own was not sent")
        for one in raw:
            if one["messageId"] not in batch.failed:
                pause()
                self._around.queues.delete(OUTBOX, one["receiptHandle"])

    def _consumer(self, invocation: Invocation) -> OutboxConsumer:
        client, clock = self._client, self._around.clock
        deliveries = _Deliveries(client, self._table("deliveries"), self, invocation)
        mailer = Mailer(self.ses.client(invocation), "hotlist@example.com", "set")
        events = EventStore(client, self._table("events"))
        leads = LeadStore(client, self._table("leads"))
        outbox = Outbox(deliveries, mailer, clock)
        return OutboxConsumer(
            letters=Letters(
                sales=Sales(self.team),
                rules=self._around.rules,
                forms={},
                events=events,
                leads=leads,
                reader_links=ReaderLinks(cast("LinkKeys", self._keys), "https://api.example.com"),
                clock=clock,
            ),
            hours=HourStore(client, self._table("deliveries"), self.most),
            held=HeldStore(client, self._table("deliveries")),
            suspects=SuspectStore(client, self._table("deliveries")),
            outbox=outbox,
            queue=self._queue(),
            to_leads=self.letters.mailer(
                client,
                self._table("deliveries"),
                events,
                leads,
                outbox,
                queue=self._queue(),
                keys=self._keys,
                plain=self._around.tables.client,
            ),
            devices=DeviceMailer(Sales(self.team), outbox, self._keys, ""),
            count=lambda _, **__: None,
        )

    def _check(self, invocation: Invocation) -> None:
        """Lambda ends what takes longer than the function's timeout."""
        if self._around.clock.now > invocation.began_at + TIMEOUT:
            raise TimedOut

    def parks(self) -> None:
        """The letter under way goes to the dead letters."""
        invocation = self._invocations[greenlet.getcurrent()]
        invocation.parked.add(invocation.letter)

    def _met(self) -> None:
        """DynamoDB has just failed: whom it hit has trouble of its own."""
        invocation = self._invocations.get(greenlet.getcurrent())
        if invocation is not None:
            invocation.trouble()

    def _feedback(self) -> FeedbackReader:
        deliveries = _Deliveries(self._client, self._table("deliveries"), self, None)
        to_leads = ToLeadStore(self._client, self._table("deliveries"))
        return FeedbackReader(deliveries, to_leads, self._arrivals, self._never)

    # --- digest -------------------------------------------------------------------------

    def tell(self) -> Iterable[Job]:
        """What digest does each quarter of an hour for mails that were held."""
        self.runs_at = self._around.clock.now + QUARTER
        held = HeldStore(self._client, self._table("deliveries"))
        deliveries = DeliveryStore(self._client, self._table("deliveries"))
        with suppress(NotQueued, ClientError, BotoCoreError):  # its next run tells of them
            HeldTeller(held, deliveries, self._queue()).send(self._around.clock())
        return ()

    def tells_at(self) -> datetime | None:
        """When digest has something to tell next."""
        for item in self._around.tables.items("deliveries"):
            if item["delivery_id"]["S"] == "held" and "held" in item:
                hours = (text.split("#")[2] for text in item["held"]["SS"])
                first = min(datetime.fromisoformat(f"{hour}:00+00:00") for hour in hours)
                told_at: datetime = max(first + SETTLED + CLOCKS, self.runs_at)
                return told_at
        return None

    # --- an operator --------------------------------------------------------------------

    def redrive(self) -> None:
        """Parked letters go back to their queue, but those that SES refuses for good."""
        queues = self._around.queues
        for message in list(queues.held[DEAD_LETTERS]):
            self._judge_parked(message.reason)
            if message.reason.split()[-1] not in ("MessageRejected", "BadRequestException"):
                queues.held[DEAD_LETTERS].remove(message)
                queues.put(OUTBOX, message.body)

    def _judge_parked(self, reason: str) -> None:
        if not reason:
            self.faults.append("a letter was parked without a reason")
        if reason == "NobodyGetsMail" and not self.nobody:
            self.faults.append("a letter was parked for want of a reader, and there was one")

    def _queue(self) -> OutboxQueue:
        return OutboxQueue(_Sqs(self._around.queues, self), OUTBOX, DEAD_LETTERS)

    def _never(self, record: Record, error: Exception) -> None:
        self.faults.append(f"parked: {record} for {error!r}")

    def _table(self, short: str) -> str:
        return str(self._around.tables.names[short])

    def add_changes(self, scheduler: Scheduler) -> None:
        for _ in range(self._changes):
            scheduler.add(self.change)


class _Sqs:
    """The queues, of which an invocation knows whether they failed it."""

    def __init__(self, queues: Queues, post: Post) -> None:
        self._queues, self._post = queues, post

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._queues, name)

        def watched(**request: Any) -> Any:
            if request.get("QueueUrl") == DEAD_LETTERS:
                self._post.parks()
            try:
                answer = call(**request)
            except (ClientError, BotoCoreError):
                self._post._met()
                raise
            if answer:
                self._post._met()
            return answer

        return watched


class _Deliveries(DeliveryStore):
    """The deliveries, with a note of when each was claimed and stored as sent."""

    def __init__(self, client: Any, table: str, post: Post, invocation: Invocation | None) -> None:
        super().__init__(client, table, LEASE)
        self._post, self._invocation = post, invocation

    def claim(self, delivery_id: str, delivery_hash: str, now: datetime) -> bool:
        began, invocation = step(), self._invocation
        assert invocation is not None
        try:
            is_claimed = super().claim(delivery_id, delivery_hash, now)
        except InFlight:
            invocation.trouble()
            raise
        if is_claimed:
            at = self._post.now()
            invocation.claimed[hash_of(delivery_id)] = began, step(), at
        return is_claimed

    def skip(self, delivery_id: str, now: datetime, state: str = SKIPPED) -> None:
        try:
            super().skip(delivery_id, now, state)
        finally:  # the answer may be lost
            self._skipped(delivery_id, state)

    def _skipped(self, delivery_id: str, state: str) -> None:
        assert self._invocation is not None
        post, delivery = self._post, hash_of(delivery_id)
        if post.state_of(delivery_id) == state:
            began, _, _ = self._invocation.claimed[delivery]
            post.ses.stored.setdefault(f"{state} {delivery}", began)
            post.letters.held_at.setdefault(delivery, (self._invocation.since, post.now()))

    def sent(self, delivery_id: str, message_id: str, now: datetime) -> None:
        super().sent(delivery_id, message_id, now)
        self._post.ses.stored.setdefault(f"sent {hash_of(delivery_id)}", step())

    def record_sent(self, delivery_hash: str, message_id: str, now: datetime) -> None:
        super().record_sent(delivery_hash, message_id, now)
        self._post.ses.stored.setdefault(f"event {delivery_hash}", step())

    def disable(self, recipient_id: str, reason: str, now: datetime) -> None:
        super().disable(recipient_id, reason, now)
        self._post.note()
