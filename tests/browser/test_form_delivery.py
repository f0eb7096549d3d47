"""What becomes of a form that gets no answer: it is sent again, or kept until it can be sent."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from browser.site import FORM, QUESTION, WEB, Site, own, refusal
from browser.visitor import change_mind, come, come_and_agree, go_back, settle, stored
from e2e.api import eventually
from hotlist_cli.local.serving import Reply

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

STATUS = "[role=status]"
KEPT = f"{STATUS}:has-text('You are offline.')"
RECEIVED = "text=Received."


def bodies(site: Site) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in site.submissions]


def busy(status: int = 503, retry_after: str | None = "0") -> Reply:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    body = b'{"message": "Service Unavailable"}'
    return Reply(status, body, "application/json", headers)


@contextmanager
def offline(page: Page) -> Iterator[None]:
    """No network; it is back afterwards."""
    page.context.set_offline(True)
    try:
        yield
    finally:
        page.context.set_offline(False)


def kept(page: Page) -> list[dict[str, Any]]:
    """The submissions that the browser keeps."""
    return [json.loads(said) for name, said in stored(page).items() if name.startswith("kept.")]


def test_the_script_stays_small() -> None:
    assert len(gzip.compress((WEB / "hotlist.js").read_bytes(), 9)) <= 12_000


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


def test_a_form_sent_offline_is_kept_and_sent_later(page: Page, site: Site) -> None:
    come(page, site)
    page.fill("[name=email]", "eve@example.org")
    with offline(page):
        page.click("text=Call me")
        page.wait_for_selector(KEPT)
        (one,) = kept(page)
        assert one["said"]["email"] == page.input_value("[name=email]") == "eve@example.org"
        assert stored(page).keys() == {f"kept.{one['said']['event_id']}"}
        assert page.locator("[aria-busy], [aria-disabled]").count() == 0
    page.wait_for_selector("text=What you wrote before has now been sent.")

    (sent,) = bodies(site)
    assert (sent["email"], sent["way"]) == ("eve@example.org", "call")
    assert sent["event_id"] == one["said"]["event_id"]
    assert sent["occurred_at"] < sent["sent_at"]
    assert "visitor_id" not in sent
    assert stored(page) == {}
    assert page.input_value("[name=email]") == "ada@example.org"


def test_what_was_written_meanwhile_stays(page: Page, site: Site) -> None:
    come(page, site)
    with offline(page):
        page.click("text=Call me")
        page.wait_for_selector(KEPT)
        page.fill("[name=email]", "ben@example.org")
    page.wait_for_selector("text=What you wrote before has now been sent.")
    assert page.input_value("[name=email]") == "ben@example.org"


def test_pressing_twice_offline_is_one_submission(page: Page, site: Site) -> None:
    come(page, site)
    with offline(page):
        for _ in range(2):
            page.click("text=Call me")
            page.wait_for_selector(KEPT)
        page.click("text=Write")
        page.wait_for_function("Object.keys(localStorage).length === 2")
    page.wait_for_selector("text=What you wrote before has now been sent.")
    eventually(lambda: len(site.submissions) == 2)
    assert [body["way"] for body in bodies(site)] == ["call", "write"]


def test_the_next_page_sends_what_was_kept(page: Page, site: Site) -> None:
    """Also where it has no such form, and the browser does not tell that it is online again."""
    site.pages["/other"] = "<p>Other</p>"
    come(page, site)
    page.evaluate("window.addEventListener('online', e => e.stopImmediatePropagation(), true)")
    keep_offline(page)
    come(page, site, "/other")
    eventually(lambda: len(site.submissions) == 1)
    page.wait_for_function("localStorage.length === 0")


def keep_offline(page: Page) -> None:
    """Send the form while there is no network, and leave the page before there is one."""
    with offline(page):
        page.click("text=Call me")
        page.wait_for_selector(KEPT)
        page.evaluate("() => { Object.assign(sessionStorage, {...localStorage}); }")
        page.evaluate("localStorage.clear()")
    page.evaluate("() => { Object.assign(localStorage, {...sessionStorage}); }")
    page.evaluate("sessionStorage.clear()")


def test_what_is_kept_is_deleted_after_a_day(page: Page, site: Site) -> None:
    come(page, site)
    keep_offline(page)
    page.evaluate("""() => {
      const [name] = Object.keys(localStorage);
      const one = JSON.parse(localStorage[name]);
      localStorage[name] = JSON.stringify({...one, at: one.at - 24 * 3600 * 1000});
      localStorage["hotlist.kept.broken"] = "{";
      localStorage["hotlist.kept.none"] = "null";
      localStorage["other.kept.x"] = "{}";
    }""")
    come(page, site, "/next")
    page.wait_for_function("localStorage.length === 1")
    settle(page)
    assert site.submissions == []
    assert stored(page) == {"other.kept.x": "{}"}


def test_so_many_are_kept_and_no_more(page: Page, site: Site) -> None:
    come(page, site)
    with offline(page):
        page.evaluate("""() => {
          for (let i = 0; i < 50; i++) localStorage["hotlist.kept." + i] =
            JSON.stringify({form: "contact", at: Date.now(), said: {event_id: String(i)}});
        }""")
        page.click("text=Call me")
        page.wait_for_selector("text=This was not sent.")
        assert len(kept(page)) == 50
        page.evaluate("localStorage.clear()")
        page.fill("[name=email]", "x" * 70_000)
        page.click("text=Call me")
        page.wait_for_selector("text=This was not sent.")
        assert kept(page) == []


def test_where_nothing_can_be_stored_the_open_page_keeps_it(page: Page, site: Site) -> None:
    come(page, site)
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
    with offline(page):
        page.click("text=Call me")
        page.wait_for_selector("text=You are offline. Please leave this page open:")
    eventually(lambda: len(site.submissions) == 1)


def test_a_browser_that_only_believes_it_is_online_keeps_it_too(clock: Page, site: Site) -> None:
    come(clock, site)
    clock.route("**/*", lambda route: route.abort("internetdisconnected"))
    assert clock.evaluate("navigator.onLine") is True
    clock.click("text=Call me")
    clock.wait_for_selector(f"{STATUS}:has-text('We are trying again.')")
    clock.clock.run_for(1_100)
    clock.wait_for_selector(KEPT)
    clock.unroute("**/*")
    assert site.submissions == []
    clock.clock.run_for(31_000)
    clock.wait_for_selector("text=What you wrote before has now been sent.")
    site.form()


def test_a_refusal_is_shown_to_whoever_still_has_the_form(page: Page, site: Site) -> None:
    site.replies = [refusal(email="no address")]
    come(page, site)
    with offline(page):
        page.click("text=Call me")
        page.wait_for_selector(KEPT)
    page.wait_for_selector(".hotlist-error:has-text('no address')")
    assert stored(page) == {}


def test_a_refusal_of_an_earlier_page_is_told_once_and_nothing_is_thrown_away(
    page: Page, site: Site
) -> None:
    come(page, site)
    keep_offline(page)
    site.reply = refusal(email="no address")
    told = "text=What you wrote before was not accepted. email: no address"
    come(page, site, "/next")
    page.wait_for_selector(told)
    come(page, site, "/next")
    eventually(lambda: len(site.submissions) == 2)
    settle(page)
    assert page.locator(told).count() == 0
    assert len(kept(page)) == 1


def test_after_a_no_what_is_kept_goes_without_the_visitor(page: Page, site: Site) -> None:
    come_and_agree(page, site)
    with offline(page):
        page.click("text=Call me")
        page.wait_for_selector(KEPT)
        (one,) = kept(page)
        assert one["visit"]["visitor_id"] == stored(page)["visitor"]
        change_mind(page)
        (one,) = kept(page)
        assert one["visit"] == {}
    assert "visitor_id" not in site.form()


def test_with_a_yes_what_is_kept_has_the_visit(page: Page, site: Site) -> None:
    come_and_agree(page, site, "/?utm_source=google")
    with offline(page):
        page.click("text=Call me")
        page.wait_for_selector(KEPT)
    sent = site.form()
    assert (sent["source"], sent["visitor_id"]) == ("google", stored(page)["visitor"])


def test_two_tabs_send_it_once_and_both_tell(page: Page, site: Site) -> None:
    come(page, site)
    other = page.context.new_page()
    come(other, site)
    with offline(page):
        page.click("text=Call me")
        page.wait_for_selector(KEPT)
    page.wait_for_selector("text=What you wrote before has now been sent.")
    settle(other)
    site.form()


def test_who_leaves_before_the_answer_is_not_forgotten(page: Page, site: Site) -> None:
    site.reply = busy(503, "20")
    come(page, site)
    page.click("text=Call me")
    page.wait_for_selector(f"{STATUS}:has-text('We are trying again.')")
    site.reply = Site().reply
    come(page, site, "/next")
    eventually(lambda: len(site.submissions) == 2)
    first, second = bodies(site)
    assert first["event_id"] == second["event_id"]
    page.wait_for_selector("text=What you wrote before has now been sent.")
    assert stored(page) == {}


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
