"""Cards and lists behind their links and devices: who sees what, and what a request changes."""

import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Lock
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from fast_mail_parser import parse_email

from hotlist.cards import devices
from hotlist.cards.devices import Page
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.identity import identifiers
from hotlist.links import tokens
from hotlist.links.tokens import Key, Purpose, Token
from hotlist.mail.queue import Device, Letter
from hotlist.rescore.queue import NotQueued
from hotlist.runtime.limits import FoldTookTooLong, OutOfTime
from hotlist.store.device_asks import MOST_A_DAY, DeviceAsks
from hotlist.store.items import ReadsThrottled
from integration.stages.card import NOW, TODAY, Answer, Browser, Card, link
from integration.stages.links import KEY, title
from integration.stages.notify import Notify

DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
OTHER_KEY: Final = Key("1", b"o" * 64)
"""That of another stack, under the same id."""

HELD_BY: Final = "Ada Byron"
STEP: Final = "Jeszcze jeden krok"


@pytest.fixture
def ada(card: Card) -> str:
    return card.lead("ada@example.org", name=HELD_BY, phone="+48600100200")


def mailed(card: Card, notify: Notify) -> str:
    """The link in the mail of the only letter that was queued."""
    (letter,) = card.letters()
    notify.now = card.now
    notify.ses.sent.clear()
    notify.tell(letter)
    (mail,) = notify.ses.sent
    text = parse_email(mail["Content"]["Raw"]["Data"]).text_plain[0]
    (found,) = re.findall(r"https://api\.example\.com/\S+", text)
    return str(found)


def confirmed(card: Card, notify: Notify, path: str) -> Browser:
    """A browser whose device is confirmed by the mail to the recipient of a link."""
    browser = Browser(card)
    browser.mail(path)
    assert browser.follow(mailed(card, notify))["statusCode"] == 303
    return browser


def shows_nothing(answer: Answer) -> bool:
    body = answer.get("body", "")
    return not any(word in body for word in (HELD_BY, "ada@", "600100200", "Bo ", "bo@"))


def state(card: Card) -> dict[str, Any]:
    """All that is stored, and what is queued."""
    settings, client = card.app.settings, card.score.dynamodb
    tables = (
        settings.events_table,
        settings.leads_table,
        settings.identities_table,
        settings.deliveries_table,
    )
    found = {name: client.scan(TableName=name)["Items"] for name in tables}
    asked = card.sqs.get_queue_attributes(QueueUrl=card.queue, AttributeNames=["All"])
    return {**found, "queue": asked["Attributes"]["ApproximateNumberOfMessages"]}


# --- the device step --------------------------------------------------------------------------


@pytest.mark.parametrize("route", ["leads", "lists"])
def test_a_link_opens_once_its_recipient_has_confirmed_the_device(
    card: Card, notify: Notify, ada: str, route: str
) -> None:
    path, browser = link(route, ada if route == "leads" else ""), Browser(card)
    first = browser.ask(path)
    assert (first["statusCode"], title(first)) == (200, STEP)
    assert "a…@example.com" in first["body"]
    assert shows_nothing(first)
    assert title(browser.mail(path)) == "Sprawdź skrzynkę"
    url = mailed(card, notify)
    assert notify.ses.to == ["anna@example.com"]
    asks = browser.ask(url.removeprefix("https://api.example.com"))
    assert title(asks) == "Otworzyć na tym urządzeniu?"
    assert shows_nothing(asks)
    answer = browser.follow(url)
    assert (answer["statusCode"], answer["headers"]["location"]) == (303, path)
    (cookie,) = answer["cookies"]
    assert re.fullmatch(
        r"__Host-hotlist-[0-9a-f]{16}=[\w-]+; Max-Age=2592000; Path=/; Secure; HttpOnly; "
        r"SameSite=Lax",
        cookie,
    )
    page = browser.ask(path)
    assert page["statusCode"] == 200
    assert HELD_BY in page["body"]


