"""When a hot lead cools: at the first instant at which a fold would find that it is not hot."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.leads.lead import Lead, Temperature
from hotlist.sales import outlook
from hotlist.sales.outlook import AHEAD, MOST_LOOKS, ahead_of
from hotlist.scoring import engine, ruleset
from hotlist.scoring.check.scoring_file import check_scoring

RULES: Final = ruleset.from_checked(
    check_scoring("""
temperature: {warm: 15, hot: 60}
rules:
  - id: size
    title: Size
    lead: {company_size: [{numeric: [">=", 50]}]}
    points: 40
  - id: role
    title: Role
    lead: {role: [cto]}
    points: 20
  - id: prices
    title: Prices
    event: page_viewed
    points: 30
    max: 60
  - id: asked
    title: Asked
    event: contact_requested
    points: 40
    decay: {half_life: 5d}
  - id: bought
    title: Bought
    lead: {orders: [{numeric: [">=", 1]}]}
    points: 30
  - id: nobody
    title: No role
    lead: {role: [{exists: false}]}
    points: 25
""").source
    or {}
)
NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OF: Final = {
    "form_submitted": Route.FORM,
    "contact_requested": Route.FORM,
    "page_viewed": Route.BEACON,
    "order_completed": Route.SERVER,
    "score_adjusted": Route.OPERATOR,
}


def event(number: int, name: str, left: timedelta, /, ago: timedelta = DAY, **said: Any) -> Event:
    """Something that happened a while ago, and expires when this much time has passed."""
    return Event(
        event_id=f"{number:032x}",
        type=name,
        route=OF[name],
        occurred_at=NOW - ago,
        received_at=NOW - ago,
        expires_at=NOW + left,
        email="ada@example.org",
        properties=said,
    )


def cools_at(*events: Event, is_late: Callable[[], bool] = lambda: False) -> datetime | None:
    ahead = ahead_of(events, RULES)
    profile, score = ahead(NOW)
    lead = Lead(lead_id="1", folded_at=NOW, expires_at=NOW, temperature=score.temperature)
    return outlook.cools_at(lead, profile, score, ahead, is_late)


def is_hot(events: tuple[Event, ...], at: datetime) -> bool:
    profile, score = ahead_of(events, RULES)(at)
    return profile.ends_at is not None and score.temperature is Temperature.HOT


def test_a_lead_cools_when_the_fact_goes_that_keeps_it_hot() -> None:
    size = event(1, "form_submitted", 3 * DAY, company_size=80)
    assert cools_at(size, event(2, "page_viewed", 80 * DAY)) == NOW + 3 * DAY


def test_a_fact_that_goes_need_not_cool_a_lead() -> None:
    size = event(1, "form_submitted", 3 * DAY, company_size=80)
    views = [event(number, "page_viewed", 80 * DAY) for number in (2, 3)]
    assert cools_at(size, *views) is None
    other = event(4, "page_viewed", 5 * DAY)
    assert cools_at(size, views[0], other) == NOW + 5 * DAY
    assert cools_at(size, views[0]) == NOW + 3 * DAY


def test_a_lead_cools_when_its_last_event_goes() -> None:
    assert cools_at(*(event(number, "page_viewed", 2 * DAY) for number in (1, 2))) == NOW + 2 * DAY


def test_an_order_that_goes_may_cool_a_lead() -> None:
    size = event(1, "form_submitted", 300 * DAY, company_size=80, role="cook")
    assert cools_at(size, event(2, "order_completed", 6 * DAY)) == NOW + 6 * DAY


def test_nothing_is_said_of_what_is_far_away_or_takes_too_long() -> None:
    size = event(1, "form_submitted", AHEAD, company_size=80)
    view = event(2, "page_viewed", 80 * DAY)
    assert cools_at(size, view) is None
    near = event(1, "form_submitted", AHEAD - HOUR, company_size=80)
    assert cools_at(near, view) == NOW + AHEAD - HOUR
    assert cools_at(near, view, is_late=lambda: True) is None


def test_no_lead_is_scored_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    views = [event(number, "page_viewed", 80 * DAY) for number in (1, 2)]
    orders = [
        event(10 + number, "order_completed", (number + 1) * HOUR, order_id=str(number))
        for number in range(3 * MOST_LOOKS)
    ]
    looks, score = [], engine.score

    def counted(*given: Any) -> Any:
        looks.append(given)
        return score(*given)

    monkeypatch.setattr(engine, "score", counted)
    assert cools_at(*views, *orders) is None
    assert len(looks) == 1 + MOST_LOOKS


SOME: Final = st.builds(
    lambda name, left, ago, said: (name, left * HOUR, ago * HOUR, said),
    st.sampled_from(sorted(OF)),
    st.integers(1, 12 * 24),
    st.integers(1, 9 * 24),
    st.sampled_from([{}, {"company_size": 80}, {"role": "cto"}, {"company_size": 9}]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(SOME, min_size=2, max_size=7))
def test_a_fold_finds_the_lead_hot_until_it_cools_and_not_then(some: list[Any]) -> None:
    events = tuple(
        event(number, name, left, ago, **(said | ({"add": 9} if name == "score_adjusted" else {})))
        for number, (name, left, ago, said) in enumerate(some)
    )
    at = cools_at(*events)
    if not is_hot(events, NOW):
        assert at is None
        return
    if at is not None:
        assert not is_hot(events, at)
        assert is_hot(events, at - timedelta(milliseconds=1))
    until = at or NOW + AHEAD
    expiries = {one.expires_at for one in events if one.expires_at is not None}
    instants = expiries | {NOW + hours * HOUR for hours in range(6, 192, 12)}
    assert all(is_hot(events, instant) for instant in instants if instant < until)
