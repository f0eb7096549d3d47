"""Patterns of Amazon EventBridge over JSON objects: compiled once, then quick to ask.

The semantics are those of AWS's open-source Event Ruler 1.9 (github.com/aws/event-ruler), as
`Machine.addRule` and `Machine.rulesForJSONEvent` have them. A pattern is one or more rules, since
`$or` multiplies them; a rule is a set of fields under dotted names, each of which must accept:

- `{"a": {"b": ..}}` and `{"a.b": ..}` are the same field, in patterns and in events;
- each element of an array is a value, but two fields never match in two elements of one array;
- fields match in the order of their names; `exists: false` asks for no value that goes together
  with the elements chosen until then.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import NoneType
from typing import Any, Final

from hotlist.scoring.pattern_choices import Rule, java_order, own_rules
from hotlist.scoring.pattern_texts import Constants
from hotlist.scoring.pattern_values import ABSENT, BadPattern, Keys, Values, describe

__all__ = ["BadPattern", "compile", "compile_all", "compile_values"]

MAX_FIELDS: Final = 256
"""Of one rule: Event Ruler refuses more."""

MAX_RULES: Final = 1000
"""EventBridge refuses more combinations of `$or`; Event Ruler has no limit."""

MAX_LEVELS: Final = 500
"""Of a pattern. JSON parsers have such limits too: Event Ruler's refuses 1,000."""

MAX_EVENT_LEVELS: Final = 1000
"""What lies deeper in an event is not looked at; Event Ruler refuses such events."""

MAX_WAYS: Final = 100_000
"""Ways through the arrays of an event; one with more of them does not match."""

MAX_QUICK_LEVELS: Final = 4
MAX_QUICK_FIELDS: Final = 1000
"""Deeper fields and larger patterns are matched without generated code."""

_OR: Final = "$or"
_NOT_IN_OR: Final = frozenset(
    (
        *("exactly", "prefix", "suffix", "equals-ignore-case", "wildcard", "anything-but"),
        *("exists", "numeric", "cidr", "=", "<", "<=", ">", ">=", "regex", "not-wildcard"),
        *("not-equals-ignore-case", "date-after", "date-on-or-after", "date-before"),
        *("date-on-or-before", "in-date-range", "ip-address-in-range", "ip-address-not-in-range"),
    )
)
"""Names that make Event Ruler take a `$or` around them for a field."""

_SCALARS: Final = frozenset((str, int, float, bool, NoneType))

_Way = tuple[str | int, ...]
"""The keys and indices that lead to a place in an event."""
_Element = tuple[_Way, int]
"""An array and an index in it."""


def compile(  # noqa: A001 (the verb that the module `re` uses, too)
    pattern: Mapping[str, object], *, ignore_case: bool = False
) -> Callable[[Mapping[str, object]], bool]:
    """Compile a pattern to a function that tells whether an event, a JSON object, matches.

    With `ignore_case`, text in the pattern and in the event is lower-cased first; keys are not.
    The function never raises. Raises `BadPattern` for what Event Ruler refuses.
    """
    return _compiled(_rules(pattern, ignore_case=ignore_case))


def compile_all(
    patterns: Sequence[Mapping[str, object] | None],
) -> Callable[[Mapping[str, object]], list[int]]:
    """Compile patterns to one function that gives the indices of those that an object matches.

    It asks for each field once, however many patterns look at it. None matches always.
    """
    fields = _Fields(Constants())
    always = [index for index, pattern in enumerate(patterns) if pattern is None]
    tests = []
    for index, pattern in enumerate(patterns):
        test = "True" if pattern is None else _test(_rules(pattern, ignore_case=False), fields)
        tests.append(f"if {test}: found.append({index})")
    asked = [f"{local} = {find}" for find, local in fields.locals.items()]
    is_object = fields.constants.bind(_is_object)
    no_object = f"if type(event) is not dict and not {is_object}(event): return {always}"
    statements = [no_object, "found = []", *asked, *tests, "return found"]
    return fields.constants.procedure("event", statements)


def compile_values(values: list[object], *, ignore_case: bool = False) -> Callable[[object], bool]:
    """Compile a list as it stands under a field, to a function that tells whether a value matches.

    Same meaning, errors and guarantees as `compile`; an array matches if one of its values does.
    """
    match = _compiled([{"value": Values.of(values, (), ignore_case=ignore_case)}])
    return lambda value: match({"value": value})


