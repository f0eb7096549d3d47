"""Sections 2 and 6: temperature, override, grade and segments."""

from typing import Any

import pytest

from hotlist.leads.lead import Stage, Temperature
from scoring import BOSS, VISIT, adjusted, event, instant, rules, score, totals, visit, visits

COLD, WARM, HOT = Temperature.COLD, Temperature.WARM, Temperature.HOT
FACT = {"id": "fact", "lead": {"x": [1]}}


def known(points: float, **top: Any) -> Any:
    """The score of a lead of whom a fact gives so many points (in the group `fit`)."""
    return score(rules({**FACT, "points": points}, **top), [], 0, {"x": 1})


@pytest.mark.parametrize(
    ("points", "expected"),
    [(40, HOT), (39.5, HOT), (39.499, WARM), (20, WARM), (19.5, WARM), (19.499, COLD), (-5, COLD)],
)
def test_minimums_are_compared_with_the_whole_numbers_that_are_shown(
    points: float, expected: Temperature
) -> None:
    assert known(points, hot=40, warm=20).temperature is expected


def test_there_is_no_warm_where_none_is_asked_for() -> None:
    assert known(39, hot=40).temperature is COLD
    assert known(40, hot=40).temperature is HOT


@pytest.mark.parametrize(
    ("fit", "engagement", "expected"),
    [(10, 10, HOT), (9, 11, WARM), (10, 9, WARM), (9.5, 10, HOT), (5, 0, COLD), (0, 15, WARM)],
)
def test_all_minimums_of_a_map_must_be_reached(
    fit: float, engagement: float, expected: Temperature
) -> None:
    made = rules(
        {**FACT, "points": fit},
        {**VISIT, "points": engagement},
        hot={"fit": 10, "total": 20},
        warm={"total": 15},
    )
    assert score(made, [visit()], 0, {"x": 1}).temperature is expected


def test_groups_are_compared_before_weight_and_within_their_bounds() -> None:
    groups = {"fit": {"weight": "10%", "max": 12}, "engagement": {}}
    assert known(50, hot={"fit": 12}, groups=groups).temperature is HOT
    assert known(50, hot={"fit": 13}, groups=groups).temperature is COLD
    assert known(50, hot=2, groups=groups).temperature is COLD  # 1.2
    assert known(50, hot=1, groups=groups).temperature is HOT


def test_a_minimum_below_nothing() -> None:
    assert known(-3, hot=-2, warm=-3).temperature is WARM
    assert known(-2, hot=-2, warm=-3).temperature is HOT


# --- override ---------------------------------------------------------------------------

ASK = {"id": "ask", "event": "contact_requested", "override": "hot"}


def test_an_override_decides_minimums_or_not() -> None:
    asked = [event("contact_requested")]
    found = score(rules(ASK), asked)
    assert (found.temperature, found.override, found.total) == (HOT, "ask", 0)
    found = score(rules({**ASK, "override": "cold", "points": 50}, hot=40), asked)
    assert (found.temperature, found.override, found.total) == (COLD, "ask", 50)
    found = score(rules({**ASK, "override": "warm"}), asked)
    assert found.temperature is WARM
    found = score(rules(ASK), [visit()])
    assert (found.temperature, found.override) == (COLD, None)


def test_the_first_in_the_file_with_an_award_decides() -> None:
    student = {"id": "student", "lead": {"role": ["student"]}, "override": "cold"}
    asked, facts = [event("contact_requested")], {"role": "student"}
    assert score(rules(student, ASK), asked, 0, facts).override == "student"
    assert score(rules(ASK, student), asked, 0, facts).override == "ask"
    assert score(rules(student, ASK), asked).override == "ask"


def test_an_override_needs_an_award() -> None:
    once = {**ASK, "event": "page_viewed", "award": {"at_count": 2}}
    assert score(rules(once), visits(0)).temperature is COLD
    assert score(rules(once), visits(0, 1), 1).temperature is HOT
    banded = {**ASK, "first_of": [{"where": {"p": ["x"]}, "points": 1}]}
    assert score(rules(banded), [event("contact_requested")]).override is None
    gone = score(rules({**ASK, "lasts": "14d"}), [event("contact_requested")], 14)
    assert (gone.temperature, gone.override, gone.contributions) == (COLD, None, ())
    capped = {**ASK, "points": 5, "max": 0, "decay": {"linear": "1d"}}
    found = score(rules(capped), [event("contact_requested")], 5)
    assert (found.total, found.override) == (0, "ask")


def test_a_silence_may_override() -> None:
    made = rules(VISIT, {"id": "quiet", "inactive": "10d", "override": "cold"}, hot=10)
    found = [score(made, [visit()], at) for at in (9, 10)]
    assert [(one.temperature, one.override) for one in found] == [(HOT, None), (COLD, "quiet")]
    assert score(made, [visit()]).next_change_at == instant(10)


# --- grades -----------------------------------------------------------------------------

GRADES = {"A": {"fit": 10, "total": 15}, "B": 10, "C": {"fit": 5}, "D": {}}


