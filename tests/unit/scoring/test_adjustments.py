"""Section 7: what operators reset, set and add."""

from typing import Any

import pytest

from scoring import (
    BOSS,
    MS,
    VISIT,
    Time,
    adjusted,
    awarded,
    event,
    instant,
    lines,
    reset,
    rules,
    score,
    totals,
    visit,
    visits,
)

FACTS = {"role": "boss"}
BOTH = rules(BOSS, VISIT)
ONE: dict[str, Any] = {"groups": {"engagement": {}}}
FADING = {"fit": {}, "engagement": {"decay": {"half_life": "10d"}}}


SEEN = {"id": "visit", "event": "page_viewed", "points": 20, "decay": {"half_life": "10d"}}


def test_the_worked_example_of_a_set() -> None:
    events = [visit(0), adjusted(1, set=10), visit(2)]
    assert totals(rules(BOSS, SEEN), events, [0, 1, 2, 12], FACTS) == [50, 10, 30, 20]


def test_a_set_of_one_group_leaves_the_others_alone() -> None:
    events = [visit(0), adjusted(1, set=10, group="fit"), visit(2)]
    # 10 + 20 · 2^(−a/10d) = 28.66; 10 + 17.41 + 20 = 47.41; 10 + 8.71 + 10 = 28.71
    assert totals(rules(BOSS, SEEN), events, [0, 1, 2, 12], FACTS) == [50, 29, 47, 29]


# --- reset ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, 30 + 10),
        ({"group": None}, 30 + 10),
        ({"group": "engagement"}, 30 + 10),
        ({"group": "fit"}, 30 + 20),
    ],
)
def test_after_a_reset_the_rules_of_the_group_see_only_later_events(
    properties: dict[str, Any], expected: int
) -> None:
    events = [visit(0), reset(1, **properties), visit(2)]
    assert totals(BOTH, events, [2], FACTS) == [expected]


def test_once_can_be_given_again_and_counts_start_anew() -> None:
    made = rules({**VISIT, "award": "once"})
    events = [*visits(0, 1), reset(1.5), visit(2, "c"), visit(3, "d")]
    assert [awarded(made, events, at) for at in (1, 1.5, 2, 3)] == ["a", "", "c", "c"]
    made = rules({**VISIT, "award": {"every": 2}})
    events = [visit(0, "a"), reset(0.5), visit(1, "b"), visit(2, "c"), visit(3, "d")]
    assert awarded(made, events, 3) == "c"
    made = rules({**VISIT, "award": "latest"})
    assert [awarded(made, [visit(0, "a"), reset(1)], at) for at in (0, 1)] == ["a", ""]


def test_facts_and_stage_stay() -> None:
    found = score(BOTH, [event("demo_requested"), reset(1)], 1, FACTS)
    assert (found.total, found.stage) == (30, "intent")


@pytest.mark.parametrize("flag", ["bot", "spam", "internal"])
def test_flagged_they_do_nothing(flag: str) -> None:
    flags = frozenset({flag})
    gone = [event("score_reset", 1, flags=flags)]
    gone += [event("score_adjusted", 1, flags=flags, properties={"add": 9})]
    assert totals(BOTH, [visit(0), *gone], [1], FACTS) == [40]


def test_they_count_while_they_are_kept_and_no_longer() -> None:
    expiring = event("score_reset", 1, expires_at=instant(3))
    assert totals(BOTH, [visit(0), expiring], [0, 1, 2, 3]) == [10, 0, 0, 10]
    made = rules(VISIT, retention="5d")
    assert totals(made, [adjusted(0, add=7), visit(4)], [4, 5]) == [17, 10]
    assert totals(made, [visit(2), event("score_reset", 3), visit(4)], [4, 6]) == [10, 10]


def test_they_arrive_late_like_others() -> None:
    assert totals(BOTH, [visit(2), visit(0), reset(1)], [0, 1, 2]) == [10, 0, 10]


def test_rules_cannot_score_them_but_ignore_may_name_them() -> None:
    quiet = {"id": "quiet", "inactive": "10d", "points": -1}
    assert totals(rules(VISIT, quiet), [visit(0), adjusted(5, add=0)], [10]) == [9]
    ignored = rules(VISIT, ignore=[{"where": {"author": ["x"]}}])
    events = [visit(0), reset(1, author="x"), adjusted(1, add=9, author="x")]
    assert totals(ignored, events, [1]) == [10]


# --- order at equal times ---------------------------------------------------------------


def test_the_last_one_decides_at_equal_times_by_event_id() -> None:
    set_a = event("score_adjusted", 1, "a", properties={"set": 5, "group": "engagement"})
    set_b = event("score_adjusted", 1, "b", properties={"set": 7, "group": "engagement"})
    reset_c = event("score_reset", 1, "c", properties={"group": "engagement"})
    assert totals(BOTH, [set_b, set_a], [1]) == [7]
    assert totals(BOTH, [reset_c, set_b, set_a], [1]) == [0]


