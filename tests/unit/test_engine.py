"""The score, its explanation, its next change and the alert table."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlist.events import BOT, INTERNAL, SPAM, Event
from hotlist.leads import Alerting, Stage, Temperature
from hotlist.scoring import engine, ruleset

DAY0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MILLISECOND = timedelta(milliseconds=1)


def rules(*made: dict[str, Any], hot: Any = 40, **top: Any) -> ruleset.Ruleset:
    return ruleset.from_checked(
        {"temperature": {"warm": 20, "hot": hot, "rearm": 10}, "rules": list(made), **top}
    )


def event(event_type: str, day: float = 0, **changes: Any) -> Event:
    fields: dict[str, Any] = {
        "event_id": f"{event_type}-{day}",
        "type": event_type,
        "occurred_at": DAY0 + day * DAY,
    }
    return Event(**(fields | changes))


PRICING = {"id": "pricing", "event": "page_viewed", "points": 15, "max": 45}
FADING = {"groups": {"fit": {}, "engagement": {"max": 50, "decay": {"half_life": "30d"}}}}


@pytest.mark.parametrize(("day", "total"), [(0, 45), (30, 45), (60, 38), (90, 19)])
def test_caps_hold_after_decay(day: int, total: int) -> None:
    visits = [event("page_viewed", event_id=str(n)) for n in range(10)]
    assert engine.score(rules(PRICING, **FADING), {}, visits, DAY0 + day * DAY).total == total


def test_the_next_change_is_exact_to_the_millisecond() -> None:
    made = rules(PRICING, {"id": "click", "event": "element_clicked", "points": 20}, **FADING)
    events = [event("page_viewed", event_id=str(n)) for n in range(3)] + [event("element_clicked")]
    score = engine.score(made, {}, events, DAY0)
    assert (score.total, score.temperature) == (50, Temperature.HOT)
    expected = timedelta(days=21, hours=13, minutes=22, seconds=10, milliseconds=338)
    assert score.next_change_at == DAY0 + expected


def test_the_newest_lines_lose_what_a_cap_takes() -> None:
    made = rules(
        {"id": "visit", "event": "page_viewed", "points": 15, "max": 40},
        {"id": "click", "event": "element_clicked", "points": 20},
        groups={"fit": {}, "engagement": {"max": 50}},
    )
    events = [event("page_viewed", day) for day in (0, 1, 2)] + [event("element_clicked", 3)]
    score = engine.score(made, {}, events, DAY0 + 4 * DAY)
    assert [line.points for line in score.contributions] == [15, 15, 10, 10]
    assert [line.lost for line in score.contributions] == [0, 0, 5, 10]


@pytest.mark.parametrize(("points", "total"), [("0.5", 1), ("-0.5", 0), ("-1.5", -1)])
def test_halves_are_rounded_up(points: str, total: int) -> None:
    made = rules({"id": "visit", "event": "page_viewed", "points": Decimal(points)})
    score = engine.score(made, {}, [event("page_viewed")], DAY0)
    assert (score.total, score.exact) == (total, Decimal(points))


def test_lead_rules_ignore_letter_case_and_where_does_not() -> None:
    made = rules(
        {"id": "boss", "lead": {"role": ["Director"]}, "points": 5},
        {"id": "page", "event": "page_viewed", "where": {"page_path": ["/A"]}, "points": 3},
    )
    seen = [event("page_viewed", properties={"page_path": "/a"})]
    assert engine.score(made, {"role": "DIRECTOR"}, seen, DAY0).total == 5


def test_once_is_given_for_the_first_event_that_is_there() -> None:
    made = rules({"id": "visit", "event": "page_viewed", "points": 7, "award": "once"})
    events = [event("page_viewed", day) for day in (0, 300)]
    early = engine.score(made, {}, events, DAY0 + 395 * DAY)
    late = engine.score(made, {}, events, DAY0 + 396 * DAY)
    assert [line.event_id for line in early.contributions] == ["page_viewed-0"]
    assert [line.event_id for line in late.contributions] == ["page_viewed-300"]


def test_an_override_decides_while_its_award_lasts() -> None:
    made = rules({"id": "ask", "event": "contact_requested", "override": "hot", "lasts": "14d"})
    asked = [event("contact_requested")]
    score = engine.score(made, {}, asked, DAY0)
    assert (score.temperature, score.override, score.total) == (Temperature.HOT, "ask", 0)
    assert score.next_change_at == DAY0 + 14 * DAY
    later = engine.score(made, {}, asked, DAY0 + 14 * DAY)
    assert (later.temperature, later.override) == (Temperature.COLD, None)


def test_the_first_override_in_the_file_wins() -> None:
    made = rules(
        {"id": "student", "lead": {"role": ["student"]}, "override": "cold"},
        {"id": "ask", "event": "contact_requested", "override": "hot"},
    )
    asked = [event("contact_requested")]
    score = engine.score(made, {"role": "student"}, asked, DAY0)
    assert (score.temperature, score.override) == (Temperature.COLD, "student")


@pytest.mark.parametrize("flag", [SPAM, INTERNAL, BOT])
def test_flagged_events_give_nothing(flag: str) -> None:
    score = engine.score(rules(PRICING), {}, [event("page_viewed", flags={flag})], DAY0)
    assert score.total == 0


def test_an_event_counts_until_it_expires_or_is_too_old() -> None:
    made = rules(PRICING, retention="30d")
    old = event("page_viewed")
    gone = event("page_viewed", 1, expires_at=DAY0 + 5 * DAY)
    totals = [
        engine.score(made, {}, [old, gone], DAY0 + at).total
        for at in (2 * DAY, 5 * DAY - MILLISECOND, 5 * DAY, 30 * DAY - MILLISECOND, 30 * DAY)
    ]
    assert totals == [30, 30, 15, 15, 0]


def test_an_event_ahead_counts_from_its_time_on() -> None:
    made = rules({"id": "ask", "event": "contact_requested", "points": 50})
    score = engine.score(made, {}, [event("contact_requested", 2)], DAY0)
    assert (score.total, score.next_change_at) == (0, DAY0 + 2 * DAY)


def test_minimums_of_groups_are_all_needed() -> None:
    made = rules(
        {"id": "boss", "lead": {"role": ["cto"]}, "points": 10},
        PRICING,
        hot={"fit": 10, "total": 25},
    )
    visit = [event("page_viewed")]
    assert engine.score(made, {"role": "cto"}, visit, DAY0).temperature is Temperature.HOT
    twice = [event("page_viewed", event_id=str(n)) for n in range(3)]
    assert engine.score(made, {}, twice, DAY0).temperature is Temperature.WARM


def test_a_suspended_lead_has_no_score() -> None:
    score = engine.score(rules(PRICING), {"suspended": True}, [event("page_viewed")], DAY0)
    assert (score.total, score.stage, score.contributions) == (0, Stage.SUSPENDED, ())


@pytest.mark.parametrize(
    ("types", "stage"),
    [
        (["page_viewed"], Stage.AWARENESS),
        (["webinar_attended", "form_submitted"], Stage.CONSIDERATION),
        (["contact_requested", "page_viewed"], Stage.INTENT),
        (["order_completed"], Stage.CUSTOMER),
        (["order_completed", "sales_rejected"], Stage.REJECTED),
        (["sales_rejected", "form_submitted"], Stage.REJECTED),
        (["sales_rejected", "demo_requested"], Stage.INTENT),
    ],
)
def test_the_stage_is_the_furthest_reached(types: list[str], stage: Stage) -> None:
    events = [event(name, day) for day, name in enumerate(types)]
    assert engine.score(rules(PRICING), {}, events, DAY0 + 9 * DAY).stage is stage


@pytest.mark.parametrize(
    ("domain", "points"),
    [("gmail.com", -5), ("GMAIL.com.", -5), ("mail.wp.pl", -5), ("acme.example", 0)],
)
def test_the_class_of_an_address_is_known_to_rules(domain: str, points: int) -> None:
    made = rules({"id": "private", "lead": {"email_class": ["freemail"]}, "points": -5})
    assert engine.score(made, {"email_domain": domain}, [], DAY0).total == points


def test_reasons_are_the_rules_that_gave_most() -> None:
    made = rules(
        {"id": "a", "lead": {"x": [1]}, "points": 5},
        {"id": "b", "lead": {"x": [1]}, "points": 9},
        {"id": "c", "lead": {"x": [1]}, "points": 5},
        {"id": "d", "lead": {"x": [1]}, "points": 1},
        {"id": "e", "lead": {"x": [1]}, "points": -9},
    )
    reasons = engine.score(made, {"x": 1}, [], DAY0).reasons
    assert [reason.rule for reason in reasons] == ["b", "a", "c"]


# --- alerts -----------------------------------------------------------------------------


def look(total: int, alerting: Alerting, now: datetime = DAY0) -> engine.Look:
    made = rules({"id": "fact", "lead": {"x": [1]}, "points": total}, hot=150)
    return engine.look(made, {"x": 1}, [], now, alerting)


@pytest.mark.parametrize(
    ("totals", "alerts"),
    [
        ([149, 151, 160], 1),
        ([150, 140, 151], 2),
        ([150, 141, 151], 1),
        ([151, 151], 1),
        ([0, 139], 0),
    ],
)
def test_alerts_are_crossings_with_a_margin(totals: list[int], alerts: int) -> None:
    alerting, crossed = Alerting(), 0
    for total in totals:
        seen = look(total, alerting)
        alerting, crossed = seen.alerting, crossed + seen.crossed
    assert crossed == alerts


def test_a_lead_that_cooled_unseen_is_armed() -> None:
    seen = look(151, Alerting(armed=False, rearms_at=DAY0), DAY0)
    assert seen.crossed
    assert not look(151, Alerting(armed=False, rearms_at=DAY0 + MILLISECOND), DAY0).crossed


def test_rearms_at_is_the_first_instant_at_which_the_lead_has_cooled() -> None:
    made = rules({"id": "v", "event": "page_viewed", "points": 40, "decay": {"half_life": "10d"}})
    visit = [event("page_viewed")]
    seen = engine.look(made, {}, visit, DAY0, Alerting())
    assert seen.crossed
    cooled = seen.alerting.rearms_at
    assert cooled is not None
    assert engine.score(made, {}, visit, cooled).total == 30
    assert engine.score(made, {}, visit, cooled - MILLISECOND).total == 31


# --- what must always hold --------------------------------------------------------------

TYPES = ["page_viewed", "element_clicked", "contact_requested", "email_clicked"]
RULESETS = st.builds(
    lambda made, cap: rules(
        *({"id": f"r{n}", **rule} for n, rule in enumerate(made)),
        groups={"fit": {}, "engagement": {"max": cap, "decay": {"half_life": "2d"}}},
    ),
    st.lists(
        st.fixed_dictionaries(
            {"event": st.sampled_from(TYPES), "points": st.integers(-30, 40)},
            optional={
                "max": st.integers(40, 60),
                "award": st.sampled_from(["each", "once"]),
                "decay": st.sampled_from(["none", {"half_life": "1d"}, {"half_life": "5h"}]),
                "lasts": st.sampled_from(["1d", "36h"]),
                "override": st.sampled_from(["hot", "warm", "cold"]),
            },
        ),
        min_size=1,
        max_size=5,
    ),
    st.integers(20, 60),
)
HISTORIES = st.lists(
    st.builds(
        lambda kind, hours, n: event(kind, hours / 24, event_id=f"{kind}{hours}{n}"),
        st.sampled_from(TYPES),
        st.integers(-100, 40),
        st.integers(0, 2),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(RULESETS, HISTORIES)
def test_lines_sum_to_the_score(made: ruleset.Ruleset, events: list[Event]) -> None:
    score = engine.score(made, {}, events, DAY0)
    assert sum(line.points for line in score.contributions) == score.exact
    assert all(line.points + line.lost == line.decayed for line in score.contributions)


@settings(deadline=None)
@given(RULESETS, HISTORIES, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(
    made: ruleset.Ruleset, events: list[Event], random: Any
) -> None:
    shuffled = [*events, *events]
    random.shuffle(shuffled)
    assert engine.score(made, {}, shuffled, DAY0) == engine.score(made, {}, events, DAY0)


@settings(deadline=None, max_examples=50)
@given(RULESETS, HISTORIES)
def test_the_temperature_holds_until_the_next_change(
    made: ruleset.Ruleset, events: list[Event]
) -> None:
    score = engine.score(made, {}, events, DAY0)
    change = score.next_change_at
    end = change or DAY0 + 30 * DAY
    step = max((end - DAY0) / 40, MILLISECOND)
    probes = [DAY0 + n * step for n in range(40)] + [end - MILLISECOND]
    for at in (max(DAY0, probe) for probe in probes):
        if at < end:
            assert engine.score(made, {}, events, at).temperature is score.temperature
    if change is not None:
        assert engine.score(made, {}, events, change).temperature is not score.temperature


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists))
def test_no_property_breaks_a_score(value: object) -> None:
    made = rules({**PRICING, "where": {"page_path": [{"prefix": "/"}, {"numeric": [">", 1]}]}})
    visit = [event("page_viewed", properties={"page_path": value})]
    assert engine.score(made, {"role": value}, visit, DAY0).total in (0, 15)
