"""Section 4: events that give points only where another one is missing."""

from typing import Any

import pytest

from scoring import (
    MS,
    Time,
    adjusted,
    awarded,
    event,
    instant,
    lines,
    reset,
    rules,
    score,
    totals,
    visit,
)

IGNORED = {
    "id": "ignored",
    "event": "email_delivered",
    "points": -10,
    "unless": {"event": "email_clicked", "within": "3d", "same": "message_id"},
}


def mail(at: Time, event_id: str = "", **properties: Any) -> Any:
    return event("email_delivered", at, event_id, properties=properties)


def click(at: Time, event_id: str = "", **properties: Any) -> Any:
    return event("email_clicked", at, event_id, properties=properties)


def test_the_example() -> None:
    made, sent = rules(IGNORED), mail(0, message_id="m")
    assert totals(made, [sent], [0, instant(3) - MS, 3]) == [0, 0, -10]
    assert totals(made, [sent, click(1, message_id="m")], [3]) == [0]
    assert totals(made, [sent, click(1, message_id="n")], [3]) == [-10]


@pytest.mark.parametrize(
    ("at", "event_id", "expected"),
    [
        (instant(3) - MS, "", 0),
        (3, "", -10),  # not less than three days later
        (0, "z", 0),  # at the same time and after it in order
        (0, "a", -10),  # at the same time and before it
        (instant(0) - MS, "", -10),
        (5, "", -10),
    ],
)
def test_only_what_follows_it_less_than_so_much_later_counts(
    at: Time, event_id: str, expected: int
) -> None:
    events = [mail(0, "m", message_id="m"), click(at, event_id, message_id="m")]
    assert totals(rules(IGNORED), events, [6]) == [expected]


def test_the_event_is_matched_from_then_on_at_that_instant_and_stays() -> None:
    made = rules({**IGNORED, "decay": {"half_life": "1d"}})
    found = score(made, [mail(0, "m", message_id="m"), click(4, message_id="m")], 4)
    (line,) = found.contributions
    assert (line.event_id, line.at, line.raw, line.decayed) == ("m", instant(3), -10, -5)


def test_its_age_and_its_end_are_counted_from_then_on() -> None:
    made = rules({**IGNORED, "lasts": "2d"}, retention="10d")
    assert totals(made, [mail(0, message_id="m")], [3, instant(5) - MS, 5]) == [-10, -10, 0]
    kept = rules(IGNORED, retention="10d")  # but retention is that of the event itself
    assert totals(kept, [mail(0, message_id="m")], [instant(10) - MS, 10]) == [-10, 0]
    expiring = event("email_delivered", 0, expires_at=instant(3), properties={"message_id": "m"})
    assert totals(kept, [expiring], [2, 3]) == [0, 0]


@pytest.mark.parametrize(
    ("sent", "clicked", "expected"),
    [
        ({"message_id": 1}, {"message_id": 1.0}, 0),
        ({"message_id": 1}, {"message_id": "1"}, -10),
        ({"message_id": 1}, {"message_id": True}, -10),
        ({}, {}, -10),
        ({"message_id": None}, {"message_id": None}, -10),
        ({"message_id": {"a": 1, "b": 2}}, {"message_id": {"b": 2, "a": 1}}, 0),
    ],
)
def test_a_missing_property_equals_nothing(
    sent: dict[str, Any], clicked: dict[str, Any], expected: int
) -> None:
    assert totals(rules(IGNORED), [mail(0, **sent), click(1, **clicked)], [3]) == [expected]


def test_without_same_any_such_event_counts() -> None:
    made = rules({**IGNORED, "unless": {"event": "email_clicked", "within": "3d"}})
    assert totals(made, [mail(0, message_id="m"), click(1)], [3]) == [0]
    assert totals(made, [mail(0)], [3]) == [-10]


def test_where_of_the_absence() -> None:
    unless = {"event": "email_clicked", "where": {"link": ["buy"]}, "within": "3d"}
    made = rules({**IGNORED, "unless": unless})
    assert totals(made, [mail(0), click(1, link="other")], [3]) == [-10]
    assert totals(made, [mail(0), click(1, link="other"), click(2, link="buy")], [3]) == [0]


def test_an_absence_is_of_activity_where_it_names_no_event() -> None:
    made = rules({**IGNORED, "unless": {"where": {"p": ["x"]}, "within": "3d"}})
    bounced = event("email_bounced", 1, properties={"p": "x"})
    assert totals(made, [mail(0), bounced], [3]) == [-10]
    assert totals(made, [mail(0), bounced, visit(2, p="x")], [3]) == [0]


