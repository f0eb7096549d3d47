"""docs/architecture.md names every module of the package, and no file that does not exist."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "layers/common/hotlist"
PAGE: Final = (ROOT / "docs/architecture.md").read_text("utf-8")
FOLDERS: Final = sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))


def section(title: str) -> str:
    (found,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


def paragraph(folder: str) -> str:
    (found,) = [
        one for one in section("The folders").split("\n\n") if one.startswith(f"**`{folder}/`**")
    ]
    return found


def modules(folder: Path) -> set[str]:
    """The modules of a folder, and its own folders that are packages."""
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    return files | {path.parent.name for path in folder.glob("*/__init__.py")}


def paths() -> Iterator[str]:
    """Every path with a slash that the page has in code or in a link."""
    for one in re.findall(r"`([\w./-]+/[\w./-]*)`", PAGE):
        yield one
    for one in re.findall(r"\]\(([\w./-]+)\)", PAGE):
        yield f"docs/{one}"


def exists(path: str) -> bool:
    places = (ROOT, PACKAGE, PACKAGE / "mail")  # the paragraph of mail names its templates
    below = [root / name for root in places for name in (path, f"{path}.py")]
    return any(one.exists() for one in below)


def test_every_folder_has_a_paragraph() -> None:
    said = re.findall(r"^\*\*`(\w+)/`\*\*", section("The folders"), re.MULTILINE)
    assert sorted(said) == [folder.name for folder in FOLDERS]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))
def test_a_folders_paragraph_names_each_of_its_modules(folder: Path) -> None:
    named = set(re.findall(r"`(\w+)`", paragraph(folder.name)))
    assert modules(folder) - named == set()


@pytest.mark.parametrize("path", sorted(set(paths())))
def test_a_path_that_is_named_exists(path: str) -> None:
    assert exists(path)


@pytest.mark.parametrize("trip", re.findall(r"^### .*\n\n((?:\|.*\n)+)", PAGE, re.MULTILINE))
def test_the_rows_of_a_trip_are_files(trip: str) -> None:
    for row in trip.splitlines()[2:]:
        named = re.findall(r"`([\w./-]+)`", row.split("|")[1])
        assert named
        roots = [ROOT if one.startswith("functions/") else PACKAGE for one in named]
        missing = [one for root, one in zip(roots, named, strict=True) if not (root / one).exists()]
        assert missing == []
