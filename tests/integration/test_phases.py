"""Pieces of work in phases: what they hold in memory, and that one in trouble stops no other."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from threading import Lock
from typing import Any

import pytest

from hotlist.identity.claims import Identity
from hotlist.runtime.clients import THREADS
from hotlist.runtime.failures import Failed
from hotlist.runtime.phases import (
    MAX_HELD,
    Phases,
    Steps,
    call,
    histories_of,
    identities_of,
    leads_of,
)
from hotlist.store.events import SubjectEvents
from hotlist.store.items import Conflict
from integration.stages.score import event

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ONE = event("page_viewed", visitor="v")


class Tables:
    """Stores that have of each subject as many events as it is asked for."""

    def __init__(self) -> None:
        self.events = self.leads = self.identities = self
        self.held = self.most_held = 0
        self.broken = ""
        self.asked: list[int] = []
        self._lock = Lock()

    def history(self, subject: str, *, now: datetime, limit: int) -> SubjectEvents:
        with self._lock:
            self.held += limit
            self.most_held = max(self.most_held, self.held)
        return SubjectEvents((ONE,) * limit, truncated=False)

    def get_many(self, names: Iterable[str]) -> dict[str, Any]:
        wanted = list(names)
        self.asked.append(len(wanted))
        if self.broken in wanted:
            raise KeyError("subject")
        return {name: Identity(name) for name in wanted}


@pytest.fixture
def tables() -> Tables:
    return Tables()


def phases(tables: Any) -> Phases:
    return Phases(tables)


def reading(tables: Tables, name: str, subjects: int) -> Steps[int]:
    (own,) = yield from histories_of([name], now=NOW, limit=1_000)
    yield from identities_of([name])
    names = [f"{name}.{number}" for number in range(subjects)]
    weak = yield from histories_of(names, now=NOW, limit=9_000 // subjects)
    read = len(own.events) + sum(len(one.events) for one in weak)
    yield from call(lambda: None)
    with tables._lock:
        tables.held -= read
    return read


@pytest.mark.parametrize("subjects", [9, 50])
def test_the_largest_histories_are_not_all_in_memory_at_once(tables: Tables, subjects: int) -> None:
    pieces = {f"p{n}": partial(reading, tables, f"p{n}", subjects) for n in range(100)}
    assert set(phases(tables).work(pieces).values()) == {10_000}
    assert tables.held == 0
    assert tables.most_held <= MAX_HELD + THREADS * 1_000 + 10_000


def test_names_are_read_a_hundred_together_and_each_once(tables: Tables) -> None:
    pieces = {f"p{n}": partial(identities_of, [f"p{n}", "shared"]) for n in range(250)}
    assert len(phases(tables).work(pieces)) == 250
    assert tables.asked == [100, 100, 53]


def test_what_nobody_can_read_fails_who_asked_for_it(tables: Tables) -> None:
    tables.broken = "p7"
    pieces = {f"p{n}": partial(leads_of, [f"p{n}"]) for n in range(20)}
    failed = {n: one for n, one in phases(tables).work(pieces).items() if isinstance(one, Failed)}
    assert [type(one.error) for one in failed.values()] == [KeyError]
    assert list(failed) == ["p7"]


@pytest.mark.parametrize(("conflicts", "is_done"), [(4, True), (5, False)])
def test_a_conflict_starts_over_and_in_the_end_gives_way(
    tables: Tables, conflicts: int, is_done: bool
) -> None:
    begun: list[str] = []

    def writing(name: str) -> Steps[str]:
        begun.append(name)
        yield from leads_of([name])
        if name == "slow" and begun.count("slow") <= conflicts:
            raise Conflict(name)
        return name

    outcomes = phases(tables).work({name: partial(writing, name) for name in ("slow", "good")})
    assert outcomes["good"] == "good"
    assert isinstance(outcomes["slow"], Failed) is not is_done
    assert begun.count("good") == 1
    assert begun.count("slow") == 5
