"""The plain reference of the scoring language: its worked examples, and the engine against it.

HOTLIST_RULESETS says how many random cases are compared, the same ones each time.
"""

import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

import reference
from hotlist.events.event import Event
from hotlist.events.times import to_ms
from reference.compare import difference, report, smaller
from reference.generate import case

DAY0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NOW = to_ms(DAY0)
DAY_MS = 86_400_000
CASES = int(os.environ.get("HOTLIST_RULESETS", "120"))


def event(event_type: str, day: float = 0, name: str = "", **changes: Any) -> Event:
    fields: dict[str, Any] = {
        "event_id": name or f"{event_type}-{day}",
        "type": event_type,
        "occurred_at": DAY0 + day * DAY,
    }
    return Event(**(fields | changes))


def rules(*made: dict[str, Any], hot: Any = 1000, **top: Any) -> dict[str, Any]:
    return {"temperature": {"hot": hot}, "rules": list(made), **top}


def score(
    ruleset: dict[str, Any],
    *events: Event,
    day: float = 0,
    facts: dict[str, object] | None = None,
) -> dict[str, Any]:
    return reference.score(ruleset, facts or {}, list(events), NOW + round(day * DAY_MS))


def totals(ruleset: dict[str, Any], *events: Event, days: list[float], **given: Any) -> list[int]:
    return [score(ruleset, *events, day=day, **given)["total"] for day in days]


def points(result: dict[str, Any]) -> list[Decimal]:
    return [line["points"] for line in result["contributions"]]


PRICING = {"id": "pricing", "event": "page_viewed", "points": 15, "max": 45}
CLICK = {"id": "click", "event": "element_clicked", "points": 20}
FADING = {"fit": {}, "engagement": {"max": 50, "decay": {"half_life": "30d"}}}


# --- the worked examples of the language ------------------------------------------------


def test_caps_come_after_decay() -> None:
    visits = [event("page_viewed", name=str(n)) for n in range(10)]
    made = rules(PRICING, groups=FADING)
    assert totals(made, *visits, days=[0, 30, 60, 90]) == [45, 45, 38, 19]


def test_the_next_change_is_exact_to_the_millisecond() -> None:
    visits = [event("page_viewed", name=str(n)) for n in range(3)]
    made = rules(PRICING, CLICK, groups=FADING, hot=40)
    result = score(made, *visits, event("element_clicked"))
    assert (result["total"], result["temperature"]) == (50, "hot")
    after = timedelta(days=21, hours=13, minutes=22, seconds=10, milliseconds=338)
    assert result["next_change_at"] == to_ms(DAY0 + after)


@pytest.mark.parametrize(
    ("start", "expected"), [(31, [31, 16, 11, 31 + 31]), (30, [30, 25, 20, 30 + 30])]
)
def test_silences_are_judged_by_the_score(start: int, expected: list[int]) -> None:
    bands = [
        {"score": [{"numeric": [">", 30]}], "points": -15},
        {"score": [{"numeric": [">=", 0]}], "points": -5},
    ]
    made = rules(
        {"id": "visit", "event": "page_viewed", "points": start},
        {"id": "quiet", "inactive": "30d", "award": "each", "first_of": bands},
    )
    events = [event("page_viewed"), event("page_viewed", 61)]
    assert totals(made, *events, days=[0, 30, 60, 61]) == expected


def test_the_newest_lines_lose_what_a_cap_takes() -> None:
    made = rules(
        {"id": "visit", "event": "page_viewed", "points": 15, "max": 40},
        CLICK,
        groups={"fit": {}, "engagement": {"max": 50}},
    )
    events = [event("page_viewed", day) for day in (0, 1, 2)] + [event("element_clicked", 3)]
    result = score(made, *events, day=4)
    assert points(result) == [15, 15, 10, 10]
    assert result["total"] == 50
    assert [line["lost"] for line in result["contributions"]] == [0, 0, 5, 10]


@pytest.mark.parametrize(
    ("size", "decay", "expected"),
    [
        (10, {"half_life": "10d"}, [9, 6, 4]),
        (10, {"linear": "20d"}, [9, 7, 3]),
        (10, {"steps": {"7d": "75%", "14d": 5}}, [10, 8, 5]),
        (10, {"lose": 3, "every": "2d"}, [7, 1, 0]),
        (-10, {"lose": 3, "every": "2d"}, [-7, -1, 0]),
    ],
)
def test_decays(size: int, decay: dict[str, Any], expected: list[int]) -> None:
    made = rules({"id": "visit", "event": "page_viewed", "points": size, "decay": decay})
    assert totals(made, event("page_viewed"), days=[2, 7, 14]) == expected


def test_weights_leave_the_minimums_of_groups_alone() -> None:
    made = rules(
        {"id": "boss", "lead": {"role": ["cto"]}, "points": 55},
        {"id": "visit", "event": "page_viewed", "points": 75},
        groups={"fit": {"weight": "30%"}, "engagement": {"weight": "70%"}},
        hot={"total": 60, "fit": 50},
    )
    result = score(made, event("page_viewed"), facts={"role": "CTO"})
    assert (result["exact"], result["temperature"]) == (69, "hot")
    assert points(result) == [Decimal("16.5"), Decimal("52.5")]


def test_a_set_stands_for_what_was_known() -> None:
    visit = {"id": "visit", "event": "page_viewed", "points": 20, "decay": {"half_life": "10d"}}
    made = rules({"id": "boss", "lead": {"role": ["cto"]}, "points": 30}, visit)
    adjusted = event("score_adjusted", 1, properties={"set": 10, "reason": "a call"})
    events = [event("page_viewed"), adjusted, event("page_viewed", 2)]
    assert totals(made, *events, days=[0, 1, 2, 12], facts={"role": "cto"}) == [50, 10, 30, 20]


@pytest.mark.parametrize(
    ("each", "times", "total"), [(0.5, 1, 1), (-0.5, 1, 0), (-1.5, 1, -1), (0.5, 9, 5)]
)
def test_halves_are_rounded_up(each: float, times: int, total: int) -> None:
    made = rules({"id": "visit", "event": "page_viewed", "points": each})
    visits = [event("page_viewed", name=str(n)) for n in range(times)]
    assert score(made, *visits)["total"] == total


@pytest.mark.parametrize(
    ("values", "alerts"),
    [([149, 151, 160], 1), ([150, 140, 151], 2), ([150, 141, 151], 1)],
)
def test_alerts_are_crossings_with_a_margin(values: list[int], alerts: int) -> None:
    armed, crossed = True, 0
    for value in values:
        made = rules({"id": "fact", "lead": {"x": [1]}, "points": value})
        made["temperature"] = {"hot": 150, "rearm": 10}
        seen = reference.look(made, {"x": 1}, [], NOW, armed=armed)
        armed, crossed = seen["armed"], crossed + seen["crossed"]
    assert crossed == alerts


# --- the engine against it --------------------------------------------------------------


@pytest.mark.parametrize("first", range(0, CASES, 20))
def test_the_engine_says_the_same(first: int) -> None:
    for seed in range(first, min(first + 20, CASES)):
        given = case(seed)
        if difference(given):
            pytest.fail(f"seed {seed}, made small:\n{report(smaller(given))}", pytrace=False)
