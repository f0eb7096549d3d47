"""Today's list as somebody uses it: sorted, searched, gone back to, printed, on a phone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.chromium import without_page_cache
from hotlist.leads.lead import Contact

if TYPE_CHECKING:
    from playwright.sync_api import Browser
from browser.lists import ADDRESS, LANGUAGES, Shown, a_lead, leads


@pytest.fixture
def cold(browser: Browser) -> Iterator[Shown]:
    """In a browser that loads each page anew when somebody goes back to it."""
    with without_page_cache(browser) as other, other.new_context() as context:
        context.route("**/leads/*", lambda route: route.fulfill(body="a card"))
        page = context.new_page()
        page.set_viewport_size({"width": 1400, "height": 900})
        yield Shown(page)


@pytest.fixture
def plain(browser: Browser) -> Iterator[Shown]:
    with browser.new_context(viewport={"width": 1400, "height": 900}) as context:
        made = Shown(context.new_page())
        yield made
        assert made.said == []


def test_a_column_is_sorted_by_its_button_and_by_the_keyboard(plain: Shown) -> None:
    page = plain.show_list()
    button = page.get_by_role("button", name="Points")
    head = page.get_by_role("columnheader", name="Points")
    button.focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    points = [int(one) for one in page.locator("tbody td:nth-child(2)").all_inner_texts()]
    assert points == sorted(points, reverse=True)
    page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "ascending"
    points = [int(one) for one in page.locator("tbody td:nth-child(2)").all_inner_texts()]
    assert points == sorted(points)
    page.get_by_role("button", name="Last seen").click()
    assert head.get_attribute("aria-sort") is None
    assert plain.names()[0] == "Łukasz Żak"
    assert page.url == ADDRESS


def test_rows_are_filtered_by_text_and_by_what_columns_have(plain: Shown) -> None:
    page = plain.show_list()
    told = page.get_by_role("status")
    assert told.inner_text() == "13 / 13 shown"
    page.get_by_label("Find", exact=True).fill("ada ENGINES")
    assert set(plain.names()) == {"Ada Lovelace"}
    page.get_by_label("Temperature").select_option("hot")
    assert plain.names() == ["Ada Lovelace"]
    assert told.inner_text() == "1 / 13 shown"
    page.get_by_label("Find", exact=True).fill("")
    assert len(plain.names()) == 4
    page.get_by_label("Owner").select_option("Ben Miller")
    assert len(plain.names()) == 2
    page.get_by_label("Stage").select_option("interest")
    page.get_by_label("Came by").select_option("a direct visit")
    assert told.inner_text() == "0 / 13 shown. No lead fits. Change what you look for."
    options = page.get_by_label("Temperature").locator("option").all_inner_texts()
    assert options == ["all", "hot", "warm"]


def test_a_column_goes_back_to_how_it_was_listed_and_hot_leads_come_first(plain: Shown) -> None:
    page = plain.show_list()
    listed = plain.names()
    assert page.locator("#sort option").first.inner_text() == "as listed"
    page.get_by_role("button", name="Temperature").click()
    heat = page.locator("tbody td:nth-child(3)").all_inner_texts()
    assert heat == sorted(heat)  # hot, then warm
    page.get_by_role("button", name="Points").click()
    page.get_by_role("button", name="Points").click()
    assert plain.names() != listed
    page.set_viewport_size({"width": 320, "height": 700})
    page.get_by_text("Filter and sort").click()
    page.get_by_label("Sort by").select_option(label="as listed")
    assert plain.names() == listed
    assert page.locator("[aria-sort]").count() == 0


@pytest.mark.parametrize(
    ("language", "listed", "owner", "channel"),
    [
        ("en", "as listed", "nobody", "unknown"),
        ("pl", "jak na liście", "nikt", "nie wiadomo"),
        ("de", "wie in der Liste", "niemand", "unbekannt"),
    ],
)
def test_leads_without_owner_or_channel_can_be_filtered(
    plain: Shown, language: str, listed: str, owner: str, channel: str
) -> None:
    found = [a_lead(1), a_lead(2, owner=None), a_lead(4, channel=None), a_lead(5, owner=None)]
    page = plain.show_list(language, found=found)
    owners, channels = page.locator("#f5"), page.locator("#f4")
    assert owners.locator("option").last.inner_text() == owner
    owners.select_option(label=owner)
    assert sorted(plain.names()) == ["Bo Ek", "Eva"]
    owners.select_option("")
    channels.select_option(label=channel)
    assert plain.names() == ["Dörte Groß"]
    assert page.locator("#sort option").first.inner_text() == listed


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lukasz", {"Łukasz Żak"}),
        ("ŁUKASZ zak", {"Łukasz Żak"}),
        ("dorte gross", {"Dörte Groß"}),
        ("Dörte GROẞ", {"Dörte Groß"}),
        ("sruby", {"Łukasz Żak", "Cem Öz"}),
        ("sorensen", {"Sørensen"}),
        ("o'brien", {"O’Brien"}),
        ("+48600100201", {"Ada Lovelace", "Eva"}),
        ("+48 600-100-201", {"Ada Lovelace", "Eva"}),
        ("0048 (600) 100/201", {"Ada Lovelace", "Eva"}),
        ("600 100 201", {"Ada Lovelace", "Eva"}),
        ("0600.100.201", {"Ada Lovelace", "Eva"}),
        ("+48 (0) 600–100–201", {"Ada Lovelace", "Eva"}),
        ("eva 600 100 201", {"Eva"}),
        ("person7@", {"Ada Lovelace"}),
        ("+48 600 100 201 9", set()),
        ("Ltd85", set()),
        ("bo engines", set()),
    ],
)
def test_a_search_finds_what_is_meant_however_it_is_written(
    plain: Shown, typed: str, found: set[str]
) -> None:
    more = [
        a_lead(20, contact=Contact("Sørensen", None, "s@example.com")),
        a_lead(21, contact=Contact("O’Brien", None, "o@example.com")),
    ]
    page = plain.show_list(found=[*leads(), *more])
    page.get_by_label("Find", exact=True).fill(typed)
    assert set(plain.names()) == found


def test_what_was_chosen_is_there_after_going_back(cold: Shown) -> None:
    """Also in a browser that loads the page anew; and its address says nothing of it."""
    page = cold.show_list()
    page.get_by_label("Find", exact=True).fill("engines")
    page.get_by_label("Temperature").select_option("=warm")
    page.get_by_role("button", name="Points").click()
    page.get_by_role("button", name="Points").click()
    before = cold.names()
    assert 1 < len(before) < 9
    page.locator("tbody th a:visible").first.click()
    page.wait_for_url("**/leads/*")
    asked = cold.asked.count(ADDRESS)
    page.go_back()
    assert cold.asked.count(ADDRESS) == asked + 1  # the page did not come from a cache
    assert page.get_by_label("Find", exact=True).input_value() == "engines"
    assert page.get_by_label("Temperature").input_value() == "=warm"
    assert page.get_by_role("columnheader", name="Points").get_attribute("aria-sort") == "ascending"
    assert cold.names() == before
    assert page.url == ADDRESS
    page.goto(f"{ADDRESS.rpartition('/lists')[0]}/leads/1")
    page.goto(ADDRESS)
    assert len(cold.names()) == 13  # opened by its link, it is as it was sent
    assert page.get_by_label("Temperature").input_value() == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_laptop_has_a_table_in_which_nothing_is_cut(plain: Shown, language: str) -> None:
    page = plain.show_list(language)
    page.set_viewport_size({"width": 1265, "height": 800})
    assert page.locator("thead button").first.is_visible()
    cut = page.evaluate(
        "Array.from(document.querySelectorAll('th,td')).filter(c => c.scrollWidth > c.clientWidth)"
        ".map(c => c.textContent)"
    )
    assert cut == []
    lines = page.evaluate(
        "Array.from(document.querySelectorAll('thead button'))"
        ".map(b => Math.round(b.getBoundingClientRect().height))"
    )
    assert len(set(lines)) == 1  # no heading is in two lines
    broken = page.evaluate(
        """Array.from(document.querySelectorAll("tbody td")).flatMap(c => {
            const found = [];
            for (const one of c.textContent.matchAll(/\\S+/g)) {
                const node = c.firstChild, range = document.createRange();
                if (node.nodeType !== Node.TEXT_NODE) break;
                range.setStart(node, one.index);
                range.setEnd(node, one.index + one[0].length);
                if (range.getClientRects().length > 1) found.push(one[0]);
            }
            return found;
        })"""
    )
    assert broken == []  # no word either


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phone_breaks_no_address_and_no_label_that_fits(plain: Shown, language: str) -> None:
    page = plain.show_list(language)
    page.set_viewport_size({"width": 320, "height": 700})
    broken = page.evaluate(
        "Array.from(document.querySelectorAll('td:nth-child(9) a, td:nth-child(9) span'))"
        ".filter(one => one.textContent.length < 28 && one.getBoundingClientRect().height > 45)"
        ".map(one => one.textContent)"
    )
    assert broken == []
    top = page.locator("tbody tr").first.bounding_box()
    assert top is not None
    assert top["y"] < 350  # the first lead is on the first screen


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sheet_of_paper_has_twenty_leads(plain: Shown, language: str) -> None:
    found = [a_lead(number) for number in range(334)]
    page = plain.show_list(language, found=found)
    for is_landscape in (False, True):
        paper = page.pdf(format="A4", landscape=is_landscape)
        assert 5 < len(re.findall(rb"/Type\s*/Page\b", paper)) <= 334 / 20


def test_what_is_printed_says_by_what_it_is_filtered(plain: Shown) -> None:
    page = plain.show_list()
    page.get_by_label("Find", exact=True).fill("ada")
    page.get_by_label("Owner").select_option("=Ben Miller")
    page.get_by_role("button", name="Points").click()
    page.emulate_media(media="print")
    shown = page.locator(".tools").inner_text()
    assert shown == "2 / 13 shown Find: ada, Owner: Ben Miller, Sort by: Points ↓"


def test_on_a_phone_a_select_sorts(plain: Shown) -> None:
    page = plain.show_list()
    page.set_viewport_size({"width": 320, "height": 700})
    assert not page.get_by_label("Sort by").is_visible()
    assert page.get_by_label("Find", exact=True).is_visible()
    page.get_by_text("Filter and sort").click()
    page.get_by_label("Sort by").select_option(label="Points ↑")
    points = [int(one) for one in page.locator("tbody td:nth-child(2)").all_inner_texts()]
    assert points == sorted(points)


def test_without_script_it_is_a_sorted_table(browser: Browser) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        shown = Shown(context.new_page())
        page = shown.show_list()
        assert page.get_by_role("button").count() == 0
        assert not page.get_by_label("Find", exact=True).is_visible()
        temperatures = page.locator("tbody td:nth-child(3)").all_inner_texts()
        assert temperatures == sorted(temperatures)  # hot, then warm
        assert len(shown.names()) == 13


def test_what_is_printed_has_no_tools(plain: Shown) -> None:
    page = plain.show_list()
    page.emulate_media(media="print")
    assert not page.get_by_label("Find", exact=True).is_visible()
    folder = os.environ.get("HOTLIST_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / "list-print.png", full_page=True)
