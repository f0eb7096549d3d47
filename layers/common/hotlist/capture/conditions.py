"""Which fields the answers to others make required: `required: {if: …}`. Pure."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any


def missing(
    form: Mapping[str, Any], values: Mapping[str, Any], unread: Collection[str]
) -> Iterator[str]:
    """The fields that these answers make required, and that have none.

    A box that is not there is not ticked: a page without script sends nothing for it, where a
    script sends `false`. What is `unread` was sent and could not be read, or is wrong; it makes no
    field required.
    """
    fields = form["fields"]
    unticked = {
        name: False
        for name, spec in fields.items()
        if spec["type"] == "boolean" and name not in unread
    }
    answers = {**unticked, **values}
    for name, condition in form["conditions"].items():
        answer = answers.get(name)
        is_there = answer is True if fields[name]["type"] == "boolean" else answer is not None
        if not is_there and all(_is_one_of(answers.get(one), condition[one]) for one in condition):
            yield name


def _is_one_of(answer: Any, asked: list[Any]) -> bool:
    """Whether an answer, or one of several, is one of these. True is no 1."""
    given = answer if isinstance(answer, list) else [answer]
    return any(one == value and type(one) is type(value) for one in given for value in asked)
