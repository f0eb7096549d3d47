"""The card of a lead: its lines sum, its curve is the forecast, its history is its events."""

from bisect import bisect_left
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from card_views import ANNA, LEAD, NOON, SALES, card, known_at, random_lead, view_of
from hotlist.cards import ahead, curve, eras
from hotlist.cards.ahead import NextChange
from hotlist.cards.card import Giver, card_of
from hotlist.events.answers import ANSWERS
from hotlist.events.event import Event
from hotlist.events.times import MILLISECOND, cut
from hotlist.events.vocabulary import BOT, INTERNAL, SPAM, Route
from hotlist.leads import classify
from hotlist.leads.lead import LeadState, Ownership, Temperature
from hotlist.leads.profile import facts_at
from hotlist.scoring import course, engine
from hotlist.scoring.ruleset import Ruleset
from integration.model import histories
from scoring import rules

SEEDS: Final = st.integers(0, 2**32)
DAY: Final = timedelta(days=1)
VISIT: Final = {"id": "visit", "event": "page_viewed", "points": 10, "title": {"pl": "Wizyta"}}
ASK: Final = {"id": "ask", "event": "contact_requested", "points": 20, "override": "hot"}
LASTING: Final = {**ASK, "lasts": "14d"}


def happened(kind: str, days: float, **more: Any) -> Event:
    """Something so many days before noon."""
    at = NOON - days * DAY
    fields: dict[str, Any] = {
        "event_id": f"{kind} {days}",
        "type": kind,
        "occurred_at": at,
        "received_at": at,
        "route": Route.FORM,
        "subject": LEAD,
    }
    return Event(**(fields | more))


FORM: Final = happened("form_submitted", 40, email="ada@example.org")


def made(ruleset: Ruleset, *events: Event) -> Any:
    return card(view_of([FORM, *events], ruleset, NOON), ruleset, NOON)


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


# --- the curve --------------------------------------------------------------------------------


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


# --- what changes next --------------------------------------------------------------------------


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


def forecast(profile: Any, ruleset: Ruleset, at: Any) -> engine.Score:
    return engine.forecast(ruleset, known_at(profile.events, at)[0], profile.events, at)


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
