"""`hotlist rules check`: what it prints and returns, whatever the file."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hotlist.config.findings import Finding
from hotlist.scoring.check.scoring_file import Checked
from hotlist_cli.rules import check
from rules_command import rules

GOOD = """\
temperature: {warm: 20, hot: 40}
rules:
  - id: visit
    event: page_viewed
    points: 5
"""
KEYS = ["code", "level", "line", "column", "path", "message"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "scoring.yaml"
    made.write_text(GOOD)
    return made


def test_a_good_file_is_counted(file: Path) -> None:
    assert rules("check", file) == (0, "1 rule, no errors\n", "")
    assert rules("check", file, "--json") == (0, "[]\n", "")


def test_an_error_has_its_place_and_what_to_write(file: Path) -> None:
    file.write_text(GOOD.replace("points", "poinst"))
    ran = rules("check", file)
    assert (ran.status, ran.err) == (1, "")
    assert f"{file}:5:5: error: rules[0].poinst: " in ran.out
    assert "did you mean 'points'?" in ran.out
    assert "[unknown-key]" in ran.out


def test_json_has_the_same_findings(file: Path) -> None:
    file.write_text(GOOD.replace("points", "poinst"))
    ran = rules("check", "--json", file)
    found = json.loads(ran.out)
    assert ran.status == 1
    assert [list(one) for one in found] == [KEYS]
    assert [(one["code"], one["line"], one["column"]) for one in found] == [("unknown-key", 5, 5)]


def test_a_warning_is_no_error(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warning = Finding(3, 5, "rules[0]", "a hint\nin lines", "gap", "warning", str(file))
    source = {"rules": [1, 2]}
    monkeypatch.setattr(check, "check_scoring", lambda *_: Checked(source, (warning,)))
    ran = rules("check", file)
    assert ran.status == 0
    assert ran.out == f"{file}:3:5: warning: rules[0]: a hint in lines [gap]\n2 rules, no errors\n"
    assert json.loads(rules("check", "--json", file).out)[0]["level"] == "warning"


@pytest.mark.parametrize(
    ("content", "code", "reason"),
    [
        (b"", "type", "the file is empty"),
        (b"\xff\xfe", "yaml", "UTF-8"),
        (b"rules: [", "yaml", "not YAML"),
        (b"#" * 5_000_000, "yaml", "larger than"),
        (GOOD.encode().replace(b"visit", b"\0"), "yaml", "not YAML"),
    ],
)
def test_what_cannot_be_read_is_said(file: Path, content: bytes, code: str, reason: str) -> None:
    file.write_bytes(content)
    assert reason in rules("check", file).out
    ran = rules("check", "--json", file)
    (found,) = json.loads(ran.out)
    assert (ran.status, found["code"]) == (1, code)
    assert reason in found["message"]


@pytest.mark.parametrize(
    "name", ["absent.yaml", ".", "scoring.yaml/below", "nul\0.yaml", "a" * 999]
)
def test_a_file_that_cannot_be_opened_is_said(file: Path, name: str) -> None:
    ran = rules("check", "--json", file.parent / name)
    (found,) = json.loads(ran.out)
    assert (ran.status, found["code"], found["line"]) == (1, "yaml", 1)
    assert "cannot be read" in found["message"]


def test_a_byte_order_mark_is_no_error(file: Path) -> None:
    file.write_text("\ufeff" + GOOD, "utf-8")
    assert rules("check", file).status == 0


def test_without_a_file_it_was_called_wrongly() -> None:
    assert rules("check").status == 2
    assert rules().status == 2


@pytest.mark.parametrize("command", ["check", "score", "replay"])
def test_help_has_an_example(command: str) -> None:
    ran = rules(command, "--help")
    assert ran.status == 0
    assert f"hotlist rules {command} " in ran.out.partition("example:")[2]


PIECES = st.sampled_from(
    [*GOOD.split(), "\n", "  ", ": ", "- ", "{", "}", "[", "]", "&a", "*a", "!!x", "|", "#", "'"]
)


@settings(deadline=None)
@given(st.binary(max_size=200) | st.lists(PIECES, max_size=30).map(lambda p: " ".join(p).encode()))
@example(b"? [a]: b")
@example(b"a: !!binary x")
def test_any_bytes_are_a_ruleset_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(content)
    ran = rules("check", "--json", file)
    assert ran.status == 1
    assert json.loads(ran.out)
