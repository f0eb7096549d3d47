"""How a form is sent: again where it had no answer, by any button, by the keyboard alone."""

from __future__ import annotations

import gzip
import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from browser.site import FORM, QUESTION, WEB, Site, own, refusal
from browser.visitor import come, come_and_agree, go_back, settle
from e2e.api import eventually
from hotlist_cli.local.serving import Reply

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

STATUS = "[role=status]"
RECEIVED = "text=Received."


def bodies(site: Site) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in site.submissions]


def busy(status: int = 503, retry_after: str | None = "0") -> Reply:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    body = b'{"message": "Service Unavailable"}'
    return Reply(status, body, "application/json", headers)


def test_the_script_stays_small() -> None:
    assert len(gzip.compress((WEB / "hotlist.js").read_bytes(), 9)) <= 12_600


@pytest.mark.parametrize("status", [429, 500, 503, 504])
def test_a_form_that_may_be_taken_later_is_sent_again(page: Page, site: Site, status: int) -> None:
    site.replies = [busy(status), busy(status)]
    come(page, site)
    page.click("text=Call me")
    page.wait_for_selector(RECEIVED)

    assert len({body["event_id"] for body in bodies(site)}) == 1
    assert len(site.submissions) == 3


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [("7", 7), ("Tue, 24 Nov 2026 12:00:21 GMT", 20), (None, 1), ("soon", 1), ("-5", 1)],
)
def test_it_waits_as_long_as_it_is_asked_to(
    clock: Page, site: Site, retry_after: str | None, seconds: int
) -> None:
    site.replies = [busy(503, retry_after)]
    come(clock, site)
    clock.click("text=Call me")
    clock.wait_for_selector(f"{STATUS}:has-text('We are trying again.')")
    clock.clock.run_for(seconds * 1000 - 100)
    settle(clock)
    assert len(site.submissions) == 1

    clock.clock.run_for(200)
    clock.wait_for_selector(RECEIVED)
    assert len(site.submissions) == 2


def test_nobody_is_asked_to_wait_for_long(page: Page, site: Site) -> None:
    site.reply = busy(429, "3600")
    come(page, site)
    page.click("text=Call me")
    page.wait_for_selector("text=This was not sent.")
    assert len(site.submissions) == 1


def test_a_button_says_that_it_is_of_no_use_meanwhile(page: Page, site: Site) -> None:
    site.held = threading.Event()
    come(page, site)
    page.click("text=Call me")
    page.wait_for_selector("button[aria-disabled=true]:has-text('Call me')")
    site.held.set()
    page.wait_for_selector(RECEIVED)
    assert page.locator("[aria-disabled]").count() == 0


def test_a_lost_answer_is_asked_for_again(page: Page, site: Site) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    come(page, site)
    page.route("**/forms/*", lose, times=1)
    page.click("text=Call me")
    page.wait_for_selector(RECEIVED)

    first, second = bodies(site)
    assert own(first) == own(second)
    assert first["event_id"] == second["event_id"]


def test_a_page_whose_policy_forbids_scripts_to_send_goes_the_plain_way(
    page: Page, site: Site
) -> None:
    policy = "default-src 'self'; connect-src 'none'"
    site.script = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' + site.script
    come(page, site)
    page.click("text=Call me")
    assert dict(site.plain_form())["way"] == "call"


def test_a_strict_policy_stops_nothing(page: Page, site: Site) -> None:
    policy = "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self'"
    site.script = (
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">' + site.script
        + "<script src=/hotlist.js></script>"
    )  # fmt: skip
    site.replies = [refusal(email="wrong")]
    come_and_agree(page, site)
    violations = page.evaluate_handle("""() => {
      const found = [];
      document.addEventListener("securitypolicyviolation", v => found.push(v.effectiveDirective));
      return found;
    }""")
    page.click("text=Call me")
    page.wait_for_selector(".hotlist-error")
    page.click("text=Call me")
    page.wait_for_selector(RECEIVED)
    assert violations.json_value() == []


def test_back_and_forward_leave_no_button_dead(page: Page, site: Site) -> None:
    site.held = threading.Event()
    come(page, site)
    page.click("text=Call me")
    eventually(lambda: len(site.submissions) == 1)
    come(page, site, "/next")
    site.held.set()
    go_back(page)
    page.wait_for_selector("text=Call me")
    page.wait_for_selector("form:not([aria-busy])")
    assert page.locator("[aria-disabled]").count() == 0
    page.click("text=Write")
    eventually(lambda: any(body["way"] == "write" for body in bodies(site)))


