"""The build of the configuration says what is doubtful, and goes on; errors stop it."""

import json
import shutil
from pathlib import Path

import pytest

from hotlist_cli.__main__ import main
from rulesets import HEAD, event_rule

OF_TESTS = Path(__file__).parents[1] / "config"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OF_TESTS, tmp_path / "config"))


def build(config: Path) -> int:
    return main(["config", str(config.parent / "out"), "--config", str(config)])


def test_good_files_are_built_in_silence(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(config) == 0
    assert capsys.readouterr().err == ""


def test_a_warning_is_said_and_the_build_goes_on(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (config / "scoring.yaml").write_text(event_rule("override: hot"), "utf-8")
    assert build(config) == 0
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "scoring.yaml:4:49: warning: rules[1].override: " in said
    written = json.loads((config.parent / "out/hotlist_config/scoring.json").read_text("utf-8"))
    assert written["rules"][1]["override"] == "hot"


def test_a_trap_that_browsers_fill_in_is_said_and_the_build_goes_on(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forms = config / "forms.yaml"
    forms.write_text(forms.read_text("utf-8").replace("hp_confirm", "website", 1), "utf-8")
    assert build(config) == 0
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "forms.yaml:7:3: warning: contact.honeypot: " in said
    assert "call it hp_confirm" in said


def test_an_error_stops_it_with_all_that_is_wrong(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (config / "scoring.yaml").write_text(HEAD + "rules: []\ncolour: red\n", "utf-8")
    assert build(config) == 1
    said = capsys.readouterr().err
    assert "[type]" in said
    assert "[unknown-key]" in said
    assert not (config.parent / "out").exists()
