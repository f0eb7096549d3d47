"""Channels and bots, from the raw event alone."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, SPAM
from hotlist.leads import classify


def event(**properties: Any) -> Event:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Event(event_id="1", type="session_started", occurred_at=at, properties=properties)


@pytest.mark.parametrize(
    ("properties", "channel"),
    [
        ({}, "direct"),
        ({"source": "google", "medium": "cpc"}, "paid_search"),
        ({"gclid": "x"}, "paid_search"),
        ({"msclkid": "x", "referrer": "https://www.bing.com/"}, "paid_search"),
        ({"source": "facebook", "medium": "cpc"}, "paid_social"),
        ({"medium": "paid_social"}, "paid_social"),
        ({"fbclid": "x"}, "organic_social"),
        ({"referrer": "https://www.linkedin.com/feed"}, "organic_social"),
        ({"referrer": "https://t.co/abc"}, "organic_social"),
        ({"referrer": "https://www.google.pl/"}, "organic_search"),
        ({"medium": "organic"}, "organic_search"),
        ({"medium": "Email"}, "email"),
        ({"medium": "affiliate"}, "affiliate"),
        ({"medium": "banner"}, "display"),
        ({"referrer": "https://blog.example.net/post"}, "referral"),
        ({"referrer": "https://x.example/a", "page_url": "https://www.x.example/b"}, "direct"),
        ({"source": "leaflet"}, "other"),
        ({"referrer": "https://[broken"}, "direct"),
    ],
)
def test_the_channel_of_a_visit(properties: dict[str, Any], channel: str) -> None:
    assert classify.channel(event(**properties)) == channel


@pytest.mark.parametrize(
    ("agent", "flags"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", {BOT}),
        ("python-requests/2.32", {BOT}),
        ("Mozilla/5.0 HeadlessChrome/130.0", {BOT}),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0", set()),
        (None, set()),
        (7, set()),
    ],
)
def test_machines_are_flagged(agent: object, flags: set[str]) -> None:
    assert classify.classify(event(user_agent=agent)).flags == flags


def test_flags_of_capture_stay() -> None:
    flagged = Event(
        event_id="1",
        type="form_submitted",
        occurred_at=datetime(2026, 3, 2, tzinfo=UTC),
        properties={"user_agent": "curl/8"},
        flags=frozenset({SPAM}),
    )
    assert classify.classify(flagged).flags == {SPAM, BOT}


@given(
    st.dictionaries(
        st.sampled_from(["referrer", "page_url", "source", "medium", "gclid"]),
        st.text() | st.integers(),
    )
)
def test_anything_has_a_channel(properties: dict[str, Any]) -> None:
    assert classify.channel(event(**properties))
