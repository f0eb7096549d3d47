"""A field is found under its own name and under those of `from`, however a body nests them."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.capture import forms
from hotlist.capture.answers import gathered
from hotlist.capture.capture import Capture
from hotlist.capture.context import Received
from hotlist.config.findings import BadConfig
from hotlist.config.forms_schema import compile_forms
from posted import Kept, form_request

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEXT = """
f:
  honeypot: hp_confirm
  fields:
    name: {type: text, max: 50, from: [your-name, "name[first]", "form_fields[name]"]}
    email: {type: email, from: [your-email, Email, "form_fields[email]", "contact[email]"]}
    topics: {type: choices, options: [roof, walls], from: "interests[]"}
    zip: {type: text, max: 10, from: [address.zip, input_1.5, "fields[zip][value]"]}
    terms: {type: boolean, from: [acceptance]}
  consents:
    email: {version: "1", text: News?}
"""
FORM = compile_forms(TEXT)["f"]


def read(raw: dict[str, Any]) -> forms.Reading:
    return forms.read_form("f", FORM, gathered(raw.items()), Received(at=NOW))


def values(raw: dict[str, Any]) -> dict[str, Any]:
    reading = read(raw)
    assert reading.answers.errors == {}
    return reading.answers.values


def extra(raw: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = read(raw).texts.get("extra", {})
    return found


ADA = {"email": "a@example.org"}


@pytest.mark.parametrize(
    "raw",
    [
        {"email": "a@example.org"},
        {"your-email": "a@example.org"},
        {"Email": "a@example.org"},
        {"form_fields[email]": "a@example.org"},
        {"contact[email]": "a@example.org"},
        {"contact[email][]": "a@example.org"},
        {"contact[email][0]": ["", "a@example.org"]},
        {"contact.email": "a@example.org"},
        {"contact": {"email": "a@example.org"}},
        {"contact": {"email": ["a@example.org", " "]}},
        {"form_fields": {"email": "a@example.org"}, "your-email": " \u200b"},
        {"email": "", "your-email": "a@example.org", "Email": None},
        {"email": "a@example.org", "your-email": "a@example.org"},
        {"email": [], "contact": {"email": "a@example.org"}},
    ],
    ids=str,
)
def test_an_answer_is_found_under_each_of_its_names(raw: dict[str, Any]) -> None:
    assert values(raw) == ADA
    assert extra(raw) == {}


@pytest.mark.parametrize("name", ["EMAIL", "your-Email", "form_fields[Email]", "your_email"])
def test_names_are_taken_as_they_are_written(name: str) -> None:
    assert values({name: "a@example.org"}) == {}
    assert extra({name: "a@example.org"}) == {name: "a@example.org"}


def test_its_own_name_counts_first_then_the_others_in_their_order() -> None:
    raw = {"Email": "c@example.org", "your-email": "b@example.org", "email": "a@example.org"}
    assert values(raw) == ADA
    assert extra(raw) == {"Email": "c@example.org", "your-email": "b@example.org"}
    del raw["email"]
    assert values(raw) == {"email": "b@example.org"}
    assert extra(raw) == {"Email": "c@example.org"}


def test_a_zero_under_its_own_name_is_an_answer() -> None:
    assert values({"zip": 0, "address": {"zip": "1"}}) == {"zip": "0"}


@pytest.mark.parametrize(
    ("own", "other", "said"),
    [
        (False, "on", True),
        ("on", False, True),
        ("no", ["0", "1"], True),
        ("perhaps", True, True),
        (None, "yes", True),
        (False, "0", False),
        ("", "no", False),
        ([], "", None),
    ],
)
def test_a_boolean_is_yes_if_one_of_its_names_says_so(own: Any, other: Any, said: Any) -> None:
    raw = {"terms": own, "acceptance": other}
    assert values(raw) == ({} if said is None else {"terms": said})
    assert extra(raw) == {}


def test_a_boolean_that_nobody_answers_with_yes_is_kept_if_one_name_cannot_be_read() -> None:
    raw = {"terms": False, "acceptance": "perhaps"}
    assert values(raw) == {}
    assert extra(raw) == {"terms": "false, perhaps"}


@pytest.mark.parametrize(
    "raw",
    [
        {"address": {"zip": "00-950", "street": "Miła 2"}},
        {"address.zip": "00-950", "address[street]": "Miła 2"},
        {"input_1": {"5": "00-950"}, "address": {"street": "Miła 2"}},
        {"fields": {"zip": {"value": "00-950"}}, "address": {"street": "Miła 2"}},
    ],
    ids=str,
)
def test_what_a_form_does_not_declare_is_kept_under_its_name(raw: dict[str, Any]) -> None:
    assert values(raw) == {"zip": "00-950"}
    assert extra(raw) == {"address[street]": "Miła 2"}


def test_a_field_may_be_a_part_of_an_object_of_its_own_name() -> None:
    raw = {**ADA, "name": {"first": "Ada", "last": "L"}}
    assert values(raw) == {**ADA, "name": "Ada"}
    assert extra(raw) == {"name[last]": "L"}


def test_several_of_one_name_are_several_answers() -> None:
    plain = {"interests[]": ["roof", "walls"]}
    assert values(plain) == {"topics": ["roof", "walls"]}
    assert values({"interests": ["walls", "roof"]}) == {"topics": ["roof", "walls"]}


def test_lists_of_objects_are_kept_by_their_places() -> None:
    raw = {"items": [{"sku": "a"}, {"sku": "b", "n": 2}]}
    assert extra(raw) == {"items[0][sku]": "a", "items[1][sku]": "b", "items[1][n]": "2"}


def test_objects_within_objects_end_somewhere() -> None:
    deep: Any = "end"
    for _ in range(900):
        deep = {"a": deep}
    (name,) = extra({"deep": deep}) or {"": ""}
    assert name.count("[") <= 8
    wide = {"w": {f"n{n}": {f"m{m}": "x" for m in range(100)} for n in range(100)}}
    assert 1 < len(extra(wide)) <= 300


@pytest.mark.parametrize("many", [300, 2_000])
def test_a_field_is_found_behind_any_number_of_other_names(many: int) -> None:
    meta = {f"n{n}": "x" for n in range(many)}
    sent = {"meta": meta, "contact": {"email": "a@example.org"}, "interests": {**meta, "roof": 1}}
    assert values(sent) == {**ADA, "topics": ["roof"]}


def test_submissions_that_differ_behind_many_names_are_two() -> None:
    meta = {f"n{n}": "x" for n in range(500)}
    sent: list[dict[str, Any]] = [
        {**ADA, "meta": meta, "last": {"word": word}} for word in ("yes", "no")
    ]
    events = {forms.submission("f", FORM, raw, Received(at=NOW)).event_id for raw in sent}
    assert len(events) == 2


@pytest.mark.parametrize("name", ["n" * 5_000, "ż" * 2_500, "n[" + "x" * 3_000 + "]", "😀" * 900])
def test_a_long_name_is_cut_and_its_value_kept(name: str) -> None:
    (kept,) = extra({**ADA, name: "Please call me"}).items()
    assert kept == (name[:200] + "…", "Please call me")


def test_long_names_that_begin_alike_keep_all_their_values() -> None:
    raw = {**ADA, "n" * 300: "one", "n" * 400: "two", "m" * 200: "three"}
    assert extra(raw) == {"n" * 200 + "…": "one, two", "m" * 200: "three"}


def test_a_long_name_is_not_written_for_each_of_thousands_in_it() -> None:
    inner = {f"n{n}": 1 for n in range(5_000)}
    (name,) = forms.own_names(FORM, {"x" * 20_000: inner})
    assert name == "x" * 20_000


def test_what_is_no_field_is_read_as_it_is() -> None:
    raw = {"contact": {"email": "a@example.org"}, "consents": {"email": True}}
    assert read(raw).consents == {"email": {"version": "1"}}
    assert read({**raw, "hp_confirm": {"a": "b"}}).flags == {"spam"}
    event = forms.submission(
        "f", FORM, {**raw, "language": "pl", "event_id": "k"}, Received(at=NOW)
    )
    assert (event.email, event.properties["language"]) == ("a@example.org", "pl")


def test_a_page_shows_what_arrived_under_other_names_in_its_own_fields() -> None:
    sent = [("Email", "ada@"), ("name[first]", "Ada <3"), ("interests[]", "roof"), ("x", "secret")]
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
    request = form_request(urlencode([*sent, ("acceptance", "on")]), headers, "f")
    answer = Capture(Kept(), {"f": FORM}, []).answer(request, NOW)
    assert answer["statusCode"] == 422
    page = answer["body"]
    for shown in (
        'name="email" type="email" autocomplete="email" value="ada@"',
        'name="name" type="text" autocomplete="name" value="Ada &lt;3"',
        'name="topics" value="roof" checked',
        'name="terms" value="true" checked',
    ):
        assert shown in page
    assert 'id="e-email"' in page
    for other in ("Email", "name[first]", "interests", "acceptance", "secret"):
        assert f'"{other}"' not in page


def test_the_same_submission_under_other_names_is_the_same_event() -> None:
    nested: dict[str, Any] = {"contact": {"email": "a@example.org"}}
    sent: list[dict[str, Any]] = [nested, {"your-email": "A@example.org"}, ADA]
    events = {forms.submission("f", FORM, raw, Received(at=NOW)).event_id for raw in sent}
    assert len(events) == 1


def test_a_plain_form_sends_what_a_script_sends() -> None:
    pairs = parse_qsl(urlencode([("address[zip]", "1"), ("contact[email]", "a@example.org")]))
    script = {"address": {"zip": "1"}, "contact": {"email": "a@example.org"}}
    assert read(gathered(pairs)).properties == read(script).properties


names = st.sampled_from(
    [
        "email",
        "your-email",
        "contact",
        "name",
        "first",
        "zip",
        "address",
        "terms",
        "consents",
        "a.b",
    ]
) | st.text(max_size=4)
nested = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(names, nested, max_size=6))
def test_whatever_nests_is_read_once_and_again_alike(raw: dict[str, Any]) -> None:
    once = forms.own_names(FORM, gathered(raw.items()))
    assert forms.own_names(FORM, once) == once
    read(raw)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[your-name,", "[your-email,", "is a name of the field"),
        ("[your-name,", "[contact.email,", "is a name of the field"),
        ("[your-name,", "[zip,", "the field 'zip'"),
        ("[your-name,", "[hp_confirm,", "the honeypot"),
        ("[your-name,", "['interests',", "is a name of the field"),
        ("[your-name,", "['terms[0]',", "the field 'terms'"),
        *(
            ("[your-name,", f"[{name},", "Hotlist itself reads")
            for name in (
                "page_url",
                "source",
                "visitor_id",
                "event_id",
                "consents",
                "consent_email",
            )
        ),
        ("[your-name,", "['consents[email]',", "Hotlist itself reads"),
        ("[your-name,", "['page_url[]',", "Hotlist itself reads"),
        ("[your-name,", "['',", "list 1 to 20 names"),
        ("[your-name,", "[7,", "list 1 to 20 names"),
        ("[your-name,", f"[{'x' * 201},", "list 1 to 20 names"),
        ('"interests[]"', "[]", "list 1 to 20 names"),
        ('"interests[]"', "{a: b}", "list 1 to 20 names"),
        ('"interests[]"', str([f"n{n}" for n in range(21)]), "list 1 to 20 names"),
    ],
)
def test_a_name_that_is_not_free_is_refused_with_its_place(old: str, new: str, why: str) -> None:
    assert old in TEXT
    with pytest.raises(BadConfig) as refused:
        compile_forms(TEXT.replace(old, new), "forms.yaml")
    finding = refused.value.findings[0]
    assert why in finding.message
    assert ".from" in finding.path
    assert finding.line in (5, 6, 7)


NUMBERED = compile_forms("""
f:
  fields:
    name: {type: text, from: "fields[1]"}
    email: {type: email, from: ["fields[2]", "1.2"]}
    topics:
      type: choices
      options: [roof, "doors, windows", walls]
      from: ["fields[3]", "4.1", "4.2"]
