"""Laws of the matcher on random patterns and events."""

import json
import string
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.scoring.pattern import eventbridge
from hotlist.scoring.pattern.close import closely
from hotlist.scoring.pattern.leaves import BadPattern
from hotlist.scoring.pattern.reading import alternatives
from patterns import one_by_one

Event = dict[str, Any]


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(),
    st.floats(),
    st.sampled_from(["", "a", "ab", "A", "1", '"', "\ud800", "ż", "😀", "10.0.0.1", "*", "\\"]),
    st.text(max_size=4),
)
keys = st.one_of(
    st.sampled_from(["a", "b", "a.b", "$or", "", ".", "prefix", "numeric", "anything-but"]),
    st.text(max_size=2),
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
events = st.dictionaries(keys, json_values, max_size=4)
operators = st.sampled_from(["<", "<=", ">", ">=", "="])
operands = st.one_of(
    json_values,
    st.lists(st.one_of(operators, st.integers(-2, 2)), max_size=4),
    st.sampled_from(["10.0.0.0/8", "0.0.0.0/0", "a*b", "*", r"\*"]),
)
keywords = st.sampled_from(
    [
        *("prefix", "suffix", "equals-ignore-case", "wildcard", "anything-but"),
        *("numeric", "cidr", "exists", "exactly"),
    ]
)
matchers = st.dictionaries(
    keywords, operands | st.dictionaries(keywords, operands, max_size=2), min_size=1, max_size=1
)
likely_patterns = st.recursive(
    st.lists(scalars | matchers, min_size=1, max_size=3),
    lambda inner: st.one_of(
        st.dictionaries(keys, inner, min_size=1, max_size=3),
        st.fixed_dictionaries(
            {"$or": st.lists(st.dictionaries(keys, inner, min_size=1), min_size=2, max_size=3)}
        ),
    ),
    max_leaves=8,
)


def compiled_or_none(candidate: Any, *, ignore_case: bool) -> Callable[[Event], bool] | None:
    try:
        return eventbridge.compile(candidate, ignore_case=ignore_case)
    except BadPattern:
        return None


@given(st.one_of(json_values, likely_patterns), st.booleans(), events)
def test_compiles_or_refuses_any_json_and_never_raises(
    candidate: Any, ignore_case: bool, event: Event
) -> None:
    matches = compiled_or_none(candidate, ignore_case=ignore_case)
    if matches is not None:
        assert matches(event) in (True, False)
        assert matches(event) == eventbridge.compile(candidate, ignore_case=ignore_case)(event)


few_names = st.sampled_from(["a", "b", "c", "a.b", "b.a"])
few_keys = few_names | st.sampled_from(["", "a."])
few_values = st.sampled_from(["x", "xy", "y", 1, 1.0, 2, True, None])
few_events = st.dictionaries(
    few_keys,
    st.recursive(
        few_values,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(few_keys, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)
few_matchers: dict[str, Callable[[Any], bool]] = {
    '"x"': lambda value: value == "x",
    "1": lambda value: value == 1 and value is not True,
    "null": lambda value: value is None,
    "true": lambda value: value is True,
    '{"prefix": "x"}': lambda value: isinstance(value, str) and value.startswith("x"),
    '{"anything-but": ["x", "y"]}': lambda value: value not in ("x", "y"),
    '{"numeric": [">", 1]}': lambda value: type(value) in (int, float) and value > 1,
    '{"exists": true}': lambda value: True,
    '{"exists": false}': lambda value: False,
}
few_lists = st.lists(st.sampled_from(sorted(few_matchers)), min_size=1, max_size=2)
few_patterns = st.dictionaries(
    st.lists(few_names, min_size=1, max_size=3).map(".".join),
    few_lists,
    min_size=1,
    max_size=3,
)

Membership = dict[int, int]


def flattened(event: Event) -> Iterator[tuple[str, object, Membership]]:
    """All values with their dotted names, and the index in each numbered array around them."""
    numbers = iter(range(10**9))

    def walk(
        node: object, name: str, around: Membership
    ) -> Iterator[tuple[str, object, Membership]]:
        if isinstance(node, dict):
            for key, value in node.items():
                if key:  # Event Ruler passes over empty keys that no pattern here has
                    yield from walk(value, f"{name}.{key}".removeprefix("."), around)
        elif isinstance(node, list):
            array = next(numbers)
            for index, item in enumerate(node):
                inside = {array: index} if isinstance(item, (dict, list)) else {}
                yield from walk(item, name, around | inside)
        else:
            yield name, node, around

    return walk(event, "", {})


def naively(rule: dict[str, list[str]], event: Event) -> bool:
    """Tries all combinations of values, field by field in the order of names."""
    values = list(flattened(event))

    def rest(names: list[str], around: Membership) -> bool:
        if not names:
            return True
        consistent = [
            (value, around | more)
            for name, value, more in values
            if name == names[0] and all(around.get(k, v) == v for k, v in more.items())
        ]
        wanted = rule[names[0]]
        if not consistent and '{"exists": false}' in wanted:
            return rest(names[1:], around)
        return any(
            rest(names[1:], merged)
            for value, merged in consistent
            if any(few_matchers[matcher](value) for matcher in wanted)
        )

    return rest(sorted(rule), {})


@given(few_patterns, few_events)
def test_agrees_with_a_naive_matcher(rule: dict[str, list[str]], event: Event) -> None:
    written = {name: [json.loads(matcher) for matcher in rule[name]] for name in rule}
    assert naively(rule, event) == eventbridge.compile(written)(event)


written_patterns = few_patterns.map(
    lambda rule: {name: [json.loads(matcher) for matcher in rule[name]] for name in rule}
)


@given(written_patterns | likely_patterns, few_events | events)
def test_the_quick_way_agrees_with_the_close_look(rule: Any, event: Event) -> None:
    matches = compiled_or_none(rule, ignore_case=False)
    if matches is not None:
        looks_closely = closely(alternatives(rule, ignore_case=False))
        assert matches(event) == looks_closely(event)


@given(st.lists(written_patterns | likely_patterns | st.none(), max_size=5), few_events | events)
def test_all_at_once_agrees_with_one_by_one(candidates: list[Any], event: Event) -> None:
    patterns = [c for c in candidates if c is None or compiled_or_none(c, ignore_case=False)]
    assert eventbridge.compile_all(enumerate(patterns))(event) == one_by_one(patterns)(event)


@given(
    st.lists(st.sampled_from(["*", "a", "b", r"\*"]), max_size=7).map("".join),
    st.text("ab*", max_size=7),
)
def test_wildcards_agree_with_a_naive_matcher(wildcard: str, value: str) -> None:
    def meets(pieces: list[str], text: str) -> bool:
        if not pieces:
            return not text
        if pieces[0] == "*":
            return any(meets(pieces[1:], text[n:]) for n in range(len(text) + 1))
        return text.startswith(pieces[0][-1]) and meets(pieces[1:], text[1:])

    if "**" in wildcard.replace(r"\*", "s"):
        with pytest.raises(BadPattern):
            eventbridge.compile_values([{"wildcard": wildcard}])
        return
    pieces = wildcard.replace(r"\*", "s").translate({ord("s"): "!"})
    expected = meets([r"\*" if piece == "!" else piece for piece in pieces], value)
    assert expected == eventbridge.compile_values([{"wildcard": wildcard}])(value)


@given(st.text(string.printable, max_size=5), st.text(string.printable, max_size=5))
def test_text_meets_what_it_is_made_of(start: str, end: str) -> None:
    text = start + end
    for matcher in ({"prefix": start}, {"suffix": end}, {"equals-ignore-case": text.swapcase()}):
        assert eventbridge.compile_values([matcher])(text)
    assert not eventbridge.compile_values([{"anything-but": text}])(text)


def test_a_mapping_that_is_no_dict_is_a_pattern() -> None:
    rule: Mapping[str, object] = MappingProxyType({"a": MappingProxyType({"b": [1]})})
    assert eventbridge.compile(rule)({"a": {"b": 1}})
