"""The pages that capture shows to a form without script: errors, another try, thanks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from browser.site import Site
from browser.visitor import come, violations
from hotlist.capture.capture import Capture
from hotlist.config.forms_schema import compile_forms
from hotlist_cli.local.serving import Reply, Request
from posted import Kept, form_request

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

FORMS: Final = """\
contact:
  type: contact_requested
  honeypot: hp_confirm
  thanks: {en: We call you back., pl: Oddzwonimy.}
  fields:
    name: {type: text, required: true, max: 200}
    email: {type: email, required: true}
    size:
      type: integer
      min: 1
      label: {en: Size, pl: Wielkość}
      help: {en: All of you, pl: Wszyscy}
    role: {type: choice, options: [owner, manager], label: {en: Role, pl: Stanowisko}}
    topics:
      type: choices
      options: {roof: {en: Roof, pl: Dach}, wall: {en: Wall, pl: Ściana}}
      label: {en: Topics, pl: Tematy}
    terms: {type: boolean, required: true, label: {en: I agree, pl: Zgoda}}
    message: {type: message, max: 5000}
  consents:
    email: {version: "1", text: {en: News by e-mail., pl: Nowości e-mailem.}}
"""
PLAIN: Final = """<main><h1>Form</h1><form method="post" action="/forms/contact">
<input name="name" value="<b>Ada</b>"><input name="email" value="ada@">
<input name="size" value="many"><input name="topics" value="wall">
<input type="hidden" name="utm_source" value="news"><input name="hp_confirm" hidden>
<textarea name="message">\nHello\nthere</textarea><button>Send</button></form></main>"""
SAID: Final = {
    "en": ("Please have another look", "Send", "Thank you", "We call you back."),
    "pl": ("Sprawdź jeszcze raz", "Wyślij", "Dziękujemy", "Oddzwonimy."),
}


@pytest.fixture
def kept(site: Site) -> Kept:
    """The store of a capture that answers the site's forms."""
    store = Kept()
    capture = Capture(store, compile_forms(FORMS), [])

    def answered(request: Request) -> Reply:
        form = request.path.removeprefix("/forms/")
        asked = form_request(request.body.decode(), request.headers, form)
        answer = capture.answer(asked, datetime(2026, 3, 2, 9, tzinfo=UTC))
        headers = dict(answer["headers"])
        kind = headers.pop("content-type", "text/plain")
        return Reply(answer["statusCode"], answer.get("body", "").encode(), kind, headers)

    site.script, site.pages, site.answering = "", {"/": PLAIN}, answered
    return store


@pytest.fixture(params=["en", "pl"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[390, 1280])
def wide(browser: Browser, language: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page as wide as a phone or a desk, into which axe-core can be loaded."""
    size: ViewportSize = {"width": request.param, "height": 900}
    with browser.new_context(locale=language, viewport=size, bypass_csp=True) as context:
        yield context.new_page()


@pytest.fixture
def plain(browser: Browser, language: str) -> Iterator[Page]:
    """A page in a browser of this language that runs no script of a page."""
    with browser.new_context(locale=language, java_script_enabled=False) as context:
        yield context.new_page()


def test_axe_finds_nothing_on_the_page_of_errors_and_the_thanks(
    wide: Page, site: Site, kept: Kept, axe: str, language: str
) -> None:
    come(wide, site)
    wide.click("button")
    assert wide.get_by_role("heading", level=1).inner_text() == SAID[language][0]
    assert violations(wide, axe) == []
    assert wide.evaluate("document.documentElement.scrollWidth <= innerWidth")
    wide.fill("[name=email]", "ada@example.org")
    wide.fill("[name=size]", "12")
    wide.check("[name=terms]")
    wide.click("button")
    assert wide.get_by_role("heading", level=1).inner_text() == SAID[language][2]
    assert violations(wide, axe) == []


def test_errors_are_shown_corrected_and_sent_again_without_script(
    plain: Page, site: Site, kept: Kept, language: str
) -> None:
    come(plain, site)
    plain.click("button")
    assert kept.events == []
    assert plain.locator("html").get_attribute("lang") == language
    assert plain.locator("[name=name]").input_value() == "<b>Ada</b>"
    assert plain.locator("[name=message]").input_value() == "Hello\nthere"
    assert plain.locator("[name=topics]:checked").get_attribute("value") == "wall"
    for name in ("email", "size", "terms"):
        field = plain.locator(f"[name={name}][aria-invalid=true]")
        told = (field.get_attribute("aria-describedby") or "").split()
        assert plain.locator(f"#{told[-1]}").inner_text()
        assert plain.locator(f"#faults a[href='#f-{name}']").count() == 1
    assert plain.locator("[name=name][aria-invalid]").count() == 0

    plain.fill("[name=email]", "ada@example.org")
    plain.fill("[name=size]", "12")
    plain.select_option("[name=role]", "owner")
    plain.check("[name=terms]")
    plain.check("[name=consent_email]")
    plain.get_by_role("button", name=SAID[language][1]).click()
    assert plain.get_by_text(SAID[language][3]).count() == 1
    (event,) = kept.events
    assert event.email == "ada@example.org"
    assert event.properties["name"] == "<b>Ada</b>"
    assert (event.properties["size"], event.properties["role"]) == (12, "owner")
    assert event.properties["topics"] == ["wall"]
    assert event.texts["message"] == "Hello\nthere"
    assert "email" in dict(event.properties["consents"])  # type: ignore[call-overload]


def test_the_keyboard_corrects_and_sends_the_page_of_errors(
    plain: Page, site: Site, kept: Kept, language: str
) -> None:
    come(plain, site)
    plain.click("button")
    for _ in range(30):
        plain.keyboard.press("Tab")
        at = plain.locator(":focus")
        name = at.get_attribute("name") if at.count() else None
        if name == "email":
            plain.keyboard.type("ada@example.org")
        elif name == "size":
            plain.keyboard.press("Control+A")
            plain.keyboard.type("12")
        elif name == "terms":
            plain.keyboard.press("Space")
        elif at.count() and at.evaluate("one => one.tagName") == "BUTTON":
            plain.keyboard.press("Enter")
            break
    plain.get_by_text(SAID[language][3]).wait_for()
    assert [event.properties["size"] for event in kept.events] == [12]


def test_the_page_of_errors_shows_no_trap(plain: Page, site: Site, kept: Kept) -> None:
    come(plain, site)
    plain.click("button")
    assert plain.locator("[name=hp_confirm]:not([type=hidden])").count() == 0
