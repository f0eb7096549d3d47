"""What changes next of a lead, as its card says it: true, and the first."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from card_views import NOON, card, forecast, happened, made, random_lead, view_of
from hotlist.cards import ahead, eras
from hotlist.cards.ahead import NextChange
from hotlist.events.event import Event
from hotlist.events.times import MILLISECOND, cut
from hotlist.events.vocabulary import Route
from hotlist.leads.lead import Temperature
from scoring import rules

SEEDS: Final = st.integers(0, 2**32)
DAY: Final = timedelta(days=1)
VISIT: Final = {"id": "visit", "event": "page_viewed", "points": 10, "title": {"pl": "Wizyta"}}
ASK: Final = {"id": "ask", "event": "contact_requested", "points": 20, "override": "hot"}
LASTING: Final = {**ASK, "lasts": "14d"}


@settings(max_examples=40)
@given(SEEDS)
def test_the_next_change_is_one_and_the_first(seed: int) -> None:
    view, ruleset, now = random_lead(seed)
    if view.profile is None or view.score is None:
        return
    profile, change = view.profile, card(view, ruleset, now).next
    assert change is not None, "every lead of these cases ends one day"
    if change.temperature is None:
        assert change.at == profile.ends_at
    else:
        then = forecast(profile, ruleset, change.at)
        assert (then.temperature, then.total) == (change.temperature, change.total)
        assert change.temperature is not view.lead.temperature
    span = change.at - cut(now) - MILLISECOND
    for part in (0.01, 0.2, 0.5, 0.8, 1):
        at = cut(now + span * part)
        if at < change.at and (profile.ends_at is None or at < profile.ends_at):
            assert forecast(profile, ruleset, at).temperature is view.lead.temperature, at


def test_a_fact_that_ends_is_a_change_too() -> None:
    boss = {"id": "boss", "lead": {"role": ["boss"]}, "points": 30}
    said = happened("form_submitted", 1, properties={"role": "boss"}, expires_at=NOON + 2 * DAY)
    of = made(rules(boss, hot=30), said)
    assert of.lead.temperature is Temperature.HOT
    assert of.next == NextChange(NOON + 2 * DAY, Temperature.COLD, 0)


def test_an_override_that_lapses_is_a_change() -> None:
    of = made(rules(LASTING, hot=100), happened("contact_requested", 1))
    assert of.next == NextChange(NOON + 13 * DAY, Temperature.COLD, 0)
    assert of.override == "ask"


def touched(days: float, **said: Any) -> Event:
    """A visit by a link, kept for ninety days."""
    came = happened("page_viewed", days, route=Route.BEACON, properties=said)
    return replace(came, expires_at=came.received_at + 90 * DAY)


ADS: Final = {"id": "ads", "lead": {"channel": ["paid_search"]}, "points": 40}


@pytest.mark.parametrize("visits", [3, 7, 80])
def test_facts_that_end_one_after_the_other_use_no_scores_up(visits: int) -> None:
    by_ad = {"source": "google", "medium": "cpc"}
    came = [touched(10 + n / 2, **by_ad) for n in range(visits)]
    of = made(rules(ADS, hot=40), *came)
    assert of.lead.temperature is Temperature.HOT
    assert of.next == NextChange(NOON + 80 * DAY, Temperature.COLD, 0)


def test_what_no_rule_asks_for_may_end_as_often_as_it_likes() -> None:
    came = [touched(n, source=str(n)) for n in range(1, 80)]
    of = made(rules(LASTING, hot=100), *came, happened("contact_requested", 1))
    assert of.next == NextChange(NOON + 13 * DAY, Temperature.COLD, 0)


def orders(count: int) -> list[Event]:
    """Orders of which one ends each day."""
    return [
        happened(
            "order_completed",
            90 - n,
            route=Route.SERVER,
            properties={"order_id": str(n)},
            expires_at=NOON + (n + 1) * DAY,
        )
        for n in range(count)
    ]


def test_what_was_not_looked_at_is_not_told() -> None:
    loyal = {"id": "loyal", "lead": {"orders": [{"numeric": [">=", 2]}]}, "points": 30}
    of = made(rules(loyal, hot=30), *orders(5))
    assert of.next == NextChange(NOON + 4 * DAY, Temperature.COLD, 0)
    of = made(rules(loyal, hot=30), *orders(40))
    assert of.next == NextChange(NOON + (ahead.MOST_SCORES + 1) * DAY, is_sure=False)


def test_a_lead_of_very_many_facts_costs_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eras, "MOST_TAKEN", 200)
    came = [touched(10 + n / 9, source="google", medium="cpc") for n in range(50)]
    change = made(rules(ADS, hot=40), *came).next
    assert not change.is_sure
    assert NOON + 74 * DAY < change.at < NOON + 80 * DAY


ASKING: Final = (
    {**ADS, "points": 30},
    {"id": "spring", "lead": {"first_touch": {"campaign": ["spring"]}}, "points": 15},
    {"id": "boss", "lead": {"role": ["boss"]}, "points": 25},
    {"id": "loyal", "lead": {"orders": [{"numeric": [">=", 2]}]}, "points": 10},
    {"id": "agreed", "lead": {"consents": ["email"]}, "points": 5},
    {**VISIT, "points": 2, "lasts": "60d"},
)
"""Rules that ask for what lasts as long as other events do."""


def of_facts(random: Random) -> list[Event]:
    """The events of a lead whose facts rest on many of them."""
    found = [
        happened(
            "form_submitted",
            random.uniform(0, 300),
            email="ada@example.org",
            properties={"role": random.choice(["boss", "x"]), "consents": {"email": "1"}},
        )
        for _ in range(random.randint(1, 3))
    ]
    found = [replace(one, expires_at=one.received_at + 396 * DAY) for one in found]
    for _ in range(random.randint(1, 20)):
        found.append(
            touched(
                random.uniform(0, 89),
                source=random.choice(["google", "news"]),
                medium=random.choice(["cpc", "email"]),
                campaign=random.choice(["spring", "fall"]),
            )
        )
    found += random.sample(orders(8), random.randint(0, 3))
    if random.random() < 0.3:
        ended = happened("unsubscribed", random.uniform(0, 200), route=Route.LINK)
        found.append(replace(ended, expires_at=NOON + random.uniform(1, 99) * DAY))
    return [
        replace(one, occurred_at=cut(one.occurred_at), received_at=cut(one.received_at))
        for one in found
    ]


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_what_is_told_of_the_time_ahead_is_true(seed: int) -> None:
    ruleset = rules(*ASKING, hot=50, warm=25)
    view = view_of(of_facts(Random(seed)), ruleset, NOON)
    change, profile = card(view, ruleset, NOON).next, view.profile
    assert profile is not None
    assert change is not None
    ends = {one.expires_at for one in profile.events if one.expires_at is not None}
    ends |= {one.occurred_at + 60 * DAY for one in profile.events}
    for at in sorted({one for end in ends for one in (end - MILLISECOND, end)}):
        if NOON < at < change.at:
            assert forecast(profile, ruleset, at).temperature is view.lead.temperature, at
    if change.temperature is not None:
        then = forecast(profile, ruleset, change.at)
        assert (then.temperature, then.total) == (change.temperature, change.total)
        assert change.temperature is not view.lead.temperature
    elif change.is_sure:
        assert change.at == profile.ends_at
