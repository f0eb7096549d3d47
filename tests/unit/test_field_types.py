"""Each type of field reads what browsers and scripts send, and refuses all else with a reason."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.capture import forms
from hotlist.capture.answers import gathered
from hotlist.capture.context import BadFields, Received
from hotlist.config.findings import BadConfig
from hotlist.config.forms_schema import compile_forms
from hotlist.events import sizes

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FORM = """
f:
  fields:
    email: {type: email}
    budget: {type: decimal, min: -5, max: 100000.5}
    starts: {type: date, min: 2026-01-01, max: 2030-12-31}
    site: {type: url, max: 60, min: 15}
    plan: {type: hidden, options: [basic, pro]}
    variant: {type: hidden, max: 10}
    topics: {type: choices, options: [roof, "doors, windows", walls], min: 1, max: 2}
    size: {type: choice, options: {small: {en: Up to 10, pl: Do 10}, large: More}}
    boss: {type: boolean}
    phone: {type: phone}
    vat: {type: text, required: {if: {size: [large], boss: [true]}}}
    reason: {type: text, max: 50, required: {if: {topics: [walls]}}}
    agreed: {type: boolean, required: {if: {plan: [pro]}}}
    has_vat: {type: boolean}
    why_not: {type: text, required: {if: {has_vat: [false], site: ["https://vat.example.org"]}}}