def test_a_device_opens_all_pages_of_its_recipient_until_it_is_forgotten(
    card: Card, notify: Notify, ada: str
) -> None:
    browser = confirmed(card, notify, link(subject=ada))
    assert HELD_BY in browser.ask(link("lists"))["body"]
    assert HELD_BY in browser.ask(link(subject=ada, day=TODAY - DAY))["body"]
    card.now = NOW + 29 * DAY
    late = link(subject=ada, day=card.now.date())
    assert HELD_BY in browser.ask(late)["body"]
    card.now = NOW + 33 * DAY
    assert title(browser.ask(link(subject=ada, day=card.now.date()))) == STEP


def test_a_forwarded_mail_opens_nothing(card: Card, notify: Notify, ada: str) -> None:
    path = link(subject=ada)
    confirmed(card, notify, path)
    other = Browser(card)
    answer = other.ask(path)
    assert title(answer) == STEP
    assert shows_nothing(answer)


def test_one_browser_serves_two_recipients(card: Card, notify: Notify, ada: str) -> None:
    browser = confirmed(card, notify, link(subject=ada))
    bens = link(subject=ada, recipient="ben")
    assert shows_nothing(browser.ask(bens))
    browser.mail(bens)
    assert browser.follow(mailed(card, notify))["statusCode"] == 303
    assert len(browser.cookies) == 2
    assert HELD_BY in browser.ask(bens)["body"]
    assert HELD_BY in browser.ask(link(subject=ada))["body"]


def test_a_recipient_who_is_removed_sees_nothing_from_then_on(
    card: Card, notify: Notify, ada: str
) -> None:
    path = link(subject=ada)
    browser = confirmed(card, notify, path)
    sales = card.app.door.sales
    only_ben = tuple(one for one in sales.recipients if one.id == "ben")
    card.has_sales(replace(sales, recipients=only_ben, fallback="ben"))
    for at in (path, link("lists"), f"{path}?vcard"):
        answer = browser.ask(at)
        assert answer["statusCode"] == 410
        assert shows_nothing(answer)
    assert browser.mail(path)["statusCode"] == 410
    assert card.letters() == []


def test_a_letter_to_somebody_who_is_removed_or_gets_no_mail_is_not_sent(
    card: Card, notify: Notify, ada: str
) -> None:
    about = Device("leads", ada, TODAY.isoformat(), "2026-03-28T11:45")
    notify.deliveries.disable("anna", "bounce", NOW)
    notify.tell(Letter(about, "anna"), Letter(about, "nobody"))
    assert notify.ses.sent == []
    assert notify.dead() == []


def test_another_address_has_other_devices(card: Card, notify: Notify, ada: str) -> None:
    path = link(subject=ada)
    browser = confirmed(card, notify, path)
    card.changes("anna", email="new@example.com")
    assert title(browser.ask(path)) == STEP


def test_without_devices_the_link_is_enough(card: Card, browser: Browser, ada: str) -> None:
    card.has_sales(replace(card.app.door.sales, card_access="link"))
    assert HELD_BY in browser.ask(link(subject=ada))["body"]
    assert HELD_BY in browser.ask(link("lists"))["body"]
    assert browser.mail(link(subject=ada))["statusCode"] == 303
    assert card.letters() == []


# --- how often --------------------------------------------------------------------------------


def test_a_quarter_of_an_hour_has_one_mail_and_a_day_five(
    card: Card, browser: Browser, ada: str
) -> None:
    card.now = NOW.replace(hour=1, minute=0, second=0)
    path, quarters = link(subject=ada), []
    for number in range(MOST_A_DAY):
        assert title(browser.mail(path)) == "Sprawdź skrzynkę"
        again = browser.mail(link("lists"))
        assert "W tym kwadransie" in again["body"]
        (letter,) = card.letters()
        assert isinstance(letter.about, Device)
        quarters.append(letter.about.quarter)
        card.now += 15 * MINUTE if number % 2 else 16 * MINUTE
    full = browser.mail(path)
    assert (full["statusCode"], title(full)) == (429, "Na dziś wystarczy")
    assert card.letters() == []
    assert len(set(quarters)) == MOST_A_DAY
    assert title(browser.mail(link(subject=ada, recipient="ben"))) == "Look into your inbox"
    card.now += DAY
    assert title(browser.mail(path)) == "Sprawdź skrzynkę"


