"""Starts processes that never outlive the one that started them, however it ends.

A command runs under a watchdog, which is this file, started as a script. The watchdog reads from a
pipe that only its starter writes to. When the starter closes the pipe or dies (`kill -9` included),
the pipe ends. Then the watchdog ends the command and everything that the command started. If the
starter died, it also removes the run's scratch folder, since nobody else would. If the watchdog
itself is killed, Linux ends the command (PR_SET_PDEATHSIG).

This file uses the standard library alone: the watchdog must start fast, under any interpreter.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

GRACE: Final = 1.0
"""Seconds that a command has to end after it was asked to. Then it is killed."""

_PR_SET_PDEATHSIG: Final = 1
_IN_ORDER: Final = b"."
"""What the starter writes before it closes the pipe. A starter that died has not written it."""


class Guarded:
    """A command under its watchdog."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        cwd: Path,
        log: IO[bytes] | None = None,
        scratch: Path,
    ) -> None:
        """Start the command. Its output goes to `log`, or to this process's own output.

        `scratch` is the folder that the watchdog removes if this process dies.
        """
        watchdog = [sys.executable, "-I", __file__, str(scratch)]
        self._process = subprocess.Popen(
            [*watchdog, *map(str, command)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT if log else None,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,  # Ctrl-C is for the starter, which stops us in order
        )

    @property
    def pid(self) -> int:
        """The process id of the watchdog."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit status, or None while the command runs."""
        return self._process.poll()

    def wait(self, timeout: float) -> int:
        """The exit status. :raises subprocess.TimeoutExpired:"""
        return self._process.wait(timeout)

    def stop(self) -> None:
        """End the command and all that it started. Returns when they are gone."""
        if self._process.stdin and not self._process.stdin.closed:
            with suppress(OSError):
                self._process.stdin.write(_IN_ORDER)
                self._process.stdin.close()
        self._process.wait(GRACE + 10)


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    log: Path,
    scratch: Path,
    timeout: float,
) -> int:
    """Run a command to its end, with its output in `log`. Returns its exit status.

    :raises subprocess.TimeoutExpired: after `timeout` seconds. The command has been ended then.
    """
    with log.open("wb") as output:
        guarded = Guarded(command, env=env, cwd=cwd, log=output, scratch=scratch)
        try:
            return guarded.wait(timeout)
        finally:
            guarded.stop()


# --- the watchdog's own side --------------------------------------------------------------


def _die_with_parent() -> None:
    """Let Linux end this process when its parent dies. On other systems only the pipe does that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _watch(scratch: str, command: Sequence[str]) -> int:
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # a group of its own, to be ended as one
        preexec_fn=_die_with_parent,  # noqa: PLW1509 - no threads yet
    )
    died = threading.Event()
    threading.Thread(target=_end_with_pipe, args=(child, died), daemon=True).start()
    status = child.wait()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)  # whatever it left behind
    if died.is_set():
        shutil.rmtree(scratch, ignore_errors=True)
    return status if status >= 0 else 128 - status


def _end_with_pipe(child: subprocess.Popen[bytes], died: threading.Event) -> None:
    if not os.read(0, 1):  # returns when the starter has written or closed, or died
        died.set()
    child.terminate()
    try:
        child.wait(GRACE)
    except subprocess.TimeoutExpired:
        child.kill()


if __name__ == "__main__":
    sys.exit(_watch(sys.argv[1], sys.argv[2:]))
