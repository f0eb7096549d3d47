"""The pages of links in mails, as axe-core and people see them. They are drawn as others are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from browser.inbox import link_of, mail_with
from browser.visitor import Look
from e2e.api import Api, somebody
from e2e.looks import lead_id
from hotlist.capture.link_texts import LINK_TEXTS
from hotlist.links.keys import LinkKeys
from hotlist.links.tokens import Purpose, Token
from hotlist_cli.local.mail_reader import CONFIRM, REWARD, UNSUBSCRIBE
from hotlist_cli.local.stack import Stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def page(browser: Browser, language: str) -> Iterator[Page]:
    """A page in which axe-core may run, for our policy lets no script in. Poles like it dark."""
    scheme: Any = "dark" if language == "pl" else "light"
    with browser.new_context(bypass_csp=True, color_scheme=scheme) as context:
        yield context.new_page()


@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_pages_that_ask_and_what_they_answer(
    stack: Stack, api: Api, page: Page, look: Look, language: str
) -> None:
    words, email = LINK_TEXTS[language], somebody()
    said = {"email": email, "language": language, "consent_email": True, "consent_phone": True}
    api.submit("ebook", **said)
    api.submit("contact", name="Ada", message="hi", **said)

    def open_link(route: str) -> None:
        page.goto(link_of(stack, mail_with(stack, email, route), route))

    def press(button: str, title: str) -> None:
        page.get_by_role("button", name=words[button], exact=True).click()
        page.get_by_role("heading", name=words[title], exact=True).wait_for()

    open_link(CONFIRM)
    look(page, f"{language}-link-confirm")
    press("confirm_button", "confirmed_title")
    look(page, f"{language}-link-confirmed")
    open_link(REWARD)
    look(page, f"{language}-link-reward")
    open_link(UNSUBSCRIBE)
    look(page, f"{language}-link-unsubscribe")
    press("unsubscribe_some", "unsubscribe_title")
    look(page, f"{language}-link-nothing-ticked")
    page.get_by_role("checkbox").first.check()
    press("unsubscribe_some", "ended_title")
    look(page, f"{language}-link-ended-some")
    for button in ("unsubscribe_all", "object_button"):
        page.get_by_role("link", name=words["more"]).click()
        press(button, "ended_title")
        look(page, f"{language}-link-{button.replace('_', '-')}")


@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_pages_of_links_that_lead_nowhere(
    stack: Stack, page: Page, look: Look, language: str
) -> None:
    words, now = LINK_TEXTS[language], datetime.now(UTC)
    keys = LinkKeys(stack.client("secretsmanager"), stack.name("LinkSecret"), lambda: now)

    def link(kind: Purpose, days: int, **said: str) -> str:
        day = (now - timedelta(days=days)).date()
        said = {"lang": language, **said}
        return keys.sign(Token(kind, lead_id("ada@lumen.example"), day, said=said))

    page.set_extra_http_headers({"Accept-Language": language})  # a forged link says no language
    expired = link(Purpose.CONFIRM, 60, form="ebook", purpose="email")
    for path, title, what in (
        (f"/confirm/{expired}", "expired_title", "expired_confirm"),
        (f"/d/{link(Purpose.REWARD, 60, form='ebook')}", "expired_title", "expired_reward"),
        (f"/d/{link(Purpose.REWARD, 1, form='none')}", "expired_title", "gone"),
        (f"/confirm/{expired[:-4]}", "bad_title", "bad"),
    ):
        page.goto(f"{stack.api_url}{path}")
        assert page.get_by_role("heading", level=1).inner_text() == words[title]
        assert page.get_by_text(words[what]).is_visible()
        look(page, f"{language}-link-{what.replace('_', '-')}")
