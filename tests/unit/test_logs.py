"""What stands in logs: ids of events and records, never a subject, never the text of an error."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
FILES: Final = sorted(
    [*(ROOT / "layers/common/hotlist").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
)
FORBIDDEN: Final = frozenset({"subject", "lead_id", "claimed_by", "email", "phone"})
LEVELS: Final = frozenset({"debug", "info", "warning", "error", "critical"})


def calls(file: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def is_log(call: ast.Call) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "log"
    )


def method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def keys(node: ast.AST) -> Iterator[str]:
    """The keys of all dictionaries that are written in an expression."""
    for one in ast.walk(node):
        if isinstance(one, ast.Dict):
            yield from (str(key.value) for key in one.keys if isinstance(key, ast.Constant))


@pytest.mark.parametrize("file", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_logs_and_metrics_have_no_subject_and_no_text_of_an_error(file: Path) -> None:
    for call in calls(file):
        if is_log(call):
            assert method(call) in LEVELS, "exception() writes the text of the error"
            assert "exc_info" not in {keyword.arg for keyword in call.keywords}
        if is_log(call) or method(call) in ("attempt", "add_metadata", "add_dimension"):
            assert not FORBIDDEN & set(keys(call)), ast.unparse(call)


def test_the_logs_are_found() -> None:
    found = [call for file in FILES for call in calls(file) if is_log(call)]
    assert len(found) >= 8