def test_a_field_that_nobody_sees_was_filled_by_nobody(page: Page, site: Site) -> None:
    """Browsers fill traps. What a machine writes into them is sent."""
    trap = '<input name="hp_confirm" aria-hidden="true" value="Ada"></form>'
    site.pages["/"] = FORM.replace("</form>", trap)
    come(page, site)
    page.click("text=Call me")
    assert site.form()["hp_confirm"] == "Ada"
    page.wait_for_selector(RECEIVED)
    page.evaluate("""() => {
      const matches = Element.prototype.matches;
      Element.prototype.matches = function (selector) {
        return selector === ":autofill" || matches.call(this, selector);
      };
    }""")
    page.click("text=Call me")
    assert site.form(2)["hp_confirm"] == ""
    assert site.form(2)["email"] == "ada@example.org"


ACTIONS = """
<form method="post" action="/forms/contact" data-hotlist="contact" id="f">
  <input name="email" value="ada@example.org">
  <button formaction="{api}/forms/ebook" name="way" value="guide">Guide</button>
  <button formaction="/elsewhere" name="way" value="else">Elsewhere</button>
  <button formmethod="get" formaction="/found">Search</button>
  <a href="#f">here</a></form>
<input name="outside" value="1" form="f"><button form="f" name="way" value="out">Outside</button>
"""


@pytest.mark.parametrize(
    ("button", "path", "way"),
    [("Guide", "/forms/ebook", "guide"), ("Outside", "/forms/contact", "out")],
)
def test_a_button_may_send_a_form_elsewhere_and_from_elsewhere(
    page: Page, site: Site, button: str, path: str, way: str
) -> None:
    site.pages["/"] = ACTIONS.replace("{api}", site.url)
    come(page, site)
    page.click(f"text={button}")
    page.wait_for_selector("text=Thank you.")
    assert (site.submissions[0].path, site.form()["way"], site.form()["outside"]) == (
        path,
        way,
        "1",
    )


def test_what_a_button_sends_elsewhere_is_the_browsers(page: Page, site: Site) -> None:
    site.pages["/"] = ACTIONS
    come(page, site)
    page.click("text=Elsewhere")
    assert ("way", "else") in site.plain_form()
    assert site.submissions[0].path == "/elsewhere"
    come(page, site)
    page.click("text=Search")
    page.wait_for_url("**/found?email=*")


def test_the_plain_way_goes_where_the_button_says(page: Page, site: Site) -> None:
    site.pages["/"] = ACTIONS.replace("{api}", site.url)
    come(page, site)
    page.route("**/forms/*", lambda route: route.abort(), times=2)
    page.click("text=Guide")
    page.wait_for_url("**/forms/ebook")
    assert dict(site.plain_form())["way"] == "guide"
    assert site.submissions[0].path == "/forms/ebook"


def test_a_colleague_tries_a_live_form(page: Page, site: Site) -> None:
    come(page, site, "/?hotlist_test=1")
    page.click("text=Call me")
    page.wait_for_selector(RECEIVED)
    (request,) = site.submissions
    assert request.target == "/forms/contact?hotlist_test=1"


@pytest.mark.parametrize(("button", "name"), [("Guide", "ebook"), ("Call me", "contact")])
def test_a_colleague_tries_a_live_form_in_the_plain_way(
    page: Page, site: Site, button: str, name: str
) -> None:
    site.pages["/"] = FORM + ACTIONS.replace("{api}", site.url)
    come(page, site, "/?hotlist_test=1")
    page.route("**/forms/*", lambda route: route.abort(), times=2)
    page.click(f"text={button}")
    page.wait_for_url(f"**/forms/{name}?hotlist_test=1")
    assert site.submissions[0].target == f"/forms/{name}?hotlist_test=1"


def test_a_form_is_sent_by_the_keyboard_alone(page: Page, site: Site) -> None:
    site.pages["/"] = QUESTION + FORM
    site.replies = [refusal(email="wrong")]
    come(page, site)
    for _ in range(4):  # yes, no, privacy choices, e-mail
        page.keyboard.press("Tab")
    page.keyboard.type("eve@example")
    page.keyboard.press("Enter")
    page.wait_for_selector(".hotlist-error")
    assert page.evaluate("document.activeElement.name") == "email"
    page.keyboard.press("End")
    page.keyboard.type(".org")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.wait_for_selector(RECEIVED)
    assert [body["email"] for body in bodies(site)] == ["eve@example", "eve@example.org"]
