"""Mails in Chromium: they fit each window, light and dark, and axe-core finds nothing.

With HOTLIST_SHOTS=<folder> each is drawn into that folder, at each width, light and dark.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import pytest

from browser.mails import EACH, KINDS, LANGUAGES, digest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTHS: Final = (320, 600, 1280)
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
OF_PAGES: Final = ("landmark-one-main", "region")
"""What axe-core asks of pages: a mail stands within the page of its reader's program."""

REMOTE: Final = re.compile(r"<(?:img|link|script|iframe)\b|url\(|@import|@font-face")
ASKED: Final = {
    "rules": {name: {"enabled": False} for name in OF_PAGES} | {
        "target-size": {"enabled": False},  # links within sentences
    }
}  # fmt: skip


@pytest.fixture(params=SCHEMES)
def shown(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page that shows mails; they fetch nothing."""
    with browser.new_context(color_scheme=request.param) as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda sent: asked.append(sent.url))
        yield page
        assert [url for url in asked if not url.startswith("about:")] == []


def faults(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("asked => axe.run(document, asked)", ASKED)
    assert len(found["passes"]) > 10
    assert "color-contrast" in {one["id"] for one in found["passes"]}
    return [f"{one['id']}: {one['nodes'][0]['target']}" for one in found["violations"]]


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_fits_each_window_and_can_be_read(
    request: pytest.FixtureRequest, shown: Page, axe: str, kind: str
) -> None:
    folder, scheme = os.environ.get("HOTLIST_SHOTS"), request.node.callspec.params["shown"]
    mail = KINDS[kind]("pl")
    for width in WIDTHS:
        shown.set_viewport_size({"width": width, "height": 900})
        shown.set_content(mail.html)
        if folder:
            file = Path(folder) / f"mail-{kind}-{width}-{scheme}.png"
            shown.screenshot(path=file, full_page=True)
        assert shown.evaluate("document.documentElement.scrollWidth") <= width, width
        assert shown.locator("h1").count() == 1
    assert faults(shown, axe) == []


@pytest.mark.parametrize("shown", ["light"], indirect=True)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_narrow_digest_fits_in_the_other_languages(shown: Page, axe: str, language: str) -> None:
    shown.set_viewport_size({"width": 320, "height": 900})
    shown.set_content(digest(EACH, language).html)
    assert shown.evaluate("document.documentElement.scrollWidth") <= 320
    assert shown.evaluate("document.documentElement.lang") == language
    assert faults(shown, axe) == []


@pytest.mark.parametrize("shown", ["dark"], indirect=True)
def test_a_dark_window_has_dark_mails(shown: Page) -> None:
    shown.set_content(KINDS["digest-1"]("pl").html)
    for place in (".page", ".panel", ".badge", ".figures"):
        ground = shown.locator(place).first.evaluate("one => getComputedStyle(one).backgroundColor")
        assert sum(map(int, re.findall(r"\d+", ground)[:3])) < 3 * 90, (place, ground)


@pytest.mark.parametrize("shown", ["light"], indirect=True)
def test_a_mail_is_read_without_its_stylesheet(shown: Page, axe: str) -> None:
    """As programs show it that drop what stands in the head."""
    html = re.sub(r"<style>.*?</style>", "", digest(EACH, "pl").html)
    shown.set_viewport_size({"width": 320, "height": 900})
    shown.set_content(html)
    assert shown.evaluate("document.documentElement.scrollWidth") <= 320
    assert faults(shown, axe) == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_a_mail_is_fetched_and_it_is_short_enough(kind: str) -> None:
    for language in LANGUAGES:
        html = KINDS[kind](language).html
        assert REMOTE.search(html) is None
        assert len(html.encode()) < 90_000
