"""The check of scoring.yaml as a whole: what it takes, where it speaks, what it survives."""

from pathlib import Path

import pytest

from hotlist.config.findings import BadConfig
from hotlist.scoring.check import scoring_file
from rulesets import BASE, HEAD, WHOLE, event_rule, found, with_rule


def test_the_whole_language_is_taken_as_it_is() -> None:
    checked = scoring_file.check_scoring(WHOLE)
    assert checked.findings == ()
    assert checked.source is not None
    assert checked.source["rules"][0]["title"] == {"en": "Came often", "pl": "Częste wizyty"}
    assert checked.source == scoring_file.compile_scoring(WHOLE)


def test_the_shipped_rules_are_good() -> None:
    file = Path(__file__).parents[2] / "config" / "scoring.yaml"
    checked = scoring_file.check_scoring(file.read_text("utf-8"))
    assert not checked.has_errors
    assert checked.source is not None


def test_a_warning_does_not_stop_the_build() -> None:
    checked = scoring_file.check_scoring(event_rule("override: hot"))
    assert [finding.level for finding in checked.findings] == ["warning"]
    assert checked.source is not None
    assert scoring_file.compile_scoring(event_rule("override: hot")) == checked.source


def test_an_error_stops_it_and_says_everything() -> None:
    text = event_rule("override: hot, max: 5, titel: x")
    assert scoring_file.check_scoring(text).source is None
    with pytest.raises(BadConfig) as error:
        scoring_file.compile_scoring(text, "scoring.yaml")
    assert [finding.code for finding in error.value.findings] == [
        *("endless-override", "cap", "unknown-key")
    ]
    assert "scoring.yaml:4:49: warning: rules[1].override: " in str(error.value)


def test_findings_stand_at_their_key_in_the_order_of_the_file() -> None:
    text = (
        "temperature:\n  hot: 40\n  warn: 20\nrules:\n  - id: one\n    event: page_viewed\n"
        "    points:\n      5m\n    where:\n      a:\n        - prefx: x\n  - lead: {a: [1]}\n"
        "    points: 1\n"
    )
    places = [(one.line, one.column, one.path) for one in scoring_file.check_scoring(text).findings]
    assert places == [
        (3, 3, "temperature.warn"),
        (7, 5, "rules[0].points"),
        (11, 11, "rules[0].where.a[0].prefx"),
        (12, 5, "rules[1]"),
    ]


def test_a_place_that_the_file_does_not_have_is_found_above() -> None:
    (finding,) = scoring_file.check_scoring(
        HEAD + "rules:\n  - {id: a, event: page_viewed}\n"
    ).findings
    assert (finding.line, finding.column, finding.path) == (3, 5, "rules[0]")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rules: [", "yaml"),
        ("a: &a [*a]\n", "yaml a" + "[0]" * 60),
        ("a: *b\n", "yaml"),
        ("\x00", "yaml"),
        ("a:\n\tb: 1\n", "yaml"),
        (HEAD + BASE + "---\n" + HEAD + BASE, "yaml"),
        ("caf\udce9: 1\n", "yaml"),
        ('a: "\\ud800"\n', "yaml a"),
        ("? [a]\n: b\n", "yaml"),
        ("[" * 5000, "yaml"),
        ("{a: " * 100 + "}" * 100, "yaml" + " a" + ".a" * 60),
        ("", "type"),
        ("# nothing\n", "type"),
        ("---\n...\n", "type"),
        ("null", "type"),
        ("5", "type"),
        ("text", "type"),
        ("[1, 2]", "type"),
        ("- &x {a: 1}", "type"),
        ("<<: {a: 1}\n" + HEAD + BASE, "unknown-key <<"),
        ("1: x\n" + HEAD + BASE, "unknown-key 1"),
        (": x\n" + HEAD + BASE, "unknown-key"),
        (HEAD + HEAD + BASE, "yaml temperature"),
        (event_rule("where: {a: [x], a: [y]}"), "yaml rules[1].where.a"),
        (event_rule("where: {1: [x], '1': [y]}"), "yaml rules[1].where.1"),
        (event_rule(f"max: {'9' * 2000}"), "type rules[1].max"),
        (event_rule("where: {<<: {a: [x]}}"), "bad-pattern rules[1].where.<<"),
    ],
)
def test_what_is_no_ruleset_is_refused_once(text: str, expected: str) -> None:
    assert found(text) == [expected]


def test_an_error_of_reading_has_its_line() -> None:
    (finding,) = scoring_file.check_scoring("a: 1\nb: caf\udce9\n").findings
    assert (finding.line, finding.column) == (2, 7)


def test_a_byte_order_mark_is_no_key() -> None:
    assert found("\ufeff" + HEAD + BASE) == []


def test_windows_lines_are_lines() -> None:
    text = (HEAD + BASE + "ignored: []\n").replace("\n", "\r\n")
    assert [one.line for one in scoring_file.check_scoring(text).findings] == [4]


def test_json_is_yaml() -> None:
    text = (
        '{"temperature": {"hot": 40}, "rules": [{"id": "a", "title": "\\ud83d\\ude00", '
        '"event": "page_viewed", "points": 5}]}'
    )
    assert scoring_file.compile_scoring(text)["rules"][0]["title"] == "😀"


