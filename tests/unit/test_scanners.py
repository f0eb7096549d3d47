"""Who follows a link before anybody reads the mail."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, PREFETCH, Route
from hotlist.leads.classify import classify
from hotlist.leads.scanners import is_ahead, is_scanner

DATA = Path(__file__).parents[1] / "data"
PEOPLE = [
    line
    for line in (DATA / "agents-people.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#") and line != "Mozilla/5.0"
]


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_and_what_opens_mails_for_them_are_no_scanners(agent: str) -> None:
    assert not is_scanner(agent)


@pytest.mark.parametrize(
    "agent",
    [
        *("", "  ", "Mozilla/5.0", "curl/8.5.0", "Googlebot/2.1", "BARRACUDA Sentinel (EE)"),
        "Mozilla/5.0 (Windows NT 10.0) Chrome/42.0 Safari/537.36 Edge/12.246 Mozilla/5.0",
        "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
        "Microsoft Office Existence Discovery",
    ],
)
def test_scanners_are_told(agent: str) -> None:
    assert is_scanner(agent)


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("HEAD", {}, True),
        ("GET", {}, False),
        ("GET", {"purpose": "Prefetch"}, True),
        ("GET", {"sec-purpose": "prefetch;anonymous-client-ip"}, True),
        ("GET", {"x-moz": "prefetch"}, True),
        ("GET", {"x-purpose": "preview"}, True),
        ("GET", {"purpose": "reading"}, False),
    ],
)
def test_a_request_says_that_nobody_looks(
    method: str, headers: dict[str, str], expected: bool
) -> None:
    assert is_ahead(method, headers) is expected


@pytest.mark.parametrize(
    ("route", "event_type", "agent", "flags"),
    [
        (Route.LINK, "email_opened", "Mozilla/5.0", {PREFETCH}),
        (Route.LINK, "email_clicked", "curl/8.5.0", {BOT, PREFETCH}),
        (Route.LINK, "unsubscribed", "Mozilla/5.0", set()),
        (Route.LINK, "reward_claimed", "Barracuda Sentinel (EE)", {BOT, PREFETCH}),
        (Route.LINK, "reward_claimed", "Mozilla/5.0 (Windows NT 10.0) Mimecast/1.0", {PREFETCH}),
        (Route.LINK, "reward_claimed", "Mozilla/5.0", set()),
        (Route.LINK, "consent_given", "Mozilla/5.0 (Windows NT 10.0) Mimecast/1.0", set()),
        (Route.LINK, "consent_given", "curl/8.5.0", {BOT}),
        (Route.FORM, "form_submitted", "Mozilla/5.0", set()),
        (Route.SERVER, "email_opened", "Mozilla/5.0", set()),
    ],
)
def test_only_what_a_get_records_is_a_prefetch(
    route: Route, event_type: str, agent: str, flags: set[str]
) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    one = Event(
        event_id="1",
        type=event_type,
        occurred_at=at,
        route=route,
        properties={"user_agent": agent},
    )
    assert classify(one).flags == flags
