"""What a score costs, counted: how often an event is matched and an award looked at."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotlist.events.event import Event
from hotlist.scoring import engine, ruleset
from hotlist.scoring.ruleset import Ruleset
from hotlist.scoring.scene import Scene
from hotlist.scoring.timeline import Grant
from hotlist_cli.rules.history import History
from hotlist_cli.rules.replay import replay

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SPAN = timedelta(days=80)
TYPES = ("page_viewed", "session_started", "page_viewed", "page_engaged", "page_viewed")
PRICES = {"event": "page_viewed", "where": {"page_path": ["/pricing"]}}
VISIT: dict[str, Any] = {"event": "session_started", "points": 3}

CAPPED = [
    {"id": "prices", **PRICES, "points": 15, "max": 45},
    {"id": "visit", **VISIT, "max": 15},
    {"id": "read", "event": "page_engaged", "points": 5, "max": 15},
]
UNBOUNDED = [
    {"id": "prices", **PRICES, "points": 15},
    {"id": "visit", **VISIT},
    {"id": "read", "event": "page_engaged", "points": -5},
]
COUNTED = [
    {"id": "prices", **PRICES, "points": 15, "award": {"every": 3}},
    {"id": "visit", **VISIT, "award": "per_day", "unless": {"event": "page_engaged"}},
    {"id": "silence", "event": "activity", "inactive": "7d", "points": -10},
]
FADING = {"fit": {}, "engagement": {"decay": {"half_life": "30d"}}}
LASTING: dict[str, Any] = {"fit": {}, "engagement": {}}

Count = Callable[[Ruleset, int], Counter[str]]


def rules(listed: list[dict[str, Any]], **more: Any) -> Ruleset:
    return ruleset.from_checked({"temperature": {"hot": 40, "warm": 15}, "rules": listed, **more})


def history(length: int) -> list[Event]:
    """So many events, evenly over 80 days; tracking, so each counts for 90."""
    events = []
    for n in range(length):
        at = NOW - SPAN * (n / length)
        events.append(
            Event(
                event_id=f"{n:032x}",
                type=TYPES[n % len(TYPES)],
                occurred_at=at,
                properties={"page_path": "/pricing" if n % 3 == 0 else "/"},
                expires_at=at + timedelta(days=90),
            )
        )
    return events


@pytest.fixture
def counted() -> Counter[str]:
    return Counter()


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch, counted: Counter[str]) -> Count:
    """How often a score of a history of this length looks: at events, instants and awards."""
    counts = counted

    def watch(owner: type, name: str) -> None:
        original = getattr(owner, name)

        def counting(*given: Any) -> Any:
            counts[name] += 1
            return original(*given)

        monkeypatch.setattr(owner, name, counting)

    watch(Ruleset, "seen")
    watch(Scene, "judge")
    watch(Grant, "extremes")
    watch(Grant, "worths")

    def score(given: Ruleset, length: int) -> Counter[str]:
        counts.clear()
        engine.score(given, {"role": "director"}, history(length), NOW)
        return Counter(counts)

    return score


@pytest.mark.parametrize("listed", [CAPPED, UNBOUNDED, COUNTED])
def test_each_event_is_matched_once_however_many_instants_are_judged(
    count: Count, listed: list[dict[str, Any]]
) -> None:
    found = count(rules(listed, groups=FADING), 100)

    assert found["seen"] == 100
    assert found["judge"] > 1


@pytest.mark.parametrize("groups", [FADING, LASTING])
@pytest.mark.parametrize("listed", [CAPPED, UNBOUNDED])
def test_a_long_history_costs_no_more_an_event_than_a_short_one(
    count: Count, listed: list[dict[str, Any]], groups: dict[str, Any]
) -> None:
    short, long = (count(rules(listed, groups=groups), length) for length in (100, 1_000))

    assert long["judge"] <= 2 * short["judge"]
    assert long["extremes"] <= 10 * short["extremes"]
    assert long["worths"] <= 10 * short["worths"]


@pytest.mark.parametrize("award", [{"every": 3}, {"every": 2, "distinct": "day"}, {"at_count": 5}])
def test_counted_awards_are_bounded_while_their_events_come_and_go(
    count: Count, award: dict[str, Any]
) -> None:
    given = rules([{"id": "prices", **PRICES, "points": 50, "award": award}], groups=LASTING)

    short, long = (count(given, length) for length in (100, 1_000))

    assert long["judge"] <= 2 * short["judge"]
    assert long["worths"] <= 10 * short["worths"]


def test_a_rule_that_gives_its_most_is_not_summed_to_the_end(count: Count) -> None:
    slowly = {"fit": {}, "engagement": {"decay": {"half_life": "9000d"}}}
    capped = count(rules(CAPPED, groups=slowly), 1_000)
    free = count(rules([{**rule, "max": 10_000} for rule in CAPPED], groups=slowly), 1_000)

    assert capped["judge"] == free["judge"]
    assert capped["extremes"] * 2 < free["extremes"]


def test_an_award_that_has_ended_is_not_looked_at_again(count: Count) -> None:
    listed = [{**rule, "lasts": "90d"} for rule in UNBOUNDED]
    soon_over = [{**rule, "lasts": "5d"} for rule in UNBOUNDED]

    kept, ended = (count(rules(given), 1_000) for given in (listed, soon_over))

    assert ended["extremes"] / ended["judge"] < kept["extremes"] / kept["judge"] / 4


@pytest.mark.parametrize("groups", [FADING, LASTING])
def test_a_replay_of_a_long_history_costs_no_more_an_event_than_of_a_short_one(
    count: Count, counted: Counter[str], groups: dict[str, Any]
) -> None:
    """Also of a lead that stays hot, so that each event may be the one that it cools at."""
    costs = []
    for length in (200, 800):
        counted.clear()
        lead = History("l", history(length), {"role": "director"})
        changes = [*replay(rules(CAPPED, groups=groups), lead, NOW)]
        assert sum(change.alert for change in changes) == 1
        costs.append(Counter(counted))
    short, long = costs

    assert long["seen"] == 800
    assert long["judge"] <= 5 * short["judge"]
    assert long["extremes"] <= 5 * short["extremes"]
