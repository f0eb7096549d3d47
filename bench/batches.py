"""Batches of the score function, beside a rival that takes a record at a time, and beside the very
calls that score makes, by the same client and in a row.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final

from bench import people
from bench.figures import Effort, Figure, median
from bench.functions import Worker, worker
from bench.people import Make, Shard, known, mix, new, unknown
from bench.servers import dynamodb
from bench.tables import Tables
from bench.units import Bill

WAIT: Final = 0.005
BATCHES: Final[dict[str, tuple[Make, float, int]]] = {
    "unknown": (unknown, 0.05, 1_500),
    "known": (known, 3.2, 200),
    "new": (new, 5.2, 0),
    "mix": (mix, 0.6, 400),
}
"""What makes a batch, how many calls each of its records may cost in a batch of a thousand, and how
many a second there shall be on one core where each call waits 5 ms."""

NAMES: Final = {
    "unknown": "views of unknown visitors",
    "known": "views of known people",
    "new": "forms of new leads",
    "mix": "85 unknown, 12 known, 3 new",
}
BARE_BUDGET: Final = 3
"""The processor's time of a known view, by that of the calls that it needs."""


@dataclass(slots=True)
class Contest:
    """Seconds of score, of the bare calls and of the rival, in interleaved rounds; score's bill."""

    bill: Bill
    cpu: dict[str, list[float]] = field(default_factory=dict)
    wall: dict[str, list[float]] = field(default_factory=dict)
    logged: int = 0

    def each(self, name: str, records: int) -> float:
        """The processor's time of one record."""
        return median(self.cpu[name]) / records


def contest(tables: Tables, event: dict[str, Any], rounds: int, *, rival: bool = True) -> Contest:
    """Give the same batch to each, over the same tables: first without waiting, then with."""
    names = ["score", "calls", *(["records"] if rival else [])]
    with ExitStack() as stack:
        stub = stack.enter_context(dynamodb(tables=tables))
        workers = {name: stack.enter_context(worker(name, stub)) for name in names}
        before = tables.snapshot()
        tables.log, found = [], Contest(Bill())
        tables.bill()
        found.logged = workers["score"].give(event)["logged"]
        found.bill, calls, tables.log = tables.bill(), tables.log, None
        given = {"score": event, "records": event, "calls": calls}
        for seconds, times in ((0.0, rounds), (WAIT, max(1, rounds // 2))):
            into = found.wall if seconds else found.cpu
            for _ in range(times):
                for name, one in workers.items():
                    spent = _once(one, given[name], tables, before, seconds)
                    into.setdefault(name, []).append(spent["wall" if seconds else "cpu"])
    return found


def _once(one: Worker, event: Any, tables: Tables, before: Any, seconds: float) -> dict[str, Any]:
    tables.restore(before)
    tables.seconds = seconds
    try:
        return one.give(event)
    finally:
        tables.seconds = 0


def of_batches(effort: Effort) -> Iterator[Figure]:
    for key, (make, most_calls, rate) in BATCHES.items():
        shard = Shard()
        events = make(shard, effort.records)
        found = contest(shard.tables, people.batch_of(events), effort.rounds)
        yield from _figures(key, found, effort.records, most_calls, rate)


def _figures(
    key: str, found: Contest, records: int, most_calls: float, rate: int
) -> Iterator[Figure]:
    name = f"score a batch, {NAMES[key]}"
    calls = found.bill.calls.total() / records
    shown = f"<= {most_calls:g}"
    is_whole = records >= 1_000  # a smaller batch shares a call among fewer
    yield Figure(
        f"{name}: calls a record",
        f"{calls:.3f}",
        shown if is_whole else "",
        calls <= most_calls if is_whole else None,
        counted=True,
        key=f"score.{key}.calls",
        number=calls,
    )
    read, written = found.bill.read / records, found.bill.written / records
    yield Figure("… read and write units a record", f"{read:.2f} + {written:.2f}", counted=True)
    own, bare, rival = (found.each(one, records) for one in ("score", "calls", "records"))
    is_known = key == "known"
    yield Figure(
        "… processor's time a record",
        _us(own),
        f"<= {BARE_BUDGET} x floor" if is_known else "",
        own <= BARE_BUDGET * bare if is_known else None,
        floor=_us(bare),
        peer=_us(rival),
        key=f"score.{key}.cpu",
        number=own,
    )
    rates = {one: records / median(seconds) for one, seconds in found.wall.items()}
    yield Figure(
        "… records a second at 5 ms a call",
        f"{rates['score']:,.0f}",
        f">= {rate:,}" if rate else "",
        rates["score"] >= rate if rate else None,
        floor=f"{rates['calls']:,.0f}",
        peer=f"{rates['records']:,.0f}",
        key=f"score.{key}.rate",
        number=rates["score"],
    )
    yield Figure(
        "… bytes of log a batch",
        f"{found.logged:,}",
        counted=True,
        key=f"score.{key}.logged",
        number=found.logged,
    )


def of_histories(effort: Effort) -> Iterator[Figure]:
    """One view of a known person, by how many events that person has."""
    for length in effort.histories:
        shard = Shard()
        events = known(shard, 1, length - 1)
        found = contest(shard.tables, people.batch_of(events), 3 * effort.rounds, rival=False)
        own, bare = found.each("score", 1), found.each("calls", 1)
        yield Figure(
            f"fold a lead of {length:,} events: processor's time",
            f"{own * 1e3:.1f} ms",
            floor=f"{bare * 1e3:.1f} ms",
            key=f"fold.{length}.cpu",
            number=own,
        )
        wall = median(found.wall["score"])
        yield Figure(
            "… calls, read units, write units; time at 5 ms a call",
            f"{found.bill.calls.total()}, {found.bill.read:g}, {found.bill.written}; "
            f"{wall * 1e3:.0f} ms",
            key=f"fold.{length}.wall",
            number=wall,
            counted=True,
        )


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f} us"
