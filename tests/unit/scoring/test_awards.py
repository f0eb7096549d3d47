"""Section 3: which of the matched events are awards."""

from collections.abc import Iterable
from typing import Any

import pytest

from hotlist.events.event import Event
from scoring import awarded, bot, event, rules, score, totals, visit, visits


def given(award: Any, events: Iterable[Event], at: float = 100, **top: Any) -> str:
    """The ids of the events that give an award, together."""
    made = {"id": "visit", "event": "page_viewed", "points": 1, "award": award}
    return awarded(rules(made, **top), events, at)


DAYS = visits(0.25, 0.5, 1.125, 1.25, 1.5, 3)  # a b | c d e | f


@pytest.mark.parametrize(
    ("word", "same", "awards"),
    [
        ("each", {"every": 1}, "abcdef"),
        ("once", {"at_count": 1}, "a"),
        ("per_day", {"at_count": 1, "within": "day"}, "acf"),
        ("latest", "latest", "f"),
    ],
)
def test_words_are_short_forms(word: str, same: Any, awards: str) -> None:
    assert given(word, DAYS) == given(same, DAYS) == awards


SESSIONS = [
    visit(0, "a", session_id="s"),
    visit(1, "b", session_id="t"),
    visit(2, "c", session_id="s"),
    visit(3, "d"),
    visit(4, "e", session_id=None),
    visit(5, "f", session_id="t"),
]


@pytest.mark.parametrize("award", ["per_session", {"at_count": 1, "within": "session"}])
def test_an_event_without_a_session_is_one_of_its_own(award: Any) -> None:
    assert given(award, SESSIONS) == "abde"


@pytest.mark.parametrize(
    ("award", "awards"),
    [
        ({"at_count": 3}, "c"),
        ({"every": 2}, "bdf"),
        ({"every": 4}, "d"),
        ({"at_count": 7}, ""),
        ({"at_count": 2, "within": "day"}, "bd"),
        ({"every": 2, "within": "day"}, "bd"),
        ({"at_count": 3, "within": "day"}, "e"),
        ({"every": 1, "within": "day"}, "abcdef"),
    ],
)
def test_counting(award: Any, awards: str) -> None:
    assert given(award, DAYS) == awards


@pytest.mark.parametrize(
    ("award", "awards"),
    [
        ({"every": 2, "within": "session"}, "cf"),
        ({"at_count": 2, "within": "session"}, "cf"),
        ({"at_count": 3, "within": "session"}, ""),
        ({"at_count": 2, "distinct": "session"}, "b"),
        ({"every": 2, "distinct": "session"}, "bdf"),  # s t, s d, e t
        ({"at_count": 5, "distinct": "session"}, ""),
        ({"at_count": 4, "distinct": "session"}, "e"),  # s t d e
    ],
)
def test_sessions_as_runs_and_as_what_differs(award: Any, awards: str) -> None:
    assert given(award, SESSIONS) == awards


@pytest.mark.parametrize(
    ("award", "awards"),
    [
        ({"at_count": 3, "distinct": "day"}, "f"),
        ({"every": 2, "distinct": "day"}, "cf"),  # a b c, then d e f
        ({"every": 1, "distinct": "day"}, "abcdef"),
    ],
)
def test_distinct_days(award: Any, awards: str) -> None:
    assert given(award, DAYS) == awards


@pytest.mark.parametrize(
    ("times", "award", "awards"),
    [
        ([0, 1, 2], {"every": 2, "within": "1d"}, ""),  # one day older is dropped
        ([0, 0.875, 2], {"every": 2, "within": "1d"}, "b"),
        ([0, 0.5, 0.875, 1.25], {"every": 3, "within": "1d"}, "c"),
        ([0, 2, 2.5, 2.75], {"at_count": 3, "within": "1d"}, "d"),
        ([0, 0.25, 0.5, 0.75], {"every": 2, "within": "1d"}, "bd"),  # the run is emptied
        ([0, 0.25, 0.5, 0.75], {"at_count": 2, "within": "1d"}, "b"),
        ([0, 0.5, 1, 1.25], {"every": 3, "within": "1d"}, "d"),  # of b c d
    ],
)
def test_a_run_within_a_duration(times: list[float], award: Any, awards: str) -> None:
    assert given(award, visits(*times)) == awards


