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
CPU_SECONDS: Final = 5
LEADS: Final = int(os.environ.get("HOTLIST_WORST_LEADS", "2"))
KINDS: Final = [*worst_history.KINDS] if "HOTLIST_WORST_LEADS" in os.environ else ["tiny", "long"]


def measured(kind: str, leads: int) -> list[dict[str, Any]]:
    """One process makes the history and folds it; its peak is that of both."""
    paths = [ROOT, ROOT / "layers/common", ROOT / "cli", ROOT / "tests", ROOT / ".build/tests"]
    command = [sys.executable, "-m", "integration.worst_history", str(leads), "1000", kind]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=3_600, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("kind", KINDS)
def test_the_worst_history_is_folded_in_little_memory_and_time(kind: str) -> None:
    folds = measured(kind, LEADS)
    first, last = folds[0], folds[-1]
    seconds = sum(fold["seconds"] for fold in folds)
    print(  # noqa: T201 - the figures, with -s
        f"{kind}: {first}; {len(folds)} leads: {seconds:.1f} s of CPU, {last['peak_mb']} MB"
    )
    assert len(folds) == LEADS
    assert all(fold["largest"] <= SCORED_BYTES for fold in folds)
    assert max(fold["seconds"] for fold in folds) < CPU_SECONDS
    assert last["peak_mb"] < MEMORY_MB
    assert last["peak_mb"] < first["peak_mb"] * 1.15, "memory grows with the number of leads"
