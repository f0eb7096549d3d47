"""Today's list and the device step in Chromium: they fit each window, and axe finds nothing.

With HOTLIST_SHOTS=<folder> each is drawn into that folder, at each width, light and dark.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from card_views import BEN
from hotlist.cards import step_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser
from browser.lists import ADDRESS, LANGUAGES, SCHEMES, WIDTHS, Shown


@pytest.fixture(params=SCHEMES)
def shown(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Shown]:
    with browser.new_context(color_scheme=request.param, reduced_motion="reduce") as context:
        made = Shown(context.new_page())
        yield made
        assert set(made.asked) <= {ADDRESS}
        assert made.said == []


def look(shown: Shown, axe: str, name: str) -> None:
    """At each width it fits the window, and axe finds nothing."""
    folder = os.environ.get("HOTLIST_SHOTS")
    scheme = (
        "dark"
        if shown.page.evaluate("matchMedia('(prefers-color-scheme:dark)').matches")
        else "light"
    )
    for width in WIDTHS:
        shown.page.set_viewport_size({"width": width, "height": 900})
        if folder:
            path = Path(folder) / f"{name}-{width}-{scheme}.png"
            shown.page.screenshot(path=path, full_page=True)
        widest = shown.page.evaluate("document.documentElement.scrollWidth")
        assert widest <= width, (name, width)
        shown.page.evaluate(axe)
        found = shown.page.evaluate(
            "axe.run().then(found => found.violations.map(one => one.id + ' ' + one.nodes[0].html))"
        )
        assert found == [], (name, width)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_fits_each_window(shown: Shown, axe: str, language: str) -> None:
    shown.show_list(language)
    look(shown, axe, f"list-{language}")


def test_an_empty_list_fits_each_window(shown: Shown, axe: str) -> None:
    shown.show_list(found=[])
    look(shown, axe, "list-empty")


@pytest.mark.parametrize(
    "name", ["step", "mailed", "just_mailed", "day_full", "mail_is_off", "stale", "nothing"]
)
def test_a_page_of_the_step_fits_each_window(shown: Shown, axe: str, name: str) -> None:
    shown.show(getattr(step_page, name)(BEN), step_page.policy())
    look(shown, axe, f"step-{name}")


def test_the_page_of_a_mailed_link_fits_each_window(shown: Shown, axe: str) -> None:
    shown.show(step_page.confirm(BEN, "t" * 300), step_page.policy())
    look(shown, axe, "step-confirm")
