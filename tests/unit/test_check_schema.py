"""The check of scoring.yaml: keywords, types, names, ids, patterns and kinds of rules."""

import pytest

from rulesets import BASE, FIT, HEAD, bands, event_rule, found, seats, top, with_rule

EVENT = "event: email_clicked, points: 1"
SILENCE = "inactive: 30d, points: -1"
LEAD = "lead: {role: [owner]}, points: 1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (event_rule("titel: x"), ["unknown-key rules[1].titel"]),
        (event_rule("zzz: x"), ["unknown-key rules[1].zzz"]),
        (event_rule("Max: 20"), ["unknown-key rules[1].Max"]),
        (event_rule("null: 20"), ["unknown-key rules[1].null"]),
        (event_rule("unless: {event: email_opened, wihtin: 3d, same: x}"), ["unless.wihtin"]),
        (event_rule("award: {evry: 3}"), ["award.evry"]),
        (event_rule("decay: {halflife: 3d}"), ["decay.halflife"]),
        (bands("{points: 1, override: hot}"), ["first_of[0].override"]),
        (
            bands("{whre: {a: [1]}, points: 1}", "{pionts: 2}"),
            ["first_of[0].whre", "first_of[1].pionts"],
        ),
        (top("colour: red"), ["unknown-key colour"]),
        ("temperature: {hot: 40, cold: 1}\n" + BASE, ["unknown-key temperature.cold"]),
        (top("total: {most: 5}"), ["unknown-key total.most"]),
        (top("groups: {fit: {cap: 5}, engagement: }"), ["unknown-key groups.fit.cap"]),
        (
            top("ignore: [{event: page_viewed, within: 3d}]"),
            ["unknown-key ignore[0].within"],
        ),
        (
            top("segments: [{id: a, lead: {a: [1]}, rules: []}]"),
            ["unknown-key segments[0].rules"],
        ),
        (
            top("stages: {intent: [{evnt: page_viewed}]}"),
            ["unknown-key stages.intent[0].evnt"],
        ),
    ],
)
def test_a_key_that_the_place_does_not_have(text: str, expected: list[str]) -> None:
    assert found(text) == [
        one if one.startswith("unknown-key") else f"unknown-key rules[1].{one}" for one in expected
    ]


@pytest.mark.parametrize(
    "text",
    [
        with_rule("evnet: page_viewed, points: 1, where: {a: [1]}"),
        with_rule("trigger: page_viewed, points: 1, where: {a: [1]}"),
        with_rule("event: page_viewed, pionts: 1"),
        with_rule("event: page_viewed, score_points: 1"),
        with_rule("inactve: 30d, points: -1, award: each"),
        with_rule("event: page_viewed, override: hot, latss: 3d"),
        HEAD + BASE + "  - {ID: one, event: page_viewed, points: 1}\n",
        HEAD + "gruops: {product: {}}\n" + BASE.replace("points", "group: product, points"),
        HEAD + BASE.replace("rules", "rulse"),
        event_rule("decay: {lose: 5, evry: 3d}"),
        event_rule("unless: {evnt: page_viewed}"),
    ],
)
def test_a_misspelt_key_is_one_mistake(text: str) -> None:
    assert [one.split()[0] for one in found(text)] == ["unknown-key"]


