"""`hotlist rules replay`: all leads of a file, some at a time, in several processes.

The lines are grouped by lead first. Nothing is printed before every line has been checked.
"""

import heapq
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple

from hotlist.scoring.ruleset import Ruleset, from_checked
from hotlist_cli.rules import fields, parts
from hotlist_cli.rules.captured import Forms
from hotlist_cli.rules.history import MAX_PROBLEMS, BadHistory, History, Reader, opened
from hotlist_cli.rules.inputs import BadInput, Inputs, load_rules
from hotlist_cli.rules.json_lines import BadLine, lines, parse
from hotlist_cli.rules.output import cell, say, table_line, to_json, wider
from hotlist_cli.rules.parts import Line, Part
from hotlist_cli.rules.replay import Change, replay
from hotlist_cli.rules.workers import WorkerEnded, ended_by_signals, processors, spread

SMALL: Final = 1_000_000
"""A file of at most so many bytes is replayed in memory, if the caller does not say how."""

_MAX_OPEN: Final = 64
_HEADER: Final = ("lead", "at", "temperature", "total", "")
_NUMBERS: Final = {"total"}
_PLAIN_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", re.ASCII)


class _Job(NamedTuple):
    """What is the same for all leads."""

    rules: Mapping[str, Any]
    forms: Forms
    until: datetime
    as_json: bool


class _Task(NamedTuple):
    """A part to work off. `is_refused`: something is wrong already, so it is checked alone."""

    part: Part
    is_refused: bool


@dataclass(slots=True)
class _Found:
    """What is wrong in lines, by their number; and how wide the columns of the changes are."""

    problems: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    widths: list[int] = field(default_factory=lambda: [*map(len, _HEADER)])

    def add(self, other: "_Found") -> None:
        self.widths = [max(pair) for pair in zip(self.widths, other.widths, strict=True)]
        for number, reasons in other.problems:
            self.add_problem(number, reasons)

    def add_problem(self, number: int, reasons: tuple[str, ...]) -> None:
        self.problems = sorted([*self.problems, (number, reasons)])[:MAX_PROBLEMS]


def run(inputs: Inputs, until: datetime | None, *, as_json: bool, processes: int | None) -> int:
    """Replay all leads and print what changed."""
    given = load_rules(inputs)
    incoming = _Incoming(inputs.events)
    begun, whole = incoming.small() if processes in (None, 1) else ([], False)
    with ended_by_signals(), ExitStack() as stack:
        try:
            made = [] if whole else _parts(chain(begun, incoming), stack)
            at = until or incoming.latest or datetime.now(UTC)
            job = _Job(given.source, given.forms, at, as_json)
            found = _Found()
            if whole:
                changes: Iterable[str] = [*_changes(job, from_checked(job.rules), begun, found)]
            else:
                changes = _spread(job, made, processes or processors(), found, stack)
        except OSError as error:
            raise BadInput(_no_room(error)) from error
        problems = [f"{inputs.events}:{n}: {why}" for n, whys in found.problems for why in whys]
        problems += [incoming.failure] if incoming.failure else []
        if problems:
            raise BadInput("\n".join(problems[:MAX_PROBLEMS]))
        _print(changes, found.widths, as_json=as_json)
    return 0


class _Incoming:
    """The lines of the file as they come. After the last one: the latest event, and what failed."""

    def __init__(self, name: str) -> None:
        self.latest: datetime | None = None
        self.failure: str | None = None
        self._name = name
        self._latest_text = ""
        self._lines = self._read()

    def __iter__(self) -> Iterator[Line]:
        return self._lines

    def small(self) -> tuple[list[Line], bool]:
        """The first lines of the file, and whether they are all."""
        taken, size = [], 0
        for line in self._lines:
            taken.append(line)
            size += len(line.text)
            if size > SMALL:
                return taken, False
        return taken, True

    def _read(self) -> Iterator[Line]:
        hopeless = 0
        try:
            with opened(self._name) as stream:
                for number, text in lines(stream):
                    line, occurred_at = parts.line_of(number, text)
                    self._see(occurred_at)
                    yield line
                    hopeless += not line.lead
                    if hopeless >= MAX_PROBLEMS:  # then no more problems than these are shown
                        return
        except BadHistory as error:
            raise BadInput(str(error)) from error
        except OSError as error:
            self.failure = f"{self._name}: cannot be read: {error.strerror}"

    def _see(self, value: object) -> None:
        if isinstance(value, str) and _PLAIN_INSTANT.fullmatch(value):
            if value[:19] < self._latest_text:
                return
            self._latest_text = value[:19]
        try:
            at = fields.instant(value)
        except ValueError:  # the line is refused when it is checked
            return
        self.latest = at if self.latest is None else max(self.latest, at)


