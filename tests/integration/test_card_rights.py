"""Cards and lists: nobody opens another's, and opening changes nothing."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hotlist.cards import devices
from hotlist.cards.devices import Page
from hotlist.links import tokens
from hotlist.links.tokens import Key, Purpose, Token
from integration.stages.card import TODAY, Browser, Card, link
from integration.stages.doors import (
    DAY,
    HELD_BY,
    MINUTE,
    OTHER_KEY,
    STEP,
    confirmed,
    cookie,
    mailed,
    shows_nothing,
    state,
)
from integration.stages.links import KEY, title
from integration.stages.notify import Notify


@pytest.fixture
def ada(card: Card) -> str:
    return card.lead("ada@example.org", name=HELD_BY, phone="+48600100200")


# --- what a request changes -------------------------------------------------------------------


def test_no_get_changes_anything(card: Card, notify: Notify, ada: str) -> None:
    path = link(subject=ada)
    browser = confirmed(card, notify, path)
    device = tokens.sign(device_token(card, ada), KEY)
    paths = (path, link("lists"), f"{path}?vcard", f"{path}?device={device}", f"{path}x")
    before = state(card)
    for at in paths:
        for reader in (browser, Browser(card)):
            for method in ("GET", "HEAD"):
                answer = reader.ask(at, method)
                assert "cookies" not in answer
                assert answer["statusCode"] in (200, 404)
    assert state(card) == before


def test_a_head_is_answered_as_a_get(card: Card, notify: Notify, ada: str) -> None:
    browser = confirmed(card, notify, link(subject=ada))
    for at in (link(subject=ada), link("lists"), "/leads/x"):
        got, head = browser.ask(at), browser.ask(at, "HEAD")
        assert (got["statusCode"], got["headers"]) == (head["statusCode"], head["headers"])


@pytest.mark.parametrize("body", ["", "do=other", "device=", "x" * 70_000, "do=mail&do=mail"])
def test_a_post_that_no_page_makes_queues_nothing(
    card: Card, browser: Browser, ada: str, body: str
) -> None:
    before = state(card)
    assert browser.ask(link(subject=ada), "POST", body)["statusCode"] in (303, 410)
    assert state(card) == before


def test_a_page_says_what_a_browser_may_do_with_it(card: Card, notify: Notify, ada: str) -> None:
    browser = confirmed(card, notify, link(subject=ada))
    answers = [browser.ask(at) for at in (link(subject=ada), link("lists"))]
    for answer in (*answers, Browser(card).ask(link(subject=ada))):
        headers = answer["headers"]
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex"
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha")
        assert "unsafe" not in headers["content-security-policy"]
        assert '<meta name="robots" content="noindex">' in answer["body"]
        assert not re.search(r'(?:src|href)="(?:https?:)?//', answer["body"])


# --- links and tokens that are somebody else's ------------------------------------------------


def device_token(card: Card, subject: str = "", **changes: Any) -> Token:
    """What the mailed link of Anna's card of today says."""
    anna = card.recipient("anna")
    page = Page(changes.pop("route", "leads"), subject, changes.pop("day", TODAY), "anna")
    return replace(devices.device_token(page, anna, card.now), **changes)


@pytest.mark.parametrize(
    ("minutes", "is_good"), [(0, True), (13, True), (15, False), (60, False), (3_000, False)]
)
def test_a_mailed_link_is_good_for_a_quarter_of_an_hour(
    card: Card, notify: Notify, ada: str, minutes: int, is_good: bool
) -> None:
    browser = Browser(card)
    browser.mail(link(subject=ada))
    url = mailed(card, notify)
    card.now += minutes * MINUTE
    answer = browser.follow(url)
    assert (answer["statusCode"], bool(browser.cookies)) == (
        (303, True) if is_good else (410, False)
    )
    assert shows_nothing(answer)
    path, _, query = url.removeprefix("https://api.example.com").partition("?")
    pressed = Browser(card).press(path, device=query.partition("=")[2])
    assert ("cookies" in pressed) == is_good


@pytest.mark.parametrize(
    "spoil",
    [
        lambda card, ada: (link(subject=card.lead("bo@example.org")), device_token(card, ada)),
        lambda card, ada: (link("lists"), device_token(card, ada)),
        lambda card, ada: (link("lists"), device_token(card)),
        lambda card, ada: (link(subject=ada, day=TODAY - DAY), device_token(card, ada)),
        lambda card, ada: (link(subject=ada, recipient="ben"), device_token(card, ada)),
        lambda card, ada: (link(subject=ada), device_token(card, ada, recipient="ben")),
        lambda card, ada: (link(subject=ada), device_token(card, ada, said={})),
        lambda card, ada: (link(subject=ada), device_token(card, ada, purpose=Purpose.COOKIE)),
        lambda card, ada: (link(subject=ada), device_token(card, ada, purpose=Purpose.CARD)),
    ],
)
def test_a_mailed_link_is_for_one_page(
    card: Card, ada: str, spoil: Callable[[Card, str], tuple[str, Token]]
) -> None:
    path, token = spoil(card, ada)
    for key in (KEY, OTHER_KEY):
        browser = Browser(card)
        device = tokens.sign(token, key)
        assert browser.ask(f"{path}?device={device}")["statusCode"] == 410
        assert browser.press(path, device=device)["statusCode"] == 410
        assert browser.cookies == {}


