"""The sample page in a browser, through the deployed stack."""

from urllib.parse import urlencode

from browser.chromium import chromium
from e2e.api import Api, eventually, somebody
from e2e.looks import stored
from hotlist.identity.identifiers import EMAIL, VISITOR, subject
from hotlist_cli.local.stack import Stack
from hotlist_cli.local.visitors import BROWSER


def test_a_form_from_a_browser_is_stored_as_the_plain_one_is(stack: Stack, api: Api) -> None:
    email = somebody()
    with chromium() as browser:
        page = browser.new_context(user_agent=BROWSER).new_page()
        page.goto(f"{stack.site_url}/?utm_source=news")
        page.click("[data-answer=yes]")
        visitor = subject(VISITOR, page.evaluate("localStorage.getItem('hotlist.visitor')"))
        form = page.locator("form[data-hotlist=ebook]")
        form.evaluate("""form => {
          for (const topic of ["roof", "battery"])
            form.insertAdjacentHTML("afterbegin", `<input name="topics" value="${topic}">`);
        }""")
        form.locator("[name=email]").fill(email)
        form.locator("button").click()
        form.get_by_text("Thank you.").wait_for()
        eventually(lambda: len(stored(stack, visitor)) == 2)

    (by_script,) = stored(stack, subject(EMAIL, email))
    assert by_script.names == (visitor,)
    assert by_script.properties["source"] == "news"
    assert {e.type for e in stored(stack, visitor)} == {"session_started", "page_viewed"}

    plain = somebody()
    body = urlencode({"topics": ["battery", "roof"], "email": plain}, doseq=True)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    assert api.call("POST", "/forms/ebook", body, headers).status in (200, 303)
    (by_hand,) = stored(stack, subject(EMAIL, plain))
    assert topics(by_script.texts) == topics(by_hand.texts) != ""


def topics(texts: object) -> str:
    """What is kept of a field that the form does not declare."""
    assert isinstance(texts, dict)
    extra = texts["extra"]
    assert isinstance(extra, dict)
    return str(extra["topics"])
