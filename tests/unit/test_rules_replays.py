"""`hotlist rules replay` in several processes: the same output, the same errors, nothing left."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hotlist_cli.rules import parts, replays
from hotlist_cli.rules.workers import WorkerEnded, spread
from rules_command import Ran, event, lines, rules

ROOT = Path(__file__).parents[2]
RULES = """\
temperature: {warm: 20, hot: 40}
groups: {fit: {}, engagement: {decay: {half_life: 10d}}}
rules:
  - {id: boss, lead: {role: [director]}, points: 25}
  - {id: visit, event: page_viewed, points: 15}
"""
LEADS = [f"lead {n} ż" for n in range(60)]
MANY = ("--processes", "3")

forks = pytest.mark.skipif(sys.platform != "linux", reason="patches what a forked process does")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "scoring.yaml"
    made.write_text(RULES)
    return made


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary files go. None is left, whatever a test does."""
    made = tmp_path / "scratch"
    made.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    yield made
    assert [*made.iterdir()] == []


def history() -> list[dict[str, Any]]:
    """Lines of many leads in any order; facts come first for some, or late."""
    drawn = random.Random(7)
    said = [
        event(f"{lead}/{n}", "page_viewed", f"{drawn.randrange(1, 29)} {n:02}:00", lead=lead)
        for lead in LEADS
        for n in range(5)
    ]
    said += [{"lead": lead, "facts": {"role": "director"}} for lead in LEADS[::7]]
    drawn.shuffle(said)
    return said


def replayed(file: Path, *options: str, events: Any) -> Ran:
    return rules("replay", "--rules", file, "--events", "-", *options, events=events)


@pytest.mark.parametrize("shown", [(), ("--json",)])
def test_any_number_of_processes_prints_the_same(
    file: Path, monkeypatch: pytest.MonkeyPatch, shown: tuple[str, ...]
) -> None:
    given = history()
    whole = replayed(file, *shown, events=given)
    assert whole.status == 0
    assert whole.out.count("\n") > len(LEADS)
    for count in ("1", "2", "7"):
        assert replayed(file, *shown, "--processes", count, events=given) == whole
    monkeypatch.setattr(replays, "SMALL", 1000)
    assert replayed(file, *shown, "--processes", "1", events=given) == whole


