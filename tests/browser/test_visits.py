"""What is one visit, and how the visitor came to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from browser.site import Site
from browser.visitor import (
    agree,
    change_mind,
    come,
    come_and_agree,
    go_back,
    refuse,
    settle,
    stored,
)
from e2e.api import eventually
from hotlist_cli.local.serving import Reply

if TYPE_CHECKING:
    from playwright.sync_api import Page

AD = "/?utm_source=google&utm_medium=cpc&utm_campaign=roofs&gclid=g1"


def sessions(events: list[dict[str, Any]]) -> list[str]:
    """The visit of each event, named in their order: a, b …"""
    names: dict[str, str] = {}
    return [
        names.setdefault(event["properties"]["session_id"], "abcdef"[len(names)])
        for event in events
    ]


def later(page: Page, minutes: int) -> None:
    """The pages to come have a clock that is ahead. (With a fake one no page knows of a reload.)"""
    page.add_init_script(f"const now = Date.now; Date.now = () => now() + {minutes * 60_000}")


def test_an_arrival_is_told_with_its_campaign(page: Page, site: Site) -> None:
    come_and_agree(page, site, AD + "&utm_term=%20&utm_content=+x+#top")

    started, viewed = site.events
    said = started["properties"]
    assert (
        said["landing_page"] == said["page_url"] == site.url + AD + "&utm_term=%20&utm_content=+x+"
    )
    campaign = {name: said.get(name) for name in ("source", "medium", "campaign", "gclid")}
    assert campaign == {"source": "google", "medium": "cpc", "campaign": "roofs", "gclid": "g1"}
    assert (said.get("term"), said["content"]) == (None, "x")
    assert "source" not in viewed["properties"]


def test_a_reload_is_the_same_visit(page: Page, site: Site) -> None:
    come_and_agree(page, site, AD)
    page.reload()

    assert sessions(site.wait_for("session_started", "page_viewed", "page_viewed")) == list("aaa")


@pytest.mark.parametrize("cached", [True, False], ids=["as it was", "loaded again"])
def test_going_back_is_the_same_visit(page: Page, site: Site, cached: bool) -> None:
    if not cached:  # a page that listens to unload cannot come back as it was
        page.add_init_script("addEventListener('unload', () => {})")
    come_and_agree(page, site, AD)
    page.evaluate("window.kept = true")
    come(page, site, "/prices")
    go_back(page)

    events = site.wait_for("session_started", "page_viewed", "page_viewed", "page_viewed")
    assert page.evaluate("window.kept === true") is cached
    assert sessions(events) == list("aaaa")
    assert len({event["event_id"] for event in events}) == 4
    assert events[-1]["properties"]["page_url"] == site.url + AD


def test_a_link_with_the_same_campaign_is_the_same_visit(page: Page, site: Site) -> None:
    come_and_agree(page, site, AD)
    come(page, site, AD.replace("/", "/prices", 1))

    assert sessions(site.wait_for("session_started", "page_viewed", "page_viewed")) == list("aaa")


@pytest.mark.parametrize("other", ["/?utm_source=news", AD.replace("g1", "g2")])
def test_another_campaign_is_another_visit(page: Page, site: Site, other: str) -> None:
    come_and_agree(page, site, AD)
    come(page, site, other)
    come(page, site, AD)

    events = site.wait_for(*["session_started", "page_viewed"] * 3)
    assert sessions(events) == list("aabbcc")


@pytest.mark.parametrize("cached", [True, False], ids=["as it was", "loaded again"])
def test_going_back_to_an_earlier_campaign_stays_in_the_visit(
    page: Page, site: Site, cached: bool
) -> None:
    if not cached:
        page.add_init_script("addEventListener('unload', () => {})")
    come_and_agree(page, site, AD)
    come(page, site, "/?utm_source=news")
    go_back(page)

    events = site.wait_for(*["session_started", "page_viewed"] * 2, "page_viewed")
    assert sessions(events) == list("aabbb")


def test_half_an_hour_of_nothing_ends_a_visit(page: Page, site: Site) -> None:
    come_and_agree(page, site, AD)
    later(page, minutes=31)
    page.reload()

    events = site.wait_for(*["session_started", "page_viewed"] * 2)
    assert sessions(events) == list("aabb")
    # The campaign brought the visitor once.
    assert "source" not in events[2]["properties"]


def test_the_same_campaign_after_a_visit_has_ended_is_taken_again(clock: Page, site: Site) -> None:
    come_and_agree(clock, site, AD)
    clock.clock.fast_forward("31:00")
    come(clock, site, AD)

    events = site.wait_for(*["session_started", "page_viewed"] * 2)
    assert events[2]["properties"]["source"] == "google"


def test_reading_keeps_a_visit_going(clock: Page, site: Site) -> None:
    come_and_agree(clock, site)
    clock.clock.run_for("40:00")
    come(clock, site, "/next")

    events = site.wait_for("session_started", "page_viewed", "page_engaged", "page_viewed")
    assert sessions(events) == list("aaaa")


def test_sleep_does_not(clock: Page, site: Site) -> None:
    come_and_agree(clock, site)
    clock.clock.fast_forward("03:00:00")
    clock.clock.run_for(20_000)
    come(clock, site, "/next")

    *_, started, viewed = site.wait_for(
        "session_started", "page_viewed", "page_engaged", "session_started", "page_viewed"
    )
    assert sessions([site.events[0], started, viewed]) == list("abb")


def test_a_yes_after_a_reload_takes_the_campaign(page: Page, site: Site) -> None:
    come(page, site, AD)
    page.reload()
    agree(page)

    started, _ = site.wait_for("session_started", "page_viewed")
    assert started["properties"]["source"] == "google"


def test_a_yes_after_a_no_takes_the_campaign(page: Page, site: Site) -> None:
    come(page, site, AD)
    refuse(page)
    page.reload()
    page.click("[data-hotlist-consent]")
    agree(page)

    started, _ = site.wait_for("session_started", "page_viewed")
    assert started["properties"]["source"] == "google"


@pytest.mark.parametrize(
    ("referrer", "kept"),
    [
        ("https://www.google.com/", True),
        ("android-app://com.google.android.gm/", True),
        ("no address", False),
        ("about:blank", False),
        ("{site}/prices", False),
    ],
)
def test_only_another_site_is_a_referrer(page: Page, site: Site, referrer: str, kept: bool) -> None:
    text = referrer.format(site=site.url)
    page.add_init_script(
        f"Object.defineProperty(Document.prototype, 'referrer', {{get: () => {text!r}}})"
    )
    come_and_agree(page, site)
    assert site.events[0]["properties"].get("referrer") == (text if kept else None)

    come(page, site, "/next")  # the same site is no new arrival
    assert sessions(site.wait_for("session_started", "page_viewed", "page_viewed")) == list("aaa")


@pytest.mark.parametrize("beacon", ["undefined", "() => false", "() => { throw new Error('no') }"])
def test_without_beacons_events_are_fetched(page: Page, site: Site, beacon: str) -> None:
    page.add_init_script(f"Object.defineProperty(navigator, 'sendBeacon', {{value: {beacon}}})")
    come_and_agree(page, site)
    come(page, site, "/next")

    site.wait_for("session_started", "page_viewed", "page_viewed")


def results(*statuses: str) -> Reply:
    body = {"results": [{"status": status} for status in statuses]}
    return Reply(202, json.dumps(body).encode(), "application/json")


def test_what_may_be_stored_later_is_sent_again_and_what_is_refused_is_not(
    page: Page, site: Site
) -> None:
    site.answers = [Reply(503, b"{}", "application/json"), results("refused", "not_stored")]
    come(page, site)
    agree(page)
    eventually(lambda: len(site.batches) == 3)
    started, viewed = ids = [event["event_id"] for event in site.batches[0]["events"]]
    again = [[event["event_id"] for event in batch["events"]] for batch in site.batches]
    assert again == [ids, ids, [viewed]]
    assert started != viewed
    assert len({batch["visitor_id"] for batch in site.batches}) == 1


def test_after_a_no_nothing_is_sent_again_but_the_no(page: Page, site: Site) -> None:
    site.answers = [results("not_stored", "not_stored"), results("not_stored")]
    come_and_agree(page, site)
    change_mind(page)
    eventually(lambda: len(site.batches) == 3)
    page.wait_for_timeout(2_500)
    types = [[event["type"] for event in batch["events"]] for batch in site.batches]
    assert types[1:] == [["consent_withdrawn"]] * 2


def test_an_api_that_cannot_be_reached_troubles_no_page(page: Page, site: Site) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'sendBeacon', {value: undefined})")
    page.route("**/events", lambda route: route.abort())
    come(page, site)
    agree(page)

    assert page.is_hidden("#consent")
    assert stored(page)["consent"] == "yes"


def test_a_page_that_is_rendered_ahead_is_seen_when_it_is_shown(page: Page, site: Site) -> None:
    come_and_agree(page, site)
    page.add_init_script(
        "Object.defineProperty(Document.prototype, 'prerendering', {get: () => true})"
    )
    come(page, site, "/next")
    settle(page)
    assert site.types == ["session_started", "page_viewed"]

    page.evaluate("document.dispatchEvent(new Event('prerenderingchange'))")
    site.wait_for("session_started", "page_viewed", "page_viewed")


def test_a_script_that_is_loaded_twice_tells_once(page: Page, site: Site) -> None:
    site.script *= 2
    come_and_agree(page, site)
    page.click("text=Call me")
    page.wait_for_selector("[role=status]")

    assert site.form()["way"] == "call"
    page.reload()
    settle(page)
    assert site.types == ["session_started", "page_viewed", "page_viewed"]
