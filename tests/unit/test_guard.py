"""What runs under the watchdog ends with its starter, however that ends."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hotlist_cli.local import guard
from hotlist_cli.local.guard import Guarded

# Starts a child of its own, says both process ids, and would run for an hour.
COMMAND = """
import os, subprocess, sys, time
from pathlib import Path
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
path = Path(sys.argv[1])
path.with_suffix(".part").write_text(f"{os.getpid()} {child.pid}")
path.with_suffix(".part").rename(path)
time.sleep(3600)
"""


def eventually(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} seconds"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether it runs; a zombie that nobody has asked for yet does not."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return bool(state.strip()) and not state.startswith("Z")


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def pids(file: Path) -> list[int]:
    eventually(file.exists)
    return [int(word) for word in file.read_text().split()]


def test_stopping_ends_the_command_and_its_children(tmp_path: Path, scratch: Path) -> None:
    said = tmp_path / "pids"
    command: list[str | Path] = [sys.executable, "-c", COMMAND, said]
    guarded = Guarded(command, env=os.environ, cwd=tmp_path, scratch=scratch)
    running = pids(said)
    assert all(map(is_alive, running))

    guarded.stop()

    assert guarded.returncode is not None
    eventually(lambda: not any(map(is_alive, running)))
    assert scratch.exists()  # the starter lives, and may want to read what is in it
    guarded.stop()  # again is no error


STARTER = """
import os, sys, time
from pathlib import Path
from hotlist_cli.local.guard import Guarded
here, scratch, command = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
Guarded(
    [sys.executable, "-c", command, here / "pids"],
    env=os.environ, cwd=here, scratch=scratch,
)
time.sleep(3600)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_death_of_the_starter_ends_all_and_removes_its_folder(
    tmp_path: Path, scratch: Path, number: signal.Signals
) -> None:
    cli = Path(guard.__file__).parents[2]
    command = textwrap.dedent(COMMAND)
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, tmp_path, scratch, command],
        env={**os.environ, "PYTHONPATH": str(cli)},
    )
    running = pids(tmp_path / "pids")

    starter.send_signal(number)
    starter.wait(10)

    eventually(lambda: not any(map(is_alive, running)))
    eventually(lambda: not scratch.exists())


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_the_death_of_the_watchdog_ends_the_command(tmp_path: Path, scratch: Path) -> None:
    said = tmp_path / "pids"
    command: list[str | Path] = [sys.executable, "-c", COMMAND, said]
    guarded = Guarded(command, env=os.environ, cwd=tmp_path, scratch=scratch)
    main, child = pids(said)

    os.kill(guarded.pid, signal.SIGKILL)

    eventually(lambda: not is_alive(main))
    guarded.stop()
    os.kill(child, signal.SIGKILL)  # this command leaves its children alone; MiniStack does not


@pytest.mark.parametrize("status", [0, 3])
def test_run_gives_status_and_output(tmp_path: Path, scratch: Path, status: int) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", f"print('done'); raise SystemExit({status})"]

    found = guard.run(command, env=os.environ, cwd=tmp_path, log=log, scratch=scratch, timeout=30)

    assert found == status
    assert log.read_text() == "done\n"


def test_a_command_that_takes_too_long_is_ended(tmp_path: Path, scratch: Path) -> None:
    said = tmp_path / "pids"

    with pytest.raises(subprocess.TimeoutExpired):
        guard.run(
            [sys.executable, "-c", COMMAND, said],
            env=os.environ,
            cwd=tmp_path,
            log=tmp_path / "log",
            scratch=scratch,
            timeout=2,
        )

    assert not any(map(is_alive, pids(said)))
