"""What events add up to: contact, facts, consents, touches, and when they end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, INTERNAL, SPAM, Route
from hotlist.leads import classify
from hotlist.leads.facts import name_in
from hotlist.leads.lead import Contact
from hotlist.leads.profile import GrowingFacts, Profile, facts_at, profile_of, reclassified

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def event(number: int, **changes: object) -> Event:
    at = NOW - timedelta(days=100 - number)
    fields: dict[str, Any] = {
        "event_id": f"{number:03}",
        "type": "form_submitted",
        "occurred_at": at,
        "received_at": at,
        "expires_at": at + timedelta(days=396),
    }
    return Event(**(fields | changes))


def form(number: int, **answers: object) -> Event:
    email = answers.get("email")
    return event(number, properties=answers, email=email)


def folded(*events: Event, now: datetime = NOW) -> Profile:
    return profile_of(reclassified(events), now, lambda _: "direct")


def test_the_newest_answer_that_is_not_empty_counts() -> None:
    profile = folded(form(1, role="director", city="Opole"), form(2, role="", city="Kielce"))
    assert (profile.facts["role"], profile.facts["city"]) == ("director", "Kielce")


def test_the_contact_is_made_of_the_newest_answers() -> None:
    profile = folded(
        form(1, email="ada@example.org", name="Ada"),
        form(2, email="ada@example.org", name="Ada Lovelace", company="Engines"),
    )
    assert profile.contact == Contact(
        name="Ada Lovelace", company="Engines", email="ada@example.org"
    )


def test_first_and_last_name_make_a_name() -> None:
    assert folded(form(1, first_name="Ada", last_name="King")).contact.name == "Ada King"


def test_what_a_bot_says_is_no_fact_and_may_be_the_only_contact() -> None:
    bot = form(1, email="ada@example.org", role="director", source="ads")
    bot = replace(bot, flags=frozenset({BOT}), expires_at=NOW + timedelta(days=1))
    profile = folded(bot)
    assert profile.facts == {}
    assert profile.contact == Contact(email="ada@example.org")
    assert profile.facts_until == bot.expires_at
    human = form(0, email="ada@example.net", role="owner")
    profile = folded(human, bot)
    assert (profile.facts["role"], profile.facts["email"]) == ("owner", "ada@example.net")
    assert profile.contact == Contact(email="ada@example.net")
    assert "last_touch" not in profile.facts


def test_an_opt_out_by_a_bot_is_one_and_what_it_suspends_is_not() -> None:
    given = event(1, type="consent_given", properties={"purpose": "email"})
    out = event(2, type="unsubscribed", flags=frozenset({BOT}))
    suspended = event(3, type="score_suspended", flags=frozenset({BOT}))
    facts = folded(given, out, suspended).facts
    assert facts["consents"] == []
    assert "suspended" not in facts


def test_a_form_says_nothing_that_follows_from_events() -> None:
    said = {"suspended": True, "orders": 9, "email_class": "own", "channel": "email", "stage": "x"}
    facts = folded(form(1, email="ada@gmail.com", **said)).facts
    assert facts.keys() & said.keys() == {"channel"}
    assert facts["channel"] == "direct"
    told = event(1, route=Route.SERVER, properties={"facts": {"email_class": "own"}})
    assert folded(told).facts["email_class"] == "own"


def test_derived_facts() -> None:
    profile = folded(
        event(1, email="ada@example.org", phone="+48600100200", phone_country="PL"),
        event(2, properties={"source": "google", "medium": "cpc"}),
        event(3, properties={"source": "newsletter"}),
    )
    assert profile.facts == {
        "email": "ada@example.org",
        "email_domain": "example.org",
        "phone": "+48600100200",
        "has_phone": True,
        "phone_country": "PL",
        "channel": "direct",
        "first_touch": {"source": "google", "medium": "cpc"},
        "last_touch": {"source": "newsletter"},
    }


def test_a_page_view_says_nothing_of_the_person() -> None:
    view = event(1, type="page_viewed", route=Route.BEACON, properties={"role": "director"})
    assert "role" not in folded(view).facts


def test_what_servers_and_operators_say_of_the_person_counts() -> None:
    said = event(
        1, type="lead_imported", route=Route.OPERATOR, properties={"facts": {"role": "cto"}}
    )
    assert folded(form(0, email="a@example.org"), said).facts["role"] == "cto"


def test_consents_are_given_and_withdrawn_by_purpose() -> None:
    given_ = form(1, consents={"email": {"version": "1"}, "tracking": {"version": "1"}})
    gone = event(2, type="unsubscribed", route=Route.LINK)
    assert folded(given_).facts["consents"] == ["email", "tracking"]
    assert folded(given_, gone).facts["consents"] == ["tracking"]


@pytest.mark.parametrize(
    ("purpose", "left"),
    [
        ("tracking", ["email"]),
        (["tracking", "email"], ["email"]),
        ("email", ["email", "tracking"]),
        (None, ["email"]),
    ],
)
def test_a_page_withdraws_consent_to_tracking_alone(purpose: object, left: list[str]) -> None:
    given_ = form(1, consents={"email": {"version": "1"}, "tracking": {"version": "1"}})
    said = {} if purpose is None else {"purpose": purpose}
    gone = event(2, type="consent_withdrawn", route=Route.BEACON, properties=said)
    assert folded(given_, gone).facts["consents"] == left
    by_link = event(2, type="consent_withdrawn", route=Route.LINK, properties={"purpose": "email"})
    assert folded(given_, by_link).facts["consents"] == ["tracking"]


def test_orders_count_once_each_and_sum_by_currency() -> None:
    def order(number: int, order_id: str, value: object, currency: str = "EUR") -> Event:
        properties = {"order_id": order_id, "value": value, "currency": currency}
        return event(number, type="order_completed", route=Route.SERVER, properties=properties)

    profile = folded(
        order(1, "a", 10.1),
        order(2, "a", 10.1),
        order(3, "b", "0.2"),
        order(4, "c", 5, "PLN"),
        order(5, "d", float("nan")),
    )
    assert profile.facts["orders"] == 4
    assert profile.facts["order_value"] == {"EUR": 10.3, "PLN": 5}


@pytest.mark.parametrize("flag", [SPAM, INTERNAL])
def test_spam_and_our_own_people_are_no_lead(flag: str) -> None:
    assert folded(event(1, flags=frozenset({flag}))) == Profile()


def test_operators_flag_and_release_and_the_last_word_counts() -> None:
    def word(number: int, **change: list[str]) -> Event:
        properties = {"event_id": "001", **change}
        return event(number, type="event_reclassified", route=Route.OPERATOR, properties=properties)

    lead = form(1, email="ada@example.org")
    assert folded(lead, word(2, add=[SPAM])).events == ()
    assert folded(lead, word(2, add=[SPAM]), word(3, remove=[SPAM])).events == (lead,)


def test_a_correction_whose_target_has_ended_is_not_what_a_lead_began_with() -> None:
    view = event(9, type="page_viewed", route=Route.BEACON)
    word = event(1, type="event_reclassified", route=Route.OPERATOR, properties={"event_id": "0"})
    assert folded(word, view) == folded(view)


def test_an_event_is_absent_from_its_expiry_on() -> None:
    lead = event(1, expires_at=NOW)
    assert folded(lead) == Profile()
    assert folded(lead, now=NOW - timedelta(milliseconds=1)).ends_at == NOW


def test_operators_do_not_prolong_a_lead() -> None:
    lead = event(1)
    word = event(90, type="score_adjusted", route=Route.OPERATOR, properties={"add": 5})
    assert folded(lead, word).ends_at == lead.received_at + timedelta(days=396)


def test_a_consent_that_is_kept_for_longer_does_not_keep_the_lead() -> None:
    lead = event(1, expires_at=NOW + timedelta(days=792), properties={"consents": {"email": "1"}})
    assert folded(lead).ends_at == lead.received_at + timedelta(days=396)


def test_facts_hold_until_the_first_event_behind_one_expires() -> None:
    first = form(1, role="director")
    second = form(2, city="Opole")
    assert folded(first, second).facts_until == first.expires_at
    assert folded(first, form(3, role="cto")).facts_until == first.expires_at  # channel rests on it


def test_suspended_is_the_last_word() -> None:
    words = [
        event(1, type="score_suspended", route=Route.OPERATOR),
        event(2, type="score_resumed", route=Route.OPERATOR),
    ]
    assert folded(form(0, email="a@example.org"), *words[:1]).facts["suspended"] is True
    assert folded(form(0, email="a@example.org"), *words).facts["suspended"] is False


@given(
    st.permutations(
        [
            form(1, email="ada@example.org", role="cto"),
            form(2, email="ada@example.org", role="ceo"),
            event(3, type="page_viewed", route=Route.BEACON, properties={"source": "x"}),
            event(4, type="event_reclassified", properties={"event_id": "002", "add": [SPAM]}),
        ]
    )
)
def test_the_order_of_arrival_does_not_matter(shuffled: list[Event]) -> None:
    ordered = sorted(shuffled, key=lambda e: e.order)
    assert folded(*shuffled, *shuffled) == folded(*ordered)


@given(
    st.dictionaries(
        st.text(), st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists)
    )
)
def test_no_property_breaks_a_fold(properties: dict[str, object]) -> None:
    for event_type in ("form_submitted", "order_completed", "event_reclassified", "consent_given"):
        assert folded(event(1), event(2, type=event_type, properties=properties)).events


@pytest.mark.parametrize("value", ["1e999999999", "-1e1001", "1e-1001", 10**1001])
def test_what_is_no_sum_of_money_is_not_added(value: object) -> None:
    order = event(1, type="order_completed", properties={"value": value, "currency": "EUR"})
    facts = folded(order).facts
    assert (facts["orders"], facts["order_value"]) == (1, {})


def test_facts_alone_need_no_life() -> None:
    said = event(1, properties={"role": "director"}, received_at=NOW - timedelta(days=900))
    word = event(2, type="score_suspended", route=Route.OPERATOR)
    facts, until = facts_at([said, word], NOW, lambda _: None)
    assert facts == {"role": "director", "suspended": True}
    assert until == said.expires_at


def test_a_number_that_python_does_not_print_is_no_sum_of_money() -> None:
    order = event(1, type="order_completed", properties={"value": 10**5000, "currency": "EUR"})
    assert folded(order).facts["order_value"] == {}


def test_a_name_that_shows_nothing_is_none_and_hides_no_older_one() -> None:
    said = folded(form(1, name="Ada", company="X"), form(2, name="\u200b", company="\u3164"))
    assert (said.contact.name, said.contact.company) == ("Ada", "X")
    assert folded(form(1, name="\u200b", first_name="\u2800", last_name="B")).contact.name == "B"
    assert folded(form(1, name=" \ufeff", first_name="\u200d", last_name="")).contact.name is None
    assert name_in({"first_name": "Ada\u200b", "last_name": "\u200bB"}) == "Ada B"


def test_the_newest_event_is_named_and_operators_events_are_not_it() -> None:
    said = folded(
        event(2), event(1), event(3, type="score_suspended", route=Route.OPERATOR), event(0)
    )
    assert said.last_event_id == event(2).event_id
    assert folded().last_event_id is None


# --- facts that grow --------------------------------------------------------------------

SAID: tuple[dict[str, Any], ...] = (
    {"role": "director"},
    {"role": "student", "channel": "fair"},
    {"source": "google", "medium": "cpc"},
    {"referrer": "https://www.google.com/"},
    {"language": "pl"},
    {"consents": {"email": {}}},
    {"order_id": "1", "currency": "EUR", "value": 3},
    {},
)
DRAWN = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.sampled_from(
            ["page_viewed", "form_submitted", "order_completed", "unsubscribed", "score_suspended"]
        ),
        st.sampled_from(SAID),
        st.sampled_from([frozenset(), frozenset(), frozenset({"bot"}), frozenset({"spam"})]),
        st.sampled_from([None, None, 0, 1, 5, 30]),
    ),
    max_size=12,
)


@settings(max_examples=150)
@given(DRAWN)
def test_facts_that_grow_are_those_of_a_new_fold_at_every_instant(drawn: Any) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    events = sorted(
        (
            Event(
                event_id=f"{n}",
                type=kind,
                occurred_at=start + timedelta(hours=hour),
                properties=said,
                flags=flags,
                expires_at=None if life is None else start + timedelta(hours=hour + life),
                route=Route.FORM if kind == "form_submitted" else Route.BEACON,
            )
            for n, (hour, kind, said, flags, life) in enumerate(drawn)
        ),
        key=lambda event: event.order,
    )
    growing = GrowingFacts(events, classify.channel)
    for hour in range(80):
        now = start + timedelta(hours=hour)
        known = [event for event in events if event.occurred_at <= now]
        assert growing.at(now) == facts_at(known, now, classify.channel)
