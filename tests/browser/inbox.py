"""The local inbox in a browser: the mails to an address, and what their links open."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from e2e.api import eventually
from e2e.looks import lead_id, stored
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist_cli.local.mail_reader import links_in
from hotlist_cli.local.mailbox import Message
from hotlist_cli.local.stack import Stack
from hotlist_cli.local.visitors import BROWSER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page


def mails_to(stack: Stack, email: str) -> list[Message]:
    return [one for one in stack.mailbox.messages if one.to == (email,)]


def mail_with(stack: Stack, email: str, route: str) -> Message:
    """The mail to an address that has such a link, as soon as it is there."""

    def found() -> Message | None:
        having = [
            one for one in mails_to(stack, email) if links_in(stack.mailbox.parse(one), route)
        ]
        return having[0] if having else None

    return eventually(found)


def link_of(stack: Stack, message: Message, route: str) -> str:
    """The link of the mail's text that does this."""
    (link,) = links_in(stack.mailbox.parse(message), route)
    return link


def by_links(stack: Stack, email: str) -> list[Event]:
    """What the links of the mails to an address have recorded, in order."""
    events = [one for one in stored(stack, lead_id(email)) if one.route is Route.LINK]
    return sorted(events, key=lambda one: one.order)


@contextmanager
def reading(browser: Browser, stack: Stack, message: Message, **options: Any) -> Iterator[Page]:
    """The inbox in a browser of its own, with this mail open."""
    with browser.new_context(user_agent=BROWSER, **options) as context:
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.goto(f"{stack.inbox_url}/#{message.number}")
        page.get_by_role("heading", name=message.subject, exact=True).wait_for()
        yield page


def follow(page: Page, route: str) -> Page:
    """Click on a link of the mail that is open: the page in the new tab."""
    with page.expect_popup() as opened:
        page.frame_locator("iframe").locator(f"a[href*='/{route}/']").click()
    opened.value.wait_for_load_state()
    return opened.value
