"""The card, today's list and the device step: in a browser, by the deployed stack."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from browser.visitor import Look
from e2e.api import Api, eventually, somebody
from e2e.looks import lead_id, scored
from hotlist.cards.devices import Page as Opened
from hotlist.links.keys import LinkKeys
from hotlist_cli.local.mailbox import Message
from hotlist_cli.local.stack import Stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ANNA: Final = "anna@shop.example"
BEN: Final = "ben@shop.example"
SUBJECTS: Final = {ANNA: "Otwórz Hotlist na tym urządzeniu", BEN: "Open Hotlist on this device"}


def now() -> datetime:
    return datetime.now(UTC)


def link(stack: Stack, route: str, subject: str = "", recipient: str = "anna") -> str:
    """The address of a card or list, as a mail of today has it."""
    keys = LinkKeys(stack.client("secretsmanager"), stack.name("LinkSecret"), now)
    token = keys.sign(Opened(route, subject, now().date(), recipient).token())
    return f"{stack.api_url}/{route}/{token}"


def mailed(stack: Stack, email: str, since: int) -> str:
    """The link of the newest mail of a device to this address."""

    def found() -> Message | None:
        mails = [one for one in stack.mailbox.messages if one.to == (email,)]
        mails = [one for one in mails if one.subject == SUBJECTS[email]]
        return mails[-1] if len(mails) > since else None

    text = stack.mailbox.parse(eventually(found)).get_body(("plain",))
    assert text is not None
    (address,) = re.findall(r"https?://\S+\?device=\S+", text.get_content())
    return str(address)


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def a_lead(api: Api, stack: Stack, name: str) -> str:
    email = somebody()
    assert api.submit("contact", name=name, email=email, message="Call me").status == 201
    lead = lead_id(email)
    scored(stack, lead)
    return lead


def test_a_card_and_a_list_open_on_a_confirmed_device_alone(
    browser: Browser, stack: Stack, api: Api, look: Look
) -> None:
    lead = a_lead(api, stack, "Zoë Cardwell")
    card, listed = link(stack, "leads", lead), link(stack, "lists")
    with browser.new_context() as own, browser.new_context() as others:
        page = own.new_page()
        page.goto(card)
        assert heading(page) == "Jeszcze jeden krok"
        assert page.get_by_text("a…@shop.example").is_visible()
        assert "Cardwell" not in page.content()
        page.get_by_role("button").click()
        assert heading(page) == "Sprawdź skrzynkę"

        page.goto(mailed(stack, ANNA, 0))
        assert heading(page) == "Otworzyć na tym urządzeniu?"
        assert own.cookies() == []
        page.get_by_role("button").click()
        page.wait_for_url(card)
        assert heading(page) == "Zoë Cardwell"
        (cookie,) = own.cookies()
        assert cookie["name"].startswith("__Host-hotlist-")
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
        assert page.evaluate("document.cookie") == ""
        look(page, "deployed-card")

        page.goto(listed)
        assert heading(page) == "Lista na dziś"
        page.get_by_label("Szukaj", exact=True).fill("cardwell")
        page.set_viewport_size({"width": 390, "height": 900})
        look(page, "deployed-list")
        page.get_by_role("link", name="Zoë Cardwell").click()
        assert heading(page) == "Zoë Cardwell"

        stranger = others.new_page()
        for address in (card, listed):
            stranger.goto(address)
            assert heading(stranger) == "Jeszcze jeden krok"
            assert "Cardwell" not in stranger.content()


def test_a_scanner_that_follows_every_link_opens_nothing(
    browser: Browser, stack: Stack, api: Api
) -> None:
    lead = a_lead(api, stack, "Quentin Reader")
    card = link(stack, "leads", lead, "ben")
    with browser.new_context() as own, browser.new_context() as scanner:
        page = own.new_page()
        page.goto(card)
        page.get_by_role("button").click()
        address = mailed(stack, BEN, 0)
        robot = scanner.new_page()
        for one in (address, card, address):
            robot.goto(one)
            assert "Quentin" not in robot.content()
        assert scanner.cookies() == []
        assert own.request.head(card).status == 200
        page.goto(address)
        page.get_by_role("button", name="Open it here").click()
        page.wait_for_url(card)
        assert heading(page) == "Quentin Reader"
        with page.expect_download() as saved:
            page.get_by_role("link", name="Save the contact").click()
        assert saved.value.suggested_filename == "Quentin-Reader.vcf"
