"""Section 8: how far a lead has come."""

from typing import Any

import pytest

from hotlist.leads.lead import Stage
from scoring import (
    VISIT,
    adjusted,
    event,
    instant,
    reset,
    rules,
    score,
    totals,
    visit,
)


def stage(events: list[Any], at: float = 100, facts: Any = None, **top: Any) -> str:
    return str(score(rules(VISIT, **top), events, at, facts).stage)


DEFAULTS = {
    "interest": "form_submitted file_downloaded email_clicked webinar_registered",
    "consideration": "webinar_attended sales_contacted",
    "intent": "demo_requested contact_requested meeting_booked trial_started cart_updated "
    "cart_abandoned sales_meeting",
    "customer": "order_completed sales_won",
    "awareness": "page_viewed element_clicked unsubscribed email_opened custom:tour "
    "sales_snoozed sales_undone",
}


@pytest.mark.parametrize(
    ("event_type", "expected"),
    [(name, expected) for expected, names in DEFAULTS.items() for name in names.split()],
)
def test_what_reaches_which_stage(event_type: str, expected: str) -> None:
    assert stage([event(event_type)]) == expected


ORDER = ["page_viewed", "form_submitted", "webinar_attended", "demo_requested", "order_completed"]


@pytest.mark.parametrize("count", range(6))
def test_the_furthest_counts_in_whatever_order(count: int) -> None:
    events = [event(name, day) for day, name in enumerate(ORDER[:count])]
    expected = ["awareness", "awareness", "interest", "consideration", "intent", "customer"][count]
    assert stage(events) == expected
    events = [event(name, -day) for day, name in enumerate(ORDER[:count])]
    assert stage(events) == expected


def test_it_never_falls_by_silence_decay_or_reset() -> None:
    events = [event("demo_requested"), reset(1), adjusted(2, set=0)]
    assert [stage(events, at) for at in (0, 1, 2, 395)] == ["intent"] * 4


def test_it_falls_where_its_event_is_kept_no_longer_or_withdrawn() -> None:
    events = [event("form_submitted", 5), event("demo_requested", 0)]
    assert [stage(events, at, retention="10d") for at in (4, 9, 10, 15)] == [
        *("intent", "intent", "interest", "awareness")
    ]
    for flag in ("bot", "spam", "internal"):
        assert stage([event("demo_requested", 0, flags=frozenset({flag}))]) == "awareness"
    assert stage([event("demo_requested", 0, expires_at=instant(3))], 3) == "awareness"
    assert stage([event("demo_requested", 3)], 2) == "awareness"
    ignored = stage([event("demo_requested")], ignore=[{"event": "demo_requested"}])
    assert ignored == "awareness"


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ([], "rejected"),
        ([visit(2)], "rejected"),
        ([event("form_submitted", 2), event("webinar_attended", 2)], "rejected"),
        ([event("demo_requested", 2)], "intent"),
        ([event("order_completed", 2)], "customer"),
        ([event("demo_requested", 0)], "rejected"),
        ([event("order_completed", 0), event("demo_requested", 2)], "customer"),
        ([event("demo_requested", 1, "z")], "intent"),
        ([event("demo_requested", 1, "a")], "rejected"),
        ([event("demo_requested", 2, flags=frozenset({"bot"}))], "rejected"),
        ([event("demo_requested", 2), event("sales_rejected", 3)], "rejected"),
        ([event("sales_rejected", 0), event("demo_requested", 2)], "intent"),
    ],
)
def test_rejected_until_a_later_event_of_intent(later: list[Any], expected: str) -> None:
    assert stage([event("sales_rejected", 1, "m"), *later]) == expected


@pytest.mark.parametrize("flag", ["bot", "spam"])
def test_a_rejection_that_does_not_count(flag: str) -> None:
    assert stage([event("sales_rejected", flags=frozenset({flag}))]) == "awareness"


def test_rejected_again_where_what_undid_it_is_gone() -> None:
    undone = event("demo_requested", 2, expires_at=instant(5))
    events = [event("sales_rejected", 1), undone]
    assert [stage(events, at) for at in (1, 2, 4, 5)] == [
        "rejected",
        "intent",
        "intent",
        "rejected",
    ]
    assert [stage(events, at, retention="10d") for at in (10, 11)] == ["rejected", "awareness"]


def test_each_stage_that_is_given_replaces_its_default() -> None:
    stages = {
        "interest": [{"event": "page_viewed", "where": {"p": ["x"]}}, {"event": ["ad_clicked"]}],
        "customer": [{"where": {"paid": [True]}}],
    }
    assert stage([visit(p="x")], stages=stages) == "interest"
    assert stage([visit(p="y")], stages=stages) == "awareness"
    assert stage([event("ad_clicked")], stages=stages) == "interest"
    assert stage([event("form_submitted")], stages=stages) == "awareness"
    assert stage([event("demo_requested")], stages=stages) == "intent"
    assert stage([visit(paid=True, p="x")], stages=stages) == "customer"
    # Without `event` it is about activity.
    delivered = event("email_delivered", properties={"paid": True})
    assert stage([delivered], stages=stages) == "awareness"


def test_what_undoes_a_rejection_are_the_stages_as_they_are_given() -> None:
    stages = {"intent": [{"event": "page_viewed"}]}
    events = [event("sales_rejected", 1), event("demo_requested", 2)]
    assert stage(events, stages=stages) == "rejected"
    assert stage([*events, visit(3)], stages=stages) == "intent"


def test_an_event_that_matches_two_stages_reaches_the_furthest_and_undoes() -> None:
    stages = {"intent": [{"event": "page_viewed"}], "customer": [{"event": "page_viewed"}]}
    assert stage([visit()], stages=stages) == "customer"
    assert stage([event("sales_rejected", 0), visit(1)], stages=stages) == "customer"


def test_rules_see_the_stage_and_no_fact_replaces_it() -> None:
    made = rules({"id": "r", "lead": {"stage": ["Intent"]}, "points": 5})
    events = [event("demo_requested", 3)]
    assert totals(made, events, [2, 3], {"stage": "intent"}) == [0, 5]
    assert score(made, events, 2).next_change_at is None
    hot = rules({"id": "r", "lead": {"stage": ["intent"]}, "points": 5}, hot=5)
    assert score(hot, events, 2).next_change_at == instant(3)
    assert stage([visit()], facts={"stage": "customer"}) == "awareness"


def test_a_stage_is_told_by_its_name() -> None:
    assert score(rules(VISIT), []).stage is Stage.AWARENESS
