"""The check of scoring.yaml: what leads can reach, and the order of what they must."""

import pytest

from rulesets import BASE, FIT, HEAD, found

RULES = "rules:\n"
VISIT = "  - {id: visit, event: page_viewed, points: 5}\n"
ONCE = "  - {id: once, event: form_submitted, points: 20, award: once}\n"
BOTH = ["temperature.warm", "temperature.hot"]
BAD = "  - {id: bad, lead: {a: [1]}, points: -10}\n"


def hot(minimum: object, *rules: str, more: str = "") -> str:
    return f"temperature: {{hot: {minimum}}}\n{more}{RULES}{''.join(rules)}"


def rule(keywords: str) -> str:
    return f"  - {{id: one, {keywords}}}\n"


@pytest.mark.parametrize(
    ("keywords", "most"),
    [
        ("lead: {a: [1]}, points: 30", 30),
        ("lead: {a: [1]}, first_of: [{lead: {b: [1]}, points: 30}, {points: 10}]", 30),
        ("event: page_viewed, points: 30, award: once", 30),
        ("event: page_viewed, points: 30, award: latest", 30),
        ("event: page_viewed, points: 30, award: {at_count: 3}", 30),
        ("event: page_viewed, points: 30, award: {at_count: 3, within: 7d}", 30),
        ("event: page_viewed, points: 30, award: {at_count: 3, distinct: day}", 30),
        ("event: page_viewed, points: 30, award: {at_count: 3, within: day}", None),
        ("event: page_viewed, points: 30, award: per_session", None),
        ("event: page_viewed, points: 30, award: {every: 100}", None),
        ("event: page_viewed, points: 30", None),
        ("event: page_viewed, points: 30, max: 45", 45),
        ("event: page_viewed, points: 30.4, award: once", 30),
        ("event: page_viewed, points: 30.5, award: once", 31),
        ("event: page_viewed, points: -30", 0),
        ("event: page_viewed, points: 0", 0),
        ("inactive: 30d, points: 10", 10),
        ("inactive: 30d, points: 10, award: each", 130),
        ("inactive: 33d, points: 10, award: each", 110),
        ("inactive: 30d, points: 10, award: each, max: 25", 25),
        ("event: page_viewed, override: hot, lasts: 3d", 0),
    ],
)
def test_the_most_that_a_rule_gives(keywords: str, most: int | None) -> None:
    bad = rule("lead: {b: [1]}, points: -1").replace("one", "bad")
    if most is None:
        assert found(hot(10**9 - 1, rule(keywords), bad)) == []
        return
    assert found(hot(most, rule(keywords), bad, more="retention: 396d\n")) == []
    assert found(hot(most + 1, rule(keywords), bad)) == ["unreachable temperature.hot"]


@pytest.mark.parametrize(
    ("more", "most"),
    [
        ("", 50),
        ("total: {max: 45}\n", 45),
        ("total: {max: 44.5}\n", 45),
        ("groups: {fit: {max: 25}, engagement: {max: 20}}\n", None),
        ("groups: {fit: {max: 30}, engagement: {weight: 50%}}\n", 40),
        ("groups: {fit: {weight: 10%}, engagement: {weight: 10%}}\n", 5),
        ("groups: {fit: {weight: 0%}, engagement: }\n", 20),
        ("groups: {fit: {weight: 200%}, engagement: }\ntotal: {max: 70}\n", 70),
    ],
)
def test_the_most_that_all_rules_give(more: str, most: int | None) -> None:
    warning = [] if most else ["(warning) cap groups.fit.max"]
    most = most or 45
    assert found(hot(most, ONCE, FIT, more=more)) == warning
    assert found(hot(most + 1, ONCE, FIT, more=more)) == ["unreachable temperature.hot", *warning]