""")["f"]


@pytest.mark.parametrize(
    ("sent", "topics"),
    [
        ([("fields[3][]", "roof"), ("fields[3][]", "walls")], ["roof", "walls"]),
        ([("fields[3]", "walls\ndoors, windows")], ["doors, windows", "walls"]),
        ([("fields[3]", "roof; walls")], ["roof", "walls"]),
        ([("4.1", "roof"), ("4.2", "walls")], ["roof", "walls"]),
        ([("4.1", ""), ("4.2", "walls")], ["walls"]),
        ([("topics", "roof"), ("4.2", ["walls", "roof"])], ["roof", "walls"]),
        ([("topics[0]", "roof"), ("topics[1]", "walls")], ["roof", "walls"]),
    ],
)
def test_fields_that_a_program_numbers_are_kept_apart(
    sent: list[tuple[str, Any]], topics: list[str]
) -> None:
    pairs = [("fields[1]", "Ada"), ("fields[2]", "a@example.org"), ("fields[9]", "else"), *sent]
    raw = gathered(pairs, NUMBERED["numbered"])
    reading = forms.read_form("f", NUMBERED, raw, Received(at=NOW))
    assert reading.answers.errors == {}
    assert reading.answers.values == {"name": "Ada", "email": "a@example.org", "topics": topics}
    assert reading.texts["extra"] == {"fields": "else"}