TYPES = [
    # a required key that is missing
    (BASE, [""]),
    (HEAD, [""]),
    ("temperature: {warm: 20}\n" + BASE, ["temperature"]),
    (HEAD + BASE + "  - {event: page_viewed, points: 1}\n", ["rules[1]"]),
    (top("segments: [{id: a}, {lead: {a: [1]}}]"), ["segments[0]", "segments[1]"]),
    (bands("{where: {a: [1]}}"), ["rules[1].first_of[0]"]),
    # wrong shapes
    ("temperature: 40\n" + BASE, ["temperature"]),
    ("temperature:\n" + BASE, ["temperature"]),
    (HEAD + "rules: []\n", ["rules"]),
    (HEAD + "rules: {id: a}\n", ["rules"]),
    (HEAD + "rules:\n", ["rules"]),
    (HEAD + "rules: [null, 5, [], text]\n", ["rules[0]", "rules[1]", "rules[2]", "rules[3]"]),
    (top("groups: {}"), ["groups"]),
    (top("groups: [fit]"), ["groups"]),
    (top("groups:"), ["groups"]),
    (top("groups: {fit: 5, engagement: }"), ["groups.fit"]),
    (top("groups: {fit: , engagement: {}}"), []),
    (top("segments: {id: a}"), ["segments"]),
    (top("segments: []"), []),
    (top("segments: [x]"), ["segments[0]"]),
    (top("segments: [{id: a, lead: {a: [1]}, suspended: yes}]"), ["segments[0].suspended"]),
    (top("grades: [A]"), ["grades"]),
    (top("grades: {A: , B: x}"), ["grades.A", "grades.B"]),
    (top("total: 5"), ["total"]),
    (top("total: {}"), []),
    (top("ignore: {event: page_viewed}"), ["ignore"]),
    (top("ignore: []"), []),
    (top("domains: [own]"), ["domains"]),
    (top("domains: {own: example.com}"), ["domains.own"]),
    (top("domains: {own: [5, '', a@b.c, https://x.io]}"), [f"domains.own[{n}]" for n in range(4)]),
    (top("domains: {own: [Example.com, example.pl., edu]}"), []),
    (top("stages: []"), ["stages"]),
    (top("stages: {intent: {event: page_viewed}}"), ["stages.intent"]),
    (top("shadow: 5"), ["shadow"]),
    (top("shadow: [a.yaml]"), ["shadow"]),
    (event_rule("where: []"), ["rules[1].where"]),
    (event_rule("where: "), ["rules[1].where"]),
    (event_rule("lead: owner"), ["rules[1].lead"]),
    (event_rule("unless: form_submitted"), ["rules[1].unless"]),
    (event_rule("title: 2026"), ["rules[1].title"]),
    (event_rule("title: {}"), ["rules[1].title"]),
    (event_rule("title: {en: 5}"), ["rules[1].title"]),
    (event_rule("group: 5"), ["rules[1].group"]),
    (event_rule("group: [fit]"), ["rules[1].group"]),
    (event_rule("humans_only: 1"), ["rules[1].humans_only"]),
    (event_rule("humans_only: NO"), ["rules[1].humans_only"]),
    (event_rule("humans_only: false"), []),
    (event_rule("override: tepid, lasts: 3d"), ["rules[1].override"]),
    (event_rule("override: [hot], lasts: 3d"), ["rules[1].override"]),
    (with_rule("event: 5, points: 1"), ["rules[1].event"]),
    (with_rule("event: , points: 1"), ["rules[1].event"]),
    (with_rule("event: [page_viewed, 5], points: 1"), ["rules[1].event[1]"]),
    (with_rule("event: [], points: 1"), ["rules[1].event"]),
    (with_rule("inactive: 30d, points: -1, score: 5"), ["rules[1].score"]),
    (bands(), ["rules[1].first_of"]),
    (bands("5", "{points: 1}"), ["rules[1].first_of[0]"]),
    (with_rule("event: page_viewed, first_of: {points: 1}"), ["rules[1].first_of"]),
    # points
    *((with_rule(f"event: page_viewed, points: {one}"), ["rules[1].points"]) for one in (
        "'5'", "five", "true", "", "[5]", "{}", "0.0005", "1000000000", "-1000000000", ".nan",
        ".inf", "9" * 400, "1e99999", "1e999999999", "-1e999999999", "5%", "2026-03-28",
        "0.1234567890123456789012345",
    )),
    *((with_rule(f"event: page_viewed, points: {one}"), []) for one in (
        "0", "-5", "0.125", "999999999.999", "-999999999.999", "5.000000", "1e3", "1e-3",
    )),
    (event_rule("max: x, min: y"), ["rules[1].max", "rules[1].min"]),
    (top("total: {max: 0.0001}"), ["total.max"]),
    # durations
    *((event_rule(f"lasts: {one}"), ["rules[1].lasts"]) for one in (
        "3m", "0d", "-3d", "1.5h", "3 d", "3D", "3", "30", "d", "1month", "1d12h", "NONE", "",
        "[3d]", "9999999999d",
    )),
    *((event_rule(f"lasts: {one}"), []) for one in ("30s", "5min", "12h", "30d", "2w", "none")),
    (top("retention: 13m"), ["retention"]),
    (top("retention: none"), ["retention"]),
    (with_rule("inactive: 30, points: -1"), ["rules[1].inactive"]),
    # zones, ids, times
    *((top(f"timezone: {one}"), ["timezone"]) for one in (
        "Mars", "CET+1", "", "5", "+01:00", "Europe", "../UTC", "[UTC]", "'a\\0b'",
        "/etc/localtime", "localtime", "posixrules", "posix/UTC", "right/UTC", "Factory",
    )),
    *((top(f"timezone: {one}"), []) for one in ("UTC", "Europe/Warsaw")),
    *((HEAD + BASE + f"  - {{id: {one}, {EVENT}}}\n", ["rules[1].id"]) for one in (
        "5", "A", "a_b", "-a", "''", "a b", "ż", "", "[a]", "'a\\n'",
    )),
    *((HEAD + BASE + f"  - {{id: {one}, {EVENT}}}\n", []) for one in (
        "a", "3-visits", "a-", "'5'",
    )),
    (top("segments: [{id: A, lead: {a: [1]}}]"), ["segments[0].id"]),
    *((event_rule(f"active_from: {one}"), ["rules[1].active_from"]) for one in (
        "28.03.2026", "2026-02-30", "2026-3-1", "2026-03-28T12:00:00", "2026", "", "[2026-03-28]",
        "10000-01-01", "0000-01-01", "2026-03-28T25:00:00Z", "20260328",
    )),
    *((event_rule(f"active_from: {one}"), []) for one in (
        "2026-03-28", "2026-03-28T12:00:00+01:00", "2026-03-28T12:00:00.123456Z", "0001-01-01",
        "9999-12-31",
    )),
    # minimums and weights
    *((f"temperature: {{hot: {one}}}\n" + BASE, ["temperature.hot"]) for one in (
        "40.5", "40%", "", "true", "[40]", "'40'", "1000000000", "1e999999999", ".nan",
    )),
    ("temperature: {hot: 40.0}\n" + BASE, []),
    ("temperature: {hot: {total: 40.5}}\n" + BASE, ["temperature.hot.total"]),
    ("temperature: {hot: {total: 40, engagement: }}\n" + BASE, ["temperature.hot.engagement"]),
    ("temperature: {hot: 40, rearm: -1}\n" + BASE, ["temperature.rearm"]),
    ("temperature: {hot: 40, rearm: -1%}\n" + BASE, ["temperature.rearm"]),
    ("temperature: {hot: 40, rearm: all}\n" + BASE, ["temperature.rearm"]),
    *((f"temperature: {{hot: 40, rearm: {one}}}\n" + BASE, []) for one in (
        "0", "0.5", "10%", "2.5%",
    )),
    *((top(f"groups: {{fit: {{weight: {one}}}, engagement: }}"), ["groups.fit.weight"]) for one in (
        "30", "0.3", "30.5%", "-30%", "", "half",
    )),
    *((top(f"groups: {{fit: , engagement: {{weight: {one}}}}}"), []) for one in ("30%", "150%")),
    # awards
    *((event_rule(f"award: {one}"), ["rules[1].award"]) for one in (
        "daily", "", "3", "[once]", "{}", "{within: 7d}", "{every: 2, at_count: 3}", "true", "Once",
    )),
    (event_rule("award: {every: 0}"), ["rules[1].award.every"]),
    (event_rule("award: {every: 1.5}"), ["rules[1].award.every"]),
    (event_rule("award: {at_count: true}"), ["rules[1].award.at_count"]),
    (event_rule("award: {at_count: 3, within: week}"), ["rules[1].award.within"]),
    (event_rule("award: {at_count: 3, distinct: 5}"), ["rules[1].award.distinct"]),
    (event_rule("award: {at_count: 3, distinct: ''}"), ["rules[1].award.distinct"]),
    *((event_rule(f"award: {one}"), []) for one in (
        "each", "once", "per_day", "per_session", "latest", "{every: 3}",
        "{at_count: 2, within: session}", "{every: 3, within: 14d, distinct: page_path}",
        "{at_count: 3, within: session, distinct: day}",
    )),
    # decay
    *((event_rule(f"decay: {one}"), ["rules[1].decay"]) for one in (
        "", "30d", "[]", "{}", "{floor: 5}", "{every: 2d}", "{half_life: 3d, linear: 5d}",
        "{lose: 5}", "None",
    )),
    (event_rule("decay: {half_life: 3d, every: 2d}"), ["rules[1].decay.every"]),
    (event_rule("decay: {half_life: 0d}"), ["rules[1].decay.half_life"]),
    (event_rule("decay: {half_life: 5m}"), ["rules[1].decay.half_life"]),
    (event_rule("decay: {linear: 5}"), ["rules[1].decay.linear"]),
    (event_rule("decay: {lose: 0, every: 2d}"), ["rules[1].decay.lose"]),
    (event_rule("decay: {lose: 0%, every: 2d}"), ["rules[1].decay.lose"]),
    (event_rule("decay: {lose: -1, every: 2d}"), ["rules[1].decay.lose"]),
    (event_rule("decay: {half_life: 3d, floor: -1}"), ["rules[1].decay.floor"]),
    (event_rule("decay: {half_life: 3d, floor: -1%}"), ["rules[1].decay.floor"]),
    (event_rule("decay: {steps: {}}"), ["rules[1].decay.steps"]),
    (event_rule("decay: {steps: [7d]}"), ["rules[1].decay.steps"]),
    (event_rule("decay: {steps: {7: 5}}"), ["rules[1].decay.steps.7"]),
    (event_rule("decay: {steps: {7d: -5}}"), ["rules[1].decay.steps.7d"]),
    (event_rule("decay: {steps: {7x: -5}}"), ["rules[1].decay.steps.7x"]),
    (top("groups: {fit: , engagement: {decay: fast}}"), ["groups.engagement.decay"]),
    *((event_rule(f"decay: {one}"), []) for one in (
        "none", "{half_life: 30d}", "{linear: 20d, floor: 5}", "{lose: 5, every: 7d}",
        "{lose: 10%, every: 7d, floor: 0}", "{steps: {7d: 75%, 14d: 5}, floor: 5%}",
    )),
    # matchers
    (top("ignore: [{}]"), ["ignore[0]"]),
    (top("ignore: [page_viewed]"), ["ignore[0]"]),
    (top("ignore: [{where: {a: [1]}}, {event: activity}]"), []),
    (top("stages: {intent: [{}]}"), ["stages.intent[0]"]),
    (top("stages: {intent: []}"), []),
    (event_rule("unless: {}"), ["rules[1].unless"]),
    (event_rule("unless: {within: 3d}"), ["rules[1].unless"]),
    (event_rule("unless: {event: page_viewed, within: day}"), ["rules[1].unless.within"]),
    (event_rule("unless: {event: page_viewed, within: 3d, same: 5}"), ["rules[1].unless.same"]),
    (event_rule("unless: {where: {a: [1]}, within: 3d, same: message_id}"), []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "paths"), TYPES)
