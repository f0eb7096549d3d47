"""How long a page was read: what is told when it is hidden, and what does not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from browser.site import Site
from browser.visitor import come, come_and_agree, go_back, hide, settle, show

if TYPE_CHECKING:
    from playwright.sync_api import Page


def seconds(site: Site, *told: int) -> None:
    """The page has told of these reading times and no more."""
    events = site.wait_for("session_started", "page_viewed", *["page_engaged"] * len(told))
    assert [event["properties"]["seconds"] for event in events[2:]] == list(told)


def test_a_page_that_is_hidden_has_been_read(clock: Page, site: Site) -> None:
    come_and_agree(clock, site)
    clock.clock.run_for(63_000)
    hide(clock)

    seconds(site, 63)


def test_a_stretch_is_told_once(clock: Page, site: Site) -> None:
    come_and_agree(clock, site)
    clock.clock.run_for(63_000)
    clock.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    seconds(site, 63)
    hide(clock)  # some browsers send both, and in this order

    settle(clock)
    seconds(site, 63)


def test_a_page_that_is_left_has_been_read(clock: Page, site: Site) -> None:
    come_and_agree(clock, site)
    clock.clock.run_for(63_000)
    come(clock, site, "/next")

    events = site.wait_for("session_started", "page_viewed", "page_engaged", "page_viewed")
    assert events[2]["properties"]["seconds"] == 63
    assert events[2]["properties"]["page_url"] == site.url + "/"


def test_a_reading_split_by_a_glance_adds_up(clock: Page, site: Site) -> None:
    come_and_agree(clock, site)
    clock.clock.run_for(40_000)
    hide(clock)
    clock.clock.run_for(600_000)
    show(clock)
    clock.clock.run_for(30_000)
    hide(clock)

    seconds(site, 40, 70)


def test_less_than_five_seconds_are_no_event_but_count(clock: Page, site: Site) -> None:
    come_and_agree(clock, site)
    for _ in range(3):
        clock.clock.run_for(4_000)
        hide(clock)
        show(clock)
    hide(clock)

    settle(clock)
    seconds(site, 8)


def test_sleep_is_no_reading(clock: Page, site: Site) -> None:
    come_and_agree(clock, site)
    clock.clock.run_for(20_000)
    clock.clock.fast_forward("08:00:00")
    clock.clock.run_for(10_000)
    hide(clock)

    seconds(site, 30)


def test_a_machine_that_falls_asleep_and_is_closed_was_not_read(clock: Page, site: Site) -> None:
    come_and_agree(clock, site)
    clock.clock.run_for(20_000)
    # Woken by the browser that ends the page: no timer has run since.
    clock.evaluate("""() => {
      const now = performance.now() + 8 * 60 * 60 * 1000;
      performance.now = () => now;
    }""")
    hide(clock)

    seconds(site, 20)


def test_a_clock_that_is_set_is_no_reading(clock: Page, site: Site) -> None:
    come_and_agree(clock, site)
    clock.clock.run_for(8_000)
    clock.evaluate("() => { const now = Date.now; Date.now = () => now() + 12_000; }")
    hide(clock)

    seconds(site, 8)


def test_a_page_that_opens_behind_another_is_not_read(clock: Page, site: Site) -> None:
    come_and_agree(clock, site)
    clock.add_init_script(
        "Object.defineProperty(document, 'hidden', {configurable: true, get: () => true})"
    )
    come(clock, site, "/behind")
    clock.clock.run_for(60_000)
    show(clock)
    clock.clock.run_for(7_000)
    hide(clock)

    events = site.wait_for("session_started", "page_viewed", "page_viewed", "page_engaged")
    assert events[-1]["properties"]["seconds"] == 7


def test_a_page_that_comes_back_as_it_was_is_read_anew(clock: Page, site: Site) -> None:
    come_and_agree(clock, site)
    clock.evaluate("window.kept = true")
    clock.clock.run_for(63_000)
    come(clock, site, "/next")
    go_back(clock)
    assert clock.evaluate("window.kept")
    clock.clock.run_for(9_000)
    hide(clock)

    before, _, after, again = site.wait_for(
        "session_started", "page_viewed", "page_engaged", "page_viewed", "page_viewed",
        "page_engaged",
    )[2:]  # fmt: skip
    assert before["properties"]["seconds"] == 63
    assert again["properties"]["seconds"] == 9
    assert after["properties"]["page_url"] == again["properties"]["page_url"] == site.url + "/"
    assert len({event["properties"]["session_id"] for event in site.events}) == 1


def test_a_yes_is_heeded_by_a_page_that_comes_back(page: Page, site: Site) -> None:
    come(page, site, "/one")
    page.evaluate("window.kept = true")
    come_and_agree(page, site, "/two")
    go_back(page)

    assert page.evaluate("window.kept")
    site.wait_for("session_started", "page_viewed", "page_viewed")
    assert page.is_hidden("#consent")
