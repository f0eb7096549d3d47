"""Every figure, its budget and whether it holds. Rounds are interleaved; medians are shown."""

import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter, process_time
from typing import Any

from bench import functions
from bench.functions import NotMeasured
from hotlist import config
from hotlist.events import Event
from hotlist.scoring import engine, ruleset

COLD_ROUNDS = 5
TLS_REQUESTS = 30
WARM_ROUNDS = 301
WARM_REQUESTS = 10


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: str
    budget: str = ""
    holds: bool | None = None


def main() -> int:
    functions.build()
    figures: list[Figure] = []
    for measure in (cold_instructions, cold_time, first_tls, warm_cpu, warm_instructions, scoring):
        try:
            found = list(measure())
        except NotMeasured as why:
            found = [Figure(measure.__name__.replace("_", " "), f"skipped: {why}")]
        figures += found
        for figure in found:
            verdict = {True: "holds", False: "MISSED", None: ""}[figure.holds]
            print(
                f"{figure.name:<58} {figure.value:>24}  {figure.budget:<10} {verdict}", flush=True
            )
    return 1 if any(figure.holds is False for figure in figures) else 0


def _within(name: str, ratio: float, budget: float) -> Figure:
    return Figure(name, f"{ratio:.3f}", f"<= {budget:g}", ratio <= budget)


def cold_instructions() -> Iterator[Figure]:
    millions = {}
    for name in functions.FUNCTIONS:
        millions[name] = (functions.cold(name, counted=True).instructions or 0) / 1e6
    for name, count in millions.items():
        yield Figure(f"cold start to first answer, {name}", f"{count:,.0f} M instructions")
    ratio = millions["capture"] / millions["powertools"]
    yield _within("… capture / powertools", ratio, functions.COLD_BUDGET)
    yield Figure("… capture / bare", f"{millions['capture'] / millions['bare botocore']:.3f}")


def cold_time() -> Iterator[Figure]:
    times: dict[str, list[float]] = {name: [] for name in functions.FUNCTIONS}
    for _ in range(COLD_ROUNDS):
        for name, seconds in times.items():
            seconds.append(functions.cold(name).seconds)
    for name, seconds in times.items():
        yield Figure(
            f"cold start to first answer, {name}", f"{statistics.median(seconds) * 1e3:.0f} ms"
        )


def first_tls() -> Iterator[Figure]:
    ratios: dict[str, list[float]] = {"capture": [], "bare botocore": []}
    for _ in range(COLD_ROUNDS):
        for name, found in ratios.items():
            first, *rest = functions.cold(name, requests=TLS_REQUESTS, tls=True).requests
            found.append(first / statistics.median(rest))
    for name, found in ratios.items():
        ratio = statistics.median(found)
        what = f"first request by TLS / a warm one, {name}"
        if name == "capture":
            yield _within(what, ratio, functions.TLS_BUDGET)
        else:
            yield Figure(what, f"{ratio:.3f}")


def warm_cpu() -> Iterator[Figure]:
    names = ("capture", "bare botocore")
    with functions.warm(names[0]) as (one, stub), functions.warm(names[1]) as (other, _):
        _ask(one), _ask(other)
        before = len(stub.operations)
        pairs = [(_ask(one), _ask(other)) for _ in range(WARM_ROUNDS)]
        calls = (len(stub.operations) - before) / (WARM_ROUNDS * WARM_REQUESTS)
    for name, seconds in zip(names, zip(*pairs, strict=True), strict=True):
        yield Figure(f"warm request, {name}", f"{statistics.median(seconds) * 1e6:.0f} us CPU")
    ratio = statistics.median(a / b for a, b in pairs)
    yield _within("… capture / bare", ratio, functions.WARM_BUDGET)
    yield Figure("AWS calls of a submission, new or again", f"{calls:g}", "= 1", calls == 1)


def warm_instructions() -> Iterator[Figure]:
    ours, bare = map(functions.warm_instructions, ("capture", "bare botocore"))
    yield Figure("warm request, capture", f"{ours / 1e6:.2f} M instructions")
    yield _within("… capture / bare", ours / bare, functions.WARM_BUDGET)


def _ask(process: Any) -> float:
    process.stdin.write(f"{WARM_REQUESTS}\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def scoring() -> Iterator[Figure]:
    began = perf_counter()
    rules = ruleset.from_checked(config.load("scoring"))
    yield Figure("cold load of the ruleset", f"{(perf_counter() - began) * 1e3:.1f} ms")
    now = datetime(2026, 3, 2, tzinfo=UTC)
    costs = {}
    for count in (1, 10, 100, 1000):
        events = [
            Event(
                event_id=f"{n:032x}",
                type="page_viewed",
                occurred_at=now - timedelta(hours=n),
                properties={"page_path": "/pricing" if n % 7 == 0 else "/"},
                expires_at=now + timedelta(days=90) - timedelta(hours=n),
            )
            for n in range(count)
        ]
        facts = {"role": "director", "email_domain": "example.org"}
        times = []
        for _ in range(5):
            began = process_time()
            engine.score(rules, facts, events, now)
            times.append(process_time() - began)
        costs[count] = statistics.median(times) / count
        yield Figure(
            f"score with next change, {count} events", f"{costs[count] * 1e6:.1f} us an event"
        )
    ratio = costs[1000] / costs[10]
    yield _within("… an event at 1,000 / at 10", ratio, 2)


if __name__ == "__main__":
    sys.exit(main())
