"""The hot and warm leads of today's list, by the index of the Leads table, in bounded reads.

The index has the points by which the best are chosen, and nobody's name. Of those that are chosen
the items are read.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Final

from hotlist.leads.lead import Contact, Counted, Listed, May, Stage, Temperature
from hotlist.store.answers import read_answer
from hotlist.store.items import MAX_BATCH_READ, Item, batch_get, pages, read_instant, read_text
from hotlist.store.leads import ANSWERED, INDEX, SHARDS

MOST: Final = 2_000
"""Leads of one list."""

MOST_PAGES: Final = 4
"""How many pages are read of each of the 24 partitions: some 4,000 leads a page, of up to 1 MB."""

_HEADS: Final = (Temperature.HOT.value, ANSWERED, Temperature.WARM.value)
"""The parts of a list, as the index has them, the most urgent first."""

_CONTACT: Final = ("name", "company", "email", "phone")
_NAMES: Final = {
    "#name": "name",
    "#owner": "owner",
    "#state": "state",
    "#total": "total",
}
_COLUMNS: Final = (
    "lead_id, #state, #name, company, email, phone, temperature, stage, #total, folded_at,"
    " hot_since, channel, #owner, last_event_at, bounced, may, answer"
)

IsListed = Callable[[str | None], bool]
"""Whether the leads of this owner are in the list. None is a lead without an owner."""

IsLate = Callable[[], bool]
"""Whether no call is to begin any more."""

SideBySide = Callable[[Sequence[Callable[[], None]]], None]
"""Makes calls at the same time. It returns when all have been made."""


@dataclass(frozen=True, slots=True)
class Head:
    """What the index says of a part of a list.

    `lead_ids` are those of its leads that are among the best, the best first. `count` leads of it
    were found; `is_all` says that there are no others.
    """

    lead_ids: tuple[str, ...]
    count: int
    is_all: bool


@dataclass(frozen=True, slots=True)
class Best:
    """The best leads of a list by their stored points, `MOST` at most, by part of the list.

    The parts are the hot leads that wait, those that are answered, and the warm ones.
    """

    heads: tuple[Head, ...]

    @property
    def lead_ids(self) -> tuple[str, ...]:
        """Those of all parts, the most urgent first."""
        return tuple(one for head in self.heads for one in head.lead_ids)

    @property
    def count(self) -> int:
        return sum(head.count for head in self.heads)

    @property
    def is_all(self) -> bool:
        return all(head.is_all for head in self.heads)


@dataclass(frozen=True, slots=True)
class Found:
    """The leads that were read, in any order, and by part of the list what was not read."""

    leads: tuple[Listed, ...]
    rest: tuple[Counted, ...]


class ListedStore:
    """Reads lists. What was read until it is late is the list."""

    def __init__(self, client: Any, table: str, side_by_side: SideBySide) -> None:
        self._client = client
        self._table = table
        self._side_by_side = side_by_side

    def best(self, is_listed: IsListed, is_late: IsLate) -> Best:
        """Those of the hot and warm leads that are listed: hot ones that wait come first."""
        found = {
            head: [_Partition(f"{head}#{shard}") for shard in range(SHARDS)] for head in _HEADS
        }

        def reading(one: _Partition) -> Callable[[], None]:
            return lambda: self._read_partition(one, is_listed, is_late)

        self._side_by_side([reading(one) for some in found.values() for one in some])
        seen: set[str] = set()
        return Best(tuple(_head(some, seen) for some in found.values()))

    def read(self, best: Best, is_late: IsLate) -> Found:
        """Those of the best that are hot or warm leads, as they are stored.

        A lead that cannot be read is left out: it costs no other its place. One that is not asked
        for because it is late counts as the index has it.
        """
        found: list[list[Listed]] = []
        asked: list[Sequence[str]] = []

        def reading(some: Sequence[str]) -> None:
            if not is_late():
                asked.append(some)
                found.append([*self._read(some)])

        lead_ids = best.lead_ids
        chunks = range(0, len(lead_ids), MAX_BATCH_READ)
        work = [partial(reading, lead_ids[start : start + MAX_BATCH_READ]) for start in chunks]
        if work:
            self._side_by_side(work)
        read = {one for some in asked for one in some}
        return Found(
            leads=tuple(one for some in found for one in some),
            rest=tuple(
                Counted(head.count - sum(one in read for one in head.lead_ids), head.is_all)
                for head in best.heads
            ),
        )

    def _read(self, lead_ids: Sequence[str]) -> Iterator[Listed]:
        keys = [{"lead_id": lead_id} for lead_id in lead_ids]
        items = batch_get(
            self._client,
            self._table,
            keys,
            ConsistentRead=False,
            ProjectionExpression=_COLUMNS,
            ExpressionAttributeNames=_NAMES,
        )
        for item in items:
            try:
                listed = _listed(item)
            except (KeyError, ValueError):
                continue
            if listed is not None:
                yield listed

    def _read_partition(self, one: "_Partition", is_listed: IsListed, is_late: IsLate) -> None:
        if is_late():
            return
        found = pages(
            self._client.query,
            TableName=self._table,
            IndexName=INDEX,
            KeyConditionExpression="temperature_key = :key",
            ExpressionAttributeValues={":key": {"S": one.key}},
            ProjectionExpression="lead_id, #total, #owner",
            ExpressionAttributeNames={name: _NAMES[name] for name in ("#total", "#owner")},
            ScanIndexForward=False,
        )
        for page in islice(found, MOST_PAGES):
            mine = [
                (int(item["total"]["N"]), item["lead_id"]["S"])
                for item in page["Items"]
                if is_listed(read_text(item, "owner"))
            ]
            one.count += len(mine)
            one.best = heapq.nlargest(MOST, [*one.best, *mine])
            one.is_all = "LastEvaluatedKey" not in page
            if is_late():
                return


def _head(found: Sequence["_Partition"], seen: set[str]) -> Head:
    """A part of a list. A lead may have moved to another part while they were read: it counts once.

    `seen` are the leads of more urgent parts. Those of this one are added.
    """
    ranked = ((-total, lead_id) for one in found for total, lead_id in one.best)
    best = [lead_id for _, lead_id in heapq.nsmallest(MOST, ranked)]
    chosen = [lead_id for lead_id in best if lead_id not in seen]
    moved = len(best) - len(chosen)
    del chosen[MOST - len(seen) :]
    seen.update(chosen)
    count = sum(one.count for one in found) - moved
    return Head(tuple(chosen), count, all(one.is_all for one in found))


class _Partition:
    """What is read of a partition of the index."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.count = 0
        self.is_all = False
        self.best: list[tuple[int, str]] = []


def _listed(item: Item) -> Listed | None:
    """A lead of the list; None if it is cold by now, claimed or empty.

    :raises KeyError, ValueError: if the item is not a lead.
    """
    folded_at = read_instant(item, "folded_at")
    if folded_at is None:
        raise ValueError("a lead without folded_at")
    if item.get("temperature", {}).get("S") not in (Temperature.HOT, Temperature.WARM):
        return None
    return Listed(
        lead_id=item["lead_id"]["S"],
        contact=Contact(*(read_text(item, name) for name in _CONTACT)),
        temperature=Temperature(item["temperature"]["S"]),
        stage=Stage(item["stage"]["S"]),
        total=int(item["total"]["N"]),
        folded_at=folded_at,
        hot_since=read_instant(item, "hot_since"),
        channel=read_text(item, "channel"),
        owner=read_text(item, "owner"),
        last_event_at=read_instant(item, "last_event_at"),
        bounced="bounced" in item,
        may=May(read_text(item, "may") or May.UNKNOWN),
        answer=read_answer(item),
    )