@pytest.mark.parametrize(("event_id", "expected"), [("a", 0), ("z", 10)])
def test_an_event_of_the_same_time_is_before_or_after_it_by_its_id(
    event_id: str, expected: int
) -> None:
    events = [visit(1, event_id), event("score_reset", 1, "m")]
    assert totals(BOTH, events, [1]) == [expected]
    added = event("score_adjusted", 1, event_id, properties={"add": 10, "group": "engagement"})
    assert totals(BOTH, [added, event("score_reset", 1, "m")], [1]) == [expected]


# --- set --------------------------------------------------------------------------------


def test_a_set_stands_for_what_was_known_until_a_reset() -> None:
    events = [visit(0), adjusted(1, set=5, group="fit"), reset(3, group="fit")]
    assert totals(BOTH, events, [0, 1, 3], FACTS) == [40, 15, 40]
    made = rules({**BOSS, "group": "engagement"}, VISIT)
    events = [visit(0), adjusted(1, set=5, group="engagement"), visit(2)]
    assert totals(made, events, [0, 1, 2], FACTS) == [40, 5, 15]


def test_a_set_of_a_group_is_a_line_that_fades_and_ends_like_an_add() -> None:
    made = rules(BOSS, VISIT, groups=FADING)
    events = [visit(0), adjusted(1, set=8, group="engagement")]
    assert totals(made, events, [1, 11, 21], FACTS) == [38, 34, 32]
    (line,) = score(made, events, 11).contributions
    assert (line.rule, line.group, line.event_id) == (
        *("score_adjusted", "engagement"),
        "score_adjusted 1",
    )
    assert (line.at, line.raw, line.decayed, line.points) == (instant(1), 8, 4, 4)


def test_what_a_set_ended_stays_gone_when_the_set_has_lasted() -> None:
    events = [visit(0), adjusted(1, set=5, group="engagement", lasts="2d")]
    times: list[Time] = [1, instant(3) - MS, 3, 9]
    assert totals(BOTH, events, times) == [5, 5, 0, 0]
    facts = [adjusted(1, set=5, group="fit", lasts="2d")]
    assert totals(BOTH, facts, [0, 1, 3, 9], FACTS) == [30, 5, 0, 0]


def test_a_set_without_group_sets_every_group_to_nothing_and_counts_in_the_total_alone() -> None:
    groups = {"fit": {"min": 2}, "engagement": {"weight": "50%", "decay": {"half_life": "1d"}}}
    made = rules(BOSS, VISIT, groups=groups)
    events = [visit(0), adjusted(1, add=3), adjusted(2, set=8)]
    found = score(made, events, 5, FACTS)
    assert lines(found) == [("score_adjusted", 8), ("limit of fit", 2)]
    assert [line.group for line in found.contributions] == ["manual", "fit"]
    assert (found.total, found.groups) == (10, {"fit": 2, "engagement": 0})
    assert totals(made, [*events, visit(6)], [6], FACTS) == [15]  # 8 + 2 + 10 · 50 %


def test_a_set_without_group_is_of_the_only_group_where_there_is_one() -> None:
    made = rules({**VISIT, "decay": "none"}, groups={"engagement": {"max": 6}})
    found = score(made, [visit(0), adjusted(1, set=8)], 1)
    assert [(line.group, line.points) for line in found.contributions] == [("engagement", 6)]


# --- add --------------------------------------------------------------------------------


def test_an_add_is_a_line_of_its_group() -> None:
    groups = {"fit": {}, "engagement": {"max": 15, "weight": "50%", "decay": {"linear": "10d"}}}
    made = rules({**VISIT, "decay": "none"}, groups=groups)
    found = score(made, [visit(0), adjusted(0, add=8, group="engagement")], 5)
    assert lines(found) == [("visit", 5), ("score_adjusted", 2)]  # (10 + 4) · 50 %
    found = score(made, [visit(0), adjusted(0, add=8, group="engagement")], 0)
    assert sorted(lines(found)) == [("score_adjusted", 2.5), ("visit", 5)]
    negative = [visit(0), adjusted(0, add=-8, group="engagement")]
    assert score(made, negative, 5).exact == 3


def test_an_add_without_group_is_a_line_of_the_total_alone_and_does_not_fade() -> None:
    made = rules(VISIT, groups={**FADING, "fit": {"decay": {"linear": "1d"}, "lasts": "1d"}})
    found = score(made, [adjusted(0, add=8)], 300)
    (line,) = found.contributions
    assert (line.rule, line.group, line.points, found.groups["engagement"]) == (
        *("score_adjusted", "manual", 8),
        0,
    )
    assert totals(made, [adjusted(0, add=8, lasts="3d")], [2, 3]) == [8, 0]
    assert totals(rules(VISIT, total={"max": 5}), [adjusted(0, add=8)], [0]) == [5]
    assert score(rules(VISIT, hot=8), [adjusted(0, add=8)]).temperature == "hot"


