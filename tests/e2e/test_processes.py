"""The command `hotlist local`: it ends in order, leaves nothing after a crash, and demonstrates."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from urllib.request import urlopen

import pytest

from e2e.api import Api, eventually, somebody
from e2e.one_stack import ROOT

PROC = Path("/proc")

pytestmark = pytest.mark.skipif(not PROC.is_dir(), reason="finds processes in /proc")


def processes(scratch: str) -> list[int]:
    """Everything that runs with the run's folder in its command line or environment."""
    found = []
    for folder in PROC.iterdir():
        try:
            known = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:  # no process, or one that has just ended
            continue
        if scratch.encode() in known:
            found.append(int(folder.name))
    return found


class Running:
    """`hotlist local up` as somebody runs it in a terminal."""

    def __init__(self) -> None:
        # Jobs in a shell's background ignore SIGINT, and so would whatever they start.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hotlist_cli", "local", "up"],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        finally:
            signal.signal(signal.SIGINT, before)
        printed = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            printed += line
            if "Ctrl-C" in line:
                break
        self.printed = printed
        self.scratch = self.address("scratch")

    def address(self, name: str) -> str:
        found = re.search(rf"^ *{name} +(\S+)$", self.printed, re.MULTILINE)
        assert found, self.printed
        return found[1]


@pytest.fixture
def running() -> Iterator[Running]:
    up = Running()
    yield up
    if up.process.poll() is None:
        up.process.kill()
    up.process.wait()
    assert up.process.stdout is not None
    up.process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_when_it_ends_every_process_ends_and_its_folder_goes(
    running: Running, number: signal.Signals
) -> None:
    answer = Api(running.address("API")).submit("ebook", email=somebody())
    assert answer.status == 201  # so a function's process runs too
    # The watchdog, MiniStack, the function that answered; the stream's functions may come.
    assert len(processes(running.scratch)) >= 3

    os.kill(running.process.pid, number)

    running.process.wait(15)
    eventually(lambda: not processes(running.scratch), 10)
    eventually(lambda: not Path(running.scratch).exists(), 10)
    if number != signal.SIGKILL:
        assert running.process.returncode == 130


def test_it_prints_the_list_and_the_card_of_each_lead_that_a_mail_tells_of(
    running: Running,
) -> None:
    def opened(address: str) -> str:
        with urlopen(address, timeout=30) as answer:
            assert answer.headers["X-Robots-Tag"] == "noindex"
            return str(answer.read().decode())

    assert "<button" in opened(running.address("today's list"))  # the step of the device
    answer = Api(running.address("API")).submit(
        "contact", name="Ada Printed", email=somebody(), message="Call me"
    )
    assert answer.status == 201, answer
    assert running.process.stdout is not None
    ends = Timer(60, running.process.kill)
    ends.start()
    try:
        line = next(line for line in running.process.stdout if line.startswith("  card  "))
    finally:
        ends.cancel()
    assert "Ada Printed" in line
    assert "<button" in opened(line.split()[-1])


def test_the_demo_shows_what_it_has_checked() -> None:
    demo = subprocess.run(
        [sys.executable, "-m", "hotlist_cli", "local", "demo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert re.search(r"Marek Zieliński +\d+ +hot ", demo.stdout)
    assert re.search(r"\(a machine\) .*never scored", demo.stdout)
    assert re.search(r"was contacted, and is in stage \w+\n  card  http\S+/leads/", demo.stdout)
    pages = re.findall(r"^ +(\S+\.html) ", demo.stdout, re.MULTILINE)
    assert len(pages) >= 8  # messages, an alert and the digest, each to two readers
    for page in pages:
        assert (ROOT / page).stat().st_size > 500
        assert (ROOT / page).with_suffix(".eml").exists()
