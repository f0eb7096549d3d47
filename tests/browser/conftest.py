"""One browser for all tests; each has a site and a page of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.chromium import chromium
from browser.site import Site
from browser.visitor import Look, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, WebError


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture(scope="package")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """One profile for all tests: each has a site, and so storage, of its own."""
    with browser.new_context() as context:
        yield context


@pytest.fixture
def page(profile: BrowserContext) -> Iterator[Page]:
    with _faultless(profile) as page:
        yield page


@pytest.fixture
def clock(browser: Browser) -> Iterator[Page]:
    """A page whose clock stands still until a test moves it: the clock is its whole profile's."""
    with browser.new_context() as context, _faultless(context) as page:
        context.clock.install(time="2026-11-24T12:00:00Z")
        context.clock.pause_at("2026-11-24T12:00:01Z")
        yield page


@pytest.fixture(scope="package")
def axe() -> str:
    """The source of axe-core, which its package on PyPI brings along."""
    if find_spec("axe_playwright_python") is None:
        pytest.skip("axe-core is not installed: make setup")
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


WIDTHS = (390, 1280)


@pytest.fixture
def look(axe: str) -> Look:
    """Look at a page at both widths: axe-core finds nothing, and it fits the window.

    With HOTLIST_SHOTS=<folder> the page is drawn into that folder, too.
    """
    folder = os.environ.get("HOTLIST_SHOTS")

    def all_widths(page: Page, name: str) -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if folder:
                page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
            assert violations(page, axe) == [], name
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name

    return all_widths


@contextmanager
def _faultless(context: BrowserContext) -> Iterator[Page]:
    """A page; at the end no page of its profile may have left an error that nobody caught."""
    context.set_default_timeout(10_000)
    errors: list[str] = []

    def note(error: WebError) -> None:
        errors.append(str(error.error))

    context.on("weberror", note)
    yield context.new_page()
    for page in context.pages:
        page.close()
    context.remove_listener("weberror", note)
    assert errors == []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests come one after another: unit tests close all sockets meanwhile.

    Those of the deployed stack come last, so that it runs beside no other.
    """
    here = Path(__file__).parent

    def place(item: pytest.Item) -> tuple[bool, bool]:
        is_here = item.path.is_relative_to(here)
        return is_here, is_here and "stack" in getattr(item, "fixturenames", ())

    items.sort(key=place)
