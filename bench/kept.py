"""The results of a bench on a named date, in bench/measured.json: the docs derive from them."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

WHOLE: Final = 1_000
"""The records of a batch in a whole bench."""

FILE: Final = Path(__file__).with_name("measured.json")


@cache
def _read() -> Any:
    return json.loads(FILE.read_text(encoding="utf-8"))


def missing(results: Any) -> str:
    """What a whole bench has and these results have not. Empty if they are whole."""
    parts = [f"{one} was skipped" for one in results.get("skipped", ["all that was"])]
    if results["records"] < WHOLE:
        parts.append(f"batches had {results['records']} records, not {WHOLE:,}")
    return "; ".join(parts)


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
