"""Why a lead of which sales was told is hot no longer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, INTERNAL, PREFETCH, SPAM
from hotlist.leads.lead import Alerting, Contact, Lead, LeadState, May, Stage, Temperature
from hotlist.sales.gone import Why, gone, telling

NOW = datetime(2026, 3, 2, 6, 45, tzinfo=UTC)
DAY = timedelta(days=1)
ADA = Contact("Ada", None, "ada@example.org", None)
LEAD = Lead(
    lead_id="email:1",
    folded_at=NOW,
    expires_at=NOW,
    temperature=Temperature.WARM,
    contact=ADA,
    alerting=Alerting(hot_since=NOW - 3 * DAY),
)


def event(event_type: str, received_at: datetime, **said: Any) -> Event:
    return Event(
        event_id="1",
        type=event_type,
        occurred_at=received_at - DAY,
        received_at=received_at,
        **said,
    )


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ([], Why.COOLED),
        ([("page_viewed", 1)], Why.COOLED),
        ([("sales_won", 1)], Why.ANSWERED),
        ([("sales_meeting", 1)], Why.ANSWERED),
        ([("score_adjusted", 1)], Why.CORRECTED),
        ([("event_reclassified", 1)], Why.CORRECTED),
        ([("sales_won", 2), ("score_reset", 1)], Why.CORRECTED),
        ([("sales_won", 1), ("score_reset", 2)], Why.ANSWERED),
        ([("score_adjusted", 2.5), ("sales_won", 3)], Why.COOLED),  # before the last digest
    ],
)
def test_the_newest_word_since_the_last_digest_is_the_reason(
    events: list[tuple[str, float]], why: Why
) -> None:
    said = [event(name, NOW - days * DAY) for name, days in events]
    assert gone(LEAD, said, NOW - 2 * DAY, None).why is why


def test_an_answer_that_was_taken_back_is_no_reason() -> None:
    contacted = replace(event("sales_contacted", NOW - 2 * DAY), event_id="contacted")
    won = replace(event("sales_won", NOW - DAY), event_id="won")
    back = event("sales_undone", NOW, properties={"event_id": "won"})
    since = NOW - 3 * DAY
    assert gone(LEAD, [won, back], since, None).why is Why.COOLED
    told = gone(LEAD, [back, won, contacted], since, None)
    assert (told.why, told.answer and told.answer.type) == (Why.ANSWERED, "sales_contacted")
    before = gone(LEAD, [back, won, contacted], NOW - 1.5 * DAY, None)
    assert (before.why, before.answer) == (Why.COOLED, None)


@pytest.mark.parametrize("flag", [SPAM, INTERNAL, BOT])
def test_an_answer_that_is_void_is_no_reason_also_if_an_operator_has_said_so(flag: str) -> None:
    answer = replace(event("sales_won", NOW - DAY), event_id="won")
    void = replace(answer, flags=frozenset({flag}))
    assert gone(LEAD, [void], NOW - 2 * DAY, None).why is Why.COOLED
    said = event("event_reclassified", NOW - 4 * DAY, properties={"event_id": "won", "add": [flag]})
    assert gone(LEAD, [answer, said], NOW - 2 * DAY, None).why is Why.COOLED
    assert gone(LEAD, [answer], NOW - 2 * DAY, None).why is Why.ANSWERED


def test_what_made_it_hot_is_no_reason() -> None:
    said = [event("score_adjusted", NOW - 4 * DAY)]
    assert gone(LEAD, said, NOW - 5 * DAY, None).why is Why.COOLED
    hot_without_an_alert = replace(LEAD, alerting=Alerting())
    assert gone(hot_without_an_alert, said, NOW - 5 * DAY, None).why is Why.CORRECTED


def test_states_are_reasons() -> None:
    claimant = replace(LEAD, contact=Contact("Countess"))
    claimed = replace(LEAD, state=LeadState.CLAIMED, claimed_by="email:2", contact=Contact())
    found = gone(claimed, [event("sales_won", NOW)], NOW - DAY, claimant)
    assert (found.why, found.into) == (Why.CLAIMED, Contact("Countess"))
    empty = replace(LEAD, state=LeadState.EMPTY, contact=Contact())
    assert gone(empty, [], NOW - DAY, None).why is Why.ENDED
    assert gone(empty, [event("event_reclassified", NOW)], NOW - DAY, None).why is Why.CORRECTED
    suspended = replace(LEAD, stage=Stage.SUSPENDED)
    assert gone(suspended, [], NOW - DAY, None).why is Why.CORRECTED


def test_a_lead_without_a_contact_is_called_as_its_newest_event_says() -> None:
    empty = replace(LEAD, state=LeadState.EMPTY, contact=Contact())
    said = [
        event("form_submitted", NOW - DAY, email="ada@example.org", properties={"name": "A"}),
        event("form_submitted", NOW, email="ada@example.org", properties={"name": "Ada"}),
        event("page_viewed", NOW + DAY),
    ]
    assert gone(empty, said, NOW, None).contact == ADA
    assert gone(empty, [], NOW, None).contact == Contact()
    odd = [event("form_submitted", NOW, phone="+48600100200", properties={"company": 7})]
    assert gone(empty, odd, NOW, None).contact == Contact(phone="+48600100200")


def test_an_objection_is_a_reason_of_its_own_whatever_operators_say() -> None:
    suspended = replace(LEAD, stage=Stage.SUSPENDED, may=May.NEITHER)
    said = [event("profiling_objected", NOW - DAY), event("score_resumed", NOW)]
    assert gone(suspended, said, NOW - 2 * DAY, None).why is Why.OBJECTED
    assert telling(said) == tuple(said)
    by_a_machine = [replace(said[0], flags=frozenset({PREFETCH})), said[1]]
    assert gone(suspended, by_a_machine, NOW - 2 * DAY, None).why is Why.CORRECTED
    taken_back = replace(LEAD, stage=Stage.INTENT)  # as spam
    assert gone(taken_back, said[:1], NOW - 2 * DAY, None).why is Why.COOLED


def test_what_whoever_it_is_now_may_be_contacted_by_is_kept() -> None:
    assert gone(replace(LEAD, may=May.CALL), [], NOW, None).may is May.CALL
    empty = replace(LEAD, state=LeadState.EMPTY)
    assert gone(empty, [], NOW, None).may is May.NEITHER
    claimed = replace(LEAD, state=LeadState.CLAIMED, claimed_by="email:2")
    assert gone(claimed, [], NOW, replace(LEAD, may=May.MAIL)).may is May.MAIL
    assert gone(claimed, [], NOW, None).may is May.UNKNOWN
