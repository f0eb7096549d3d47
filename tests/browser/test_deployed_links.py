"""Mails to leads, from the form to what their links change: in a browser, by the deployed stack.

The points of a lead say what its stored state rests on: 4 of them are for an address that is
confirmed, 2 for the consent to news, 1 for the consent to calls.
"""

from __future__ import annotations

import re
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import vobject

from browser.inbox import by_links, follow, link_of, mail_with, mails_to, reading
from browser.sample import Sample, only_event, press, visit, write
from e2e.api import Api, eventually, somebody
from e2e.looks import lead_id, scored
from e2e.one_stack import CONFIG
from hotlist.events.times import from_text
from hotlist.leads.lead import Stage
from hotlist_cli.local.mail_reader import CONFIRM, REWARD, UNSUBSCRIBE
from hotlist_cli.local.stack import Stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GUIDE = CONFIG / "rewards" / "guide.pdf"


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def press_button(page: Page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).click()


def saved(page: Page, label: str) -> tuple[str, bytes]:
    """What the browser saves when a button is pressed: the name of the file, and the file."""
    with page.expect_download() as download:
        press_button(page, label)
    return download.value.suggested_filename, download.value.path().read_bytes()


def types(stack: Stack, email: str) -> list[str]:
    return [event.type for event in by_links(stack, email)]


# --- double opt-in ------------------------------------------------------------------------------


def test_a_consent_counts_once_its_owner_has_confirmed_it(browser: Browser, stack: Stack) -> None:
    sample, email = Sample("en", "ebook"), somebody()
    with visit(browser, stack, sample) as page:
        write(sample.on(page), sample.right(email))
        press(sample.on(page))
        sample.thanks(page).wait_for()
    asked = only_event(stack, email)
    assert asked.properties["pending_consents"] == {"email": {"version": "2026-11"}}
    assert "consents" not in asked.properties

    mail, guide = mail_with(stack, email, CONFIRM), mail_with(stack, email, REWARD)
    assert {one.number for one in mails_to(stack, email)} == {mail.number, guide.number}
    scored(stack, lead_id(email), total=15)  # nothing is confirmed
    with reading(browser, stack, mail) as inbox:
        page = follow(inbox, CONFIRM)
        assert page.url.startswith(f"{stack.api_url}/confirm/")
        assert heading(page) == "Please confirm"
        assert page.get_by_text("You may send me news by e-mail.").is_visible()
        page.reload()
        assert by_links(stack, email) == []
        before = datetime.now(UTC)
        press_button(page, "I confirm")
        assert heading(page) == "Thank you"
        page.reload()  # the browser sends the button once more
        assert heading(page) == "Thank you"

    (given,) = by_links(stack, email)
    assert given.type == "consent_given"
    assert given.properties["purpose"] == "email"
    assert given.properties["version"] == "2026-11"
    proof: Any = given.texts["consents"]
    assert proof["email"]["text"] == "You may send me news by e-mail."
    assert proof["email"]["ip"] == "127.0.0.0/24"
    told = from_text(proof["email"]["at"])
    assert before - timedelta(milliseconds=1) <= told <= datetime.now(UTC)
    scored(stack, lead_id(email), total=15 + 4 + 2)
    assert len(mails_to(stack, email)) == 2


# --- rewards ------------------------------------------------------------------------------------


def test_the_guide_is_given_by_the_button_behind_its_link(
    browser: Browser, stack: Stack, api: Api
) -> None:
    """In Polish. A tick in a form tracks nobody until the button has confirmed the address."""
    sample, email = Sample("pl", "ebook"), somebody()
    with visit(browser, stack, sample) as page:
        sample.on(page).evaluate("""form => form.insertAdjacentHTML(
          "afterbegin", "<input type='checkbox' name='consent_tracking' value='true' checked>")""")
        write(sample.on(page), {"email": email})
        press(sample.on(page))
        sample.thanks(page).wait_for()
    mail = mail_with(stack, email, REWARD)
    assert [one.number for one in mails_to(stack, email)] == [mail.number]
    scored(stack, lead_id(email), total=15)
    with reading(browser, stack, mail, accept_downloads=True) as inbox:
        page = follow(inbox, REWARD)
        assert heading(page) == "Proszę bardzo"
        assert page.get_by_text("Jak czytać swoje leady").is_visible()
        assert saved(page, "Pobierz") == ("Guide.pdf", GUIDE.read_bytes())
    assert types(stack, email) == ["reward_claimed"]
    scored(stack, lead_id(email), total=15 + 4)

    api.submit("contact", name="Ada", email=email, message="hi")
    (receipt,) = eventually(
        lambda: [one for one in mails_to(stack, email) if one.number != mail.number]
    )
    with reading(browser, stack, receipt):
        eventually(lambda: types(stack, email) == ["reward_claimed", "email_opened"])
    assert {event.flags for event in by_links(stack, email)} == {frozenset()}


