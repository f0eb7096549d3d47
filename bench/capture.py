"""Measures capture: its cold start by TLS and without, its first request, its warm requests."""

import statistics
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final

from bench import functions
from bench.figures import Effort, Figure

TLS_REQUESTS: Final = 30
WARM_ROUNDS: Final = 75
WARM_REQUESTS: Final = 10


def cold_instructions(effort: Effort) -> Iterator[Figure]:
    """By TLS, as on Lambda. Without it the certificates that each trusts cost nothing."""
    is_quick = effort.rounds == 1
    for tls in (True,) if is_quick else (True, False):
        by = "TLS" if tls else "HTTP"
        millions = {}
        for name in ("capture", *functions.RIVALS) if is_quick else functions.FUNCTIONS:
            found = functions.cold(name, counted=True, tls=tls).instructions
            millions[name] = (found or 0) / 1e6
        floor, peer = millions.pop("bare botocore"), millions.pop("powertools")
        for name, number in millions.items():
            is_ours = name == "capture"
            yield Figure(
                f"cold start to the first answer by {by}, M instructions: {name}",
                f"{number:,.0f}",
                f"<= {functions.COLD_BUDGET} x peer" if is_ours and tls else "",
                number <= functions.COLD_BUDGET * peer if is_ours and tls else None,
                counted=True,
                floor=f"{floor:,.0f}" if is_ours else "",
                peer=f"{peer:,.0f}" if is_ours else "",
                key=f"{name}.cold.{by}",
                number=number,
            )


def cold_time(effort: Effort) -> Iterator[Figure]:
    times: dict[str, list[float]] = {name: [] for name in functions.FUNCTIONS}
    for _ in range(effort.rounds):
        for name, seconds in times.items():
            seconds.append(functions.cold(name, tls=True).seconds)
    shown = {name: f"{statistics.median(found) * 1e3:.0f} ms" for name, found in times.items()}
    floor, peer = shown.pop("bare botocore"), shown.pop("powertools")
    for name, value in shown.items():
        is_ours = name == "capture"
        yield Figure(
            f"cold start to the first answer by TLS: {name}",
            value,
            floor=floor if is_ours else "",
            peer=peer if is_ours else "",
        )


def first_tls(effort: Effort) -> Iterator[Figure]:
    ratios: dict[str, list[float]] = {"capture": [], "bare botocore": []}
    for _ in range(effort.rounds):
        for name, found in ratios.items():
            first, *rest = functions.cold(name, requests=TLS_REQUESTS, tls=True).requests
            found.append(first / statistics.median(rest))
    ours, bare = (statistics.median(found) for found in ratios.values())
    yield Figure(
        "first request by TLS / a warm one",
        f"{ours:.2f}",
        f"<= {functions.TLS_BUDGET}",
        ours <= functions.TLS_BUDGET,
        peer=f"{bare:.2f}",
    )


def warm_cpu(effort: Effort) -> Iterator[Figure]:
    """Warm requests in several processes, since the place of code in memory changes the time."""
    seconds: dict[str, list[float]] = {"capture": [], "bare botocore": []}
    calls = 0
    for start in range(effort.warm_starts):
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
    ours, bare = (statistics.median(found) for found in seconds.values())
    yield Figure(
        "warm request: processor's time",
        f"{ours * 1e6:.0f} us",
        f"<= {functions.WARM_BUDGET} x floor",
        ours <= functions.WARM_BUDGET * bare,
        floor=f"{bare * 1e6:.0f} us",
        key="capture.warm.cpu",
        number=ours,
    )
    each = calls / (effort.warm_starts * WARM_ROUNDS * WARM_REQUESTS)
    yield Figure("… AWS calls of a form, new or again", f"{each:g}", "= 1", each == 1, counted=True)


def warm_instructions(effort: Effort) -> Iterator[Figure]:
    ours, bare = map(functions.warm_instructions, ("capture", "bare botocore"))
    yield Figure(
        "warm request: M instructions",
        f"{ours / 1e6:.2f}",
        f"<= {functions.WARM_BUDGET} x floor",
        ours <= functions.WARM_BUDGET * bare,
        counted=True,
        floor=f"{bare / 1e6:.2f}",
        key="capture.warm.instructions",
        number=ours,
    )


def _ask(process: Any) -> float:
    process.stdin.write(f"{WARM_REQUESTS}\n")
    process.stdin.flush()
    return float(process.stdout.readline())
