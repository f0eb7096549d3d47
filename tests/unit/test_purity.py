"""The package's folders are what they say: pure or not, in the layers, and cheap to import.

`lint-imports` tests what pure modules may import. The tests here compare the contracts of
pyproject.toml with the modules and with each folder's docstring. They also find what a pure module
must not call although it may import it.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
LAYER: Final = ROOT / "layers/common"
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
NAMES: Final = frozenset({"open", "print", "input", "exec", "eval", "breakpoint"})
METHODS: Final = frozenset({"now", "utcnow", "today", "uuid1", "uuid4", "urandom", "read_text"})
OWN: Final = {  # the lists that come with them, or with a locked package
    "hotlist/config/zones.py": {"read_text"},
    "hotlist/scoring/domains.py": {"read_text"},
    "hotlist/leads/bots.py": {"read_text"},
    "hotlist/mail/formats.py": {"read_text"},
}
PACKAGES: Final = sorted((LAYER / "hotlist").rglob("__init__.py"))
SAYS: Final = re.compile(
    r"\bNot pure\.|\bPure(?:\.|, but for (`\w+`(?:,\s`\w+`)*(?:\sand\s`\w+`)?)\.)"
)


def contract(name: str) -> dict[str, Any]:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    (found,) = (one for one in contracts if one["name"].startswith(name))
    return dict(found)


def pure() -> Iterator[Path]:
    for module in contract("pure modules")["source_modules"]:
        path = LAYER / module.replace(".", "/")
        yield from path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(LAYER).with_suffix("").parts).removesuffix(".__init__")


def says(package: Path) -> tuple[str, set[str]]:
    """What a folder says of itself: `pure` but for some modules, or `not pure`."""
    said = [*SAYS.finditer(ast.get_docstring(ast.parse(package.read_text("utf-8"))) or "")]
    assert len(said) == 1, f"{dotted(package)} does not say once whether it is pure"
    kind = "not pure" if said[0][0] == "Not pure." else "pure"
    return kind, set(re.findall(r"`(\w+)`", said[0][1] or ""))


@pytest.mark.parametrize("file", list(pure()), ids=dotted)
def test_a_pure_module_asks_nothing_of_the_world(file: Path) -> None:
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found |= {node.func.id} & NAMES
        elif isinstance(node, ast.Attribute):
            found |= {node.attr} & METHODS
    assert found == OWN.get(str(file.relative_to(LAYER)), set())


def test_the_pure_modules_are_those_whose_folders_say_so() -> None:
    expected = set()
    for package in PACKAGES:
        if dotted(package) == "hotlist":
            continue
        kind, but_for = says(package)
        modules = {path.stem for path in package.parent.glob("*.py")} - {"__init__"}
        assert but_for <= modules, f"{dotted(package)} names a module that it does not have"
        if kind == "pure" and not but_for:
            expected.add(dotted(package))
        elif kind == "pure":
            expected |= {f"{dotted(package)}.{name}" for name in modules - but_for}
    assert set(contract("pure modules")["source_modules"]) == expected


def test_every_module_stands_in_the_layers() -> None:
    layers = contract("data flows one way")["layers"]
    placed = {name.strip() for layer in layers for name in layer.split("|")}
    modules = {dotted(path): path for path in (LAYER / "hotlist").rglob("*.py")}
    missing = {
        name
        for name, path in modules.items()
        if path.name != "__init__.py"
        and placed.isdisjoint({name, *map(dotted, path.parents[: len(name.split(".")) - 1])})
    }
    assert missing == set()
    unknown = {name for name in placed if name not in modules}
    assert unknown == set()


@pytest.mark.parametrize("package", PACKAGES, ids=dotted)
def test_a_package_file_holds_a_docstring_and_nothing_else(package: Path) -> None:
    tree = ast.parse(package.read_text("utf-8"))
    assert len(tree.body) == 1
    assert ast.get_docstring(tree)