def test_a_mailed_link_of_another_stack_is_none(card: Card, browser: Browser, ada: str) -> None:
    device = tokens.sign(device_token(card, ada), OTHER_KEY)
    assert browser.press(link(subject=ada), device=device)["statusCode"] == 410
    device = tokens.sign(device_token(card, ada), KEY)
    assert browser.press(link(subject=ada), device=device)["statusCode"] == 303


@pytest.mark.parametrize(
    ("token", "key"),
    [
        (lambda card: cookie(card, "ben"), KEY),
        (lambda card: cookie(card, "anna"), OTHER_KEY),
        (lambda card: cookie(card, "anna", said={}), KEY),
        (lambda card: cookie(card, "anna", purpose=Purpose.CARD), KEY),
        (lambda card: cookie(card, "anna", purpose=Purpose.DEVICE), KEY),
        (lambda card: cookie(card, "anna", day=TODAY - 40 * DAY), KEY),
        (lambda card: Page("lists", "", TODAY, "anna").token(), KEY),
    ],
)
def test_no_cookie_but_a_recipients_own_opens_their_pages(
    card: Card, ada: str, token: Callable[[Card], Token], key: Key
) -> None:
    for name in ("anna", "ben"):
        browser = Browser(card)
        browser.cookies[devices.cookie_name(card.recipient(name))] = tokens.sign(token(card), key)
        answer = browser.ask(link(subject=ada))
        assert title(answer) == STEP
        assert shows_nothing(answer)
    browser = Browser(card)
    good = tokens.sign(cookie(card, "anna"), KEY)
    browser.cookies[devices.cookie_name(card.recipient("anna"))] = good
    assert HELD_BY in browser.ask(link(subject=ada))["body"]


@pytest.mark.parametrize("route", ["leads", "lists"])
def test_no_link_but_one_of_ours_is_answered(
    card: Card, notify: Notify, ada: str, route: str
) -> None:
    subject = ada if route == "leads" else ""
    good = link(route, subject)
    browser = confirmed(card, notify, good)
    other = "lists" if route == "leads" else "leads"
    text = good.rpartition("/")[2]
    bad = {
        f"/{other}/{text}": 404,
        link(route, subject, key=OTHER_KEY): 404,
        f"/{route}/x": 404,
        f"{good[:-2]}AA": 404,
        link(route, subject, recipient="nobody"): 410,
        link(route, subject, day=TODAY - 8 * DAY): 410,
    }
    for path, status in bad.items():
        answer = browser.ask(path)
        assert (answer["statusCode"], shows_nothing(answer)) == (status, True), path
        assert browser.mail(path)["statusCode"] == status
    assert card.letters() == []
    seven = link(route, subject, day=TODAY - 7 * DAY)
    assert HELD_BY in browser.ask(seven)["body"]
    assert HELD_BY in browser.ask(f"{good}%3D=")["body"]  # what mail programs do to an address


def test_what_is_no_page_says_what_a_browser_may_do_with_it_too(
    card: Card, browser: Browser, ada: str
) -> None:
    device = tokens.sign(device_token(card, ada), KEY)
    for answer in (
        browser.ask("/leads/x", accept="application/json"),
        browser.press(link(subject=ada)),
        browser.press(link(subject=ada), device=device),
    ):
        assert answer["statusCode"] in (303, 404)
        assert answer["headers"]["referrer-policy"] == "no-referrer"
        assert answer["headers"]["x-content-type-options"] == "nosniff"
        assert answer["headers"]["cache-control"] == "no-store"


def test_a_program_gets_problem_details(card: Card, browser: Browser) -> None:
    answer = browser.ask("/leads/x", accept="application/json")
    assert answer["headers"]["content-type"] == "application/problem+json"


def test_links_on_a_page_end_with_the_link_that_opened_it(
    card: Card, notify: Notify, ada: str
) -> None:
    day = TODAY - 3 * DAY
    browser = confirmed(card, notify, link("lists", day=day))
    for page in (browser.ask(link("lists", day=day)), browser.ask(link(subject=ada, day=day))):
        found = re.findall(r'href="/(leads|lists|answers)/([\w-]+)"', page["body"])
        assert found
        purposes = {"leads": Purpose.CARD, "lists": Purpose.LIST, "answers": Purpose.ANSWER}
        for route, text in found:
            token = tokens.verified(text, purposes[route], KEY, card.now)
            assert (token.day, token.recipient) == (day, "anna")
