"""The check of scoring.yaml: what a rule or a group says that contradicts itself."""

import pytest

from rulesets import BASE, FIT, HEAD, event_rule, found, top, with_rule

SILENCE = "inactive: 30d, points: -1"

NEVER_FIRES = [
    # active time
    ("active_from: 2026-03-28, active_until: 2026-03-27", ["active_until"]),
    ("active_from: 2026-03-28, active_until: 2026-03-28", []),
    ("active_from: 2026-03-28T12:00:00Z, active_until: 2026-03-28T13:00+01:00", ["active_until"]),
    ("active_from: 2026-03-28T12:00:00Z, active_until: 2026-03-28T13:01+01:00", []),
    ("active_from: 2026-03-29T00:00:00Z, active_until: 2026-03-28", ["active_until"]),
    ("active_from: 2026-03-28T23:59:59Z, active_until: 2026-03-28", []),
    # within and retention
    ("award: {every: 3, within: 396d}", ["award.within"]),
    ("award: {every: 3, within: 9503h}", []),
    ("award: {every: 3, within: day}", []),
    ("unless: {event: page_viewed, within: 57w}", ["unless.within"]),
    ("unless: {event: page_viewed, within: 56w}", []),
    # distinct in within
    ("award: {at_count: 3, within: day, distinct: day}", ["award.distinct"]),
    ("award: {at_count: 3, within: session, distinct: session}", ["award.distinct"]),
    ("award: {at_count: 3, within: day, distinct: session}", []),
    ("award: {at_count: 3, within: 1d, distinct: day}", []),
    # steps and lasts
    ("lasts: 14d, decay: {steps: {7d: 5, 2w: 4, 30d: 3}}", ["decay.steps.2w", "decay.steps.30d"]),
    ("lasts: 14d, decay: {steps: {7d: 5, 335h: 4}}", []),
    ("lasts: none, decay: {steps: {7d: 5, 14d: 4}}", []),
    # unless with the rule's own matcher
    ("unless: {event: email_clicked}", ["unless"]),
    ("unless: {event: [email_opened, email_clicked]}", ["unless"]),
    ("unless: {event: activity}", ["unless"]),
    ("unless: {event: email_opened}", []),
    ("unless: {event: email_clicked, within: 3d}", []),
    ("unless: {event: email_clicked, where: {a: [x]}}", []),
    ("where: {a: [x]}, unless: {where: {a: [x]}}", ["unless"]),
    ("where: {a: [x], b: [y]}, unless: {where: {a: [z, x]}}", ["unless"]),
    ("where: {a: [x]}, unless: {event: email_clicked}", ["unless"]),
    ("where: {a: [x]}, unless: {where: {a: [y]}}", []),
    ("where: {a: [x]}, unless: {where: {a: [x], b: [y]}}", []),
]  # fmt: skip


@pytest.mark.parametrize(("keywords", "expected"), NEVER_FIRES)
def test_never_fires(keywords: str, expected: list[str]) -> None:
    assert found(event_rule(keywords)) == [f"never-fires rules[1].{path}" for path in expected]


def test_never_fires_of_other_rules() -> None:
    several = "event: [email_clicked, email_opened], points: 1, unless: {event: email_clicked}"
    assert found(with_rule(several)) == []
    bounced = "event: email_bounced, points: -1, unless: {event: activity}"
    assert found(with_rule(bounced)) == []
    activity = "event: activity, points: 1, unless: {where: {a: [{exists: true}]}}"
    assert found(with_rule(activity)) == []
    assert found(with_rule("inactive: 396d, points: -1")) == ["never-fires rules[1].inactive"]
    assert found(with_rule("inactive: 395d, points: -1")) == []
    short = "retention: 30d\n" + HEAD
    assert found(with_rule(SILENCE, short)) == ["never-fires rules[1].inactive"]
    assert found(with_rule("inactive: 29d, points: -1", short)) == []
    lead = "lead: {a: [1]}, points: 1, active_from: 2026-02-01, active_until: 2026-01-01"
    assert found(with_rule(lead)) == ["never-fires rules[1].active_until"]


