"""Sections 1 and 6, steps 1 and 5: which events count, and which a rule matches."""

from datetime import timedelta
from typing import Any

import pytest

from hotlist.events.vocabulary import is_activity
from scoring import (
    MS,
    VISIT,
    Time,
    bot,
    event,
    instant,
    lines,
    rules,
    score,
    totals,
    visit,
    visits,
)

ANY = {"id": "any", "event": "activity", "points": 1}


# --- events that count ------------------------------------------------------------------


def test_an_event_counts_from_its_time_while_its_age_is_less_than_retention() -> None:
    times: list[Time] = [instant(2) - MS, 2, instant(32) - MS, 32]
    assert totals(rules(VISIT, retention="30d"), [visit(2)], times) == [0, 10, 10, 0]
    times = [instant(398) - MS, 398]
    assert totals(rules(VISIT), [visit(2)], times) == [10, 0]


def test_an_event_counts_until_before_it_expires() -> None:
    gone = event("page_viewed", 2, expires_at=instant(5))
    assert totals(rules(VISIT), [gone], [2, instant(5) - MS, 5]) == [10, 10, 0]
    never = event("page_viewed", 2, expires_at=instant(2))
    assert totals(rules(VISIT), [never], [1, 2, 3]) == [0, 0, 0]
    later = event("page_viewed", 2, expires_at=instant(90))
    assert totals(rules(VISIT, retention="30d"), [later], [31, 32]) == [10, 0]


def test_instants_are_whole_milliseconds_and_finer_digits_are_cut_off() -> None:
    at = instant(2) + timedelta(microseconds=1999)  # a millisecond and a bit
    assert totals(rules(VISIT), [visit(at)], [instant(2), instant(2) + MS]) == [0, 10]
    gone = event("page_viewed", 0, expires_at=at)
    assert totals(rules(VISIT), [gone], [instant(2), at]) == [10, 0]
    (line,) = score(rules(VISIT), [visit(at)], 3).contributions
    assert line.at == instant(2) + MS


@pytest.mark.parametrize(
    ("flags", "for_people", "for_all"),
    [
        ([], 10, 10),
        (["bot"], 0, 10),
        (["spam"], 0, 0),
        (["internal"], 0, 0),
        (["bot", "spam"], 0, 0),
        (["other"], 10, 10),
    ],
)
def test_flags(flags: list[str], for_people: int, for_all: int) -> None:
    given = [event("page_viewed", flags=frozenset(flags))]
    assert totals(rules(VISIT), given, [0]) == [for_people]
    assert totals(rules({**VISIT, "humans_only": True}), given, [0]) == [for_people]
    assert totals(rules({**VISIT, "humans_only": False}), given, [0]) == [for_all]


@pytest.mark.parametrize(
    ("ignore", "ignored"),
    [
        ([{"event": "page_viewed"}], True),
        ([{"event": "ad_clicked"}], False),
        ([{"event": ["ad_clicked", "page_viewed"]}], True),
        ([{"event": "activity"}], True),
        ([{"where": {"p": ["x"]}}], True),
        ([{"where": {"p": ["X"]}}], False),
        ([{"event": "page_viewed", "where": {"p": ["y"]}}], False),
        ([{"event": "ad_clicked", "where": {"p": ["x"]}}], False),
        ([{"event": "ad_clicked"}, {"where": {"p": ["x"]}}], True),
    ],
)
def test_what_ignore_matches_counts_for_nothing(ignore: Any, ignored: bool) -> None:
    made = rules(VISIT, {**ANY, "humans_only": False}, ignore=ignore)
    assert totals(made, [visit(p="x")], [0]) == [0 if ignored else 11]


@pytest.mark.parametrize("event_type", ["email_delivered", "sales_rejected", "score_adjusted"])
def test_ignore_without_event_is_about_any_type(event_type: str) -> None:
    rule = {"id": "r", "inactive": "1d", "event": "page_viewed", "points": 1}
    one = event(event_type, 0, properties={"p": "x", "add": 5})
    assert score(rules(rule), [one], 1).total != 0
    found = score(rules(rule, ignore=[{"where": {"p": ["x"]}}]), [one], 1)
    assert (found.total, found.stage) == (0, "awareness")
    found = score(rules(rule, ignore=[{"event": "activity"}]), [one], 1)
    assert found.total != 0


def test_an_ignored_event_is_no_first_event_and_ends_no_silence() -> None:
    quiet = {"id": "q", "inactive": "10d", "points": -1}
    made = rules(quiet, ignore=[{"where": {"p": ["x"]}}])
    assert totals(made, [visit(0, p="x"), visit(5)], [10, 15]) == [0, -1]
    assert totals(made, [visit(0), visit(5, p="x")], [10]) == [-1]


def test_repeated_events_are_one() -> None:
    assert totals(rules(VISIT), [visit(0, "a"), visit(0, "a"), visit(0, "b")], [0]) == [20]


