"""Answers that people and programs write in another way than the form asks, and what they mean."""

import json
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.capture import forms
from hotlist.capture.answers import gathered
from hotlist.capture.context import Received
from hotlist.config.forms_schema import compile_forms

NOW: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FORMS: Final = compile_forms("""
f:
  fields:
    email: {type: email}
    rooms: {type: integer}
    budget: {type: decimal}
    topics: {type: choices, options: {roof: {en: Roof, pl: Dach}, garden: Garden, "1": One}}
    interests: {type: choices, options: [roof, garden], from: "form_fields[interests]"}
    size: {type: choice, options: {small: Up to 10, large: More}}
    role: {type: choice, options: [director, Owner, owner], from: "form_fields[role]"}
    name: {type: text, from: "topics[own]"}
""")
FORM: Final = FORMS["f"]
ADA: Final = {"email": "ada@example.org"}


def read(raw: dict[str, Any]) -> forms.Reading:
    return forms.read_form("f", FORM, gathered({**ADA, **raw}.items()), Received(at=NOW))


def said(**raw: Any) -> dict[str, Any]:
    """The answers, and under `extra` what is kept beside them."""
    reading = read(raw)
    assert reading.answers.errors == {}
    extra = {"extra": kept} if (kept := reading.texts.get("extra")) else {}
    return {k: v for k, v in reading.answers.values.items() if k != "email"} | extra


def error(name: str, value: Any) -> str:
    reading = read({name: value})
    assert list(reading.answers.errors) == [name]
    return reading.answers.errors[name]


# --- whole numbers ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (12.0, 12),
        (1e3, 1000),
        (-0.0, 0),
        ("12.0", 12),
        ("12,0", 12),
        ("12.", 12),
        ("12,00", 12),
        ("+12", 12),
        ("-12.0", -12),
        ("12 000", 12_000),
        ("1\u00a0234\u202f567", 1_234_567),
        ("1 234,00", 1_234),
        ("1 234.000", 1_234),
        ("1234,000", 1_234),
        ("0,000", 0),
    ],
)
def test_a_whole_number_may_be_written_with_more_than_its_digits(value: Any, number: int) -> None:
    found = said(rooms=value)
    assert found == {"rooms": number}
    assert type(found["rooms"]) is int


@pytest.mark.parametrize(
    "value",
    [
        *(12.5, "12.5", "12,5", "12,000", "12.000", "1,234", "1.234", "1 23", "1 2345", "12 0000"),
        *("1  234", "1e3", "12 34", "1.234.567", ".0", ",", "+", "0x1", "1_000", "١٢", True, {}),
        *("5 rooms", float("nan"), float("inf")),
    ],
)
def test_what_is_no_whole_number_for_certain_is_refused(value: Any) -> None:
    assert error("rooms", value) == "this field is a whole number"


@pytest.mark.parametrize("value", [1e300, "9" * 400, "9" * 39 + ".0"])
def test_a_whole_number_has_its_range(value: Any) -> None:
    assert error("rooms", value).startswith("from -")


@given(st.integers(-(10**15), 10**15))
def test_a_number_is_read_alike_however_it_is_written(number: int) -> None:
    grouped = f"{number:,}".replace(",", " ")
    for written in (number, str(number), f"{number}.0", f"{number},00", grouped, float(number)):
        assert said(rooms=written, budget=written)["rooms"] == number
    assert said(budget=grouped)["budget"] == float(f"{float(number):.15g}")


# --- options ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "topics"),
    [
        ({"roof": True, "garden": False}, ["roof"]),
        ({"garden": "on", "roof": 1}, ["roof", "garden"]),
        ({"1": True}, ["1"]),
        ({"Dach": True, "garden": None}, ["roof"]),
        ({"roof": "roof", "garden": ""}, ["roof"]),
        ({"roof": "Dach"}, ["roof"]),
        ({"roof": [0, 1]}, ["roof"]),
        ({"0": "roof", "2": "Garden"}, ["roof", "garden"]),
        ("dach, GARDEN", ["roof", "garden"]),
    ],
)
def test_an_object_of_boxes_is_a_list_of_the_ticked(value: Any, topics: list[str]) -> None:
    assert said(topics=value) == {"topics": topics}


def test_boxes_of_which_none_is_ticked_are_no_answer() -> None:
    assert said(topics={"roof": False, "garden": "0"}, size={"small": False}) == {}
    assert said(topics={}, size={}, interests={}, role={}) == {}


def test_a_plain_form_and_a_script_tick_the_same_boxes() -> None:
    pairs = [
        *(("topics[roof]", "0"), ("topics[roof]", "1"), ("topics[garden]", "0")),
        *(("form_fields[interests][garden]", "on"), ("size[large]", "on")),
    ]
    script = {
        "topics": {"roof": True, "garden": False},
        "form_fields": {"interests": {"garden": True, "roof": False}},
        "size": {"small": False, "large": True},
    }
    expected = {"topics": ["roof"], "interests": ["garden"], "size": "large"}
    assert said(**gathered(parse_qsl(urlencode(pairs)))) == expected
    assert said(**script) == expected


def test_a_list_with_gaps_is_a_list_under_another_name_too() -> None:
    raw = {"form_fields": {"interests": {"0": "roof", "3": "garden"}}}
    assert said(**raw) == {"interests": ["roof", "garden"]}
    assert said(**raw, interests="garden") == {"interests": ["roof", "garden"]}


def test_boxes_and_a_list_of_one_field_are_one_answer() -> None:
    assert said(interests=["roof"], form_fields={"interests": {"garden": True}}) == {
        "interests": ["roof", "garden"]
    }


