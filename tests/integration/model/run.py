"""One schedule after the other, each from its number alone; also as a program.

    PYTHONPATH=.:layers/common:cli:tests:.build/tests python -m integration.model.run \\
        --first 0 --schedules 30000 --processes 2

The program goes on after a schedule that fails, and says what all of them came to. Schedules run in
processes that hash alike. So the code goes through its sets in the same order each time, and a
schedule can be repeated.
"""

import argparse
import logging
import math
import sys
import time
import traceback
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.pool import Pool
from random import Random
from typing import NamedTuple

import pytest

from cloudformation import resources
from hotlist.identity import claims, places
from hotlist.leads import gather
from hotlist.runtime import limits as limits_of_work
from hotlist.runtime import phases
from hotlist.store import identities as stored_identities
from integration.model import histories
from integration.model.direct import MotoTables
from integration.model.judge import RULES, Judge
from integration.model.judge_mail import totals
from integration.model.memory import MemoryTables
from integration.model.offline import Limits
from integration.model.world import World

WIDE = 200
"""One in so many schedules has more phones and visitors than there are places as shipped."""


def check_schedule(seed: int, tables: MemoryTables | MotoTables) -> Counter[str]:
    """Run a schedule, and raise an AssertionError if anything is wrong; else count its mails."""
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
        patch.setattr(phases, "time", _NoTime)
        narrow = limits.budget < Limits.budget
        world = World(random, tables, rules=RULES, narrow=narrow)
        people = histories.people(random, kind)
        for size in _sizes(random, kind):
            history = histories.history(random, people, size, world.clock.now, world.corrigible())
            with redirect_stdout(world.log):
                world.run(history, sweep=kind == "months")
            Judge(world, limits).judge()
            world.clock.now += timedelta(days=random.choice([1, 31, 95, 390, 395, 800]))
    return totals(world)


class _NoTime:
    """To ask for the time of a thread took a fifth of a schedule."""

    @staticmethod
    def thread_time() -> float:
        return 0.0


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


def in_memory() -> MemoryTables:
    made = resources("AWS::DynamoDB::Table")
    return MemoryTables({name.removesuffix("Table").lower(): table for name, table in made.items()})


class Ran(NamedTuple):
    """What some schedules came to: their number, the failed ones, and what became of letters.

    `seconds` are those of the processor.
    """

    schedules: int
    seconds: float
    failed: list[tuple[int, str]]
    counts: Counter[str]


def run(numbers: range) -> Ran:
    """Run schedules, and go on after one that fails."""
    logging.disable()  # what fails here fails on purpose
    tables, failed, counts = in_memory(), [], Counter[str]()
    begun = time.process_time()
    for seed in numbers:
        try:
            counts += check_schedule(seed, tables)
        except Exception:  # noqa: BLE001 - a schedule may fail in any way
            failed.append((seed, traceback.format_exc()))
    return Ran(len(numbers), time.process_time() - begun, failed, counts)


def last_line(trace: str) -> str:
    """The error at the end of a traceback, without what pytest adds to it."""
    found = [line for line in trace.splitlines() if line[:1].isalpha()]
    return found[-1] if found else trace


def workers(processes: int) -> Pool:
    """Processes that all hash alike."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONHASHSEED", "0")
        return get_context("spawn").Pool(processes)


def main(arguments: list[str]) -> int:
    """Run slices in parallel. The answer is 1 if a schedule failed."""
    parser = argparse.ArgumentParser(prog="python -m integration.model.run")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--schedules", type=int, default=1_000)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no slice after it")
    said = parser.parse_args(arguments)
    end = said.first + said.schedules
    begun, seconds, done, failed, counts = time.monotonic(), 0.0, 0, 0, Counter[str]()
    slices = (range(at, min(at + A_SLICE, end)) for at in range(said.first, end, A_SLICE))
    with workers(said.processes) as pool:
        for ran in pool.imap_unordered(run, slices):
            done += ran.schedules
            seconds += ran.seconds
            failed += len(ran.failed)
            counts += ran.counts
            for seed, trace in ran.failed:
                shown = trace if said.schedules == 1 else last_line(trace)
                print(f"{seed}: {shown}", flush=True)
            if time.monotonic() - begun > 60 * said.minutes:
                pool.terminate()
                break
    each = 1000 * seconds / max(done, 1)
    print(f"{done} schedules, {failed} failed, {each:.0f} ms of the processor each")
    print(", ".join(f"{name}: {number}" for name, number in sorted(counts.items())))
    return 1 if failed else 0


A_SLICE = 100

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