def paths(*values: object) -> list[Event]:
    """Visits a, b, c on days 0, 1, 2 with these values of p, without it for `...`."""
    return [
        visit(n, "abcdefgh"[n], **({} if value is ... else {"p": value}))
        for n, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("values", "award", "awards"),
    [
        (["x", "x", "y", "z"], {"at_count": 2, "distinct": "p"}, "c"),
        (["x", "x", "y", "y", "x"], {"every": 2, "distinct": "p"}, "ce"),
        (["x", ..., None, "y"], {"at_count": 2, "distinct": "p"}, "d"),
        ([..., "x", ..., "x"], {"every": 1, "distinct": "p"}, "bd"),
        ([..., "x"], {"at_count": 1, "distinct": "p"}, "b"),
        ([None, "x", "x", "y"], {"at_count": 1, "distinct": "p", "within": "day"}, "bcd"),
        (["x", "y", "x"], {"every": 2, "distinct": "p", "within": "1d"}, ""),
        (["x", "y", "x"], {"every": 2, "distinct": "p", "within": "25h"}, "b"),
        (["x", "x", "y"], {"every": 2, "distinct": "p", "within": "25h"}, "c"),
        (["y", "x", "x"], {"at_count": 2, "distinct": "p", "within": "49h"}, "b"),
    ],
)
def test_different_values_count(values: list[object], award: Any, awards: str) -> None:
    assert given(award, paths(*values)) == awards


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (1, "1", False),
        (True, True, True),
        (True, "True", False),
        ("a", "A", False),
        ("", 0, False),
        ({"x": 1, "y": 2}, {"y": 2.0, "x": 1}, True),
        ({"x": 1}, {"x": True}, False),
        ({"x": None}, {}, False),
        ({}, [], False),
        ([1, 2], [1.0, 2], True),
        ([1, 2], [2, 1], False),
        ([[1]], [1], False),
        ([{"x": [1]}], [{"x": [1.0]}], True),
        (["x", 1], {"x": 1}, False),
        (10**400, 10**400, True),
        (10**400, 10**400 + 1, False),
        (0.5, 0.25, False),
    ],
)
def test_two_properties_are_equal_by_json_type_and_value(
    one: object, other: object, equal: bool
) -> None:
    assert given({"at_count": 2, "distinct": "p"}, paths(one, other)) == ("" if equal else "b")
    sessions = [visit(0, "a", session_id=one), visit(1, "b", session_id=other)]
    assert given("per_session", sessions) == ("a" if equal else "ab")
    assert given({"at_count": 2, "within": "session"}, sessions) == ("b" if equal else "")


@pytest.mark.parametrize(("depth", "equal"), [(150, True), (200, True), (201, False), (900, False)])
def test_what_is_nested_deeper_than_200_equals_nothing(depth: int, equal: bool) -> None:
    lists: Any = 1
    objects: Any = 1
    for _ in range(depth):
        lists, objects = [lists], {"x": objects}
    for value in (lists, objects):
        events = paths(value, value)
        assert given({"at_count": 2, "distinct": "p"}, events) == ("" if equal else "b")


@pytest.mark.parametrize("flag", ["bot", "spam", "internal"])
def test_counts_start_anew_where_an_event_is_withdrawn(flag: str) -> None:
    gone = event("page_viewed", 0.5, "b", flags=frozenset({flag}))
    events = [*visits(0.25), gone, visit(1.125, "c"), visit(1.25, "d")]
    assert given({"every": 2}, events) == "c"
    assert given("once", [gone, visit(1, "c")]) == "c"


