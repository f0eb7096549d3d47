"""What a form sends by script: what the plain form would, and after a yes how the visitor came."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from browser.site import FORM, QUESTION, SCRIPT, Site, own
from browser.visitor import agree, come, come_and_agree, console, stored
from e2e.api import eventually
from hotlist_cli.local.serving import Reply

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ANSWERS = {"email": "ada@example.org", "way": "call"}

MANY = """
<form method="post" action="/forms/contact" data-hotlist="contact">
  <input name="topics" type="checkbox" value="roof" checked>
  <input name="topics" type="checkbox" value="battery" checked>
  <input name="topics" type="checkbox" value="heat">
  <select name="days[]" multiple><option selected>mon<option>tue<option selected>wed</select>
  <input name="one[]" type="checkbox" value="1" checked>
  <input name="agree" type="hidden" value="0"><input name="agree" type="checkbox" checked>
  <input name="empty"><input name="empty" value="filled"><input name="unchecked" type="checkbox">
  <input name="__proto__" value="a"><input name="__proto__" value="b">
  <input name="nothing" disabled value="1"><input value="nameless">
  <textarea name="message">zażółć ✓</textarea>
  <button name="way" value="call">Call me</button><button name="way" value="write">Write</button>
  <input type="image" name="map" alt="Map" src="/landing/icon.svg" width="10" height="10">
