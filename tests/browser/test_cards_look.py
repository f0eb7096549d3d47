"""The card of a lead in Chromium: it fits each window, light and dark, and axe finds nothing.

With HOTLIST_SHOTS=<folder> each is drawn into that folder, at each width, light and dark.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import pytest

from browser import cards
from hotlist.cards.lead_page import policy
from hotlist.events.answers import DOINGS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

WIDTHS: Final = (320, 600, 1280)
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
ADDRESS: Final = "http://card.test/leads/x"
LANGUAGES: Final = ("en", "pl", "de")


class Shown:
    """A page as a browser gets it, with its policy; it fetches nothing and runs no script."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.said: list[str] = []
        self.html = ""
        page.on("request", lambda sent: self.asked.append(sent.url))
        page.on("dialog", lambda dialog: self.said.append(dialog.message))
        page.on("console", lambda said: self.said.append(said.text))
        page.route(ADDRESS, self._serve)

    def show(self, html: str) -> None:
        self.html = html
        self.page.goto(ADDRESS)

    def _serve(self, route: Route) -> None:
        headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": policy()}
        route.fulfill(body=self.html, headers=headers)


@pytest.fixture(params=SCHEMES)
def shown(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Shown]:
    with browser.new_context(color_scheme=request.param) as context:
        made = Shown(context.new_page())
        yield made
        assert set(made.asked) <= {ADDRESS}
        assert made.said == []


def faults(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("() => axe.run(document)")
    assert "color-contrast" in {one["id"] for one in found["passes"]}
    return [f"{one['id']}: {one['nodes'][0]['target']}" for one in found["violations"]]


@pytest.mark.parametrize("kind", cards.KINDS)
def test_a_card_fits_each_window_and_can_be_read(
    request: pytest.FixtureRequest, shown: Shown, axe: str, kind: str
) -> None:
    folder, scheme = os.environ.get("HOTLIST_SHOTS"), request.node.callspec.params["shown"]
    shown.show(cards.page(kind, "pl"))
    page = shown.page
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if folder:
            file = Path(folder) / f"card-{kind}-{width}-{scheme}.png"
            page.screenshot(path=file, full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    assert page.locator("h1").count() == page.locator("main").count() == 1
    assert page.evaluate("document.documentElement.lang") == "pl"
    assert page.locator("script, img").count() == 0
    assert faults(page, axe) == []


@pytest.mark.parametrize("shown", ["light"], indirect=True)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_narrow_card_fits_in_the_other_languages(shown: Shown, axe: str, language: str) -> None:
    shown.page.set_viewport_size({"width": 320, "height": 900})
    shown.show(cards.page("rich", language))
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert faults(shown.page, axe) == []


@pytest.mark.parametrize("shown", ["dark"], indirect=True)
def test_a_dark_window_has_a_dark_card(shown: Shown) -> None:
    shown.show(cards.page("rich", "pl"))
    ground = shown.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(map(int, re.findall(r"\d+", ground)[:3])) < 3 * 90


@pytest.mark.parametrize("shown", ["light"], indirect=True)
def test_the_lines_of_a_rule_open_with_the_keyboard(shown: Shown) -> None:
    shown.show(cards.page("rich", "pl"))
    first = shown.page.locator("details").first
    inside = first.locator("li").first
    assert not inside.is_visible()
    first.locator("summary").focus()
    shown.page.keyboard.press("Enter")
    assert inside.is_visible()


@pytest.mark.parametrize("shown", ["light"], indirect=True)
def test_what_is_tapped_is_large(shown: Shown) -> None:
    shown.page.set_viewport_size({"width": 320, "height": 900})
    shown.show(cards.page("rich", "pl"))
    taps = shown.page.locator("a.tap")
    assert taps.count() == 2 + len(DOINGS)
    for place in range(3):
        box = taps.nth(place).bounding_box()
        assert box is not None
        assert box["height"] >= 48


@pytest.mark.parametrize("shown", ["light"], indirect=True)
def test_a_printed_card_has_no_buttons(shown: Shown) -> None:
    shown.page.emulate_media(media="print")
    shown.show(cards.page("rich", "pl"))
    deeds = shown.page.locator("a.deed")
    assert deeds.count() == len(DOINGS)
    assert not any(deeds.nth(place).is_visible() for place in range(deeds.count()))
    assert shown.page.locator(".curve").is_visible()


TEXTS_OF_CURVE: Final = """() => [...document.querySelectorAll("svg.curve text")].map(one => {
  const {left, right, top, bottom} = one.getBoundingClientRect();
  return [one.textContent, left, right, top, bottom];
})"""


def crowded(page: Page) -> list[str]:
    """The labels of the curve that lie over another, or not wholly in the window."""
    width = page.evaluate("document.documentElement.clientWidth")
    texts = page.evaluate(TEXTS_OF_CURVE)
    found = [text for text, left, right, *_ in texts if left < 0 or right > width]
    for (one, *a), (other, *b) in combinations(texts, 2):
        beside = a[1] <= b[0] or b[1] <= a[0]
        if not beside and not (a[3] <= b[2] or b[3] <= a[2]):
            found.append(f"{one} | {other}")
    return found


@pytest.mark.parametrize("shown", ["light"], indirect=True)
def test_no_label_of_a_curve_lies_over_another(shown: Shown) -> None:
    totals = (-250_000, -3, 0, 1, 24, 25, 26, 57, 60, 61, 119, 1_234, 12_345_678)
    for number, (total, days) in enumerate(product(totals, (0, 2, 60))):
        hot = total + (-1, 0, 2, 500)[number % 4]
        html = cards.curved(total, days, hot, hot - (1, 5)[number % 2], LANGUAGES[number % 3])
        shown.page.set_viewport_size({"width": (320, 390, 1280)[number % 3], "height": 900})
        shown.show(html)
        assert shown.page.locator("ul.key li").count() == 2
        assert crowded(shown.page) == [], (total, days, hot)


@pytest.mark.parametrize("shown", ["light"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sum_of_any_size_stands_on_its_line(shown: Shown, language: str) -> None:
    page = shown.page
    for points in (20, 80, 500, 500_000, 90_000_000):
        shown.show(cards.weighted(points, language))
        for width in (320, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            heights = page.evaluate(
                "[...document.querySelectorAll('.row > .n, .sum > span')]"
                ".map(one => one.getBoundingClientRect().height)"
            )
            assert max(heights) < 32, (points, width)
