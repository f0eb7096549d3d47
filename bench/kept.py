"""The results of a bench on a named date, in bench/measured.json: the docs derive from them."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("measured.json")


@cache
def _read() -> Any:
    return json.loads(FILE.read_text(encoding="utf-8"))


def date() -> str:
    return str(_read()["date"])


def python() -> str:
    return str(_read()["python"])


def records() -> int:
    """Of a batch that was measured."""
    return int(_read()["records"])


def figures() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _read()["figures"]
    return found


def measured() -> dict[str, float]:
    """The numbers by their keys."""
    return {one["key"]: one["number"] for one in figures() if one["key"]}
