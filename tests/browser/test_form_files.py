"""A form with files is the same submission by script as without: its files are named, not kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from browser.site import Site
from browser.test_form_delivery import STATUS, busy
from browser.test_form_kept import KEPT, kept, offline
from browser.visitor import come
from e2e.api import eventually
from hotlist.capture.capture import Capture
from hotlist.config.forms_schema import compile_forms
from hotlist_cli.local.serving import Reply, Request
from posted import Kept, form_request

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Page

FIELDS: Final = """
  type: contact_requested
  fields:
    email: {type: email, required: true}
    plan: {type: text}
    photo: {type: text, required: true}
"""
FORMS: Final = f"contact:{FIELDS}refusing:{FIELDS}  files: refuse\n"
PAGE: Final = """
<form method="post" action="/forms/FORM" data-hotlist="FORM" ENCTYPE>
  <input name="email" value="ada@example.org"><input name="photo" value="none yet">
  <input type="file" name="photo"><input type="file" name="plan">
  <input name="others[]" value="see"><input type="file" name="others[]" multiple>
  <button name="way" value="call">Send</button>
</form>
"""
MULTIPART: Final = 'enctype="multipart/form-data"'
CONTENT: Final = "what is in it"

Chosen = dict[str, list[str]]


@pytest.fixture
def store(site: Site) -> Kept:
    """The store of a capture that answers the site's forms."""
    store = Kept()
    capture = Capture(store, compile_forms(FORMS), [])

    def answered(request: Request) -> Reply:
        form = request.path.removeprefix("/forms/")
        asked = form_request(request.body.decode(), request.headers, form)
        answer = capture.answer(asked, datetime(2026, 3, 2, 9, tzinfo=UTC))
        headers = dict(answer["headers"])
        kind = headers.pop("content-type", "text/plain")
        return Reply(answer["statusCode"], answer.get("body", "").encode(), kind, headers)

    site.answering = answered
    return store


def send(
    page: Page, site: Site, chosen: Chosen, form: str = "contact", enctype: str = MULTIPART
) -> None:
    """Come to the form, choose these files by field, and send it."""
    site.pages["/"] = PAGE.replace("FORM", form).replace("ENCTYPE", enctype)
    come(page, site)
    for name, files in chosen.items():
        given: list[FilePayload] = [
            {"name": file, "mimeType": "image/png", "buffer": CONTENT.encode()} for file in files
        ]
        page.set_input_files(f'[type=file][name="{name}"]', given)
    page.click("text=Send")


CHOICES: Final[list[Chosen]] = [
    {},
    {"plan": ["dach ł.png"]},
    {"photo": ['a "b";c=d.png']},
    {"others[]": ["roof 1.png", "roof 2.png"]},
    {"plan": ["p"], "photo": ["q"], "others[]": ["r", "s"]},
]


@pytest.mark.parametrize("chosen", CHOICES)
def test_a_form_with_files_is_stored_alike(
    browser: Browser, page: Page, site: Site, store: Kept, chosen: Chosen
) -> None:
    with browser.new_context(java_script_enabled=False) as without_script:
        send(without_script.new_page(), site, chosen)
        eventually(lambda: len(store.events) == 1)
    plain = store.events.pop()

    send(page, site, chosen)
    page.wait_for_selector("text=Thank you.")
    (event,) = store.events
    assert replace(event, event_id="", dedup="") == replace(plain, event_id="", dedup="")
    noted: Any = event.texts["extra"]
    assert len([name for name in noted if "files are not taken" in noted[name]]) == len(chosen)
    assert all(name in str(noted) for names in chosen.values() for name in names)
    assert CONTENT.encode() not in site.submissions[-1].body


@pytest.mark.parametrize(
    ("chosen", "marked"),
    [
        ({"plan": ["a"]}, ["plan"]),
        ({"others[]": ["b"]}, ["others[]"]),
        ({"plan": ["a"], "others[]": ["b", "c"]}, ["plan", "others[]"]),
    ],
)
def test_files_that_are_refused_are_marked(
    page: Page, site: Site, store: Kept, chosen: Chosen, marked: list[str]
) -> None:
    send(page, site, chosen, "refusing")
    page.wait_for_selector("[aria-invalid=true]")
    names = "[...document.querySelectorAll('[aria-invalid=true]')].map(control => control.name)"
    assert page.evaluate(names) == marked
    assert page.text_content(STATUS) == "Please check the marked fields."
    assert page.evaluate("document.activeElement.name") == marked[0]
    assert store.events == []

    for name in chosen:
        page.set_input_files(f'[type=file][name="{name}"]', [])
    page.click("text=Send")
    page.wait_for_selector("text=Thank you.")
    assert len(store.events) == 1
    assert json.loads(site.submissions[-1].body)["photo"] == "none yet"


def losing(site: Site, *lost: Reply) -> None:
    """The site's next answers are lost: its forms get these instead."""
    answered, left = site.answering, [*lost]
    assert answered is not None

    def answer(request: Request) -> Reply:
        reply = answered(request)
        return left.pop() if left else reply

    site.answering = answer


def test_files_that_are_sent_again_have_their_key(page: Page, site: Site, store: Kept) -> None:
    losing(site, busy(), busy())
    send(page, site, {"plan": ["roof.png"]})
    page.wait_for_selector("text=Thank you.")
    assert len(site.submissions) == 3
    assert len(store.events) == 1


def test_a_form_with_files_is_kept_without_a_network(page: Page, site: Site, store: Kept) -> None:
    send(page, site, {"others[]": ["a.png", "b.png"]})
    page.wait_for_selector("text=Thank you.")
    with offline(page):
        page.set_input_files("[name=plan]", {"name": "c.png", "mimeType": "x/y", "buffer": b"c"})
        page.click("text=Send")
        page.wait_for_selector(KEPT)
        (one,) = kept(page)
        assert one["said"]["plan"] == {"file": "c.png"}
    page.wait_for_selector("text=What you wrote before has now been sent.")
    extra: Any = store.events[-1].texts["extra"]
    assert extra["plan"] == "c.png (files are not taken)"
    assert page.input_value("[name=plan]") == ""


def test_the_plain_way_is_the_same_submission(page: Page, site: Site, store: Kept) -> None:
    """Also of a form that would send the names of its files as texts."""
    losing(site, Reply(502, b"<h1>Bad gateway</h1>", "text/html"))
    send(page, site, {"plan": ["dach ł.png"], "others[]": ["b", "c"]}, enctype="")
    page.wait_for_selector("h1:has-text('Thank you')")
    assert len(site.submissions) == 2
    (event,) = store.events
    extra: Any = event.texts["extra"]
    assert extra["plan"] == "dach ł.png (files are not taken)"
    assert CONTENT.encode() not in site.submissions[-1].body
