"""Prints every figure, its budget, and whether it holds. It shows medians of interleaved rounds."""

import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from bench import batches, functions, layer, scoring
from bench.figures import Figure
from bench.functions import NotMeasured

COLD_ROUNDS = 5
TLS_REQUESTS = 30
WARM_STARTS = 10
WARM_ROUNDS = 75
WARM_REQUESTS = 10


def main() -> int:
    functions.build()
    figures: list[Figure] = []
    of_capture = (cold_instructions, cold_time, first_tls, warm_cpu, warm_instructions)
    for measure in (*of_capture, layer.size, *scoring.MEASURES, batches.of_batches):
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
    """By TLS, as on Lambda. Without it the certificates that each trusts cost nothing."""
    for tls in (True, False):
        by = "TLS" if tls else "HTTP"
        millions = {}
        for name in functions.FUNCTIONS:
            found = functions.cold(name, counted=True, tls=tls).instructions
            millions[name] = (found or 0) / 1e6
            what = f"cold start to first answer by {by}, {name}"
            yield Figure(what, f"{millions[name]:,.0f} M instructions")
        ratio = millions["capture"] / millions["powertools"]
        if tls:
            yield _within("… capture / powertools", ratio, functions.COLD_BUDGET)
        else:
            yield Figure("… capture / powertools", f"{ratio:.3f}")
        yield Figure("… capture / bare", f"{millions['capture'] / millions['bare botocore']:.3f}")


def cold_time() -> Iterator[Figure]:
    times: dict[str, list[float]] = {name: [] for name in functions.FUNCTIONS}
    for _ in range(COLD_ROUNDS):
        for name, seconds in times.items():
            seconds.append(functions.cold(name, tls=True).seconds)
    for name, seconds in times.items():
        yield Figure(
            f"cold start to first answer by TLS, {name}",
            f"{statistics.median(seconds) * 1e3:.0f} ms",
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
    """Warm requests in several processes, since the place of code in memory changes the time."""
    seconds: dict[str, list[float]] = {"capture": [], "bare botocore": []}
    calls = 0
    for start in range(WARM_STARTS):
        names = list(seconds) if start % 2 else list(seconds)[::-1]
        with ExitStack() as stack:
            running = {name: stack.enter_context(functions.warm(name)) for name in names}
            for process, _ in running.values():
                _ask(process)
            stub = running["capture"][1]
            before = len(stub.operations)
            for _ in range(WARM_ROUNDS):
                for name, (process, _) in running.items():
                    seconds[name].append(_ask(process))
            calls += len(stub.operations) - before
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    for name, median in medians.items():
        yield Figure(f"warm request, {name}", f"{median * 1e6:.0f} us CPU")
    ratio = medians["capture"] / medians["bare botocore"]
    yield _within("… capture / bare", ratio, functions.WARM_BUDGET)
    each = calls / (WARM_STARTS * WARM_ROUNDS * WARM_REQUESTS)
    yield Figure("AWS calls of a submission, new or again", f"{each:g}", "= 1", each == 1)


def warm_instructions() -> Iterator[Figure]:
    ours, bare = map(functions.warm_instructions, ("capture", "bare botocore"))
    yield Figure("warm request, capture", f"{ours / 1e6:.2f} M instructions")
    yield _within("… capture / bare", ours / bare, functions.WARM_BUDGET)


def _ask(process: Any) -> float:
    process.stdin.write(f"{WARM_REQUESTS}\n")
    process.stdin.flush()
    return float(process.stdout.readline())


if __name__ == "__main__":
    sys.exit(main())
