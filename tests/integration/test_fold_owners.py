"""Whose a lead is, as folds store it; what that costs; and the index that the digest reads."""

from datetime import timedelta
from itertools import permutations
from typing import Any, Final

import pytest
from bench.units import cost

from hotlist.config.sales_schema import compile_sales
from hotlist.events.vocabulary import Route
from hotlist.leads.lead import LeadState, Ownership
from hotlist.sales.owners import Owners, chosen
from integration.meter import Meter
from integration.stages.score import ADA, BO, HOUR, PHONE, Score, event, subject

RULES: Final = Owners.from_checked(
    compile_sales(
        """
recipients:
  - {id: anna, name: A, email: a@example.com}
  - {id: ben, name: B, email: b@example.com}
  - {id: cleo, name: C, email: c@example.com}
teams: {north: {members: [anna, ben, {id: cleo, weight: 2}]}}
owners:
  - {name: north, when: {region: [north]}, team: north}
  - {name: stage, when: {stage: [intent], country: [DE]}, owner: ben}
  - {name: school, when: {email_class: [education]}, owner: ben}
  - {name: big, when: {company_size: [{numeric: [">=", 50]}]}, owner: ben}
"""
    )
)
EMAIL: Final = subject("email", ADA)


@pytest.fixture(autouse=True)
def owners(score: Score, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score.app.folder, "_owners", RULES)


def answered(name: str, value: Any, **changes: Any) -> Any:
    return event("form_submitted", ADA, properties={name: value}, **changes)


def test_a_new_lead_is_the_fallbacks_until_a_rule_fits(score: Score) -> None:
    score.happened(event("form_submitted", ADA, ago=HOUR))
    assert score.lead(EMAIL).ownership == Ownership("anna", "fallback")
    score.happened(answered("company_size", 50))
    assert score.lead(EMAIL).ownership == Ownership("ben", "big")


def test_rules_see_the_stage_and_the_class_of_an_address(score: Score) -> None:
    score.happened(event("demo_requested", ADA, properties={"country": "DE"}))
    assert score.lead(EMAIL).ownership.rule == "stage"
    score.happened(event("form_submitted", "ada@students.mit.edu"))
    assert score.lead(subject("email", "ada@students.mit.edu")).ownership.rule == "school"


def test_a_lead_of_whom_sales_was_told_keeps_its_owner(score: Score) -> None:
    score.happened(event("form_submitted", ADA, ago=HOUR, tell=True))
    told = score.lead(EMAIL).ownership
    assert (told.owner, told.rule, told.told_at is None) == ("anna", "fallback", False)
    score.happened(answered("company_size", 50))
    assert score.lead(EMAIL).ownership == told


def test_a_lead_that_turns_hot_keeps_its_owner(score: Score) -> None:
    score.happened(event("contact_requested", ADA, ago=HOUR))
    lead = score.lead(EMAIL)
    assert lead.alerting.alert_id is not None
    assert lead.ownership.told_at == lead.alerting.hot_since
    score.happened(answered("company_size", 50))
    assert score.lead(EMAIL).ownership == lead.ownership


