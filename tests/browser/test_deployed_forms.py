"""Each form of the sample page through the deployed stack, with script and without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from browser.sample import (
    SAMPLES,
    Sample,
    assert_kept,
    only_event,
    press,
    type_by_keyboard,
    visit,
    write,
)
from browser.test_form_kept import offline
from browser.visitor import go_back
from e2e.api import Api, eventually, somebody
from e2e.looks import lead_id, leads, scored, stored
from hotlist.events.vocabulary import SPAM
from hotlist.identity.identifiers import VISITOR, subject
from hotlist_cli.local.stack import Stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

# With script in one language and without in the other: each form is sent both ways.
each_way = pytest.mark.parametrize(
    ("sample", "has_script"),
    [(sample, sample.language == "en") for sample in SAMPLES],
    ids=[f"{sample.language}-{sample.name}" for sample in SAMPLES],
)
each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.language}-{s.name}")


@each_sample
def test_errors_are_shown_and_corrected(browser: Browser, stack: Stack, sample: Sample) -> None:
    email = somebody()
    with visit(browser, stack, sample) as page:
        form = sample.on(page)
        write(form, {**sample.right(email), **sample.wrong})
        with page.expect_response("**/forms/*") as answered:
            press(form)
        assert answered.value.status == 422
        form.locator(".hotlist-error").first.wait_for()

        wrong = form.locator("[aria-invalid=true]")
        names = wrong.evaluate_all("all => all.map(one => one.name)")
        assert sorted(names) == sorted(sample.wrong)
        assert page.evaluate("document.activeElement.name") == names[0]
        for name in names:
            assert_told(page, form.locator(f"[name={name}]"), name, sample)

        write(form, {name: sample.right(email)[name] for name in sample.wrong})
        assert wrong.count() == 0
        press(form)
        sample.thanks(page).wait_for()
    assert_kept(stack, sample, email)


def assert_told(page: Page, field: Any, name: str, sample: Sample) -> None:
    """A screen reader names the field, and reads its error in the page's language."""
    expect = pytest.importorskip("playwright.sync_api").expect
    told = {
        "email": re.escape(sample.words["email"]),
        "company_size": re.escape(sample.words["between"]).replace(r"\{least\}", "1"),
    }
    reason = told.get(name, re.escape(sample.words["required"])).replace(r"\{most\}", ".*")
    expect(field).to_have_accessible_description(re.compile(reason))
    expect(field).to_have_accessible_name(re.compile(r"\w"))


@each_sample
def test_errors_are_shown_and_corrected_without_script(
    browser: Browser, stack: Stack, sample: Sample
) -> None:
    """The browser reads English: the page alone says in which language it is answered."""
    email = somebody()
    with visit(browser, stack, sample, java_script_enabled=False) as page:
        write(sample.on(page), {**sample.right(email), **sample.wrong})
        chosen = sample.on(page).locator("option:checked").all_inner_texts()
        with page.expect_response("**/forms/*") as answered:
            press(sample.on(page))
        assert answered.value.status == 422
        assert page.locator("html").get_attribute("lang") == sample.language
        assert page.get_by_role("heading", level=1).inner_text() == sample.words["page_again_title"]

        wrong = page.locator("[aria-invalid=true]")
        names = wrong.evaluate_all("all => all.map(one => one.name)")
        assert sorted(names) == sorted(sample.wrong)
        for name in names:
            assert_told(page, page.locator(f"#f-{name}"), name, sample)
            assert page.locator(f"#faults a[href='#f-{name}']").count() == 1
        assert page.locator("option:checked").all_inner_texts()[: len(chosen)] == chosen
        for name, value in sample.right(email).items():
            field = page.locator(f"#f-{name}")
            if name == "consent_email":
                assert field.is_checked()
            elif name not in sample.wrong:
                assert field.input_value() == value

        write(page.locator("form"), {name: sample.right(email)[name] for name in sample.wrong})
        press(page.locator("form"))
        assert_thanked(page, stack, sample)
    assert_kept(stack, sample, email)


