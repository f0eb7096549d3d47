"""Fast matching by generated code, for what nearly all events have.

That is one value or none in a field, or a list of plain values. Everything else goes to `close`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

from hotlist.scoring.pattern.choices import Alternative
from hotlist.scoring.pattern.close import CloseMatch, closely, is_object
from hotlist.scoring.pattern.leaves import ABSENT
from hotlist.scoring.pattern.text_tests import Constants

T = TypeVar("T")

MAX_QUICK_LEVELS: Final = 4
MAX_QUICK_FIELDS: Final = 1000
"""Deeper fields and larger patterns are matched without generated code."""


class _Fields:
    """How a generated function reads the fields of an event: each once, into a local variable."""

    def __init__(self, constants: Constants, *, shared: bool = True) -> None:
        self.constants = constants
        self.locals: dict[str, str] = {}
        self._shared = shared
        self._finds: dict[str, str] = {}
        self._absent = constants.bind(ABSENT)

    def find(self, name: str) -> str:
        """An expression that gives the only value of a field, `ABSENT` or `_SEVERAL`."""
        if name not in self._finds:
            self._finds[name] = self._expression(name)
        found = self._finds[name]
        return self.locals.setdefault(found, f"f{len(self.locals)}") if self._shared else found

    def _expression(self, name: str) -> str:
        bind, absent = self.constants.bind, self._absent
        parts = name.split(".")
        if len(parts) == 1:
            return f"event.get({bind(name)}, {absent})"
        search = f"{bind(_find(parts))}(event)"
        if len(parts) > 2:
            return search
        head, rest, whole = map(bind, (*parts, name))
        return (
            f"(node.get({rest}, {absent})"
            f" if type(node := event.get({head})) is dict and {whole} not in event"
            f" else {absent} if node is None and {whole} not in event else {search})"
        )


def compiled(alternatives: list[Alternative]) -> Callable[[object], bool]:
    """A function that tells whether an event matches one of the alternatives."""
    match_closely = closely(alternatives)
    if sum(map(len, alternatives)) > MAX_QUICK_FIELDS:
        return match_closely
    constants = Constants()
    test = _test(alternatives, _Fields(constants, shared=False))
    return constants.function("event", test, f"{constants.bind(match_closely)}(event)")


def compiled_all(
    patterns: Iterable[tuple[T, list[Alternative] | None]],
) -> Callable[[Any], list[T]]:
    """One function that gives the meanings of the patterns that match. None always matches.

    The function reads each field once.
    """
    fields = _Fields(Constants())
    bind = fields.constants.bind
    always, tests = [], []
    for meaning, alternatives in patterns:
        name = bind(meaning)
        if alternatives is None:
            always.append(name)
        test = "True" if alternatives is None else _test(alternatives, fields)
        tests.append(f"if {test}: found.append({name})")
    asked = [f"{local} = {find}" for find, local in fields.locals.items()]
    no_object = f"if type(event) is not dict and not {bind(is_object)}(event):"
    nothing_asked = f"{no_object} return [{', '.join(always)}]"
    statements = [nothing_asked, "found = []", *asked, *tests, "return found"]
    return fields.constants.procedure("event", statements)


def _test(alternatives: list[Alternative], fields: _Fields) -> str:
    """An expression that tells whether `event` matches one of the alternatives.

    The expression expects one value or none in a field, or a list of plain values. If it finds
    other arrays, dotted keys or unusual types, it asks `CloseMatch`.
    """
    bind = fields.constants.bind
    if sum(map(len, alternatives)) > MAX_QUICK_FIELDS:
        return f"{bind(closely(alternatives))}(event)"
    quick = []
    for alternative in alternatives:
        unusual = f"{bind(CloseMatch(alternative).matches)}(event)"
        tests = []
        for name, values in alternative.items():
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
