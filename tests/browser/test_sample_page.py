"""The sample page in web/landing: it works, fits a phone, and the answer can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from browser.site import Site
from browser.visitor import agree, change_mind, come, console, stored
from hotlist_cli.local.serving import Reply

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.mark.parametrize("name", ["index.html", "pricing.html", "thank-you.html"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_page_fits_and_complains_of_nothing(
    page: Page, site: Site, name: str, width: int
) -> None:
    said = console(page)
    page.set_viewport_size({"width": width, "height": 800})
    come(page, site, f"/landing/{name}")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []


@pytest.mark.parametrize("name", ["index.html", "pricing.html"])
def test_the_answer_can_be_changed_at_the_bottom(page: Page, site: Site, name: str) -> None:
    come(page, site, f"/landing/{name}")
    agree(page)
    site.wait_for("session_started", "page_viewed")
    assert page.get_by_text("Privacy choices").locator("xpath=ancestor::footer").count() == 1
    change_mind(page)

    site.wait_for("session_started", "page_viewed", "consent_withdrawn")
    assert stored(page)["consent"] == "no"


def test_each_form_is_sent_and_answered(page: Page, site: Site) -> None:
    come(page, site, "/landing/index.html")
    for number, name in enumerate(("ebook", "webinar", "contact"), start=1):
        form = page.locator(f"form[data-hotlist={name}]")
        for field in ("name", "message"):
            for box in form.locator(f"[name={field}]").all():
                box.fill("Ada")
        form.locator("[name=email]").fill("ada@example.org")
        form.locator("button").click()
        thanks = form.get_attribute("data-thanks")
        assert thanks
        form.get_by_text(thanks).wait_for()
        assert site.form(number)["email"] == "ada@example.org"
        # People and their browsers leave the honeypot empty.
        trap = form.locator("[name=hp_confirm]")
        assert site.form(number)["hp_confirm"] == ""
        assert (trap.get_attribute("tabindex"), trap.get_attribute("autocomplete")) == ("-1", "off")


def test_errors_stand_where_they_are_seen(page: Page, site: Site) -> None:
    body = b'{"title": "no", "errors": [{"field": "email", "reason": "not an address"}]}'
    site.reply = Reply(422, body, "application/problem+json")
    come(page, site, "/landing/index.html")
    form = page.locator("form[data-hotlist=ebook]")
    form.locator("[name=email]").fill("ada@example.org")
    form.locator("button").click()

    form.get_by_text("email: not an address").wait_for()
    assert form.locator("[aria-invalid=true]").get_attribute("name") == "email"
    site.reply = Reply(201, b"{}", "application/json")
    form.locator("button").click()
    form.get_by_text("Thank you.").wait_for()
    assert form.locator("[aria-invalid=true]").count() == 0