class OneAtATime:
    """A client whose updates are atomic, as those of DynamoDB are and those of moto are not."""

    def __init__(self, client: Any) -> None:
        self._client, self._lock = client, Lock()
        self.exceptions = client.exceptions

    def update_item(self, **request: Any) -> Any:
        with self._lock:
            return self._client.update_item(**request)


def test_presses_at_once_are_one_mail(card: Card, ada: str) -> None:
    path = link(subject=ada)
    client = OneAtATime(card.score.dynamodb)
    asks = DeviceAsks(client, card.app.settings.deliveries_table)
    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(lambda _: asks.take_place("anna", NOW), range(40)))
    assert [place.name for place in places].count("TAKEN") == 1
    quarters = [NOW.replace(hour=0) + timedelta(minutes=15 * n) for n in range(1, 60)]
    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(lambda at: asks.take_place("ben", at), quarters))
    assert [place.name for place in places].count("TAKEN") == MOST_A_DAY
    assert "W tym kwadransie" in Browser(card).mail(path)["body"]


def test_a_press_whose_letter_the_queue_does_not_take_may_be_pressed_again(
    card: Card, browser: Browser, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(letters: Any) -> int:
        raise NotQueued("1 of 1 letters")

    with monkeypatch.context() as patch:
        patch.setattr(card.app.door.queue, "send", refuse)
        assert browser.mail(link(subject=ada))["statusCode"] == 503
    assert title(browser.mail(link(subject=ada))) == "Sprawdź skrzynkę"
    assert len(card.letters()) == 1


def test_a_letter_that_comes_twice_is_one_mail(
    card: Card, notify: Notify, browser: Browser, ada: str
) -> None:
    browser.mail(link(subject=ada))
    (letter,) = card.letters()
    notify.tell(letter, letter)
    notify.tell(letter)
    assert len(notify.ses.sent) == 1


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


def cookie(card: Card, recipient: str, **changes: Any) -> Token:
    return replace(devices.cookie_token(card.recipient(recipient), card.now), **changes)


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


# --- what is shown ----------------------------------------------------------------------------


def test_the_card_of_a_caller_is_that_of_their_address_once_it_is_known(
    card: Card, notify: Notify
) -> None:
    number = "+48600100200"
    phone = identifiers.subject("phone", number)
    at = NOW - timedelta(hours=3)
    call = Event(
        event_id="1" * 32,
        type="contact_requested",
        route=Route.FORM,
        occurred_at=at,
        received_at=at,
        expires_at=at + 396 * DAY,
        subject=phone,
        phone=number,
        properties={"name": HELD_BY},
    )
    card.happens(call)
    browser = confirmed(card, notify, link(subject=phone))
    assert "Wszystko, co zrobiła" not in browser.ask(link(subject=phone))["body"]
    card.lead("ada@example.org", name=HELD_BY, phone=number)
    page = browser.ask(link(subject=phone))
    assert "ada@example.org" in page["body"]
    assert "Wszystko, co zrobiła, jest tutaj" in page["body"]


def test_of_a_lead_that_is_gone_the_page_says_so(card: Card, notify: Notify, ada: str) -> None:
    browser = confirmed(card, notify, link(subject=ada))
    gone = (ada, identifiers.subject("email", "never@example.org"))
    card.now = NOW + 2_000 * DAY
    sent = {**browser.cookies}
    for subject in gone:
        fresh = Browser(card)
        name = devices.cookie_name(card.recipient("anna"))
        fresh.cookies = {**sent, name: tokens.sign(cookie(card, "anna"), KEY)}
        for at in ("", "?vcard"):
            answer = fresh.ask(link(subject=subject, day=card.now.date()) + at)
            assert (answer["statusCode"], title(answer)) == (410, "Nie ma już danych tego leada")


def test_a_card_shows_the_lead_as_it_is_now_whatever_is_stored(
    card: Card, notify: Notify, ada: str
) -> None:
    browser = confirmed(card, notify, link(subject=ada))
    at = NOW - MINUTE
    later = Event(
        event_id="2" * 32,
        type="contact_requested",
        route=Route.FORM,
        occurred_at=at,
        received_at=at,
        expires_at=at + 396 * DAY,
        subject=ada,
        email="ada@example.org",
        properties={"name": "Ada King"},
    )
    card.score.stores.events.put(later)
    assert "Ada King" in browser.ask(link(subject=ada))["body"]


def test_a_vcard_is_a_file(card: Card, notify: Notify, ada: str) -> None:
    browser = confirmed(card, notify, link(subject=ada))
    answer = browser.ask(f"{link(subject=ada)}?vcard")
    assert answer["headers"]["content-type"] == "text/vcard; charset=utf-8"
    assert answer["isBase64Encoded"] is True
    assert title(Browser(card).ask(f"{link(subject=ada)}?vcard")) == STEP


# --- trouble ----------------------------------------------------------------------------------


TROUBLES: Final = [
    ClientError({"Error": {"Code": "ThrottlingException"}}, "Query"),
    ReadTimeoutError(endpoint_url="https://x"),
    ReadsThrottled("3 keys"),
    OutOfTime(),
    FoldTookTooLong(),
]


@pytest.mark.parametrize("error", TROUBLES, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("route", ["leads", "lists"])
def test_trouble_is_a_page_that_says_to_try_again(  # noqa: PLR0917 - fixtures have names
    card: Card,
    notify: Notify,
    ada: str,
    route: str,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = link(route, ada if route == "leads" else "")
    browser = confirmed(card, notify, path)

    def fail(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(card.app.door.folder, "view", fail)
    monkeypatch.setattr(card.app.door.listed, "best", fail)
    answer = browser.ask(path)
    assert answer["statusCode"] == 503
    assert answer["headers"]["retry-after"] == "2"
    assert shows_nothing(answer)
    (line,) = [one for one in caplog.records if one.levelname == "ERROR"]
    assert line.__dict__["error"] == type(error).__name__
    said = "".join(str(one.__dict__) for one in caplog.records)
    assert path[7:] not in said


def test_a_request_that_took_long_begins_no_more_calls(
    card: Card, notify: Notify, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = confirmed(card, notify, link(subject=ada))
    monkeypatch.setattr("hotlist.cards.door.BEGUN_WITHIN", 0.0)
    assert browser.ask(link(subject=ada))["statusCode"] == 503
    assert browser.ask(link("lists"))["statusCode"] == 503


def test_the_log_has_the_route_and_nothing_of_the_link(
    card: Card, notify: Notify, ada: str, caplog: pytest.LogCaptureFixture
) -> None:
    browser = confirmed(card, notify, link(subject=ada))
    caplog.clear()
    browser.ask(f"{link(subject=ada)}?vcard")
    (line,) = caplog.records
    assert (line.__dict__["route"], line.__dict__["status"]) == ("GET /leads/{token}", 200)
    said = str(line.__dict__)
    assert not any(part in said for part in (ada, link(subject=ada)[7:], "vcard", "anna"))


def test_a_mail_has_nothing_of_the_lead(card: Card, notify: Notify, ada: str) -> None:
    Browser(card).mail(link(subject=ada))
    mailed(card, notify)
    mail = parse_email(notify.ses.sent[0]["Content"]["Raw"]["Data"])
    for text in (mail.subject, mail.text_plain[0], html.unescape(mail.text_html[0])):
        assert HELD_BY not in text
        assert "ada@example.org" not in text
