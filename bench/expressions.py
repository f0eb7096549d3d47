"""DynamoDB's conditions and updates, as far as Hotlist writes them. Anything else is an error."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

Value = Mapping[str, Any]

_TOKEN: Final = re.compile(r"\s*([:#]?\w+|<=|>=|<>|[=<>(),])")
_CLAUSE: Final = re.compile(r"\b(SET|ADD|REMOVE|DELETE)\b")
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def holds(request: Mapping[str, Any], item: Mapping[str, Value]) -> bool:
    """Whether the condition of a write is true of the stored item; empty if there is none."""
    text = request.get("ConditionExpression")
    return text is None or _Condition(text, request, item).value()


def updated(request: Mapping[str, Any], item: Mapping[str, Value]) -> dict[str, Value]:
    """The item after an update."""
    after = dict(item)
    parts = _CLAUSE.split(request["UpdateExpression"])[1:]
    for clause, text in zip(parts[::2], parts[1::2], strict=True):
        for piece in re.split(r",(?![^(]*\))", text):
            _apply(clause, piece.strip(), request, item, after)
    return after


def _apply(
    clause: str,
    piece: str,
    request: Mapping[str, Any],
    item: Mapping[str, Value],
    after: dict[str, Value],
) -> None:
    values = request.get("ExpressionAttributeValues", {})
    name, _, rest = piece.partition("=" if clause == "SET" else " ")
    name, rest = _named(name.strip(), request), rest.strip()
    if clause == "REMOVE":
        after.pop(name, None)
    elif clause == "SET":
        kept = re.fullmatch(r"if_not_exists\((\S+), (:\w+)\)", rest)
        if kept:
            after[name] = item.get(_named(kept[1], request), values[kept[2]])
        else:
            after[name] = values[rest]
    else:
        ((kind, given),) = values[rest].items()
        if kind != "SS":
            raise NotImplementedError(f"{clause} of {kind}; teach bench/expressions.py")
        before = {*item.get(name, {"SS": ()})["SS"]}
        left = sorted(before.union(given) if clause == "ADD" else before.difference(given))
        after.pop(name, None)
        if left:
            after[name] = {"SS": left}


class _Condition:
    """A condition that is read from left to right: OR of AND of comparisons and functions."""

    def __init__(self, text: str, request: Mapping[str, Any], item: Mapping[str, Value]) -> None:
        self._tokens = [*_TOKEN.findall(text), ""]
        self._request, self._item, self._at = request, item, 0

    def value(self) -> bool:
        found = self._either()
        if self._tokens[self._at]:
            raise NotImplementedError(f"{self._tokens[self._at :]}; teach bench/expressions.py")
        return found

    def _next(self) -> str:
        self._at += 1
        return str(self._tokens[self._at - 1])

    def _either(self) -> bool:
        found = self._both()
        while self._tokens[self._at] == "OR":
            self._next()
            found |= self._both()
        return found

    def _both(self) -> bool:
        found = self._one()
        while self._tokens[self._at] == "AND":
            self._next()
            found &= self._one()
        return found

    def _one(self) -> bool:
        if self._tokens[self._at] == "(":
            self._next()
            found = self._either()
            self._next()
            return found
        if self._tokens[self._at] in ("attribute_exists", "attribute_not_exists", "contains"):
            return self._function()
        left = self._operand()
        compare = _COMPARE[self._next()]
        right = self._operand()
        return left is not None and right is not None and compare(left, right)

    def _function(self) -> bool:
        function, _, name = self._next(), self._next(), _named(self._next(), self._request)
        if function != "contains":
            self._next()
            return (name in self._item) == (function == "attribute_exists")
        _, wanted, _ = self._next(), self._operand(), self._next()
        return wanted in self._item.get(name, {}).get("SS", ())

    def _operand(self) -> Any:
        token = self._next()
        if token == "size":
            _, name, _ = self._next(), _named(self._next(), self._request), self._next()
            held = self._item.get(name)
            return None if held is None else Decimal(len(next(iter(held.values()))))
        if token.startswith(":"):
            return plain(self._request["ExpressionAttributeValues"][token])
        found = self._item.get(_named(token, self._request))
        return None if found is None else plain(found)


def plain(value: Value) -> Any:
    """What is compared: numbers as numbers."""
    ((kind, held),) = value.items()
    return Decimal(held) if kind == "N" else held


def _named(name: str, request: Mapping[str, Any]) -> str:
    return str(request["ExpressionAttributeNames"][name]) if name.startswith("#") else name
