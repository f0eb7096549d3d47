"""How records wait in the lanes of a stream, as Lambda's mappings read them. Pure.

A shard has as many slots as the mapping's parallelisation factor. The records of one key go to one
slot, and a slot works off one batch after another. A batch begins when it is full, or when its
window has passed since the slot was free and the first record was there.
"""

import heapq
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

POLL: Final = 0.25
"""Seconds after which Lambda looks into a shard again."""

INVOKE: Final = 0.01
"""Seconds that each invocation takes beside its work."""


@dataclass(frozen=True, slots=True)
class Lane:
    """The parameters of a mapping. `window` is in seconds."""

    batch_size: int
    window: float
    factor: int = 1
    shards: int = 1


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record of the stream: when it came, of whom, and whether a lead is folded for it."""

    at: float
    key: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class Worked:
    """A batch that was worked off: its records, the leads that it folded, and its two instants."""

    records: Sequence[Arrival]
    leads: int
    begins: float
    ends: float


Duration = Callable[[int, int], float]
"""The seconds that a batch takes, by its records without a lead and by the leads that it folds."""


def work(arrivals: Iterable[Arrival], lane: Lane, duration: Duration) -> list[Worked]:
    """Work off what arrives, in the order in which batches begin."""
    slots: dict[int, list[Arrival]] = {}
    for arrival in arrivals:
        slots.setdefault(zlib.crc32(arrival.key.encode()) % (lane.shards * lane.factor), []).append(
            arrival
        )
    done = (_slot(sorted(own, key=lambda one: one.at), lane, duration) for own in slots.values())
    return list(heapq.merge(*done, key=lambda batch: batch.begins))


def _slot(arrivals: Sequence[Arrival], lane: Lane, duration: Duration) -> list[Worked]:
    done: list[Worked] = []
    free, first = 0.0, 0
    while first < len(arrivals):
        begins = max(free, arrivals[first].at + POLL)
        latest = begins + lane.window
        full = first + lane.batch_size - 1
        if full < len(arrivals) and arrivals[full].at + POLL <= latest:
            begins = max(begins, arrivals[full].at + POLL)
        else:
            begins = latest
        end = first
        while (
            end < len(arrivals)
            and end - first < lane.batch_size
            and arrivals[end].at + POLL <= begins
        ):
            end += 1
        batch = arrivals[first:end]
        leads = len({one.key for one in batch if one.is_known})
        free = begins + INVOKE + duration(sum(not one.is_known for one in batch), leads)
        done.append(Worked(batch, leads, begins, free))
        first = end
    return done


@dataclass(slots=True)
class Throttle:
    """A route of the API: `rate` requests a second, and as many at once."""

    rate: float
    _left: float = -1.0
    _at: float = 0.0

    def takes(self, at: float) -> bool:
        if self._left < 0:
            self._left = self.rate
        self._left = min(self.rate, self._left + (at - self._at) * self.rate)
        self._at = at
        if self._left < 1:
            return False
        self._left -= 1
        return True


def mapping(properties: dict[str, Any], parameters: dict[str, Any], shards: int) -> Lane:
    """The lane of a mapping of template.yaml, with the parameters as shipped."""

    def value(name: str) -> int:
        found = properties.get(name, 1)
        return int(parameters[found["Ref"]]["Default"] if isinstance(found, dict) else found)

    return Lane(
        value("BatchSize"),
        value("MaximumBatchingWindowInSeconds"),
        value("ParallelizationFactor"),
        shards,
    )