def test_days_are_those_of_the_zone() -> None:
    keywords = "active_from: 2026-03-28T23:30:00Z, active_until: 2026-03-28"
    assert found(event_rule(keywords)) == []
    warsaw = "timezone: Europe/Warsaw\n" + HEAD
    assert found(event_rule(keywords, warsaw)) == ["never-fires rules[1].active_until"]
    assert found(event_rule(keywords, "timezone: Mars\n" + HEAD)) == ["type timezone"]


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ("points: 10, max: 9.999", ["max"]),
        ("points: 10, max: 10", []),
        ("points: -10, min: -9", ["min"]),
        ("points: -10, min: -10", []),
        ("points: -10, max: -1", ["max"]),
        ("points: -10, max: -20", ["max"]),
        ("points: -10, max: 0", []),
        ("points: 10, min: 1", ["min"]),
        ("points: 10, min: 0", []),
        ("points: 10, min: 20, max: 15", ["min"]),
        ("points: 0, min: 0, max: 0", ["min"]),
        ("points: 10, min: -5, max: 5", ["max"]),
        ("first_of: [{where: {a: [1]}, points: 5}, {points: 15}], max: 10", ["max"]),
        ("first_of: [{where: {a: [1]}, points: 5}, {points: -15}], max: 5, min: -10", ["min"]),
        ("first_of: [{where: {a: [1]}, points: 5}, {points: x}], max: 1, min: -1", ["max"]),
        ("override: hot, lasts: 3d, max: -1", ["max"]),
    ],
)
def test_bounds_of_a_rule(keywords: str, expected: list[str]) -> None:
    codes = [
        one for one in found(with_rule(f"event: page_viewed, {keywords}")) if "type" not in one
    ]
    assert codes == [f"cap rules[1].{path}" for path in expected]


def test_bounds_of_silences_groups_and_the_total() -> None:
    assert found(with_rule(f"{SILENCE}, min: -0.5")) == ["cap rules[1].min"]
    assert found(with_rule(f"{SILENCE}, award: each, min: -1")) == []
    assert found(top("total: {min: 5, max: 5}")) == ["cap total.min"]
    assert found(top("total: {min: 6, max: 5}")) == ["cap total.min"]
    assert found(top("total: {min: -5, max: 200}")) == []
    assert found(top("groups: {fit: {min: 9, max: 1}, engagement: }")) == ["cap groups.fit.min"]
    assert found(top("groups: {fit: {min: x, max: 1}, engagement: }")) == ["type groups.fit.min"]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("{7d: 75%, 14d: 5, 30d: 0}", []),
        ("{7d: 5, 14d: 5}", []),
        ("{7d: 50%, 14d: 50%}", []),
        ("{7d: 5, 14d: 6}", ["14d"]),
        ("{7d: 50%, 14d: 60%}", ["14d"]),
        ("{7d: 5, 14d: 1%}", ["14d"]),
        ("{7d: 1%, 14d: 999}", []),
        ("{14d: 5, 7d: 4}", ["7d"]),
        ("{7d: 5, 1w: 4}", ["1w"]),
        ("{14d: 5, 7d: 6, 10d: 4}", ["7d"]),
        ("{9d: 5, 10d: 6, 1w: 3}", ["10d", "1w"]),
    ],
)
def test_steps_go_down_as_time_goes_on(steps: str, expected: list[str]) -> None:
    paths = [f"decay.steps.{step}" for step in expected]
    assert found(event_rule(f"decay: {{steps: {steps}}}")) == [f"order rules[1].{p}" for p in paths]
    group = top(f"groups: {{fit: , engagement: {{decay: {{steps: {steps}}}}}}}")
    assert found(group) == [f"order groups.engagement.{path}" for path in paths]


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ("decay: {linear: 20d}, lasts: 20d", ["lasts"]),
        ("decay: {linear: 20d}, lasts: 30d", ["lasts"]),
        ("decay: {linear: 20d}, lasts: 19d", []),
        ("decay: {linear: 20d}, lasts: none", []),
        ("decay: {linear: 20d, floor: 5%}, lasts: 30d", []),
        ("decay: {linear: 20d, floor: 0}, lasts: 30d", ["lasts"]),
        ("decay: {half_life: 20d}, lasts: 30d", []),
    ],
)
def test_lasts_after_decay(keywords: str, expected: list[str]) -> None:
    assert found(event_rule(keywords)) == [
        f"(warning) lasts-after-decay rules[1].{path}" for path in expected
    ]


