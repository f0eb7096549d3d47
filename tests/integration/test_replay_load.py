"""`hotlist rules replay` on a large file: its time beside json.loads, and its memory.

HOTLIST_REPLAY_LEADS=10000 is the full size.
"""

import os
from pathlib import Path
from typing import Final

import pytest
from bench import replays

LEADS: Final = int(os.environ.get("HOTLIST_REPLAY_LEADS", "600"))
NOISE: Final = 1.3
"""How much longer anything may take on a machine that does other things as well."""

MEMORY: Final = 12_000_000
"""Two runs of the same process differ by some megabytes."""


def test_a_replay_takes_few_passes_of_json_loads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "events.jsonl"
    count = replays.write(path, LEADS)

    least = replays.json_pass(path)
    found = replays.replayed(path, "--processes", "2")

    ratio = found.cpu / least / 2
    with capsys.disabled():
        print(  # noqa: T201 - the figures are what this is run for
            f"{count:,} lines: json.loads {least:.2f} s; replay {found.cpu:.1f} s of processor "
            f"time, {found.wall:.1f} s by the clock; on two processors {ratio:.0f} times json.loads"
        )
    assert found.out.count(b"\n") > LEADS / 10
    assert ratio <= replays.BUDGET * NOISE


def test_memory_does_not_grow_with_the_number_of_leads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few, many = tmp_path / "few.jsonl", tmp_path / "many.jsonl"
    replays.write(few, 400, 5)
    replays.write(many, 4_000, 5)
    assert few.stat().st_size > 1_000_000  # smaller files are kept in memory

    small, large = (replays.replayed(path, "--processes", "2") for path in (few, many))

    with capsys.disabled():
        print(  # noqa: T201 - the figures are what this is run for
            f"{small.memory / 1e6:.1f} MB; of ten times as many leads {large.memory / 1e6:.1f} MB"
        )
    assert large.out.count(b"\n") > 5 * small.out.count(b"\n") > 0
    assert large.memory <= small.memory + MEMORY
