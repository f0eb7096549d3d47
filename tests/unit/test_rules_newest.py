"""`rules score` and `replay` count no more of a lead's events than a fold would read."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM, Route
from hotlist.leads.gather import NEWEST
from hotlist_cli.rules.newest import read_by_folds
from rules_command import rules

START = datetime(2026, 3, 1, tzinfo=UTC)
RULES = """\
temperature: {warm: 500, hot: 990}
rules:
  - {id: view, event: page_viewed, award: each, points: 1}
  - {id: ask, event: form_submitted, award: each, points: 1}
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("rules") / "scoring.yaml"
    made.write_text(RULES)
    return made


def line(number: int, event_type: str) -> dict[str, Any]:
    at = START + timedelta(minutes=number)
    said = {"lead": "ada", "event_id": f"{number:06}", "type": event_type, "properties": {}}
    return said | {"occurred_at": at.isoformat()}


def total(file: Path, events: Sequence[dict[str, Any]]) -> int:
    options = ("--rules", file, "--events", "-", "--json", "--now", "2026-03-31T00:00:00Z")
    counted: int = rules("score", *options, events=events).objects()[0]["total"]
    return counted


def test_the_newest_of_a_browser_count_and_so_do_those_of_the_person(file: Path) -> None:
    views = [line(number, "page_viewed") for number in range(NEWEST + 50)]
    forms = [line(number, "form_submitted") for number in range(5_000, 5_003)]
    assert total(file, views) == NEWEST
    assert total(file, views + forms) == NEWEST + 3


def test_a_replay_looks_back_as_far_as_a_fold_at_each_time(file: Path) -> None:
    """The first ten count for nothing. It is they that are pushed out."""
    first = [line(number, "page_engaged") for number in range(10)]
    views = [line(number, "page_viewed") for number in range(10, NEWEST + 20)]
    options = ("--rules", file, "--events", "-", "--json")
    changes = rules("replay", *options, events=first + views).objects()
    assert [(one["temperature"], one["total"]) for one in changes] == [("warm", 500), ("hot", 990)]


def test_few_events_stay_as_they_are() -> None:
    events = [Event(event_id="a", type="page_viewed", occurred_at=START)]
    assert read_by_folds(events) is events


FLAGS = st.frozensets(st.just(SPAM))
KEPT = st.integers(1, 30).map(lambda minutes: timedelta(minutes=minutes))


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(Route), FLAGS), max_size=30),
    st.dictionaries(st.sampled_from(Route), KEPT),
)
def test_what_counts_at_any_time_is_what_a_query_would_give(
    drawn: list[tuple[int, Route, frozenset[str]]], kept: dict[Route, timedelta]
) -> None:
    """Of one route all are kept as long: so none comes back, and the newest are simply the last."""
    events = []
    for number, (minute, route, flags) in enumerate(drawn):
        at = START + timedelta(minutes=minute)
        ends = at + kept[route] if route in kept else None
        events.append(
            Event(
                event_id=f"{number:02}",
                type="page_viewed",
                occurred_at=at,
                expires_at=ends,
                route=route,
                flags=flags,
            )
        )
    for route in Route:
        of_route = [event for event in events if event.route is route]
        bounded = read_by_folds(of_route, limit=3)
        assert [event.event_id for event in bounded] == [event.event_id for event in of_route]
        for minute in range(45):
            now = START + timedelta(minutes=minute)
            read = _alive([e for e in of_route if SPAM not in e.flags], now)[-3:]
            counted = _alive([e for e in bounded if SPAM not in e.flags], now)
            assert [e.event_id for e in counted] == [e.event_id for e in read]


def _alive(events: list[Event], now: datetime) -> list[Event]:
    there = (
        e for e in events if e.occurred_at <= now and not (e.expires_at and e.expires_at <= now)
    )
    return sorted(there, key=lambda event: event.order)