@pytest.mark.parametrize(
    ("group", "keywords", "expected"),
    [
        ("decay: {linear: 20d}, lasts: 30d", "", ["lasts-after-decay groups.engagement.lasts"]),
        ("decay: {linear: 20d}", "lasts: 30d", ["lasts-after-decay rules[1].lasts"]),
        ("lasts: 30d", "decay: {linear: 20d}", ["lasts-after-decay rules[1].decay"]),
        ("decay: {linear: 20d}, lasts: 10d", "lasts: 30d", ["lasts-after-decay rules[1].lasts"]),
        ("decay: {linear: 20d}, lasts: 10d", "decay: none", []),
        ("lasts: 30d", "decay: {linear: 20d}, lasts: none", []),
        ("lasts: 30d", "decay: {linear: 20d}, group: fit", []),
    ],
)
def test_decay_and_lasts_are_those_in_force(group: str, keywords: str, expected: list[str]) -> None:
    head = f"{HEAD}groups: {{fit: , engagement: {{{group}}}}}\n"
    assert found(event_rule(keywords, head)) == [f"(warning) {one}" for one in expected]


@pytest.mark.parametrize(
    ("group", "keywords", "expected"),
    [
        ("decay: {steps: {20d: 5}}, lasts: 20d", "", ["groups.engagement.decay.steps.20d"]),
        ("decay: {steps: {20d: 5}}", "lasts: 10d", ["rules[1].lasts"]),
        ("lasts: 10d", "decay: {steps: {20d: 5}}", ["rules[1].decay.steps.20d"]),
        ("lasts: 10d", "decay: {steps: {20d: 5}}, lasts: none", []),
        ("decay: {steps: {20d: 5}}", "", []),
    ],
)
def test_steps_and_lasts_are_those_in_force(group: str, keywords: str, expected: list[str]) -> None:
    head = f"{HEAD}groups: {{fit: , engagement: {{{group}}}}}\n"
    assert found(event_rule(keywords, head)) == [f"never-fires {path}" for path in expected]


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ("points: 1000, decay: {lose: 1, every: 1h}", []),
        ("points: 1001, decay: {lose: 1, every: 1h}", ["decay"]),
        ("points: -1001, decay: {lose: 1, every: 1h}", ["decay"]),
        ("points: 1001, decay: {lose: 1, every: 1h, floor: 1}", []),
        ("points: 1001, decay: {lose: 1, every: 1h, floor: 10%}", []),
        ("points: 1001, decay: {lose: 1, every: 1h}, lasts: 1001h", []),
        ("points: 1001, decay: {lose: 1, every: 1h}, lasts: 1002h", ["decay"]),
        ("points: 5000, decay: {lose: 1, every: 12h}", []),
        ("points: 5, decay: {lose: 0.1%, every: 1h}", []),
        ("points: 5, decay: {lose: 0.099%, every: 1h}", ["decay"]),
        ("points: 0, decay: {lose: 0.001, every: 1s}, override: hot, lasts: 2d", []),
        ("first_of: [{points: 2000}], decay: {lose: 1, every: 1h}", ["decay"]),
    ],
)  # fmt: skip
def test_too_many_steps(keywords: str, expected: list[str]) -> None:
    assert found(with_rule(f"event: page_viewed, {keywords}")) == [
        f"too-many-steps rules[1].{path}" for path in expected
    ]


