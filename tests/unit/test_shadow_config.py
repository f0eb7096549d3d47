"""`shadow: path` in scoring.yaml: a second ruleset, compiled and written beside the first."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cloudformation import ROOT
from hotlist_cli import config

RULES = """\
temperature: {hot: 5}
rules:
  - {id: form, event: form_submitted, points: 10}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration to change."""
    return Path(shutil.copytree(ROOT / "tests/config", tmp_path / "config"))


def name_shadow(file: Path, path: str) -> None:
    file.write_text(f"shadow: {path}\n" + file.read_text("utf-8"), "utf-8")


def build(folder: Path) -> int:
    return config.run(folder.parent / "out", folder)


def written(folder: Path, name: str) -> Any:
    file = folder.parent / "out" / "hotlist_config" / f"{name}.json"
    return json.loads(file.read_text("utf-8")) if file.exists() else None


def test_it_is_written_beside_the_live_rules_which_it_does_not_change(folder: Path) -> None:
    assert build(folder) == 0
    live = written(folder, "scoring")
    assert written(folder, "shadow") is None
    (folder / "trials").mkdir()
    (folder / "trials" / "next.yaml").write_text(RULES, "utf-8")
    name_shadow(folder / "scoring.yaml", "trials/next.yaml")
    assert build(folder) == 0
    assert written(folder, "shadow")["temperature"] == {"hot": 5}
    assert written(folder, "scoring") == live


def test_one_that_is_named_no_longer_is_not_left_behind(folder: Path) -> None:
    before = (folder / "scoring.yaml").read_text("utf-8")
    (folder / "next.yaml").write_text(RULES, "utf-8")
    name_shadow(folder / "scoring.yaml", "next.yaml")
    assert build(folder) == 0
    (folder / "scoring.yaml").write_text(before, "utf-8")
    assert build(folder) == 0
    assert written(folder, "shadow") is None


def test_a_missing_file_is_told_where_it_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name_shadow(folder / "scoring.yaml", "next.yaml")
    assert build(folder) == 1
    said = capsys.readouterr().err
    assert "scoring.yaml:1:1: shadow: next.yaml cannot be read: No such file" in said
    assert written(folder, "scoring") is None


@pytest.mark.parametrize("path", ["../next.yaml", "/etc/passwd", "link.yaml"])
def test_a_file_outside_the_folder_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    (folder.parent / "next.yaml").write_text(RULES, "utf-8")
    (folder / "link.yaml").symlink_to(folder.parent / "next.yaml")
    name_shadow(folder / "scoring.yaml", path)
    assert build(folder) == 1
    assert f"scoring.yaml:1:1: shadow: {path} is not in the folder" in capsys.readouterr().err


def test_what_is_wrong_in_it_is_told_with_its_own_place(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "next.yaml").write_text(RULES.replace("hot", "hto"), "utf-8")
    name_shadow(folder / "scoring.yaml", "next.yaml")
    assert build(folder) == 1
    assert "next.yaml:1:15: temperature.hto: " in capsys.readouterr().err


@pytest.mark.parametrize("path", ["scoring.yaml", "next.yaml"])
def test_a_shadow_that_names_a_shadow_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    (folder / "next.yaml").write_text(RULES, "utf-8")
    name_shadow(folder / "next.yaml", "scoring.yaml")
    name_shadow(folder / "scoring.yaml", path)
    assert build(folder) == 1
    assert f"{path}:1:1: shadow: a shadow has no shadow of its own" in capsys.readouterr().err


def test_a_file_that_is_no_text_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "next.yaml").write_bytes(b"\xff\xfe")
    name_shadow(folder / "scoring.yaml", "next.yaml")
    assert build(folder) == 1
    assert f"{folder / 'next.yaml'}:1:1: not YAML: not UTF-8" in capsys.readouterr().err


def test_a_name_that_no_file_can_have_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name_shadow(folder / "scoring.yaml", '"a\\0b"')
    assert build(folder) == 1
    assert "scoring.yaml:1:1: shadow: 'a\\x00b' cannot be read" in capsys.readouterr().err
