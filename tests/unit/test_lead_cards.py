"""The card of a lead: its lines sum to the score, its history is its events, and who said what."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from card_views import ANNA, FORM, NOON, SALES, card, forecast, happened, made, random_lead, view_of
from hotlist.cards.card import Giver, card_of
from hotlist.events.answers import ANSWERS
from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, INTERNAL, SPAM, Route
from hotlist.leads.lead import LeadState, Ownership
from integration.model import histories
from scoring import rules

SEEDS: Final = st.integers(0, 2**32)
DAY: Final = timedelta(days=1)
VISIT: Final = {"id": "visit", "event": "page_viewed", "points": 10, "title": {"pl": "Wizyta"}}
ASK: Final = {"id": "ask", "event": "contact_requested", "points": 20, "override": "hot"}
LASTING: Final = {**ASK, "lasts": "14d"}


# --- points -----------------------------------------------------------------------------------


@settings(max_examples=60)
@given(SEEDS)
def test_the_lines_sum_to_the_score(seed: int) -> None:
    view, ruleset, now = random_lead(seed)
    of = card(view, ruleset, now)
    if view.score is None:
        assert (of.points, of.curve) == ((), None)
        return
    sums = [sum((line.line.points for line in one.lines), Decimal(0)) for one in of.points]
    assert sums == [one.points for one in of.points]
    assert sum(sums, Decimal(0)) == of.exact == view.score.exact
    lines = Counter(line.line for one in of.points for line in one.lines)
    assert lines == Counter(view.score.contributions)
    assert len({(one.giver, one.name) for one in of.points}) == len(of.points)


def test_lines_of_one_rule_stand_together_and_adjustments_say_why() -> None:
    ruleset = rules({**VISIT, "group": "g"}, groups={"g": {"max": 25}})
    pages = {"page_path": "/pricing"}
    visits = [happened("page_viewed", n, properties=pages) for n in (1, 2, 3)]
    by = {"add": 7, "reason": "trade fair", "author": "eve"}
    adjusted = happened("score_adjusted", 4, properties=by, route=Route.OPERATOR)
    of = made(ruleset, *visits, adjusted)
    rule, adjustment = of.points
    assert (rule.giver, rule.name, rule.title, len(rule.lines)) == (
        Giver.RULE,
        "visit",
        "Wizyta",
        3,
    )
    assert [line.line.at for line in rule.lines] == [NOON - n * DAY for n in (1, 2, 3)]
    assert {line.about for line in rule.lines} == {"/pricing"}
    assert (adjustment.giver, adjustment.points) == (Giver.ADJUSTMENT, 7)
    assert [(line.about, line.by) for line in adjustment.lines] == [("trade fair", "eve")]
    assert rule.points + adjustment.points == of.exact == 25


def test_what_a_bound_gives_is_a_line_of_its_own() -> None:
    ruleset = rules({**VISIT, "group": "g"}, groups={"g": {"min": 5}})
    (limit,) = made(ruleset).points
    assert (limit.giver, limit.name, limit.points) == (Giver.LIMIT, "g", 5)


# --- history ----------------------------------------------------------------------------------


@settings(max_examples=60)
@given(SEEDS)
def test_each_event_that_counts_is_told_once(seed: int) -> None:
    view, ruleset, now = random_lead(seed)
    of = card(view, ruleset, now)
    told = Counter(one for episode in of.history.episodes for one in episode.event_ids)
    counting = () if view.profile is None else view.profile.events
    assert told == Counter(event.event_id for event in counting)
    times = [episode.until for episode in of.history.episodes]
    assert times == sorted(times, reverse=True)


@settings(max_examples=40)
@given(SEEDS, st.sampled_from(["tight", "crowd", "months", "few"]))
def test_the_same_holds_for_histories_that_arrive_in_any_order(seed: int, kind: str) -> None:
    random = Random(seed)
    events = histories.history(random, histories.people(random, kind), 40, histories.START)
    ruleset = rules(VISIT, LASTING, {**VISIT, "id": "form", "event": "form_submitted"}, hot=30)
    now = max(event.received_at for event in events) + timedelta(minutes=random.randrange(90_000))
    view = view_of(events, ruleset, now)
    of = card(view, ruleset, now)
    if view.profile is None or view.score is None:
        return
    told = Counter(one for episode in of.history.episodes for one in episode.event_ids)
    words = {event.event_id for event in events if event.type == "event_reclassified"}
    assert told == Counter({*words, *(event.event_id for event in view.profile.events)})
    assert sum((one.points for one in of.points), Decimal(0)) == view.score.exact
    assert of.curve is not None
    for point in of.curve.points[::7]:
        then = forecast(view.profile, ruleset, point.at)
        assert (point.total, point.temperature) == (then.total, then.temperature)


# --- answers, consents, touches, owner ----------------------------------------------------------


def answered(kind: str, days: float, **said: Any) -> Event:
    return happened(kind, days, route=Route.LINK, properties=said)


def test_answers_that_stand_are_told_the_newest_first() -> None:
    won = answered("sales_won", 2, by="ben", value=1200, reason="no_budget")
    taken = answered("sales_contacted", 3, by="anna")
    back = answered("sales_undone", 1, by="anna", event_id=taken.event_id)
    gone = answered("sales_rejected", 4, by="zoe", reason="no_budget", value=5)
    server = happened("sales_meeting", 5, route=Route.SERVER)
    of = made(rules(VISIT), won, taken, back, gone, server)
    told = [(one.said.type, one.by, one.value, one.reason) for one in of.answers]
    assert told == [
        ("sales_won", "Ben Miller", 1200, ""),
        ("sales_rejected", "zoe", None, "no_budget"),
        ("sales_meeting", "", None, ""),
    ]
    kinds = [episode.kind for episode in of.history.episodes]
    assert not {"sales_undone", "sales_contacted"} & {*kinds}


@pytest.mark.parametrize("flag", [SPAM, INTERNAL, BOT])
def test_an_answer_that_is_void_is_not_told(flag: str) -> None:
    void = replace(answered("sales_won", 1), flags=frozenset({flag}))
    assert made(rules(VISIT), void).answers == ()


@pytest.mark.parametrize("value", [True, "12", 10**40, 1e300, float("inf"), float("nan"), [], None])
def test_what_is_no_amount_is_none(value: object) -> None:
    (one,) = made(rules(VISIT), answered("sales_won", 1, value=value)).answers
    assert one.value is None


def test_a_lead_is_put_off_until_its_day_and_no_longer() -> None:
    until = "2026-03-30T22:00:00.000Z"
    ruleset = rules(VISIT)
    view = view_of([FORM, answered("sales_snoozed", 1, until=until)], ruleset, NOON)
    of = card(view, ruleset, NOON)
    assert of.snoozed_until is not None
    assert of.snoozed_until.isoformat() == "2026-03-30T22:00:00+00:00"
    later = card_of(view, sales=SALES, ruleset=ruleset, recipient=ANNA, now=of.snoozed_until)
    assert later.snoozed_until is None


def test_consents_are_those_in_force_and_since_when() -> None:
    both = {"consents": {"email": "1", "phone": "1"}}
    given_ = happened("form_submitted", 9, properties=both, email="ada@example.org")
    ended = happened("unsubscribed", 3, route=Route.LINK)
    of = made(rules(VISIT), given_, ended)
    assert [(one.purpose, one.since) for one in of.consents] == [("phone", NOON - 9 * DAY)]


def test_a_consent_is_in_force_since_the_first_giving_after_the_last_ending() -> None:
    def agreed(days: float) -> Event:
        return happened("form_submitted", days, properties={"consents": {"email": "1"}})

    ended = happened("unsubscribed", 20, route=Route.LINK)
    for events, days in (
        ([agreed(30), agreed(2)], 30),
        ([agreed(30), ended, agreed(9), agreed(2)], 9),
        ([ended, agreed(2)], 2),
    ):
        (one,) = made(rules(VISIT), *events).consents
        assert (one.purpose, one.since) == ("email", NOON - days * DAY)


@pytest.mark.parametrize(
    ("said", "is_void"),
    [
        ({"add": 5}, False),
        ({"set": 5, "group": "fit"}, False),
        ({"add": 5, "group": "unknown"}, True),
        ({"add": 5, "set": 5}, True),
        ({"add": "5"}, True),
        ({"add": 1e9}, True),
        ({"add": 0.12345}, True),
        ({}, True),
    ],
)
def test_a_change_of_points_that_no_line_has_is_void(said: dict[str, Any], is_void: bool) -> None:
    of = made(rules(VISIT), happened("score_adjusted", 1, route=Route.OPERATOR, properties=said))
    assert [one.is_void for one in of.history.episodes] == [is_void, False]
    assert bool(of.points) is not is_void


def test_a_card_has_the_labels_of_its_forms_in_its_readers_language() -> None:
    label = {"en": "How many are you?", "pl": "Ilu was jest?"}
    forms = {"ebook": {"fields": {"size": {"label": label}, "role": {}}}}
    said = {"form": "ebook", "size": 3, "role": "x", "more": "y"}
    ruleset = rules(VISIT)
    view = view_of([happened("form_submitted", 1, properties=said)], ruleset, NOON)
    for language, told in (("pl", "Ilu was jest?"), ("de", "How many are you?")):
        reader = replace(ANNA, language=language)
        of = card_of(view, sales=SALES, ruleset=ruleset, recipient=reader, now=NOON, forms=forms)
        assert of.history.episodes[0].labels == {"size": told, "role": "Role"}


def test_the_touches_are_the_first_and_the_last_with_their_channels() -> None:
    ad = {"source": "google", "medium": "cpc", "campaign": "spring", "landing_page": "https://a.b"}
    mail = {"source": "news", "medium": "email"}
    first = happened("page_viewed", 30, properties=ad, route=Route.BEACON)
    bot = happened("page_viewed", 1, properties={"source": "z"}, flags=frozenset({BOT}))
    of = made(rules(VISIT), first, happened("page_viewed", 2, properties=mail), bot)
    assert of.first_touch is not None
    assert of.last_touch is not None
    assert (of.first_touch.channel, dict(of.first_touch.said)) == ("paid_search", ad)
    assert (of.last_touch.channel, dict(of.last_touch.said)) == ("email", mail)
    assert of.last_touch.at == NOON - 2 * DAY


def test_an_owner_who_has_left_is_the_fallback() -> None:
    ruleset = rules(VISIT)
    view = view_of([FORM], ruleset, NOON)
    for owner, name in (("ben", "Ben Miller"), ("gone", "Anna Kowalska")):
        owned = replace(view, lead=replace(view.lead, ownership=Ownership(owner, "rule")))
        assert card(owned, ruleset, NOON).owner == name
    assert card(view, ruleset, NOON).owner == ""


def test_a_lead_of_which_nothing_counts_has_a_card_that_says_so() -> None:
    ruleset = rules(VISIT)
    view = view_of([replace(FORM, flags=frozenset({SPAM}))], ruleset, NOON)
    of = card(view, ruleset, NOON)
    assert of.lead.state is LeadState.EMPTY
    assert (of.points, of.history.episodes, of.curve, of.next) == ((), (), None, None)


def test_every_answer_has_a_name() -> None:
    for kind in ANSWERS:
        assert len(made(rules(VISIT), answered(kind, 1, by="ben")).answers) == 1