def test_too_many_silences() -> None:
    silence = "inactive: {}, award: {}, points: -1, min: -5"
    assert found(with_rule(silence.format("1h", "each"))) == ["too-many-steps rules[1].inactive"]
    assert found(with_rule(silence.format("1h", "once"))) == []
    assert found(with_rule(silence.format("569min", "each"))) == [
        "too-many-steps rules[1].inactive"
    ]
    assert found(with_rule(silence.format("570min", "each"))) == []
    # 1,000 of them are complete before the retention ends, the next one as it does
    ends = "retention: 1001h\n" + HEAD
    assert found(with_rule(silence.format("1h", "each"), ends)) == []
    ends = "retention: 1002h\n" + HEAD
    assert found(with_rule(silence.format("1h", "each"), ends)) == [
        "too-many-steps rules[1].inactive"
    ]


def test_too_many_steps_of_a_group() -> None:
    groups = "groups: {{fit: , engagement: {{decay: {{lose: {}, every: 1h}}}}}}\n"
    head = "temperature: {{hot: 40}}\n" + groups
    group = ["too-many-steps groups.engagement.decay"]
    assert found(event_rule("", head.format("1"))) == []
    assert found(event_rule("", head.format("0.005"))) == group
    assert found(event_rule("decay: none", head.format("0.004"))) == group  # the base rule's 5
    assert found(event_rule("", head.format("0.05%"))) == group
    assert found(event_rule("", head.format("0.5%"))) == []


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ("event: page_viewed, override: hot", True),
        ("event: page_viewed, override: cold, points: 5", True),
        ("event: page_viewed, override: hot, lasts: none", True),
        ("event: page_viewed, override: hot, lasts: 3d", False),
        ("event: page_viewed, points: 3", False),
        ("lead: {a: [1]}, override: hot", False),
        ("inactive: 30d, override: cold", False),
    ],
)
def test_endless_override(keywords: str, *, expected: bool) -> None:
    said = ["(warning) endless-override rules[1].override"]
    assert found(with_rule(keywords)) == (said if expected else [])
    lasting = HEAD + "groups: {fit: , engagement: {lasts: 60d}}\n"
    assert found(with_rule(keywords, lasting)) == (said if "none" in keywords else [])


def test_what_is_unclear_is_not_judged() -> None:
    unclear = [
        "lasts: 3m, decay: {steps: {7d: 5}}",
        "lasts: 3m, override: hot",
        "override: hott",
        "max: x, min: 5d",
        "active_from: 2026-13-01, active_until: 2025-01-01",
        "decay: {steps: {7d: 5, 3m: 9}}",
        "award: {at_count: 3, within: 3m, distinct: day}",
        "unless: {event: email_click}",
        "decay: {lose: x, every: 1s}",
        "group: fti, override: hot",
    ]
    for keywords in unclear:
        codes = {one.split()[0] for one in found(event_rule(keywords))}
        assert codes in ({"type"}, {"unknown-name"}), keywords
    assert found(with_rule("inactive: 500d, points: -1", "retention: 1y\n" + HEAD)) == [
        "type retention"
    ]
    group = HEAD + "groups: {fit: , engagement: {lasts: 3m}}\n"
    assert found(event_rule("override: hot", group)) == ["type groups.engagement.lasts"]


def test_the_rulesets_to_begin_with_are_good() -> None:
    assert found(HEAD + BASE + FIT) == []
    assert found(event_rule("title: x")) == []
    assert found(with_rule(SILENCE)) == []


@pytest.mark.parametrize(
    ("more", "expected"),
    [("", ["too-many-steps"]), (", lasts: 10d", []), (", lasts: 50d", ["too-many-steps"])],
)
def test_a_share_that_a_group_loses_ends_with_its_lasts(more: str, expected: list[str]) -> None:
    text = top(f"groups: {{fit: {{}}, engagement: {{decay: {{lose: 0.05%, every: 1h}}{more}}}}}")
    assert found(text) == [f"{code} groups.engagement.decay" for code in expected]


def test_a_share_that_a_group_loses_ends_with_what_is_kept() -> None:
    text = top("groups: {fit: {}, engagement: {decay: {lose: 0.05%, every: 1h}}}\nretention: 41d")
    assert found(text) == []
