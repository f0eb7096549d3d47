"""What time-to-live deletes in a schedule, and what must hold of what is left."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from random import Random
from typing import Any, Final

from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM
from hotlist.identity.claims import Identity
from hotlist.store import identities as stored_identities
from hotlist.store.stores import Stores
from integration.model import histories
from integration.model.clock import Clock
from integration.model.direct import MotoTables
from integration.model.memory import MemoryTables
from integration.model.schedule import Job
from integration.model.watch import Watch

_KEYS: Final = {
    "events": ("subject", "event_key"),
    "leads": ("lead_id",),
    "identities": ("subject",),
    "deliveries": ("delivery_id",),
}
_NEVER: Final = {"N": "inf"}


def _in_order(items: Iterable[Mapping[str, Any]], names: Sequence[str]) -> list[Mapping[str, Any]]:
    """Items by their keys. moto and the model hold them in another order."""
    return sorted(items, key=lambda item: [item[name]["S"] for name in names])


class Expiry:
    """Deletes what is past its time, now and then, and knows what is gone.

    `swept` has when each deleted event expired. `forgotten` has the subjects whose identity has
    ended, each with the events of before. `ended` has the same, and what operators released just
    then; an event that is released later is forgotten no more, but stays in `ended`.
    """

    def __init__(
        self,
        random: Random,
        tables: MemoryTables | MotoTables,
        client: Any,
        *,
        plain: Stores,
        watch: Watch,
        clock: Clock,
    ) -> None:
        self.swept: dict[str, datetime] = {}
        self.forgotten: set[tuple[str, str]] = set()
        self.ended: set[tuple[str, str]] = set()
        self._released: set[str] = set()
        self._random, self._clock = random, clock
        self._tables, self._client, self._plain = tables, client, plain
        self._watch = watch

    def sweeps(self, history: Sequence[Event], captured: Mapping[str, Event]) -> list[Job]:
        """Deletions of some of what is past its time, while a history comes.

        Not of events that a correction is on its way to: its claims could come by halves.
        """
        spared = {str(event.properties.get("event_id")) for event in history}
        self._released = {
            str(event.properties["event_id"])
            for event in history
            if event.properties.get("remove") == [SPAM]
        }
        self.forgotten = {pair for pair in self.forgotten if pair[1] not in self._released}
        earlier = frozenset(captured.keys() - self._released)
        jobs: list[Job] = []
        for short, names in _KEYS.items():
            for item in _in_order(self._tables.items(short), names):
                ends_at = item.get("expires_at", _NEVER)["N"]
                if float(ends_at) > self._clock.now.timestamp():
                    continue
                if short == "events" and item["event_key"]["S"][2:] in spared:
                    continue
                if self._random.random() < 0.7:
                    key = {name: item[name] for name in names}
                    jobs.append(partial(self._sweep, short, key, earlier))
        return jobs

    def _sweep(self, short: str, key: dict[str, Any], earlier: frozenset[str]) -> Iterator[Job]:
        conditional = self._client.exceptions.ConditionalCheckFailedException
        now = int(self._clock.now.timestamp())
        try:
            gone = self._client.delete_item(
                TableName=self._tables.names[short],
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
            self._watch.event_ended(event_id)
        elif short == "leads":
            self._watch.ended_leads.add(gone["lead_id"]["S"])
        elif short == "identities":
            self._forget(stored_identities.from_item(gone), earlier)
        return iter(())

    def _forget(self, gone: Identity, earlier: frozenset[str]) -> None:
        """An identity has ended: its claims, or its places, were good for nothing any more."""
        for subject in (gone.subject, *gone.places.subjects):
            identity = gone
            if subject != gone.subject:
                identity = self._plain.identities.get_many([subject])[subject]
            for event in self._alive(subject, earlier):
                owner = identity.owner(event.occurred_at)
                assert owner is None or not self._reads(owner, subject, gone), (
                    "an identity expired before the events that it gives away"
                )
        pairs = {(gone.subject, event_id) for event_id in earlier}
        self.forgotten |= pairs
        self.ended |= pairs | {(gone.subject, event_id) for event_id in self._released}
        self._watch.identity_ended(gone)

    def _alive(self, subject: str, earlier: frozenset[str]) -> Iterator[Event]:
        """Events of a subject that have been there for a while and have not expired."""
        read = self._plain.events.history(subject, now=self._clock.now, limit=1_000)
        for event in read.events:
            assert event.expires_at is not None
            is_kept = event.expires_at > self._clock.now
            if event.event_id in earlier and event.type != "event_reclassified" and is_kept:
                yield event

    def _reads(self, owner: str, subject: str, gone: Identity) -> bool:
        """Whether a lead read a subject up to now."""
        if owner == gone.subject:
            return subject in gone.places.subjects
        own = self._plain.identities.get_many([owner])[owner]
        return gone.subject == subject and subject in own.places.subjects