THANKS = {
    ("ebook", "en"): "We have sent you a mail with a link to the guide.",
    ("ebook", "pl"): "Wysłaliśmy Ci mail z linkiem do poradnika.",
    ("webinar", "en"): "You are on the list for the webinar.",
    ("webinar", "pl"): "Jesteś na liście uczestników webinaru.",
}


def assert_thanked(page: Page, stack: Stack, sample: Sample) -> None:
    """The page that follows a form without script, in the language of the form's page."""
    if sample.name == "contact":
        names = {"en": "thank-you.html", "pl": "pl/dziekujemy.html"}
        page.wait_for_url(f"{stack.site_url}/{names[sample.language]}")
    else:
        page.get_by_text(THANKS[sample.name, sample.language]).wait_for()
    assert page.locator("html").get_attribute("lang") == sample.language
    assert sample.words["page_thanks_title"] in page.get_by_role("heading", level=1).inner_text()


@each_way
def test_a_double_click_is_one_event(
    browser: Browser, stack: Stack, sample: Sample, has_script: bool
) -> None:
    email = somebody()
    with visit(browser, stack, sample, java_script_enabled=has_script) as page:
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method))
        write(sample.on(page), sample.right(email))
        sample.on(page).locator("button").dblclick()
        if has_script:
            sample.thanks(page).wait_for()
            assert sent.count("POST") == 1
        else:
            assert_thanked(page, stack, sample)
    assert_kept(stack, sample, email)


@each_sample
def test_back_forward_and_once_more_is_one_event(
    browser: Browser, stack: Stack, sample: Sample
) -> None:
    """Without script the browser has what was written when it goes back."""
    email, posts = somebody(), 0

    def count(request: Request) -> None:
        nonlocal posts
        posts += request.method == "POST"

    with visit(browser, stack, sample, java_script_enabled=False) as page:
        page.on("request", count)
        write(sample.on(page), sample.right(email))
        press(sample.on(page))
        assert_thanked(page, stack, sample)
        page.reload()  # a page that the API itself answered with is asked for by the form again
        assert_thanked(page, stack, sample)
        go_back(page)
        page.wait_for_url(stack.site_url + sample.path)
        if sample.name == "contact":  # elsewhere the browser asks whether it may send it again
            page.go_forward()
            assert_thanked(page, stack, sample)
            go_back(page)
            page.wait_for_url(stack.site_url + sample.path)
        assert sample.on(page).locator("[name=email]").input_value() == email
        press(sample.on(page))
        assert_thanked(page, stack, sample)
        assert posts == (2 if sample.name == "contact" else 3)
    assert_kept(stack, sample, email)


@pytest.mark.parametrize("sample", SAMPLES[:3], ids=lambda s: s.name)
def test_back_after_the_script_has_sent_finds_an_empty_form(
    browser: Browser, stack: Stack, sample: Sample
) -> None:
    email = somebody()
    with visit(browser, stack, sample) as page:
        write(sample.on(page), sample.right(email))
        press(sample.on(page))
        sample.thanks(page).wait_for()
        page.goto(stack.site_url + "/pricing.html")
        go_back(page)
        page.wait_for_url(stack.site_url + sample.path)
        page.go_forward()
        go_back(page)
        page.wait_for_load_state()
        assert sample.on(page).locator("[name=email]").input_value() == ""
        press(sample.on(page))
        assert sample.on(page).locator(":invalid").count() > 0
    assert_kept(stack, sample, email)


@each_way
def test_what_fills_the_trap_is_thanked_and_held_back(
    browser: Browser, stack: Stack, api: Api, sample: Sample, has_script: bool
) -> None:
    email, other = somebody(), somebody()
    with visit(browser, stack, sample, java_script_enabled=has_script) as page:
        write(sample.on(page), sample.right(email))
        sample.on(page).locator("[name=hp_confirm]").fill("Ada", force=True)
        press(sample.on(page))
        if has_script:
            sample.thanks(page).wait_for()
        else:
            assert_thanked(page, stack, sample)
    assert only_event(stack, email).flags == {SPAM}

    api.submit("ebook", email=other)
    scored(stack, lead_id(other))
    assert leads(stack).get(lead_id(email)) is None
    mails = [stack.mailbox.parse(message)["Reply-To"] for message in stack.mailbox.messages]
    assert email not in mails


