"""A real browser: the system's Chromium, driven by Playwright, which downloads none of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest

from hotlist_cli.local.visitors import BROWSER

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_ARGUMENTS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    # The agent of a context is not that of its sandboxed frames, as the inbox has one.
    f"--user-agent={BROWSER}",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium while the block runs; the tests that ask for it are skipped where there is none."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no chromium on this machine: apt-get install chromium")
    driver = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=_ARGUMENTS,
            # Going back is to work as it does for visitors: the page comes back as it was.
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


@contextmanager
def without_page_cache(browser: Browser) -> Iterator[Browser]:
    """Another Chromium, in which going back loads a page anew, as browsers do with many a page."""
    path = shutil.which("chromium")
    running = browser.browser_type.launch(executable_path=path, args=_ARGUMENTS)
    yield running
    running.close()
