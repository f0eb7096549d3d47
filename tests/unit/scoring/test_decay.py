"""Section 5: how an award fades."""

from decimal import Decimal
from typing import Any

import pytest

from scoring import MS, adjusted, exact, instant, rules, score, totals, visit

PERCENT = {"steps": {"7d": "75%", "14d": 5}}


def worth(points: Any, decay: Any, day: float, **rule: Any) -> Any:
    """What a visit on day 0 that gave these points is worth on a day."""
    made = {"id": "visit", "event": "page_viewed", "points": points, "decay": decay, **rule}
    return exact(rules(made), [visit()], day)


@pytest.mark.parametrize(
    ("points", "decay", "day", "expected"),
    [
        (10, "none", 395, "10"),
        # half_life: p · 2^(−a/H)
        (10, {"half_life": "30d"}, 0, "10"),
        (10, {"half_life": "30d"}, 30, "5"),
        (10, {"half_life": "30d"}, 60, "2.5"),
        (10, {"half_life": "30d"}, 15, "7.071"),  # 7.0710678…
        (10, {"half_life": "30d"}, 45, "3.536"),  # 3.5355339…
        (-10, {"half_life": "30d"}, 45, "-3.536"),
        (10, {"half_life": "1d"}, 13, "0.001"),  # 0.00122…
        (10, {"half_life": "1d"}, 14, "0.001"),  # 0.00061…
        (10, {"half_life": "1d"}, 15, "0"),  # 0.00030…
        (999_999_999, {"half_life": "30d"}, 30, "499999999.5"),
        # linear: p · max(0, 1 − a/L)
        (10, {"linear": "20d"}, 0, "10"),
        (10, {"linear": "20d"}, 5, "7.5"),
        (-10, {"linear": "20d"}, 15, "-2.5"),
        (10, {"linear": "20d"}, 20, "0"),
        (10, {"linear": "20d"}, 25, "0"),
        (999_999_999, {"linear": "1s"}, 1, "0"),
        # lose: max(0, p − A·⌊a/E⌋)
        (10, {"lose": 3, "every": "2d"}, 1.875, "10"),
        (10, {"lose": 3, "every": "2d"}, 2, "7"),
        (10, {"lose": 3, "every": "2d"}, 6, "1"),
        (10, {"lose": 3, "every": "2d"}, 8, "0"),
        (-10, {"lose": 3, "every": "2d"}, 4, "-4"),
        (-10, {"lose": 3, "every": "2d"}, 8, "0"),
        (10, {"lose": "25%", "every": "1d"}, 3, "2.5"),
        (-10, {"lose": "25%", "every": "1d"}, 3, "-2.5"),
        (10, {"lose": "30%", "every": "1d"}, 4, "0"),
        # steps: p until T1, then min(p, A1), from T2 on min(p, A2)
        (10, PERCENT, 6.875, "10"),
        (10, PERCENT, 7, "7.5"),
        (10, PERCENT, 13.875, "7.5"),
        (10, PERCENT, 14, "5"),
        (-10, PERCENT, 7, "-7.5"),
        (-10, PERCENT, 14, "-5"),
        (4, PERCENT, 7, "3"),
        (4, PERCENT, 14, "4"),  # min(4, 5), as it is written
        (-4, PERCENT, 14, "-4"),
        (8, {"steps": {"1d": 0}}, 1, "0"),
        # floor: never less than min(p, F)
        (10, {"half_life": "1d", "floor": 4}, 1, "5"),
        (10, {"half_life": "1d", "floor": 4}, 2, "4"),
        (-10, {"half_life": "1d", "floor": 4}, 2, "-4"),
        (3, {"half_life": "1d", "floor": 4}, 2, "3"),
        (-3, {"half_life": "1d", "floor": 4}, 2, "-3"),
        (10, {"linear": "1d", "floor": "20%"}, 5, "2"),
        (10, {"lose": 6, "every": "1d", "floor": 1}, 2, "1"),
        (10, {"steps": {"1d": 1}, "floor": "50%"}, 1, "5"),
        (10, {"steps": {"1d": 1}, "floor": "150%"}, 1, "10"),
        (10, {"linear": "1d", "floor": 0}, 5, "0"),
    ],
)
def test_the_worth_at_an_age(points: Any, decay: Any, day: float, expected: str) -> None:
    assert worth(points, decay, day) == Decimal(expected)


