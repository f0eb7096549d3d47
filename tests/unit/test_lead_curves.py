"""The curve of a lead: its points are the forecast, and the line between them is near the score."""

from bisect import bisect_left
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from card_views import (
    FORM,
    NOON,
    card,
    forecast,
    happened,
    made,
    random_lead,
    view_of,
)
from hotlist.cards import curve
from hotlist.cards.ahead import NextChange
from hotlist.events.times import MILLISECOND, cut
from hotlist.events.vocabulary import Route
from hotlist.leads import classify
from hotlist.leads.profile import facts_at
from hotlist.scoring import course, engine
from hotlist.scoring.ruleset import Ruleset
from scoring import rules

SEEDS: Final = st.integers(0, 2**32)
DAY: Final = timedelta(days=1)
VISIT: Final = {"id": "visit", "event": "page_viewed", "points": 10, "title": {"pl": "Wizyta"}}
ASK: Final = {"id": "ask", "event": "contact_requested", "points": 20, "override": "hot"}
LASTING: Final = {**ASK, "lasts": "14d"}


@settings(max_examples=20)
@given(SEEDS)
def test_the_curve_is_the_forecast(seed: int) -> None:
    view, ruleset, now = random_lead(seed)
    if view.profile is None:
        return
    drawn = card(view, ruleset, now).curve
    assert drawn is not None
    instants = [point.at for point in drawn.points]
    assert instants == sorted(set(instants))
    assert len(instants) <= curve.MOST_POINTS
    assert now - curve.BACK <= instants[0] <= instants[-1] <= now + curve.AHEAD
    events = view.profile.events
    for point in drawn.points:
        known = [event for event in events if event.occurred_at <= point.at]
        facts, _ = facts_at(known, point.at, classify.channel)
        then = engine.forecast(ruleset, facts, events, point.at)
        assert (point.total, point.temperature) == (then.total, then.temperature), point.at
    (present,) = [point for point in drawn.points if point.at == drawn.present]
    assert (present.total, present.temperature) == (view.lead.total, view.lead.temperature)


def test_a_curve_has_the_instants_at_which_something_jumps() -> None:
    drawn = made(rules(VISIT, hot=20, warm=10), *(happened("page_viewed", n) for n in (1, 8))).curve
    totals = {point.at: point.total for point in drawn.points}
    for days, total in ((1, 20), (8, 10)):
        assert totals[NOON - days * DAY] == total
        assert totals[NOON - days * DAY - MILLISECOND] == total - 10
    assert (drawn.warm, drawn.hot) == (10, 20)
    assert drawn.points[0].at == NOON - 40 * DAY
    assert drawn.points[-1].at == NOON + 30 * DAY


LAPSING: Final = (
    {**VISIT, "points": 50, "lasts": "12d"},
    {"id": "seminar", "event": "webinar_registered", "points": 30, "lasts": "20d"},
)


@pytest.mark.parametrize("days", [0.5, 60])
def test_what_lapses_is_a_fall_at_its_instant(days: float) -> None:
    came = happened("page_viewed", days), happened("webinar_registered", days - 0.1)
    drawn = made(rules(*LAPSING), *came).curve
    totals = {point.at: point.total for point in drawn.points}
    for lasts, before, total in ((12, 80, 30), (19.9 + 0.2, 30, 0)):
        at = cut(NOON - days * DAY + lasts * DAY)
        assert (totals[at - MILLISECOND], totals[at]) == (before, total)


def test_the_largest_jumps_come_first_where_there_are_too_many() -> None:
    many = [happened("page_viewed", 40 * n / 500 + 0.01, event_id=str(n)) for n in range(500)]
    big = {"id": "big", "event": "demo_requested", "points": 70, "lasts": "3d"}
    asked = [happened("demo_requested", n) for n in (31.3, 11.7)]
    drawn = made(rules(VISIT, big), *many, *asked).curve
    assert len(drawn.points) == curve.MOST_POINTS
    found = {point.at for point in drawn.points}
    for one in asked:
        for at in (one.occurred_at, one.occurred_at + 3 * DAY):
            assert {cut(at) - MILLISECOND, cut(at)} <= found


