"""What the check of scoring.yaml refuses, and where it says so."""

from pathlib import Path

import pytest

from hotlist.findings import BadConfig
from hotlist.scoring import check

GOOD = """
temperature: {warm: 20, hot: 40}
rules:
  - id: visit
    event: page_viewed
    points: 5
"""


def findings(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(BadConfig) as error:
        check.compile_scoring(text, "scoring.yaml")
    return [(one.line, one.path, one.code) for one in error.value.findings]


def test_a_good_file_is_taken_as_it_is() -> None:
    assert check.compile_scoring(GOOD)["temperature"] == {"warm": 20, "hot": 40}


def test_the_shipped_rules_are_good() -> None:
    file = Path(__file__).parents[2] / "config" / "scoring.yaml"
    assert len(check.compile_scoring(file.read_text("utf-8"))["rules"]) > 10


@pytest.mark.parametrize(
    ("old", "new", "line", "path", "code"),
    [
        ("points: 5", "points: 5\n    titel: x", 7, "rules[0].titel", "unknown-key"),
        ("points: 5", "points: five", 6, "rules[0].points", "type"),
        ("points: 5", "points: 0.0005", 6, "rules[0].points", "type"),
        ("points: 5", "points: .nan", 6, "rules[0].points", "type"),
        ("points: 5", "points: 5\n    max: 4", 7, "rules[0].max", "cap"),
        ("points: 5", "points: 5\n    decay: {linear: 20d}", 7, "rules[0].decay", "wrong-kind"),
        ("points: 5", "points: 5\n    inactive: 30d", 7, "rules[0].inactive", "wrong-kind"),
        ("points: 5", "points: 5\n    group: fti", 7, "rules[0].group", "unknown-name"),
        ("points: 5", "points: 5\n    lasts: 3m", 7, "rules[0].lasts", "type"),
        (
            "points: 5",
            "points: 5\n    where: {a: [{prefx: x}]}",
            7,
            "rules[0].where",
            "bad-pattern",
        ),
        ("event: page_viewed", "event: page_view", 5, "rules[0].event", "unknown-name"),
        ("event: page_viewed", "event: score_reset", 5, "rules[0].event", "unknown-name"),
        ("id: visit", "id: Visit!", 4, "rules[0].id", "type"),
        ("warm: 20", "warm: 40", 2, "temperature.warm", "order"),
        ("hot: 40", "hot: {ft: 1}", 2, "temperature.hot.ft", "unknown-name"),
        ("rules:", "grades: {}\nrules:", 3, "grades", "wrong-kind"),
        ("points: 5", "points: 5\n    points: 6", 7, "rules[0].points", "yaml"),
    ],
)
def test_what_is_wrong_is_found_at_its_place(
    old: str, new: str, line: int, path: str, code: str
) -> None:
    found = findings(GOOD.replace(old, new).lstrip("\n"))
    assert [(one_line + 1, one_path, one_code) for one_line, one_path, one_code in found] == [
        (line, path, code)
    ]


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "rules: [", "a: &a [*a]\n", "\x00", "[1, 2]", "- &x {a: 1}"]
)
def test_what_is_no_ruleset_is_refused(text: str) -> None:
    assert findings(text)


def test_an_anchor_bomb_does_not_go_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert findings("\n".join(lines))[0][2] == "yaml"


def test_a_huge_file_is_refused() -> None:
    assert findings(GOOD + "#" * 5_000_000)[0][2] == "yaml"


def test_only_true_and_false_are_booleans() -> None:
    text = GOOD.replace("points: 5", "points: 5\n    where: {a: [NO, on, 2026-03-28]}")
    assert check.compile_scoring(text)["rules"][0]["where"] == {"a": ["NO", "on", "2026-03-28"]}
