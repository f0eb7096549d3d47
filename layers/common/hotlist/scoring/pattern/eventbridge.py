"""Compiles patterns of Amazon EventBridge, and lists of values as they stand in such patterns.

A pattern is compiled once. Asking the compiled function is fast. The semantics are those of
AWS's open-source Event Ruler 1.9 (github.com/aws/event-ruler), of `Machine.addRule` and
`Machine.rulesForJSONEvent`.

`$or` multiplies a pattern into alternatives; Event Ruler calls each of them a rule. An
alternative is a set of fields under dotted names, and each field must accept the event:

- `{"a": {"b": ..}}` and `{"a.b": ..}` are the same field, in patterns and in events.
- Each element of an array is a value. But two fields never match in two different elements of
  one array.
- Fields match in the order of their names. `exists: false` asks that there is no value which
  goes together with the elements chosen so far.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from hotlist.scoring.pattern.leaves import Values
from hotlist.scoring.pattern.quick import compiled, compiled_all
from hotlist.scoring.pattern.reading import alternatives

T = TypeVar("T")


def compile(  # noqa: A001 (the verb that the module `re` uses, too)
    pattern: Mapping[str, object], *, ignore_case: bool = False
) -> Callable[[Mapping[str, object]], bool]:
    """Compile a pattern to a function that tells whether an event, a JSON object, matches.

    With `ignore_case`, text in the pattern and in the event is lower-cased first; keys are not.
    The function never raises.

    :raises BadPattern: for what Event Ruler refuses.
    """
    return compiled(alternatives(pattern, ignore_case=ignore_case))


def compile_all(
    patterns: Iterable[tuple[T, Mapping[str, object] | None]],
) -> Callable[[Mapping[str, object]], list[T]]:
    """Compile pairs of a meaning and a pattern to one function: an event → a list of meanings.

    The function returns the meanings whose patterns match. A pattern of None always matches. Each
    field of the event is read once, however many patterns ask for it.

    :raises BadPattern: for what Event Ruler refuses.
    """
    return compiled_all(
        (meaning, None if pattern is None else alternatives(pattern, ignore_case=False))
        for meaning, pattern in patterns
    )


def compile_values(values: list[object], *, ignore_case: bool = False) -> Callable[[object], bool]:
    """Compile a list that stands under a field to a function that tells whether a value matches.

    An array matches if one of its values does. `ignore_case`, errors and guarantees are those of
    `compile`.
    """
    match = compiled([{"value": Values.of(values, (), ignore_case=ignore_case)}])
    return lambda value: match({"value": value})