@forks
def test_parts_that_are_split_again_print_the_same(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = history()
    whole = replayed(file, events=given)
    monkeypatch.setattr(parts, "MAX_PART", 1_000)
    assert replayed(file, "--processes", "2", events=given) == whole


def test_a_large_part_is_split_until_each_fits_or_has_one_lead(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MAX_PART", 2_000)
    leads = [f"lead-{n:04}".encode() for n in range(2_000)] + [b"large"] * 100
    given = [parts.Line(n, lead, b"x" * 100) for n, lead in enumerate(leads)]
    made = [one for part in parts.partition(given, scratch / "p") for one in parts.smaller(part)]
    assert all(one.size <= parts.MAX_PART or not one.is_mixed for one in made)
    read = [[*parts.read(one)] for one in made]
    assert sorted(line for lines in read for line in lines) == given
    assert all(lines == sorted(lines) for lines in read)
    assert [len({line.lead for line in lines}) for lines in read].count(1) >= 1
    homes = [{line.lead for line in lines} for lines in read]
    assert sum(map(len, homes)) == len(set(leads))  # all lines of a lead are in one part
    shutil.rmtree(scratch / "p")


def test_leads_stand_in_the_order_in_which_they_appear_first(file: Path) -> None:
    given = history()
    found = [line["lead"] for line in replayed(file, *MANY, "--json", events=given).objects()]
    changed = set(found)
    first = [lead for lead in dict.fromkeys(line["lead"] for line in given) if lead in changed]
    assert list(dict.fromkeys(found)) == first


def test_nothing_is_printed_of_no_lines_and_no_changes(file: Path) -> None:
    for given in ([], [event("1", "page_engaged", "1")]):
        ran = replayed(file, *MANY, events=given)
        assert ran == (0, "no lead changed its temperature\n", "")


BAD = [
    b"nonsense",
    b'{"lead": "", "event_id": "1", "type": "page_viewed"}',
    b'{"lead": "a", "event_id": "1", "type": "page_vewed", "occurred_at": "2026-03-01"}',
    b'{"lead": "b", "lead": "c"}',
    b"[1, 2]",
    b'{"lead": "\\ud800", "facts": 3}',
    b"[" * 100_000,
    b"9" * 5_000,
    b"\xff\xfe",
]


@pytest.mark.parametrize("times", [1, 4])
def test_what_is_wrong_is_said_in_the_order_of_the_file(file: Path, times: int) -> None:
    good = lines(history()).splitlines()
    other = lines([event(f"{LEADS[3]}/1", "page_engaged", "1", lead=LEADS[3])]).strip()
    given = b"\n".join([*good, *(BAD * times), other]) + b"\n"
    one, many = (replayed(file, *options, events=given) for options in ((), MANY))
    assert many == one
    assert (one.status, one.out) == (1, "")
    numbers = [int(line.split(":")[1]) for line in one.err.splitlines()]
    assert numbers == sorted(numbers)
    assert numbers[0] == len(good) + 1
    assert len(numbers) == 20 if times > 1 else "stands on line" in one.err


def test_the_last_instant_is_that_of_the_latest_event_however_it_is_written(file: Path) -> None:
    said = ["2026-03-20T12:00:00Z", "2026-03-20T14:00:00.500+01:00", "2026-W12-5T12:59:59Z"]
    given = [
        event(str(n), "page_viewed", "1", lead=f"l{n}") | {"occurred_at": at}
        for n, at in enumerate(said * 2)
    ]
    old = [event(f"x{n}", "page_viewed", "1") for n in range(3)]
    ends = "2026-03-20T13:00:00.500Z"
    found = replayed(file, *MANY, "--json", events=[*old, *given])
    assert found == replayed(file, "--json", "--until", ends, events=[*old, *given])


# --- what goes wrong --------------------------------------------------------------------


@forks
@pytest.mark.parametrize(
    ("end", "how"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "ended by SIGKILL"),
        (lambda: os._exit(3), "ended with status 3"),
    ],
)
def test_a_process_that_dies_is_told(
    file: Path, monkeypatch: pytest.MonkeyPatch, end: Any, how: str
) -> None:
    parent = os.getpid()

    def dying(*given: Any) -> Any:
        assert os.getpid() != parent
        end()

    monkeypatch.setattr(replays, "replay", dying)
    ran = replayed(file, *MANY, events=history())
    assert (ran.status, ran.out) == (1, "")
    assert how in ran.err
    assert "--processes 1" in ran.err


@forks
@pytest.mark.parametrize("where", ["partition", "read"])
def test_a_full_disk_is_told(file: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    def full(*given: Any) -> Any:
        raise OSError(28, "No space left on device", "/somewhere")

    monkeypatch.setattr(parts, where, full)
    for count in ("1", "2"):
        if where == "partition" and count == "1":
            continue  # so small a file needs no temporary files
        if where == "read":
            monkeypatch.setattr(replays, "SMALL", 1000)
        ran = replayed(file, "--processes", count, events=history())
        assert (ran.status, ran.out) == (1, "")
        assert ran.err.startswith("/somewhere: ")
        assert "No space left on device; let TMPDIR name a folder" in ran.err


def _setup() -> Any:
    return abs


def test_work_is_shared_and_all_of_it_is_done() -> None:
    assert sorted(spread(_setup, range(-50, 0), 3)) == [*range(1, 51)]


@forks
def test_a_fault_in_the_work_shows_its_trace(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WorkerEnded, match="with status 1; what it said stands above"):
        list(spread(_setup, ["text"], 2))
    assert "bad operand type for abs()" in capfd.readouterr().err


# --- how it is stopped ------------------------------------------------------------------

SLOW = """
import sys, time
from hotlist_cli.rules import replays
from hotlist_cli.__main__ import main
def slow(*given):
    print("works", file=sys.stderr, flush=True)
    time.sleep(600)
replays.replay = slow
raise SystemExit(main(sys.argv[1:]))
"""


@forks
@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_all_processes_end_with_the_first(
    file: Path, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    events = tmp_path / "events.jsonl"
    events.write_bytes(lines(history()))
    own = tmp_path / "own"
    own.mkdir()
    path = os.pathsep.join(str(ROOT / name) for name in ("layers/common", "cli"))
    given = ["--rules", str(file), "--events", str(events), *MANY]
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, "rules", "replay", *given],
        stderr=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path, "TMPDIR": str(own)},
        start_new_session=True,
    )
    assert process.stderr is not None
    with process.stderr:
        assert [process.stderr.readline() for _ in range(3)] == [b"works\n"] * 3
        if number == signal.SIGKILL:
            process.kill()
        else:
            os.killpg(process.pid, number) if number == signal.SIGINT else process.terminate()
            assert process.stderr.read() == b""
            assert [*own.iterdir()] == []
        assert process.wait(30) == status
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("a process is left")
