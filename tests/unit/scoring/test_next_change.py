"""Section 10: the first millisecond at which the temperature is another."""

from datetime import timedelta
from typing import Any

import pytest

from scoring import (
    MS,
    VISIT,
    Time,
    adjusted,
    event,
    instant,
    reset,
    rules,
    score,
    visit,
    visits,
)

FADING = {"fit": {}, "engagement": {"max": 50, "decay": {"half_life": "30d"}}}
STEPS = {"steps": {"3d": 5}}


def change(ruleset: Any, events: Any, at: Time = 0, facts: Any = None) -> Any:
    """When it changes next, as days or what is left of them; and that it does so there."""
    now = score(ruleset, events, at, facts)
    then = now.next_change_at
    if then is not None:
        assert then > instant(at)
        before = score(ruleset, events, then - MS, facts)
        assert before.temperature == now.temperature
        assert score(ruleset, events, then, facts).temperature != now.temperature
    return then


def test_the_worked_example() -> None:
    made = rules(
        {"id": "pricing", "event": "page_viewed", "points": 15, "max": 45},
        {"id": "click", "event": "element_clicked", "points": 20},
        groups=FADING,
        hot=40,
    )
    events = [*visits(0, 0, 0), event("element_clicked")]
    found = score(made, events)
    assert (found.total, found.temperature) == (50, "hot")
    after = timedelta(days=21, hours=13, minutes=22, seconds=10, milliseconds=338)
    assert change(made, events) == instant(0) + after
    assert change(made, events, instant(0) + after - MS) == instant(0) + after
    assert change(made, events, instant(0) + after) is None


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({}, 396),  # retention
        ({"lasts": "5d"}, 5),
        ({"decay": {"steps": {"3d": "90%", "4d": 9}}}, 3),
        ({"decay": {"steps": {"3d": "96%", "4d": 9}}}, 4),  # 9.6 is shown as 10
        ({"decay": {"lose": 0.2, "every": "2d"}}, 6),  # 9.4
        ({"decay": {"lose": "5%", "every": "2d"}}, 4),  # 9.5, 9
        ({"decay": {"linear": "20d", "floor": 10}}, 396),
        ({"active_until": "2026-03-05"}, 396),
        ({"override": "hot", "points": 0, "lasts": "7d"}, 7),
    ],
)
def test_breakpoints_of_rules(rule: dict[str, Any], expected: float) -> None:
    made = rules({**VISIT, **rule}, hot=10)
    assert change(made, [visit()]) == instant(expected)


def test_between_breakpoints_it_is_exact_to_the_millisecond() -> None:
    """10 · (1 − a/20d) is 9.4995 after 1.001 days, which is 9.5 still; a millisecond later not."""
    made = rules({**VISIT, "decay": {"linear": "20d"}}, hot=10)
    assert change(made, [visit()]) == instant(1) + timedelta(milliseconds=86_401)


def test_events_ahead_and_ends_of_events() -> None:
    made = rules(VISIT, hot=10)
    assert change(made, [visit(3)]) == instant(3)
    assert change(made, [visit(3)], 3) == instant(399)
    assert change(made, [event("page_viewed", 0, expires_at=instant(7))]) == instant(7)
    assert change(rules(VISIT, hot=10, retention="9d"), [visit()]) == instant(9)
    unless = {"event": "form_submitted", "within": "4d"}
    waiting = rules({**VISIT, "unless": unless}, hot=10)
    assert change(waiting, [visit()]) == instant(4)
    assert change(waiting, [visit(), event("form_submitted", 1)]) is None
    blocker = event("form_submitted", 2, expires_at=instant(6))
    blocked = rules({**VISIT, "unless": {"event": "form_submitted"}}, hot=10)
    events = [visit(), blocker]
    assert [change(blocked, events, at) for at in (0, 2)] == [instant(2), instant(6)]


def test_silences() -> None:
    quiet = {"id": "quiet", "inactive": "2d", "award": "each", "points": -2}
    made = rules(VISIT, quiet, hot=5)
    assert change(made, [visit()]) == instant(6)
    assert change(made, [visit()], 6) is None
    assert change(made, [visit(), visit(5)], 4) == instant(21)  # 20 − 8 · 2
    judged = {**quiet, "score": [{"numeric": ["<", 10]}]}
    assert change(rules(VISIT, judged, hot=5), [visit()]) == instant(396)


