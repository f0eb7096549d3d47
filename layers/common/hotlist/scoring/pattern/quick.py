"""Generated code for what nearly all events have: one value or none in a field, or a plain list."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

from hotlist.scoring.pattern.choices import Rule
from hotlist.scoring.pattern.close import CloseLook, closely, is_object
from hotlist.scoring.pattern.texts import Constants
from hotlist.scoring.pattern.values import ABSENT

T = TypeVar("T")

MAX_QUICK_LEVELS: Final = 4
MAX_QUICK_FIELDS: Final = 1000
"""Deeper fields and larger patterns are matched without generated code."""


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
        look = f"{bind(_find(parts))}(event)"
        if len(parts) > 2:
            return look
        head, rest, whole = map(bind, (*parts, name))
        return (
            f"(node.get({rest}, {absent})"
            f" if type(node := event.get({head})) is dict and {whole} not in event"
            f" else {absent} if node is None and {whole} not in event else {look})"
        )


def compiled(rules: list[Rule]) -> Callable[[object], bool]:
    """One generated function for all rules, any of which may match."""
    match_closely = closely(rules)
    if sum(map(len, rules)) > MAX_QUICK_FIELDS:
        return match_closely
    constants = Constants()
    test = _test(rules, _Fields(constants, shared=False))
    return constants.function("event", test, f"{constants.bind(match_closely)}(event)")


def compiled_all(patterns: Iterable[tuple[T, list[Rule] | None]]) -> Callable[[Any], list[T]]:
    """One generated function that gives what the patterns that match mean; None always does.

    It asks for each field once.
    """
    fields = _Fields(Constants())
    bind = fields.constants.bind
    always, tests = [], []
    for meaning, rules in patterns:
        name = bind(meaning)
        if rules is None:
            always.append(name)
        test = "True" if rules is None else _test(rules, fields)
        tests.append(f"if {test}: found.append({name})")
    asked = [f"{local} = {find}" for find, local in fields.locals.items()]
    no_object = f"if type(event) is not dict and not {bind(is_object)}(event):"
    nothing_asked = f"{no_object} return [{', '.join(always)}]"
    statements = [nothing_asked, "found = []", *asked, *tests, "return found"]
    return fields.constants.procedure("event", statements)


def _test(rules: list[Rule], fields: _Fields) -> str:
    """An expression that tells whether `event` matches one of the rules.

    Nearly all events have one value or none in a field, or a list of plain values: the function
    asks for just that, and looks closely, for other arrays, dotted keys and unusual types, where
    something else turns up.
    """
    bind = fields.constants.bind
    if sum(map(len, rules)) > MAX_QUICK_FIELDS:
        return f"{bind(closely(rules))}(event)"
    quick = []
    for rule in rules:
        unusual = f"{bind(CloseLook(rule).matches)}(event)"
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
