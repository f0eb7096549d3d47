"""docs/architecture.md names every module of the package, and no file that is not there."""

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "layers/common/hotlist"
PAGE: Final = (ROOT / "docs/architecture.md").read_text("utf-8")
PARAGRAPHS: Final = dict(
    re.findall(r"\*\*`(\w+)/`\*\*(.*?)(?=\n\n\*\*`|\n\n## )", PAGE, flags=re.DOTALL)
)
FOLDERS: Final = sorted(
    path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"
)


def test_there_is_a_paragraph_for_each_folder() -> None:
    assert sorted(PARAGRAPHS) == FOLDERS


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_paragraph_of_a_folder_names_its_modules(folder: str) -> None:
    modules = {path.stem for path in (PACKAGE / folder).glob("*.py")} - {"__init__"}
    assert modules <= set(re.findall(r"`(\w+)`", PARAGRAPHS[folder]))


def test_every_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"`([\w/]+/\w+\.py)`", PAGE))
    assert len(named) > 30
    absent = {one for one in named if not (PACKAGE / one).exists() and not (ROOT / one).exists()}
    assert absent == set()