def test_what_stands_beside_boxes_is_kept() -> None:
    raw = {"topics": {"roof": True, "other": "solar panels", "pool": False}}
    expected = {
        "topics": ["roof"],
        "extra": {"topics[other]": "solar panels", "topics[pool]": "false"},
    }
    assert said(**raw) == expected
    assert said(**{"topics[own]": "yes"}) == {"name": "yes"}


@pytest.mark.parametrize("value", [{"pool": True}, {"roof": True, "pool": True}, {"value": "roof"}])
def test_a_ticked_box_of_no_option_is_refused(value: Any) -> None:
    assert error("topics", value).startswith("one or more of ")


@pytest.mark.parametrize(
    "value", [{"small": True, "large": True}, {"huge": True}, True, {"value": "small"}, [{}]]
)
def test_a_choice_is_one_of_its_options(value: Any) -> None:
    assert error("size", value) == "one of Up to 10, More"


@pytest.mark.parametrize("value", ["king", True, {"director": True, "owner": True}, {"king": "on"}])
def test_a_choice_under_another_name_is_one_of_its_options(value: Any) -> None:
    reading = read({"form_fields": {"role": value}})
    assert reading.answers.errors == {"role": "one of director, Owner, owner"}


@pytest.mark.parametrize(
    ("name", "value", "option"),
    [
        ("size", "SMALL", "small"),
        ("size", "up to 10", "small"),
        ("size", {"large": True}, "large"),
        ("role", "Director", "director"),
        ("role", "Owner", "Owner"),
        ("role", "owner", "owner"),
    ],
)
def test_an_option_is_known_in_other_capitals(name: str, value: Any, option: str) -> None:
    assert said(**{name: value}) == {name: option}


def test_capitals_that_leave_a_doubt_are_no_option() -> None:
    assert error("role", "OWNER") == "one of director, Owner, owner"


boxes = st.dictionaries(
    st.sampled_from(["roof", "garden", "Dach", "1", "pool", "a]", "[", ""]),
    st.sampled_from([True, False, None, "on", "0", "x", [True], {"roof": True}, {}]),
)


@given(st.dictionaries(st.sampled_from(["topics", "interests", "size", "form_fields"]), boxes))
def test_boxes_are_ticked_or_kept_or_refused(raw: dict[str, Any]) -> None:
    """What is ticked and no option is an error, never unseen. A box without a name is no box."""
    reading = read(raw)
    for name in ("topics", "size"):
        ticked = [box for box, value in raw.get(name, {}).items() if value is True and box]
        assert not ticked or name in {**reading.answers.values, **reading.answers.errors}
        if raw.get(name, {}).get("") is True and name not in reading.answers.errors:
            assert reading.texts["extra"][f"{name}[]"] == "true"


def test_boxes_without_end_are_read_in_time() -> None:
    many = {f"box {n}": True for n in range(4_000)}
    assert error("topics", many).startswith("one or more of ")
    assert len(read({"topics": dict.fromkeys(many, "x")}).texts.get("extra", {})) <= 300


# --- addresses ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        *(
            "mailto:Ada@Example.org",
            "MAILTO: ada@example.org",
            "ada@example.org.",
            "ada@example.org,",
        ),
        *("ada@example.org ;", "ada@example.org.\u200b", " ada@example.org "),
    ],
)
def test_an_address_that_was_copied_is_an_address(value: str) -> None:
    reading = read({"email": value})
    assert (reading.answers.errors, reading.answers.email) == ({}, ADA["email"])
    assert "extra" not in reading.texts


@pytest.mark.parametrize(
    "value",
    ["Ada <ada@example.org>", '"L, Ada" <Ada@example.org>;', "<ada@example.org>"],
)
def test_who_is_named_beside_an_address_is_kept(value: str) -> None:
    reading = read({"email": value})
    assert (reading.answers.errors, reading.answers.email) == ({}, ADA["email"])
    assert reading.texts["extra"] == {"email": value}


@pytest.mark.parametrize(
    "value",
    [
        *("ada@example.org, bo@example.org", "ada@example.org;bo@example.org", "ada @example.org"),
        *("Ada <ada@example.org> <bo@example.org>", "a b ada@example.org", "mailto:", "<>", "x"),
        *("ada@example.org\nBcc: bo@example.org", "<" * 200, "mailto:mailto:ada@example.org"),
    ],
)
def test_what_is_no_single_address_is_refused(value: str) -> None:
    assert error("email", value) == "this is not an e-mail address"


# --- what no field asks for -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (None, None),
        (0, "0"),
        (1.5, "1.5"),
        ([True, False, None, ""], "true, false"),
        ([["a", None], "ż"], '["a", null], ż'),
        ([], None),
        ({}, None),
    ],
)
def test_what_a_script_sends_reads_as_from_a_plain_form(value: Any, text: str | None) -> None:
    assert said(vip=value) == ({"extra": {"vip": text}} if text else {})


def test_objects_that_are_too_deep_are_kept_as_json() -> None:
    deep: Any = {"b": [True, None], "a": "ż"}
    for _ in range(7):
        deep = {"x": deep}
    ((name, text),) = said(vip={"x": deep})["extra"].items()
    assert name == "vip" + "[x]" * 8 or name == "vip" + "[x]" * 7
    assert json.loads(text)
    assert "ż" in text
    assert "null" in text


def test_a_number_of_a_script_is_what_a_plain_form_sends() -> None:
    script = {"event_id": 4711, "campaign": 2026, "visitor_id": 17}
    plain = {name: str(number) for name, number in script.items()}
    events = [
        forms.submission("f", FORM, {**ADA, **raw}, Received(at=NOW)) for raw in (script, plain)
    ]
    assert events[0] == events[1]
    assert events[0].properties["campaign"] == "2026"
    assert events[0].dedup.startswith("key:")
