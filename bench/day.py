"""Simulates a day with a mail campaign, with the parameters of template.yaml as shipped.

The mail goes out at nine. Of its people some click; half of them within half an hour. Each comes to
the site for four pages, in five calls of `/events` with nine actions, and some send a form. Their
browsers are known, so each of them has a lead. Visitors whom nobody knows come all day long.

What the records of a batch cost in time is what `make bench` has measured, where each call of
DynamoDB takes 5 ms.
"""

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Final

from bench import bills, costs, kept
from bench.lanes import Arrival, Duration, Lane, Throttle, Worked, mapping, work
from bench.prices import dollars
from cloudformation import resources, template

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR
SENT_AT: Final = 9 * HOUR
HALF_LIFE: Final = HOUR / 2
PAGES: Final = 4
READING: Final = 40.0
"""Seconds on a page."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What comes. `clicks` and `forms` are shares: of the people, and of the visits."""

    people: int = 200_000
    clicks: float = 0.10
    forms: float = 0.03
    unknown: int = 20_000
    shards: int = 1
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Call:
    """A request: when, of whom, by which route, with how many actions."""

    at: float
    key: str
    is_form: bool
    actions: int
    is_known: bool


@dataclass(slots=True)
class Day:
    """What came of it. The instants are seconds of the day."""

    calls: int = 0
    actions: int = 0
    turned_away: Counter[str] = field(default_factory=Counter)
    most_calls: int = 0
    """In one second."""
    worked: dict[str, list[Worked]] = field(default_factory=dict)


def calls(plan: Plan) -> Iterator[Call]:
    """All requests of the day, in the order of time."""
    drawn = random.Random(plan.seed)
    people = round(plan.people * plan.clicks)
    visits = [
        *((SENT_AT + drawn.expovariate(log(2) / HALF_LIFE), f"p{n}", True) for n in range(people)),
        *((drawn.triangular(0, DAY, 14 * HOUR), f"u{n}", False) for n in range(plan.unknown)),
    ]
    found: list[Call] = []
    for at, key, is_known in visits:
        last = at + PAGES * READING
        found += [
            Call(at + page * READING, key, False, 1 if page else 2, is_known)
            for page in range(PAGES)
        ]
        found.append(Call(last, key, False, PAGES, is_known))  # how long each page was read
        if drawn.random() < plan.forms:
            found.append(Call(last - 1, key, True, 1, True))
    return iter(sorted((one for one in found if one.at < DAY), key=lambda one: one.at))


def simulate(plan: Plan, lanes: Mapping[str, Lane], measured: Mapping[str, float]) -> Day:
    parameters = template()["Parameters"]
    throttles = {
        True: Throttle(parameters["FormsThrottleRate"]["Default"]),
        False: Throttle(parameters["ThrottleRate"]["Default"]),
    }
    day, arrivals, seconds = Day(), defaultdict[str, list[Arrival]](list), Counter[int]()
    for call in calls(plan):
        if not throttles[call.is_form].takes(call.at):
            day.turned_away["forms" if call.is_form else "events"] += 1
            continue
        day.calls += 1
        day.actions += call.actions
        seconds[int(call.at)] += 1
        its_lane = "now" if call.is_form else "gathered"
        arrivals[its_lane] += [Arrival(call.at, call.key, call.is_known)] * call.actions
    day.most_calls = max(seconds.values(), default=0)
    for name, lane in lanes.items():
        day.worked[name] = work(arrivals[name], lane, duration(measured, name))
    return day


_RATE: Final = {"now": "new", "gathered": "known"}


def duration(measured: Mapping[str, float], lane: str) -> Duration:
    """A batch has some calls in a row, whatever its size; then each record takes its time."""
    unknown, leads = measured["score.unknown.rate"], measured[f"score.{_RATE[lane]}.rate"]
    return lambda records, folded: 8 * costs.CALL + records / unknown + folded / leads


