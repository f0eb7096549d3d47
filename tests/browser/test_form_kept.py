"""Forms that cannot be sent yet: the browser keeps them, and says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from browser.site import Site, refusal
from browser.test_form_delivery import STATUS, bodies, busy
from browser.visitor import change_mind, come, come_and_agree, settle, stored
from e2e.api import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Page

KEPT = f"{STATUS}:has-text('You are offline.')"


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
