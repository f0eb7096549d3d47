"""Patterns asked one by one: what asking all of them at once must come to."""

from collections.abc import Callable
from typing import Any

from hotlist.scoring.pattern import eventbridge


def one_by_one(patterns: list[Any]) -> Callable[[dict[str, Any]], list[int]]:
    """The numbers of the patterns that an event matches; None matches always."""
    matching = [None if p is None else eventbridge.compile(p) for p in patterns]
    return lambda event: [n for n, m in enumerate(matching) if m is None or m(event)]
