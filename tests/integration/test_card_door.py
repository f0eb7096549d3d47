"""Cards and lists behind their links and devices: the device step, what is shown, and trouble."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Lock
from typing import Any

import pytest

from hotlist.capture.link_texts import LINK_TEXTS
from hotlist.cards import devices, door
from hotlist.cards.devices import Page
from hotlist.cards.door import GIVEN_BACK_WITHIN
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.identity import identifiers
from hotlist.links import tokens
from hotlist.mail.queue import Device, Letter
from hotlist.rescore.queue import NotQueued
from hotlist.store.device_asks import MOST_A_DAY, DeviceAsks
from integration.stages.card import NOW, TODAY, Browser, Card, link
from integration.stages.doors import (
    DAY,
    HELD_BY,
    MINUTE,
    STEP,
    confirmed,
    cookie,
    mailed,
    shows_nothing,
)
from integration.stages.links import KEY, title
from integration.stages.notify import Notify


@pytest.fixture
def ada(card: Card) -> str:
    return card.lead("ada@example.org", name=HELD_BY, phone="+48600100200")


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
        assert LINK_TEXTS["en"]["gone_recipient"] in answer["body"]
    assert browser.mail(path)["statusCode"] == 410
    assert card.letters() == []


@pytest.mark.parametrize("route", ["leads", "lists"])
@pytest.mark.parametrize(("said", "accepts", "language"), [
    ({}, "pl-PL,en;q=0.5", "pl"),
    ({"lang": "de"}, "pl", "de"),
    ({}, "", "en"),
])  # fmt: skip
def test_a_recipient_who_is_removed_is_told_so_in_their_language(
    card: Card, route: str, said: dict[str, str], accepts: str, language: str
) -> None:
    token = replace(Page(route, "", TODAY, "nobody").token(), said=said)
    for method in ("GET", "HEAD", "POST"):
        path = f"/{route}/{tokens.sign(token, KEY)}"
        answer = Browser(card).ask(path, method, accept_language=accepts)
        assert answer["statusCode"] == 410
        assert LINK_TEXTS[language]["gone_recipient"] in answer["body"]
        assert f'<html lang="{language}">' in answer["body"]


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
    assert "15 minut" in full["body"]  # not: use the newest of them
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


def test_a_press_whose_time_ran_out_may_be_pressed_again(
    card: Card, browser: Browser, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If there is time for the call: a place that is not given back is free in a quarter."""
    clock, take = [0.0], card.app.door.asks.take_place
    monkeypatch.setattr("hotlist.cards.door.time.monotonic", lambda: clock[0])
    for after, heading in ((GIVEN_BACK_WITHIN, "W tym kwadransie"), (11.0, "Sprawdź skrzynkę")):

        def slow(*said: Any, after: float = after) -> Any:
            clock[0] += after
            return take(*said)

        card.now += timedelta(hours=1)
        with monkeypatch.context() as patch:
            patch.setattr(card.app.door.asks, "take_place", slow)
            assert browser.mail(link(subject=ada))["statusCode"] == 503
        assert card.letters() == []
        assert heading in browser.mail(link(subject=ada))["body"]
        card.letters()


def test_somebody_whose_mail_is_turned_off_is_told_whom_to_ask(
    card: Card, notify: Notify, browser: Browser, ada: str
) -> None:
    notify.deliveries.disable("anna", "bounce", NOW)
    for _ in range(2):
        answer = browser.mail(link(subject=ada))
        assert (answer["statusCode"], title(answer)) == (409, "Twoja poczta jest wyłączona")
        assert "Poproś osobę" in answer["body"]
    assert card.letters() == []
    notify.deliveries.disable("ben", "bounce", NOW)
    card.score.dynamodb.delete_item(
        TableName=card.app.settings.deliveries_table, Key={"delivery_id": {"S": "recipient#anna"}}
    )
    assert title(browser.mail(link(subject=ada))) == "Sprawdź skrzynkę"  # no place was taken


def test_a_letter_that_comes_twice_is_one_mail(
    card: Card, notify: Notify, browser: Browser, ada: str
) -> None:
    browser.mail(link(subject=ada))
    (letter,) = card.letters()
    notify.tell(letter, letter)
    notify.tell(letter)
    assert len(notify.ses.sent) == 1


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


def test_a_card_calls_fields_as_their_forms_do(
    card: Card, notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = {"en": "How many are you?", "pl": "Ilu was jest?"}
    forms = {"contact": {"fields": {"company_size": {"label": label}}}}
    monkeypatch.setattr(door, "load_config", {"forms": forms}.__getitem__)
    door._forms.cache_clear()
    subject = card.lead("bo@example.org", form="contact", company_size=5)
    browser = confirmed(card, notify, link(subject=subject))
    try:
        assert "Ilu was jest?" in browser.ask(link(subject=subject))["body"]
    finally:
        door._forms.cache_clear()


def test_a_vcard_is_a_file(card: Card, notify: Notify, ada: str) -> None:
    browser = confirmed(card, notify, link(subject=ada))
    answer = browser.ask(f"{link(subject=ada)}?vcard")
    assert answer["headers"]["content-type"] == "text/vcard; charset=utf-8"
    assert answer["isBase64Encoded"] is True
    assert title(Browser(card).ask(f"{link(subject=ada)}?vcard")) == STEP
