"""Whose an event is: visitors, phones and addresses that meet, through the score function."""

import json
from datetime import timedelta
from typing import Any

import pytest

from hotlist.events import times
from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM, Route
from hotlist.identity import claims
from hotlist.identity.claims import MAX_CLAIMANTS
from hotlist.identity.places import MAX_PHONES, MAX_VISITORS, Places
from hotlist.leads.lead import LeadState, Temperature
from hotlist.store import identities as stored_identities
from integration.stages.score import ADA, BO, HOUR, NOW, PHONE, Score, event, subject


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
    assert [read().lead_id for read in score.stores.leads.hot()] == [lead.lead_id]


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
    assert score.stores.leads.get(spam.subject) is None
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


def end(score: Score, subject_id: str) -> None:
    """Delete an identity, as time-to-live does."""
    store = score.stores.identities
    store._client.delete_item(TableName=store._table, Key={"subject": {"S": subject_id}})


def places(score: Score, email: str) -> Places:
    own = subject("email", email)
    held: Places = score.stores.identities.get_many([own])[own].places
    return held


def phone_number(number: int) -> str:
    return f"+486001002{number:02}"


def test_twenty_phones_find_a_place_and_one_more_stays_its_own_lead(score: Score) -> None:
    numbers = [phone_number(number) for number in range(MAX_PHONES + 1)]
    for hours, phone in enumerate(reversed(numbers), 1):
        score.happened(event("form_submitted", ADA, phone, ago=hours * HOUR))
    refused = subject("phone", numbers[0])
    assert places(score, ADA).phones == {subject("phone", one) for one in numbers[1:]}
    call = event("contact_requested", phone=numbers[0], ago=HOUR / 2)
    score.happened(call)
    assert score.lead(refused).temperature is Temperature.HOT
    assert score.lead(subject("email", ADA)).temperature is Temperature.COLD
    score.happened(event("contact_requested", phone=numbers[20], ago=HOUR / 2))
    assert score.lead(subject("phone", numbers[20])).state is LeadState.CLAIMED
    lead = score.lead(subject("email", ADA))
    assert lead.temperature is Temperature.HOT
    assert not lead.truncated


def test_a_form_whose_phone_finds_no_place_still_claims_its_visitor(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_identities, "MAX_PHONES", 1)
    score.happened(event("form_submitted", ADA, PHONE, ago=3 * HOUR))
    view = event("page_viewed", visitor="v", ago=HOUR, properties={"page_path": "/pricing"})
    form = event("form_submitted", ADA, phone_number(1), "v", ago=2 * HOUR)
    score.happened(form, view)
    assert places(score, ADA).phones == {subject("phone", PHONE)}
    assert score.lead(form.subject).last_event_id == view.event_id
    assert score.stores.leads.get(subject("phone", phone_number(1))) is None


def test_a_visitor_pushed_out_by_thirty_others_is_read_again_when_it_comes_back(
    score: Score,
) -> None:
    def view(ago: timedelta) -> Event:
        return event("page_viewed", visitor="v", ago=ago, properties={"page_path": "/pricing"})

    def is_read() -> bool:
        return "pricing" in {reason.rule for reason in score.lead(ada).reasons}

    ada = subject("email", ADA)
    score.happened(view(99 * HOUR), event("form_submitted", ADA, visitor="v", ago=98 * HOUR))
    assert is_read()
    for hours in range(MAX_VISITORS):
        score.happened(event("form_submitted", ADA, visitor=f"w{hours}", ago=(60 - hours) * HOUR))
    assert subject("visitor", "v") not in places(score, ADA).visitors
    assert not is_read()
    assert score.lead(ada).truncated
    score.happened(view(HOUR))
    assert places(score, ADA).visitors[0] == subject("visitor", "v")
    assert is_read()
    assert score.lead(ada).truncated


