"""What a form shows of wrong fields: beside each field, read out, and gone once it is corrected."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

import pytest

from browser.site import FORM, QUESTION, WEB, Site, refusal
from browser.visitor import agree, come, come_and_agree, settle

if TYPE_CHECKING:
    from playwright.sync_api import Page

FIELDS = """
<form method="post" action="/forms/contact" data-hotlist="contact" id="f">
  <p><label>Name <input name="name"></label></p>
  <p><label for="mail">E-mail</label><input id="mail" name="contact[email]" aria-describedby="hint">
     <span id="hint">We answer here.</span></p>
  <input type="hidden" name="agree" value="0">
  <label><input type="checkbox" name="agree" value="1"> I agree</label>
  <fieldset><legend>Topics</legend>
    <label><input type="checkbox" name="topics[]" value="roof"> Roof</label>
    <label><input type="checkbox" name="topics[]" value="heat"> Heat</label></fieldset>
  <label>Size <input name="how_big" data-field="size"></label>
  <input name="hidden_away" style="display:none">
  <output name="size"></output><input type="hidden" name="page_url" value="1">
  <button>Send</button>
</form>
<label>Phone <input name="phone" form="f"></label>
"""

INVALID = "[aria-invalid=true]"


def send(page: Page, site: Site, **errors: str) -> None:
    """Come to the page of many fields, and send the form; these fields are refused."""
    site.pages["/"] = QUESTION + FIELDS
    site.replies = [refusal(**errors)]
    come(page, site)
    page.click("text=Send")
    page.wait_for_function("document.querySelector('[role=status]').textContent")


def described(page: Page, selector: str) -> str:
    """What a screen reader says after the name and the value of a control."""
    text: str = page.eval_on_selector(
        selector,
        """control => (control.getAttribute("aria-describedby") || "").split(" ")
          .map(id => document.getElementById(id)?.textContent ?? "").join(" ").trim()""",
    )
    return text


def focused(page: Page) -> str:
    name: str = page.evaluate("document.activeElement.name || document.activeElement.tagName")
    return name


@pytest.mark.parametrize(
    ("field", "selector", "before"),
    [
        ("name", "[name=name]", ""),
        ("email", "#mail", "We answer here. "),
        ("agree", "[name=agree][type=checkbox]", ""),
        ("topics", "[value=heat]", ""),
        ("size", "[name=how_big]", ""),
        ("phone", "[name=phone]", ""),
    ],
)
def test_a_reason_stands_beside_its_field_and_is_read_out(
    page: Page, site: Site, field: str, selector: str, before: str
) -> None:
    send(page, site, **{field: "not <b>right</b>"})

    assert described(page, selector) == before + "not <b>right</b>"
    assert page.locator(selector).get_attribute("aria-invalid") == "true"
    assert page.locator(".hotlist-error").count() == 1
    near = page.locator(selector).bounding_box()
    note = page.locator(".hotlist-error").bounding_box()
    assert near is not None
    assert note is not None
    assert 0 <= note["y"] - near["y"] <= 60
    assert page.text_content("[role=status]") == "Please check the marked fields."


def test_a_reason_is_no_part_of_the_name(page: Page, site: Site) -> None:
    send(page, site, name="too long")
    assert page.get_by_role("textbox", name="Name", exact=True).count() == 1


def test_the_first_wrong_field_of_the_page_has_the_focus(page: Page, site: Site) -> None:
    send(page, site, phone="no number", topics="choose one", hidden_away="wrong")
    assert focused(page) == "topics[]"
    assert page.locator(INVALID).count() == 4


def test_who_writes_elsewhere_is_not_torn_away(page: Page, site: Site) -> None:
    site.pages["/"] = FIELDS + "<textarea id=other></textarea>"
    site.replies = [refusal(name="wrong")]
    come(page, site)
    page.evaluate("""() => {
      document.addEventListener("submit", () => document.querySelector("#other").focus());
    }""")
    page.click("text=Send")
    page.wait_for_selector(INVALID)
    assert focused(page) == "TEXTAREA"


def test_what_has_no_field_on_the_page_stands_in_the_status(page: Page, site: Site) -> None:
    send(page, site, page_url="not a page", contact="an address or a number", name="missing")
    assert page.text_content("[role=status]") == (
        "Please check the marked fields. page_url: not a page; contact: an address or a number"
    )
    assert page.locator(INVALID).count() == 1


RENAMED = """
<form method="post" action="/forms/contact" data-hotlist="contact">
  <label>E-mail <input name="Your E-Mail"></label>
  <label>Owner <input type="radio" name="who.is" value="owner"></label>
  <label>Tenant <input type="radio" name="who.is" value="tenant"></label>
  <label>Roof <input type="checkbox" name="interests[]" value="roof"></label>
  <label>Size <input name="wpforms[fields][2]"></label><label><input name="wpforms[fields][3]">
  <button>Send</button></label>
