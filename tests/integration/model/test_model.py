"""Whatever happens between, after the retries every lead is the offline fold of its events.

`HOTLIST_SCHEDULES=20000 pytest tests/integration/model` runs the long version.
"""

import json
import math
import os
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from cloudformation import resources
from hotlist.identity import claims, places
from hotlist.leads import gather
from hotlist.runtime import limits as limits_of_work
from hotlist.store import identities as stored_identities
from integration.conftest import EmptyTables
from integration.model import histories
from integration.model.direct import DirectClient, MotoTables
from integration.model.judge import RULES, Judge
from integration.model.memory import MemoryTables
from integration.model.offline import Limits
from integration.model.world import World

SCHEDULES = int(os.environ.get("HOTLIST_SCHEDULES", "200"))
FIRST = int(os.environ.get("HOTLIST_FIRST_SCHEDULE", "0"))
A_TEST = 25
WIDE = 200
"""One in so many schedules has more phones and visitors than there are places as shipped."""


@pytest.mark.parametrize("first", range(FIRST, FIRST + SCHEDULES, A_TEST))
def test_every_lead_equals_the_offline_fold_of_its_events(first: int) -> None:
    tables = _in_memory()
    for seed in range(first, min(first + A_TEST, FIRST + SCHEDULES)):
        check_schedule(seed, tables)


def test_moto_answers_the_same(empty_tables: EmptyTables) -> None:
    client, names = empty_tables()
    ways = _in_memory(), MotoTables(DirectClient(client), names)
    for seed in range(5):
        outcomes = []
        for tables in ways:
            check_schedule(seed, tables)
            outcomes.append({short: _items(tables, short) for short in names})
        assert outcomes[0] == outcomes[1]
        assert outcomes[0]["leads"]


def _in_memory() -> MemoryTables:
    made = resources("AWS::DynamoDB::Table")
    return MemoryTables({name.removesuffix("Table").lower(): table for name, table in made.items()})


def _items(tables: MemoryTables | MotoTables, short: str) -> list[str]:
    """The items of a table, in an order of their own."""
    items = (
        {name: {"SS": sorted(held["SS"])} if "SS" in held else held for name, held in item.items()}
        for item in tables.items(short)
    )
    return sorted(json.dumps(item, sort_keys=True) for item in items)


def check_schedule(seed: int, tables: MemoryTables | MotoTables) -> None:
    tables.clear()
    random = Random(seed)
    kind = random.choice(["plain", "crowd", *["tight", "months", "narrow"] * 2])
    if seed % WIDE == WIDE - 1:
        kind = "wide"
    limits = _limits(random, kind)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claims, "MAX_CLAIMANTS", limits.claimants)
        patch.setattr(claims, "MAX_CLAIMS", limits.claims)
        patch.setattr(places, "MAX_PHONES", limits.phones)
        patch.setattr(stored_identities, "MAX_PHONES", limits.phones)
        patch.setattr(places, "MAX_VISITORS", limits.visitors)
        patch.setattr(gather, "NEWEST", limits.newest)
        patch.setattr(gather, "MAX_EVENTS", limits.budget)
        patch.setattr(limits_of_work, "FOLD_CPU_SECONDS", math.inf)  # all processes share a thread
        narrow = limits.budget < Limits.budget
        world = World(random, tables, rules=RULES, narrow=narrow)
        people = histories.people(random, kind)
        for size in _sizes(random, kind):
            history = histories.history(random, people, size, world.clock.now, world.corrigible())
            world.run(history, sweep=kind == "months")
            Judge(world, limits).judge()
            world.clock.now += timedelta(days=random.choice([1, 31, 95, 390, 395, 800]))


def _limits(random: Random, kind: str) -> Limits:
    """Half of the schedules have few places, the others as many as are shipped."""
    limits = Limits()
    if kind != "wide" and random.random() < 0.5:
        limits = replace(limits, phones=random.randint(1, 3), visitors=random.randint(1, 3))
    if kind == "crowd":
        few = {"claimants": random.choice([1, 2]), "claims": random.choice([3, 1_000])}
        return replace(limits, **few)
    if kind == "narrow":
        few = {"newest": random.choice([2, 1_000]), "budget": random.choice([6, 10_000])}
        return replace(limits, **few)
    return limits


def _sizes(random: Random, kind: str) -> list[int]:
    """How many events each phase has."""
    if kind == "wide":
        return [random.randint(60, 75), random.randint(2, 9)]
    if kind == "months":
        return [random.randint(2, 4), *(random.randint(0, 2) for _ in range(random.randint(2, 5)))]
    return [random.randint(3, 8)]
