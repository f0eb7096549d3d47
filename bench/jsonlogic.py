"""Translates patterns to JsonLogic, in the dialect of datalogic-py, to compare its speed with ours.

It translates what `thirty.yaml` uses. The result has the same meaning if a field always has the
same type: a list if it is ever a list, and never a number for a text.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

LISTS: Final = frozenset({"interests"})
"""Fields that are lists in every event that has them."""


def translate(pattern: Mapping[str, Any]) -> Any:
    """The expression that is true for events that match the pattern."""
    return _all(_conditions(pattern, ()))


def _conditions(pattern: Mapping[str, Any], path: tuple[str, ...]) -> list[Any]:
    found: list[Any] = []
    for name, given in pattern.items():
        here = (*path, name)
        if name == "$or":
            found.append({"or": [_all(_conditions(choice, path)) for choice in given]})
        elif here == ("items",):  # objects in a list: any of them
            found.append({"some": [{"var": "items"}, _all(_conditions(given, ()))]})
        elif isinstance(given, Mapping):
            found += _conditions(given, here)
        elif name in LISTS:
            found.append({"some": [{"var": ".".join(here)}, {"in": [{"var": ""}, given]}]})
        else:
            found.append(_any(_value(given, here)))
    return found


def _value(given: Sequence[Any], path: tuple[str, ...]) -> list[Any]:
    field = {"var": ".".join(path)}
    plain = [value for value in given if not isinstance(value, Mapping)]
    found: list[Any] = [{"in": [field, plain]}] if len(plain) > 1 else []
    found += [{"===": [field, plain[0]]}] if len(plain) == 1 else []
    for matcher in given:
        if isinstance(matcher, Mapping):
            ((keyword, operand),) = matcher.items()
            found.append(_matcher(keyword, operand, field, {"exists": [*path]}))
    return found


def _matcher(keyword: str, operand: Any, field: Any, there: Any) -> Any:
    match keyword:
        case "exists":
            return there if operand else {"!": [there]}
        case "prefix":
            return {"starts_with": [field, operand]}
        case "suffix":
            return {"ends_with": [field, operand]}
        case "equals-ignore-case":
            return {"==": [{"lower": [field]}, operand.lower()]}
        case "numeric":
            limits = zip(operand[::2], operand[1::2], strict=True)
            return _all([there, *({sign: [field, limit]} for sign, limit in limits)])
        case "anything-but" if isinstance(operand, Mapping):
            return _all([there, {"!": [{"starts_with": [field, operand["prefix"]]}]}])
        case "anything-but":
            return _all([there, {"!": [{"in": [field, operand]}]}])
        case "wildcard":
            return _wildcard(operand.split("*"), field)
    raise ValueError(f"no JsonLogic for {keyword}")


def _wildcard(pieces: Sequence[str], field: Any) -> Any:
    if len(pieces) == 3 and not pieces[0] and not pieces[2]:
        return {"in": [pieces[1], field]}
    first, *inner, last = pieces
    if len(pieces) > 3 or (inner and last):
        raise ValueError(f"no JsonLogic for {pieces}")
    ends = [{"starts_with": [field, first]}]
    if inner:
        rest = {"substr": [field, len(first)]}
        return _all([*ends, {"in": [inner[0], rest]}])
    shortest = {">=": [{"length": [field]}, len(first) + len(last)]}
    return _all([*ends, {"ends_with": [field, last]}, shortest])


def _all(conditions: list[Any]) -> Any:
    return conditions[0] if len(conditions) == 1 else {"and": conditions}


def _any(conditions: list[Any]) -> Any:
    return conditions[0] if len(conditions) == 1 else {"or": conditions}
