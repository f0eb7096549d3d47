"""The worst history that the door lets in: what its fold takes of memory and of the processor."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from hotlist.events.sizes import SCORED_BYTES
from integration import worst_history

ROOT: Final = Path(__file__).parents[2]
MEMORY_MB: Final = 300
BATCH_MB: Final = 1_024
CPU_SECONDS: Final = 5
LEADS: Final = int(os.environ.get("HOTLIST_WORST_LEADS", "2"))
KINDS: Final = [*worst_history.KINDS] if "HOTLIST_WORST_LEADS" in os.environ else ["tiny", "long"]


def measured(kind: str, leads: int, how: str) -> list[dict[str, Any]]:
    """One process makes the history and folds it; its peak is that of both."""
    paths = [ROOT, ROOT / "layers/common", ROOT / "cli", ROOT / "tests", ROOT / ".build/tests"]
    command = [sys.executable, "-m", "integration.worst_history", str(leads), "1000", kind, how]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=3_600, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("kind", KINDS)
def test_the_worst_history_is_folded_in_little_memory_and_time(kind: str) -> None:
    *folds, card = measured(kind, LEADS, "one_by_one")
    first, last = folds[0], folds[-1]
    seconds = sum(fold["seconds"] for fold in folds)
    print(  # noqa: T201 - the figures, with -s
        f"{kind}: {first}; {len(folds)} leads: {seconds:.1f} s of CPU, {last['peak_mb']} MB;"
        f" the card: {card}"
    )
    assert len(folds) == LEADS
    assert all(fold["largest"] <= SCORED_BYTES for fold in folds)
    assert max(fold["seconds"] for fold in folds) < CPU_SECONDS
    assert last["peak_mb"] < MEMORY_MB
    assert last["peak_mb"] < first["peak_mb"] * 1.15, "memory grows with the number of leads"
    assert card["events"] > 9_900
    assert card["seconds"] < CPU_SECONDS
    assert card["peak_mb"] < MEMORY_MB
    assert card["page_kb"] < 4_500
    assert card["read_mb"] <= first["read_mb"], "it is read as for a fold"


def test_a_batch_of_such_leads_is_folded_in_the_memory_of_the_function() -> None:
    (batch,) = measured("long", LEADS, "together")
    print(f"a batch: {batch}")  # noqa: T201 - the figures, with -s
    assert batch["leads"] == LEADS
    assert batch["seconds"] < CPU_SECONDS * LEADS
    assert batch["peak_mb"] < BATCH_MB
