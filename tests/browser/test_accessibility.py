"""The sample pages, as axe-core and people with a keyboard or a screen reader find them."""

from __future__ import annotations

from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from browser.site import Site, refusal
from browser.visitor import come

if TYPE_CHECKING:
    from playwright.sync_api import Page

LANDINGS = ("index.html", "pl/index.html")
PAGES = (*LANDINGS, "pricing.html", "thank-you.html", "pl/cennik.html", "pl/dziekujemy.html")
WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core, which its package on PyPI brings along."""
    if find_spec("axe_playwright_python") is None:
        pytest.skip("axe-core is not installed: make setup")
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def violations(page: Page, axe: str) -> list[str]:
    """What axe-core finds, as its rule and the first place."""
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("axe.run(document)")
    assert len(found["passes"]) > 10
    return [f"{one['id']}: {one['nodes'][0]['target']}" for one in found["violations"]]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(page: Page, site: Site, axe: str, name: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    come(page, site, f"/landing/{name}")
    assert violations(page, axe) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", LANDINGS)
def test_axe_finds_nothing_wrong_with_errors_and_thanks(
    page: Page, site: Site, axe: str, name: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    come(page, site, f"/landing/{name}")
    page.click("[data-answer=no]")
    wrong = ("name", "email", "company_size", "consent_email")
    site.replies = [refusal(**dict.fromkeys(wrong, "Not right."))]
    form = page.locator("form[data-hotlist=webinar]")
    form.locator("[name=name]").fill("Ada")
    form.locator("[name=email]").fill("ada@example.org")
    form.locator("button").click()
    form.locator(".hotlist-error").nth(3).wait_for()
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    form.locator("button").click()
    form.get_by_text(form.get_attribute("data-thanks") or "none").wait_for()
    assert violations(page, axe) == []


def test_axe_finds_nothing_wrong_with_marked_groups(page: Page, site: Site, axe: str) -> None:
    site.pages["/"] = """<main><h1>Form</h1>
      <form method="post" action="/forms/contact" data-hotlist="contact"><fieldset>
      <legend>Way</legend><label><input type="radio" name="way" value="call"> Call</label>
      <label><input type="radio" name="way" value="write"> Write</label></fieldset>
      <button>Send</button></form></main>"""
    site.replies = [refusal(way="choose one")]
    come(page, site)
    page.click("text=Send")
    page.wait_for_selector(".hotlist-error")
    assert violations(page, axe) == []


def test_axe_would_find_something(page: Page, site: Site, axe: str) -> None:
    site.pages["/"] = "<main><h1>Form</h1><input name=email><button></button></main>"
    come(page, site)
    assert {one.split(":")[0] for one in violations(page, axe)} == {"label", "button-name"}


@pytest.mark.parametrize(
    ("name", "form", "names"),
    [
        ("index.html", "contact", ["Name", "Company (optional)", "E-mail", "or phone",
         "What is it about?"]),
        ("pl/index.html", "contact", ["Imię i nazwisko", "Firma (opcjonalnie)", "E-mail",
         "lub telefon", "W czym możemy pomóc?"]),
        ("pl/index.html", "webinar", ["Imię i nazwisko", "E-mail służbowy", "Firma (opcjonalnie)"]),
    ],
)  # fmt: skip
def test_fields_have_names_and_the_trap_is_not_there(
    page: Page, site: Site, name: str, form: str, names: list[str]
) -> None:
    come(page, site, f"/landing/{name}")
    boxes = page.locator(f"form[data-hotlist={form}]").get_by_role("textbox")
    assert boxes.count() == len(names)
    for at, said in enumerate(names):
        box = page.locator(f"form[data-hotlist={form}]").get_by_role(
            "textbox", name=said, exact=True
        )
        assert box.count() == 1, said
        assert box.evaluate("one => one.name") == boxes.nth(at).get_attribute("name")


@pytest.mark.parametrize("name", LANDINGS)
def test_the_keyboard_alone_fills_and_sends_each_form(page: Page, site: Site, name: str) -> None:
    come(page, site, f"/landing/{name}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    said = {"name": "Ada", "email": "ada@example.org", "message": "Hello", "company_size": "7"}
    for number, form in enumerate(("ebook", "webinar", "contact"), start=1):
        for _ in range(40):
            page.keyboard.press("Tab")
            at = page.evaluate(
                "(({name, type, form}) => [form?.dataset.hotlist, name, type])"
                "(document.activeElement)"
            )
            assert at[1] != "hp_confirm"
            if at[0] == form and at[1] in said:
                page.keyboard.type(said[at[1]])
            if at[0] == form and at[2] == "submit":
                break
        page.keyboard.press("Space")
        sent = site.form(number)
        assert sent["email"] == "ada@example.org"
        assert sent["language"] == ("pl" if name.startswith("pl/") else "en")
        page.locator(f"form[data-hotlist={form}]:not([aria-busy])").wait_for()


@pytest.mark.parametrize("name", LANDINGS)
def test_no_style_or_script_stands_in_the_page(page: Page, site: Site, name: str) -> None:
    """Whoever copies it may give it a strict content security policy."""
    come(page, site, f"/landing/{name}")
    inline = "[style], style, script:not([src]), [onclick], [onsubmit]"
    assert page.locator(inline).count() == 0
