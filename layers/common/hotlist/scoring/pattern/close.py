"""Matches alternatives as Event Ruler does: field by field, with arrays and all kinds of keys."""

from collections.abc import Callable, Iterator, Mapping
from types import NoneType
from typing import Any, Final

from hotlist.scoring.pattern.choices import Alternative, java_order
from hotlist.scoring.pattern.leaves import ABSENT

MAX_EVENT_LEVELS: Final = 1000
"""Deeper levels of an event are ignored. Event Ruler refuses such events."""

MAX_WAYS: Final = 100_000
"""How many ways through its arrays an event may have. An event with more does not match."""

_SCALARS: Final = frozenset((str, int, float, bool, NoneType))

_Way = tuple[str | int, ...]
"""The keys and indices that lead to a place in an event."""
_Element = tuple[_Way, int]
"""An array and an index in it."""


def closely(alternatives: list[Alternative]) -> Callable[[object], bool]:
    """A function that tells whether an event matches one of the alternatives."""
    tests = [CloseMatch(alternative).matches for alternative in alternatives]
    return lambda event: any(matches(event) for matches in tests)


class CloseMatch:
    """Matches one alternative as Event Ruler does: its fields in the order of Java's strings."""

    def __init__(self, alternative: Alternative) -> None:
        self._alternative = alternative
        self._names: list[str] = []
        self._met: dict[int, frozenset[str]] = {}
        # Event Ruler ignores an empty key, unless a name has one before its end.
        self._empty_keys = any(not name or ".." in f".{name.rstrip('.')}" for name in alternative)

    def matches(self, event: object) -> bool:
        """Whether the event matches.

        Of the array elements chosen so far, only those are kept that a later field can meet. So
        most ways through an event become equal, and each is followed once.
        """
        if not isinstance(event, Mapping):
            return False
        if not self._names:
            self._names = java_order(self._alternative)
        ways: set[frozenset[_Element]] = {frozenset()}
        for index, name in enumerate(self._names, 1):
            values = self._alternative[name]
            onward: set[frozenset[_Element]] = set()
            for way in ways:
                chosen = dict(way)
                found = False
                for value, elements in self._values(event, name, chosen):
                    found = True
                    if values.accepts(value):
                        if index == len(self._names):
                            return True
                        onward.add(self._kept({**chosen, **dict(elements)}, index))
                if not found and values.accepts(ABSENT):
                    onward.add(self._kept(chosen, index))
                if len(onward) > MAX_WAYS:
                    return False
            ways = onward
        return bool(ways)

    def _kept(self, chosen: Mapping[_Way, int], index: int) -> frozenset[_Element]:
        """Those of the chosen elements that the fields from this one on can meet."""
        if not chosen:
            return frozenset()
        if index not in self._met:
            self._met[index] = _met(self._names[index:])
        return frozenset(
            (array, element)
            for array, element in chosen.items()
            if ".".join(step for step in array if isinstance(step, str)) in self._met[index]
        )

    def _values(
        self, event: Mapping[str, object], name: str, chosen: Mapping[_Way, int]
    ) -> Iterator[tuple[object, tuple[_Element, ...]]]:
        """The values of a field that go together with the chosen elements, each with its elements.

        Elements that are neither objects nor arrays need no choice: all of them are values.
        """
        waiting: list[tuple[Any, str | None, _Way, tuple[_Element, ...]]]
        waiting = [(event, name, (), ())]
        while waiting:
            node, rest, way, elements = waiting.pop()
            if _is_value(node):
                if rest is None:
                    yield node, elements
            elif not isinstance(node, list):
                for key, deeper in _steps(rest):
                    if key in node and (key or self._empty_keys):
                        waiting.append((node[key], deeper, (*way, key), elements))
            elif len(way) < MAX_EVENT_LEVELS:
                only = chosen.get(way)
                indices = range(len(node)) if only is None or rest is None else (only,)
                for index in indices:
                    item = node[index]
                    if _is_value(item):
                        if rest is None:
                            yield item, elements
                    elif only is None or index == only:
                        waiting.append((item, rest, (*way, index), (*elements, (way, index))))


def _is_value(node: object) -> bool:
    return type(node) in _SCALARS or not isinstance(node, (dict, list, Mapping))


def is_object(node: object) -> bool:
    return isinstance(node, Mapping)


def _steps(name: str | None) -> Iterator[tuple[str, str | None]]:
    """The keys that may lead from an object to a field, each with the rest of the field's name."""
    if name is not None:
        dot = name.find(".")
        while dot >= 0:
            yield name[:dot], name[dot + 1 :]
            dot = name.find(".", dot + 1)
        yield name, None


def _met(names: list[str]) -> frozenset[str]:
    """The names of all places on the way to these fields."""
    split = [name.split(".") for name in names]
    return frozenset(".".join(parts[:n]) for parts in split for n in range(1, len(parts) + 1))
