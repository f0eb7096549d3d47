"""What somebody does with a page, what its storage then holds, and what axe-core finds in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from browser.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page

Look = Callable[["Page", str], None]
"""Looks at a page, which is called by a name."""

_HIDE = """hidden => {
  Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
  const state = hidden ? "hidden" : "visible";
  Object.defineProperty(document, "visibilityState", {configurable: true, get: () => state});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def hide(page: Page) -> None:
    """Another tab or app is in front, as a phone has it before it ends the page."""
    page.evaluate(_HIDE, True)


def show(page: Page) -> None:
    """The page is in front again."""
    page.evaluate(_HIDE, False)


def stored(page: Page) -> dict[str, str]:
    """What the script keeps, by key."""
    kept: dict[str, Any] = json.loads(page.evaluate("JSON.stringify(localStorage)"))
    return {name.removeprefix("hotlist."): value for name, value in kept.items()}


def agree(page: Page) -> None:
    page.click("[data-answer=yes]")


def refuse(page: Page) -> None:
    page.click("[data-answer=no]")


def change_mind(page: Page) -> None:
    """Withdraw a yes."""
    page.click("[data-hotlist-consent]")
    refuse(page)


def come(page: Page, site: Site, path: str = "/") -> None:
    page.goto(site.url + path)


def come_and_agree(page: Page, site: Site, path: str = "/") -> None:
    """Open a page and say yes: the first two events are a visit and a view."""
    come(page, site, path)
    agree(page)
    site.wait_for("session_started", "page_viewed")


def settle(page: Page) -> None:
    """Return when what the page has sent so far has arrived."""
    page.evaluate("fetch('/settled').then(reply => reply.text())")


def go_back(page: Page) -> None:
    """Back in the history; a page that comes back as it was is not loaded again."""
    page.go_back(wait_until="commit")


def console(page: Page) -> list[ConsoleMessage]:
    """What the page says on the console from now on."""
    said: list[ConsoleMessage] = []
    page.on("console", lambda message: said.append(message))  # noqa: PLW0108 - Playwright marks it
    return said


def violations(page: Page, axe: str) -> list[str]:
    """What axe-core finds, as its rule and the first place."""
    if page.evaluate("!window.axe"):
        page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("axe.run(document)")
    assert len(found["passes"]) > 10
    return [f"{one['id']}: {one['nodes'][0]['target']}" for one in found["violations"]]
