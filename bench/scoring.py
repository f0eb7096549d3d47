"""Measures how fast events are matched and leads scored, and what a cold ruleset costs."""

import importlib
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any, Final

from bench import jsonlogic, visits
from bench.figures import Effort, Figure
from bench.functions import LAYER, NotMeasured, instructions, valgrind
from hotlist.config.load import load_config
from hotlist.events.event import Event
from hotlist.scoring import engine
from hotlist.scoring.check.scoring_file import compile_scoring
from hotlist.scoring.rules import Matcher, Relevance
from hotlist.scoring.ruleset import Ruleset, from_checked

ROUNDS: Final = 15
COLD_ROUNDS: Final = 9
RECORDS: Final = 2_000
LENGTHS: Final = (1, 10, 100, 1_000)
THIRTY: Final = Path(__file__).with_name("thirty.yaml")
FACTS: Final = {
    "role": "director",
    "company_size": 60,
    "has_phone": True,
    "email_domain": "example.org",
}
COLD: Final[Mapping[str, str]] = {
    "importing the engine": """
from datetime import UTC, datetime
from hotlist.config.load import load_config
from hotlist.events.event import Event
from hotlist.scoring import engine
from hotlist.scoring.ruleset import from_checked
""",
    "reading the checked rules": """
checked = load_config("scoring")
""",
    "making the ruleset": """
ruleset = from_checked(checked)
""",
    "the first score, of a lead without e-mail": """
now = datetime(2026, 3, 2, tzinfo=UTC)
names = ("page_viewed", "session_started", "form_submitted")
visits = [Event(event_id=name, type=name, occurred_at=now) for name in names]
engine.score(ruleset, {"role": "director"}, visits, now)
""",
    "a score that classes an e-mail address": """
engine.score(ruleset, {"role": "director", "email_domain": "example.org"}, visits, now)
""",
    "a score after that": """
engine.score(ruleset, {"role": "director", "email_domain": "example.org"}, visits, now)
""",
}
"""What a new process does, step by step. Each step is measured after those before it."""


def matching(effort: Effort) -> Iterator[Figure]:
    """Thirty rules matched with the events of the stream, as the engine does it."""
    source = compile_scoring(THIRTY.read_text(encoding="utf-8"), THIRTY.name)
    ruleset = from_checked(source)
    events = visits.history(RECORDS)
    texts = [_json(record) for record in visits.records(RECORDS)]
    bare = [_json({"type": event.type, "properties": event.properties}) for event in events]
    contenders: dict[str, Callable[[], object]] = {
        "record": partial(_each, json.loads, texts),
        "bare": partial(_each, json.loads, bare),
        "ours": partial(_each, ruleset.seen, events),
    }
    try:
        library = _datalogic(source, events)
    except NotMeasured as why:
        missing = f"skipped: {why}"
    else:
        for event in events:
            ours = [
                place for relevance, place in ruleset.seen(event) if relevance is Relevance.MATCH
            ]
            if ours != library(event):
                raise AssertionError(f"{ours} is not {library(event)}: {event}")
        contenders["datalogic"] = partial(_each, library, events)
        missing = ""
    spent = _interleaved(contenders, ROUNDS)
    size = statistics.mean(len(text.encode()) for text in texts)
    one = {name: statistics.median(times) / RECORDS for name, times in spent.items()}
    yield Figure(f"json.loads of an INSERT record of {size:,.0f} bytes", _us(one["record"]))
    yield Figure("30 rules matched with its event", _us(one["ours"]))
    yield Figure("… events a second and core", f"{1 / one['ours']:,.0f}")
    ratio = _ratio(spent["ours"], spent["record"])
    yield Figure("… matching / json.loads of the record", f"{ratio:.2f}", "<= 0.6", ratio <= 0.6)
    ratio = _ratio(spent["ours"], spent["bare"])
    yield Figure("… matching / json.loads of type and properties", f"{ratio:.2f}")
    yield Figure("the same by datalogic-py", missing or _us(one["datalogic"]))
    if not missing:
        ratio = _ratio(spent["ours"], spent["datalogic"])
        yield Figure("… matching / datalogic-py", f"{ratio:.2f}")