def test_types(text: str, paths: list[str]) -> None:
    assert found(text) == [f"type {path}".strip() for path in paths]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (event_rule("group: fti"), ["rules[1].group"]),
        (event_rule("group: total"), ["rules[1].group"]),
        (event_rule("group: manual"), ["rules[1].group"]),
        (top("groups: {fit: }"), ["rules[0]"]),
        (HEAD + "groups: {Product use: }\n" + BASE.replace("{", "{group: Product use, "), []),
        (top("groups: {total: , engagement: }"), ["groups.total"]),
        (top("groups: {manual: , engagement: }"), ["groups.manual"]),
        ("temperature: {hot: {engagment: 1}}\n" + BASE, ["temperature.hot.engagment"]),
        ("temperature: {hot: {manual: 1}}\n" + BASE, ["temperature.hot.manual"]),
        (top("grades: {A: {product: 5}}"), ["grades.A.product"]),
        (
            top("segments: [{id: a, lead: {a: [1]}, temperature: {warm: {x: 1}}}]"),
            ["segments[0].temperature.warm.x"],
        ),
        (with_rule("event: page_view, points: 1"), ["rules[1].event"]),
        (with_rule("event: [page_viewed, page_view], points: 1"), ["rules[1].event[1]"]),
        (with_rule("event: custom:Demo, points: 1"), ["rules[1].event"]),
        (with_rule("event: 'custom:', points: 1"), ["rules[1].event"]),
        (with_rule("event: custom:demo_2, points: 1"), []),
        (with_rule("event: [lead_imported, sales_won, activity], points: 1"), []),
        (with_rule("event: score_reset, points: 1"), ["rules[1].event"]),
        (with_rule("inactive: 30d, event: score_adjusted, points: -1"), ["rules[1].event"]),
        (event_rule("unless: {event: score_suspended}"), ["rules[1].unless.event"]),
        (top("ignore: [{event: [page_viewed, score_reset]}]"), ["ignore[0].event[1]"]),
        (top("stages: {intent: [{event: score_reset}]}"), ["stages.intent[0].event"]),
        (top("stages: {awareness: []}"), ["stages.awareness"]),
        (top("stages: {rejected: [{event: nothing}]}"), ["stages.rejected"]),
        (top("stages: {suspended: []}"), ["stages.suspended"]),
        (top("stages: {intnt: []}"), ["stages.intnt"]),
    ],
)  # fmt: skip
def test_names_that_there_are_not(text: str, expected: list[str]) -> None:
    assert found(text) == [f"unknown-name {path}" for path in expected]