def test_adjustments_and_resets() -> None:
    made = rules(VISIT, hot=10)
    assert change(made, [adjusted(0, add=10, lasts="3d")]) == instant(3)
    assert change(made, [adjusted(2, add=10)]) == instant(2)
    assert change(made, [visit(), reset(5)]) == instant(5)
    # After the reset has gone, so has the visit before it.
    assert change(made, [visit(), reset(5)], 5) is None
    expiring = event("score_reset", 5, expires_at=instant(8))
    assert [change(made, [visit(), expiring], at) for at in (5, 8)] == [instant(8), instant(396)]
    setting = event(
        "score_adjusted", 5, expires_at=instant(8), properties={"set": 1, "group": "engagement"}
    )
    assert [change(made, [visit(), setting], at) for at in (0, 5)] == [instant(5), instant(8)]


def test_a_score_can_rise_by_itself() -> None:
    penalty = {"id": "bad", "event": "email_bounced", "points": -5, "lasts": "4d"}
    made = rules(VISIT, penalty, hot=10)
    assert change(made, [visit(), event("email_bounced")]) == instant(4)
    made = rules(VISIT, {**penalty, "lasts": "none", "decay": STEPS, "points": -9}, hot=5)
    assert change(made, [visit(), event("email_bounced")]) == instant(3)  # 10 − 5


def test_it_can_rise_and_fall_between_two_breakpoints() -> None:
    """8 at first; after 1, 2, 3, 4 days 12.3, 13.8, 13.9, 13.4; then ever less."""
    good = {"id": "good", "event": "page_viewed", "points": 20, "decay": {"half_life": "8d"}}
    bad = {"id": "bad", "event": "email_bounced", "points": -12, "decay": {"half_life": "1d"}}
    events = [visit(), event("email_bounced")]
    made = rules(good, bad, hot=14)
    assert instant(1) < change(made, events) < instant(2)
    assert instant(3) < change(made, events, 2) < instant(4)
    assert change(made, events, 4) is None
    assert change(rules(good, bad, hot=15), events) is None


