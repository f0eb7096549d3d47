"""The card, today's list and the device step: in a browser, by the deployed stack."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from browser.device import ask, confirm, heading
from browser.visitor import Look
from e2e.api import Api, somebody
from e2e.looks import lead_id, scored
from hotlist.cards.devices import Page as Opened
from hotlist.links.keys import LinkKeys
from hotlist_cli.local.stack import Stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def now() -> datetime:
    return datetime.now(UTC)


def link(stack: Stack, route: str, subject: str = "", recipient: str = "anna") -> str:
    """The address of a card or list, as a mail of today has it."""
    keys = LinkKeys(stack.client("secretsmanager"), stack.name("LinkSecret"), now)
    token = keys.sign(Opened(route, subject, now().date(), recipient).token())
    return f"{stack.api_url}/{route}/{token}"


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
        device = ask(page, stack, "anna")
        assert heading(page) == "Sprawdź skrzynkę"

        page.goto(device)
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
        address = ask(page, stack, "ben")
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


def test_whoever_is_not_in_the_team_any_more_sees_nothing(
    browser: Browser, stack: Stack, api: Api
) -> None:
    """Nor does a device that somebody else has confirmed open their links."""
    lead = a_lead(api, stack, "Petra Former")
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(link(stack, "leads", lead))
        confirm(page, stack, "anna")
        for address in (link(stack, "leads", lead, "former"), link(stack, "lists", "", "former")):
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 410
            assert "Petra" not in page.content()
            assert page.get_by_role("button").count() == 0
