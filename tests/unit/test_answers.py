"""What people and programs send for a field becomes its value, the same from script and form."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from hotlist.capture import answers, forms, yes_no
from hotlist.capture.answers import gathered
from hotlist.capture.context import BadFields, Received
from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM

NOW: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FORM: Final[dict[str, Any]] = {
    "type": "contact_requested",
    "honeypot": "hp_confirm",
    "default_region": "PL",
    "fields": {
        "name": {"type": "text"},
        "email": {"type": "email"},
        "phone": {"type": "phone"},
        "size": {"type": "integer"},
        "terms": {"type": "boolean", "label": {"en": "The terms", "pl": "Regulamin"}},
        "call_back": {"type": "boolean"},
        "role": {"type": "choice", "options": ["śruba", "other"]},
    },
    "consents": {"email": {"version": "v1", "text": {"en": "News, please", "pl": "Nowości"}}},
}
GOOD: Final = {"email": "ada@example.org"}


def submit(raw: dict[str, Any], form: dict[str, Any] = FORM) -> Event:
    return forms.submission("contact", form, raw, Received(at=NOW))


def said(**raw: Any) -> dict[str, Any]:
    """What is stored of a submission beside its e-mail and the proofs of its consents."""
    event = submit(GOOD | raw)
    texts = {name: value for name, value in event.texts.items() if name != "consents"}
    properties = {**event.properties, **texts}
    return {name: value for name, value in properties.items() if name not in ("form", "email")}


def refused(raw: dict[str, Any], **changed: Any) -> dict[str, str]:
    fields = FORM["fields"] | changed
    with pytest.raises(BadFields) as error:
        submit(raw, FORM | {"fields": fields})
    return dict(error.value.errors)


# --- yes and no -----------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 1], ids=["yes", "no"])
@pytest.mark.parametrize("language", yes_no.WORDS)
def test_every_word_of_the_table_is_read(language: str, place: int) -> None:
    for word in yes_no.WORDS[language][place].split(", "):
        for written in (word, word.upper(), f"  {word.title()}! "):
            assert said(terms=written) == {"terms": place == 0}, written


def test_no_word_means_both() -> None:
    assert not yes_no.YES & yes_no.NO


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (True, True),
        (False, False),
        (1, True),
        (0, False),
        (1.0, True),
        (" TRUE ", True),
        ("ＹＥＳ", True),
        ("\u200bTak\u00a0", True),
        ("si\u0301", True),
        ("The  Terms", True),
        ("regulamin", True),
        ("terms", True),
        (["0", "1"], True),
        (["0", "on"], True),
        (["1", "0"], True),
        (["", "tak"], True),
        (["perhaps", "yes"], True),
        ([False, True], True),
        (["0", "0"], False),
        (["", "0"], False),
    ],
)
def test_a_boolean_is_read(value: Any, stored: bool) -> None:
    assert said(terms=value) == {"terms": stored}


@pytest.mark.parametrize("value", ["", "  ", "\u200b", None, [], ["", " "], [None]])
def test_an_empty_boolean_is_no_answer(value: Any) -> None:
    assert said(terms=value) == {}


def test_a_box_without_a_label_may_send_its_name() -> None:
    assert said(call_back="Call back") == {"call_back": True}
    assert said(call_back="call_back") == {"call_back": True}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("perhaps", "perhaps"),
        ("yes, but only by phone", "yes, but only by phone"),
        (2, "2"),
        (["0", "perhaps"], "0, perhaps"),
        ({"a": 1}, '{"a": 1}'),
        ("nie, zgadzam się", "nie, zgadzam się"),
        ("yes, no", "yes, no"),
        ("1,perhaps", "1,perhaps"),
    ],
)
def test_what_is_neither_yes_nor_no_is_kept_and_refuses_nothing(value: Any, text: str) -> None:
    assert said(terms=value) == {"extra": {"terms": text}}
    assert said(consent_email=value) == {"extra": {"consent_email": text}}


@pytest.mark.parametrize("value", ["perhaps", "no", "0", False, ["0", "0"]])
def test_a_required_boolean_is_refused_with_the_words_that_would_do(value: Any) -> None:
    found = refused(GOOD | {"terms": value}, terms={"type": "boolean", "required": True})
    assert found == {"terms": f"this field needs a yes: {yes_no.HINT}"}
    for word in yes_no.HINT.removeprefix("send ").replace(" or ", ", ").split(", "):
        assert yes_no.read(word) is True


def test_a_required_boolean_that_is_empty_is_missing() -> None:
    found = refused(GOOD | {"terms": ["", " "]}, terms={"type": "boolean", "required": True})
    assert found == {"terms": "this field is required"}


@pytest.mark.parametrize(
    "given",
    [
        {"consent_email": ["0", "1"]},
        {"consent_email": "tak"},
        {"consent_email": "✓"},
        {"consent_email": True},
        {"consent_email": 1},
        {"consent_email": "nowości"},
        {"consent_email": "email"},
        {"consents": "email"},
        {"consents": ["email"]},
        {"consent_email": "false,true"},
        {"consent_email": "Tak, zgadzam się."},
        {"consents": {"email": "on"}},
        {"consents": {"email": [0, 1]}},
        {"consents[email]": "on"},
        {"consents": {"email": "no"}, "consent_email": "yes"},
    ],
)
def test_a_consent_is_given(given: dict[str, Any]) -> None:
    assert said(**given) == {"consents": {"email": {"version": "v1"}}}


@pytest.mark.parametrize(
    "given",
    [
        {"consent_email": ["0", "0"]},
        {"consent_email": "nie"},
        {"consent_email": False},
        {"consent_email": ""},
        {"consents": []},
        {"consents": {"email": False}},
        {"consents": {"email": None}},
        {"consents": {"email": "no"}},
    ],
)
def test_a_consent_is_not_given(given: dict[str, Any]) -> None:
    assert said(**given) == {}


# --- repeated names -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pairs", "values"),
    [
        ([("x", "a")], {"x": "a"}),
        ([("x", "a"), ("x", "b")], {"x": ["a", "b"]}),
        ([("x[]", "a")], {"x": "a"}),
        ([("x", "a"), ("x[]", "b"), ("x", "c")], {"x": ["a", "b", "c"]}),
        ([("x[0]", "a"), ("x[1]", "b")], {"x": ["a", "b"]}),
        ([("x[]", ["a", "b"]), ("x", "c")], {"x": ["a", "b", "c"]}),
        ([("x", "a"), ("x", None)], {"x": ["a"]}),
        ([("x[a]", "1"), ("[]", "2"), ("", "3"), ("]", "4")], None),
    ],
)
def test_a_repeated_name_is_a_list(
    pairs: list[tuple[str, Any]], values: dict[str, Any] | None
) -> None:
    assert gathered(pairs) == (dict(pairs) if values is None else values)


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (["Ada", ""], "Ada"),
        (["", "Ada"], "Ada"),
        (["Ada", "Eva"], "Eva"),
        (["Ada", None, " \u200b"], "Ada"),
        (["Ada"], "Ada"),
        ("\ufeff Ada\u200b ", "Ada"),
        ("Zoe\u0308", "Zoë"),
    ],
)
def test_of_several_values_the_last_that_says_something_counts(value: Any, stored: str) -> None:
    assert said(name=value) == {"name": stored}


@pytest.mark.parametrize("value", ["\u200b", "\u3164", "\u2800", "\x00", ["", "\u00ad"]])
def test_what_shows_nothing_is_no_answer(value: Any) -> None:
    assert said(name=value) == {}
    assert refused(GOOD | {"name": value}, name={"type": "text", "required": True}) == {
        "name": "this field is required"
    }


def test_other_kinds_of_fields_take_the_last_value_too() -> None:
    several = {"size": ["", "5"], "role": ["other", "s\u0301ruba"], "phone": ["600100200", ""]}
    assert said(**several) == {"size": 5, "role": "śruba", "phone": "+48600100200"}
    assert submit({"email": ["", "ada@example.org"]}).email == "ada@example.org"


def test_what_the_page_says_twice_counts_once_too() -> None:
    event = submit(
        GOOD
        | {"page_url": ["", "https://x.example/a"], "visitor_id": ["v1", ""], "event_id": ["k", ""]}
    )
    assert event.properties["page_path"] == "/a"
    assert event.names
    assert event.dedup.startswith("key:")


def test_several_values_that_the_form_does_not_declare_are_read_as_people_read_them() -> None:
    assert said(shoes=["left", "right"]) == {"extra": {"shoes": "left, right"}}


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        (None, {}),
        ("", {}),
        (["", " "], {}),
        ([None, "a", ""], {"extra": {"shoes": "a"}}),
        ([0, "b"], {"extra": {"shoes": "0, b"}}),
    ],
)
def test_what_is_empty_says_nothing_and_is_not_shown(value: Any, texts: dict[str, Any]) -> None:
    assert said(shoes=value) == texts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("yes", "yes"),
        (True, "true"),
        ("email phone", "email phone"),
        ('{"email": true}', '{"email": true}'),
        ([{"p": "email"}], '{"p": "email"}'),
    ],
)
def test_consents_that_name_no_purpose_are_kept_and_none_is_given(value: Any, text: str) -> None:
    assert said(consents=value) == {"extra": {"consents": text}}


def test_a_long_text_keeps_no_other_from_being_shown() -> None:
    extra: Any = said(token="x" * 5_000, note="hello")["extra"]
    assert extra.keys() == {"note", "token"}
    assert extra["note"] == "hello"
    assert extra["token"].endswith("x…")


def test_a_number_is_a_text_where_the_field_is_one() -> None:
    assert said(name=4711) == said(name="4711") == {"name": "4711"}
    assert refused(GOOD | {"name": True}) == {"name": "this field is a text"}


def test_the_same_answers_have_the_same_id_however_they_are_sent() -> None:
    plain = {"terms": ["0", "1"], "consent_email": "on", "size": "5", "name": "Zoe\u0308 "}
    script = {"terms": True, "consents": ["email"], "size": 5, "name": "Zoë"}
    assert submit(GOOD | plain).event_id == submit(GOOD | script).event_id


def test_what_could_not_be_read_tells_submissions_apart() -> None:
    ids = {submit(GOOD | {"phone": phone}).event_id for phone in ("later", "never", "")}
    assert len(ids) == 3


# --- phones ---------------------------------------------------------------------------------


def test_a_form_with_a_good_address_is_never_refused_for_an_optional_phone() -> None:
    for phone in ("600 100 20", "call me", "x" * 5_000, {"a": 1}, ["", "no"], 12, "\ud800x"):
        event = submit(GOOD | {"phone": phone})
        assert event.phone is None
        assert "phone" not in event.properties
        assert list(event.texts["extra"]) == ["phone"]  # type: ignore[call-overload]


def test_a_number_of_json_is_a_phone() -> None:
    assert said(phone=600100200) == {"phone": "+48600100200"}


@pytest.mark.parametrize("text", ["600 100 200 wew. 12", "600 100 200 / 22 555 01 10"])
def test_what_a_phone_says_beside_its_number_is_kept(text: str) -> None:
    event = submit({"phone": text})
    assert (event.phone, event.phone_country) == ("+48600100200", "PL")
    assert event.texts["extra"] == {"phone": text}
    assert event.subject == submit({"phone": "600100200"}).subject


def test_a_phone_that_is_needed_and_cannot_be_read_is_refused() -> None:
    required = {"type": "phone", "required": True}
    for found in (refused(GOOD | {"phone": "later"}, phone=required), refused({"phone": "later"})):
        assert list(found) == ["phone"]
        assert "as in +48" in found["phone"]


# --- the trap -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["", "  \t\n", "\u200b\u00a0", "\u3164", None, [], ["", " "], False, 0]
)
def test_blanks_in_the_trap_are_nobodys_writing(value: Any) -> None:
    event = submit(GOOD | {"hp_confirm": value})
    assert event.flags == frozenset()
    assert "extra" not in event.texts


@pytest.mark.parametrize("value", ["x", " x ", "0", ["", "x"], True, 7, {"a": 1}])
def test_whatever_is_written_into_the_trap_is_spam(value: Any) -> None:
    assert submit(GOOD | {"hp_confirm": value}).flags == {SPAM}


# --- what it reads as ---------------------------------------------------------------------


def test_a_number_is_read_whole() -> None:
    spec = {"type": "integer", "max": 10**30}
    assert answers._integer(spec, "0" * 25 + "7") == 7
    assert answers._integer(spec, "1" + "0" * 30) == 10**30
    with pytest.raises(ValueError, match="from"):
        answers._integer(spec, "9" * 31)


def test_the_words_of_the_page_are_those_of_the_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "forms.md").read_text("utf-8")
    table = page.partition("## Words for yes and no")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    assert {row[0]: (row[1], row[2]) for row in rows[1:]} == yes_no.WORDS
