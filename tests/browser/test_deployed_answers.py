"""A salesperson answers from the mail: in a browser, by the deployed stack, and without script."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import pytest
import vobject

from browser.inbox import by_links
from browser.visitor import Look
from e2e.api import Api, eventually, somebody
from e2e.looks import lead_id, leads, scored
from hotlist.capture.answer_texts import ANSWER_TEXTS
from hotlist.capture.link_texts import LINK_TEXTS
from hotlist.leads.lead import Stage
from hotlist.links.keys import LinkKeys
from hotlist.links.tokens import Purpose, Token
from hotlist_cli.local.stack import Stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAME: Final = "Dr. Żaneta Brzęczyszczykiewicz-Übermüller <b>& Söhne</b>"


def link(stack: Stack, email: str, recipient: str = "anna", days: int = 0, **said: str) -> str:
    """The address by which somebody answers about a lead, as a mail of some days ago has it."""
    now = datetime.now(UTC)
    keys = LinkKeys(stack.client("secretsmanager"), stack.name("LinkSecret"), lambda: now)
    day, whole = (now - timedelta(days=days)).date(), {"name": NAME, "lang": "en", **said}
    token = Token(Purpose.ANSWER, lead_id(email), day, recipient=recipient, said=whole)
    return f"{stack.api_url}/answers/{keys.sign(token)}"


def is_at(stack: Stack, email: str, stage: Stage) -> None:
    """Wait until the stored lead is at this stage."""

    def look() -> bool:
        found = leads(stack).get(lead_id(email))
        return found is not None and found.stage == stage

    assert eventually(look)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """No script runs: neither the page's, which has none, nor that of anybody else."""
    with browser.new_context(java_script_enabled=False, accept_downloads=True) as context:
        context.set_default_timeout(10_000)
        yield context.new_page()


def press(page: Page, label: str, title: str) -> None:
    page.get_by_role("button", name=label, exact=True).click()
    page.get_by_role("heading", name=title, exact=True).wait_for()


def test_an_answer_moves_the_lead_and_its_undo_moves_it_back(
    page: Page, stack: Stack, api: Api
) -> None:
    email, words = somebody(), ANSWER_TEXTS["en"]
    api.submit("contact", name="Ada", email=email, message="hi")
    before = scored(stack, lead_id(email)).stage
    page.goto(f"{link(stack, email)}?do=won")
    assert page.get_by_role("heading", level=1).inner_text() == f"What came of {NAME}?"
    assert page.get_by_role("button").first.inner_text() == words["won"]
    page.get_by_label(words["value"]).fill("12.000")
    press(page, words["won"], f"What came of {NAME}?")
    assert page.get_by_label(words["value"]).input_value() == "12.000"
    assert page.get_by_text(words["value_wrong"]).is_visible()
    assert by_links(stack, email) == []

    page.get_by_label(words["value"]).fill("12000,50")
    press(page, words["won"], words["noted_title"])
    assert page.locator("blockquote").inner_text() == "Won: 12,000.5"
    page.reload()  # the browser sends the button once more
    assert page.get_by_role("heading", level=1).inner_text() == words["noted_title"]
    is_at(stack, email, Stage.CUSTOMER)
    (event,) = by_links(stack, email)
    assert (event.type, event.properties) == ("sales_won", {"by": "anna", "value": 12000.5})

    press(page, words["undo"], words["undone_title"])
    is_at(stack, email, before)
    page.reload()
    page.get_by_role("link", name=words["again"]).click()
    page.get_by_label(words["reason"]).select_option(words["no_budget"])
    press(page, words["rejected"], words["noted_title"])
    is_at(stack, email, Stage.REJECTED)
    page.goto(link(stack, email, "ben"))
    press(page, words["won"], words["noted_title"])
    is_at(stack, email, Stage.CUSTOMER)
    types = [one.type for one in by_links(stack, email)]
    assert types == ["sales_won", "sales_undone", "sales_rejected", "sales_won"]


