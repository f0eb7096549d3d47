"""The build refuses a condition that no answer can meet, and says what the field would hold."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from hotlist.capture import forms
from hotlist.capture.context import Received
from hotlist.config.findings import BadConfig
from hotlist.config.forms_schema import compile_forms

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def form_of(field: str, asked: Any, name: str = "other", more: str = "") -> str:
    required = json.dumps([asked])
    return (
        f"f:\n  default_region: PL\n  fields:\n    mail: {{type: email}}\n    {name}: {field}\n"
        f"    why: {{type: text, max: 50, required: {{if: {{{name}: {required}}}}}}}\n{more}"
    )


@pytest.mark.parametrize(
    ("field", "asked", "why"),
    [
        ("{type: integer, max: 5}", 9, "is refused: from -1000000000000000 to 5"),
        ("{type: integer, min: 5}", 4, "is refused: from 5 to"),
        ("{type: integer}", 10**16, "is refused: from"),
        ("{type: decimal, max: 5}", 5.5, "is refused: from"),
        ("{type: decimal, min: 0.5}", 0, "is refused: from 0.5"),
        ("{type: date, max: 2026-01-01}", "2026-01-02", "is refused: from … to 2026-01-01"),
        ("{type: text, max: 3}", "abcd", "is refused: at most 3 characters"),
        ("{type: text, min: 3}", "ab", "is refused: at least 3 characters"),
        ("{type: text}", "x" * 501, "is refused: at most 500 characters"),
        ("{type: message, max: 3}", "abcd", "is refused: at most 3 characters"),
        ("{type: hidden, max: 3}", "abcd", "is refused: at most 3 characters"),
        ("{type: text}", " a ", "is stored as 'a'; write that"),
        ("{type: text}", "s\u0301", "is stored as 'ś'; write that"),
        ("{type: text}", " ", "is refused: this field is required"),
        ("{type: url}", "a.pl", "is stored as 'https://a.pl'; write that"),
        ("{type: url}", "a b", "is refused: this is not the address of a page"),
        ("{type: url, max: 12}", "https://long.example", "is refused: at most 12 characters"),
        ("{type: phone}", "600 100 200", "is stored as '+48600100200'; write that"),
        ("{type: phone}", "later", "is refused: this is not a phone number"),
        ("{type: boolean, required: true}", False, "is refused: this field needs a yes"),
    ],
)
def test_a_condition_that_cannot_hold_is_refused(field: str, asked: Any, why: str) -> None:
    with pytest.raises(BadConfig) as refused:
        compile_forms(form_of(field, asked), "forms.yaml")
    (finding,) = refused.value.findings
    assert (finding.path, finding.line) == ("f.fields.why.required.if.other[0]", 6)
    assert why in finding.message


@pytest.mark.parametrize(
    ("asked", "why"),
    [("A@B.pl", "is stored as 'a@b.pl'; write that"), ("a@b", "is refused: "), ("", "is refused")],
)
def test_an_address_is_asked_for_as_it_is_stored(asked: str, why: str) -> None:
    text = form_of("{type: email}", asked, "email").replace("    mail: {type: email}\n", "")
    with pytest.raises(BadConfig, match=why):
        compile_forms(text)


def test_a_text_that_its_share_of_the_room_cuts_off_is_never_an_answer() -> None:
    more = "".join(f"    t{n}: {{type: text}}\n" for n in range(9))
    with pytest.raises(BadConfig, match=r"'x{90}' is refused: at most [0-9]{2} characters"):
        compile_forms(form_of("{type: text}", "x" * 90, more=more))
    compile_forms(form_of("{type: text}", "x" * 90))


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("{type: integer, max: 5}", 5),
        ("{type: decimal}", 2.0),
        ("{type: decimal}", 2.5),
        ("{type: date, max: 2026-01-02}", "2026-01-02"),
        ("{type: text, max: 4}", "abcd"),
        ("{type: message}", "abcd"),
        ("{type: hidden}", "abcd"),
        ("{type: hidden, options: [a, b]}", "a"),
        ("{type: url}", "https://a.pl"),
        ("{type: phone}", "+48600100200"),
        ("{type: boolean}", False),
        ("{type: boolean, required: true}", True),
        ("{type: choice, options: {a: A}}", "a"),
        ("{type: choices, options: [a, b], min: 2}", "a"),
    ],
)
def test_a_condition_that_is_taken_holds_for_that_answer(field: str, asked: Any) -> None:
    form = compile_forms(form_of(field, asked))["f"]
    sent = {"mail": "a@b.pl", "other": ["a", "b"] if "min: 2" in field else asked}
    read = forms.read_form("f", form, sent, Received(at=NOW)).answers
    assert read.errors == {"why": "this field is required"}
