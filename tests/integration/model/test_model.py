"""Whatever happens between: in the end leads and mails are what the judges say.

`HOTLIST_SCHEDULES=20000 pytest tests/integration/model` runs the long version, see docs/testing.md.
"""

import json
import os
from collections.abc import Iterator
from multiprocessing.pool import Pool

import pytest

from hotlist.store.leads import LeadStore
from integration.conftest import EmptyTables
from integration.model.direct import DirectClient, MotoTables
from integration.model.memory import MemoryTables
from integration.model.run import check_schedule, in_memory, run, workers

SCHEDULES = int(os.environ.get("HOTLIST_SCHEDULES", "200"))
FIRST = int(os.environ.get("HOTLIST_FIRST_SCHEDULE", "0"))
A_TEST = 25


@pytest.fixture(scope="module")
def apart() -> Iterator[Pool]:
    """A process in which each schedule is the same whenever it runs."""
    with workers(1) as pool:
        yield pool


@pytest.mark.parametrize("first", range(FIRST, FIRST + SCHEDULES, A_TEST))
def test_whatever_happens_leads_and_mails_are_right(first: int, apart: Pool) -> None:
    ran = apart.apply(run, (range(first, min(first + A_TEST, FIRST + SCHEDULES)),))
    assert not ran.failed, "\n".join(f"schedule {seed}: {trace}" for seed, trace in ran.failed)
    assert ran.counts["mails"] or ran.schedules < A_TEST


def test_moto_answers_the_same(empty_tables: EmptyTables) -> None:
    client, names = empty_tables()
    ways = in_memory(), MotoTables(DirectClient(client), names)
    leads = 0
    for seed in range(5):
        outcomes = []
        for tables in ways:
            check_schedule(seed, tables)
            outcomes.append({short: _items(tables, short) for short in names})
            outcomes[-1]["walked"] = _walked(tables)
        assert outcomes[0] == outcomes[1]
        leads += len(outcomes[0]["leads"])
    assert leads > 5  # time-to-live may have deleted all that a schedule made


def _walked(tables: MemoryTables | MotoTables) -> list[str]:
    """The leads as a walk over the whole table finds them, two a page."""
    store = LeadStore(tables.client, tables.names["leads"])
    page = store.page(None, 2)
    found = [*page.scored_by.items()]
    while page.last is not None:
        page = store.page(page.last, 2)
        found += page.scored_by.items()
    return sorted(map(str, found))


def _items(tables: MemoryTables | MotoTables, short: str) -> list[str]:
    """The items of a table, in an order of their own."""
    items = (
        {name: {"SS": sorted(held["SS"])} if "SS" in held else held for name, held in item.items()}
        for item in tables.items(short)
    )
    return sorted(json.dumps(item, sort_keys=True) for item in items)
