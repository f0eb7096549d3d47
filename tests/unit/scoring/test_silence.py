"""Section 4: what the time gives in which nothing happened."""

from decimal import Decimal
from typing import Any

import pytest

from scoring import (
    BOSS,
    MS,
    VISIT,
    Time,
    adjusted,
    bot,
    event,
    instant,
    lines,
    reset,
    rules,
    score,
    totals,
    visit,
    visits,
)

QUIET = {"id": "quiet", "inactive": "10d", "points": -1}
EACH = {**QUIET, "award": "each"}


@pytest.mark.parametrize(
    ("award", "expected"),
    [
        ("once", [0, -1, -1, -1]),
        ({"at_count": 1}, [0, -1, -1, -1]),
        (None, [0, -1, -1, -1]),
        ("each", [0, -1, -2, -3]),
        ({"every": 1}, [0, -1, -2, -3]),
    ],
)
def test_the_kth_silence_is_complete_at_k_times_its_length(award: Any, expected: list[int]) -> None:
    made = rules({**QUIET, **({"award": award} if award else {})})
    times: list[Time] = [instant(10) - MS, 10, 20, 30]
    assert totals(made, [visit()], times) == expected
    assert totals(made, [visit()], [instant(20) - MS]) == [-1]


def test_a_silence_has_its_completion_as_instant_and_no_event() -> None:
    found = score(rules(EACH), [visit()], 25).contributions
    assert [(line.rule, line.group, line.event_id, line.at, line.raw) for line in found] == [
        ("quiet", "engagement", None, instant(10), -1),
        ("quiet", "engagement", None, instant(20), -1),
    ]


def test_the_clock_starts_at_the_last_matched_event() -> None:
    made = rules({**QUIET, "event": "page_viewed", "where": {"p": ["x"]}})
    events = [visit(0, p="x"), visit(5, p="x"), visit(9, p="y"), event("ad_clicked", 14)]
    assert totals(made, events, [14, 15]) == [0, -1]


@pytest.mark.parametrize("without", ["email_delivered", "unsubscribed", "cart_abandoned"])
def test_by_default_a_silence_is_one_of_activity(without: str) -> None:
    events = [visit(0), event(without, 5)]
    assert totals(rules(QUIET), events, [10, 15]) == [-1, -1]
    assert totals(rules({**QUIET, "event": without}), events, [10, 15]) == [0, -1]
    assert totals(rules({**QUIET, "where": {"p": [{"exists": False}]}}), events, [10]) == [-1]


def test_the_next_matched_event_takes_them_all_back() -> None:
    assert totals(rules(EACH), visits(0, 25), [20, 25, 34, 35]) == [-2, 0, 0, -1]


def test_silences_do_not_fade() -> None:
    groups = {"fit": {}, "engagement": {"decay": {"half_life": "1d"}, "lasts": "2d"}}
    assert totals(rules(QUIET, groups=groups), [visit()], [10, 300]) == [-1, -1]


def test_without_a_matched_event_it_starts_at_the_first_event() -> None:
    made = rules({**QUIET, "event": "form_submitted"})
    assert totals(made, [event("email_delivered", 2), visit(5)], [11, 12, 15]) == [0, -1, -1]
    assert totals(made, [], [300]) == [0]


def test_the_first_event_is_one_that_is_no_bots() -> None:
    for humans_only in (True, False):
        made = rules({**QUIET, "event": "form_submitted", "humans_only": humans_only})
        assert totals(made, [bot(0), visit(5)], [10, 14, 15]) == [0, 0, -1]
        assert totals(made, [bot(0)], [300]) == [0]


def test_bots_end_a_silence_only_where_they_count() -> None:
    events = [visit(0), bot(5)]
    assert totals(rules(QUIET), events, [10]) == [-1]
    assert totals(rules({**QUIET, "humans_only": False}), events, [10, 15]) == [0, -1]


def test_without_a_matched_event_it_starts_at_the_last_reset_or_set_of_the_group() -> None:
    made = rules(QUIET)
    for one in (reset(5, group="engagement"), reset(5), adjusted(5, set=0, group="engagement")):
        assert totals(made, [visit(0), one], [14, 15]) == [0, -1]
    both = [visit(0), reset(5), reset(7, group="engagement")]
    assert totals(made, both, [16, 17]) == [0, -1]
    assert totals(made, [visit(0), reset(5), visit(6)], [15, 16]) == [0, -1]
    assert totals(made, [visit(0), reset(5, group="fit")], [10]) == [-1]
    assert totals(made, [visit(0), adjusted(5, add=0, group="engagement")], [10]) == [-1]
    assert totals(made, [reset(5)], [14, 15]) == [0, -1]