def test_a_trap_that_the_browser_filled_holds_nobody_back(browser: Browser, stack: Stack) -> None:
    sample, email = Sample("en", "contact"), somebody()
    with visit(browser, stack, sample) as page:
        page.evaluate("""() => {
          const matches = Element.prototype.matches;
          Element.prototype.matches = function (selector) {
            return selector === ":autofill" || matches.call(this, selector);
          };
        }""")
        write(sample.on(page), sample.right(email))
        sample.on(page).locator("[name=hp_confirm]").fill("Ada", force=True)
        press(sample.on(page))
        sample.thanks(page).wait_for()
    assert_kept(stack, sample, email)


@each_sample
def test_what_is_sent_offline_is_kept_and_sent_later(
    browser: Browser, stack: Stack, sample: Sample
) -> None:
    email = somebody()
    said = {"en": ("You are offline.", "now been sent"), "pl": ("Brak połączenia", "wysłane.")}
    with visit(browser, stack, sample) as page:
        write(sample.on(page), sample.right(email))
        with offline(page):
            for _ in range(2):
                press(sample.on(page))
                sample.on(page).get_by_text(said[sample.language][0]).wait_for()
                page.locator(f"form[data-hotlist={sample.name}]:not([aria-busy])").wait_for()
            assert stored(stack, lead_id(email)) == ()
        sample.on(page).locator(f"[role=status]:has-text('{said[sample.language][1]}')").wait_for()
        assert page.evaluate("Object.keys(localStorage)") == []
    assert_kept(stack, sample, email)


@each_way
def test_the_keyboard_alone_corrects_and_sends(
    browser: Browser, stack: Stack, sample: Sample, has_script: bool
) -> None:
    email = somebody()
    right = {name: said for name, said in sample.right(email).items() if name != "role"}
    with visit(browser, stack, sample, java_script_enabled=has_script) as page:
        page.keyboard.press("Tab")
        assert page.locator(":focus").get_attribute("class") == "skip"
        type_by_keyboard(page, {**right, **sample.wrong}, sample.name)
        corrected = {name: right[name] for name in sample.wrong}
        if has_script:
            sample.on(page).locator(".hotlist-error").first.wait_for()
            type_by_keyboard(page, corrected, sample.name)
            sample.thanks(page).wait_for()
        else:
            page.locator("#faults").wait_for()
            type_by_keyboard(page, corrected, None)
            assert_thanked(page, stack, sample)
    event = only_event(stack, email)
    assert (event.type, event.properties["name"]) == (sample.type, right["name"])


def test_a_form_from_a_browser_is_stored_as_the_plain_one_is(
    browser: Browser, stack: Stack, api: Api
) -> None:
    email, plain = somebody(), somebody()
    sample = Sample("en", "ebook")
    with visit(browser, stack, sample) as page:
        page.goto(f"{stack.site_url}/?utm_source=news")
        page.click("[data-answer=yes]")
        visitor = subject(VISITOR, page.evaluate("localStorage.getItem('hotlist.visitor')"))
        sample.on(page).evaluate("""form => {
          for (const topic of ["roof", "battery"])
            form.insertAdjacentHTML("afterbegin", `<input name="topics" value="${topic}">`);
        }""")
        write(sample.on(page), {"email": email})
        press(sample.on(page))
        sample.thanks(page).wait_for()
        eventually(lambda: len(stored(stack, visitor)) == 2)

    by_script = only_event(stack, email)
    assert by_script.names == (visitor,)
    assert by_script.properties["source"] == "news"
    assert {e.type for e in stored(stack, visitor)} == {"session_started", "page_viewed"}

    answer = api.submit_plain("ebook", ("topics", "battery"), ("topics", "roof"), email=plain)
    assert answer.status in (200, 303)
    assert topics(by_script.texts) == topics(only_event(stack, plain).texts) != ""


def topics(texts: Any) -> str:
    """What is kept of a field that the form does not declare."""
    return str(texts["extra"]["topics"])
