"""What is still to be mailed to a lead: whose word counts, and until when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.leads.classify import channel, classify
from hotlist.leads.profile import profile_of
from hotlist.sales.to_lead import (
    ASKED_WITHIN,
    MAILED_WITHIN,
    is_confirmed,
    is_stopped,
    most_confirmations,
    to_lead_now,
)
from hotlist.store.deliveries import KEPT

NOW = datetime(2026, 3, 28, 10, 5, tzinfo=UTC)
DAY = timedelta(days=1)


def said(event_type: str, **changes: Any) -> Event:
    fields: dict[str, Any] = {
        "event_id": "f" * 32,
        "type": event_type,
        "route": Route.LINK,
        "occurred_at": NOW,
        "received_at": NOW,
    }
    return Event(**(fields | changes))


def asked(**changes: Any) -> Event:
    """A form that asks for a consent that is to be confirmed."""
    fields: dict[str, Any] = {
        "event_id": "1" * 32,
        "route": Route.FORM,
        "subject": "email:1",
        "email": "ada@example.org",
        "to_lead": ("confirm:email", "receipt"),
        "properties": {"form": "ebook", "pending_consents": {"email": {"version": "2"}}},
    }
    return said("form_submitted", **(fields | changes))


@pytest.mark.parametrize(
    ("word", "confirmed"),
    [
        (said("consent_given"), True),
        (said("reward_claimed"), True),
        (said("consent_given", route=Route.SERVER), False),
        (said("consent_given", flags=frozenset({"prefetch"})), False),
        (said("consent_given", expires_at=NOW), False),
        (said("consent_given", flags=frozenset({"internal"})), False),
        (said("consent_given", properties={"user_agent": "python-requests/2.32"}), False),
        (said("reward_claimed", properties={"user_agent": "Mimecast/1.0"}), False),
        (said("consent_withdrawn"), False),
        (said("email_opened"), False),
        (said("file_downloaded"), False),
    ],
)
def test_an_address_is_confirmed_by_its_owners_answer_alone(word: Event, confirmed: bool) -> None:
    assert is_confirmed([word], NOW) is confirmed
    facts = profile_of([classify(word)], NOW, channel).facts
    assert facts.get("email_confirmed", False) is confirmed, "both read it alike"


@pytest.mark.parametrize(
    ("word", "stopped"),
    [
        (said("email_complained"), True),
        (said("email_bounced", properties={"permanent": True}), True),
        (said("email_bounced", properties={"permanent": "yes"}), False),
        (said("email_bounced"), False),
        (said("unsubscribed", route=Route.SERVER, properties={"all": True}), False),
        (said("email_complained", expires_at=NOW), True),
    ],
)
def test_a_bounce_for_good_and_a_complaint_stop_all_mail(word: Event, stopped: bool) -> None:
    assert is_stopped([word]) is stopped
    is_kept = word.expires_at is None
    assert (to_lead_now(asked(), "receipt", [word], NOW) is None) is (stopped and is_kept)


def test_what_was_asked_for_too_long_ago_is_asked_no_more() -> None:
    for what, is_sent in (("confirm:email", False), ("receipt", True)):
        assert to_lead_now(asked(), what, [], NOW + ASKED_WITHIN - timedelta(seconds=1))
        late = to_lead_now(asked(), what, [], NOW + ASKED_WITHIN)
        assert (late is not None) is is_sent


def test_what_was_asked_for_long_ago_is_not_mailed_while_its_delivery_may_be_forgotten() -> None:
    for what in ("receipt", "confirm:email"):
        assert to_lead_now(asked(), what, [], NOW + MAILED_WITHIN) is None
    assert to_lead_now(asked(), "receipt", [], NOW + MAILED_WITHIN - timedelta(seconds=1))
    assert MAILED_WITHIN < KEPT - DAY


LATER: dict[str, Any] = {"occurred_at": NOW + DAY, "received_at": NOW + DAY}
SOONER: dict[str, Any] = {"occurred_at": NOW - DAY, "received_at": NOW - DAY}


@pytest.mark.parametrize(
    ("words", "is_pending"),
    [
        ([], True),
        ([said("consent_given", properties={"purpose": "email", "version": "2"}, **SOONER)], False),
        ([said("consent_given", properties={"purpose": "email", "version": "1"}, **SOONER)], True),
        ([said("consent_given", properties={"purpose": "email", "version": "1"}, **LATER)], False),
        ([said("consent_given", properties={"purpose": "phone", "version": "2"}, **LATER)], True),
        ([said("consent_withdrawn", properties={"purpose": "email"}, **LATER)], False),
        ([said("consent_withdrawn", properties={"purpose": ["phone", "email"]}, **LATER)], False),
        ([said("consent_withdrawn", properties={"purpose": "email"}, **SOONER)], True),
        ([said("consent_withdrawn", **LATER)], True),
        ([said("unsubscribed", **LATER)], False),
        ([said("unsubscribed", properties={"all": True}, **LATER)], False),
        ([said("unsubscribed", properties={"purposes": ["phone"]}, **LATER)], True),
        ([said("unsubscribed", flags=frozenset({"prefetch"}), **LATER)], True),
        (
            [
                said("consent_given", properties={"purpose": "email", "version": "2"}, **SOONER),
                said("unsubscribed", event_id="0" * 32),
            ],
            True,
        ),
    ],
)
def test_a_consent_is_pending_until_it_is_given_or_ended(
    words: list[Event], is_pending: bool
) -> None:
    found = to_lead_now(asked(), "confirm:email", words, NOW + DAY)
    assert (found is not None) is is_pending


def test_all_purposes_but_tracking_end_at_once() -> None:
    pending = {"tracking": {"version": "1"}}
    event = asked(to_lead=("confirm:tracking",), properties={"pending_consents": pending})
    ended = said("unsubscribed", properties={"all": True}, **LATER)
    assert to_lead_now(event, "confirm:tracking", [ended], NOW + DAY) is not None
    named = said("unsubscribed", properties={"all": True, "purposes": ["tracking"]}, **LATER)
    assert to_lead_now(event, "confirm:tracking", [named], NOW + DAY) is None


@pytest.mark.parametrize(
    ("words", "has_ended"),
    [
        ([], False),
        ([said("unsubscribed", properties={"all": True})], True),
        ([said("unsubscribed")], True),
        ([said("unsubscribed", properties={"purposes": ["phone"]})], False),
        ([said("unsubscribed", route=Route.SERVER, properties={"all": True})], False),
        ([said("unsubscribed", flags=frozenset({"prefetch"}))], False),
        ([said("unsubscribed", expires_at=NOW)], False),
        ([said("unsubscribed"), said("consent_given", **LATER)], False),
        ([said("unsubscribed", **LATER), said("consent_given")], True),
        ([said("unsubscribed"), said("consent_given", route=Route.SERVER, **LATER)], True),
        ([said("unsubscribed"), said("reward_claimed", **LATER)], True),
    ],
)
def test_who_unsubscribed_gets_no_receipts_of_what_anybody_may_send(
    words: list[Event], has_ended: bool
) -> None:
    event = asked(to_lead=("confirm:email", "receipt", "reward"))
    assert (to_lead_now(event, "receipt", words, NOW) is None) is has_ended
    assert to_lead_now(event, "reward", words, NOW) is not None


@pytest.mark.parametrize(
    ("words", "most"),
    [
        ([], 3),
        ([said("unsubscribed", properties={"all": True})], 1),
        ([said("consent_withdrawn", properties={"purpose": "email"})], 1),
        ([said("consent_withdrawn", properties={"purpose": "phone"})], 3),
        ([said("consent_withdrawn", properties={"purpose": "email"}, route=Route.SERVER)], 3),
        ([said("consent_withdrawn", properties={"purpose": "email"}, expires_at=NOW)], 3),
        (
            [
                said("consent_withdrawn", properties={"purpose": "email"}),
                said("consent_given", properties={"purpose": "email"}, **LATER),
            ],
            3,
        ),
    ],
)
def test_who_has_ended_a_consent_by_a_link_is_asked_once_a_day(
    words: list[Event], most: int
) -> None:
    assert most_confirmations(words, "email", 3, NOW) == most
    assert most_confirmations(words, "email", 0, NOW) == 0


@pytest.mark.parametrize("pending", [None, [], {}, "email", {"phone": {}}])
def test_what_is_not_pending_is_not_confirmed(pending: object) -> None:
    event = asked(properties={"pending_consents": pending})
    assert to_lead_now(event, "confirm:email", [], NOW) is None
