"""A form whose consents are to be confirmed, and what it asks to mail."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hotlist.capture import forms
from hotlist.capture.context import Received
from hotlist.events import retention
from hotlist.events.event import Event
from hotlist.store.events import from_item, to_item

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FORM: dict[str, Any] = {
    "type": "form_submitted",
    "fields": {"email": {"type": "email"}, "phone": {"type": "phone"}},
    "consents": {
        "email": {"version": "1", "text": "News?", "confirm": True},
        "phone": {"version": "1", "text": "Calls?"},
    },
}
ADA = {"email": "ada@example.org"}
BOTH = {"consent_email": "on", "consent_phone": "on"}


def submit(form: dict[str, Any], **raw: Any) -> Event:
    return forms.submission("f", form, raw, Received(at=NOW, address="203.0.113.77"))


def test_what_is_to_be_confirmed_is_pending_and_proved_and_nothing_else_is() -> None:
    event = submit(FORM, **ADA, **BOTH)
    assert event.properties["pending_consents"] == {"email": {"version": "1"}}
    assert event.properties["consents"] == {"phone": {"version": "1"}}
    assert set(event.texts["consents"]) == {"email", "phone"}  # type: ignore[call-overload]


def test_without_a_yes_nothing_is_pending() -> None:
    event = submit(FORM, **ADA, consent_email="no")
    assert "pending_consents" not in event.properties
    assert forms.to_lead(FORM, event) == ()


def test_a_pending_consent_alone_is_kept_as_long_as_a_form() -> None:
    event = submit(FORM, **ADA, consent_email="on")
    assert "consents" not in event.properties
    assert retention.retention(event) == retention.ORDINARY


def test_another_consent_is_another_submission() -> None:
    ids = {submit(FORM, **ADA, **given).event_id for given in ({}, {"consent_email": "on"}, BOTH)}
    assert len(ids) == 3


REWARD = {"id": "r", "kind": "video", "deliver": "mail", "title": "V", "url": "https://v.example"}
RECEIPT = {"subject": {"en": "Hi"}, "text": {"en": "Thanks"}}


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ({}, ("confirm:email",)),
        ({"reward": REWARD}, ("confirm:email", "reward")),
        ({"reward": {**REWARD, "deliver": "page"}}, ("confirm:email",)),
        ({"receipt": RECEIPT, "reward": REWARD}, ("confirm:email", "reward", "receipt")),
    ],
)
def test_an_event_says_what_is_to_be_mailed(more: dict[str, Any], asked: tuple[str, ...]) -> None:
    form = FORM | more
    event = submit(form, **ADA, **BOTH)
    assert forms.to_lead(form, event) == asked
    stored = from_item(to_item(event, to_lead=asked))
    assert set(stored.to_lead) == set(asked)
    assert forms.to_lead(form, submit(form, phone="+48600100200", **BOTH)) == ()


def test_an_event_without_mails_has_no_attribute_for_them() -> None:
    assert "to_lead" not in to_item(submit(FORM, **ADA))