def _parts(incoming: Iterable[Line], stack: ExitStack) -> list[Part]:
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hotlist-replay-"))
    made = parts.partition(incoming, Path(folder) / "parts")
    return sorted(made, key=lambda part: part.size, reverse=True)


def _spread(
    job: _Job, made: Sequence[Part], processes: int, found: _Found, stack: ExitStack
) -> Iterator[str]:
    """The changes in all parts, which are worked off first."""
    paths = []
    tasks = (_Task(part, bool(found.problems)) for part in made)
    try:
        with closing(spread(partial(_setup, job), tasks, min(processes, len(made)))) as answers:
            for answer in answers:
                if isinstance(answer, OSError):
                    raise answer
                path, more = answer
                found.add(more)
                paths.append(path)
    except WorkerEnded as error:
        raise BadInput(
            f"a process that replayed a part of the leads ended {error}. If the memory is used up, "
            "take fewer processes, as in --processes 1"
        ) from error
    files = [stack.enter_context(path.open(encoding="ascii")) for path in paths]
    return heapq.merge(*files)


def _setup(job: _Job) -> Callable[[_Task], tuple[Path, _Found] | OSError]:
    """What a process does with each part."""
    return partial(_work, job, from_checked(job.rules))


def _work(job: _Job, ruleset: Ruleset, task: _Task) -> tuple[Path, _Found] | OSError:
    """The file of a part's changes, in the order in which leads appear first."""
    found, paths = _Found(), []
    try:
        for part in parts.smaller(task.part):
            path = part.path.with_suffix(".changes")
            with path.open("w", encoding="ascii") as file:
                these = _changes(job, ruleset, parts.read(part), found, check=task.is_refused)
                file.writelines(these)
            part.path.unlink()
            paths.append(path)
        while len(paths) > 1:
            paths = [*paths[_MAX_OPEN:], _merged(paths[:_MAX_OPEN])]
    except OSError as error:
        return error
    return paths[0], found


def _merged(paths: Sequence[Path]) -> Path:
    merged = paths[0].with_suffix(".merged" + paths[0].suffix)
    with ExitStack() as stack, merged.open("w", encoding="ascii") as file:
        files = [stack.enter_context(path.open(encoding="ascii")) for path in paths]
        file.writelines(heapq.merge(*files))
    for path in paths:
        path.unlink()
    return merged


def _changes(
    job: _Job, ruleset: Ruleset, given: Iterable[Line], found: _Found, *, check: bool = False
) -> Iterator[str]:
    """A line for each change. It begins with the number of the first line of the lead.

    So lines sort by lead, in the order of the file. `found` is added to.
    """
    for group in parts.grouped(given):
        for history in _histories(group, job.forms, found):
            if check or found.problems:
                continue
            for change in replay(ruleset, history, job.until):
                if job.as_json:
                    text = to_json(change._asdict())
                else:
                    row = _row(change)
                    found.widths = wider(found.widths, row)
                    text = json.dumps(row)
                yield f"{group[0].number:020} {text}\n"


def _histories(group: Sequence[Line], forms: Forms, found: _Found) -> Iterable[History]:
    """The history of the lead that these lines are about, if they are no nonsense."""
    reader = Reader(forms)
    for line in group:
        try:
            reader.take(parse(line.text), line.number)
        except BadLine as error:
            found.add_problem(line.number, error.reasons)
    return reader.histories()


def _row(change: Change) -> list[str]:
    alert = "alert" if change.alert else ""
    return [cell(change.lead), cell(change.at), change.temperature, str(change.total), alert]


def _print(changes: Iterable[str], widths: Sequence[int], *, as_json: bool) -> None:
    texts = (change.partition(" ")[2].rstrip("\n") for change in changes)
    if as_json:
        for text in texts:
            say(text)
        return
    header: Sequence[str] = _HEADER
    for text in texts:
        if header:
            say(table_line(_HEADER, header, widths, numbers=_NUMBERS))
            header = ()
        say(table_line(_HEADER, json.loads(text), widths, numbers=_NUMBERS))
    if header:
        say("no lead changed its temperature")


def _no_room(error: OSError) -> str:
    return (
        f"{error.filename or tempfile.gettempdir()}: the temporary files cannot be kept: "
        f"{error.strerror or error}; let TMPDIR name a folder with as much room as the events take"
    )