def test_without_limit_and_without_weight() -> None:
    assert found(hot(1, VISIT, more="groups: {fit: , engagement: {weight: 0%}}\n")) == [
        "unreachable temperature.hot"
    ]
    below = "groups: {fit: , engagement: {max: 40}}\n"
    assert found(hot("{engagement: 41}", VISIT, more=below)) == [
        "unreachable temperature.hot.engagement"
    ]


def test_groups_are_compared_before_weight() -> None:
    more = "groups: {fit: {weight: 10%}, engagement: }\n"
    assert found(hot("{fit: 30}", VISIT, FIT, more=more)) == []
    assert found(hot("{fit: 31, total: 40}", VISIT, FIT, more=more)) == [
        "unreachable temperature.hot.fit"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (hot(0, VISIT), ["temperature.hot"]),
        (hot(1, VISIT), []),
        (hot(-5, VISIT), ["temperature.hot"]),
        (hot("{}", VISIT), ["temperature.hot"]),
        (hot(0, VISIT, BAD), []),
        (hot(-10, VISIT, BAD), ["temperature.hot"]),
        (hot(-9, VISIT, BAD, more="total: {min: -9}\n"), ["temperature.hot"]),
        (hot(5, VISIT, more="total: {min: 5}\n"), ["temperature.hot"]),
        (hot(10, VISIT, FIT, more="groups: {fit: {min: 10}, engagement: }\n"), ["temperature.hot"]),
        (hot("{total: 0, fit: 0}", VISIT), ["temperature.hot"]),
        (hot("{total: 5, fit: 0}", VISIT), []),
        ("temperature: {warm: 0, hot: 5}\n" + RULES + VISIT, ["temperature.warm"]),
        ("temperature: {warm: -1, hot: 0}\n" + RULES + VISIT, BOTH),
        ("temperature: {warm: 30, hot: 40}\n" + RULES + ONCE, BOTH),
        (hot(40, VISIT, more="grades: {A: {fit: 1}, B: 5, C: 0}\n"), ["grades.A.fit"]),
        (hot(20, ONCE, more="grades: {A: 21, B: {}}\n"), ["grades.A"]),
    ],
)  # fmt: skip
def test_for_no_lead_or_for_all(text: str, expected: list[str]) -> None:
    assert found(text) == [f"unreachable {path}" for path in expected]


@pytest.mark.parametrize(
    ("temperature", "more", "expected"),
    [
        ("hot: 40, rearm: 40", "", []),
        ("hot: 40, rearm: 41", "", ["temperature.rearm"]),
        ("hot: 40, rearm: 40.001", "", ["temperature.rearm"]),
        ("hot: 40, rearm: 100%", "", []),
        ("hot: 40, rearm: 101%", "", ["temperature.rearm"]),
        ("hot: 40", "", []),
        ("hot: 40", "total: {min: 36}\n", []),
        ("hot: 40", "total: {min: 37}\n", ["temperature"]),
        ("hot: 40, rearm: 0", "total: {min: 39}\n", []),
        ("hot: {total: 40, engagement: 60}, rearm: 50", "", []),
        ("hot: {total: 40, engagement: 60}, rearm: 61", "", ["temperature.rearm"]),
        ("hot: {total: 40, engagement: 60}, rearm: 100%", "", []),
    ],
)
def test_rearm(temperature: str, more: str, expected: list[str]) -> None:
    text = f"temperature: {{{temperature}}}\n{more}{RULES}{VISIT}"
    assert found(text) == [f"rearm {path}" for path in expected]


def test_rearm_where_points_fall_below_zero() -> None:
    assert found("temperature: {hot: 0, rearm: 10}\n" + RULES + VISIT + BAD) == []
    assert found("temperature: {hot: 0, rearm: 11}\n" + RULES + VISIT + BAD) == [
        "rearm temperature.rearm"
    ]
    assert found("temperature: {hot: -5, rearm: 100%}\n" + RULES + VISIT + BAD) == []
    assert found("temperature: {hot: -6, rearm: 100%}\n" + RULES + VISIT + BAD) == [
        "rearm temperature.rearm"
    ]
    endless = rule("event: email_bounced, points: -1")
    assert found("temperature: {hot: 10, rearm: 999999999}\n" + RULES + VISIT + endless) == []
    assert found("temperature: {hot: 0, rearm: 50}\n" + RULES + VISIT) == [
        "unreachable temperature.hot"
    ]