def test_entries_without_a_place_are_deleted_and_the_lead_stays_truncated(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotlist.identity.places.MAX_VISITORS", 2)
    for hours in range(5):
        score.happened(event("form_submitted", ADA, visitor=f"w{hours}", ago=(60 - hours) * HOUR))
    newest = [subject("visitor", f"w{hours}") for hours in (4, 3, 2)]
    assert {one.visitor for one in places(score, ADA).entries} == set(newest)
    assert score.lead(subject("email", ADA)).truncated


def test_a_phone_whose_owner_has_ended_is_let_go(score: Score) -> None:
    form = event("form_submitted", ADA, PHONE, ago=3 * HOUR)
    call = event("contact_requested", phone=PHONE, ago=HOUR)
    score.happened(form)
    end(score, form.subject)
    score.happened(call)
    assert score.lead(call.subject).temperature is Temperature.HOT
    again = event("form_submitted", ADA, PHONE, ago=HOUR / 2)
    score.happened(again)
    assert score.lead(call.subject).claimed_by == form.subject
    assert score.lead(form.subject).temperature is Temperature.HOT
    identity = score.stores.identities.get_many([call.subject])[call.subject]
    assert identity.let_go == {form.event_id}


def test_a_phone_goes_to_nobody_who_has_ended_when_a_claim_is_withdrawn(score: Score) -> None:
    score.happened(event("contact_requested", phone=PHONE, ago=HOUR))
    score.happened(event("form_submitted", ADA, PHONE, ago=9 * HOUR))
    forged = event("form_submitted", BO, PHONE, ago=8 * HOUR)
    score.happened(forged)
    end(score, subject("email", ADA))
    word = {"event_id": forged.event_id, "add": [SPAM]}
    score.happened(event("event_reclassified", BO, route=Route.OPERATOR, properties=word))
    lead = score.lead(subject("phone", PHONE))
    assert (lead.state, lead.temperature) == (LeadState.LIVE, Temperature.HOT)


def test_a_visitor_whose_owner_has_ended_is_nobodys_and_nothing_is_written(score: Score) -> None:
    form = event("form_submitted", ADA, visitor="v", ago=3 * HOUR)
    score.happened(form)
    end(score, form.subject)
    score.calls.clear()
    score.happened(event("page_viewed", visitor="v", ago=HOUR))
    assert score.calls == ["PutItem", "BatchGetItem", "BatchGetItem"]


def test_a_release_finds_no_place_like_any_other_claim(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_identities, "MAX_PHONES", 1)
    spam = event("form_submitted", ADA, PHONE, ago=5 * HOUR, flags=frozenset({SPAM}))
    score.happened(spam, event("contact_requested", phone=PHONE, ago=4 * HOUR))
    score.happened(event("form_submitted", ADA, phone_number(1), ago=3 * HOUR))
    word = {"event_id": spam.event_id, "remove": [SPAM]}
    score.happened(event("event_reclassified", ADA, route=Route.OPERATOR, properties=word))
    lead = score.lead(subject("phone", PHONE))
    assert (lead.state, lead.temperature) == (LeadState.LIVE, Temperature.HOT)


def test_a_flood_of_one_subject_hides_nothing_of_another(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotlist.leads.gather.MAX_EVENTS", 12)
    numbers = [phone_number(number) for number in range(3)]
    for hours, phone in enumerate(numbers, 60):
        score.happened(event("form_submitted", ADA, phone, ago=hours * HOUR))
    flood = [
        event("form_submitted", phone=phone, ago=number * HOUR)
        for phone in numbers[:2]
        for number in range(20, 30)
    ]
    score.happened(*flood, event("contact_requested", phone=numbers[2], ago=40 * HOUR))
    lead = score.lead(subject("email", ADA))
    assert lead.temperature is Temperature.HOT
    assert lead.truncated


@pytest.mark.parametrize(
    "changes",
    [
        {"flags": frozenset({SPAM})},
        {"expires_at": NOW - timedelta(seconds=1)},
    ],
    ids=["spam", "expired"],
)
def test_what_does_not_count_pushes_nothing_out(
    score: Score, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    monkeypatch.setattr("hotlist.leads.gather.NEWEST", 2)
    call = event("contact_requested", ADA, ago=20 * HOUR)
    score.happened(call, *(event("form_submitted", ADA, ago=n * HOUR, **changes) for n in range(9)))
    lead = score.lead(call.subject)
    assert (lead.temperature, lead.truncated) == (Temperature.HOT, False)


def test_spam_found_by_an_operator_pushes_nothing_out(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotlist.leads.gather.NEWEST", 2)
    call = event("contact_requested", ADA, ago=20 * HOUR)
    spam = [event("form_submitted", ADA, ago=n * HOUR) for n in range(1, 4)]
    score.happened(call, *spam)
    assert score.lead(call.subject).truncated
    for number, one in enumerate(spam):
        word = {"event_id": one.event_id, "add": [SPAM]}
        at: dict[str, Any] = {"ago": HOUR / (number + 2), "route": Route.OPERATOR}
        score.happened(event("event_reclassified", ADA, properties=word, **at))
    lead = score.lead(call.subject)
    assert (lead.temperature, lead.truncated) == (Temperature.HOT, False)


def test_no_more_than_so_many_pages_are_read_whatever_they_hold(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotlist.store.events.MAX_PAGES", 2)
    spam: dict[str, Any] = {"flags": frozenset({SPAM}), "properties": {"message": "x" * 300_000}}
    score.happened(event("contact_requested", ADA, ago=20 * HOUR))
    for number in range(1, 12):
        score.stores.events.put(event("form_submitted", ADA, ago=number * HOUR, **spam))
    score.calls.clear()
    score.happened(event("form_submitted", ADA))
    assert score.calls.count("Query") == 2
    assert score.lead(subject("email", ADA)).truncated


def claimed_by_an_earlier_version(score: Score, *names: str) -> None:
    store = score.stores.identities
    store._client.update_item(
        TableName=store._table,
        Key={"subject": {"S": subject("email", ADA)}},
        UpdateExpression="SET claimed = :names REMOVE phones, visitors",
        ExpressionAttributeValues={":names": {"SS": list(names)}},
    )


def test_what_an_earlier_version_stored_holds_its_places_before_and_after_the_next_write(
    score: Score,
) -> None:
    call = event("contact_requested", phone=PHONE, ago=HOUR)
    score.happened(event("form_submitted", ADA, PHONE, "v", ago=9 * HOUR))
    phone, visitor = subject("phone", PHONE), subject("visitor", "v")
    claimed_by_an_earlier_version(score, phone, visitor)
    score.happened(call)
    ada = subject("email", ADA)
    assert score.lead(ada).last_event_id == call.event_id
    form = event("form_submitted", ADA, phone_number(1), "w", ago=HOUR / 2)
    score.happened(form)
    assert places(score, ADA).phones == {phone, subject("phone", phone_number(1))}
    assert places(score, ADA).visitors == (subject("visitor", "w"), visitor)
    assert not score.stores.identities.get_many([ada])[ada].is_old
    assert score.lead(ada).temperature is Temperature.HOT