@pytest.mark.parametrize(
    ("points", "grades", "expected"),
    [
        (15, GRADES, "A"),
        (14.5, GRADES, "A"),
        (14, GRADES, "B"),
        (9, GRADES, "C"),
        (4, GRADES, "D"),
        (-9, GRADES, "D"),
        (9, {"A": 10}, None),
        (9, {}, None),
    ],
)
def test_a_grade_is_the_first_whose_minimums_are_reached(
    points: float, grades: Any, expected: str | None
) -> None:
    assert known(points, grades=grades).grade == expected


def test_without_grades_there_is_none() -> None:
    assert known(9).grade is None


def test_an_override_does_not_change_the_grade() -> None:
    found = known(50, grades=GRADES)
    assert found.grade == "A"
    made = rules({**FACT, "points": 4, "override": "hot"}, grades=GRADES)
    assert score(made, [], 0, {"x": 1}).grade == "D"


# --- segments ---------------------------------------------------------------------------

SEGMENTS = [
    {"id": "vip", "lead": {"tier": ["gold"]}, "temperature": {"hot": 5}},
    {"id": "big", "lead": {"tier": ["gold", "silver"]}, "temperature": {"warm": 1}},
    {"id": "out", "lead": {"tier": ["none"]}, "suspended": True},
    {"id": "graded", "lead": {"tier": ["x"]}, "grades": {"Z": 3}},
    {"id": "in", "lead": {"tier": ["y"]}, "suspended": False, "grades": {}},
]


@pytest.mark.parametrize(
    ("tier", "points", "segment", "temperature", "grade"),
    [
        ("Gold", 5, "vip", HOT, None),
        ("gold", 4, "vip", COLD, None),  # warm is the general one still
        ("gold", 3, "vip", COLD, None),
        ("silver", 5, "big", WARM, None),  # hot is the general one still
        ("silver", 40, "big", HOT, "A"),
        ("silver", 0, "big", COLD, None),
        ("x", 40, "graded", HOT, "Z"),  # grades are replaced all together
        ("x", 20, "graded", WARM, "Z"),
        ("x", 2, "graded", COLD, None),
        ("y", 40, "in", HOT, None),
        ("other", 40, None, HOT, "A"),
        ("other", 20, None, WARM, None),
    ],
)
def test_the_first_segment_that_matches(
    tier: str, points: float, segment: str | None, temperature: Temperature, grade: str | None
) -> None:
    made = rules({**FACT, "points": points}, hot=40, warm=20, grades={"A": 40}, segments=SEGMENTS)
    found = score(made, [], 0, {"x": 1, "tier": tier})
    assert (found.segment, found.temperature, found.grade) == (segment, temperature, grade)


def test_a_segment_may_look_at_the_stage() -> None:
    segments = [{"id": "won", "lead": {"stage": ["customer"]}, "temperature": {"hot": 1}}]
    made = rules(VISIT, hot=40, segments=segments)
    events = [visit(0), event("order_completed", 5)]
    assert [score(made, events, at).segment for at in (4, 5)] == [None, "won"]
    assert score(made, events, 4).next_change_at == instant(5)


# --- suspended --------------------------------------------------------------------------


def suspended(facts: dict[str, Any]) -> Any:
    groups = {"fit": {"min": 5}, "engagement": {}}
    made = rules(
        {**BOSS, "override": "hot"},
        VISIT,
        hot=1,
        total={"min": 7},
        grades={"A": {}},
        segments=SEGMENTS,
        groups=groups,
    )
    return score(made, [visit(), adjusted(0, add=3)], 0, {"role": "boss", **facts})


@pytest.mark.parametrize(
    ("facts", "segment"),
    [
        ({"suspended": True}, None),
        ({"tier": "none"}, "out"),
        ({"suspended": True, "tier": "x"}, "graded"),
    ],
)
def test_a_suspended_lead_has_nothing_but_its_segment(
    facts: dict[str, Any], segment: str | None
) -> None:
    found = suspended(facts)
    assert (found.suspended, found.segment, found.stage) == (True, segment, Stage.SUSPENDED)
    assert (found.total, found.exact, found.groups) == (0, 0, {"fit": 0, "engagement": 0})
    assert (found.temperature, found.grade, found.override) == (COLD, None, None)
    assert (found.contributions, found.reasons, found.next_change_at) == ((), (), None)


@pytest.mark.parametrize("value", ["true", 1, 1.0, False, None, [True]])
def test_only_true_suspends(value: object) -> None:
    found = suspended({"suspended": value})
    assert (found.suspended, found.stage, found.temperature) == (False, Stage.AWARENESS, HOT)


def test_a_segment_that_suspends_by_stage_ends_as_ever() -> None:
    segments = [{"id": "won", "lead": {"stage": ["customer"]}, "suspended": True}]
    made = rules(VISIT, hot=10, segments=segments)
    bought = event("order_completed", 5, expires_at=instant(8))
    found = [score(made, [visit(0), bought], at) for at in (4, 5, 8)]
    assert [one.suspended for one in found] == [False, True, False]
    assert [one.next_change_at for one in found] == [instant(5), instant(8), instant(396)]
    assert totals(made, [visit(0), bought], [4, 5, 8]) == [10, 0, 10]
