"""Writes the tables of README.md and docs/performance.md, each between two comments that name it.

A test finds every table as it is calculated here, from template.yaml, bench/prices.toml, the bills
that the tests count, and bench/measured.json.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from bench import bills, concurrency, costs, day, kept, prices, reach
from cloudformation import resources, template

ROOT: Final = Path(__file__).resolve().parents[1]
FILES: Final = (ROOT / "README.md", ROOT / "docs" / "performance.md")
Rows = Sequence[Sequence[str]]

MEMORIES: Final = (256, 512, 1024, 1769)
_TABLE: Final = re.compile(r"<!-- ([\w-]+) -->\n(.*?)<!-- /\1 -->", re.DOTALL)


def keep(results: Path) -> int:
    """Let the docs derive from these results, if they are of a whole bench: the exit code."""
    if missing := kept.missing(json.loads(results.read_text(encoding="utf-8"))):
        print(f"These results are not kept: {missing}. Run `make bench` first.")
        return 1
    shutil.copy(results, kept.FILE)
    write()
    return 0


def write() -> None:
    made = tables()
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        file.write_text(
            _TABLE.sub(
                lambda found: f"<!-- {found[1]} -->\n{made[found[1]]()}<!-- /{found[1]} -->", text
            ),
            encoding="utf-8",
        )


def written() -> Iterator[tuple[Path, str, str]]:
    """Each table that stands in a file: the file, its name and its text."""
    for file in FILES:
        for found in _TABLE.finditer(file.read_text(encoding="utf-8")):
            yield file, found[1], found[2]


def tables() -> Mapping[str, Callable[[], str]]:
    """What makes each table, by its name."""
    return {
        "costs": lambda: markdown(_costs()),
        "costs-in-short": lambda: markdown(_costs_in_short()),
        "idle": lambda: markdown(_idle()),
        "memory": lambda: markdown(_memory()),
        "at-once": lambda: markdown(_at_once()),
        "figures": lambda: markdown(_figures()),
        "shard": lambda: markdown(reach.shard(kept.measured())),
        "ten-million": lambda: markdown(reach.ten_million(kept.measured(), _sizes())),
        "rescoring": lambda: markdown(reach.rescoring(kept.measured(), _sizes())),
        "day": lambda: markdown(_day()),
        "date": lambda: (
            f"Measured on {kept.date()} with Python {kept.python()} on two shared processors, in "
            f"batches of {kept.records()}; "
            f"prices as of {prices.looked_up()}.\n"
        ),
    }


def markdown(rows: Rows) -> str:
    head, *rest = rows
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rest]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def totals() -> dict[str, float]:
    """Dollars a million, by the name of the request."""
    return {
        request.name: sum(costs.of_request(request, _sizes(), kept.measured()).values())
        for request in bills.REQUESTS
    }


def _sizes() -> costs.Sizes:
    return costs.sizes(resources("AWS::Serverless::Function"))


def _costs() -> Rows:
    rows: list[list[str]] = []
    for request in bills.REQUESTS:
        parts = costs.of_request(request, _sizes(), kept.measured())
        rows = rows or [["a million times", "read units", "write units", *parts, "dollars"]]
        all_bills = (request.door, request.scoring, request.mailing)
        read, written = sum(one.read for one in all_bills), sum(one.written for one in all_bills)
        shown = [f"{amount:.2f}" for amount in parts.values()]
        total = f"**{sum(parts.values()):.2f}**"
        rows.append([request.name, f"{read:g}", f"{written}", *shown, total])
    return rows


def _costs_in_short() -> Rows:
    return [["a million times", "dollars"], *([name, f"{d:.2f}"] for name, d in totals().items())]


def _idle() -> Rows:
    parts = costs.idle(template()["Resources"], kept.measured(), _sizes())
    shown = [[name, f"{amount:.2f}"] for name, amount in parts.items() if amount >= 0.005]
    return [
        ["a month in which nobody comes", "dollars"],
        *shown,
        ["together", f"**{sum(parts.values()):.2f}**"],
    ]


def _memory() -> Rows:
    """Time and cost of each function's work, by memory. The shipped size is in bold."""
    measured, sizes = kept.measured(), _sizes()
    work = costs.works(measured)
    known = work["score, known, shared"]
    shown = {
        "capture: a form": (work["capture"], sizes.capture),
        "score: 100 views of known people": (
            costs.Work(100 * known.cpu, 8 * costs.CALL),
            sizes.score,
        ),
        "score: a form alone": (work["score, alone"], sizes.score),
        "notify: a mail": (work["notify, a mail"], sizes.notify),
        "digest: 500 hot leads": (
            costs.Work(
                measured["digest.500.cpu"],
                max(0.0, measured["digest.500.wall"] - measured["digest.500.cpu"]),
            ),
            sizes.digest,
        ),
    }
    rows = [["work", "processor", "waits", *(f"{memory:,} MB" for memory in MEMORIES)]]
    for name, (one, size) in shown.items():
        cells = []
        for memory in MEMORIES:
            cell = f"{_time(one.seconds(memory))}, {1e6 * one.dollars(memory):.2f}"
            cells.append(f"**{cell}**" if memory == size else cell)
        rows.append([name, _time(one.cpu), _time(one.waits), *cells])
    return rows


def _at_once() -> Rows:
    one, four = (
        concurrency.by_source(template()["Resources"], template()["Parameters"], shards)
        for shards in (1, 4)
    )
    rows = [["what runs", "one busy shard a stream", "four"]]
    rows += [[name, str(count), str(four[name])] for name, count in one.items()]
    left = [concurrency.NEW_ACCOUNT - sum(found.values()) for found in (one, four)]
    rows.append(["together", *(f"**{sum(found.values())}**" for found in (one, four))])
    rows.append(["left for capture, of a new account's ten", *(str(max(0, n)) for n in left)])
    return rows


def _figures() -> Rows:
    rows = [["figure", "value", "floor", "peer", "budget", "verdict"]]
    names = ("name", "value", "floor", "peer", "budget", "verdict")
    return rows + [[one[name] for name in names] for one in kept.figures()]


def _day() -> Rows:
    found = day.simulate(day.Plan(), day.shipped(1), kept.measured())
    parts = day.price(found, kept.measured())
    rows = day.table(found, day.spans())
    width = len(rows[0]) - 1
    away = ", ".join(f"{count} {name}" for name, count in found.turned_away.items()) or "none"
    said = {
        "requests": f"{found.calls:,}",
        "most in a second": str(found.most_calls),
        "turned away": away,
        "dollars, without mails": f"{sum(parts.values()):.2f}",
    }
    return [*rows, *([name, value, *[""] * (width - 1)] for name, value in said.items())]


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1e3:.0f} ms"
