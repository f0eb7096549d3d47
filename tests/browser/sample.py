"""The forms of the sample page: what somebody writes into them, and what the stack keeps of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from e2e.api import eventually
from e2e.looks import TEAM, lead_id, leads, sent, stored, to_team
from hotlist.capture.form_texts import TEXTS
from hotlist.events.event import Event
from hotlist.events.ids import without_repetitions
from hotlist.events.vocabulary import Route
from hotlist_cli.local.stack import Stack
from hotlist_cli.local.visitors import BROWSER

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

_NOBODY: Final = "ada@lumen"
"""What browsers take for an e-mail address, and the API does not."""

_TYPES: Final = {
    "ebook": "form_submitted",
    "webinar": "webinar_registered",
    "contact": "contact_requested",
}
_WRONG: Final[Mapping[str, Mapping[str, str]]] = {
    "ebook": {"email": _NOBODY},
    "webinar": {"name": " ", "email": _NOBODY, "company_size": "20000000"},
    "contact": {"name": " ", "email": _NOBODY, "message": " "},
}
_RIGHT: Final[Mapping[str, Mapping[str, str]]] = {
    "ebook": {"name": "Zoë Łąka", "role": "owner", "consent_email": "true"},
    "webinar": {
        "name": "Zoë Łąka",
        "company": "Lumen",
        "company_size": "12",
        "consent_email": "true",
    },
    "contact": {"name": "Zoë Łąka", "company": "Lumen", "message": "Żółty & <b>dach</b>"},
}


@dataclass(frozen=True)
class Sample:
    """A form of the sample page in a language."""

    language: str
    name: str

    @property
    def path(self) -> str:
        return "/index.html" if self.language == "en" else f"/{self.language}/index.html"

    @property
    def type(self) -> str:
        return _TYPES[self.name]

    @property
    def wrong(self) -> Mapping[str, str]:
        """Answers that the browser lets through and the API refuses."""
        return _WRONG[self.name]

    def right(self, email: str) -> dict[str, str]:
        """Good answers, which differ from anybody else's by their address."""
        return {**_RIGHT[self.name], "email": email}

    @property
    def words(self) -> Mapping[str, str]:
        """What the API says in this language."""
        return TEXTS[self.language]

    def on(self, page: Page) -> Locator:
        return page.locator(f"form[data-hotlist={self.name}]")

    def thanks(self, page: Page) -> Locator:
        """What the script says of this form when it was stored."""
        return self.on(page).get_by_text(self.on(page).get_attribute("data-thanks") or "none")


SAMPLES: Final = [Sample(language, name) for language in ("en", "pl") for name in _TYPES]


@contextmanager
def visit(
    browser: Browser, stack: Stack, sample: Sample, *, without: str = "", **options: Any
) -> Iterator[Page]:
    """A browser of its own at the sample page; `options` are those of Playwright's context.

    The file `without`, a script, cannot be had.
    """
    calm: Any = {"user_agent": BROWSER, "reduced_motion": "reduce", **options}
    with browser.new_context(**calm) as context:
        context.set_default_timeout(10_000)
        if without:
            context.route(f"**/{without}", lambda route: route.abort())
        page = context.new_page()
        page.goto(stack.site_url + sample.path)
        yield page


def write(form: Locator, answers: Mapping[str, str]) -> None:
    """Fill the fields of these names; what a check box sends is not asked for."""
    for name, value in answers.items():
        field = form.locator(f"[name={name}]:not([type=hidden])")
        kind = field.evaluate("one => one.type")
        if kind == "checkbox":
            field.check()
        elif kind == "select-one":
            field.select_option(value)
        else:
            field.fill(value)


def press(form: Locator) -> None:
    form.locator("button").click()


def type_by_keyboard(page: Page, answers: Mapping[str, str], form: str | None) -> None:
    """Go on by the keyboard alone from where it is, replace these answers and press the button.

    `form` is the name of the form on the sample page; a page of the API has but one, without.
    """
    for _ in range(60):
        at: list[str] = page.evaluate(
            "(({name, type, form}) => [form?.dataset.hotlist ?? null, name, type])"
            "(document.activeElement)"
        )
        if at[0] == form:
            assert at[1] != "hp_confirm"
            if at[1] in answers and at[2] == "checkbox":
                page.keyboard.press("Space")
            elif at[1] in answers and at[2] != "select-one":
                page.keyboard.press("ControlOrMeta+A")
                page.keyboard.type(answers[at[1]])
            if at[2] == "submit":
                page.keyboard.press("Enter")
                return
        page.keyboard.press("Tab")
    raise AssertionError("the keyboard does not come to the button")


def only_event(stack: Stack, email: str) -> Event:
    """What is kept of the one submission of this address, however often it was sent."""
    submitted = [one for one in stored(stack, lead_id(email)) if one.route is Route.FORM]
    (event,) = without_repetitions(
        submitted
    )  # what SES says of a mail to the visitor is stored too
    return event


def assert_kept(stack: Stack, sample: Sample, email: str) -> None:
    """The form's event is stored with what was written; sales has a message if it is one."""
    event = only_event(stack, email)
    assert (event.type, event.email, event.flags) == (sample.type, email, frozenset())
    said = dict(event.properties)
    wanted: dict[str, Any] = sample.right(email)
    del wanted["email"]
    if "company_size" in wanted:
        wanted["company_size"] = int(wanted["company_size"])
    consent = wanted.pop("consent_email", None)
    message = wanted.pop("message", None)
    assert {name: said.get(name) for name in wanted} == wanted
    assert (said["form"], said["language"]) == (sample.name, sample.language)
    kept = "pending_consents" if sample.name == "ebook" else "consents"  # that one is confirmed
    assert (kept in said) == (consent is not None)
    assert event.texts.get("message") == message
    if message is not None:
        assert_told_once(stack, event)


def assert_told_once(stack: Stack, event: Event) -> None:
    """Each recipient has one mail with this message, and there is a lead of whoever wrote it."""
    names = to_team(f"tell#{event.subject}#{event.event_id}")
    eventually(lambda: len(sent(stack, *names)) >= len(names))
    eventually(lambda: leads(stack).get(event.subject))
    about = [
        message.to[0]
        for message in stack.mailbox.messages
        if stack.mailbox.parse(message)["Reply-To"] == event.email
    ]
    assert sorted(one for one in about if one.endswith("@shop.example")) == [
        f"{one}@shop.example" for one in TEAM
    ]