def test_a_deployment_without_rules_takes_no_owner_away(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    score.happened(event("form_submitted", ADA, ago=2 * HOUR, tell=True))
    told = score.lead(EMAIL).ownership
    monkeypatch.setattr(score.app.folder, "_owners", Owners())
    score.happened(answered("company_size", 60, ago=HOUR))
    assert score.lead(EMAIL).ownership == told
    monkeypatch.setattr(score.app.folder, "_owners", RULES)
    score.happened(answered("company_size", 70))
    assert score.lead(EMAIL).ownership == told


def a_move(to: str, ago: timedelta = HOUR, **named: Any) -> Any:
    named = named or {"email": ADA}
    return event("lead_moved", route=Route.OPERATOR, properties={"owner": to}, ago=ago, **named)


def test_an_operator_moves_a_lead(score: Score) -> None:
    score.happened(event("contact_requested", ADA, ago=2 * HOUR))
    score.happened(a_move("ben"))
    assert score.lead(EMAIL).ownership.owner == "ben"
    assert score.lead(EMAIL).ownership.rule == "moved"


@pytest.mark.parametrize("is_moved", [False, True])
def test_a_phone_that_is_taken_in_takes_its_owner_along(score: Score, is_moved: bool) -> None:
    call = event("contact_requested", phone=PHONE, ago=3 * HOUR, tell=not is_moved)
    score.happened(call)
    if is_moved:
        score.happened(a_move("ben", phone=PHONE))
    phone = score.lead(subject("phone", PHONE)).ownership
    assert phone.owner == ("ben" if is_moved else "anna")
    score.happened(event("form_submitted", ADA, PHONE, properties={"company_size": 50}))
    assert score.lead(EMAIL).ownership.owner == phone.owner
    taken_in = score.lead(subject("phone", PHONE))
    assert taken_in.state is LeadState.CLAIMED
    assert taken_in.ownership == phone


def test_a_retry_after_the_phones_lead_was_written_takes_the_owner_along_too(score: Score) -> None:
    """The fold died between its two writes: the phone's lead is claimed by then."""
    score.happened(event("contact_requested", phone=PHONE, ago=3 * HOUR, tell=True))
    made = event("form_submitted", ADA, PHONE, properties={"company_size": 50})
    score.happened(made)
    score.stores.leads._client.delete_item(
        TableName=score.app.settings.leads_table, Key={"lead_id": {"S": EMAIL}}
    )
    score.deliver(made)
    assert score.lead(EMAIL).ownership.owner == "anna"


def test_a_lead_that_ends_and_comes_back_keeps_its_owner(score: Score) -> None:
    first = event("contact_requested", ADA, ago=2 * HOUR, tell=True)
    score.happened(first)
    told = score.lead(EMAIL).ownership
    said = {"event_id": first.event_id, "add": ["spam"]}
    score.happened(
        event("event_reclassified", ADA, route=Route.OPERATOR, properties=said, ago=HOUR)
    )
    assert score.lead(EMAIL).state is LeadState.EMPTY
    score.happened(answered("company_size", 50))
    assert score.lead(EMAIL).ownership == told


def test_any_order_of_arrival_ends_in_the_same_owner(score: Score) -> None:
    """The lead begins as a phone's; each person hears of it in another order."""
    owners = set()
    for number, order in enumerate(permutations(range(4))):
        email, phone = f"p{number}@example.org", f"+486001002{number:02}"
        made = [
            event("form_submitted", phone=phone, ago=4 * HOUR, properties={"region": "south"}),
            event("form_submitted", email, phone, ago=3 * HOUR, properties={"company_size": 99}),
            event("form_submitted", email, ago=2 * HOUR, properties={"region": "north"}),
            event("form_submitted", phone=phone, ago=HOUR, properties={"company_size": 1}),
        ]
        for place in order:
            score.happened(made[place])
        score.deliver(*made)  # again, all at once
        lead = score.lead(subject("email", email))
        team = RULES.rules[0].members
        expected = chosen(subject("phone", phone), team)
        assert lead.ownership == Ownership(expected, "north"), order
        owners.add(expected)
    assert owners == {"anna", "ben", "cleo"}


def test_owners_cost_no_further_call_and_no_further_unit(score: Score, dynamodb: Any) -> None:
    score.happened(event("form_submitted", ADA, ago=2 * HOUR))
    meter = Meter(score.stores.leads._client, dynamodb)
    score.happened(answered("company_size", 50))
    bill = meter.bill()
    known = cost("PutItem", "BatchGetItem", "Query", "BatchGetItem", "PutItem")
    assert bill.calls == known.calls
    assert (bill.consistent, bill.writes) == (3, 2)  # the event's own among them


def test_an_unchanged_lead_is_not_written_again(score: Score) -> None:
    made = event("contact_requested", ADA, ago=HOUR, tell=True)
    score.happened(made)
    version = score.lead(EMAIL).version
    score.deliver(made)
    assert score.lead(EMAIL).version == version


def test_the_index_of_hot_leads_has_their_owners(score: Score) -> None:
    score.happened(event("contact_requested", ADA), event("contact_requested", BO))
    score.happened(a_move("ben", email=BO))
    found = {one.lead_id: one.owner for one in (read() for read in score.stores.leads.hot())}
    assert found == {EMAIL: "anna", subject("email", BO): "ben"}