# --- matchers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event_type", "expected"),
    [
        *((name, True) for name in ("page_viewed", "form_submitted", "order_completed")),
        *((name, True) for name in ("email_opened", "email_clicked", "consent_given")),
        *((name, True) for name in ("custom:tour", "custom:sales_x", "cart_updated")),
        *((name, False) for name in ("email_delivered", "email_bounced", "email_complained")),
        *((name, False) for name in ("unsubscribed", "consent_withdrawn", "cart_abandoned")),
        *((name, False) for name in ("sales_contacted", "sales_won", "sales_rejected")),
        *((name, False) for name in ("lead_imported", "score_reset", "score_suspended")),
        ("event_reclassified", False),
    ],
)
def test_activity_is_what_a_person_does(event_type: str, expected: bool) -> None:
    assert is_activity(event_type) is expected
    assert totals(rules(ANY), [event(event_type)], [0]) == [int(expected)]


@pytest.mark.parametrize(
    ("matcher", "expected"),
    [
        ({"event": "page_viewed"}, "abc"),
        ({"event": "custom:tour"}, "e"),
        ({"event": ["page_viewed", "custom:tour"]}, "abce"),
        ({"event": ["ad_clicked"]}, "d"),
        ({"event": ["email_delivered", "activity"]}, "abcdef"),
        ({"event": "activity", "where": {"p": ["x"]}}, "ad"),
        ({"event": "page_viewed", "where": {"p": ["x", "y"]}}, "ab"),
        ({"event": "page_viewed", "where": {"p": [{"exists": False}]}}, "c"),
        ({"event": "page_viewed", "where": {"p": ["x"], "n": [1]}}, "a"),
        ({"event": "page_viewed", "where": {"p": ["x"], "n": [2]}}, ""),
    ],
)
def test_event_and_where(matcher: dict[str, Any], expected: str) -> None:
    events = [
        visit(0, "a", p="x", n=1),
        visit(1, "b", p="y"),
        visit(2, "c"),
        event("ad_clicked", 3, "d", properties={"p": "x"}),
        event("custom:tour", 4, "e"),
        event("email_delivered", 5, "f", properties={"p": "x"}),
    ]
    found = score(rules({**ANY, **matcher}), events, 9)
    assert "".join(line.event_id or "" for line in found.contributions) == expected


@pytest.mark.parametrize("name", ["custom:unnamed", "custom:x", "custom:_"])
def test_a_custom_type_is_itself_alone(name: str) -> None:
    made = rules({**ANY, "event": name})
    others = [event("custom:other"), event("custom:un"), event(name + "s")]
    assert totals(made, [*others, event(name)], [0]) == [1]
    assert totals(rules({**ANY, "event": [name, "activity"]}), others, [0]) == [3]


def test_events_are_matched_by_all_rules_about_them() -> None:
    made = rules(VISIT, {**ANY, "points": 2}, {**VISIT, "id": "again", "points": 3})
    assert lines(score(made, [visit()])) == [("visit", 10), ("any", 2), ("again", 3)]


# --- active time ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("active", "expected"),
    [
        ({"active_from": "2026-03-04T12:00:00Z"}, "cde"),
        ({"active_until": "2026-03-04T12:00:00Z"}, "ab"),
        ({"active_from": "2026-03-04"}, "bcde"),
        ({"active_until": "2026-03-04"}, "abcd"),
        ({"active_from": "2026-03-04", "active_until": "2026-03-04"}, "bcd"),
        ({"active_from": "2026-03-04", "active_until": "2026-03-04T12:00:00.001Z"}, "bc"),
    ],
)
def test_an_event_rule_matches_events_in_its_active_time(
    active: dict[str, Any], expected: str
) -> None:
    events = visits("2026-03-03T23:59:59.999Z", 2, 2.5, 2.75, 3)
    if "active_until" not in active or len(active) == 2:
        events[0] = visit(0, "a")
    found = score(rules({**VISIT, **active}), events, 100)
    assert "".join(line.event_id or "" for line in found.contributions) == expected


def test_a_lead_rule_holds_only_in_its_active_time() -> None:
    boss = {"id": "boss", "lead": {"role": ["boss"]}, "points": 5}
    active = {"active_from": "2026-03-04", "active_until": "2026-03-05"}
    made = rules({**boss, **active}, hot=5)
    times: list[Time] = [instant(2) - MS, 2, instant(4) - MS, 4]
    assert totals(made, [], times, {"role": "boss"}) == [0, 5, 5, 0]
    found = [score(made, [], at, {"role": "boss"}).next_change_at for at in (0, 2, 3, 4)]
    assert found == [instant(2), instant(4), instant(4), None]
    assert totals(rules({**boss, "active_from": "2026-03-04"}), [], [1, 9], {"role": "boss"}) == [
        *(0, 5)
    ]


def test_counting_starts_with_the_active_time() -> None:
    made = {**VISIT, "award": {"every": 2}, "active_from": instant(1).isoformat()}
    assert totals(rules(made), visits(0, 1, 2), [1, 2]) == [0, 10]


# --- bots -------------------------------------------------------------------------------


def test_each_rule_says_for_itself_whether_bots_count() -> None:
    made = rules(VISIT, {**VISIT, "id": "all", "points": 1, "humans_only": False})
    assert lines(score(made, [bot(0), visit(1)], 1)) == [("all", 1), ("visit", 10), ("all", 1)]
