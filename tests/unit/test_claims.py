"""Whose an event of a phone or a visitor is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.events import retention
from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM
from hotlist.identity.claims import (
    MAX_CLAIMANTS,
    MAX_CLAIMS,
    Claim,
    Decision,
    Identity,
    claims,
)

DAY0 = datetime(2026, 3, 1, tzinfo=UTC)
VISITOR, PHONE = "visitor:v", "phone:p"
ADA, BO, CY = "email:ada", "email:bo", "email:cy"


def day(number: float) -> datetime:
    return DAY0 + timedelta(days=number)


def claim(number: float, claimant: str, event_id: str = "") -> Claim:
    return Claim(day(number), event_id or f"e{number}", claimant)


def identity(
    *made: Claim, decisions: tuple[Decision, ...] = (), subject: str = VISITOR
) -> Identity:
    return Identity(subject, frozenset(made), frozenset(decisions))


def event(number: float, subject: str, **changes: object) -> Event:
    fields: dict[str, Any] = {
        "event_id": f"e{number}",
        "type": "form_submitted",
        "occurred_at": day(number),
        "subject": subject,
    }
    return Event(**(fields | changes))


@pytest.mark.parametrize(
    ("at", "owner"),
    [(0, ADA), (1, ADA), (1.9, ADA), (2, BO), (3, BO), (4, ADA), (400, ADA)],
)
def test_an_event_belongs_to_the_latest_claimant_before_it(at: float, owner: str) -> None:
    shared_browser = identity(claim(1, ADA), claim(2, BO), claim(4, ADA))
    assert shared_browser.owner(day(at)) == owner


def test_an_unclaimed_subject_belongs_to_nobody() -> None:
    assert identity().owner(day(1)) is None
    assert identity().lead is None


def test_claims_at_one_instant_are_ordered_by_event_id() -> None:
    assert identity(claim(1, ADA, "b"), claim(1, BO, "a")).owner(day(1)) == ADA


def test_a_withdrawn_claim_is_as_if_it_had_never_been() -> None:
    withdrawn = Decision("e2", day(5), "r1", holds=False)
    assert identity(claim(1, ADA), claim(2, BO), decisions=(withdrawn,)).owner(day(3)) == ADA


def test_the_latest_decision_counts() -> None:
    words = (Decision("e1", day(6), "r2", holds=True), Decision("e1", day(5), "r1", holds=False))
    assert identity(claim(1, ADA), decisions=words).owner(day(1)) == ADA
    assert identity(claim(1, ADA), decisions=words[1:]).owner(day(1)) is None


def test_fifty_claimants_are_people_and_one_more_is_a_crowd() -> None:
    made = [claim(number, f"email:{number}") for number in range(MAX_CLAIMANTS + 1)]
    assert identity(*made[:-1]).owner(day(0)) == "email:0"
    crowd = identity(*made)
    assert crowd.shared
    assert crowd.owner(day(0)) is None
    assert crowd.lead is None


def test_a_thousand_claims_are_many_visits_and_one_more_is_a_shared_device() -> None:
    made = [claim(number, ADA) for number in range(MAX_CLAIMS + 1)]
    assert not identity(*made[:-1]).shared
    assert identity(*made).shared


def test_a_withdrawn_claim_still_counts_towards_the_crowd() -> None:
    made = [claim(number, f"email:{number}") for number in range(MAX_CLAIMANTS + 1)]
    withdrawn = tuple(Decision(one.event_id, day(99), "r", holds=False) for one in made)
    assert identity(*made, decisions=withdrawn).shared


def test_a_claim_let_go_is_out_of_the_timeline_for_good_and_still_counts_towards_the_crowd() -> (
    None
):
    made = [claim(number, f"email:{number}") for number in range(MAX_CLAIMANTS + 1)]
    in_again = (Decision("e1", day(9), "r", holds=True),)
    left = Identity(PHONE, frozenset(made[:3]), frozenset(in_again), frozenset({"e1"}))
    assert [one.event_id for one in left.timeline] == ["e0", "e2"]
    assert Identity(PHONE, frozenset(made), let_go=frozenset({"e1"})).shared


def test_an_identity_is_renewed_while_an_event_it_gives_away_could_outlive_it() -> None:
    durable = day(0) + retention.DURABLE
    assert not Identity(VISITOR).ends_soon(day(0))
    assert not Identity(VISITOR, expires_at=durable).ends_soon(day(0))
    assert Identity(VISITOR, expires_at=durable - timedelta(seconds=1)).ends_soon(day(0))


def test_a_claim_moves_events_of_its_neighbours_only() -> None:
    made = identity(claim(1, ADA), claim(2, BO), claim(3, CY), claim(4, "email:dee"))
    assert made.touched_by(event(2, BO)) == {ADA, BO, CY}
    assert made.touched_by(event(1, ADA)) == {ADA, BO}


def test_a_claim_on_a_phone_also_touches_the_phones_own_lead() -> None:
    made = identity(claim(1, ADA), subject=PHONE)
    assert made.touched_by(event(1, ADA)) == {ADA, PHONE}


def test_a_withdrawn_claim_names_its_former_owner() -> None:
    withdrawn = Decision("e2", day(5), "r1", holds=False)
    made = identity(claim(1, ADA), claim(2, BO), decisions=(withdrawn,))
    assert made.touched_by(event(2, BO)) == {ADA, BO}


@pytest.mark.parametrize(
    ("made", "claiming"),
    [
        (event(1, ADA, names=(VISITOR,)), True),
        (event(1, ADA, names=(VISITOR,), flags=frozenset({SPAM})), False),
        (event(1, ADA, names=(VISITOR,), properties={"kiosk": True}), False),
        (event(1, ADA), False),
        (event(1, PHONE, names=(VISITOR,)), False),
    ],
)
def test_who_claims(made: Event, claiming: bool) -> None:
    assert claims(made) is claiming


@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from([ADA, BO, CY])), min_size=1),
    st.integers(-1, 10),
)
def test_owner_agrees_with_looking_through_all_claims(
    pairs: list[tuple[int, str]], at: int
) -> None:
    made = {Claim(day(n), f"{i:03}", who) for i, (n, who) in enumerate(pairs)}
    before = [one for one in sorted(made) if one.occurred_at <= day(at)]
    expected = before[-1].claimant if before else min(made).claimant
    assert Identity(VISITOR, frozenset(made)).owner(day(at)) == expected
