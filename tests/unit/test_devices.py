"""What opens a card: mailed links of devices, their cookies, and what of an address is shown."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest

from card_views import ANNA, BEN
from hotlist.cards import devices
from hotlist.cards.devices import Page
from hotlist.links.answer_token import MOST_NAME, answer_token
from hotlist.links.tokens import MAX_TOKEN, BadToken, Expired, Key, Purpose, sign, verified
from hotlist.mail.queue import Device, Letter, letter_of
from hotlist.store.device_asks import quarter_of

NOW: Final = datetime(2026, 3, 29, 23, 58, 30, tzinfo=UTC)
KEY: Final = Key("1", b"k" * 64)
LEAD: Final = "email:00000000-0000-5000-8000-000000000001"
PAGE: Final = Page("leads", LEAD, date(2026, 3, 25), "anna")
MINUTE: Final = timedelta(minutes=1)


@pytest.mark.parametrize("page", [PAGE, Page("lists", "", date(2026, 3, 25), "anna")])
def test_a_page_is_what_its_token_says(page: Page) -> None:
    text = sign(page.token(), KEY)
    purpose = devices.PURPOSES[page.route]
    assert Page.of(verified(text, purpose, KEY, NOW)) == page
    other = Purpose.LIST if purpose is Purpose.CARD else Purpose.CARD
    with pytest.raises(BadToken):
        verified(text, other, KEY, NOW)


@pytest.mark.parametrize("purpose", [Purpose.CARD, Purpose.LIST, Purpose.ANSWER])
def test_a_link_ends_seven_days_after_its_day(purpose: Purpose) -> None:
    text = sign(replace(PAGE.token(), purpose=purpose), KEY)
    last = datetime(2026, 4, 1, 23, 59, 59, tzinfo=UTC)
    assert verified(text, purpose, KEY, last).subject == LEAD
    with pytest.raises(Expired):
        verified(text, purpose, KEY, last + timedelta(seconds=1))


def test_a_mailed_link_is_good_for_a_quarter_of_an_hour_over_midnight_too() -> None:
    text = sign(devices.device_token(PAGE, ANNA, NOW), KEY)
    for minutes, is_good in ((0, True), (14, True), (15, False)):
        at = NOW + minutes * MINUTE
        token = verified(text, Purpose.DEVICE, KEY, at)
        assert devices.is_for(token, PAGE, ANNA)
        assert devices.is_fresh(token, at) == is_good
    assert not devices.is_fresh(devices.device_token(PAGE, ANNA, NOW), NOW - 2 * MINUTE)
    with pytest.raises(Expired):
        verified(text, Purpose.DEVICE, KEY, NOW + timedelta(days=2))


@pytest.mark.parametrize("at", ["", "x", "²", "-1", "1" * 5_000])
def test_a_mailed_link_without_a_time_is_not_good(at: str) -> None:
    token = devices.device_token(PAGE, ANNA, NOW)
    assert not devices.is_fresh(replace(token, said={**token.said, "at": at}), NOW)


@pytest.mark.parametrize(
    "changes",
    [{"route": "lists"}, {"subject": "email:x"}, {"day": date(2026, 3, 26)}, {"recipient": "ben"}],
)
def test_a_mailed_link_is_for_one_page_alone(changes: dict[str, Any]) -> None:
    token = devices.device_token(PAGE, ANNA, NOW)
    assert not devices.is_for(token, replace(PAGE, **changes), ANNA)
    assert not devices.is_for(token, PAGE, BEN)
    assert not devices.is_for(token, PAGE, replace(ANNA, email="new@example.com"))


def test_a_cookie_is_its_recipients() -> None:
    token = devices.cookie_token(ANNA, NOW)
    assert devices.is_of(token, ANNA)
    assert not devices.is_of(token, BEN)
    assert not devices.is_of(token, replace(ANNA, email="new@example.com"))
    assert devices.cookie_name(ANNA) != devices.cookie_name(BEN)
    assert "anna" not in devices.cookie_name(ANNA)


def test_a_cookie_is_found_among_others() -> None:
    name = devices.cookie_name(ANNA)
    sent = f"a=b; x{name}=no; {devices.cookie_name(BEN)}=bens;{name}=annas; {name}=later"
    assert devices.cookie_of(sent, ANNA) == "annas"
    assert devices.cookie_of("", ANNA) == devices.cookie_of(f"{name}", ANNA) == ""


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("anna@example.com", "a…@example.com"),
        ("anja@y.example", "a…@y.example"),
        ("bob@y.example", "b…@y.example"),
        ("x@y.example", "…@y.example"),
        ("ab@y.example", "…@y.example"),
    ],
)
def test_an_address_is_masked(email: str, shown: str) -> None:
    assert devices.masked(email) == shown


def test_a_letter_has_ids_alone_and_one_name_for_a_quarter_of_an_hour() -> None:
    letter = Letter(Device("leads", LEAD, "2026-03-25", quarter_of(NOW)), "anna")
    assert letter_of(letter.body()) == letter
    assert letter.delivery_id == "device#anna#2026-03-29T23:45"
    other = Letter(Device("lists", "", "2026-03-29", quarter_of(NOW)), "anna")
    assert other.delivery_id == letter.delivery_id
    assert json.loads(letter.body())["recipient"] == "anna"
    assert letter.kind == "device"


@pytest.mark.parametrize("name", ["Ada", "ż" * 300, "😀" * 300, '"\\\x00' * 100, ""])
def test_a_name_of_any_length_fits_into_the_link_of_an_answer(name: str) -> None:
    token = answer_token(LEAD, PAGE.day, recipient="a" * 63, name=name, language="en")
    assert len(sign(token, Key("123456", b"k" * 64))) <= MAX_TOKEN
    assert name.startswith(token.said["name"])
    assert len(token.said["name"]) >= min(len(name), 30)
    assert len(token.said["name"]) <= MOST_NAME