def score(effort: Effort) -> Iterator[Figure]:
    """The shipped ruleset over histories of 80 days."""
    ruleset = from_checked(load_config("scoring"))
    spent = _interleaved(
        {
            str(count): partial(_scores, ruleset, visits.history(count), max(1, 200 // count))
            for count in LENGTHS
        },
        ROUNDS,
    )
    costs = {}
    for count in LENGTHS:
        times = max(1, 200 // count)
        costs[count] = statistics.median(spent[str(count)]) / times / count
        yield Figure(f"score with next change, {count:,} events", f"{_us(costs[count])} an event")
    ratio = costs[1_000] / costs[10]
    yield Figure("… an event at 1,000 / at 10", f"{ratio:.2f}", "<= 2", ratio <= 2)


def cold_ruleset_time(effort: Effort) -> Iterator[Figure]:
    """The built layer in a new process, until its first scores are there."""
    rounds = [json.loads(_python(_timed(COLD)).stdout) for _ in range(COLD_ROUNDS)]
    for place, name in enumerate(COLD):
        seconds = statistics.median(steps[place] for steps in rounds)
        yield Figure(f"cold: {name}", f"{seconds * 1e3:.1f} ms")


def cold_ruleset_instructions(effort: Effort) -> Iterator[Figure]:
    script, before = "", _counted("")
    for name, step in COLD.items():
        script += step
        count = _counted(script)
        yield Figure(f"cold: {name}", f"{(count - before) / 1e6:.1f} M instructions")
        before = count


MEASURES: Final = (matching, score, cold_ruleset_time, cold_ruleset_instructions)


def _datalogic(source: Mapping[str, Any], events: Sequence[Event]) -> Callable[[Event], object]:
    """The rules as JsonLogic: for each type one expression that gives the places that match.

    Of its ways to be asked this is the fastest; rule by rule takes three times as long.

    :raises NotMeasured: where it is not installed.
    """
    try:
        library = importlib.import_module("datalogic_py")
    except ImportError as error:
        raise NotMeasured("datalogic-py is not installed, see requirements/bench.in") from error
    logic = library.Engine()
    asked = []
    for rule in source["rules"]:
        types = [rule["event"]] if isinstance(rule["event"], str) else rule["event"]
        test = jsonlogic.translate(rule["where"]) if "where" in rule else True
        asked.append((Matcher(frozenset(types), None), test))
    compiled = {}
    for name in {event.type for event in events}:
        places = [
            {"if": [test, [place], []]}
            for place, (matcher, test) in enumerate(asked)
            if matcher.takes(name)
        ]
        compiled[name] = logic.compile({"merge": places})
    return lambda event: compiled[event.type].evaluate(event.properties)


def _scores(ruleset: Ruleset, events: Sequence[Event], times: int) -> None:
    for _ in range(times):
        engine.score(ruleset, FACTS, events, visits.NOW)


def _each(function: Callable[[Any], object], values: Sequence[Any]) -> None:
    for value in values:
        function(value)


def _interleaved(
    contenders: Mapping[str, Callable[[], object]], rounds: int
) -> dict[str, list[float]]:
    """CPU seconds of each in every round; the first round of all is not counted."""
    spent: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds + 1):
        for name, run in contenders.items():
            began = process_time()
            run()
            spent[name].append(process_time() - began)
    return {name: times[1:] for name, times in spent.items()}


def _ratio(one: Sequence[float], other: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(one, other, strict=True))


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:.2f} us"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _timed(steps: Mapping[str, str]) -> str:
    """A script that prints the seconds of each step."""
    parts = ["import time\nstamps = [time.perf_counter()]\n"]
    parts += [f"{step}stamps.append(time.perf_counter())\n" for step in steps.values()]
    parts += ["print([b - a for a, b in zip(stamps, stamps[1:])])\n"]
    return "".join(parts)


def _counted(script: str) -> int:
    """The instructions of a script. :raises NotMeasured: if valgrind is not installed."""
    return instructions(_python(script, *valgrind()).stderr)


def _python(script: str, *prefix: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a new interpreter, on the layer as it is built."""
    return subprocess.run(
        [*prefix, sys.executable, "-c", script],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(LAYER),
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
