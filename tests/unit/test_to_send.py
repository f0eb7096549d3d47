"""What is still to be sent of an alert or a message, and when a letter comes back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, INTERNAL, SPAM, Route
from hotlist.leads.lead import Alerting, Lead, LeadState, Stage, Temperature
from hotlist.mail.queue import (
    AFTER_LEASE,
    QUOTA_WAIT,
    Alert,
    Letter,
    Message,
    More,
    ToLead,
    letter_of,
    reason,
    waiting_time,
)
from hotlist.rescore.queue import FIRST_WAIT, LONGEST_WAIT
from hotlist.sales.to_send import AlertNow, alert_now, held_back, message_now
from hotlist.store.deliveries import InFlight

NOW = datetime(2026, 3, 28, 10, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TRIED = {"hotlist_test": True, "user_agent": "python-requests/2"}


def a_lead(lead_id: str = "email:1", **changes: Any) -> Lead:
    fields: dict[str, Any] = {
        "lead_id": lead_id,
        "folded_at": NOW,
        "expires_at": NOW + timedelta(days=396),
        "temperature": Temperature.HOT,
        "alerting": Alerting(alert_id="a1", hot_since=NOW),
    }
    return Lead(**(fields | changes))


def said(event_type: str, at: datetime, **properties: object) -> Event:
    return Event(
        event_id=f"{event_type}{at}",
        type=event_type,
        occurred_at=at,
        received_at=at,
        route=Route.LINK,
        properties=properties,
    )


def test_a_lead_that_is_hot_is_told_as_it_is() -> None:
    lead = a_lead()
    assert alert_now("a1", lead, None, ()) == AlertNow(lead, NOW)


@pytest.mark.parametrize("stage", [Stage.SUSPENDED, Stage.REJECTED])
def test_a_lead_that_is_suspended_or_rejected_is_let_be(stage: Stage) -> None:
    assert alert_now("a1", a_lead(stage=stage), None, ()) is None
    claimed = a_lead("phone:1", state=LeadState.CLAIMED, claimed_by="email:1")
    cold = a_lead(stage=stage, temperature=Temperature.COLD)
    assert alert_now("a1", claimed, cold, ()) is None


@pytest.mark.parametrize(
    ("answers", "is_answered"),
    [
        ([], False),
        ([("sales_contacted", 1)], True),
        ([("sales_contacted", -1)], False),
        ([("sales_contacted", 1), ("sales_rejected", 2)], True),
        ([("sales_undone", 2), ("sales_snoozed", 3)], True),
        ([("sales_undone", 2)], False),
        ([("unsubscribed", 1)], False),
    ],
)
def test_an_answer_since_it_turned_hot_ends_an_alert(
    answers: list[tuple[str, int]], is_answered: bool
) -> None:
    events = [said(name, NOW + minutes * MINUTE) for name, minutes in answers]
    for order in (events, events[::-1]):
        assert (alert_now("a1", a_lead(), None, order) is None) is is_answered


def test_an_answer_that_was_taken_back_ends_no_alert() -> None:
    answer, other = said("sales_contacted", NOW), said("sales_rejected", NOW + MINUTE)
    undo = said("sales_undone", NOW + 2 * MINUTE, event_id=answer.event_id)
    assert alert_now("a1", a_lead(), None, [undo, answer]) is not None
    assert alert_now("a1", a_lead(), None, [undo, answer, other]) is None


def a_message(**changes: Any) -> Event:
    fields: dict[str, Any] = {
        "event_id": "m",
        "type": "contact_requested",
        "occurred_at": NOW,
        "received_at": NOW,
        "expires_at": NOW + timedelta(days=1),
        "tell": True,
    }
    return Event(**(fields | changes))


def correction(number: int, **said_: list[str]) -> Event:
    at = NOW + number * MINUTE
    return Event(
        event_id=f"c{number}",
        type="event_reclassified",
        occurred_at=at,
        received_at=at,
        route=Route.OPERATOR,
        properties={"event_id": "m", **said_},
    )


@pytest.mark.parametrize(
    ("message", "corrections", "flag"),
    [
        (a_message(), [], None),
        (a_message(flags=frozenset({SPAM})), [], SPAM),
        (a_message(flags=frozenset({SPAM})), [correction(1, remove=[SPAM])], None),
        (a_message(), [correction(1, add=[SPAM])], SPAM),
        (a_message(), [correction(2, remove=[SPAM]), correction(1, add=[SPAM])], None),
        (a_message(), [correction(1, add=[INTERNAL])], INTERNAL),
        (a_message(properties={"user_agent": "Googlebot"}), [], BOT),
        (a_message(properties=TRIED, flags=frozenset({INTERNAL})), [], None),
        (a_message(properties=TRIED, flags=frozenset({INTERNAL, SPAM})), [], SPAM),
        (a_message(properties={"user_agent": "Googlebot"}), [correction(1, remove=[BOT])], None),
    ],
)
def test_the_latest_word_decides_whether_a_message_is_sent(
    message: Event, corrections: list[Event], flag: str | None
) -> None:
    event = message_now(message, corrections, NOW + timedelta(hours=1))
    assert event is not None
    assert held_back(event) == flag


def test_what_has_expired_or_was_never_a_message_is_none() -> None:
    assert message_now(None, (), NOW) is None
    assert message_now(a_message(tell=False), (), NOW) is None
    assert message_now(a_message(), (), NOW + timedelta(days=1)) is None


def test_a_correction_that_has_expired_says_nothing() -> None:
    old = correction(1, add=[SPAM])
    ended = Event(**{name: getattr(old, name) for name in Event.__slots__} | {"expires_at": NOW})
    event = message_now(a_message(), [ended], NOW)
    assert event is not None
    assert held_back(event) is None


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "SendEmail")


def test_when_a_letter_comes_back() -> None:
    in_flight = InFlight("d", NOW + 10 * MINUTE)
    assert waiting_time(in_flight, 1, NOW) == 10 * MINUTE + AFTER_LEASE
    assert waiting_time(refused("LimitExceededException"), 1, NOW) == QUOTA_WAIT
    throttled = [waiting_time(refused("TooManyRequestsException"), n, NOW) for n in (1, 2, 3, 99)]
    assert throttled == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT, LONGEST_WAIT]


def test_a_reason_holds_no_text_of_an_error() -> None:
    error = ClientError({"Error": {"Code": "MessageRejected", "Message": "ada@example.org"}}, "x")
    assert reason(error) == "ClientError MessageRejected"
    assert reason(ValueError("ada@example.org")) == "ValueError"


@pytest.mark.parametrize(
    "letter",
    [
        Letter(Message("email:1", "e")),
        Letter(Alert("email:1", "a"), "ben"),
        Letter(More("ben", "alert", "2026-03-28T10"), "anna"),
        Letter(ToLead("email:1", "e", "confirm:email")),
    ],
)
def test_a_letter_comes_out_of_the_queue_as_it_went_in(letter: Letter) -> None:
    assert letter_of(letter.body()) == letter


@pytest.mark.parametrize(
    "body",
    [
        "",
        "1",
        "{}",
        '{"alert": {}, "message": {}}',
        '{"alert": {"lead_id": "l"}}',
        '{"alert": {"lead_id": "l", "alert_id": 1}}',
        '{"alert": {"lead_id": "l", "alert_id": "a", "more": "x"}}',
        '{"alert": {"lead_id": "l", "alert_id": "a"}, "recipient": 1}',
        '{"alert": []}',
    ],
)
def test_what_is_no_letter_is_refused(body: str) -> None:
    with pytest.raises((TypeError, ValueError)):
        letter_of(body)