</form>
"""


def test_a_field_is_found_by_the_other_names_that_its_form_takes(page: Page, site: Site) -> None:
    site.pages["/"] = RENAMED
    names = {
        "role": ["who[is]", "who.is"],
        "topics": ["interests"],
        "email": ["mail", "Your E-Mail"],
        "size": ["wpforms[fields][2]"],
    }
    site.replies = [refusal(names)]
    come(page, site)
    page.click("text=Send")
    page.wait_for_selector(INVALID)
    marked = "[...document.querySelectorAll('[aria-invalid=true]')].map(control => control.name)"
    assert page.evaluate(marked) == [
        "Your E-Mail", "who.is", "who.is", "interests[]", "wpforms[fields][2]",
    ]  # fmt: skip
    assert page.text_content("[role=status]") == "Please check the marked fields."
    assert focused(page) == "Your E-Mail"


def test_a_reason_in_a_hidden_part_of_the_page_stands_in_the_status(page: Page, site: Site) -> None:
    site.pages["/"] = FORM.replace("<button", "<div hidden><input name=size></div><button", 1)
    site.replies = [refusal(size="too large")]
    come(page, site)
    page.click("text=Call me")
    page.wait_for_selector(INVALID, state="attached")
    assert page.text_content("[role=status]") == "Please check the marked fields. size: too large"


def test_an_attempt_begins_without_the_reasons_of_the_last(page: Page, site: Site) -> None:
    """What is told a second time in the same words is read out a second time."""
    send(page, site, name="wrong")
    site.held = threading.Event()
    page.click("text=Send")
    page.wait_for_selector("form[aria-busy=true]")
    assert page.locator(INVALID).count() == page.locator(".hotlist-error").count() == 0
    assert page.text_content("[role=status]") == ""
    site.held.set()
    page.wait_for_selector("text=Thank you.")


@pytest.mark.parametrize("field", ["elements", "dataset", 'a"]x', "__proto__", "constructor"])
def test_any_name_of_a_field_may_be_wrong(page: Page, site: Site, field: str) -> None:
    send(page, site, **{field: "wrong"})
    assert page.text_content("[role=status]") == f"{field}: wrong"


def test_a_reason_goes_when_its_field_is_corrected(page: Page, site: Site) -> None:
    send(page, site, email="no address", topics="choose one")
    page.fill("#mail", "ada@example.org")
    assert described(page, "#mail") == "We answer here."
    assert page.locator("#mail").get_attribute("aria-invalid") is None
    assert page.text_content("[role=status]") == "Please check the marked fields."

    page.check("[value=roof]")
    assert page.locator(INVALID).count() == page.locator(".hotlist-error").count() == 0
    assert described(page, "[value=heat]") == ""
    assert page.text_content("[role=status]") == ""


def test_old_reasons_go_when_the_form_is_sent_again(page: Page, site: Site) -> None:
    send(page, site, name="wrong", email="no address")
    site.replies = [refusal(name="still wrong")]
    page.click("text=Send")
    page.wait_for_selector("text=still wrong")
    assert page.locator(".hotlist-error").count() == 1
    assert page.locator(INVALID).count() == 1

    page.click("text=Send")
    page.wait_for_selector("text=Thank you.")
    assert page.locator(INVALID).count() == page.locator(".hotlist-error").count() == 0
    assert described(page, "#mail") == "We answer here."


def test_a_form_that_is_emptied_has_no_faults(page: Page, site: Site) -> None:
    send(page, site, name="wrong")
    page.evaluate("document.forms[0].reset()")
    assert page.locator(INVALID).count() == page.locator(".hotlist-error").count() == 0
    assert page.text_content("[role=status]") == ""


def test_a_page_may_say_where_a_reason_stands(page: Page, site: Site) -> None:
    site.pages["/"] = FIELDS.replace("<button>", '<p data-error="name"></p><button>')
    site.replies = [refusal(name="wrong")]
    come(page, site)
    page.click("text=Send")
    page.wait_for_selector("[data-error]:has-text('wrong')")
    assert described(page, "[name=name]") == "wrong"
    assert page.locator(".hotlist-error").count() == 0

    page.fill("[name=name]", "Ada")
    assert page.text_content("[data-error]") == ""


def test_the_status_is_there_before_it_says_anything(page: Page, site: Site) -> None:
    """Screen readers read out what changes in a region, not one that comes with its text."""
    site.pages["/"] = FIELDS
    come(page, site)
    page.evaluate("""() => {
      window.seen = [];
      new MutationObserver(changes => changes.forEach(({addedNodes}) => addedNodes.forEach(
        node => window.seen.push([node.role ?? "text", node.textContent]))))
        .observe(document.forms[0], {childList: true, subtree: true});
    }""")
    page.click("text=Send")
    page.wait_for_selector("text=Thank you.")
    assert page.evaluate("window.seen.map(([what]) => what)") == ["status", "text"]


def test_fields_may_hide_what_a_form_has(page: Page, site: Site) -> None:
    names = ("elements", "dataset", "append", "matches", "querySelector", "contains", "closest")
    more = ("getAttribute", "setAttribute", "removeAttribute", "addEventListener", "name", "action")
    inputs = "".join(f"<input name={name}>" for name in (*names, *more))
    site.pages["/"] = FORM.replace("</form>", inputs + "</form>")
    site.replies = [refusal(email="wrong", elements="missing")]
    come(page, site)
    # Playwright itself would ask the form for its attributes.
    click = "document.querySelector('button').click()"
    page.evaluate(click)
    page.wait_for_function("document.querySelectorAll('[aria-invalid=true]').length === 2")
    page.evaluate(click)
    page.wait_for_function("document.querySelector('[role=status]').textContent === 'Received.'")
    assert page.evaluate("document.querySelectorAll('.hotlist-error').length") == 0


POLISH = "Prosimy sprawdzić zaznaczone pola."
GERMAN = "Bitte prüfen Sie die markierten Felder."
ENGLISH = "Please check the marked fields."


@pytest.mark.parametrize(
    ("page_lang", "form_lang", "said"),
    [
        ('lang="pl"', "", POLISH),
        ('lang="pl-PL"', "", POLISH),
        ('lang="DE_at"', "", GERMAN),
        ('lang="en"', 'lang="de"', GERMAN),
        ('lang="fr"', "", ENGLISH),
        ('lang="constructor"', "", ENGLISH),
        ("", "", ENGLISH),
    ],
)
def test_the_script_speaks_the_language_of_the_page(
    page: Page, site: Site, page_lang: str, form_lang: str, said: str
) -> None:
    site.lang = page_lang
    site.pages["/"] = FORM.replace("<form", f"<form {form_lang}")
    site.replies = [refusal(email="wrong")]
    come(page, site)
    page.click("text=Call me")
    page.wait_for_selector(f"[role=status]:has-text('{said}')")


def test_a_page_may_say_it_otherwise(page: Page, site: Site) -> None:
    site.script = site.script.replace("defer", 'data-check="Corrigez." data-thanks="Merci." defer')
    site.replies = [refusal(email="wrong")]
    come(page, site)
    page.click("text=Call me")
    page.wait_for_selector("[role=status]:has-text('Corrigez.')")
    page.click("text=Call me")
    page.wait_for_selector("[role=status]:has-text('Received.')")  # the form's own word


def test_an_error_is_an_event_after_a_yes(page: Page, site: Site) -> None:
    come_and_agree(page, site)
    site.replies = [refusal(email="wrong", phone="wrong"), refusal(email="wrong")]
    for _ in range(2):
        page.click("text=Call me")
        page.wait_for_selector(f"[role=status]:has-text('{ENGLISH}')")
        page.fill("[name=email]", "eve@example.org")
    page.click("text=Call me")
    page.wait_for_selector("text=Received.")

    events = site.wait_for("session_started", "page_viewed", "form_error", "form_error")
    fields = [event["properties"]["fields"] for event in events[2:]]
    assert sorted(fields) == ["email", "email phone"]
    assert {event["properties"]["form_name"] for event in events[2:]} == {"contact"}
    assert "eve@" not in str(events)


REQUIRED = FORM.replace('value="ada@example.org"', "required")


def test_what_the_browser_refuses_is_an_event_once(page: Page, site: Site) -> None:
    site.pages["/"] = QUESTION + REQUIRED.replace("<button", "<input name=more required><button", 1)
    come_and_agree(page, site)
    page.click("text=Call me")
    page.click("text=Call me")
    page.evaluate("document.forms[0].checkValidity()")
    page.evaluate("document.forms[0].checkValidity(); document.forms[0].checkValidity()")
    (_, _, error) = site.wait_for("session_started", "page_viewed", "form_error")
    assert error["properties"]["fields"] == "email more"

    page.fill("[name=email]", "ada@example.org")
    page.click("text=Call me")
    events = site.wait_for("session_started", "page_viewed", "form_error", "form_error")
    assert events[-1]["properties"]["fields"] == "more"
    assert site.submissions == []


@pytest.mark.parametrize("answer", [None, "no"])
def test_without_a_yes_an_error_is_nobodys_business(
    page: Page, site: Site, answer: str | None
) -> None:
    site.pages["/"] = QUESTION + REQUIRED
    site.replies = [refusal(email="wrong")]
    come(page, site)
    if answer:
        page.click(f"[data-answer={answer}]")
    page.click("text=Call me")
    page.fill("[name=email]", "ada")
    page.click("text=Call me")
    page.wait_for_selector(INVALID)
    settle(page)
    assert site.batches == []

    if answer:
        page.click("[data-hotlist-consent]")
    agree(page)
    site.wait_for("session_started", "page_viewed")


def test_the_documentation_has_every_text_of_the_script() -> None:
    script = (WEB / "hotlist.js").read_text("utf-8")
    docs = (WEB.parent / "docs" / "tracking.md").read_text("utf-8")
    english = re.search(r"en: \{(.*?)\n    \}", script, re.DOTALL)
    assert english is not None
    texts = re.findall(r'"?([\w-]+)"?: ((?:"[^"]*"(?: \+\s+)?)+)', english[1])
    said = [(name, "".join(re.findall(r'"([^"]*)"', text))) for name, text in texts]
    rows = [f"| `data-{name}` | {text} |" for name, text in said]
    assert len(rows) == 8
    assert [row for row in rows if row not in docs] == []
    for language in ("pl", "de"):
        there = re.search(rf"    {language}: \{{(.*?)\n    \}}", script, re.DOTALL)
        assert there is not None
        assert re.findall(r'^      "?([\w-]+)"?:', there[1], re.MULTILINE) == [n for n, _ in texts]
