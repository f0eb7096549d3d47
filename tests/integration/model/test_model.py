"""Whatever happens between, after the retries every lead is the offline fold of its events.

`HOTLIST_SCHEDULES=20000 pytest tests/integration/model` runs the long version.
"""

import json
import os

import pytest

from integration.conftest import EmptyTables
from integration.model.direct import DirectClient, MotoTables
from integration.model.memory import MemoryTables
from integration.model.run import check_schedule, in_memory

SCHEDULES = int(os.environ.get("HOTLIST_SCHEDULES", "200"))
FIRST = int(os.environ.get("HOTLIST_FIRST_SCHEDULE", "0"))
A_TEST = 25


@pytest.mark.parametrize("first", range(FIRST, FIRST + SCHEDULES, A_TEST))
def test_every_lead_equals_the_offline_fold_of_its_events(first: int) -> None:
    tables = in_memory()
    for seed in range(first, min(first + A_TEST, FIRST + SCHEDULES)):
        check_schedule(seed, tables)


def test_moto_answers_the_same(empty_tables: EmptyTables) -> None:
    client, names = empty_tables()
    ways = in_memory(), MotoTables(DirectClient(client), names)
    for seed in range(5):
        outcomes = []
        for tables in ways:
            check_schedule(seed, tables)
            outcomes.append({short: _items(tables, short) for short in names})
        assert outcomes[0] == outcomes[1]
        assert outcomes[0]["leads"]


def _items(tables: MemoryTables | MotoTables, short: str) -> list[str]:
    """The items of a table, in an order of their own."""
    items = (
        {name: {"SS": sorted(held["SS"])} if "SS" in held else held for name, held in item.items()}
        for item in tables.items(short)
    )
    return sorted(json.dumps(item, sort_keys=True) for item in items)
