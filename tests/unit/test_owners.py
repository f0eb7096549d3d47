"""Whose a lead is: rules, teams and what a fold stores of it."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import sqrt
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.config.sales_schema import compile_sales
from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, Route
from hotlist.identity.identifiers import EMAIL, subject
from hotlist.leads import classify
from hotlist.leads.lead import FALLBACK, MOVED, Lead, Ownership
from hotlist.leads.profile import profile_of
from hotlist.sales import owners
from hotlist.sales.owners import Known, Member, Owners, chosen

NOW: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
ADA: Final = "email:9a9a9a9a-0000-5000-8000-000000000001"
PHONE: Final = "phone:9a9a9a9a-0000-5000-8000-000000000002"
RULES: Final = Owners.from_checked(
    compile_sales(
        """
recipients:
  - {id: anna, name: A, email: a@example.com}
  - {id: ben, name: B, email: b@example.com}
  - {id: cleo, name: C, email: c@example.com}
fallback: cleo
teams: {north: {members: [anna, {id: ben, weight: 2}]}}
territories:
  south: {country: [PL], postcode: [{prefix: "3"}]}
  west: {country: [FR]}
owners:
  - {name: vip, when: {role: [ceo]}, owner: ben}
  - {when: {territory: [south, west], company: [{exists: true}]}, owner: anna}
  - {when: {territory: west}, owner: cleo}
  - {when: {company_size: [{numeric: [">=", 50]}]}, team: north}