@pytest.mark.parametrize(
    ("warm", "minimum", "expected"),
    [
        ("39", "40", False),
        ("40", "40", True),
        ("41", "40", True),
        ("{total: 40}", "40", True),
        ("{total: 39, fit: 30}", "{total: 40, fit: 10}", False),
        ("{total: 40, fit: 5}", "{total: 40, fit: 10}", True),
        ("{fit: 10}", "40", False),
        ("50", "{fit: 10}", False),
        ("{fit: 10}", "{fit: 20}", False),
        ("{fit: 20}", "{fit: 20}", True),
        ("{fit: 20, engagement: 5}", "{fit: 20}", True),
        ("{fit: 20}", "{fit: 20, engagement: 5}", False),
    ],
)
def test_warm_is_below_hot(warm: str, minimum: str, *, expected: bool) -> None:
    text = f"temperature: {{warm: {warm}, hot: {minimum}}}\n" + BASE + FIT
    assert found(text) == (["order temperature.warm"] if expected else [])


@pytest.mark.parametrize(
    ("grades", "expected"),
    [
        ("{A: 60, B: 40, C: {}}", []),
        ("{A: 40, B: 60}", ["B"]),
        ("{A: 40, B: 40}", ["B"]),
        ("{A: {}, B: 40, C: {}}", ["B", "C"]),
        ("{A: 40, B: {fit: 20}}", []),
        ("{A: {fit: 20}, B: {fit: 20, total: 40}}", ["B"]),
        ("{A: {fit: 20, total: 40}, B: {fit: 20}, C: 40}", []),
        ("{A: {fit: 20, total: 40}, B: {fit: 25}, C: {fit: 30, total: 40}}", ["C"]),
    ],
)
def test_grades_are_best_first(grades: str, expected: list[str]) -> None:
    text = f"temperature: {{hot: 40}}\ngrades: {grades}\n" + BASE + FIT
    assert found(text) == [f"order grades.{name}" for name in expected]


def test_many_grades_are_judged_in_time() -> None:
    grades = ", ".join(f"g{n}: {1000 - n}" for n in range(900))
    assert found(f"temperature: {{hot: 40}}\ngrades: {{{grades}}}\n" + BASE) == []


def in_segment(keywords: str) -> str:
    segment = f"segments: [{{id: a, lead: {{a: [1]}}, {keywords}}}]\n"
    return "temperature: {warm: 20, hot: 40, rearm: 5}\n" + segment + BASE


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ("temperature: {warm: 40}", ["order temperature.warm"]),
        ("temperature: {hot: 20}", ["order temperature.hot"]),
        ("temperature: {hot: 20, warm: 10}", []),
        ("temperature: {rearm: 41}", ["rearm temperature.rearm"]),
        ("temperature: {hot: 4, warm: 3}", ["rearm temperature.hot"]),
        ("temperature: {warm: 0}", ["unreachable temperature.warm"]),
        ("temperature: {hot: {fit: 9}}", ["unreachable temperature.hot.fit"]),
        (
            "temperature: {hot: 0, warm: -1}",
            ["unreachable temperature.hot", "unreachable temperature.warm"],
        ),
        ("temperature: {}", []),
        ("grades: {A: 10, B: 20}", ["order grades.B"]),
        ("grades: {A: {fit: 10}}", ["unreachable grades.A.fit"]),
        ("suspended: true, temperature: {hot: {fit: 1}, rearm: 999}, grades: {A: 1, B: 2}", []),
        ("suspended: false, grades: {A: 1, B: 2}", ["order grades.B"]),
    ],
)  # fmt: skip
def test_segments(keywords: str, expected: list[str]) -> None:
    said = [one.replace(" ", " segments[0].") for one in expected]
    assert sorted(found(in_segment(keywords))) == sorted(said)


