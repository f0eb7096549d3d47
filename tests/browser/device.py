"""The device step in a browser: from its first button to the page that the link is of."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from e2e.api import eventually
from hotlist.store.device_asks import OF_DEVICES, quarter_of
from hotlist_cli.local.mailbox import Message
from hotlist_cli.local.stack import Stack

if TYPE_CHECKING:
    from playwright.sync_api import Page

_SUBJECTS: Final = {
    "anna@shop.example": "Otwórz Hotlist na tym urządzeniu",
    "ben@shop.example": "Open Hotlist on this device",
}
EMAILS: Final = {email.partition("@")[0]: email for email in _SUBJECTS}
"""The addresses of the recipients who use devices here, by id."""


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def mails(stack: Stack, recipient: str) -> list[Message]:
    """The mails of devices to a recipient."""
    email = EMAILS[recipient]
    theirs = [one for one in stack.mailbox.messages if one.to == (email,)]
    return [one for one in theirs if one.subject == _SUBJECTS[email]]


def mailed(stack: Stack, recipient: str, since: int) -> str:
    """The link of a recipient's newest mail of a device, as soon as there are more than so many."""
    newest = eventually(lambda: mails(stack, recipient)[since:])[-1]
    text = stack.mailbox.parse(newest).get_body(("plain",))
    assert text is not None
    (address,) = re.findall(r"https?://\S+\?device=\S+", text.get_content())
    return str(address)


def ask(page: Page, stack: Stack, recipient: str) -> str:
    """Press the button of the step: the link that is mailed.

    A recipient gets one such mail in a quarter of an hour. Here they have asked for none before.
    """
    quarter = quarter_of(datetime.now(UTC))
    for when in (quarter, quarter.partition("T")[0]):
        stack.client("dynamodb").delete_item(
            TableName=stack.name("DeliveriesTable"),
            Key={"delivery_id": {"S": f"{OF_DEVICES}{recipient}#{when}"}},
        )
    before = len(mails(stack, recipient))
    page.get_by_role("button").click()
    page.get_by_role("button").wait_for(state="detached")
    return mailed(stack, recipient, before)


def confirm(page: Page, stack: Stack, recipient: str) -> None:
    """Make a device the recipient's: from a card or a list that asks to the page itself."""
    address = page.url
    page.goto(ask(page, stack, recipient))
    page.get_by_role("button").click()
    page.wait_for_url(address)
