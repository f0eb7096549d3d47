"""People whom the bench scores: visitors that nobody knows, known ones, new ones, hot ones."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bench.tables import Tables
from bench.visits import record
from bench.waiting import Straight, client_of
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

NOW: Final = datetime.now(UTC).replace(microsecond=0)
HOUR: Final = timedelta(hours=1)
VIEWS_BEFORE: Final = 9
"""So a known person has ten events: a form, and these."""

_AGENT: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36"
)
_SAID: Final = {
    "page_url": "https://www.example.com/pricing/enterprise?ref=menu",
    "page_path": "/pricing/enterprise",
    "page_title": "Prices - Machines that last",
    "language": "de",
    "session_id": "0190a1b2-7c3d-7000-8e4f-5a6b7c8d9e0f",
    "user_agent": _AGENT,
    "origin": "https://www.example.com",
}


class _Queue:
    """Takes all leads and letters."""

    def send(self, what: Any, *_: Any) -> int:
        return len(list(what))


class Shard:
    """One shard, worked off in this process by the score function's own code."""

    def __init__(self, now: datetime = NOW) -> None:
        self.tables, self._now = Tables(), now
        client = client_of(self.tables)
        self.stores = Stores(
            EventStore(client, "events"),
            LeadStore(client, "leads"),
            IdentityStore(client, "identities"),
        )
        queue: Any = _Queue()
        settler = Settler(self.stores, self._clock)
        folder = Folder(self.stores, deployed().live, self._clock)
        self._scorer = Scorer(settler, folder, queue, queue, self._clock)

    def _clock(self) -> datetime:
        return self._now + timedelta(seconds=1)

    def put(self, event: Event) -> Event:
        self.tables.put("events", to_item(event))
        return event

    def work(self, events: Sequence[Event]) -> int:
        """Work off a batch with these events. How many leads it touched."""
        records = [
            Record(str(place), event.subject, event.event_id, image=to_item(event), is_new=True)
            for place, event in enumerate(events)
        ]
        batch = Batch(_park)
        leads = self._scorer.score(records, batch).leads
        if batch.failed:
            raise RuntimeError(f"{len(batch.failed)} records failed; see the log")
        return leads


def unknown(shard: Shard, count: int) -> list[Event]:
    """Views of visitors that nobody has claimed."""
    return [shard.put(view(f"unknown-{number}")) for number in range(count)]


def known(shard: Shard, count: int, before: int = VIEWS_BEFORE) -> list[Event]:
    """Views of people with a form and some views before, whose leads are stored."""
    views = []
    for number in range(count):
        sent = shard.put(form(f"p{number}@example.org", f"known-{number}", 60 * HOUR))
        own = shard.stores.identities.get_many([sent.subject])[sent.subject]
        shard.stores.identities.take_places(own, *asked_by(sent), NOW)
        shard.stores.identities.add_claim(sent.names[0], claim_of(sent), NOW)
        for back in range(before):
            shard.put(view(f"known-{number}", 40 * HOUR + back * timedelta(minutes=5)))
        views.append(view(f"known-{number}"))
    if shard.work(views) != count:
        raise RuntimeError("not every view has found its lead")
    return [shard.put(one) for one in views]


def new(shard: Shard, count: int) -> list[Event]:
    """Forms of new leads, each with a browser that they claim."""
    return [shard.put(form(f"n{number}@example.org", f"new-{number}")) for number in range(count)]


def mix(shard: Shard, count: int) -> list[Event]:
    """What a usual day brings: of a hundred, 85 unknown, 12 known, 3 new."""
    views = unknown(shard, count * 85 // 100) + known(shard, count * 12 // 100)
    return views + new(shard, count * 3 // 100)


Make = Callable[[Shard, int], list[Event]]


def hot(count: int, at: datetime) -> Tables:
    """Tables with so many hot leads, all alike, each with a form and two views."""
    shard = Shard(at)
    events = [
        form("h@example.org", "hot", type_="contact_requested", at=at),
        *(view("-", HOUR, at=at, subject="h", number=number) for number in range(2)),
    ]
    sent = events[0]
    shard.work([shard.put(sent)])
    lead = shard.stores.leads.get(sent.subject)
    if lead is None:
        raise RuntimeError("the form has made no lead")
    tables = Tables()
    straight: Any = Straight(tables)
    leads = LeadStore(straight, "leads")
    for number in range(count):
        subject = identifiers.subject(identifiers.EMAIL, f"h{number}@example.org")
        leads.save(replace(lead, lead_id=subject, version=0), None)
        for event in events:
            tables.put("events", to_item(replace(event, subject=subject, names=())))
    return tables


def form(
    email: str,
    visitor: str,
    ago: timedelta = timedelta(0),
    *,
    type_: str = "form_submitted",
    **named: Any,
) -> Event:
    person = identifiers.subject(identifiers.EMAIL, email)
    names = (identifiers.subject(identifiers.VISITOR, visitor),)
    said = {**_SAID, "form": "contact", "name": "Ada Lovelace", "message": "Please call me."}
    return _event(
        type_, person, ago, names=names, email=email, route=Route.FORM, properties=said, **named
    )


def view(visitor: str, ago: timedelta = timedelta(0), **named: Any) -> Event:
    subject = named.pop("subject", identifiers.subject(identifiers.VISITOR, visitor))
    return _event("page_viewed", subject, ago, **named)


def batch_of(events: Sequence[Event]) -> dict[str, Any]:
    return {"Records": [record(event, number) for number, event in enumerate(events)]}


def _event(
    event_type: str,
    subject: str,
    ago: timedelta,
    *,
    at: datetime = NOW,
    number: int = 0,
    **named: Any,
) -> Event:
    at = at - ago
    fields: dict[str, Any] = {
        "event_id": f"{times.to_ms(at):012x}{number:020x}",
        "type": event_type,
        "occurred_at": at,
        "received_at": at,
        "expires_at": at + timedelta(days=999),
        "route": Route.BEACON,
        "subject": subject,
        "properties": _SAID,
    }
    return Event(**(fields | named))


def _park(record: Record, error: Exception) -> None:
    raise RuntimeError(f"parked: {record.event_id}") from error