def test_a_page_is_sent_again_and_opened_again(page: Page, stack: Stack, api: Api) -> None:
    """The first says nothing new, the second does."""
    email, words = somebody(), ANSWER_TEXTS["en"]
    api.submit("contact", name="Ada", email=email, message="hi")
    scored(stack, lead_id(email))
    tab = page.context.new_page()
    page.goto(link(stack, email))
    press(page, words["contacted"], words["noted_title"])
    tab.goto(link(stack, email))
    press(tab, words["won"], words["noted_title"])
    page.reload()
    assert page.get_by_text(words["since"]).is_visible()
    press(tab, words["undo"], words["undone_title"])
    page.reload()
    assert not page.get_by_text(words["since"]).is_visible()
    press(page, words["undo"], words["undone_title"])
    page.get_by_role("link", name=words["again"]).click()
    press(page, words["contacted"], words["noted_title"])
    page.get_by_role("link", name=words["again"]).click()
    press(page, words["contacted"], words["noted_title"])
    press(page, words["undo"], words["undone_title"])
    types = [one.type for one in by_links(stack, email)]
    assert types.count("sales_contacted") == 3
    assert types.count("sales_undone") == 4
    assert eventually(lambda: scored(stack, lead_id(email)).answer is None)


def test_a_lead_is_put_off_and_the_day_stands_in_a_calendar(
    page: Page, stack: Stack, api: Api
) -> None:
    email, words = somebody(), ANSWER_TEXTS["en"]
    api.submit("contact", name="Ada", email=email, message="hi")
    scored(stack, lead_id(email))
    today = datetime.now(ZoneInfo("UTC")).date()  # where Anna is: the file names no other zone
    day = (today + timedelta(days=30)).isoformat()
    page.goto(link(stack, email))
    page.get_by_label(words["day"]).fill(day)
    press(page, words["snoozed"], words["noted_title"])
    with page.expect_download() as download:
        page.get_by_role("link", name=words["calendar"]).click()
    assert download.value.suggested_filename == f"{day}.ics"
    event = vobject.readOne(download.value.path().read_text("utf-8")).vevent
    assert (event.dtstart.value.isoformat(), event.summary.value) == (day, f"Get back to {NAME}")
    answer = eventually(lambda: scored(stack, lead_id(email)).answer)
    assert answer is not None
    assert (answer.type, answer.by) == ("sales_snoozed", "anna")
    assert answer.until == datetime.fromisoformat(f"{day}T00:00Z")


def test_a_keyboard_is_enough(page: Page, stack: Stack, api: Api) -> None:
    email, words = somebody(), ANSWER_TEXTS["en"]
    api.submit("contact", name="Ada", email=email, message="hi")
    page.goto(f"{link(stack, email)}?do=won")
    page.keyboard.press("Tab")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=words["noted_title"]).wait_for()
    (event,) = by_links(stack, email)
    assert event.properties == {"by": "anna", "value": 5}


@pytest.mark.parametrize("language", ["en", "pl", "de"])
def test_the_pages_look_well_and_are_read_by_everybody(
    browser: Browser, stack: Stack, look: Look, language: str
) -> None:
    """In a page in which axe-core may run, for our policy lets no script in. Poles like it dark."""
    words, scheme, email = ANSWER_TEXTS[language], "dark" if language == "pl" else "light", ""
    options: dict[str, Any] = {"bypass_csp": True, "color_scheme": scheme}
    with browser.new_context(**options) as context:
        page = context.new_page()

        def see(name: str) -> None:
            look(page, f"{language}-answer-{name}")
            page.set_viewport_size({"width": 320, "height": 700})
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, name

        def once(label: str, title: str) -> None:
            page.get_by_role("button", name=words[label], exact=True).click()
            page.get_by_role("heading", name=words[title], exact=True).wait_for()

        email = somebody()
        page.goto(link(stack, email, lang=language))
        see("ask")
        page.goto(f"{link(stack, email, lang=language, test='1')}?do=snoozed")
        see("ask-test")
        page.get_by_label(words["value"]).fill("12.000")
        page.get_by_role("button", name=words["won"], exact=True).click()
        page.get_by_text(words["value_wrong"]).wait_for()
        see("wrong")
        page.goto(link(stack, email, lang=language))
        once("snoozed", "noted_title")
        see("noted")
        once("undo", "undone_title")
        see("undone")
        for name, address in (
            ("over", link(stack, email, days=8, lang=language)),
            ("removed", link(stack, email, "zoe", lang=language)),
        ):
            page.goto(address)
            said = page.get_by_role("heading", level=1).inner_text()
            assert said == LINK_TEXTS[language]["expired_title"]
            gone = page.get_by_text(LINK_TEXTS[language]["gone_recipient"])
            assert gone.is_visible() is (name == "removed")
            see(name)