def test_an_award_rests_on_all_events_it_was_counted_from() -> None:
    events = visits(0, 1, 2, 3)
    made = {"id": "v", "event": "page_viewed", "points": 1, "award": {"every": 2}}
    kept = [
        awarded(rules(made, retention="10d"), events, at) for at in (3, 10, 11, 12, 13)
    ]  # a is gone on day 10, b on day 11, …
    assert kept == ["bd", "c", "d", "", ""]


def test_once_and_per_day_go_to_the_next_event_when_the_first_is_gone() -> None:
    events = visits(0, 0.5, 1)
    for award, expected in (("once", ["a", "b", "c"]), ("per_day", ["ac", "bc", "c"])):
        found = [given(award, events, at, retention="10d") for at in (9, 10, 10.5)]
        assert found == expected


def test_latest_is_the_last_event_at_its_own_time() -> None:
    fading = {"id": "v", "event": "page_viewed", "points": 8, "award": "latest"}
    made = rules({**fading, "decay": {"half_life": "1d"}})
    assert totals(made, visits(0, 2), [0, 1, 2, 3]) == [8, 4, 8, 4]
    (line,) = score(made, visits(0, 2), 3).contributions
    assert (line.event_id, line.raw, line.decayed) == ("b", 8, 4)


def test_latest_falls_back_to_the_event_before_one_that_expires() -> None:
    events = [visit(0, "a"), event("page_viewed", 1, "b", expires_at=visit(3).occurred_at)]
    made = rules({"id": "v", "event": "page_viewed", "points": 1, "award": "latest"})
    assert [awarded(made, events, at) for at in (0.5, 1, 2.875, 3)] == ["a", "b", "b", "a"]


def test_an_award_of_latest_that_has_ended_gives_way_to_none() -> None:
    made = {"id": "v", "event": "page_viewed", "points": 1, "award": "latest", "lasts": "2d"}
    events = [visit(0, "a"), event("page_viewed", 1, "b")]
    assert [awarded(rules(made), events, at) for at in (1, 2.875, 3)] == ["b", "b", ""]


def test_an_award_that_has_ended_still_leaves_its_events_counted() -> None:
    made = {"id": "v", "event": "page_viewed", "points": 1, "award": {"every": 2}, "lasts": "2d"}
    assert [awarded(rules(made), visits(0, 1, 2, 3), at) for at in (1, 2, 3, 5)] == [
        *("b", "b", "d"),
        "",
    ]
    once = {**made, "award": "once"}
    assert [awarded(rules(once), visits(0, 1), at) for at in (0, 1, 2)] == ["a", "a", ""]


def test_order_is_by_time_then_by_event_id() -> None:
    same_time = [visit(0, "b"), visit(0, "a"), visit(0, "c")]
    assert given("once", same_time) == "a"
    assert given("latest", same_time) == "c"
    assert given({"at_count": 2}, same_time) == "b"


def test_events_with_the_same_id_are_one() -> None:
    assert given("each", [visit(0, "a"), visit(0, "a"), visit(1, "b")]) == "ab"
    assert given({"at_count": 2}, [visit(0, "a"), visit(0, "a")]) == ""


@pytest.mark.parametrize(("humans_only", "expected"), [(True, "b"), (False, "ab")])
def test_events_of_bots_count_only_for_rules_that_say_so(humans_only: bool, expected: str) -> None:
    made = {"id": "v", "event": "page_viewed", "points": 1, "humans_only": humans_only}
    assert awarded(rules(made), [bot(0, "a"), visit(1, "b")]) == expected


def test_an_award_of_every_event_of_a_day_stops_at_its_count_once_for_each_day() -> None:
    events = visits(0, 0.25, 0.5, 0.75, 1, 1.25)
    assert given({"at_count": 2, "within": "day"}, events) == "bf"
    assert given({"every": 2, "within": "day"}, events) == "bdf"
    assert given({"at_count": 2}, events) == "b"
