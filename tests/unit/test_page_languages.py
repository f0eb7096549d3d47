"""Each text of a page has the language it is in: that of the page, or one of its own."""

from html.parser import HTMLParser
from typing import Any

import pytest

from hostile import NOW
from hotlist.capture import faults, form_page, forms
from hotlist.capture.context import Received
from hotlist.capture.form_page import Visitor
from hotlist.capture.form_texts import TEXTS
from hotlist.config.forms_schema import compile_forms

VOID = {"input", "meta", "br"}
FORM: dict[str, Any] = compile_forms("""
f:
  closes: 2026-01-01T00:00:00Z
  closed: {de: Geschlossen, cs: Zavřeno}
  thanks: {pl: "Dzięki\\n\\nPa", cs: Díky}
  fields:
    email: {type: email, label: {pl: Adres, cs: Adresa}, help: {pl: Tam, cs: Tady}}
    name: {type: text, label: Plain}
    phone: {type: phone, label: {en: Call, pl: Numer}}
    topics: {type: choices, options: {roof: {pl: Dach, cs: Střecha}, walls: Walls}, label: {cs: Co}}
    size: {type: choice, options: {small: {pl: Mały, cs: Malý}}}
    agreed: {type: boolean, label: {cs: Souhlas}}
  consents:
    email: {version: "1", text: {pl: Nowości, cs: Novinky}}
""")["f"]
FORM["messages"] = {"cs": {"email": "Není adresa", "unread": "Nečitelné"}}


class Texts(HTMLParser):
    """The texts of a page, each with the language that a browser takes it to have."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, set[str]] = {}
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            outer = self._open[-1] if self._open else ""
            self._open.append(dict(attrs).get("lang") or outer)

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if text := data.strip(" \n:"):
            self.found.setdefault(text, set()).add(self._open[-1])


def again(*languages: str) -> dict[str, set[str]]:
    who = Visitor(languages, more=FORM["messages"])
    raw = {"email": "a", "agreed": "perhaps"}
    errors = {"email": faults.fault("email")}
    told = faults.told(errors, languages, who.more)
    return Texts(form_page.again(FORM, raw, told, who)).found


def test_texts_in_another_language_than_the_page_say_so() -> None:
    found = again("cs", "en")
    named = "Adresa Tady Střecha Malý Souhlas Novinky Co Nečitelné".split()
    assert {one: found[one] for one in named} == {one: {"cs"} for one in named}
    assert found["Není adresa"] == {"cs"}
    assert found["Call"] == found["Walls"] == found["Plain"] == {"en"}
    assert found[TEXTS["en"]["page_send"]] == {"en"}


def test_the_first_language_of_a_form_is_named_where_the_visitor_reads_none() -> None:
    found = again("de")
    assert found["Adres"] == found["Nowości"] == found["Dach"] == {"pl"}
    assert found["Call"] == {"en"}
    assert found[TEXTS["de"]["email"]] == found[TEXTS["de"]["page_send"]] == {"de"}


def test_texts_in_the_language_of_the_page_need_not_name_it() -> None:
    html = form_page.again(FORM, {}, {"email": faults.fault("email")}, Visitor(("pl",)))
    assert html.count("lang=") == 3  # the page, and the two labels that are Czech alone
    assert '<html lang="pl">' in html


@pytest.mark.parametrize(
    ("languages", "texts"),
    [(("en",), {"Dzięki": {"pl"}, "Pa": {"pl"}}), (("cs",), {"Díky": {"cs"}})],
)
def test_thanks_have_their_language(languages: tuple[str, ...], texts: dict[str, set[str]]) -> None:
    found = Texts(form_page.thanks(FORM, Visitor(languages))).found
    assert {one: found[one] for one in texts} == texts


def test_what_a_closed_form_says_has_its_language() -> None:
    for accepted, text, language in (("en", "Geschlossen", "de"), ("cs,pl", "Zavřeno", "cs")):
        refused = forms.refusal(FORM, {}, Received(at=NOW, accept_language=accepted))
        assert refused is not None
        who = Visitor(tuple(accepted.split(",")))
        assert Texts(form_page.not_open(refused[1], who)).found[text] == {language}


def test_an_error_that_is_given_in_english_says_so() -> None:
    errors = {"email": faults.fault("email", "this is not quite an address")}
    who = Visitor(("en",), more={})
    told = faults.told(errors, ("cs",), {})
    assert "this is not quite an address" in form_page.again(FORM, {}, told, who)
    found = Texts(form_page.again(FORM, {}, told, Visitor(("pl",)))).found
    assert found["this is not quite an address"] == {"en"}
