"""The sample page in web/landing: it works, fits a phone, and the answer can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from browser.site import Site
from browser.visitor import agree, change_mind, come, console, stored
from hotlist_cli.local.serving import Reply

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LANDINGS = ("index.html", "pl/index.html")
PAGES = (*LANDINGS, "pricing.html", "thank-you.html", "pl/cennik.html", "pl/dziekujemy.html")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [360, 1280])
def test_a_page_fits_and_complains_of_nothing(
    page: Page, site: Site, name: str, width: int
) -> None:
    said = console(page)
    page.set_viewport_size({"width": width, "height": 800})
    come(page, site, f"/landing/{name}")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []


@pytest.mark.parametrize("name", ["index.html", "pricing.html", "pl/index.html", "pl/cennik.html"])
def test_the_answer_can_be_changed_at_the_bottom(page: Page, site: Site, name: str) -> None:
    come(page, site, f"/landing/{name}")
    agree(page)
    site.wait_for("session_started", "page_viewed")
    assert page.locator("[data-hotlist-consent]").locator("xpath=ancestor::footer").count() == 1
    change_mind(page)

    site.wait_for("session_started", "page_viewed", "consent_withdrawn")
    assert stored(page)["consent"] == "no"


@pytest.mark.parametrize("name", LANDINGS)
def test_each_form_is_sent_and_answered(page: Page, site: Site, name: str) -> None:
    come(page, site, f"/landing/{name}")
    for number, form_name in enumerate(("ebook", "webinar", "contact"), start=1):
        form = page.locator(f"form[data-hotlist={form_name}]")
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

    form.locator(".field", has_text="Work e-mail").get_by_text("not an address").wait_for()
    assert form.locator("[aria-invalid=true]").get_attribute("name") == "email"
    site.reply = Reply(201, b"{}", "application/json")
    form.locator("button").click()
    form.get_by_text("Thank you.").wait_for()
    assert form.locator("[aria-invalid=true]").count() == 0


@pytest.mark.parametrize("name", LANDINGS)
def test_each_form_is_sent_without_script(browser: Browser, site: Site, name: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        for form_name in ("ebook", "webinar", "contact"):
            come(page, site, f"/landing/{name}")
            form = page.locator(f"form[data-hotlist={form_name}]")
            for field in ("name", "message"):
                for box in form.locator(f"[name={field}]").all():
                    box.fill("Ada")
            form.locator("[name=email]").fill("ada@example.org")
            form.locator("button").click()
            page.wait_for_url(f"**/forms/{form_name}")
            sent = dict(site.plain_form())
            assert (sent["email"], sent["name"], sent["hp_confirm"]) == (
                "ada@example.org",
                "Ada",
                "",
            )


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(page: Page, site: Site, name: str) -> None:
    come(page, site, f"/landing/{name}")
    links: list[str] = page.eval_on_selector_all(
        "a[href], link[href], script[src], img[src]", "all => all.map(one => one.href || one.src)"
    )
    for link in links:
        if not link.startswith(site.url):
            assert link.startswith("tel:")
            continue
        target, _, place = link.partition("#")
        answer = page.request.get(target)
        assert answer.status == 200, link
        assert not place or f'id="{place}"' in answer.text(), link
