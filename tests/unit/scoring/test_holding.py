"""Section 6, steps 9 to 12: bounds, weights, rounding, and the lines that sum to the score."""

from decimal import Decimal
from typing import Any

import pytest

from scoring import (
    BOSS,
    VISIT,
    adjusted,
    event,
    exact,
    instant,
    lines,
    rules,
    score,
    total,
    totals,
    visit,
    visits,
)

D = Decimal
CLICK = {"id": "click", "event": "element_clicked", "points": 20}


def click(at: float, event_id: str = "") -> Any:
    return event("element_clicked", at, event_id)


def held(*, points: list[float], group: Any = None, **top: Any) -> Any:
    """The score of custom events on days 0, 1, 2, each with a rule of its own for its points."""
    made = [
        {"id": f"r{n}", "event": f"custom:e{n}", "points": worth} for n, worth in enumerate(points)
    ]
    groups = {"fit": {}, "engagement": group or {}}
    events = [event(f"custom:e{n}", n) for n in range(len(points))]
    return score(rules(*made, groups=groups, **top), events, 9)


def given(of: Any) -> list[Any]:
    return [line.points for line in of.contributions]


def lost(of: Any) -> list[Any]:
    return [line.lost for line in of.contributions]


# --- the worked examples ----------------------------------------------------------------

PRICING = {"id": "pricing", "event": "page_viewed", "points": 15, "max": 45}
FADING = {"fit": {}, "engagement": {"max": 50, "decay": {"half_life": "30d"}}}


def test_caps_come_after_decay() -> None:
    ten = [visit(0, str(n)) for n in range(10)]
    assert totals(rules(PRICING, groups=FADING), ten, [0, 30, 60, 90]) == [45, 45, 38, 19]
    assert exact(rules(PRICING, groups=FADING), ten, 60) == D("37.5")


def test_the_newest_loses() -> None:
    made = rules({**PRICING, "max": 40}, CLICK, groups={"fit": {}, "engagement": {"max": 50}})
    found = score(made, [*visits(0, 1, 2), click(3)], 4)
    assert lines(found) == [("pricing", 15), ("pricing", 15), ("pricing", 10), ("click", 10)]
    assert (lost(found), found.total) == ([0, 0, 5, 10], 50)


def test_weights() -> None:
    made = rules(
        {**BOSS, "points": 55},
        {**VISIT, "points": 75},
        groups={"fit": {"weight": "30%"}, "engagement": {"weight": "70%"}},
        hot={"total": 60, "fit": 50},
    )
    found = score(made, [visit()], 0, {"role": "boss"})
    assert lines(found) == [("boss", D("16.5")), ("visit", D("52.5"))]
    assert (found.exact, found.temperature) == (69, "hot")
    assert found.groups == {"fit": 55, "engagement": 75}
    assert lost(found) == [0, 0]


@pytest.mark.parametrize(
    ("points", "times", "expected"), [(0.5, 1, 1), (-0.5, 1, 0), (-1.5, 1, -1), (0.5, 9, 5)]
)
def test_rounding(points: float, times: int, expected: int) -> None:
    made = rules({**VISIT, "points": points})
    assert total(made, [visit(0, str(n)) for n in range(times)]) == expected
    found = score(made, [visit(0, str(n)) for n in range(times)])
    assert (found.groups["engagement"], found.exact) == (expected, D(str(points)) * times)


# --- rule bounds ------------------------------------------------------------------------


def test_a_rules_max_takes_from_its_newest_and_leaves_none_below_nothing() -> None:
    found = score(rules({**VISIT, "max": 15}), visits(0, 1, 2), 9)
    assert (given(found), lost(found)) == ([10, 5, 0], [0, 5, 10])
    assert [line.decayed for line in found.contributions] == [10, 10, 10]


def test_a_rules_min_gives_to_its_newest_and_leaves_none_above_nothing() -> None:
    found = score(rules({**VISIT, "points": -10, "min": -15}), visits(0, 1, 2), 9)
    assert (given(found), lost(found)) == ([-10, -5, 0], [0, -5, -10])


def test_bounds_of_a_rule_are_of_its_own_lines_alone() -> None:
    found = score(rules({**VISIT, "max": 15}, CLICK), [*visits(0, 2), click(1)], 9)
    assert lines(found) == [("visit", 10), ("click", 20), ("visit", 5)]


def test_bounds_of_a_silence() -> None:
    quiet = {"id": "q", "inactive": "10d", "award": "each", "points": -4, "min": -10}
    found = score(rules(quiet), [visit()], 45)
    assert (given(found), lost(found)) == ([-4, -4, -2, 0], [0, 0, -2, -4])


def test_a_rules_bounds_with_bands_of_both_signs() -> None:
    first_of = [{"where": {"p": ["x"]}, "points": -30}, {"points": 10}]
    made = rules({"id": "v", "event": "page_viewed", "first_of": first_of, "max": 15, "min": -40})
    found = score(made, [visit(0), visit(1), visit(2, p="x")], 9)
    assert given(found) == [10, 10, -30]  # −10 is inside