def lag(worked: Sequence[Worked], begins: float, ends: float) -> tuple[int, float, float]:
    """Of the records that came in a span: how many, and their median and longest lag in seconds."""
    lags = sorted(
        batch.ends - one.at for batch in worked for one in batch.records if begins <= one.at < ends
    )
    return (len(lags), lags[len(lags) // 2], lags[-1]) if lags else (0, 0.0, 0.0)


def shipped(shards: int) -> dict[str, Lane]:
    mappings = resources("AWS::Lambda::EventSourceMapping")
    names = {"now": "ScoreEventsMapping", "gathered": "ScoreGatheredMapping"}
    parameters = template()["Parameters"]
    return {lane: mapping(mappings[name], parameters, shards) for lane, name in names.items()}


def price(day: Day, measured: Mapping[str, float]) -> dict[str, float]:
    """Dollars of the day, by part. Mails are not among them."""
    sizes = costs.sizes(resources("AWS::Serverless::Function"))
    units = {"read": 0.0, "written": float(day.actions)}
    seconds, batches = 0.0, 0
    for name, worked in day.worked.items():
        known = (bills.NEW if name == "now" else bills.KNOWN_10).scoring
        for batch in worked:
            alone = sum(not one.is_known for one in batch.records)
            units["read"] += batch.leads * known.read + alone * bills.UNKNOWN.scoring.read
            units["written"] += batch.leads * known.written
            seconds += batch.ends - batch.begins
            batches += 1
    door = costs.works(measured)["capture"].dollars(sizes.capture)
    logged = day.calls * (measured["capture.logged"] + measured["api.logged"])
    return {
        "API": dollars("api_request", day.calls),
        "DynamoDB": dollars("read_unit", units["read"]) + dollars("write_unit", units["written"]),
        "Lambda": day.calls * door
        + dollars("lambda_gb_second", seconds * sizes.score / 1024)
        + dollars("lambda_request", day.calls + batches),
        "logs": dollars("log_byte", logged + batches * measured["score.known.logged"]),
    }


def spans() -> list[tuple[float, float]]:
    """What the table shows: ten minutes around the mail one by one, then hours."""
    minutes = [
        (SENT_AT + 60 * n, SENT_AT + 60 * (n + 1)) for n in (-1, 0, 1, 2, 3, 4, 5, 10, 20, 30, 60)
    ]
    return [*minutes, *((hour * HOUR, hour * HOUR + 60) for hour in (12, 15, 18, 23))]


def table(day: Day, every: Sequence[tuple[float, float]]) -> list[list[str]]:
    rows = [["minute", "forms", "median lag", "longest", "actions", "median lag", "longest"]]
    for begins, ends in every:
        row = [f"{int(begins // HOUR):02}:{int(begins % HOUR // 60):02}"]
        for lane in ("now", "gathered"):
            count, middle, longest = lag(day.worked[lane], begins, ends)
            row += [f"{count:,}", *([f"{middle:.1f} s", f"{longest:.1f} s"] if count else ["", ""])]
        rows.append(row)
    return rows


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench day", description=__doc__)
    for name, kind in (("people", int), ("clicks", float), ("forms", float)):
        parser.add_argument(f"--{name}", type=kind, default=getattr(Plan(), name))
    parser.add_argument("--unknown", type=int, default=Plan().unknown)
    parser.add_argument("--shards", type=int, default=1, help="busy shards of the stream")
    parser.add_argument("--minutes", action="store_true", help="show every minute with records")
    given = vars(parser.parse_args(arguments))
    every = [(60.0 * n, 60.0 * n + 60) for n in range(24 * 60)] if given.pop("minutes") else spans()
    plan = Plan(**given)
    measured = kept.measured()
    day = simulate(plan, shipped(plan.shards), measured)
    for row in table(day, every):
        if row[0] == "minute" or row[1] != "0" or row[4] != "0":
            print("".join(f"{cell:>12}" for cell in row))
    parts = price(day, measured)
    print(f"\n{day.calls:,} requests, at most {day.most_calls} in a second; turned away: ", end="")
    print(", ".join(f"{count} {name}" for name, count in day.turned_away.items()) or "none")
    print(
        f"{sum(parts.values()):.2f} dollars:", ", ".join(f"{n} {d:.2f}" for n, d in parts.items())
    )
    return 0
