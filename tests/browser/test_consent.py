"""Nothing of a visitor without their yes; the answer holds, in every tab, until it is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from browser.site import FORM, QUESTION, SCRIPT, Site, own
from browser.visitor import (
    agree,
    change_mind,
    come,
    come_and_agree,
    hide,
    refuse,
    settle,
    show,
    stored,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_before_the_answer_nothing_is_stored_and_nothing_sent(page: Page, site: Site) -> None:
    come(page, site, "/?utm_source=google&gclid=1")

    assert page.is_visible("#consent")
    hide(page)
    settle(page)
    assert stored(page) == {}
    assert site.events == []


def test_yes_begins_a_visit_that_names_the_consent(page: Page, site: Site) -> None:
    site.script = SCRIPT.replace("data-consent=", 'data-consent-version="2026-11" data-consent=')
    come(page, site)
    page.click("[data-answer=yes] b")

    site.wait_for("session_started", "page_viewed")
    (batch,) = site.batches
    assert batch["consent"] == {"purpose": "tracking", "version": "2026-11"}
    assert batch["visitor_id"] == stored(page)["visitor"]
    assert page.is_hidden("#consent")


def test_yes_is_remembered(page: Page, site: Site) -> None:
    come_and_agree(page, site)
    come(page, site, "/next")

    site.wait_for("session_started", "page_viewed", "page_viewed")
    assert page.is_hidden("#consent")
    assert site.batches[0]["visitor_id"] == site.batches[1]["visitor_id"]


def test_no_is_remembered_and_is_all_that_is_stored(page: Page, site: Site) -> None:
    come(page, site)
    refuse(page)
    page.reload()

    assert page.is_hidden("#consent")
    settle(page)
    assert stored(page) == {"consent": "no", "consent_version": "1"}
    assert site.events == []


def test_no_can_become_yes(page: Page, site: Site) -> None:
    come(page, site)
    refuse(page)
    page.click("[data-hotlist-consent]")
    assert page.is_visible("#consent")
    agree(page)

    site.wait_for("session_started", "page_viewed")


def test_consent_is_withdrawn(page: Page, site: Site) -> None:
    come_and_agree(page, site)
    visitor = stored(page)["visitor"]
    change_mind(page)

    *_, event = site.wait_for("session_started", "page_viewed", "consent_withdrawn")
    assert event["properties"]["purpose"] == "tracking"
    assert site.batches[-1]["visitor_id"] == visitor
    assert site.batches[-1]["consent"] == {"purpose": "tracking", "version": "1"}
    assert page.is_hidden("#consent")
    assert stored(page) == {"consent": "no", "consent_version": "1"}


def test_after_withdrawal_nothing_more_is_sent(clock: Page, site: Site) -> None:
    come_and_agree(clock, site)
    clock.clock.run_for(20_000)
    change_mind(clock)
    clock.clock.run_for(20_000)
    hide(clock)
    show(clock)
    change_mind(clock)
    come(clock, site, "/?utm_source=news")
    clock.click("text=Call me")

    assert own(site.form()) == {"email": "ada@example.org", "way": "call", "language": "en"}
    settle(clock)
    assert site.types == ["session_started", "page_viewed", "consent_withdrawn"]
    assert stored(clock) == {"consent": "no", "consent_version": "1"}


@pytest.mark.parametrize("removable", [True, False])
def test_who_comes_back_after_withdrawal_is_somebody_new(
    page: Page, site: Site, removable: bool
) -> None:
    come_and_agree(page, site)
    if not removable:
        page.evaluate("() => { Storage.prototype.removeItem = () => { throw new Error('no'); }; }")
    change_mind(page)
    page.click("[data-hotlist-consent]")
    agree(page)

    site.wait_for(
        "session_started", "page_viewed", "consent_withdrawn", "session_started", "page_viewed"
    )
    started = [
        batch["visitor_id"]
        for batch in site.batches
        if "session_started" in [event["type"] for event in batch["events"]]
    ]
    assert len(started) == len({*started}) == 2


def test_only_the_question_takes_an_answer(page: Page, site: Site) -> None:
    site.pages["/"] += "<button data-answer=yes>Yes, call me</button>"
    come(page, site)
    page.click("text=Yes, call me")

    settle(page)
    assert stored(page) == {}
    assert page.is_visible("#consent")


def test_the_same_answer_again_changes_nothing(page: Page, site: Site) -> None:
    come_and_agree(page, site)
    before = stored(page)
    page.click("[data-hotlist-consent]")
    agree(page)

    settle(page)
    assert page.is_hidden("#consent")
    assert site.types == ["session_started", "page_viewed"]
    assert stored(page) == before


def test_the_question_opened_again_has_the_focus_and_gives_it_back(page: Page, site: Site) -> None:
    come_and_agree(page, site)
    page.focus("[data-hotlist-consent]")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.answer") == "yes"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "Privacy choices"


def test_a_yes_in_another_tab_is_noticed(page: Page, site: Site) -> None:
    come(page, site, "/one")
    other = page.context.new_page()
    come(other, site, "/two")
    agree(other)

    site.wait_for("session_started", "page_viewed", "page_viewed")
    assert page.is_hidden("#consent")
    assert len({batch["visitor_id"] for batch in site.batches}) == 1
    assert len({event["properties"]["session_id"] for event in site.events}) == 1


def test_a_withdrawal_in_another_tab_is_noticed(clock: Page, site: Site) -> None:
    come_and_agree(clock, site)
    clock.clock.run_for(20_000)
    other = clock.context.new_page()
    come(other, site)
    site.wait_for("session_started", "page_viewed", "page_viewed")
    change_mind(other)
    clock.clock.run_for(20_000)
    hide(clock)
    clock.click("text=Call me")

    assert own(site.form()) == {"email": "ada@example.org", "way": "call", "language": "en"}
    assert site.types == ["session_started", "page_viewed", "page_viewed", "consent_withdrawn"]
    assert stored(clock) == {"consent": "no", "consent_version": "1"}


def test_a_no_in_another_tab_closes_the_question(page: Page, site: Site) -> None:
    come(page, site)
    other = page.context.new_page()
    come(other, site)
    refuse(other)

    page.wait_for_selector("#consent", state="hidden")
    assert site.events == []


def test_storage_that_is_cleared_takes_the_consent_along(clock: Page, site: Site) -> None:
    come_and_agree(clock, site)
    clock.evaluate("localStorage.clear()")
    clock.clock.run_for(20_000)
    hide(clock)

    settle(clock)
    assert site.types == ["session_started", "page_viewed"]
    assert stored(clock) == {}


def test_storage_that_another_tab_clears_takes_the_consent_along(page: Page, site: Site) -> None:
    come_and_agree(page, site)
    other = page.context.new_page()
    come(other, site, "/other")
    other.evaluate("localStorage.clear()")

    page.wait_for_selector("#consent", state="visible")
    page.click("text=Call me")
    assert "visitor_id" not in site.form()


def test_another_version_of_the_question_is_asked(page: Page, site: Site) -> None:
    come_and_agree(page, site)
    site.script = SCRIPT.replace("data-consent=", 'data-consent-version="2" data-consent=')
    page.reload()

    assert page.is_visible("#consent")
    settle(page)
    assert site.types == ["session_started", "page_viewed"]
    agree(page)
    site.wait_for("session_started", "page_viewed", "page_viewed")
    assert site.batches[-1]["consent"]["version"] == "2"


def test_a_no_to_the_new_version_withdraws_the_old_yes(page: Page, site: Site) -> None:
    come_and_agree(page, site)
    site.script = SCRIPT.replace("data-consent=", 'data-consent-version="2" data-consent=')
    page.reload()
    refuse(page)

    site.wait_for("session_started", "page_viewed", "consent_withdrawn")
    assert site.batches[-1]["consent"]["version"] == "1"
    assert stored(page) == {"consent": "no", "consent_version": "2"}


_REFUSED = {
    "all": """Object.defineProperty(window, "localStorage",
                {get() { throw new DOMException("no", "SecurityError"); }})""",
    "writing": """for (const name of ["setItem", "removeItem"])
                    Storage.prototype[name] = () => { throw new DOMException("full"); }""",
}


@pytest.mark.parametrize("refused", _REFUSED)
def test_without_storage_a_visit_is_one_page_long(page: Page, site: Site, refused: str) -> None:
    page.add_init_script(_REFUSED[refused])
    come_and_agree(page, site)
    change_mind(page)
    site.wait_for("session_started", "page_viewed", "consent_withdrawn")
    page.click("text=Call me")

    assert own(site.form()) == {"email": "ada@example.org", "way": "call", "language": "en"}
    page.reload()
    assert page.is_visible("#consent")


@pytest.mark.parametrize("selector", ["#none", "##"])
def test_a_question_that_is_not_there_is_named_on_the_console(
    page: Page, site: Site, selector: str
) -> None:
    site.script = SCRIPT.replace("#consent", selector)
    come(page, site)
    with page.expect_console_message(lambda message: message.type == "error") as said:
        page.click("[data-hotlist-consent]")

    assert said.value.text.startswith("hotlist.js: ")
    assert "data-consent" in said.value.text
    page.click("text=Call me")
    assert site.form()["email"] == "ada@example.org"


def test_a_tag_in_the_head_without_defer_works(page: Page, site: Site) -> None:
    site.script = SCRIPT.replace(" defer", "")
    site.pages = {"/": FORM + QUESTION}
    come(page, site)

    assert page.is_visible("#consent")
