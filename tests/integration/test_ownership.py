"""Whose an event is: visitors, phones and addresses that meet, through the score function."""

import json
from datetime import timedelta

import pytest

from hotlist.events import times
from hotlist.events.event import Event, event_key
from hotlist.events.vocabulary import SPAM, Route
from hotlist.identity import claims
from hotlist.identity.claims import MAX_CLAIMANTS
from hotlist.leads.lead import LeadState, Temperature
from integration.test_score import ADA, BO, HOUR, NOW, PHONE, Score, event, score, subject

__all__ = ["score"]  # a fixture


def test_a_visitors_earlier_page_views_count_once_they_leave_an_address(score: Score) -> None:
    view = event("page_viewed", visitor="v1", ago=HOUR, properties={"page_path": "/pricing"})
    score.happened(view)
    score.happened(event("form_submitted", ADA, visitor="v1", properties={"form": "ebook"}))
    lead = score.lead(subject("email", ADA))
    assert {reason.rule for reason in lead.reasons} == {"ebook", "pricing"}


def test_a_phones_lead_is_taken_in_by_the_address_that_names_it(score: Score) -> None:
    call = event("contact_requested", phone=PHONE, ago=HOUR)
    score.happened(call)
    assert score.lead(call.subject).temperature is Temperature.HOT
    score.happened(event("form_submitted", ADA, PHONE))
    taken = score.lead(call.subject)
    assert (taken.state, taken.claimed_by) == (LeadState.CLAIMED, subject("email", ADA))
    lead = score.lead(subject("email", ADA))
    assert lead.temperature is Temperature.HOT
    assert lead.contact.phone == PHONE
    assert [one.lead_id for one in score.stores.leads.hot()] == [lead.lead_id]


def test_two_people_at_one_browser_have_each_their_own_events(score: Score) -> None:
    def view(ago: int) -> Event:
        return event(
            "page_viewed", visitor="v", ago=ago * HOUR, properties={"page_path": "/pricing"}
        )

    score.happened(view(9), view(7), view(5))
    score.happened(event("form_submitted", ADA, visitor="v", ago=8 * HOUR))
    assert score.lead(subject("email", ADA)).total == 45
    score.happened(event("form_submitted", BO, visitor="v", ago=6 * HOUR))
    assert score.lead(subject("email", ADA)).total == 30
    assert score.lead(subject("email", BO)).total == 15


def test_spam_is_no_lead_until_it_is_released(score: Score) -> None:
    spam = event(
        "contact_requested",
        ADA,
        visitor="v",
        flags=frozenset({SPAM}),
        expires_at=NOW + timedelta(days=30),
    )
    score.happened(event("session_started", visitor="v", ago=HOUR), spam)
    assert score.lead(spam.subject).state is LeadState.EMPTY
    release = event(
        "event_reclassified",
        ADA,
        route=Route.OPERATOR,
        properties={"event_id": spam.event_id, "remove": [SPAM]},
    )
    score.happened(release)
    lead = score.lead(spam.subject)
    assert lead.temperature is Temperature.HOT
    assert {reason.rule for reason in lead.reasons} == {"contact-request", "visit"}
    kept = score.stores.events.find(spam.subject, spam.event_id)
    assert kept is not None
    assert kept.expires_at == times.ceil_second(NOW + timedelta(days=396))


def test_an_event_withdrawn_gives_its_visitor_back(score: Score) -> None:
    view = event("page_viewed", visitor="v", ago=3 * HOUR, properties={"page_path": "/pricing"})
    real = event("form_submitted", ADA, visitor="v", ago=2 * HOUR)
    forged = event("form_submitted", BO, visitor="v", ago=4 * HOUR)
    score.happened(view, real, forged)
    assert score.lead(real.subject).total == 0
    word = {"event_id": forged.event_id, "add": [SPAM]}
    score.happened(event("event_reclassified", BO, route=Route.OPERATOR, properties=word))
    assert score.lead(real.subject).total == 15
    assert score.lead(forged.subject).state is LeadState.EMPTY


def test_a_visitor_whom_many_claim_is_nobodys(score: Score) -> None:
    view = event("page_viewed", visitor="v", ago=99 * HOUR, properties={"page_path": "/pricing"})
    score.happened(view)
    crowd = [f"p{number}@example.org" for number in range(MAX_CLAIMANTS + 1)]
    for number, email in enumerate(crowd):
        score.happened(event("form_submitted", email, visitor="v", ago=(60 - number) * HOUR))
    assert subject("email", crowd[0]) in score.queued()
    score.app.handler(
        {
            "Records": [
                {
                    "eventSource": "aws:sqs",
                    "messageId": "m1",
                    "body": json.dumps({"lead_id": subject("email", crowd[0])}),
                }
            ]
        },
        None,
    )
    assert score.lead(subject("email", crowd[0])).total == 0


def test_a_phone_that_many_claim_is_its_own_lead_again(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "MAX_CLAIMANTS", 1)
    call = event("contact_requested", phone=PHONE, ago=3 * HOUR)
    score.happened(call, event("form_submitted", ADA, PHONE, ago=2 * HOUR))
    assert score.lead(call.subject).state is LeadState.CLAIMED
    score.happened(event("form_submitted", BO, PHONE, ago=HOUR))
    assert score.lead(call.subject).state is LeadState.LIVE
    assert score.queued() == {subject("email", ADA)}


def test_a_lead_whose_own_identity_ended_first_still_finds_its_phone(score: Score) -> None:
    form = event("form_submitted", ADA, PHONE, ago=3 * HOUR)
    score.happened(form)
    subject_key, key = {"subject": {"S": form.subject}}, {"event_key": {"S": event_key(form)}}
    for store, its in (
        (score.stores.identities, subject_key),
        (score.stores.events, subject_key | key),
    ):
        store._client.delete_item(TableName=store._table, Key=its)
    score.happened(event("contact_requested", phone=PHONE, ago=HOUR))
    assert score.lead(form.subject).temperature is Temperature.HOT
