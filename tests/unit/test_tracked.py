"""An action of a page becomes a visitor's event, or is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotlist.capture.context import BadFields, Received
from hotlist.capture.tracked import tracked
from hotlist.events.event import Event
from hotlist.identity import identifiers

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def act(raw: Any) -> Event:
    return tracked(raw, "v1", Received(at=NOW), None)


def test_a_tracked_action_is_a_visitors() -> None:
    event = act({"type": "page_engaged", "properties": {"seconds": 70, "page_url": "https://x/y"}})
    assert event.subject == identifiers.subject("visitor", "v1")
    assert (event.properties["seconds"], event.properties["page_path"]) == (70, "/y")
    assert event.expires_at == NOW + timedelta(days=90)


def test_an_actions_files_and_addresses_are_as_people_write_them() -> None:
    said = {
        "file": "Cennik%20%C5%9Brub.pdf",
        "href": "/pliki/%C5%9Bruby.pdf?v=%C5%9B",
        "target": "https://x.example/a%2Fb;s=1/%C5%9B",
        "link": "header; top%20left",
        "text": "S\u0301ruby 100%25",
    }
    event = act({"type": "element_clicked", "properties": said})
    assert event.properties == {
        "file": "Cennik śrub.pdf",
        "href": "/pliki/śruby.pdf?v=ś",
        "target": "https://x.example/a%2Fb/ś",
        "link": "header; top%20left",
        "text": "Śruby 100%25",
    }


@pytest.mark.parametrize(
    "raw",
    [
        {"type": "order_completed"},
        {"type": "contact_requested"},
        {},
        {"type": "page_viewed", "properties": 1},
        7,
        *(
            {"type": "consent_withdrawn", "properties": said, **beside}
            for said, beside in (
                ({"purpose": "email"}, {}),
                ({"purpose": ["email"]}, {}),
                ({"purpose": ["tracking", "email"]}, {}),
                ({"purpose": None}, {}),
                ({"purpose": "tracking "}, {}),
                ({"purpose\ud800": "email"}, {}),
                ({"purpose": "tracking"}, {"purpose": "phone"}),
                ({}, {"purpose": "email"}),
            )
        ),
    ],
)
def test_what_may_not_be_tracked_is_refused(raw: Any) -> None:
    with pytest.raises(BadFields):
        act(raw)


@pytest.mark.parametrize("said", [{}, {"purpose": "tracking"}])
def test_a_page_may_withdraw_consent_to_tracking(said: dict[str, str]) -> None:
    event = act({"type": "consent_withdrawn", "properties": said})
    assert event.properties == said


def test_other_actions_may_speak_of_any_purpose() -> None:
    said = {"purpose": "email"}
    assert act({"type": "custom:asked", "properties": said}).properties == said