# --- group bounds -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "group", "expected"),
    [
        ([10, 10, 10], {"max": 12}, [10, 2, 0]),
        ([10, -5, 10], {"max": 12}, [10, -5, 7]),
        ([10, 10, -5], {"max": 12}, [10, 7, -5]),
        ([-10, -10, -10], {"min": -12}, [-10, -2, 0]),
        ([-10, 5, -10], {"min": -12}, [-10, 5, -7]),
        ([-10, -10, 5], {"min": -12}, [-10, -7, 5]),
        ([10, 10], {"min": -5, "max": 20}, [10, 10]),
        ([-2, -3], {"min": -5, "max": 20}, [-2, -3]),
        ([10, 5, -20], {"min": 0}, [10, 5, -15]),
        ([-0.005, -0.001], {"min": -0.005}, [D("-0.005"), 0]),
        ([0.005, 0.001], {"max": 0.005}, [D("0.005"), 0]),
    ],
)
def test_a_groups_bounds(points: list[float], group: Any, expected: list[float]) -> None:
    found = held(points=points, group=group)
    assert given(found) == expected
    assert sum(expected) == found.exact


@pytest.mark.parametrize(
    ("points", "group", "expected"),
    [
        ([3], {"min": 5}, [("r0", 3), ("limit of engagement", 2)]),
        ([-3, 2], {"min": 5}, [("r0", 0), ("r1", 2), ("limit of engagement", 3)]),
        ([-3], {"max": -5}, [("r0", -3), ("limit of engagement", -2)]),
        ([3, -2], {"max": -5}, [("r0", 0), ("r1", -2), ("limit of engagement", -3)]),
        ([], {"min": 5}, [("limit of engagement", 5)]),
    ],
)
def test_what_no_line_can_give_is_a_line_of_its_own(
    points: list[float], group: Any, expected: list[tuple[str, float]]
) -> None:
    found = held(points=points, group=group)
    assert lines(found) == expected
    limit = found.contributions[-1]
    assert (limit.group, limit.event_id, limit.at) == ("engagement", None, None)
    assert (limit.raw, limit.decayed, limit.lost) == (0, 0, -limit.points)


def test_limits_come_after_all_lines_in_the_order_of_the_groups() -> None:
    groups = {"engagement": {"min": 5, "weight": "50%"}, "fit": {"max": -4}}
    made = rules(VISIT, groups=groups, total={"min": 7})
    found = score(made, [], 0)
    # 2.5 − 4 is 8.5 short of 7: the limit of fit is a negative line, so it is given 4 first.
    assert lines(found) == [
        ("limit of engagement", D("2.5")),
        ("limit of fit", 0),
        ("limit of the total", D("4.5")),
    ]
    last = found.contributions[-1]
    assert (last.group, last.raw, last.decayed, last.lost) == (None, 0, 0, D("-4.5"))
    assert (found.exact, found.total, found.groups) == (7, 7, {"engagement": 5, "fit": -4})


def test_a_rules_max_comes_before_its_groups() -> None:
    made = rules({**VISIT, "max": 15}, CLICK, groups={"fit": {}, "engagement": {"max": 30}})
    found = score(made, [*visits(0, 1), click(2)], 9)
    assert (given(found), lost(found)) == ([10, 5, 15], [0, 5, 5])


def test_adjustments_are_in_the_bounds_of_their_group() -> None:
    groups = {"fit": {}, "engagement": {"max": 15}}
    found = score(
        rules(VISIT, groups=groups), [visit(0), adjusted(1, add=9, group="engagement")], 9
    )
    assert lines(found) == [("visit", 10), ("score_adjusted", 5)]


def test_bounds_act_at_the_instant_asked_about_never_step_by_step() -> None:
    groups = {"fit": {}, "engagement": {"min": 0, "max": 10}}
    bad = {"id": "bad", "event": "email_bounced", "points": -8}
    made = rules({**VISIT, "lasts": "5d"}, bad, groups=groups)
    # A penalty at 0 is not forgotten.
    assert totals(made, [event("email_bounced", 0), visit(1)], [0, 1]) == [0, 2]
    # What was above a cap counts again when other points have gone.
    assert totals(made, visits(0, 4), [4, 5, 9]) == [10, 10, 0]


# --- weights and the total --------------------------------------------------------------


def test_each_line_is_weighed_exactly() -> None:
    groups = {"fit": {"weight": "33%"}, "engagement": {"weight": "150%"}}
    made = rules({**BOSS, "points": 0.001}, {**VISIT, "points": 7.333}, groups=groups)
    found = score(made, [visit()], 0, {"role": "boss"})
    assert given(found) == [D("0.00033"), D("10.9995")]
    assert (found.exact, found.total) == (D("10.99983"), 11)
    assert found.groups == {"fit": 0, "engagement": 7}


def test_a_weight_of_nothing() -> None:
    made = rules(VISIT, groups={"fit": {}, "engagement": {"weight": "0%"}})
    found = score(made, [visit()])
    assert (given(found), lost(found), found.total) == ([0], [0], 0)
    assert found.groups["engagement"] == 10


