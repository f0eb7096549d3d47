"""Rules matched as Event Ruler does it: field by field, with arrays, dotted and empty keys."""

from collections.abc import Callable, Iterator, Mapping
from types import NoneType
from typing import Any, Final

from hotlist.scoring.pattern.choices import Rule, java_order
from hotlist.scoring.pattern.values import ABSENT

MAX_EVENT_LEVELS: Final = 1000
"""What lies deeper in an event is not looked at; Event Ruler refuses such events."""

MAX_WAYS: Final = 100_000
"""Ways through the arrays of an event; one with more of them does not match."""

_SCALARS: Final = frozenset((str, int, float, bool, NoneType))

_Way = tuple[str | int, ...]
"""The keys and indices that lead to a place in an event."""
_Element = tuple[_Way, int]
"""An array and an index in it."""


def closely(rules: list[Rule]) -> Callable[[object], bool]:
    """Whether an event matches one of the rules."""
    looks = [CloseLook(rule).matches for rule in rules]
    return lambda event: any(matches(event) for matches in looks)


class CloseLook:
    """One rule matched as Event Ruler does it: field by field, in the order of Java's strings."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._names: list[str] = []
        self._met: dict[int, frozenset[str]] = {}
        # Event Ruler passes over an empty key where no name has it before its end.
        self._empty_keys = any(not name or ".." in f".{name.rstrip('.')}" for name in rule)

    def matches(self, event: object) -> bool:
        """Keeps the elements that were chosen so far, as far as a later field can meet them.

        Not to keep more makes most ways through an event the same, of which one is enough.
        """
        if not isinstance(event, Mapping):
            return False
        if not self._names:
            self._names = java_order(self._rule)
        ways: set[frozenset[_Element]] = {frozenset()}
        for index, name in enumerate(self._names, 1):
            values = self._rule[name]
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
        """The values of a field that go together with the chosen elements; the elements they need.

        An element that is neither object nor array needs no choice: all of them are there.
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
    """The keys that an object may have on the way to a field, and the name that then remains."""
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
