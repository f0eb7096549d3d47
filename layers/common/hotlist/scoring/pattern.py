"""Patterns of Amazon EventBridge over JSON objects: compiled once, then quick to ask.

The semantics are those of AWS's open-source Event Ruler 1.9 (github.com/aws/event-ruler), as
`Machine.addRule` and `Machine.rulesForJSONEvent` have them. A pattern is a set of rules (`$or`
multiplies them), a rule a set of fields under dotted names, and every field must accept a value:

- `{"a": {"b": ..}}` and `{"a.b": ..}` are the same field, in patterns and in events;
- all elements of arrays are values, but two fields never match in two elements of one array;
- `exists: false` asks for no value that goes together with those already matched, and fields are
  matched in the order of their names.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from hotlist.scoring.pattern_values import (
    ABSENT,
    BadPattern,
    Keys,
    Test,
    ValueTests,
    accepts,
    describe,
    value_tests,
)

__all__ = ["BadPattern", "compile", "compile_values"]

Match = Callable[[Mapping[str, object]], bool]

MAX_FIELDS: Final = 256
MAX_RULES: Final = 1000
MAX_DEPTH: Final = 200
"""Event Ruler refuses more fields in a rule, EventBridge more combinations of `$or`. Levels are
limited by the JSON parsers of both, to far more than anyone nests."""

MAX_CHOICES: Final = 100_000
"""How many ways through the arrays of an event are followed before it is taken for no match."""

_OR: Final = "$or"
_NOT_IN_OR: Final = frozenset(
    (
        *("exactly", "prefix", "suffix", "equals-ignore-case", "wildcard", "anything-but"),
        *("exists", "numeric", "cidr", "=", "<", "<=", ">", ">=", "regex", "not-wildcard"),
        *("not-equals-ignore-case", "date-after", "date-on-or-after", "date-before"),
        *("date-on-or-before", "in-date-range", "ip-address-in-range", "ip-address-not-in-range"),
    )
)
"""Names that Event Ruler takes for matchers: a `$or` over one of them is no choice, but a field."""

_Rule = dict[str, ValueTests]
_Find = Callable[[Mapping[str, Any]], object]
_Element = tuple[tuple[str | int, ...], int]
"""The way to an array, and an index in it."""


class _Many:
    """The type of `_MANY`: more than one value, or something to look into more closely."""


_MANY: Final = _Many()


def compile(pattern: Mapping[str, object], *, ignore_case: bool = False) -> Match:  # noqa: A001 (the verb of `re`)
    """Compile a pattern to a function that tells whether an event (a JSON object) matches.

    With `ignore_case`, text in the pattern and in the event is lower-cased first; keys are not.
    The function never raises. Raises `BadPattern` for what Event Ruler refuses.
    """
    try:
        rules = _Reader(ignore_case, or_is_field=False).rules(pattern)
    except BadPattern:
        # Event Ruler's older compiler, which knows no $or, has the last word.
        try:
            rules = _Reader(ignore_case, or_is_field=True).rules(pattern)
        except BadPattern:
            rules = []
        if not rules:
            raise
    matches = [_rule_match(rule) for rule in rules]
    return matches[0] if len(matches) == 1 else lambda event: any(m(event) for m in matches)


def compile_values(values: list[object], *, ignore_case: bool = False) -> Test:
    """Compile a list as it stands under a field, to a function that tells whether a value matches.

    Same meaning, errors and guarantees as `compile`; an array matches if one of its values does.
    """
    match = _rule_match({"value": value_tests(values, (), ignore_case=ignore_case)})
    return lambda value: match({"value": value})


class _Reader:
    """Reads a pattern in the order in which it is written: a field given again replaces itself."""

    def __init__(self, ignore_case: bool, *, or_is_field: bool) -> None:
        self._ignore_case = ignore_case
        self._or_is_field = or_is_field

    def rules(self, pattern: object) -> list[_Rule]:
        rules = self._read(pattern, (), (), [{}], in_or=False)
        if any(len(rule) > MAX_FIELDS for rule in rules):
            raise BadPattern((), f"more than {MAX_FIELDS} fields", "two patterns")
        return rules

    def _read(
        self, node: object, keys: Keys, path: tuple[str, ...], rules: list[_Rule], *, in_or: bool
    ) -> list[_Rule]:
        """Add the fields below `node` to each rule; `path` is `keys` without `$or` and indices."""
        if not isinstance(node, Mapping):
            raise BadPattern(keys, f"{describe(node)} is no pattern", 'fields, as in {"a": ["b"]}')
        if not node:
            raise BadPattern(keys, "an object without fields", 'a field, as in {"a": ["b"]}')
        if len(keys) >= MAX_DEPTH:
            raise BadPattern(keys, f"more than {MAX_DEPTH} levels", "a flatter pattern")
        for key, value in node.items():
            if not isinstance(key, str):
                raise BadPattern((*keys, str(key)), f"{describe(key)} as key", "a text as key")
            here = (*keys, key)
            if key == _OR and not self._or_is_field:
                rules = self._read_or(value, here, path, rules)
            elif in_or and key in _NOT_IN_OR:
                raise BadPattern(here, "a matcher directly in $or", 'a field, as in {"a": [{..}]}')
            elif isinstance(value, Mapping):
                rules = self._read(value, here, (*path, key), rules, in_or=in_or)
            else:
                tests = value_tests(value, here, ignore_case=self._ignore_case)
                base = ".".join(path)
                for rule in rules:
                    rule[f"{base}.{key}" if base else key] = tests
        return rules

    def _read_or(
        self, choices: object, keys: Keys, path: tuple[str, ...], rules: list[_Rule]
    ) -> list[_Rule]:
        if not isinstance(choices, list) or len(choices) < 2:
            raise BadPattern(keys, "$or without choices", "a list of at least two objects")
        chosen: list[_Rule] = []
        for index, choice in enumerate(choices):
            copies = [dict(rule) for rule in rules]
            chosen += self._read(choice, (*keys, index), path, copies, in_or=True)
            if len(chosen) > MAX_RULES:
                raise BadPattern(keys, f"more than {MAX_RULES} combinations", "fewer choices")
        return chosen


def _rule_match(rule: _Rule) -> Match:
    """A match for one rule. Nearly all events have one value or none in each field: ask for it,
    and look for arrays, dotted keys and unusual types only where something else turns up."""
    names = sorted(rule, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    blank_keys = any(name != "" and ".." in f".{name.rstrip('.')}" for name in names) or "" in names
    fields = [
        (name, rule[name], _prefixes(names[position:])) for position, name in enumerate(names, 1)
    ]

    def match_closely(event: object) -> bool:
        return isinstance(event, Mapping) and _matches(event, fields, blank_keys)

    if any(len(parts := name.split(".")) > 4 or "" in parts for name in names):
        return match_closely
    if len(names) == 1 and "." not in names[0]:
        name, test_of = names[0], rule[names[0]].get

        def match_field(event: Mapping[str, object]) -> bool:
            if type(event) is dict:
                value = event.get(name, ABSENT)
                test = test_of(type(value))
                if test is not None:
                    return test(value)
            return match_closely(event)

        return match_field
    finds = [(_find(name.split(".")), rule[name].get) for name in names]

    def match(event: Mapping[str, object]) -> bool:
        if type(event) is not dict:
            return match_closely(event)
        for find, test_of in finds:
            value = find(event)
            test = test_of(type(value))
            if test is None:
                return match_closely(event)
            if not test(value):
                return False
        return True

    return match


def _find(parts: list[str]) -> _Find:
    """A function that finds the one value at a path, `ABSENT`, or `_MANY` to look closer."""
    name = ".".join(parts)
    inner = [(".".join(parts[:n]), _find(parts[n:])) for n in range(1, len(parts))]
    if not inner:
        return lambda node: node.get(name, ABSENT)

    def find(node: Mapping[str, Any]) -> object:
        value = node.get(name, ABSENT)
        for key, find_rest in inner:
            child = node.get(key)
            if type(child) is dict:
                found = find_rest(child)
                if found is not ABSENT:
                    if value is not ABSENT:
                        return _MANY
                    value = found
            elif child is not None and not isinstance(child, (str, int, float)):
                return _MANY
        return value

    return find


def _prefixes(names: list[str]) -> frozenset[str]:
    """The names and all that they begin with, as far as a dot."""
    return frozenset(
        ".".join(parts[:n])
        for parts in (name.split(".") for name in names)
        for n in range(1, len(parts) + 1)
    )


def _matches(
    event: Mapping[str, object],
    fields: list[tuple[str, ValueTests, frozenset[str]]],
    blank_keys: bool,
) -> bool:
    """Event Ruler's way: field by field, keeping the elements of arrays that were chosen so far.

    Kept is only what later fields can meet, which also makes equal ways through the event one.
    """
    ways: set[frozenset[_Element]] = {frozenset()}
    for name, tests, later in fields:
        onward: set[frozenset[_Element]] = set()
        for way in ways:
            chosen = dict(way)
            found = False
            for value, elements in _values(event, name, chosen, blank_keys):
                found = True
                if accepts(tests, value):
                    onward.add(_kept({**chosen, **dict(elements)}, later))
                    if len(onward) > MAX_CHOICES:
                        return False
            if not found and accepts(tests, ABSENT):
                onward.add(_kept(chosen, later))
        if not onward:
            return False
        ways = onward
    return True


def _kept(chosen: dict[tuple[str | int, ...], int], later: frozenset[str]) -> frozenset[_Element]:
    return frozenset(
        (array, index)
        for array, index in chosen.items()
        if ".".join(step for step in array if isinstance(step, str)) in later
    )


def _values(
    event: Mapping[str, object],
    name: str,
    chosen: Mapping[tuple[str | int, ...], int],
    blank_keys: bool,
) -> Iterator[tuple[object, tuple[_Element, ...]]]:
    """The values of a field that go together with the chosen elements, and the elements they need.

    An element that is itself no object or array needs nothing: it is there whatever is chosen.
    """
    waiting: list[tuple[object, str | None, tuple[str | int, ...], tuple[_Element, ...]]]
    waiting = [(event, name, (), ())]
    while waiting:
        node, rest, way, elements = waiting.pop()
        if isinstance(node, Mapping):
            for key, deeper in _steps(rest) if rest is not None else ():
                if key in node and (key or blank_keys):
                    waiting.append((node[key], deeper, (*way, key), elements))
        elif isinstance(node, list):
            for index, item in enumerate(node):
                if isinstance(item, (Mapping, list)):
                    if chosen.get(way, index) == index:
                        needed = (*elements, (way, index))
                        waiting.append((item, rest, (*way, index), needed))
                elif rest is None:
                    yield item, elements
        elif rest is None:
            yield node, elements


def _steps(name: str) -> Iterator[tuple[str, str | None]]:
    """The keys that an object can have on the way to a field, and the name that remains."""
    dot = name.find(".")
    while dot >= 0:
        yield name[:dot], name[dot + 1 :]
        dot = name.find(".", dot + 1)
    yield name, None