def test_what_is_wrong_for_all_is_not_said_again_of_a_segment() -> None:
    segments = "segments: [{id: a, lead: {a: [1]}, temperature: {rearm: 1}, grades: {}}]\n"
    assert found("temperature: {warm: 40, hot: 40}\n" + segments + BASE) == [
        "order temperature.warm"
    ]


@pytest.mark.parametrize(
    ("group", "rules", "expected"),
    [
        ("engagement: {max: 4}", VISIT, ["engagement"]),
        ("engagement: {max: 5}", VISIT, []),
        ("engagement: {max: 19.999}", VISIT + ONCE, ["engagement"]),
        ("engagement: {max: 5}", VISIT + FIT, []),
        ("engagement: , fit: {max: 25}", VISIT + FIT, ["fit"]),
        ("engagement: {max: 5}", VISIT.replace("points: 5", "points: 6"), ["engagement"]),
        ("engagement: {max: 5}", rule("inactive: 3d, first_of: [{points: 6}]"), ["engagement"]),
        ("engagement: {max: 5}", rule("inactive: 30d, points: 6"), ["engagement"]),
    ],
)  # fmt: skip
def test_the_bound_of_a_group_below_an_award(group: str, rules: str, expected: list[str]) -> None:
    group = group if "fit" in group else f"{group}, fit: "
    text = hot(3, rules, more=f"groups: {{{group}}}\n")
    assert found(text) == [f"(warning) cap groups.{name}.max" for name in expected]


def test_these_are_judged_only_where_nothing_else_is_wrong() -> None:
    wrong = (
        "temperature: {warm: 900, hot: 800, rearm: 5000%}\ngrades: {A: 1, B: 2}\n"
        "groups: {fit: , engagement: {max: 4}}\n" + RULES + VISIT
    )
    assert len(found(wrong)) == 6
    assert found(wrong + "colour: red\n") == ["unknown-key colour"]
    # a warning is no error
    warned = rule("event: page_viewed, override: hot")
    assert len(found(wrong + warned)) == 7


@pytest.mark.parametrize(
    ("retention", "lowest"), [("", -13), ("retention: 700d\n", -23), ("retention: 390d\n", -12)]
)
def test_silences_are_awarded_as_long_as_events_are_kept(retention: str, lowest: int) -> None:
    quiet = rule("inactive: 30d, points: -1, award: each")
    for rearm, expected in ((3 - lowest, []), (4 - lowest, ["rearm temperature.rearm"])):
        text = f"temperature: {{hot: 3, rearm: {rearm}}}\n{retention}{RULES}{VISIT}{quiet}"
        assert found(text) == expected


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [
        ("warm: {fit: x}, hot: {fit: 1}", ["warm.fit"]),
        ("warm: x, hot: 5", ["warm"]),
        ("warm: 5, hot: x", ["hot"]),
        ("warm: {fit: x, engagement: 3}, hot: {engagement: 2}", ["warm.fit"]),
        ("hot: {fit: x, total: 1000000}", ["hot.fit"]),
    ],
)
def test_an_unclear_minimum_is_compared_with_nothing(temperature: str, expected: list[str]) -> None:
    text = f"temperature: {{{temperature}}}\n{BASE}{FIT}"
    assert found(text) == [f"type temperature.{path}" for path in expected]


def test_an_unclear_grade_is_compared_with_nothing() -> None:
    grades = "grades: {a: many, b: 1, c: {fit: x}, d: {fit: 3}}\n"
    assert found(f"{HEAD}{grades}{BASE}{FIT}") == ["type grades.a", "type grades.c.fit"]