def test_two_of_one_id() -> None:
    assert found(HEAD + BASE * 1 + "  - {id: base, lead: {a: [1]}, points: 1}\n") == [
        "duplicate-id rules[1].id"
    ]
    segments = (
        "segments: [{id: base, lead: {a: [1]}}, {id: b, lead: {a: [2]}}, {id: b, lead: {a: [1]}}]\n"
    )
    assert found(HEAD + segments + BASE) == ["duplicate-id segments[2].id"]


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ("where: {}", ["where"]),
        ("where: {a: x}", ["where.a"]),
        ("where: {a: []}", ["where.a"]),
        ("where: {a: {b: [{prefx: x}]}}", ["where.a.b[0].prefx"]),
        ("where: {a: [x, {anything-but: []}]}", ["where.a[1].anything-but"]),
        ("where: {a: [{numeric: ['>', x]}]}", ["where.a[0].numeric"]),
        ("where: {a: [{numeric: ['>', 5, '<', 5]}]}", ["where.a[0].numeric"]),
        ("where: {a: [.nan]}", ["where.a[0]"]),
        ("where: {a: [1e400]}", ["where.a[0]"]),
        ("where: {a: [0.1234567890123456789]}", ["where.a[0]"]),
        ("where: {$or: [{a: [1]}, {b: x}]}", ["where.$or[1].b"]),
        ("lead: {a: [{exists: 1}], b: []}", ["lead.a[0].exists"]),
        ("where: {a: x}, lead: {b: y}", ["where.a", "lead.b"]),
        ("unless: {event: page_viewed, where: {a: x}}", ["unless.where.a"]),
        (f"where: {{a: [{'9' * 400}]}}", []),
        ("where: {a.b: [null, true, 1.5, {prefix: {equals-ignore-case: X}}], c: {d: [x]}}", []),
    ],
)  # fmt: skip
def test_patterns_that_event_ruler_refuses(keywords: str, expected: list[str]) -> None:
    assert found(event_rule(keywords)) == [f"bad-pattern rules[1].{path}" for path in expected]


