"""Reads what MiniStack noted of invocations, and kills workers that have one in hand.

A worker is the process that runs the code of a function. MiniStack notes each invocation as it
begins and as it ends, see `with_streams`.
"""

import itertools
import json
import os
import random
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

_LOOK: Final = 0.005
"""Seconds between two looks for an invocation that has just begun."""

_PROC: Final = Path("/proc")


@dataclass(slots=True)
class Invocation:
    """One invocation. `ended_at` is None while it runs; `pid` is None if the worker was cold."""

    id: str
    function: str
    source: str
    began_at: float
    pid: int | None
    bodies: Sequence[str]
    ended_at: float | None = None
    ok: bool = True
    killed_at: float | None = None

    @property
    def was_killed(self) -> bool:
        """Whether its worker was killed before it had answered."""
        return self.killed_at is not None and self.ended_at is not None and not self.ok


class Invocations:
    """The invocations that were noted so far, by id, in the order in which they began."""

    def __init__(self, notes: Path) -> None:
        self.by_id: dict[str, Invocation] = {}
        self._running: dict[str, Invocation] = {}
        self._notes = notes
        self._place = 0
        self._lock = threading.Lock()

    def read(self) -> list[Invocation]:
        """Read the new notes. The invocations that run now."""
        with self._lock:
            if self._notes.exists():
                with self._notes.open("rb") as file:
                    file.seek(self._place)
                    whole, newline, _ = file.read().rpartition(b"\n")
                self._place += len(whole) + len(newline)
                for line in whole.splitlines():
                    self._take(json.loads(line))
            return list(self._running.values())

    def _take(self, note: dict[str, Any]) -> None:
        if "began" in note:
            self.by_id[note["began"]] = self._running[note["began"]] = Invocation(
                id=note["began"],
                function=note["function"],
                source=note["source"],
                began_at=note["at"],
                pid=note["pid"],
                bodies=note["bodies"],
            )
        elif found := self._running.pop(note["ended"], None):
            found.ended_at, found.ok = note["at"], note["ok"]


@dataclass(frozen=True, slots=True)
class Target:
    """Invocations of a function, of one source: parts of their names."""

    name: str
    function: str
    source: str

    def is_one(self, invocation: Invocation) -> bool:
        return self.function == invocation.function and self.source in invocation.source


@dataclass(slots=True)
class Killer:
    """Kills a worker of each target in turn, every `every` seconds, while it works.

    It kills only processes that MiniStack named as its workers, and that run in this run's folder.
    """

    invocations: Invocations
    targets: Sequence[Target]
    every: float
    scratch: Path
    killed: list[tuple[Target, Invocation]] = field(default_factory=list)
    missed: int = 0
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="killer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        chance = random.Random(2)  # noqa: S311 - so that runs are alike
        next_at = time.monotonic() + self.every
        for target in itertools.cycle(self.targets):
            if self._stopping.wait(max(0.0, next_at - time.monotonic())):
                return
            next_at += self.every
            if not self._kill_one(target, next_at, chance):
                if self._stopping.is_set():
                    return
                self.missed += 1

    def _kill_one(self, target: Target, until: float, chance: random.Random) -> bool:
        """Kill a worker at a random moment of an invocation. False if there was none to kill."""
        seen: set[str] = set()
        lasts = self._usual_time(target)
        while time.monotonic() < until and not self._stopping.wait(_LOOK):
            for one in self.invocations.read():
                if one.id in seen or one.pid is None or not target.is_one(one):
                    continue
                seen.add(one.id)
                self._stopping.wait(max(0.0, one.began_at + chance.random() * lasts - time.time()))
                self.invocations.read()
                if one.ended_at is None and self._is_ours(one.pid):
                    one.killed_at = time.time()
                    os.kill(one.pid, signal.SIGKILL)
                    self.killed.append((target, one))
                    return True
        return False

    def _usual_time(self, target: Target) -> float:
        """How long the last invocations of a target took, in the middle."""
        ended = [
            one.ended_at - one.began_at
            for one in reversed(self.invocations.by_id.values())
            if one.ended_at is not None and one.pid is not None and target.is_one(one)
        ][:20]
        return sorted(ended)[len(ended) // 2] if ended else 0.1

    def _is_ours(self, pid: int) -> bool:
        """Whether the process is one that this run's MiniStack has started."""
        if not _PROC.is_dir():
            return True  # MiniStack named it just now
        try:
            return str(self.scratch).encode() in (_PROC / str(pid) / "cmdline").read_bytes()
        except OSError:
            return False