def test_once_is_nothing_where_the_first_is_complete_outside_of_the_active_time() -> None:
    once = {**QUIET, "active_from": instant(15).isoformat()}
    assert totals(rules(once), [visit()], [15, 20, 300]) == [0, 0, 0]
    assert totals(rules({**once, "award": "each"}), [visit()], [15, 20, 30]) == [0, -1, -2]


def test_silences_are_counted_from_their_start_but_complete_in_the_active_time_only() -> None:
    active = {"active_from": instant(20).isoformat(), "active_until": instant(40).isoformat()}
    made = rules({**EACH, **active})
    assert totals(made, [visit()], [19, 20, 30, 40, 50]) == [0, -1, -2, -2, -2]


def test_a_silence_ends_with_the_event_that_it_is_counted_from() -> None:
    made = rules({**EACH, "event": "page_viewed"}, retention="25d")
    times: list[Time] = [20, instant(25) - MS, 25]
    assert totals(made, [visit()], times) == [-2, -2, 0]
    # From day 26 the clock runs from the click, which is then the first event.
    assert totals(made, [visit(1), event("ad_clicked", 6)], [25, 26, 30]) == [-2, -2, -2]
    assert totals(made, [visit(1), event("ad_clicked", 7)], [25, 26, 27]) == [-2, -1, -2]


def test_lead_of_a_silence_and_of_its_bands() -> None:
    boss, first_of = {"role": ["boss"]}, [{"lead": {"role": ["boss"]}, "points": -7}]
    banded = {"id": "quiet", "inactive": "10d", "first_of": first_of}
    for made, points in ((rules({**QUIET, "lead": boss}), -1), (rules(banded), -7)):
        assert totals(made, [visit()], [10], {"role": "Boss"}) == [points]
        assert score(made, [visit()], 10, {"role": "cto"}).contributions == ()


# --- silences that are judged by the score ----------------------------------------------

BANDS = [
    {"score": [{"numeric": [">", 30]}], "points": -15},
    {"score": [{"numeric": [">=", 0]}], "points": -5},
]


def judged(points: float, *more: dict[str, Any], **top: Any) -> Any:
    """31 or 30 points for a visit, and the silences of the worked example."""
    visited = {**VISIT, "points": points}
    quiet = {"id": "quiet", "inactive": "30d", "award": "each", "first_of": BANDS}
    return rules(visited, *more, quiet, **top)


def test_the_worked_example_of_silence_by_score() -> None:
    assert totals(judged(31), [visit()], [0, 30, 60]) == [31, 16, 11]
    assert totals(judged(30), [visit()], [0, 30]) == [30, 25]
    assert totals(judged(31), visits(0, 65), [64, 65]) == [11, 62]


def test_what_is_compared_is_the_rounded_total() -> None:
    assert totals(judged(30.5), [visit()], [30]) == [16]  # 31 − 15; exactly 15.5
    assert totals(judged(30.499), [visit()], [30]) == [25]


def test_none_fits_no_award() -> None:
    found = score(judged(-1), [visit()], 60)
    assert (lines(found), found.total) == ([("visit", -1)], -1)


def test_each_is_judged_once_by_the_total_of_its_instant() -> None:
    later = {"id": "won", "event": "sales_won", "points": 100}
    events = [visit(0), event("sales_won", 31)]
    assert totals(judged(30, later), events, [30, 31, 60]) == [25, 125, 110]


def test_an_event_of_that_very_instant_is_part_of_the_total() -> None:
    later = {"id": "won", "event": "sales_won", "points": 1}
    assert totals(judged(30, later), [visit(0), event("sales_won", 30)], [30]) == [16]
    after = [visit(0), event("sales_won", instant(30) + MS)]
    assert totals(judged(30, later), after, [30, 31]) == [25, 26]


def test_an_event_that_arrives_late_or_is_withdrawn_judges_anew() -> None:
    delivered = {"id": "sent", "event": "email_delivered", "points": 1}
    sent = event("email_delivered", 10)
    assert totals(judged(30, delivered), [visit(0)], [40]) == [25]
    assert totals(judged(30, delivered), [visit(0), sent], [40]) == [16]
    gone = event("email_delivered", 10, expires_at=instant(40))
    times: list[Time] = [30, instant(40) - MS, 40]
    assert totals(judged(30, delivered), [visit(0), gone], times) == [16, 16, 25]