"""
    )
)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"role": "CEO", "country": "FR"}, ("ben", "vip")),
        ({"country": "pl", "postcode": "30-001", "company": "X"}, ("anna", "2")),
        ({"country": "FR", "company": "X"}, ("anna", "2")),
        ({"country": "FR"}, ("cleo", "3")),
        ({"country": "PL", "postcode": "00-001", "company": "X"}, ("cleo", FALLBACK)),
        ({"company_size": 49}, ("cleo", FALLBACK)),
        ({}, ("cleo", FALLBACK)),
    ],
)
def test_the_first_rule_that_fits_says_whose_a_lead_is(
    facts: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert RULES.of(ADA, facts) == expected


def test_a_team_shares_its_leads() -> None:
    found = {RULES.of(f"email:{number}", {"company_size": 50}) for number in range(50)}
    assert found == {("anna", "4"), ("ben", "4")}


# --- teams ----------------------------------------------------------------------------------

LEADS: Final = [subject(EMAIL, f"lead{number}@example.org") for number in range(10_000)]


def test_the_choice_is_the_same_for_ever() -> None:
    """Another choice would move leads that people know: it may never change."""
    team = [Member("anna"), Member("ben", 2), Member("cleo")]
    assert [chosen(f"email:{number:032x}", team) for number in range(12)] == [
        *("anna", "anna", "anna", "ben", "ben", "ben"),
        *("anna", "anna", "anna", "anna", "ben", "cleo"),
    ]


@pytest.mark.parametrize("weights", [(1, 1), (1, 2), (1, 1, 1, 1, 1), (3, 1, 10), (1000, 1)])
def test_shares_follow_the_weights(weights: Sequence[int]) -> None:
    team = [Member(f"m{place}", weight) for place, weight in enumerate(weights)]
    counts = Counter(chosen(lead, team) for lead in LEADS)
    for one in team:
        share = one.weight / sum(weights)
        deviation = sqrt(len(LEADS) * share * (1 - share))
        assert abs(counts[one.id] - len(LEADS) * share) <= 3 * deviation, (one, counts)


TEAMS = st.lists(
    st.builds(Member, st.from_regex("[a-z0-9]{1,6}", fullmatch=True), st.integers(1, 1000)),
    min_size=2,
    max_size=8,
    unique_by=lambda member: member.id,
)


@given(TEAMS, st.data())
def test_removing_a_member_moves_only_theirs(team: list[Member], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(team))
    left = [one for one in team if one is not gone]
    for lead in LEADS[:100]:
        before = chosen(lead, team)
        after = chosen(lead, left)
        assert after == before if before != gone.id else after != gone.id


@given(TEAMS, st.data())
def test_adding_a_member_or_weight_moves_leads_to_them_alone(
    team: list[Member], data: st.DataObject
) -> None:
    grown = data.draw(st.sampled_from(team))
    more = [replace(one, weight=one.weight + 5) if one is grown else one for one in team]
    for lead in LEADS[:100]:
        before, after = chosen(lead, team), chosen(lead, more)
        assert after in (before, grown.id)


@given(TEAMS, st.randoms(use_true_random=False))
def test_the_order_of_members_does_not_matter(team: list[Member], around: random.Random) -> None:
    others = team.copy()
    around.shuffle(others)
    assert [chosen(lead, team) for lead in LEADS[:50]] == [
        chosen(lead, others) for lead in LEADS[:50]
    ]


# --- what a fold stores ---------------------------------------------------------------------


def an_event(number: int, whose: str = ADA, **changes: Any) -> Event:
    at = NOW - timedelta(days=1) + timedelta(minutes=number)
    fields: dict[str, Any] = {
        "event_id": f"{number:032x}",
        "type": "form_submitted",
        "occurred_at": at,
        "received_at": at,
        "subject": whose,
        "email": "ada@example.org" if whose == ADA else None,
        "phone": "+48600100200" if whose == PHONE else None,
        "expires_at": NOW + timedelta(days=300),
    }
    return Event(**(fields | changes))


def fold(
    events: Iterable[Event],
    stored: Lead | None = None,
    phones: Iterable[Lead] = (),
    *,
    rules: Owners = RULES,
    lead_id: str = ADA,
    now: datetime = NOW,
    is_hot: bool = False,
) -> Lead:
    """As `leads/fold` does it."""
    profile = profile_of(map(classify.classify, events), now, classify.channel)
    known = Known(lead_id, profile.events, is_hot, now, stored, phones)
    found = owners.ownership(rules, known, lambda: profile.facts)
    return Lead(lead_id=lead_id, folded_at=now, expires_at=now, ownership=found)


def test_an_owner_by_fallback_is_replaced_until_somebody_was_told() -> None:
    first = fold([an_event(1)])
    assert first.ownership == Ownership("cleo", FALLBACK)
    told = an_event(2, properties={"role": "ceo"})
    second = fold([an_event(1), told], first)
    assert second.ownership == Ownership("ben", "vip")


@pytest.mark.parametrize("why", ["hot", "message"])
def test_once_sales_is_told_the_owner_stays(why: str) -> None:
    asked = [an_event(1, tell=why == "message")]
    first = fold(asked, is_hot=why == "hot")
    assert first.ownership == Ownership("cleo", FALLBACK, NOW)
    more = [*asked, an_event(2, properties={"role": "ceo"})]
    second = fold(more, first, now=NOW + HOUR)
    assert second.ownership == first.ownership


def test_what_a_bot_sent_is_told_to_nobody() -> None:
    first = fold([an_event(1, tell=True, flags=frozenset({BOT}))])
    assert first.ownership.told_at is None


def test_without_rules_there_is_no_owner_and_nothing_is_stored() -> None:
    assert fold([an_event(1, tell=True)], rules=Owners(), is_hot=True).ownership == Ownership()


def test_rules_that_come_later_find_an_owner_for_whom_sales_knows_already() -> None:
    before = fold([an_event(1, tell=True)], rules=Owners())
    later = fold([an_event(1, tell=True)], before)
    assert later.ownership == Ownership("cleo", FALLBACK, NOW)


def test_a_time_without_rules_takes_no_owner_away_that_sales_was_told_of() -> None:
    size = {"company_size": 50}
    first = fold([an_event(1, tell=True)])
    meanwhile = fold([an_event(1, tell=True), an_event(2)], first, rules=Owners(), now=NOW + HOUR)
    assert meanwhile.ownership == first.ownership == Ownership("cleo", FALLBACK, NOW)
    more = [an_event(1, tell=True), an_event(2), an_event(3, properties=size)]
    assert fold(more, meanwhile, now=NOW + 2 * HOUR).ownership == first.ownership


def test_a_time_without_rules_takes_a_phones_owner_along_too() -> None:
    phone = a_phone_lead(owner="anna", rule="2", told_at=NOW - HOUR)
    assert fold([an_event(1)], None, [phone], rules=Owners()).ownership == phone.ownership


def test_a_time_without_rules_ends_what_only_rules_have_said() -> None:
    first = fold([an_event(1)])
    assert first.ownership.told_at is None
    assert fold([an_event(1)], first, rules=Owners(), now=NOW + HOUR).ownership == Ownership()


def moved(number: int, to: object) -> Event:
    route = Route.OPERATOR
    return an_event(number, type="lead_moved", route=route, properties={"owner": to})


@pytest.mark.parametrize("rules", [RULES, Owners()])
def test_an_operator_moves_a_lead_at_any_time(rules: Owners) -> None:
    first = fold([an_event(1, tell=True)], rules=rules)
    events = [an_event(1, tell=True), moved(5, "anna"), moved(3, "ben"), moved(7, 5), moved(8, "")]
    events += [moved(9, "anna "), moved(10, "Ben"), moved(11, "b" * 64), moved(12, ["ben"])]
    second = fold(events, first, rules=rules, now=NOW + HOUR)
    assert (second.ownership.owner, second.ownership.rule) == ("anna", MOVED)


def test_a_lead_may_be_moved_to_somebody_who_is_not_in_the_file_yet() -> None:
    """Whoever reads it counts the lead as the fallback's until they are."""
    assert fold([an_event(1), moved(2, "x" * 63)]).ownership == Ownership("x" * 63, MOVED)


