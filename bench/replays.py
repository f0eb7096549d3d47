"""Measures `hotlist rules replay` against a plain pass of json.loads over the same file."""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Final, NamedTuple

from bench import visits
from bench.figures import Effort, Figure
from hotlist.events.times import to_text

EACH: Final = 20
BUDGET: Final = 60
"""How many passes of json.loads a replay on two processors may take."""

_LAUNCH: Final = """
import json, os, sys
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(child, 0)
figures = used.ru_utime + used.ru_stime, used.ru_maxrss * 1024
print("\\n" + json.dumps(figures), end="", file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Starts a command and counts what it takes. A process counts the memory of what started it as its
own, so that has to be small."""

_ROOT: Final = Path(__file__).parents[1]


class Measured(NamedTuple):
    """Seconds of processor time and of the clock, and the largest memory of any process."""

    cpu: float
    wall: float
    memory: int
    out: bytes


def write(path: Path, leads: int, each: int = EACH) -> int:
    """A file of visits over 80 days, in the order of time. Returns its number of lines."""
    lines = []
    for lead in range(leads):
        drawn = random.Random(lead)
        start = visits.NOW - timedelta(days=drawn.uniform(1, 80))
        for number, event in enumerate(visits.history(each)):
            at = start + timedelta(days=drawn.expovariate(0.5))
            said = {
                "lead": f"lead-{lead}@example.org",
                "event_id": f"{number}",
                "type": event.type,
                "occurred_at": to_text(at),
                "properties": event.properties,
            }
            lines.append((at, json.dumps(said)))
    lines.sort()
    path.write_text("".join(f"{text}\n" for _, text in lines), encoding="utf-8")
    return len(lines)


def json_pass(path: Path) -> float:
    """Seconds of processor time to read each line by json.loads; the best of three."""
    spent = []
    for _ in range(3):
        began = process_time()
        with path.open("rb") as file:
            for line in file:
                json.loads(line)
        spent.append(process_time() - began)
    return min(spent)


def replayed(path: Path, *options: str, rules: Path = _ROOT / "config/scoring.yaml") -> Measured:
    """Replay the file by the command, in a process of its own."""
    command = [sys.executable, "-m", "hotlist_cli", "rules", "replay"]
    command += ["--rules", str(rules), "--events", str(path), "--json", *options]
    paths = os.pathsep.join(str(_ROOT / name) for name in ("layers/common", "cli"))
    began = perf_counter()
    done = subprocess.run(
        [sys.executable, "-S", "-c", _LAUNCH, *command],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": paths},
        capture_output=True,
        timeout=3600,
        check=False,
    )
    wall = perf_counter() - began
    said, _, figures = done.stderr.rpartition(b"\n")
    if done.returncode:
        raise RuntimeError(said.decode())
    cpu, memory = json.loads(figures)
    return Measured(cpu, wall, memory, done.stdout)


def replay(effort: Effort) -> Iterator[Figure]:
    """A replay by the shipped rules. The time of the clock depends on what else is running."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        count = write(path, effort.lines // EACH)
        least = json_pass(path)
        found = replayed(path, "--processes", "2")
    yield Figure(
        f"rules replay of {count:,} lines, {EACH} a lead, by two processes",
        f"{found.wall:.1f} s",
        f"<= {BUDGET} x floor",
        found.wall <= BUDGET * least,
        floor=f"{least:.2f} s",
        key="replay.seconds",
        number=found.wall / count,
    )
    yield Figure("… processor time / floor / 2", f"{found.cpu / least / 2:.0f}")
    yield Figure("… largest memory of a process", f"{found.memory / 1e6:.0f} MB")