def test_facts_are_those_of_now_and_the_stage_that_of_the_instant() -> None:
    boss = {"id": "boss", "lead": {"role": ["boss"]}, "points": 1}
    assert totals(judged(30, boss), [visit()], [30], {"role": "boss"}) == [16]
    intent = {"id": "intent", "lead": {"stage": ["intent"]}, "points": 1}
    asked = event("cart_abandoned", 31)
    assert totals(judged(30, intent), [visit(), asked], [30, 31]) == [25, 26]
    asked = event("cart_abandoned", 30)
    assert totals(judged(30, intent), [visit(), asked], [30]) == [16]


def test_silences_complete_at_the_same_instant_see_the_same_total() -> None:
    quiet = {"inactive": "30d", "points": -2, "score": [{"numeric": [">=", 10]}]}
    made = rules({**VISIT, "points": 10}, {"id": "q1", **quiet}, {"id": "q2", **quiet})
    assert totals(made, [visit()], [30]) == [6]
    shorter = {**quiet, "id": "q0", "inactive": "29d"}
    assert totals(
        rules({**VISIT, "points": 10}, {"id": "q1", **quiet}, shorter), [visit()], [30]
    ) == [8]


def test_a_silence_without_score_is_part_of_the_total_of_its_instant() -> None:
    plain = {"id": "plain", "inactive": "30d", "points": 1}
    assert totals(judged(30, plain), [visit()], [30]) == [16]


def test_the_total_was_nothing_where_its_segment_suspended_it() -> None:
    segments = [{"id": "out", "lead": {"stage": ["awareness"]}, "suspended": True}]
    events = [visit(0), event("cart_abandoned", 31)]
    made = judged(31, segments=segments)
    assert totals(made, events, [30, 31, 60]) == [0, 26, 21]  # −5 for 0 points, −5 for 26
    quiet = {"id": "q", "inactive": "30d", "points": -9, "score": [{"numeric": [">", 0]}]}
    assert totals(rules(VISIT, quiet, segments=segments), events, [31]) == [10]


def test_score_of_the_rule_and_score_of_its_bands_must_both_match() -> None:
    quiet = {"id": "quiet", "inactive": "30d", "score": [{"numeric": ["<", 31]}], "first_of": BANDS}
    found = [
        totals(rules({**VISIT, "points": points}, quiet), [visit()], [30])[0]
        for points in (31, 30, 0, -1)
    ]
    assert found == [31, 25, -5, -1]


def test_bands_without_score_beside_bands_with_score() -> None:
    bands = [
        {"lead": {"role": ["boss"]}, "points": -1},
        {"score": [{"numeric": [">", 30]}], "points": -15},
        {"points": -3},
    ]
    made = rules({**VISIT, "points": 31}, {"id": "q", "inactive": "30d", "first_of": bands})
    assert totals(made, [visit()], [30], {"role": "boss"}) == [30]
    assert totals(made, [visit()], [30]) == [16]
    assert totals(made, [visit(0), adjusted(1, add=-9)], [30]) == [19]


def test_bounds_and_weights_are_in_the_total_that_judges() -> None:
    groups = {"fit": {}, "engagement": {"weight": "50%"}}
    made = judged(62, groups=groups)
    assert score(made, [visit()], 30).exact == Decimal("23.5")  # (62 − 15) / 2
    assert totals(judged(99, total={"max": 30}), [visit()], [30]) == [30]
    found = score(judged(99, total={"max": 30}), [visit()], 30)
    assert [line.decayed for line in found.contributions] == [99, -5]


def test_a_reset_starts_the_silence_anew_and_what_was_judged_is_gone() -> None:
    assert totals(judged(31), [visit(0), reset(35)], [30, 35, 65]) == [16, 0, -5]


def test_a_silence_that_starts_at_a_reset_of_its_group_is_judged_too() -> None:
    quiet = {"id": "q", "inactive": "30d", "event": "page_viewed", "award": "each"}
    made = rules(BOSS, {**quiet, "points": -5, "score": [{"numeric": [">=", 25]}]})
    events = [visit(0), reset(5, group="engagement")]
    assert totals(made, events, [30, 34, 35, 65], {"role": "boss"}) == [30, 30, 25, 20]
    assert totals(made, [visit(0), reset(5)], [30, 35], {"role": "boss"}) == [30, 25]


def test_what_has_been_taken_back_since_counted_when_a_silence_was_judged() -> None:
    opened = {"id": "opened", "inactive": "10d", "event": "email_opened", "points": -10}
    opened["score"] = [{"numeric": [">", 0]}]
    quiet = {"id": "q", "inactive": "30d", "event": "page_viewed", "first_of": BANDS}
    made = rules({**VISIT, "points": 31}, opened, quiet)
    events = [visit(0), event("email_opened", 31)]
    # 31 − 10; judged by that: − 5; the ten come back.
    assert totals(made, events, [10, 30, 31]) == [21, 16, 26]
