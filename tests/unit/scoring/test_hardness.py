"""Scoring a stored event never raises, and one odd event harms no other."""

import json
from typing import Any

import pytest

from hotlist.events.event import Event
from hotlist.leads.lead import Alerting, Temperature
from hotlist.scoring import engine
from scoring import MS, VISIT, adjusted, event, instant, reset, rules, score, totals, visit


def nested(depth: int, kind: type) -> Any:
    made: Any = 1
    for _ in range(depth):
        made = [made] if kind is list else {"x": made}
    return made


ODD: dict[str, Any] = {
    "null": None,
    "true": True,
    "text": "x",
    "empty": "",
    "huge text": "x" * 100_000,
    "surrogate": "\ud800",
    "surrogates": json.loads(r'"\udfff\ud800"'),
    "nul": "\0",
    "emoji": "👩‍👩‍👧",
    "nan": float("nan"),
    "inf": json.loads("1e999"),
    "minus inf": json.loads("-1e999"),
    "tiny": 5e-324,
    "minus zero": -0.0,
    "400 digits": 10**400 - 1,
    "4000 digits": -(10**4000),
    "deep list": nested(900, list),
    "deep object": nested(900, dict),
    "list": ["a", 1, None, {"b": [True]}],
    "object": {"": {"a.b": [None]}},
    "empty list": [],
    "empty object": {},
    "odd key": {"\ud800": {"$or": [1]}},
    "many": list(range(1000)),
}

WHERE = [
    {"p": ["x"]},
    {"p": [1]},
    {"p": [{"numeric": [">", 0]}]},
    {"p": [{"prefix": "x"}, {"suffix": "x"}, {"wildcard": "*x*"}]},
    {"p": [{"anything-but": ["x", "y"]}]},
    {"p": [{"equals-ignore-case": "X"}]},
    {"p": [{"cidr": "10.0.0.0/8"}]},
    {"p": [{"exists": True}]},
    {"p": {"x": {"x": [1]}}},
]
EVERYTHING = rules(
    *(
        {"id": f"w{n}", "event": "activity", "where": where, "points": 1}
        for n, where in enumerate(WHERE)
    ),
    *(
        {"id": f"l{n}", "lead": where, "points": 1, "group": "engagement"}
        for n, where in enumerate(WHERE)
    ),
    {**VISIT, "id": "distinct", "award": {"every": 2, "distinct": "p"}},
    {**VISIT, "id": "session", "award": "per_session"},
    {**VISIT, "id": "sessions", "award": {"every": 2, "within": "session", "distinct": "p"}},
    {**VISIT, "id": "days", "award": {"every": 2, "within": "day"}},
    {**VISIT, "id": "unless", "unless": {"event": "ad_clicked", "within": "1d", "same": "p"}},
    {**VISIT, "id": "blocked", "unless": {"event": "ad_clicked", "where": {"p": ["x"]}}},
    {**VISIT, "id": "fading", "decay": {"half_life": "1s"}, "lasts": "9999w"},
    {"id": "quiet", "inactive": "30d", "award": "each", "score": [{"numeric": [">", 5]}]}
    | {"points": -1},
    hot=20,
    warm=5,
    ignore=[{"event": "form_error", "where": {"p": [{"prefix": "i"}]}}],
    stages={"intent": [{"event": "ad_clicked", "where": {"p": [{"prefix": "i"}]}}]},
    retention="365d",
    timezone="Europe/Warsaw",
)


def scored(events: list[Event], at: Any = 1, facts: Any = None) -> Any:
    """The score of a look at it, which asks for its next change and for its cooling too."""
    return engine.look(EVERYTHING, facts or {}, events, instant(at), Alerting(armed=False)).score


@pytest.mark.parametrize("name", ODD)
def test_odd_properties(name: str) -> None:
    odd = ODD[name]
    events = [
        visit(0, "a", p=odd, session_id=odd, n=odd),
        event("ad_clicked", 0.25, "b", properties={"p": odd}),
        visit(0.5, "c", p=odd, session_id=odd),
        visit(0.75, "e", p={"x": odd}, session_id=[odd], x={"p": odd}),
    ]
    assert {"a", "c", "e"} <= {line.event_id for line in scored(events).contributions}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("fact", ["p", "suspended", "stage", "email_domain", "email_class"])
