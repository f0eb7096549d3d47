"""DynamoDB's expressions, as far as the stores write them: each text is compiled once.

What this does not know is refused. So no store is judged by an expression that was misread.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

Attributes = dict[str, dict[str, Any]]
Names = Mapping[str, str]
Values = Mapping[str, Mapping[str, Any]]
Holds = Callable[[Mapping[str, Any], Names, Values], bool]
Change = Callable[[Attributes, Mapping[str, Any], Names, Values], None]

_TOKEN: Final = re.compile(r"\s*([#:]?\w+|<=|>=|<>|[=<>(),])")
_ACTION: Final = re.compile(r"\b(SET|ADD|REMOVE|DELETE)\b")
_ASSIGNMENT: Final = re.compile(r"(#?\w+) = (?:if_not_exists\((#?\w+), (:\w+)\)|(:\w+))")


class NotUnderstood(Exception):
    """An expression has something that no store has written up to now: teach it here."""


@cache
def condition(text: str) -> Holds:
    """A condition, or a condition on keys."""
    tokens = _tokens(text)
    holds = _any_of(tokens)
    if tokens:
        raise NotUnderstood(text)
    return holds


@cache
def update(text: str) -> Change:
    """An update. It changes the item in place, and sees it as it was before."""
    changes: list[Change] = []
    parts = _ACTION.split(text)
    if parts[0].strip():
        raise NotUnderstood(text)
    for action, clauses in zip(parts[1::2], parts[2::2], strict=True):
        changes += [
            _change(action, clause.strip()) for clause in re.split(r", (?![:\w]+\))", clauses)
        ]

    def apply(item: Attributes, before: Mapping[str, Any], names: Names, values: Values) -> None:
        for change in changes:
            change(item, before, names, values)

    return apply


def named(name: str, names: Names) -> str:
    return names[name] if name.startswith("#") else name


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise NotUnderstood(text)
        found.append(match[1])
        at = match.end()
    return found


def _any_of(tokens: list[str]) -> Holds:
    parts = [_all_of(tokens)]
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        parts.append(_all_of(tokens))
    if len(parts) == 1:
        return parts[0]
    return lambda item, names, values: any(part(item, names, values) for part in parts)


def _all_of(tokens: list[str]) -> Holds:
    parts = [_one(tokens)]
    while tokens and tokens[0] == "AND":
        tokens.pop(0)
        parts.append(_one(tokens))
    if len(parts) == 1:
        return parts[0]
    return lambda item, names, values: all(part(item, names, values) for part in parts)


def _one(tokens: list[str]) -> Holds:
    first = tokens.pop(0)
    if first == "(":
        inner = _any_of(tokens)
        _expect(tokens, ")")
        return inner
    if first == "NOT":
        negated = _one(tokens)
        return lambda item, names, values: not negated(item, names, values)
    if tokens and tokens[0] == "(":
        return _function(first, tokens)
    return _comparison(lambda item, names: item.get(named(first, names)), tokens)


def _function(name: str, tokens: list[str]) -> Holds:
    _expect(tokens, "(")
    path = tokens.pop(0)
    if name == "size":
        _expect(tokens, ")")
        return _comparison(lambda item, names: _size(item[named(path, names)]), tokens)
    if name in ("attribute_exists", "attribute_not_exists"):
        _expect(tokens, ")")
        wanted = name == "attribute_exists"
        return lambda item, names, _: (named(path, names) in item) is wanted
    if name not in ("contains", "begins_with"):
        raise NotUnderstood(name)
    _expect(tokens, ",")
    value = tokens.pop(0)
    _expect(tokens, ")")

    def holds(item: Mapping[str, Any], names: Names, values: Values) -> bool:
        held = item.get(named(path, names))
        if held is None:
            return False
        if name == "begins_with":
            return bool(held["S"].startswith(values[value]["S"]))
        return values[value]["S"] in (held["SS"] if "SS" in held else held["S"])

    return holds


def _comparison(
    read: Callable[[Mapping[str, Any], Names], Mapping[str, Any] | None], tokens: list[str]
) -> Holds:
    sign, value = tokens.pop(0), tokens.pop(0)
    if sign == "BETWEEN":  # with both its ends
        _expect(tokens, "AND")
        ends = [_comparison(read, [">=", value]), _comparison(read, ["<=", tokens.pop(0)])]
        return lambda item, names, values: all(end(item, names, values) for end in ends)
    compare = _SIGNS[sign]
    if not value.startswith(":"):
        raise NotUnderstood(value)

    def holds(item: Mapping[str, Any], names: Names, values: Values) -> bool:
        held = read(item, names)
        if held is None:
            return sign == "<>"
        left, right = _comparable(held), _comparable(values[value])
        return type(left) is type(right) and compare(left, right)

    return holds


_SIGNS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _comparable(value: Mapping[str, Any]) -> Any:
    ((kind, held),) = value.items()
    if kind == "N":
        return float(held)
    if kind in ("S", "BOOL"):
        return held
    raise NotUnderstood(f"a comparison of {kind}")


def _size(value: Mapping[str, Any]) -> dict[str, str]:
    ((_, held),) = value.items()
    return {"N": str(len(held))}


def _expect(tokens: list[str], token: str) -> None:
    if not tokens or tokens.pop(0) != token:
        raise NotUnderstood(f"{token} is missing")


def _change(action: str, clause: str) -> Change:
    if action == "SET":
        match = _ASSIGNMENT.fullmatch(clause)
        if match is None:
            raise NotUnderstood(clause)
        path, other, default, value = match.groups()

        def set_(item: Attributes, before: Mapping[str, Any], names: Names, values: Values) -> None:
            held = before.get(named(other, names)) if other else None
            item[named(path, names)] = held or dict(values[value or default])

        return set_
    if action == "REMOVE":

        def remove(item: Attributes, _: Mapping[str, Any], names: Names, __: Values) -> None:
            item.pop(named(clause, names), None)

        return remove
    words = clause.split()
    if len(words) != 2 or not words[1].startswith(":"):
        raise NotUnderstood(clause)
    path, value = words

    def change_set(
        item: Attributes, before: Mapping[str, Any], names: Names, values: Values
    ) -> None:
        name, given = named(path, names), values[value]
        if "SS" not in given:
            raise NotUnderstood(f"{action} of {given}")
        held = set(before[name]["SS"]) if name in before else set()
        left = held | set(given["SS"]) if action == "ADD" else held - set(given["SS"])
        if left:
            item[name] = {"SS": sorted(left)}
        else:
            item.pop(name, None)  # there are no empty sets

    return change_set