def test_an_add_without_group_is_of_the_only_group_where_there_is_one() -> None:
    groups = {"all": {"max": 15, "decay": {"half_life": "10d"}}}
    made = rules({**VISIT, "group": "all"}, groups=groups)
    found = score(made, [visit(0), adjusted(0, add=8)], 10)
    assert [(line.group, line.points) for line in found.contributions] == [("all", 5), ("all", 4)]


def test_adds_sum_up_and_earlier_ones_are_gone_after_a_reset_or_set() -> None:
    first, second = adjusted(0, add=3, group="engagement"), adjusted(1, add=4, group="engagement")
    assert totals(BOTH, [first, second], [0, 1]) == [3, 7]
    for ending in (reset(2, group="engagement"), reset(2), adjusted(2, set=0, group="engagement")):
        assert totals(BOTH, [first, second, ending], [1, 2]) == [7, 0]
        later = adjusted(3, add=5, group="engagement")
        assert totals(BOTH, [first, ending, later], [3]) == [5]
    assert totals(BOTH, [first, reset(2, group="fit")], [2]) == [3]


def test_only_those_without_group_end_earlier_lines_of_the_total_alone() -> None:
    added = adjusted(0, add=3)
    for group in ("fit", "engagement"):
        assert totals(BOTH, [added, reset(1, group=group)], [1]) == [3]
        assert totals(BOTH, [added, adjusted(1, set=0, group=group)], [1]) == [3]
    assert totals(BOTH, [added, reset(1)], [0, 1]) == [3, 0]
    assert totals(BOTH, [added, adjusted(1, set=1)], [0, 1]) == [3, 1]
    assert totals(BOTH, [reset(0), adjusted(1, add=3)], [1]) == [3]


# --- malformed --------------------------------------------------------------------------

MALFORMED: list[dict[str, Any]] = [
    {},
    {"add": None},
    {"add": 3, "set": 3},
    {"add": "3"},
    {"set": True},
    {"add": [3]},
    {"add": {"points": 3}},
    {"add": 1.2345},
    {"set": 10**9},
    {"set": -(10**9)},
    {"add": 10**4000},
    {"add": float("nan")},
    {"set": float("inf")},
    {"add": 3, "lasts": "5m"},
    {"add": 3, "lasts": 5},
    {"add": 3, "lasts": "none"},
    {"add": 3, "lasts": "0d"},
    {"add": 3, "lasts": ["5d"]},
    {"add": 3, "lasts": False},
    {"add": 3, "group": "manual"},
    {"add": 3, "group": "total"},
    {"add": 3, "group": "nope"},
    {"add": 3, "group": "Fit"},
    {"add": 3, "group": ""},
    {"add": 3, "group": 5},
    {"add": 3, "group": ["fit"]},
    {"add": 3, "group": {"fit": 1}},
    {"set": 3, "group": False},
]


@pytest.mark.parametrize("properties", MALFORMED)
@pytest.mark.parametrize("groups", [{}, ONE])
def test_a_malformed_one_is_as_if_it_had_never_been(
    properties: dict[str, Any], groups: dict[str, Any]
) -> None:
    one = event("score_adjusted", 1, properties=properties)
    assert score(rules(VISIT, **groups), [visit(0), one], 2) == score(
        rules(VISIT, **groups), [visit(0)], 2
    )


@pytest.mark.parametrize("group", ["manual", "nope", 5, ["fit"], {}, True])
def test_a_reset_of_no_group_is_as_if_it_had_never_been(group: object) -> None:
    assert totals(BOTH, [visit(0), reset(1, group=group)], [1]) == [10]


@pytest.mark.parametrize(
    "properties",
    [
        {"add": 3, "set": None},
        {"add": 3.0, "lasts": None, "group": None},
        {"add": 3, "reason": ["odd"], "author": 5, "more": {}},
        {"add": 3, "lasts": "2w", "points": "x"},
    ],
)
def test_nothing_else_is_looked_at(properties: dict[str, Any]) -> None:
    one = event("score_adjusted", 1, properties=properties)
    assert totals(BOTH, [visit(0), one], [2]) == [13]
    assert totals(BOTH, [visit(0), reset(1, add=5, lasts=5, reason=None)], [2]) == [0]


def test_a_malformed_one_is_no_first_event_of_the_lead() -> None:
    quiet = rules({"id": "quiet", "event": "page_viewed", "inactive": "10d", "points": -1})
    for odd in (adjusted(0), adjusted(0, add="3"), reset(0, group="nope")):
        assert totals(quiet, [odd], [10]) == [0]
        assert totals(quiet, [odd, event("ad_clicked", 5)], [10, 15]) == [0, -1]
    assert totals(quiet, [adjusted(0, add=0)], [9, 10]) == [0, -1]