def drawn_at(drawn: curve.Curve, at: Any) -> float:
    """Where the drawn line is at an instant."""
    place = max(1, bisect_left([point.at for point in drawn.points], at))
    before, after = drawn.points[place - 1], drawn.points[min(place, len(drawn.points) - 1)]
    passed: float = (at - before.at) / max(after.at - before.at, MILLISECOND)
    return before.total + (after.total - before.total) * passed


def farthest(view: Any, ruleset: Ruleset, drawn: curve.Curve, random: Random) -> float:
    """How far the line is from the score at most, at some instants."""
    first, last = drawn.points[0].at, drawn.points[-1].at
    most = 0.0
    for _ in range(40):
        at = cut(first + (last - first) * random.random())
        if first <= at <= last:
            score = forecast(view.profile, ruleset, at)
            most = max(most, abs(drawn_at(drawn, at) - score.total))
    return most


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_line_between_points_is_near_the_score(seed: int) -> None:
    view, ruleset, now = random_lead(seed)
    drawn = card(view, ruleset, now).curve
    if drawn is None or len(drawn.points) == curve.MOST_POINTS:
        return
    totals = [point.total for point in drawn.points]
    bound = max(5, 0.1 * (max(totals) - min(totals)))
    assert farthest(view, ruleset, drawn, Random(seed)) <= bound


FADING: Final[dict[str, Any]] = {
    "half_life": {"half_life": "9d"},
    "linear": {"linear": "20d"},
    "lose": {"lose": 9, "every": "5d"},
    "steps": {"steps": {"3d": "70%", "21d": 5}},
    "floor": {"half_life": "4d", "floor": 12},
}


@pytest.mark.parametrize("fading", FADING)
@pytest.mark.parametrize("most", [None, 45])
def test_a_line_follows_what_fades_and_what_is_bounded(fading: str, most: int | None) -> None:
    group = {"decay": FADING[fading]} | ({} if most is None else {"max": most})
    silence = {"id": "quiet", "event": "activity", "inactive": "17d", "points": -8, "group": "g"}
    boss = {"id": "boss", "lead": {"role": ["boss"]}, "points": 20}
    ruleset = rules(
        {**VISIT, "points": 30, "group": "g"}, silence, boss, groups={"g": group, "fit": {}}
    )
    said = happened("form_submitted", 33, properties={"role": "boss"}, expires_at=NOON + 8 * DAY)
    reset = happened("score_reset", 19, route=Route.OPERATOR, properties={"group": "g"})
    events = [FORM, said, reset, *(happened("page_viewed", n) for n in (2, 7, 24, 37))]
    view = view_of(events, ruleset, NOON)
    drawn = card(view, ruleset, NOON).curve
    assert drawn is not None
    assert len(drawn.points) < curve.MOST_POINTS
    assert farthest(view, ruleset, drawn, Random(7)) <= 1.5


def test_a_curve_ends_with_its_lead_and_begins_at_most_ninety_days_ago() -> None:
    ends = NOON + 3 * DAY
    old = happened("page_viewed", 200, expires_at=ends)
    ruleset = rules(VISIT)
    view = view_of([replace(FORM, expires_at=NOON + DAY), old], ruleset, NOON)
    of = card(view, ruleset, NOON)
    assert of.curve is not None
    assert of.curve.points[0].at == NOON - curve.BACK
    assert of.curve.points[-1].at == ends - MILLISECOND
    assert of.next == NextChange(ends)


def test_a_card_asks_for_sixty_scores_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(name: str, real: Any) -> Any:
        def call(*given: Any) -> Any:
            asked.append(name)
            return real(*given)

        return call

    monkeypatch.setattr(engine, "score", counted("score", engine.score))
    monkeypatch.setattr(course.Course, "point", counted("point", course.Course.point))
    touch = {"source": "x"}
    ends = [
        happened("page_viewed", n / 7, properties=touch, expires_at=NOON + (n + 1) * DAY / 9)
        for n in range(300)
    ]
    ruleset = rules(VISIT, hot=2_900)
    view = view_of([FORM, *ends], ruleset, NOON)
    asked.clear()
    card(view, ruleset, NOON)
    assert 20 < len(asked) <= 60