def test_odd_facts(name: str, fact: str) -> None:
    found = scored([visit()], 1, {fact: ODD[name]})
    assert found.suspended is (fact == "suspended" and name == "true")


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("property_", ["add", "set", "group", "lasts", "reason"])
def test_odd_adjustments(name: str, property_: str) -> None:
    events = [
        visit(0, "a", p="x"),
        adjusted(0.5, **{"add": 3, property_: ODD[name]}),
        reset(0.25, **{property_: ODD[name], "group": ODD[name]}),
        visit(0.75, "b", p="x"),
    ]
    assert "b" in {line.event_id for line in scored(events).contributions}


@pytest.mark.parametrize(
    "at",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T14:00:00+14:00",
        "1969-12-31T23:59:59.999Z",
        "9998-12-31T23:59:59.999Z",
        "9999-12-31T23:59:59.999Z",
    ],
)
def test_the_ends_of_the_calendar(at: str) -> None:
    there = instant(at)
    events = [
        visit(there, "a", p="x"),
        event("ad_clicked", there, "b"),
        adjusted(there, add=2, lasts="999999999w"),
        visit(0, "n", p="x"),
        event("page_viewed", there, "c", expires_at=instant("9999-12-31T23:59:59.999Z")),
        event("page_viewed", 0, "d", expires_at=there),
        event("sales_rejected", there, "e"),
    ]
    for now in (there, instant(1), instant("0001-01-01T00:00Z"), instant("9999-12-31T23:59Z")):
        found = scored(events, now)
        seen = {line.event_id for line in found.contributions}
        assert ("a" in seen) is (there <= now and now - there < 365 * (instant(1) - instant(0)))
    assert "n" in {line.event_id for line in scored(events, 1).contributions}


def test_a_life_of_seven_thousand_years() -> None:
    long = {"decay": {"linear": "999999999w"}, "lasts": "999999999w"}
    made = rules({**VISIT, **long}, retention="999999999w", hot=5)
    old = visit("0001-01-01T00:00Z")
    found = score(made, [old], "9999-12-31T23:59:59.999Z")
    assert (found.total, found.temperature, found.next_change_at) == (10, "hot", None)
    assert totals(made, [old], ["0001-01-01T00:00Z", instant("9999-12-31T23:59Z") - MS]) == [10, 10]


def test_many_events_of_one_instant() -> None:
    events = [visit(0, f"{n:04}", p=n % 7) for n in range(2000)]
    made = rules({**VISIT, "points": 1, "max": 50}, groups={"fit": {}, "engagement": {"max": 40}})
    assert totals(made, events, [0, 395, 396]) == [40, 40, 0]


def test_odd_domains() -> None:
    made = rules({"id": "b", "lead": {"email_class": ["business"]}, "points": 5})
    for domain in (
        "",
        ".",
        "..",
        "\ud800",
        "é" * 500,
        "x" * 10_000,
        "\0",
        "xn--",
        "a" * 64 + ".pl",
    ):
        assert totals(made, [], [0], {"email_domain": domain}) == [5]


def test_lines_that_cancel_on_a_threshold_are_not_searched_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fading = {"decay": {"half_life": "30d"}}
    made = rules(
        {"id": "base", "lead": {"role": ["x"]}, "points": 39.5},
        {"id": "up", "event": "page_viewed", "points": 30, **fading},
        {"id": "down", "event": "email_opened", "points": -30, **fading},
        hot=40,
        warm=20,
    )
    events = [visit(0), event("email_opened", 0)]
    monkeypatch.setattr(engine, "_PATIENCE", 40_000)
    found = engine.score(made, {"role": "x"}, events, instant(1))
    assert found.temperature is Temperature.HOT
    assert found.next_change_at is not None
    assert found.next_change_at > instant(1)
    for at in (found.next_change_at, found.next_change_at - MS):
        assert engine.score(made, {"role": "x"}, events, at).temperature is Temperature.HOT