def test_a_follower_that_is_gone_is_as_if_it_had_never_been() -> None:
    made = rules(IGNORED, retention="396d")
    clicked = event("email_clicked", 1, expires_at=instant(6), properties={"message_id": "m"})
    sent = mail(0, message_id="m")
    assert totals(made, [sent, clicked], [instant(6) - MS, 6]) == [0, -10]
    first = event("email_clicked", 1, "c", expires_at=instant(8), properties={"message_id": "m"})
    assert totals(made, [sent, clicked, first], [6, instant(8) - MS, 8]) == [0, 0, -10]
    flagged = event("email_clicked", 1, flags=frozenset({"bot"}), properties={"message_id": "m"})
    assert totals(made, [sent, flagged], [3]) == [-10]
    assert totals(rules({**IGNORED, "humans_only": False}), [sent, flagged], [3]) == [0]


def test_its_place_for_latest_and_its_day() -> None:
    unless = {"event": "email_clicked", "within": "36h"}
    made = {**IGNORED, "points": 1, "unless": unless}
    sent = [mail(0.25, "a"), mail(0.625, "b")]  # known at days 1.75 and 2.125
    assert awarded(rules({**made, "award": "per_day"}), sent) == "ab"
    together = [mail(0.25, "a"), mail(0.375, "b")]  # 1.75 and 1.875
    assert awarded(rules({**made, "award": "per_day"}), together) == "a"
    latest = rules({**made, "award": "latest"})
    assert [awarded(latest, sent, at) for at in (1.5, 1.75, 2, 2.125)] == ["", "a", "a", "b"]
    counted = rules({**made, "award": {"at_count": 2, "within": "day"}})
    assert (awarded(counted, sent), awarded(counted, together)) == ("", "b")


ALONE = {"id": "viewed", "event": "page_viewed", "points": 5}
UNLESS = {**ALONE, "unless": {"event": "unsubscribed"}}


def test_without_within_any_such_event_takes_all_before_and_after() -> None:
    made = rules(UNLESS)
    assert totals(made, [visit(1), visit(3)], [3]) == [10]
    for at in (0, 1, 2, 3):
        assert totals(made, [visit(1), event("unsubscribed", at), visit(3)], [4]) == [0]
    events = [visit(1), event("unsubscribed", 2), visit(3)]
    assert totals(made, events, [1, 2, 3]) == [5, 0, 0]


def test_what_is_gone_gives_back() -> None:
    made = rules(UNLESS)
    gone = event("unsubscribed", 2, expires_at=instant(4))
    assert totals(made, [visit(1), visit(3), gone], [1, 2, 3, 4]) == [5, 0, 0, 10]
    again = event("unsubscribed", 5)
    assert totals(made, [visit(1), visit(3), gone, again], [4, 5]) == [10, 0]
    blocked_early = [event("unsubscribed", 0, expires_at=instant(2)), visit(1), visit(3)]
    assert totals(made, blocked_early, [1, 2, 3]) == [0, 5, 10]
    (first, _) = score(made, blocked_early, 3).contributions
    assert first.at == instant(1)


def test_what_blocks_all_may_itself_be_a_matched_one() -> None:
    made = rules({**ALONE, "unless": {"event": ["page_viewed"], "where": {"p": ["x"]}}})
    assert totals(made, [visit(0), visit(1, p="x")], [0, 1]) == [5, 0]


@pytest.mark.parametrize("ending", [reset(2), adjusted(2, set=0, group="engagement")])
def test_only_what_counts_after_the_last_reset_of_the_group_is_looked_at(ending: Any) -> None:
    events = [event("unsubscribed", 1), ending, visit(3)]
    assert totals(rules(UNLESS), events, [3]) == [5]
    assert totals(rules(UNLESS), [*events, event("unsubscribed", 2.5)], [3]) == [0]
    assert totals(
        rules(UNLESS), [event("unsubscribed", 1), reset(2, group="fit"), visit(3)], [3]
    ) == [0]


def test_a_reset_takes_what_waits_for_its_absence() -> None:
    sent = [mail(0, message_id="m"), reset(1), mail(2, message_id="n")]
    assert totals(rules(IGNORED), sent, [3, 5]) == [0, -10]


def test_an_absence_looks_outside_of_the_active_time_too() -> None:
    active = {"active_from": instant(2).isoformat(), "active_until": instant(4).isoformat()}
    made = rules({**UNLESS, **active})
    assert totals(made, [visit(1), visit(3), visit(5)], [5]) == [5]
    for at in (1, 5):
        assert totals(made, [visit(3), event("unsubscribed", at)], [6]) == [0]
    waiting = rules({**IGNORED, **active})
    events = [mail(3, message_id="m"), click(5, message_id="m")]
    assert totals(waiting, events, [6]) == [0]
    assert totals(waiting, events[:1], [6]) == [-10]  # matched in time, known on day 6
    assert lines(score(waiting, [mail(1, message_id="m")], 6)) == []
