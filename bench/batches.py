"""A batch of the score function: its calls, and how long it takes where each call waits 5 ms."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bench.figures import Figure
from bench.waiting import WaitingTables
from hotlist.events import times
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.identity import identifiers
from hotlist.identity.claims import claim_of
from hotlist.identity.places import asked_by
from hotlist.identity.settle import Settler
from hotlist.leads.batch import Scorer
from hotlist.leads.fold import Folder
from hotlist.runtime.failures import Batch
from hotlist.runtime.stream import Record
from hotlist.scoring.deployed import deployed
from hotlist.store.events import EventStore, to_item
from hotlist.store.identities import IdentityStore
from hotlist.store.leads import LeadStore
from hotlist.store.stores import Stores

RECORDS: Final = 1_000
WAIT: Final = 0.005
NOW: Final = datetime.now(UTC).replace(microsecond=0)
HOUR: Final = timedelta(hours=1)


class _Queue:
    """Takes all leads and letters."""

    def send(self, what: Any, *_: Any) -> int:
        return len(list(what))


class Shard:
    """One shard, worked off by the score function's own code."""

    def __init__(self) -> None:
        self.tables = WaitingTables()
        client = self.tables.client
        self.stores = Stores(
            EventStore(client, "events"),
            LeadStore(client, "leads"),
            IdentityStore(client, "identities"),
        )
        queue: Any = _Queue()
        settler = Settler(self.stores, _clock)
        folder = Folder(self.stores, deployed().live, _clock)
        self._scorer = Scorer(settler, folder, queue, queue, _clock)

    def put(self, event: Event) -> Event:
        self.tables.put_event(to_item(event))
        return event

    def work(self, events: list[Event]) -> int:
        """Work off a batch with these events. How many leads it touched."""
        records = [
            Record(str(place), event.subject, event.event_id, image=to_item(event), is_new=True)
            for place, event in enumerate(events)
        ]
        batch = Batch(_park)
        self.tables.calls.clear()
        leads = self._scorer.score(records, batch).leads
        if batch.failed:
            raise RuntimeError(f"{len(batch.failed)} records failed; see the log")
        return leads


def unknown(shard: Shard, count: int) -> list[Event]:
    """Views of visitors that nobody has claimed."""
    return [shard.put(_view(f"unknown-{number}")) for number in range(count)]


def known(shard: Shard, count: int) -> list[Event]:
    """Views of people with a form and nine views before, whose leads are stored."""
    views = []
    for number in range(count):
        form = shard.put(_form(f"p{number}@example.org", f"known-{number}", 60 * HOUR))
        own = shard.stores.identities.get_many([form.subject])[form.subject]
        shard.stores.identities.take_places(own, *asked_by(form), NOW)
        shard.stores.identities.add_claim(form.names[0], claim_of(form), NOW)
        for hours in range(9):
            shard.put(_view(f"known-{number}", (40 + hours) * HOUR))
        views.append(_view(f"known-{number}"))
    if shard.work(views) != count:
        raise RuntimeError("not every view has found its lead")
    return [shard.put(view) for view in views]


def new(shard: Shard, count: int) -> list[Event]:
    """Forms of new leads, each with a browser that they claim."""
    return [shard.put(_form(f"n{number}@example.org", f"new-{number}")) for number in range(count)]


def mix(shard: Shard, count: int) -> list[Event]:
    """What a usual day brings: of a hundred, 85 unknown, 12 known, 3 new."""
    views = unknown(shard, count * 85 // 100) + known(shard, count * 12 // 100)
    return views + new(shard, count * 3 // 100)


BATCHES: Final[dict[str, tuple[Callable[[Shard, int], list[Event]], float, int]]] = {
    "unknown visitors' views": (unknown, 0.05, 1_500),
    "known visitors' views": (known, 3.2, 200),
    "new leads' forms": (new, 5.2, 0),
    "85 unknown, 12 known, 3 new of 100": (mix, 0.6, 400),
}
"""What makes a batch, how many calls each of its records may cost, and how many a second there
shall be on one core."""


def of_batches() -> Iterator[Figure]:
    os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    os.environ["AWS_DEFAULT_REGION"] = "eu-central-1"
    for name, (make, most_calls, rate) in BATCHES.items():
        shard = Shard()
        events = make(shard, RECORDS)
        shard.tables.seconds = WAIT
        began, cpu = time.perf_counter(), time.process_time()
        shard.work(events)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        calls = shard.tables.calls.total() / RECORDS
        within = f"<= {most_calls:g}"
        yield Figure(
            f"scoring a batch, {name}: calls each", f"{calls:.3f}", within, calls <= most_calls
        )
        wanted = f">= {rate:,}" if rate else ""
        yield Figure("… a second, at 5 ms a call", f"{RECORDS / seconds:,.0f}", wanted)
        yield Figure("… processor's time each", f"{1e6 * cpu / RECORDS:,.0f} us")
        if make is known:
            bare = _bare(shard, events)
            yield Figure("… / the reads and writes it needs, bare", f"{cpu / bare:.2f}", "<= 3")


def _bare(shard: Shard, events: list[Event]) -> float:
    """The processor's time of the calls that known views need: nothing else is done with them."""
    shard.tables.seconds = 0
    identities = shard.stores.identities.get_many([event.subject for event in events])
    owners = [identities[event.subject].lead or "" for event in events]
    client, leads = shard.tables.client, shard.tables.items["leads"]
    items = shard.tables.parsed(leads[owner] for owner in owners)
    began = time.process_time()
    for table, key, names in (
        ("identities", "subject", [event.subject for event in events]),
        ("identities", "subject", owners),
        ("leads", "lead_id", owners),
        ("identities", "subject", [*owners, *(event.subject for event in events)]),
    ):
        for start in range(0, len(names), 100):
            keys = [{key: {"S": name}} for name in names[start : start + 100]]
            asked = {"Keys": keys, "ConsistentRead": True}
            client.batch_get_item(RequestItems={table: asked})
    for event, owner, item in zip(events, owners, items, strict=True):
        for subject in (owner, event.subject):
            client.query(
                TableName="events",
                KeyConditionExpression="subject = :subject",
                ExpressionAttributeValues={":subject": {"S": subject}},
                ConsistentRead=True,
            )
        client.put_item(TableName="leads", Item=item)
    return time.process_time() - began


def _clock() -> datetime:
    return NOW + timedelta(seconds=1)


def _park(record: Record, error: Exception) -> None:
    raise RuntimeError(f"parked: {record.event_id}") from error


def _form(email: str, visitor: str, ago: timedelta = timedelta(0)) -> Event:
    person = identifiers.subject(identifiers.EMAIL, email)
    names = (identifiers.subject(identifiers.VISITOR, visitor),)
    return _event("form_submitted", person, ago, names=names, email=email, route=Route.FORM)


def _view(visitor: str, ago: timedelta = timedelta(0)) -> Event:
    return _event("page_viewed", identifiers.subject(identifiers.VISITOR, visitor), ago)


def _event(event_type: str, subject: str, ago: timedelta, **named: Any) -> Event:
    at = NOW - ago
    fields: dict[str, Any] = {
        "event_id": f"{times.to_ms(at):012x}{'0' * 20}",
        "type": event_type,
        "occurred_at": at,
        "received_at": at,
        "expires_at": at + timedelta(days=90),
        "route": Route.BEACON,
        "subject": subject,
        "properties": {"page_url": "https://shop.example/pricing", "language": "de"},
    }
    return Event(**(fields | named))