def test_no_form_moves_a_lead() -> None:
    event = an_event(1, properties={"owner": "anna"})
    assert fold([event]).ownership.owner == "cleo"


def a_phone_lead(**changes: Any) -> Lead:
    stored = Lead(lead_id=PHONE, folded_at=NOW, expires_at=NOW)
    return replace(stored, ownership=Ownership(**changes))


def test_a_phones_lead_that_sales_was_told_of_takes_its_owner_along() -> None:
    phone = a_phone_lead(owner="anna", rule="2", told_at=NOW - HOUR)
    lead = fold([an_event(1, tell=True)], None, [phone])
    assert lead.ownership == phone.ownership
    assert fold([an_event(1)], lead, [], now=NOW + HOUR).ownership == phone.ownership


def test_of_two_phones_the_one_that_was_told_of_first_decides() -> None:
    early = a_phone_lead(owner="anna", rule="2", told_at=NOW - HOUR)
    late = replace(a_phone_lead(owner="ben", rule="2", told_at=NOW), lead_id=PHONE[:-1] + "1")
    for phones in ([early, late], [late, early]):
        assert fold([an_event(1)], None, phones).ownership == early.ownership


def test_a_lead_that_sales_was_told_of_keeps_its_own_owner() -> None:
    own = fold([an_event(1, properties={"role": "ceo"})], is_hot=True)
    phone = a_phone_lead(owner="anna", rule="2", told_at=NOW - HOUR)
    assert fold([an_event(1)], own, [phone], now=NOW + HOUR).ownership == own.ownership


def test_a_team_keeps_a_lead_whose_address_becomes_known() -> None:
    """Though nobody was told of it, and whether or not the phone's lead was ever calculated."""
    size = {"company_size": 99}
    for number in range(40):
        phone = f"phone:{number}"
        call = an_event(1, phone, phone="+48600100200", properties=size)
        before = fold([call], lead_id=phone)
        after = fold([call, an_event(2, properties=size)], lead_id=f"email:{number}")
        assert after.ownership == before.ownership


FACTS = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(["ceo", "cto"]),
        "country": st.sampled_from(["PL", "FR", "DE"]),
        "postcode": st.sampled_from(["30-001", "00-001"]),
        "company": st.just("X"),
        "company_size": st.sampled_from([5, 50]),
    },
)


@given(st.lists(FACTS, min_size=1, max_size=6), st.data())
def test_any_order_of_folds_and_of_growing_knowledge_ends_in_the_same_owner(
    answers: list[dict[str, Any]], data: st.DataObject
) -> None:
    events = [
        an_event(number, data.draw(st.sampled_from([ADA, PHONE])), properties=given)
        for number, given in enumerate(answers)
    ]
    at_once = fold(events).ownership
    stored: Lead | None = None
    known: list[Event] = []
    for event in data.draw(st.permutations(events)):
        known.append(event)
        for _ in range(data.draw(st.integers(0, 2))):  # late, again, or not at all
            stored = fold(known, stored)
    assert fold(events, stored).ownership == at_once
