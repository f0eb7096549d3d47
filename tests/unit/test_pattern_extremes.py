"""Patterns and events that are deep, large, hostile, or no JSON: answered, and in time."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from hotlist.scoring.pattern import close, eventbridge
from hotlist.scoring.pattern.leaves import BadPattern

Event = dict[str, Any]


def nested(wrap: Callable[[Any], Any], innermost: object, levels: int) -> Any:
    value = innermost
    for _ in range(levels):
        value = wrap(value)
    return value


@pytest.mark.parametrize(
    "deep",
    [
        nested(lambda inner: {"a": inner}, ["x"], 50_000),
        nested(lambda inner: {"$or": [inner, inner]}, {"a": ["x"]}, 50_000),
        {"a": nested(lambda inner: [inner], "x", 50_000)},
        {"a": [nested(lambda inner: {"anything-but": inner}, "x", 50_000)]},
    ],
    ids=["objects", "choices", "lists", "matchers"],
)
def test_deep_patterns_are_refused(deep: Any) -> None:
    with pytest.raises(BadPattern):
        eventbridge.compile(deep)


def test_patterns_of_hundreds_of_levels_are_no_problem() -> None:
    deep = nested(lambda inner: {"a": inner}, ["x"], 400)
    assert eventbridge.compile(deep)(nested(lambda inner: {"a": [inner]}, "x", 400))
    either = nested(lambda inner: {"$or": [{"b": ["y"]}, inner]}, {"a": ["x"]}, 150)
    assert eventbridge.compile(either)({"a": "x"})


def test_deep_events_do_no_harm() -> None:
    matches = eventbridge.compile({"a": {"b": [{"exists": True}]}, "a.c": [{"exists": False}]})
    assert matches({"a": nested(lambda inner: [inner], {"b": 1}, 900)})
    assert not matches({"a": nested(lambda inner: [inner], {"b": 1}, 50_000)})
    assert not matches(nested(lambda inner: {"a": inner}, {"b": 1}, 50_000))


def test_many_ways_through_arrays_take_little_time() -> None:
    both = {"x": [1], "y": [1]}
    rule = {"a": both, "b": both, "c": both, "z": ["never"]}
    items = [{"x": 1, "y": n} for n in range(3000)]
    event = {"a": items, "b": items, "c": items, "z": "z"}
    started = time.process_time()
    assert not eventbridge.compile(rule)(event)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("wildcard", ["*a" * 40 + "b", "*" + "a*" * 40 + "b", "*aa*aa*aa*b*"])
def test_hostile_wildcards_take_little_time(wildcard: str) -> None:
    started = time.process_time()
    assert not eventbridge.compile_values([{"wildcard": wildcard}])("a" * 50_000)
    assert time.process_time() - started < 0.5


ENDLESS: list[tuple[Event, Event]] = [
    # patterns of many matchers, events that they do not match
    ({"a": [f"text {n}" for n in range(10_000)]}, {"a": "text"}),
    ({"a": [{"wildcard": f"*{n}*x*"} for n in range(20_000)]}, {"a": "x" * 1000}),
    ({"a": [{"prefix": f"{n} "} for n in range(20_000)]}, {"a": "20001 "}),
    ({"a": [{"numeric": [">", n]} for n in range(20_000)]}, {"a": 0}),
    ({"a": [{"suffix": {"equals-ignore-case": "ażż" * 1000}}]}, {"a": "żż" * 20_000}),
    (
        {"$or": [{"a": [n]} for n in range(900)], **{f"f{n}": [*range(1000)] for n in range(200)}},
        {"a": 1, "f0": 1},
    ),
    ({"$or": [{"a": [n, n + 1, n % 7], "b": [n % 5, n % 3]} for n in range(900)]}, {"a": 1}),
]


@pytest.mark.parametrize(("rule", "event"), ENDLESS, ids=lambda x: f"{x!r:.40}")
def test_large_patterns_take_little_time(rule: Event, event: Event) -> None:
    started = time.process_time()
    assert not eventbridge.compile(rule)(event)
    assert time.process_time() - started < 2


def test_too_many_fields_times_too_many_choices_are_refused_at_once() -> None:
    rule = {"$or": [{"a": [n]} for n in range(900)], **{f"f{n}": [n] for n in range(50_000)}}
    started = time.process_time()
    with pytest.raises(BadPattern):
        eventbridge.compile(rule)
    assert time.process_time() - started < 1


def test_what_is_no_object_does_not_match() -> None:
    events: list[Any] = [None, 1, "a", ["a"], [{"b": 1}], set()]
    for name in ("a", "a.b", "a.b.c.d.e", ""):
        matches = eventbridge.compile({name: [{"exists": False}]})
        assert not any(matches(event) for event in events)


def test_what_is_no_json_only_exists() -> None:
    strange = [object(), (1,), b"a", {1}, Decimal("sNaN"), Decimal("NaN")]
    assert all(map(eventbridge.compile_values([{"exists": True}]), strange))
    nothing = ["a", 1, None, {"prefix": ""}, {"numeric": [">", 0]}, {"exists": False}]
    assert not any(map(eventbridge.compile_values(nothing), strange))


def test_types_derived_from_those_of_json_are_the_same() -> None:
    class Text(str):
        __slots__ = ()

    class Whole(int):
        pass

    class Real(float):
        pass

    class Object(dict[str, object]):
        pass

    matches = eventbridge.compile({"a": {"b": ["x", 1, 0.5]}})
    for value in (Text("x"), Whole(1), Real(0.5)):
        assert matches(Object(a=Object(b=value)))
        assert matches({"a": [{"b": value}]})


@pytest.mark.parametrize(("most", "expected"), [(2, False), (3, True)])
def test_an_event_of_too_many_ways_does_not_match(
    most: int, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(close, "MAX_WAYS", most)
    both = eventbridge.compile({"a.x": [{"exists": True}], "a.y": [1]})
    assert both({"a": [{"x": 1}, {"x": 2}, {"x": 3, "y": 1}]}) is expected
