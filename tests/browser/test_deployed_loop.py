"""From a digest to an answer, and from the answer to a colleague's digest, card and list.

All goes through the deployed stack, as people do it: they click in the inbox.
"""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest

from browser.device import EMAILS, confirm, heading
from browser.inbox import reading
from browser.visitor import Look
from e2e.api import Api, eventually, somebody
from e2e.looks import lead_id, leads, scored, sent
from e2e.test_new_leads import forget
from hotlist.capture.answer_texts import ANSWER_TEXTS
from hotlist.mail.texts import TEXTS
from hotlist_cli.local.demo import invoke_digest
from hotlist_cli.local.mailbox import Message
from hotlist_cli.local.mailserver import part
from hotlist_cli.local.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, FrameLocator, Page

DAY: Final = timedelta(days=1)
SATURDAY: Final = 5
PHONE: Final[dict[str, Any]] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}


@pytest.fixture
def mornings(stack: Stack) -> Iterator[tuple[datetime, ...]]:
    """The last three mornings of work, before which nobody had a digest.

    What is said now comes after them, and the links of their mails are good.
    """
    for one in EMAILS:
        forget(stack, one)
    now = datetime.now(UTC)
    today = datetime.combine(now.date(), time(8, 15), UTC)
    last = [today - days * DAY for days in range(7)]
    worked = [at for at in last if at <= now and at.weekday() < SATURDAY]
    yield tuple(reversed(worked[:3]))
    for one in EMAILS:
        forget(stack, one)


def hottest(stack: Stack, api: Api, name: str) -> str:
    """The e-mail of a lead with more points than any other: it stands first in each digest."""
    email, visitor = somebody(), str(uuid.uuid4())
    said = {"name": name, "email": email, "visitor_id": visitor, "role": "buyer"}
    assert api.submit("contact", message="Call me", **said).status == 201
    page = {"page_url": f"{stack.site_url}/pricing/"}
    for number in range(20):
        view = {"type": "page_viewed", "event_id": f"{visitor}-{number}", "properties": page}
        assert api.track(visitor, view).status == 202
    scored(stack, lead_id(email), total=30 + 60 + 200)
    return email


def digest(stack: Stack, recipient: str, at: datetime) -> Message:
    """The digest of a recipient and a morning, whose run is over."""
    (mail,) = sent(stack, f"digest#{recipient}#{at.date()}")
    return mail


def text(stack: Stack, message: Message) -> str:
    return part(stack.mailbox.parse(message), "plain") or ""


def press_in_mail(page: Page, name: str, button: str) -> Page:
    """Press a button below a lead of the mail that is open: the page in the new tab."""
    mail: FrameLocator = page.frame_locator("iframe")
    buttons = mail.locator(f"xpath=//h3[contains(., '{name}')]/following::p[@class='acts'][1]")
    with page.expect_popup() as opened:
        buttons.get_by_role("link", name=button, exact=True).click()
    opened.value.wait_for_load_state()
    return opened.value


def press(page: Page, language: str, label: str, title: str) -> None:
    """Press a button of the page of answers."""
    words = ANSWER_TEXTS[language]
    page.get_by_role("button", name=words[label], exact=True).click()
    page.get_by_role("heading", name=words[title], exact=True).wait_for()


def card_of_mail(stack: Stack, message: Message, name: str) -> str:
    """The address of a lead's card in the text of a mail."""
    after = text(stack, message).split(name, 1)[1]
    return next(word for word in after.split() if "/leads/" in word)


def list_of_mail(stack: Stack, message: Message) -> str:
    return next(word for word in text(stack, message).split() if "/lists/" in word)


def answered(stack: Stack, email: str, *, by: str | None) -> None:
    """Wait until the lead has the answer of somebody, or none."""

    def look() -> bool:
        found = leads(stack).get(lead_id(email))
        assert found is not None
        return (None if found.answer is None else found.answer.by) == by

    eventually(look)


@contextmanager
def confirmed(
    browser: Browser, stack: Stack, recipient: str, address: str, **options: Any
) -> Iterator[Page]:
    """A device of this recipient, on which the address of a card or list is open."""
    with browser.new_context(**options) as context:
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.goto(address)
        confirm(page, stack, recipient)
        yield page


def test_an_answer_and_its_undo_are_seen_by_a_colleague(
    browser: Browser, stack: Stack, api: Api, look: Look, mornings: tuple[datetime, ...]
) -> None:
    name, words = "Olga Loop", {one: TEXTS[one] for one in ("en", "pl")}
    email = hottest(stack, api, name)
    first, second, third = mornings
    invoke_digest(stack, first)
    bens, annas = (digest(stack, one, first) for one in ("ben", "anna"))

    with reading(browser, stack, annas) as inbox:
        page = press_in_mail(inbox, name, words["pl"]["do_meeting"])
        assert heading(page) == ANSWER_TEXTS["pl"]["ask_title"].format(name=name)
        answered(stack, email, by=None)  # opening it notes nothing
        press(page, "pl", "meeting", "noted_title")
        answered(stack, email, by="anna")

        invoke_digest(stack, second)
        told = text(stack, digest(stack, "ben", second))
        assert words["en"]["taken"] in told.splitlines()
        assert name in told.split(words["en"]["taken"], 1)[1]
        assert f"{words['en']['said_meeting']}, Anna Kowalska" in told

        with confirmed(browser, stack, "ben", card_of_mail(stack, bens, name), **PHONE) as phone:
            assert heading(phone) == name
            assert phone.get_by_text("Anna Kowalska").first.is_visible()
            look(phone, "loop-card")
            phone.goto(list_of_mail(stack, bens))
            row = phone.locator("tr, li").filter(has_text=name).first
            assert "Anna Kowalska" in row.inner_text()
            look(phone, "loop-list")

            press(page, "pl", "undo", "undone_title")
            answered(stack, email, by=None)
            phone.reload()
            row = phone.locator("tr, li").filter(has_text=name).first
            assert "Anna Kowalska" not in row.inner_text()

    invoke_digest(stack, third)
    for one, language in (("anna", "pl"), ("ben", "en")):
        again = text(stack, digest(stack, one, third))
        assert email in again.split(words[language]["hot_now"], 1)[1]
        assert words[language]["taken"] not in again.splitlines()
        assert f"{words[language]['said_meeting']}, Anna Kowalska" not in again
    with reading(browser, stack, digest(stack, "ben", third)) as inbox:
        page = press_in_mail(inbox, name, words["en"]["do_contacted"])
        press(page, "en", "contacted", "noted_title")
        answered(stack, email, by="ben")
