"""Pure modules ask for no instant and open no file; which ones they are stands in pyproject.toml.

What they may not import, `lint-imports` says. These they would have from what they may.
"""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
NAMES: Final = frozenset({"open", "print", "input", "exec", "eval", "breakpoint"})
METHODS: Final = frozenset({"now", "utcnow", "today", "uuid1", "uuid4", "urandom", "read_text"})
OWN: Final = {  # the lists that come with them
    "hotlist/scoring/domains.py": {"read_text"},
    "hotlist/leads/bots.py": {"read_text"},
}


def pure() -> Iterator[Path]:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    (contract,) = (one for one in contracts if one["name"].startswith("pure modules"))
    for module in contract["source_modules"]:
        path = ROOT / "layers/common" / module.replace(".", "/")
        yield from path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]


@pytest.mark.parametrize("file", list(pure()), ids=lambda path: path.stem)
def test_a_pure_module_asks_nothing_of_the_world(file: Path) -> None:
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found |= {node.func.id} & NAMES
        elif isinstance(node, ast.Attribute):
            found |= {node.attr} & METHODS
    assert found == OWN.get(str(file.relative_to(ROOT / "layers/common")), set())