class _Reader:
    """Reads patterns in the order in which they are written: a field given again is replaced."""

    def __init__(self, *, ignore_case: bool, or_is_field: bool) -> None:
        self._ignore_case = ignore_case
        self._or_is_field = or_is_field

    def rules(self, pattern: object) -> list[Rule]:
        return own_rules(self._read(pattern, (), (), [{}], in_or=False))

    def _read(
        self, node: object, keys: Keys, path: tuple[str, ...], rules: list[Rule], *, in_or: bool
    ) -> list[Rule]:
        """Add the fields below `node` to each rule; `path` is `keys` without $or and indices."""
        if not isinstance(node, Mapping):
            raise BadPattern(keys, f"{describe(node)} is no pattern", 'fields, as in {"a": ["b"]}')
        if not node:
            raise BadPattern(keys, "an object without fields", 'a field, as in {"a": ["b"]}')
        for key, value in node.items():
            if not isinstance(key, str):
                raise BadPattern((*keys, str(key)), f"{describe(key)} as key", "a text as key")
            here = (*keys, key)
            if len(here) + key.count(".") > MAX_LEVELS:
                raise BadPattern(here, f"more than {MAX_LEVELS} levels", "a flatter pattern")
            if key == _OR and not self._or_is_field:
                rules = self._read_or(value, here, path, rules)
            elif in_or and key in _NOT_IN_OR:
                raise BadPattern(here, "a matcher directly in $or", 'a field, as in {"a": [{..}]}')
            elif isinstance(value, Mapping):
                rules = self._read(value, here, (*path, key), rules, in_or=in_or)
            else:
                values = Values.of(
                    value, here, ignore_case=self._ignore_case, older=self._or_is_field
                )
                base = ".".join(path)
                for rule in rules:
                    rule[f"{base}.{key}" if base else key] = values
                    if len(rule) > MAX_FIELDS:
                        raise BadPattern((), f"more than {MAX_FIELDS} fields", "two patterns")
        return rules

    def _read_or(
        self, choices: object, keys: Keys, path: tuple[str, ...], rules: list[Rule]
    ) -> list[Rule]:
        if not isinstance(choices, list) or len(choices) <= 1:
            raise BadPattern(keys, "no choice between objects", "a list of at least two objects")
        chosen: list[Rule] = []
        for index, choice in enumerate(choices):
            copies = [dict(rule) for rule in rules]
            chosen += self._read(choice, (*keys, index), path, copies, in_or=True)
            if len(chosen) > MAX_RULES:
                raise BadPattern(keys, f"more than {MAX_RULES} combinations", "fewer choices")
        return chosen


def _rules(pattern: object, *, ignore_case: bool) -> list[Rule]:
    try:
        return _Reader(ignore_case=ignore_case, or_is_field=False).rules(pattern)
    except BadPattern:
        # Event Ruler then asks its older compiler, which knows no $or.
        try:
            rules = _Reader(ignore_case=ignore_case, or_is_field=True).rules(pattern)
        except BadPattern:
            rules = []
        if not rules:
            raise
        return rules


class _Fields:
    """How a generated function asks an event for its fields: once for each, into a local."""

    def __init__(self, constants: Constants, *, shared: bool = True) -> None:
        self.constants = constants
        self.locals: dict[str, str] = {}
        self._shared = shared
        self._finds: dict[str, str] = {}
        self._absent = constants.bind(ABSENT)

    def find(self, name: str) -> str:
        """An expression of the only value of a field, `ABSENT` or `_SEVERAL`."""
        if name not in self._finds:
            self._finds[name] = self._expression(name)
        found = self._finds[name]
        return self.locals.setdefault(found, f"f{len(self.locals)}") if self._shared else found

    def _expression(self, name: str) -> str:
        bind, absent = self.constants.bind, self._absent
        parts = name.split(".")
        if len(parts) == 1:
            return f"event.get({bind(name)}, {absent})"
        closely = f"{bind(_find(parts))}(event)"
        if len(parts) > 2:
            return closely
        head, rest, whole = map(bind, (*parts, name))
        return (
            f"(node.get({rest}, {absent})"
            f" if type(node := event.get({head})) is dict and {whole} not in event"
            f" else {absent} if node is None and {whole} not in event else {closely})"
        )


def _compiled(rules: list[Rule]) -> Callable[[object], bool]:
    """One generated function for all rules, any of which may match."""
    match_closely = _closely(rules)
    if sum(map(len, rules)) > MAX_QUICK_FIELDS:
        return match_closely
    constants = Constants()
    test = _test(rules, _Fields(constants, shared=False))
    return constants.function("event", test, f"{constants.bind(match_closely)}(event)")


def _closely(rules: list[Rule]) -> Callable[[object], bool]:
    closely = [_CloseLook(rule).matches for rule in rules]
    return lambda event: any(matches(event) for matches in closely)


def _test(rules: list[Rule], fields: _Fields) -> str:
    """An expression that tells whether `event` matches one of the rules.

    Nearly all events have one value or none in a field, or a list of plain values: the function
    asks for just that, and looks closely, for other arrays, dotted keys and unusual types, where
    something else turns up.
    """
    bind = fields.constants.bind
    if sum(map(len, rules)) > MAX_QUICK_FIELDS:
        return f"{bind(_closely(rules))}(event)"
    quick = []
    for rule in rules:
        unusual = f"{bind(_CloseLook(rule).matches)}(event)"
        tests = []
        for name, values in rule.items():
            parts = name.split(".")
            if len(parts) > MAX_QUICK_LEVELS or "" in parts:
                tests = [unusual]
                break
            plain = f"plain if (plain := {bind(values.accepts_plain_list)}(value))"
            otherwise = f"({plain} is not None else {unusual})"
            tests.append(f"({values.expression(fields.find(name), otherwise, fields.constants)})")
        quick.append(" and ".join(tests))
    return " or ".join(quick)


class _Several:
    """The type of what `_find` returns where there may be several values."""


_SEVERAL: Final = _Several()


def _find(parts: list[str]) -> Callable[[Mapping[str, Any]], object]:
    """A function that finds the only value at a path, `ABSENT` or `_SEVERAL`."""
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
                        return _SEVERAL
                    value = found
            elif child is not None and not isinstance(child, (str, int, float)):
                return _SEVERAL
        return value

    return find


class _CloseLook:
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


def _is_object(node: object) -> bool:
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
