"""Patterns of Amazon EventBridge over JSON objects: compiled once, then quick to ask.

The semantics are those of AWS's open-source Event Ruler 1.9 (github.com/aws/event-ruler), as
`Machine.addRule` and `Machine.rulesForJSONEvent` have them. A pattern is one or more rules, since
`$or` multiplies them; a rule is a set of fields under dotted names, each of which must accept:

- `{"a": {"b": ..}}` and `{"a.b": ..}` are the same field, in patterns and in events;
- each element of an array is a value, but two fields never match in two elements of one array;
- fields match in the order of their names; `exists: false` asks for no value that goes together
  with the elements chosen until then.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from hotlist.scoring.pattern.quick import compiled, compiled_all
from hotlist.scoring.pattern.reading import rules
from hotlist.scoring.pattern.values import BadPattern, Values

__all__ = ["BadPattern", "compile", "compile_all", "compile_values"]

T = TypeVar("T")


def compile(  # noqa: A001 (the verb that the module `re` uses, too)
    pattern: Mapping[str, object], *, ignore_case: bool = False
) -> Callable[[Mapping[str, object]], bool]:
    """Compile a pattern to a function that tells whether an event, a JSON object, matches.

    With `ignore_case`, text in the pattern and in the event is lower-cased first; keys are not.
    The function never raises. Raises `BadPattern` for what Event Ruler refuses.
    """
    return compiled(rules(pattern, ignore_case=ignore_case))


def compile_all(
    patterns: Iterable[tuple[T, Mapping[str, object] | None]],
) -> Callable[[Mapping[str, object]], list[T]]:
    """Compile patterns to one function that gives what those that an object matches stand for.

    It asks for each field once, however many patterns look at it. None matches always.
    """
    return compiled_all(
        (meaning, None if pattern is None else rules(pattern, ignore_case=False))
        for meaning, pattern in patterns
    )


def compile_values(values: list[object], *, ignore_case: bool = False) -> Callable[[object], bool]:
    """Compile a list as it stands under a field, to a function that tells whether a value matches.

    Same meaning, errors and guarantees as `compile`; an array matches if one of its values does.
    """
    match = compiled([{"value": Values.of(values, (), ignore_case=ignore_case)}])
    return lambda value: match({"value": value})