def test_the_invitation_is_attached_and_behind_the_link(
    browser: Browser, stack: Stack, api: Api
) -> None:
    """Another parser reads it than the library that writes it."""
    email = somebody()
    api.submit("webinar", name="Ada", email=email)
    mail = mail_with(stack, email, REWARD)
    with reading(browser, stack, mail, accept_downloads=True) as inbox:
        page = follow(inbox, REWARD)
        assert heading(page) == "Here it is"
        name, given = saved(page, "Get it")
    assert name == "invitation.ics"
    (file,) = stack.mailbox.parse(mail).iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("invitation.ics", "text/calendar")
    attached = file.get_payload(decode=True)
    assert isinstance(attached, bytes)
    assert without_stamp(attached) == without_stamp(given)

    for data in (attached, given):
        calendar = vobject.readOne(data.decode())
        event = calendar.vevent
        assert (calendar.method.value, event.sequence.value) == ("PUBLISH", "0")
        assert event.uid.value == "webinar-2027-01@shop.example"
        assert event.summary.value == "The webinar"
        assert event.organizer.value == "mailto:anna@shop.example"
        assert event.organizer.params["CN"] == ["Anna Kowalska"]
        begins, ends = event.dtstart.value, event.dtend.value
        assert (begins.hour, begins.utcoffset()) == (11, timedelta(hours=1))  # Warsaw's winter
        assert begins == datetime(2027, 1, 21, 10, tzinfo=UTC)
        assert ends - begins == timedelta(hours=1)
    assert types(stack, email) == ["reward_claimed"]
    scored(stack, lead_id(email), total=20 + 4)


def without_stamp(calendar: bytes) -> bytes:
    """A calendar file without the instant at which it was given."""
    stripped, count = re.subn(rb"\r\nDTSTAMP:\d{8}T\d{6}Z\r\n", b"\r\n", calendar)
    assert count == 1
    return stripped


# --- the way out --------------------------------------------------------------------------------


def consenting(api: Api) -> str:
    """Somebody who consents to news and to calls."""
    email = somebody()
    said = {"name": "Ada", "message": "hi", "consent_email": True, "consent_phone": True}
    assert api.submit("contact", email=email, **said).status == 201
    return email


def test_the_page_ends_one_consent_then_all_then_profiling(
    browser: Browser, stack: Stack, api: Api
) -> None:
    email = consenting(api)
    scored(stack, lead_id(email), total=30 + 2 + 1)
    with reading(browser, stack, mail_with(stack, email, UNSUBSCRIBE)) as inbox:
        page = follow(inbox, UNSUBSCRIBE)
        assert heading(page) == "What shall we stop?"
        press_button(page, "End what is ticked")
        assert page.get_by_role("alert").inner_text() == "Nothing is ticked yet."
        assert by_links(stack, email) == []

        page.get_by_label("You may call me about offers.").check()
        press_button(page, "End what is ticked")
        assert page.get_by_text("You may call me about offers.").is_visible()
        (call,) = by_links(stack, email)
        assert (call.type, call.properties["purpose"]) == ("consent_withdrawn", "phone")
        scored(stack, lead_id(email), total=30 + 2)

        page.get_by_role("link", name="Change something else").click()
        press_button(page, "End everything")
        assert page.get_by_text("You get no more advertising from us.").is_visible()
        scored(stack, lead_id(email), total=30)

        page.get_by_role("link", name="Change something else").click()
        press_button(page, "Do not profile me")
        assert page.get_by_text("You are not profiled any more.").is_visible()
    assert types(stack, email) == ["consent_withdrawn", "unsubscribed", "profiling_objected"]
    eventually(lambda: scored(stack, lead_id(email)).stage is Stage.SUSPENDED)


def test_one_click_in_a_mail_program_ends_everything(stack: Stack, api: Api) -> None:
    """RFC 8058: the program makes a POST of what the headers say, and has no cookies."""
    email = consenting(api)
    scored(stack, lead_id(email), total=30 + 2 + 1)
    mime = stack.mailbox.parse(mail_with(stack, email, UNSUBSCRIBE))
    (url,) = re.findall(r"<(https?://[^>]+)>", mime["List-Unsubscribe"])
    body = mime["List-Unsubscribe-Post"].encode()
    assert body == b"List-Unsubscribe=One-Click"
    with urllib.request.urlopen(url, data=body, timeout=10) as answer:
        assert (answer.status, answer.url) == (200, url)  # and no redirect, which RFC 8058 forbids
        assert "Set-Cookie" not in answer.headers
    (ended,) = by_links(stack, email)
    assert (ended.type, ended.properties["all"]) == ("unsubscribed", True)
    scored(stack, lead_id(email), total=30)


# --- the inbox ----------------------------------------------------------------------------------


def test_the_inbox_opens_the_addresses_in_a_mails_text_and_headers(
    browser: Browser, stack: Stack, api: Api
) -> None:
    email = consenting(api)
    mail = mail_with(stack, email, UNSUBSCRIBE)
    with reading(browser, stack, mail) as inbox:
        for view in ("Text", "Headers"):
            inbox.get_by_role("tab", name=view).click()
            link = inbox.locator("pre a[href*='/unsubscribe/']")
            assert link.get_attribute("href") == link_of(stack, mail, UNSUBSCRIBE)
            with inbox.expect_popup() as opened:
                link.click()
            assert heading(opened.value) == "What shall we stop?"
            assert opened.value.evaluate("window.opener") is None
    assert by_links(stack, email) == []
