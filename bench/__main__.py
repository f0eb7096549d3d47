"""Prints every figure with what floor and peers take, its budget and whether it holds.

    python -m bench           everything, at most half an hour
    python -m bench quick     less of it, a few minutes
    python -m bench keep      keeps the last results for the docs, and writes their tables
    python -m bench docs      writes the tables of the docs again
    python -m bench day       a day with a mail campaign, minute by minute

Contenders take turns, and medians are shown. Only what is counted decides about the exit code:
calls, units, bytes, instructions. Seconds never do: they are this machine's and this hour's.
"""

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench import batches, capture, day, docs, functions, layer, others, replays, scoring
from bench.figures import Effort, Figure, quick, whole
from bench.functions import NotMeasured

RESULTS: Final = Path(__file__).with_name("results.json")
Measure = Callable[[Effort], Iterator[Figure]]

QUICK: Final[tuple[Measure, ...]] = (
    others.logs,
    capture.warm_cpu,
    batches.of_batches,
    batches.of_histories,
    others.a_mail,
    others.digest,
    replays.replay,
    layer.size,
    capture.cold_instructions,
    capture.warm_instructions,
)
MEASURES: Final[tuple[Measure, ...]] = (
    *QUICK,
    capture.cold_time,
    capture.first_tls,
    *scoring.MEASURES,
)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["keep"]:
            return docs.keep(RESULTS)
        case ["docs"]:
            docs.write()
        case ["day", *rest]:
            return day.main(rest)
        case [] | ["quick"]:
            return run(quick if arguments else whole)
        case _:
            print(__doc__)
            return 2
    return 0


def run(effort_from: Callable[[float], Effort]) -> int:
    began = time.monotonic()
    effort = effort_from(began)
    os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    os.environ |= {"AWS_DEFAULT_REGION": "eu-central-1", "POWERTOOLS_METRICS_NAMESPACE": "Bench"}
    functions.build()
    python = platform.python_version()
    print(f"Python {python}, {os.cpu_count()} processors. Lambda runs 3.13.\n")
    print(_row(Figure("figure", "value", "budget", floor="floor", peer="peer"), "verdict"))
    figures: list[Figure] = []
    skipped: list[str] = []
    for wanted in QUICK if effort.rounds == 1 else MEASURES:
        name, measure = wanted.__name__.replace("_", " "), wanted
        if effort.is_over:
            measure = _no_time
        try:
            for one in measure(effort):
                figures.append(one)
                print(_row(one, one.verdict), flush=True)
        except NotMeasured as why:
            skipped.append(f"{name}: {why}")
            print(f"{name}: skipped: {why}", flush=True)
    print(f"{time.monotonic() - began:.0f} seconds")
    _write(figures, python, effort, skipped)
    missed = [figure.name for figure in figures if figure.fails]
    print(f"\n{len(missed)} counted figures miss their budget." if missed else "")
    if skipped:
        print(f"{len(skipped)} measurements were skipped, so their budgets were not looked at.")
    return 1 if missed else 0


def _no_time(_: Effort) -> Iterator[Figure]:
    raise NotMeasured("the bench has had its time")


def _write(figures: list[Figure], python: str, effort: Effort, skipped: list[str]) -> None:
    shown = ("name", "value", "floor", "peer", "budget", "verdict", "counted", "key", "number")
    rows = [{name: getattr(figure, name) for name in shown} for figure in figures]
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    said = {"date": today, "python": python, "records": effort.records, "skipped": skipped}
    said["figures"] = rows
    RESULTS.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def _row(one: Figure, verdict: str) -> str:
    row = f"{one.name:<62} {one.value:>24} {one.floor:>10} {one.peer:>10}  {one.budget:<13}"
    return f"{row} {verdict}".rstrip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
