"""What is due goes to the queue: hot ones first, the longest due first, and not all at once."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotlist.leads.lead import Lead, Temperature
from hotlist.rescore import due
from hotlist.store.leads import LeadStore

NOW = datetime(2026, 3, 2, 6, 45, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Queue:
    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, lead_ids: Any) -> int:
        self.sent += lead_ids
        return len(self.sent)


@pytest.fixture
def leads(tables: Any) -> LeadStore:
    client, names = tables
    return LeadStore(client, names["leads"])


def store(leads: LeadStore, temperature: Temperature, *minutes: int) -> list[str]:
    """Leads that are due so many minutes before now."""
    for ago in minutes:
        lead = Lead(
            lead_id=f"{temperature}{ago}",
            folded_at=NOW - timedelta(days=1),
            expires_at=NOW,
            temperature=temperature,
            due_at=NOW - ago * MINUTE,
        )
        leads.save(lead, None)
    return [f"{temperature}{ago}" for ago in sorted(minutes, reverse=True) if ago >= 0]


def run(leads: LeadStore, clock: Callable[[], datetime] = lambda: NOW) -> list[str]:
    queue: Any = Queue()
    due.DueLeads(leads, queue, clock).run(NOW, NOW + MINUTE)
    sent: list[str] = queue.sent
    return sent


def test_hot_ones_come_first_then_those_that_are_due_the_longest(leads: LeadStore) -> None:
    warm = store(leads, Temperature.WARM, 9, -1, *range(20, 30))
    hot = store(leads, Temperature.HOT, 0, 3, 1, 2, -5)
    cold = store(leads, Temperature.COLD, 10, 8)
    assert run(leads) == [*hot, *warm[:10], cold[0], warm[10], cold[1]]


def test_a_run_queues_some_and_the_next_run_the_rest(
    leads: LeadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "MOST_DUE", 5)
    monkeypatch.setattr("hotlist.store.leads._DUE_PAGE", 1)
    warm = store(leads, Temperature.WARM, *range(12))
    assert run(leads) == warm[:5]
    assert run(leads) == warm[:5], "they are due until they are folded"


def test_a_run_that_is_late_leaves_the_rest(leads: LeadStore) -> None:
    warm = store(leads, Temperature.WARM, *range(12))
    ticks = itertools.count()
    assert run(leads, lambda: NOW + next(ticks) * MINUTE / 4) == warm[:4]


def test_pages_are_read_to_the_end(leads: LeadStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotlist.store.leads._DUE_PAGE", 2)
    cold = store(leads, Temperature.COLD, *range(40))
    assert run(leads) == cold