</form>
"""


def answers(page: Page, site: Site, button: str) -> dict[str, list[str]]:
    """The answers to the form MANY, sent by a button, as lists by name."""
    come(page, site)
    page.click(button)
    eventually(lambda: site.submissions)
    request = site.submissions.pop()
    if request.headers["content-type"] == "application/x-www-form-urlencoded":
        return parse_qs(request.body.decode(), keep_blank_values=True, strict_parsing=True)
    site.submissions.append(request)
    fields = own(site.form())
    site.submissions.clear()
    assert fields.pop("language") == "en"
    return {name: value if isinstance(value, list) else [value] for name, value in fields.items()}


@pytest.mark.parametrize("button", ["text=Call me", "text=Write", "[type=image]"])
def test_the_answers_are_those_of_the_plain_form(
    browser: Browser, page: Page, site: Site, button: str
) -> None:
    site.pages["/"] = MANY
    with browser.new_context(java_script_enabled=False) as without_script:
        plain = answers(without_script.new_page(), site, button)

    assert answers(page, site, button) == plain
    assert plain["topics"] == ["roof", "battery"]


def test_a_name_that_stands_once_is_no_list(page: Page, site: Site) -> None:
    site.pages["/"] = MANY
    come(page, site)
    page.click("text=Write")

    sent = site.form()
    assert (sent["one[]"], sent["days[]"], sent["way"]) == ("1", ["mon", "wed"], "write")
    assert "unchecked" not in sent


@pytest.mark.parametrize("answer", [None, "no"])
@pytest.mark.parametrize(("lang", "language"), [('lang="pl"', {"language": "pl"}), ("", {})])
def test_without_consent_a_form_carries_nothing_but_itself(
    page: Page, site: Site, answer: str | None, lang: str, language: dict[str, str]
) -> None:
    site.lang = lang
    site.pages["/from"] = "<a href='/?utm_source=google&gclid=1'>To the form</a>"
    come(page, site)
    if answer:
        page.click(f"[data-answer={answer}]")
    come(page, site, "/from")
    with page.expect_navigation():
        page.click("text=To the form")
    page.click("text=Call me")

    sent = site.form()
    assert own(sent) == ANSWERS | language
    assert set(sent) - set(own(sent)) == {"event_id", "sent_at"}


def test_with_consent_a_form_tells_how_the_visitor_came(page: Page, site: Site) -> None:
    come_and_agree(page, site, "/ad?utm_source=google&gclid=1")
    come(page, site, "/form")
    page.click("text=Call me")

    kept = stored(page)
    assert own(site.form()) == {
        **ANSWERS,
        "page_url": site.url + "/form",
        "page_title": "/form",
        "language": "en",
        "session_id": kept["session"],
        "visitor_id": kept["visitor"],
        "source": "google",
        "gclid": "1",
        "landing_page": site.url + "/ad?utm_source=google&gclid=1",
    }


def test_what_the_form_says_itself_stands(page: Page, site: Site) -> None:
    site.pages["/"] += "<script>document.forms[0].innerHTML += '{}'</script>".format(
        "<input name=page_title value=Mine><input name=source>"
    )
    come_and_agree(page, site, "/?utm_source=google")
    page.click("text=Call me")

    assert site.form()["page_title"] == "Mine"
    assert site.form()["source"] == "google"


def test_a_double_click_sends_once(page: Page, site: Site) -> None:
    site.held = threading.Event()
    come(page, site)
    page.dblclick("text=Call me")
    page.wait_for_selector("form[aria-busy=true]")
    page.keyboard.press("Enter")
    site.held.set()

    page.wait_for_selector("text=Received.")
    assert page.get_attribute("form", "aria-busy") is None
    site.form()


def test_the_same_answers_again_have_the_same_key(page: Page, site: Site) -> None:
    come(page, site)
    ids = []
    for number, button in enumerate(("Call me", "Call me", "Write"), start=1):
        page.click(f"text={button}")
        ids.append(site.form(number)["event_id"])
        page.wait_for_selector("text=Received.")
    assert ids[0] == ids[1] != ids[2]


def test_a_form_that_was_sent_is_thanked_for_and_emptied(page: Page, site: Site) -> None:
    come(page, site)
    page.fill("[name=email]", "eve@example.org")
    page.click("text=Call me")

    page.wait_for_selector("text=Received.")
    assert page.input_value("[name=email]") == "ada@example.org"


@pytest.mark.parametrize(
    ("status", "body", "shown"),
    [
        (
            422,
            b'{"title": "no", "errors": [{"field": "email", "reason": "wrong"}]}',
            "Please check the marked fields.",
        ),
        (403, b'{"title": "This page may not post here."}', "This page may not post here."),
        (429, b'{"message": "Too Many Requests"}', "This was not sent."),
        (503, b"null", "This was not sent."),
    ],
)
def test_a_form_that_was_refused_says_why(
    page: Page, site: Site, status: int, body: bytes, shown: str
) -> None:
    site.reply = Reply(status, body, "application/problem+json")
    come(page, site)
    page.fill("[name=email]", "eve@example.org")
    page.click("text=Call me")

    page.wait_for_selector(f"[role=status]:has-text('{shown}')")
    assert page.input_value("[name=email]") == "eve@example.org"
    site.reply = Reply(201, b"{}", "application/json")
    page.click("text=Call me")
    page.wait_for_selector("text=Received.")


def _block(page: Page) -> None:
    """No request of a script to the API comes through from now on."""
    page.evaluate("""() => {
      const through = window.fetch;
      window.fetch = (url, ...rest) => url.includes("/forms/")
        ? Promise.reject(new TypeError("blocked")) : through(url, ...rest);
    }""")


def test_where_fetch_fails_the_form_goes_the_plain_way(page: Page, site: Site) -> None:
    site.pages["/"] = QUESTION + MANY
    come(page, site, "/?utm_source=google")
    _block(page)
    page.click("text=Write")

    sent = site.plain_form()
    added = ("event_id", "sent_at", "language")
    own_answers = [(name, value) for name, value in sent if name not in added]
    assert sorted(own_answers) == sorted(answers_of_many())
    assert {name for name, _ in sent}.issuperset(added)
    assert len(site.submissions) == 1


def answers_of_many() -> list[tuple[str, str]]:
    return [
        ("topics", "roof"), ("topics", "battery"), ("days[]", "mon"), ("days[]", "wed"),
        ("one[]", "1"), ("agree", "0"), ("agree", "on"), ("empty", ""), ("empty", "filled"),
        ("__proto__", "a"), ("__proto__", "b"), ("message", "zażółć ✓"),
        ("way", "write"),
    ]  # fmt: skip


def test_the_plain_way_has_the_key_and_the_visit_too(page: Page, site: Site) -> None:
    come_and_agree(page, site, "/?utm_source=google")
    _block(page)
    kept = stored(page)
    page.click("text=Call me")

    sent = dict(site.plain_form())
    assert sent["visitor_id"] == kept["visitor"]
    assert sent["session_id"] == kept["session"]
    assert sent["source"] == "google"
    assert sent["event_id"]


def test_an_answer_that_is_no_json_is_tried_again_the_plain_way(page: Page, site: Site) -> None:
    site.reply = Reply(502, b"<h1>Bad gateway</h1>", "text/html")
    come(page, site)
    page.click("text=Call me")
    page.wait_for_selector("text=Bad gateway")

    script, _ = site.submissions
    assert script.headers["content-type"] == "application/json"
    assert dict(site.plain_form())["event_id"].encode() in script.body


def test_an_api_that_never_answers_is_not_waited_for(clock: Page, site: Site) -> None:
    site.held = threading.Event()
    come(clock, site)
    clock.click("text=Call me")
    eventually(lambda: len(site.submissions) == 1)
    clock.clock.run_for(31_000)
    eventually(lambda: len(site.submissions) == 2)
    site.held.set()

    assert dict(site.plain_form())["way"] == "call"


def test_fields_may_be_called_as_the_methods_of_a_form(page: Page, site: Site) -> None:
    site.pages["/"] = FORM.replace("</form>", "<input name=submit><input name=reset></form>")
    come(page, site)
    page.click("text=Call me")
    page.wait_for_selector("text=Received.")
    site.form()

    _block(page)
    page.click("text=Write")
    eventually(lambda: len(site.submissions) == 2)
    assert ("way", "write") in site.plain_form()


def test_a_form_that_is_added_later_is_sent_by_script(page: Page, site: Site) -> None:
    site.pages["/"] = QUESTION
    come(page, site)
    page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", FORM)
    page.click("text=Call me")

    assert own(site.form()) == ANSWERS | {"language": "en"}


def test_a_form_that_its_page_stops_is_not_sent(page: Page, site: Site) -> None:
    site.pages["/"] += """<script>document.forms[0].addEventListener("submit", event => {
      if (!window.sure) event.preventDefault();
    })</script>"""
    come(page, site)
    page.click("text=Call me")
    page.evaluate("window.sure = true")
    page.click("text=Write")

    assert site.form()["way"] == "write"


def test_other_forms_are_left_alone(page: Page, site: Site) -> None:
    site.pages["/"] = FORM.replace(' data-hotlist="contact"', "")
    come(page, site)
    page.click("text=Call me")

    assert site.plain_form() == [("email", "ada@example.org"), ("way", "call")]


@pytest.mark.parametrize(
    ("script", "missing"),
    [
        (SCRIPT.replace("defer", "type=module"), "module"),
        (SCRIPT.replace('data-api=""', ""), "data-api"),
    ],
)
def test_a_script_that_cannot_work_says_why_and_forms_post(
    page: Page, site: Site, script: str, missing: str
) -> None:
    site.script = script
    said = console(page)
    come(page, site)
    page.click("text=Call me")

    assert site.plain_form() == [("email", "ada@example.org"), ("way", "call")]
    (message,) = said
    assert (message.type, message.text.startswith("hotlist.js: ")) == ("error", True)
    assert missing in message.text


def test_a_form_name_is_part_of_a_path(page: Page, site: Site) -> None:
    site.pages["/"] = FORM.replace('data-hotlist="contact"', 'data-hotlist="a/../b?c"')
    come(page, site)
    page.click("text=Call me")
    page.wait_for_selector("text=Received.")

    (request,) = site.submissions
    assert request.target == "/forms/a%2F..%2Fb%3Fc"


def test_a_yes_between_two_submissions_is_heeded(page: Page, site: Site) -> None:
    come(page, site)
    page.click("text=Call me")
    page.wait_for_selector("text=Received.")
    before: dict[str, Any] = site.form()
    agree(page)
    page.click("text=Call me")

    assert "visitor_id" not in before
    assert site.form(2)["visitor_id"] == stored(page)["visitor"]