def test_it_flickers_where_two_roundings_meet() -> None:
    """The one loses a thousandth every 1/100.5 days, the other every 1/100.402 days.

    Half a thousandth is lost after 429,850.7 ms and 430,272 ms, one and a half after
    1,289,552.2 ms and 1,290,816 ms: in between 0.499 is left, which is shown as 0.
    """
    up = {"id": "up", "event": "page_viewed", "points": 100.5, "decay": {"linear": "1000d"}}
    down = {"id": "down", "event": "page_viewed", "points": -100, "decay": {"linear": "996d"}}
    made, at, found = rules(up, down, hot=1), instant(0), []
    for _ in range(4):
        at = change(made, [visit()], at)
        found.append((at - instant(0)) // MS)
    assert found == [429_851, 430_272, 1_289_553, 1_290_816]


def test_warm_too() -> None:
    made = rules({**VISIT, "decay": {"steps": {"3d": 6, "5d": 2}}}, hot=10, warm=5)
    assert change(made, [visit()]) == instant(3)
    assert change(made, [visit()], 3) == instant(5)
    assert change(made, [visit()], 5) is None


def test_a_change_that_a_minimum_of_a_group_makes() -> None:
    made = rules(
        {**VISIT, "decay": STEPS},
        {"id": "boss", "lead": {"role": ["boss"]}, "points": 30, "active_until": "2026-03-03"},
        hot={"engagement": 6, "total": 5},
        warm={"fit": 30},
    )
    assert change(made, [visit()]) == instant(3)
    assert change(made, [visit()], 0, {"role": "boss"}) == instant(3)
    assert change(rules(made_boss(), hot={"fit": 30}), [], 0, {"role": "boss"}) == instant(2)


def made_boss() -> dict[str, Any]:
    return {"id": "boss", "lead": {"role": ["boss"]}, "points": 30, "active_until": "2026-03-03"}


def test_the_temperature_can_change_where_the_total_does_not() -> None:
    """Only what is asked for matters: an override, and segments that look at the stage."""
    made = rules({**VISIT, "override": "warm", "lasts": "3d", "points": 0}, hot=10)
    assert change(made, [visit()]) == instant(3)
    segments = [{"id": "s", "lead": {"stage": ["interest"]}, "temperature": {"hot": 10}}]
    made = rules(VISIT, hot=20, segments=segments)
    events = [visit(), event("form_submitted", 4), event("demo_requested", 6)]
    assert [change(made, events, at) for at in (0, 4, 6)] == [instant(4), instant(6), None]
    # On day 400 only the form is left, then nothing.


def test_bands_that_look_at_the_stage() -> None:
    bands = [{"lead": {"stage": ["intent"]}, "points": 10}, {"points": 1}]
    asked = event("demo_requested", 4)
    for rule in ({"lead": {"x": [1]}}, {"event": "page_viewed"}, {"inactive": "1d"}):
        made = rules({"id": "r", **rule, "first_of": bands}, hot=10)
        events = [visit(), asked] if "inactive" not in rule else [visit(), asked, visit(2)]
        expected = instant(5) if "inactive" in rule else instant(4)
        assert change(made, events, 3, {"x": 1}) == expected


def test_rejection_is_a_change_of_stage() -> None:
    gone = {"id": "gone", "lead": {"stage": ["rejected"]}, "override": "cold"}
    made = rules(gone, VISIT, hot=10)
    events = [visit(), event("sales_rejected", 4), event("demo_requested", 6)]
    assert [change(made, events, at) for at in (0, 4)] == [instant(4), instant(6)]


def test_a_count_that_is_made_anew_when_an_event_is_gone() -> None:
    made = rules({**VISIT, "award": {"every": 2}}, hot=10, retention="10d")
    events = visits(0, 1, 5, 6)  # b and d; from day 10 on c; from day 11 on d; none from day 15
    assert [change(made, events, at) for at in (0, 1)] == [instant(1), instant(15)]


def test_awards_of_two_days_are_both_in_what_can_be() -> None:
    made = rules({**VISIT, "award": {"at_count": 2, "within": "day"}}, hot=20, retention="10d")
    events = visits(0, 0.25, 0.5, 1, 1.25)  # b and e; from day 10 on c and e; on day 10.25 e alone
    assert change(made, events, 2) == instant(10.25)


def test_counted_awards_fade_and_end() -> None:
    two = {**VISIT, "award": {"every": 2}}
    assert change(rules({**two, "lasts": "2d"}, hot=10), visits(0, 1), 1) == instant(3)
    # As in the test between breakpoints above: 1.001 days and a millisecond after the award.
    fading = rules({**two, "decay": {"linear": "20d"}}, hot=10)
    assert change(fading, visits(0, 1), 1) == instant(2) + timedelta(milliseconds=86_401)
    assert change(fading, visits(0, 1)) == instant(1)


def test_awards_of_more_and_of_less_are_all_in_what_can_be() -> None:
    bands = [{"where": {"p": ["x"]}, "points": 10}, {"points": 1}]
    two = {"id": "r", "event": "page_viewed", "first_of": bands, "award": {"every": 2}}
    # Every second one until day 10: 10 + 10; then c alone, for d has nobody left to pair with.
    events = [visit(0, "a"), visit(1, "b", p="x"), visit(2, "c"), visit(3, "d", p="x")]
    assert change(rules(two, hot=20, retention="10d"), events, 3) == instant(10)
    bands = [{"where": {"p": ["x"]}, "points": -10}, {"points": -1}]
    less = rules({**two, "first_of": bands}, hot=-5, retention="10d")
    assert change(less, events, 3) == instant(10)


def test_a_silence_that_is_judged_may_be_none() -> None:
    quiet = {"id": "q", "event": "page_viewed", "inactive": "10d", "points": 5}
    made = rules(VISIT, {**quiet, "score": [{"numeric": [">=", 10]}]}, hot=11)
    assert change(made, [visit(), event("ad_clicked", 5)], 1) == instant(10)
    made = rules(VISIT, {**quiet, "points": -5, "score": [{"numeric": [">=", 10]}]}, hot=10)
    assert change(made, [visit(), event("ad_clicked", 5)], 1) == instant(10)


def test_a_suspended_lead_changes_never() -> None:
    made = rules(VISIT, hot=10)
    assert change(made, [visit(3)], 0, {"suspended": True}) is None


def test_none_where_the_calendar_ends_before() -> None:
    made = rules(VISIT, hot=10)
    found = score(made, [visit("9999-12-01T00:00Z")], "9999-12-01T00:00Z")
    assert (found.temperature, found.next_change_at) == ("hot", None)