def test_what_is_lost_is_told_in_weighed_points() -> None:
    made = rules({**VISIT, "max": 10}, groups={"fit": {}, "engagement": {"weight": "50%"}})
    found = score(made, visits(0, 1), 9)
    assert (given(found), lost(found)) == ([5, 0], [0, 5])
    assert [line.decayed for line in found.contributions] == [10, 10]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"max": 12}, [10, 2, 0]),
        ({"max": 12.5}, [10, D("2.5"), 0]),
        ({"max": 30}, [10, 10, 10]),
        ({"max": -1}, [0, 0, 0, -1]),
        ({"min": 31}, [10, 10, 10, 1]),
    ],
)
def test_bounds_of_the_total(bounds: Any, expected: list[Any]) -> None:
    found = held(points=[10, 10, 10], total=bounds)
    assert given(found) == expected
    assert found.exact == sum(expected)
    assert found.groups["engagement"] == 30


def test_the_total_is_held_after_weights_and_takes_from_limits_first() -> None:
    groups = {"fit": {}, "engagement": {"min": 20, "weight": "50%"}}
    found = score(rules(VISIT, groups=groups, total={"max": 8}), [visit()])
    assert lines(found) == [("visit", 5), ("limit of engagement", 3)]
    assert lost(found) == [0, -3]


def test_the_minimum_of_the_total_is_given_to_negative_lines_first() -> None:
    found = held(points=[10, -20, -30], total={"min": -5})
    assert given(found) == [10, -15, 0]


# --- the order of lines -----------------------------------------------------------------


def test_lines_are_ordered_by_age() -> None:
    made = rules(
        {"id": "click", "event": "element_clicked", "points": 1},
        {"id": "late", "event": "page_viewed", "points": 1, "award": "latest"},
        {"id": "fact2", "lead": {"role": ["boss"]}, "points": 1},
        {"id": "quiet", "event": "form_submitted", "inactive": "2d", "points": 1},
        {"id": "visit", "event": "page_viewed", "points": 1},
        {"id": "fact1", "lead": {"role": ["boss"]}, "points": 1},
        {"id": "sent", "event": "ad_clicked", "unless": {"event": "form_error", "within": "1d"}}
        | {"points": 1},
    )
    events = [
        visit(2, "b"),
        event("element_clicked", 2, "a"),
        event("ad_clicked", 1, "c"),
        event("element_clicked", 0, "z"),
        event("score_adjusted", 2, "bb", properties={"add": 1}),
    ]
    found = score(made, events, 3, {"role": "boss"})
    assert [(line.rule, line.event_id) for line in found.contributions] == [
        ("fact2", None),
        ("fact1", None),
        ("click", "z"),
        ("quiet", None),  # at day 2 too: a silence has the empty id
        ("click", "a"),
        ("late", "b"),
        ("visit", "b"),
        ("score_adjusted", "bb"),
        ("sent", "c"),  # at day 2 as well, with the id of its event
    ]


def test_lines_say_what_they_are_of() -> None:
    made = rules({**VISIT, "points": 2.5, "decay": {"half_life": "1d"}}, BOSS)
    boss, visited = score(made, [visit(0, "a")], 1, {"role": "boss"}).contributions
    assert (boss.rule, boss.group, boss.event_id, boss.at) == ("boss", "fit", None, None)
    assert (boss.raw, boss.decayed, boss.lost, boss.points) == (30, 30, 0, 30)
    assert (visited.group, visited.event_id, visited.at) == ("engagement", "a", instant(0))
    assert (visited.raw, visited.decayed, visited.points) == (D("2.5"), D("1.25"), D("1.25"))


def test_an_award_of_no_points_is_a_line_too() -> None:
    found = score(rules({"id": "ask", "event": "page_viewed", "override": "hot"}), [visit(0, "a")])
    assert lines(found) == [("ask", 0)]


# --- reasons ----------------------------------------------------------------------------


def test_reasons_are_the_three_rules_with_the_largest_sums_ties_in_file_order() -> None:
    made = rules(
        {"id": "a", "lead": {"x": [1]}, "points": 5},
        {"id": "b", "event": "page_viewed", "points": 3},
        {"id": "c", "lead": {"x": [1]}, "points": 5},
        {"id": "d", "lead": {"x": [1]}, "points": 4},
        {"id": "e", "lead": {"x": [1]}, "points": -9},
    )
    found = score(made, visits(0, 1), 9, {"x": 1})
    assert [(reason.rule, reason.points) for reason in found.reasons] == [
        *(("b", 6), ("a", 5), ("c", 5)),
    ]


def test_only_positive_sums_are_reasons_and_adjustments_are_none() -> None:
    made = rules(
        {"id": "zero", "event": "ad_clicked", "points": 0},
        {"id": "capped", "event": "page_viewed", "points": 5, "max": 0},
        {"id": "bad", "event": "page_viewed", "points": -1},
        {"id": "good", "event": "page_viewed", "points": 0.001},
        groups={"fit": {}, "engagement": {"min": -50}},
    )
    found = score(made, [visit(0), event("ad_clicked", 0), adjusted(0, add=50)])
    assert [(reason.rule, reason.points) for reason in found.reasons] == [("good", D("0.001"))]