def test_patterns_elsewhere() -> None:
    score = "inactive: 30d, points: -1, score: "
    assert found(with_rule(score + "[{numeric: ['>']}]")) == [
        "bad-pattern rules[1].score[0].numeric"
    ]
    assert found(with_rule(score + "[]")) == ["bad-pattern rules[1].score"]
    assert found(with_rule(score + "[0, {numeric: ['>', 5]}]")) == []
    assert found(bands("{where: {a: []}, points: 1}")) == [
        "bad-pattern rules[1].first_of[0].where.a"
    ]
    assert found(top("segments: [{id: a, lead: {}}]")) == ["bad-pattern segments[0].lead"]
    assert found(top("ignore: [{where: {a: 1}}]")) == ["bad-pattern ignore[0].where.a"]


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        (f"{EVENT}, score: [1]", ["rules[1].score"]),
        *((f"{SILENCE}, {one}", [f"rules[1].{one.split(':')[0]}"]) for one in (
            "unless: {event: page_viewed}", "decay: {half_life: 3d}", "decay: none", "lasts: 3d",
        )),
        *((f"{LEAD}, {one}", [f"rules[1].{one.split(':')[0]}"]) for one in (
            "where: {a: [1]}", "score: [1]", "unless: {event: page_viewed}", "award: once",
            "decay: none", "lasts: 3d", "max: 5", "min: -5", "humans_only: false",
        )),
        (f"{LEAD}, decay: {{}}, lasts: 3m", ["rules[1].decay", "rules[1].lasts"]),
        (f"{SILENCE}, event: page_viewed, where: {{a: [1]}}, lead: {{a: [1]}}, max: 5", []),
        (f"{SILENCE}, min: -5", []),
        (f"{SILENCE}, humans_only: false, active_from: 2026-01-01, override: cold, group: fit", []),
        (f"{LEAD}, active_from: 2026-01-01, override: warm, group: engagement, title: x", []),
        # what goes together
        ("event: email_clicked, points: 5, first_of: [{points: 1}]", ["rules[1].first_of"]),
        ("event: email_clicked", ["rules[1]"]),
        ("lead: {a: [1]}, title: x", ["rules[1]"]),
        ("event: email_clicked, override: hot, lasts: 3d", []),
        ("event: email_clicked, override: hot, lasts: 3d, points: 5", []),
        ("points: 5", ["rules[1]"]),
        ("title: x", ["rules[1]"]),
        ("points: 5, where: {a: [1]}", ["rules[1]"]),
        ("first_of: [{points: 5}]", ["rules[1]"]),
        ("first_of: [{lead: {a: [1]}, points: 5}, {points: 1}]", []),
        (f"{EVENT}, unless: {{event: page_viewed, same: x}}", ["rules[1].unless.same"]),
        (f"{EVENT}, unless: {{event: page_viewed, same: x, within: 3d}}", []),
        # bands
        ("event: page_viewed, first_of: [{score: [1], points: 1}]", ["rules[1].first_of[0].score"]),
        ("lead: {a: [1]}, first_of: [{where: {}, points: 1}]", ["rules[1].first_of[0].where"]),
        ("lead: {a: [1]}, first_of: [{score: [1], points: 1}]", ["rules[1].first_of[0].score"]),
        ("inactive: 30d, first_of: [{where: {a: [1]}, points: 1}]", ["rules[1].first_of[0].where"]),
        ("inactive: 30d, first_of: [{score: [1], lead: {a: [1]}, points: 1}]", []),
        # awards of silences
        *((f"{SILENCE}, award: {one}", ["rules[1].award"]) for one in (
            "latest", "per_day", "per_session", "{every: 2}", "{at_count: 2}",
            "{every: 1, within: 3d}", "{at_count: 1, distinct: day}",
        )),
        *((f"{SILENCE}, award: {one}", []) for one in (
            "each", "once", "{every: 1}", "{at_count: 1}",
        )),
    ],
)  # fmt: skip
def test_kinds(keywords: str, expected: list[str]) -> None:
    assert found(with_rule(keywords)) == [f"wrong-kind {path}" for path in expected]


def test_a_rule_of_all_kinds_wrong_is_one_finding_a_place() -> None:
    assert found(with_rule("points: x, first_of: 5, max: y")) == [
        *("wrong-kind rules[1]", "type rules[1].points"),
        *("wrong-kind rules[1].first_of", "type rules[1].first_of", "type rules[1].max"),
    ]


def test_names_may_be_of_any_group_that_there_is() -> None:
    text = "temperature: {hot: {total: 20, fit: 30}}\n" + BASE + FIT
    assert found(text) == []
    assert found(bands(seats(">", 5))) == []