@pytest.mark.parametrize(
    ("points", "decay", "expected"),
    [
        (0.001, {"half_life": "1d"}, "0.001"),  # ⌊0.5 + ½⌋ thousandths
        (-0.001, {"half_life": "1d"}, "0"),  # ⌊−0.5 + ½⌋
        (0.003, {"linear": "2d"}, "0.002"),  # ⌊1.5 + ½⌋
        (-0.003, {"linear": "2d"}, "-0.001"),  # ⌊−1.5 + ½⌋
        (0.005, {"lose": "33.3%", "every": "1d"}, "0.003"),  # 5 − 1.665 = 3.335
        (-0.005, {"lose": "33.3%", "every": "1d"}, "-0.003"),
        (0.005, {"lose": "90%", "every": "1d"}, "0.001"),  # 0.5
        (-0.005, {"lose": "90%", "every": "1d"}, "0"),  # −0.5
        (0.005, {"steps": {"1d": "50%"}}, "0.003"),  # 2.5
        (-0.005, {"steps": {"1d": "50%"}}, "-0.002"),  # −2.5
        (0.005, {"steps": {"1d": 0}, "floor": "33.3%"}, "0.002"),  # 1.665
        (-0.005, {"steps": {"1d": 0}, "floor": "33.3%"}, "-0.002"),
        (-0.005, {"steps": {"1d": 0}, "floor": "50%"}, "-0.002"),  # −2.5
    ],
)
def test_thousandths_are_rounded_half_up_with_their_sign(
    points: float, decay: Any, expected: str
) -> None:
    assert worth(points, decay, 1) == Decimal(expected)


@pytest.mark.parametrize(
    ("points", "decay", "expected"),
    [
        (10, {"half_life": "10d"}, [9, 6, 4]),
        (10, {"linear": "20d"}, [9, 7, 3]),
        (10, PERCENT, [10, 8, 5]),
        (10, {"lose": 3, "every": "2d"}, [7, 1, 0]),
        (-10, {"lose": 3, "every": "2d"}, [-7, -1, 0]),
    ],
)
def test_the_kinds_of_decay_of_the_worked_example(
    points: int, decay: Any, expected: list[int]
) -> None:
    made = {"id": "visit", "event": "page_viewed", "points": points, "decay": decay}
    assert totals(rules(made), [visit()], [2, 7, 14]) == expected


def test_ages_are_exact_to_the_millisecond() -> None:
    made = {"id": "visit", "event": "page_viewed", "points": 8, "decay": {"steps": {"1d": 1}}}
    assert totals(rules(made), [visit()], [instant(1) - MS, instant(1)]) == [8, 1]


@pytest.mark.parametrize("decay", ["none", {"half_life": "1d", "floor": 9}])
def test_an_award_lasts_up_to_but_not_including_its_end(decay: Any) -> None:
    made = {"id": "visit", "event": "page_viewed", "points": 9, "decay": decay, "lasts": "2d"}
    assert totals(rules(made), [visit()], [instant(2) - MS, instant(2)]) == [9, 0]
    assert score(rules(made), [visit()], 2).contributions == ()


GROUP = {"decay": {"half_life": "1d"}, "lasts": "3d"}


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ({}, [5, 0]),
        ({"decay": "none"}, [10, 0]),
        ({"lasts": "none"}, [5, 1]),  # 1.25
        ({"decay": {"linear": "4d"}, "lasts": "8d"}, [8, 3]),  # 7.5, 2.5
        ({"decay": "none", "lasts": "none"}, [10, 10]),
    ],
)
def test_the_groups_decay_and_lasts_are_for_rules_that_say_nothing(
    rule: dict[str, Any], days: list[int]
) -> None:
    made = {"id": "visit", "event": "page_viewed", "points": 10, **rule}
    groups = {"fit": {}, "engagement": GROUP}
    assert totals(rules(made, groups=groups), [visit()], [1, 3]) == days


def test_lead_rules_and_silences_never_fade() -> None:
    made = rules(
        {"id": "boss", "lead": {"role": ["boss"]}, "points": 30, "group": "engagement"},
        {"id": "quiet", "inactive": "1d", "points": -8},
        groups={"fit": {}, "engagement": GROUP},
    )
    assert totals(made, [visit()], [1, 2, 9], {"role": "boss"}) == [22, 22, 22]


def test_adjustments_of_a_group_fade_as_its_rules_do_and_end_as_they_say() -> None:
    made = rules({"id": "v", "event": "ad_clicked"}, groups={"fit": {}, "engagement": GROUP})
    as_group = [adjusted(0, add=8, group="engagement")]
    longer = [adjusted(0, add=8, group="engagement", lasts="4d")]
    assert totals(made, as_group, [0, 1, 2, 3]) == [8, 4, 2, 0]
    assert totals(made, longer, [3, 4]) == [1, 0]