def test_an_anchor_may_be_used_again() -> None:
    text = HEAD + (
        "rules:\n  - {id: a, event: page_viewed, where: &w {a: [1]}, points: 1}\n"
        "  - {id: b, event: page_viewed, where: *w, points: 1}\n"
    )
    assert found(text) == []


def test_an_anchor_may_be_given_again() -> None:
    text = HEAD + (
        "rules:\n  - {id: a, event: page_viewed, where: &w {a: [1]}, points: 1}\n"
        "  - {id: b, event: page_viewed, where: &w {a: [2]}, points: 1}\n"
        "  - {id: c, event: page_viewed, where: *w, points: 1}\n"
    )
    assert scoring_file.compile_scoring(text)["rules"][2]["where"] == {"a": [2]}


@pytest.mark.parametrize(
    ("given", "tag"),
    [
        *(("title: !secret x", "!secret"), ("!secret title: x", "!secret")),
        *(("title: !<x> {en: x}", "x"), ("title: !<x> [x]", "x")),
        ("title: !!binary aGVsbG8=", "tag:yaml.org,2002:binary"),
    ],
)
def test_a_tag_means_nothing_and_is_refused(given: str, tag: str) -> None:
    (finding,) = scoring_file.check_scoring(event_rule(given)).findings
    assert finding.code == "yaml"
    assert finding.message == f"the tag {tag} has no meaning here; remove it"


def test_tags_of_what_yaml_has_anyway_are_taken() -> None:
    checked = scoring_file.check_scoring(
        event_rule('title: !!str 5, max: !!int 10, "award": ! each')
    )
    assert checked.findings == ()
    assert checked.source is not None
    assert checked.source["rules"][1]["title"] == "5"


def test_an_anchor_bomb_does_not_go_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (finding,) = scoring_file.check_scoring("\n".join(lines)).findings
    assert finding.code == "yaml"


def test_a_huge_file_is_refused() -> None:
    assert found(HEAD + BASE + "#" * 5_000_000) == ["yaml"]


def test_only_true_and_false_are_booleans() -> None:
    text = event_rule("where: {a: [NO, on, 2026-03-28, 12:30, true, 1_000]}")
    where = scoring_file.compile_scoring(text)["rules"][1]["where"]
    assert where == {"a": ["NO", "on", "2026-03-28", "12:30", True, "1_000"]}


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_directive_does_not_change_that(version: str) -> None:
    text = f"%YAML {version}\n---\n" + event_rule("where: {a: [NO, 010, 1:30]}")
    assert scoring_file.compile_scoring(text)["rules"][1]["where"] == {"a": ["NO", 10, "1:30"]}


@pytest.mark.parametrize("number", ["10", "1e1", "1.0E+1", "+10", "0xA", "0o12", "10.", "010"])
def test_numbers_are_those_of_yaml(number: str) -> None:
    text = with_rule(f"event: page_viewed, points: {number}")
    assert scoring_file.compile_scoring(text)["rules"][1]["points"] == 10


def test_a_mistake_hides_no_other() -> None:
    text = (
        "temperature: {hot: forty}\ngroups: {fit: {weight: 30}, engagement: 5}\nrules:\n"
        "  - {id: a, event: page_view, points: 5, max: 4}\n  - 7\n"
        "  - {id: a, lead: {x: []}, points: 1}\n"
    )
    assert found(text) == [
        "type temperature.hot",
        "type groups.fit.weight",
        "type groups.engagement",
        "unknown-name rules[0].event",
        "cap rules[0].max",
        "type rules[1]",
        "duplicate-id rules[2].id",
        "bad-pattern rules[2].lead.x",
    ]


def test_messages_say_what_to_write_instead() -> None:
    messages = [
        scoring_file.check_scoring(text).findings[0].message
        for text in (
            event_rule("titel: x"),
            event_rule("lasts: 3m"),
            with_rule("event: page_veiwed, points: 1"),
            event_rule("humans_only: NO"),
            event_rule("max: 9"),
        )
    ]
    assert messages == [
        "there is no keyword 'titel' here; did you mean 'title'?",
        "'3m' may be minutes or months: write 3min; there are no months, so write 30d for one",
        "there is no type of event 'page_veiwed' here; did you mean 'page_viewed'?",
        "'NO' is not true or false; write one of them",
        "a single award gives 10; write at least 10",
    ]


def test_a_long_value_is_not_told_whole() -> None:
    for keywords in (f"{'k' * 5000}: 1", f"lasts: {'x' * 5000}", f"group: {'g' * 5000}"):
        (finding,) = scoring_file.check_scoring(event_rule(keywords)).findings
        assert len(finding.message) < 500


def test_what_is_like_no_keyword_is_not_what_is_missing() -> None:
    rule = "event: email_clicked, points: 1"
    assert found(f"{HEAD}{BASE}  - {{name: x, {rule}}}\n") == [
        *("type rules[1]", "unknown-key rules[1].name")
    ]
    assert found("hello: world\n") == ["type", "unknown-key hello"]