"""
CHECKED = compile_forms(FORM)["f"]
WITHOUT = {"site": "https://vat.example.org"}


def read(**said: Any) -> forms.Reading:
    return forms.read_form("f", CHECKED, {"email": "a@example.org", **said}, Received(at=NOW))


def value(name: str, said: Any) -> Any:
    reading = read(**{name: said})
    assert reading.answers.errors == {}
    assert reading.properties.get(name) == reading.answers.values.get(name)
    return reading.properties.get(name)


def error(name: str, said: Any) -> str:
    reading = read(**{name: said})
    assert list(reading.answers.errors) == [name]
    assert name not in reading.properties
    return reading.answers.errors[name]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("1250.5", 1250.5),
        ("1250,5", 1250.5),
        (" 12 ", 12),
        ("12.0", 12),
        ("12,", 12),
        (".5", 0.5),
        ("+1.500", 1.5),
        ("-0", 0),
        ("1234,567", 1234.567),
        ("12 500", 12500),
        ("1\u00a0250,500", 1250.5),
        (12.0, 12),
        (0.1 + 0.2, 0.3),
        ("0.30000000000000004", 0.3),
        (["1", "2.5"], 2.5),
        ("100000.5", 100000.5),
    ],
)
def test_a_decimal_is_a_number(said: Any, expected: float) -> None:
    found = value("budget", said)
    assert (found, type(found)) == (expected, type(expected))
    assert json.loads(json.dumps(found)) == expected


@pytest.mark.parametrize(
    "said",
    [
        "1,250",
        "1.250,5",
        "1 25",
        "12 34 567",
        "1e3",
        "0x5",
        "",
        "nan",
        "inf",
        "--1",
        ".",
        "5 zł",
        True,
        {},
        "٥",
    ],
)
def test_what_is_no_number_is_refused(said: Any) -> None:
    if said == "":
        assert value("budget", said) is None
    else:
        assert error("budget", said) == "this field is a number, such as 1250.5"


@pytest.mark.parametrize(
    "said", ["-5.01", 100000.51, float("nan"), float("inf"), "9" * 40, 10**400]
)
def test_a_number_out_of_its_range_is_refused(said: Any) -> None:
    assert error("budget", said) == "from -5 to 100000.5"


@pytest.mark.parametrize("said", ["2026-03-31", "2028-02-29", " 2026-03-31 "])
def test_a_date_is_stored_as_it_is_sent(said: str) -> None:
    assert value("starts", said) == said.strip()


NO_DATES: list[Any] = [
    *("2026-02-30", "31.03.2026", "03/31/2026", "20260331", "2026-W10-1", "0000-01-01"),
    *(20260331, True, {}),
]


@pytest.mark.parametrize("said", NO_DATES)
def test_what_is_no_date_is_refused(said: Any) -> None:
    assert error("starts", said) == "this field is a date, such as 2026-03-31"


@pytest.mark.parametrize("said", ["2025-12-31", "2031-01-01"])
def test_a_date_out_of_its_range_is_refused(said: str) -> None:
    assert error("starts", said) == "from 2026-01-01 to 2030-12-31"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("https://www.example.com/a?b=c#d", None),
        ("HTTP://EXAMPLE.COM/Ab", None),
        ("www.example.com", "https://www.example.com"),
        ("//example.com/a", "https://example.com/a"),
        ("example.com:8080/a", "https://example.com:8080/a"),
        ("żółw.example/ł", "https://żółw.example/ł"),
    ],
)
def test_a_url_is_the_address_of_a_page(said: str, expected: str | None) -> None:
    assert value("site", said) == (expected or said)


@pytest.mark.parametrize(
    "said",
    [
        "javascript:alert(1)",
        "javascript:1/alert.x",
        "data:text/html,x",
        "mailto:a@example.com",
        "https://user:pw@example.com/",
        "https://exa mple.com",
        "https://example.com/<b>",
        "https://example.com/\\x",
        "https://localhost",
        "https://..example.com",
        "https://[::1",
        "https://example.com:99999/",
        "https://\ud800.example.com",
        "word",
        7,
        True,
    ],
)
def test_what_is_no_address_of_a_page_is_refused(said: Any) -> None:
    assert error("site", said).startswith("this is not the address of a page")


def test_a_url_has_its_lengths() -> None:
    assert error("site", "https://example.com/" + "x" * 41) == "at most 60 characters"
    assert error("site", "http://a.pl") == "at least 15 characters"


def test_what_a_page_has_set_wrongly_is_kept_and_refuses_no_lead() -> None:
    assert value("plan", "basic") == "basic"
    for name, said in (("plan", "gold"), ("variant", "x" * 11), ("variant", {"a": 1})):
        reading = read(**{name: said})
        assert reading.answers.errors == {}
        assert name not in reading.properties
        assert reading.texts["extra"] == {name: said if isinstance(said, str) else '{"a": 1}'}
    assert value("variant", 7) == "7"
    assert value("variant", True) == value("variant", "true") == "true"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("roof", ["roof"]),
        (["walls", "roof", "roof"], ["roof", "walls"]),
        ("doors, windows", ["doors, windows"]),
        ("roof,walls", ["roof", "walls"]),
        (["roof", ""], ["roof"]),
        ([], None),
        (["", " "], None),
    ],
)
def test_choices_are_a_list_in_the_forms_order(said: Any, expected: list[str] | None) -> None:
    reading = read(topics=said, reason="x")
    assert reading.answers.errors == {}
    assert reading.properties.get("topics") == expected


@pytest.mark.parametrize(
    "said", ["cellar", ["roof", "cellar"], ["roof", ["walls"]], True, {"a": 1}]
)
def test_choices_that_there_are_not_are_refused(said: Any) -> None:
    assert error("topics", said) == "one or more of roof, doors, windows, walls"


def test_no_more_choices_than_may_be() -> None:
    assert error("topics", ["roof", "walls", "doors, windows"]) == "choose at most 2"


def test_choices_are_the_same_from_a_script_and_from_a_plain_form() -> None:
    plain = gathered([("topics[]", "roof"), ("topics[]", "walls"), ("reason", "x")])
    assert read(**plain).properties == read(topics=["walls", "roof"], reason="x").properties


@pytest.mark.parametrize("said", ["small", "Up to 10", "Do 10"])
def test_an_option_may_be_sent_as_the_page_calls_it(said: str) -> None:
    assert value("size", said) == "small"


def test_an_option_that_there_is_not_is_told_with_what_the_page_shows() -> None:
    assert error("size", "medium") == "one of Up to 10, More"
    assert error("size", True) == "one of Up to 10, More"


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"size": "large", "boss": "yes"}, ["vat"]),
        ({"size": "large", "boss": "yes", "vat": " "}, ["vat"]),
        ({"size": "large", "boss": "yes", "vat": "PL1"}, []),
        ({"size": "large"}, []),
        ({"size": "large", "boss": "no"}, []),
        ({"size": "small", "boss": True}, []),
        ({"topics": ["roof", "walls"]}, ["reason"]),
        ({"topics": ["roof"]}, []),
        ({"topics": ["walls"], "reason": "x" * 51}, ["reason"]),
        ({"plan": "pro"}, ["agreed"]),
        ({"plan": "pro", "agreed": "no"}, ["agreed"]),
        ({"plan": "pro", "agreed": "on"}, []),
        ({"plan": "gold"}, []),
        (WITHOUT, ["why_not"]),
        (WITHOUT | {"has_vat": False}, ["why_not"]),
        (WITHOUT | {"has_vat": "no"}, ["why_not"]),
        (WITHOUT | {"has_vat": None}, ["why_not"]),
        (WITHOUT | {"has_vat": " "}, ["why_not"]),
        (WITHOUT | {"has_vat": "on"}, []),
        (WITHOUT | {"has_vat": "perhaps"}, []),
        (WITHOUT | {"why_not": "small"}, []),
    ],
)
def test_a_field_is_required_where_other_answers_say_so(said: Any, wrong: list[str]) -> None:
    assert list(read(**said).answers.errors) == wrong


def test_a_phone_that_cannot_be_read_is_told_where_it_is_required() -> None:
    text = FORM.replace("{type: phone}", "{type: phone, required: {if: {boss: [true]}}}")
    form = compile_forms(text)["f"]
    for said, why in (("call me", "phone number"), ("", "required")):
        raw = {"email": "a@example.org", "boss": "on", "phone": said}
        reading = forms.read_form("f", form, raw, Received(at=NOW))
        assert why in reading.answers.errors["phone"]


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ("{type: choice}", "needs `options`"),
        ("{type: choices}", "needs `options`"),
        ("{type: choice, options: []}", "list the options"),
        ("{type: choice, options: [a, a]}", "stands twice"),
        ("{type: choice, options: [1]}", "in quotes"),
        ("{type: choice, options: {a: 7}}", "in quotes"),
        ("{type: choice, options: {a: {english: x}}}", "code of ISO 639"),
        ("{type: hidden, options: {a: A}}", "as a list"),
        ("{type: text, options: [a]}", "remove"),
        ("{type: boolean, max: 3}", "takes no `max`"),
        ("{type: phone, min: 3}", "takes no `min`"),
        ("{type: choice, options: [a], max: 1}", "takes no `max`"),
        ("{type: hidden, options: [a], max: 1}", "takes no `max`"),
        ("{type: text, max: -1}", "0 or more"),
        ("{type: text, max: 1.5}", "whole number"),
        ("{type: text, max: '5'}", "without quotes"),
        ("{type: integer, max: 2026-01-01}", "without quotes"),
        ("{type: integer, min: 5, max: 4}", "more than max"),
        ("{type: decimal, min: .inf}", "between"),
        ("{type: decimal, max: 1000000000000001}", "between"),
        ("{type: decimal, max: 0.1234567890123456}", "15 digits"),
        ("{type: date, max: 31.12.2026}", "is a date"),
        ("{type: date, max: 2026-02-30}", "is a date"),
        ("{type: date, max: 20260228}", "is a date"),
        ("{type: date, min: 2026-03-01, max: 2026-02-01}", "more than max"),
        ("{type: choices, options: [a, b], max: 3}", "from 1 to 2"),
        ("{type: choices, options: [a, b], max: 0}", "from 1 to 2"),
        ("{type: choices, options: [a, b], min: 3}", "at most 2"),
        ("{type: text, label: {}}", "code of ISO 639"),
        ("{type: text, label: {polski: x}}", "code of ISO 639"),
        ("{type: text, label: {pl: ''}}", "is empty"),
        ("{type: text, help: 7}", "in quotes"),
        ("{type: text, required: sometimes}", "{if: {role: [director]}}"),
        ("{type: text, required: {if: {}}}", "{if: {role: [director]}}"),
        ("{type: text, required: {if: {size: small}}}", "{if: {role: [director]}}"),
        ("{type: text, required: {when: {size: [small]}}}", "{if: {role: [director]}}"),
        ("{type: text, required: {if: {a: [b]}}}", "no other field 'a'"),
        ("{type: text, required: {if: {sice: [small]}}}", "no other field 'sice'"),
        ("{type: text, required: {if: {size: [medium]}}}", "none of its options"),
        ("{type: text, required: {if: {boss: ['yes']}}}", "write true or false"),
        ("{type: text, required: {if: {budget: ['5']}}}", "write one"),
        ("{type: text, required: {if: {starts: [soon]}}}", "write one as in"),
        ("{type: text, required: {if: {variant: [7]}}}", "in quotes"),
        ("{type: text, required: {if: {variant: [[a]]}}}", "lists of answers"),
    ],
)
def test_a_field_that_cannot_be_is_refused_with_its_place(field: str, why: str) -> None:
    text = FORM.replace("\n    email:", f"\n    a: {field}\n    email:")
    with pytest.raises(BadConfig) as refused:
        compile_forms(text, "forms.yaml")
    (finding,) = refused.value.findings
    assert finding.path.startswith("f.fields.a")
    assert (finding.line, why in finding.message) == (4, True), finding


texts = st.text(max_size=8) | st.sampled_from(
    ["roof", "walls", "2026-01-01", "a.pl", "large", "on"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*CHECKED["fields"]]), values, max_size=8))
def test_whatever_is_sent_the_answers_have_their_types_and_their_room(said: dict[str, Any]) -> None:
    reading = forms.read_form("f", CHECKED, said, Received(at=NOW))
    again = forms.read_form("f", CHECKED, reading.answers.values, Received(at=NOW))
    assert again.answers.values == reading.answers.values
    kinds = {"budget": int | float, "topics": list, "boss": bool, "agreed": bool, "has_vat": bool}
    for name, found in reading.answers.values.items():
        assert isinstance(found, kinds.get(name, str))
    assert sizes.json_bytes(reading.answers.values) <= sizes.ANSWERS_BYTES
    json.dumps(reading.properties, allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("field", "longest"),
    [
        ("{type: url, max: 100}", "https://a.pl/" + "ł" * 87),
        ("{type: hidden, max: 100}", "\U0001f600" * 100),
        ("{type: hidden, options: [a, łłłł]}", "łłłł"),
        ("{type: choices, options: [a, łł, bbb], max: 2}", ["łł", "bbb"]),
        ("{type: choices, options: [a, łł, bbb]}", ["łł", "bbb", "a"]),
        ("{type: date}", "2026-12-31"),
        ("{type: decimal}", -1.23456789012345e-300),
        ("{type: decimal}", -123456789012345.1),
    ],
)
def test_a_type_takes_no_more_than_the_build_has_counted(field: str, longest: Any) -> None:
    head = "f:\n  fields:\n    email: {type: email}\n"
    answer = forms.read_form(
        "f",
        compile_forms(f"{head}    a: {field}\n")["f"],
        {"a": longest},
        Received(at=NOW),
    ).answers
    assert answer.errors == {}
    taken = sizes.json_bytes(answer.values["a"])
    fits = sizes.ANSWERS_BYTES - sizes.json_bytes({"form": "f", "consents": {}})
    fits -= len('"email":,') + 2 + sizes.MAX_CHARACTERS["email"] + len('"a":,')
    filler = "    b: {{type: choice, options: [{}]}}\n"
    fits -= len('"b":,')
    compile_forms(f"{head}    a: {field}\n" + filler.format("x" * (fits - 2 - 402)))
    with pytest.raises(BadConfig, match="room"):
        compile_forms(f"{head}    a: {field}\n" + filler.format("x" * (fits - 2 - taken + 1)))


def test_a_refused_submission_keeps_the_forms_order() -> None:
    with pytest.raises(BadFields) as refused:
        forms.submission("f", CHECKED, {"budget": "x", "email": "no"}, Received(at=NOW))
    assert list(refused.value.errors) == ["email", "budget"]
