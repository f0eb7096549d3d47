"""Bodies that a hostile sender makes: of no kind that is taken, too large, too deep, and odd."""

import json
from typing import Any, Final

import pytest

from hostile import ENCODINGS, FORMS, GOOD, NOW, as_json, as_multipart, as_urlencoded, post
from hotlist.capture.capture import Capture
from hotlist.capture.http import MAX_BODY
from posted import Kept, form_request

TWICE: Final = "An object in the JSON has a name twice; send several values as a list."
DEEP: Final = "The JSON has more than 100 lists and objects in each other; send fewer."
NO_NUMBER: Final = "The JSON has NaN or Infinity, which are no JSON; send null or a text."
LARGE: Final = "The JSON has a number that is too large; send it as a text."
NO_UTF8: Final = "The body is not in UTF-8; send JSON in UTF-8."
NO_OBJECT: Final = "The body is not a JSON object."


def no_json(line: int, column: int) -> str:
    return f"The body is no JSON: see line {line}, column {column}."


BODIES: Final = {
    "a name twice": (b'{"email": "ada@example.org", "email": "eve@example.org"}', TWICE),
    "a name twice within": (b'{"name": [{"a": 1, "b": {}, "a": 1}]}', TWICE),
    "deep lists": (b'{"name": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", DEEP),
    "lists too deep": (b'{"name": ' + b"[" * 100 + b"]" * 100 + b"}", DEEP),
    "deep objects": (b'{"a":' * 8_000 + b"1" + b"}" * 8_000, DEEP),
    "no end": (b'{"name": "Ada"', no_json(1, 15)),
    "no comma": (b'{"name": "Ada"\n "email": 1}', no_json(2, 2)),
    "two objects": (b"{}{}", no_json(1, 3)),
    "a list": (b'[{"name": "Ada"}]', NO_OBJECT),
    "a text": (b'"name=Ada"', NO_OBJECT),
    "nothing": (b"", no_json(1, 1)),
    "null": (b"null", NO_OBJECT),
    "a number that is none": (b'{"name": NaN}', NO_NUMBER),
    "less than all": (b'{"name": [-Infinity]}', NO_NUMBER),
    "more than a double": (b'{"name": 1e999}', LARGE),
    "less than a double": (b'{"name": -1.5e400}', LARGE),
    "digits without end": (b'{"name": ' + b"9" * 60_000 + b"}", LARGE),
    "UTF-16": (json.dumps(GOOD).encode("utf-16"), NO_UTF8),
    "latin-1": ('{"name": "Zażółć"}'.encode("iso-8859-2"), NO_UTF8),
    "half a character": (b'{"name": "\xf0\x9f"}', NO_UTF8),
    "another format": (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", NO_UTF8),
    "markup": (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>", no_json(1, 1)),
}


@pytest.mark.parametrize(("body", "why"), BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_a_body_that_is_no_json_is_refused_with_the_reason(
    body: bytes, why: str, kind: str
) -> None:
    got = post(body, kind)
    assert got.status == 400
    assert json.loads(got.body)["title"] == why


@pytest.mark.parametrize("depth", [90, 101, 900, 5_000, 9_900, 9_990, 9_994, 9_998, 30_000])
@pytest.mark.parametrize("where", ["other", "consents", "name", "email", "visitor_id"])
@pytest.mark.parametrize("bracket", ["[", '{"a":'])
def test_no_depth_is_too_deep_for_an_answer(depth: int, where: str, bracket: str) -> None:
    end = "]" if bracket == "[" else "}"
    value = bracket * depth + "1" + end * depth
    body = json.dumps(GOOD)[:-1] + f', "{where}2": {value}, "{where}": {value}' + "}"
    if where in GOOD:
        body = body.replace(f'"{where}": "{GOOD[where]}", ', "")
    got = post(body.encode(), "application/json")
    if depth > 98:
        assert got.status == (413 if len(body) > MAX_BODY else 400)
    else:
        assert got.status == (422 if where in GOOD else 201)


@pytest.mark.parametrize(
    "value",
    [
        {"a": {"b": {"c": [1, {"d": None}]}}},
        [[["Ada"]]],
        [None, "", {}],
        10**400,
        -0.0,
        5e-324,
        True,
        [True, "x"],
        {"": ""},
        {"__proto__": {"admin": True}},
    ],
    ids=repr,
)
@pytest.mark.parametrize("where", [*GOOD, "size", "consents", "consent_email", "visitor_id"])
def test_a_value_of_another_kind_is_read_or_refused(value: Any, where: str) -> None:
    got = post(*as_json(GOOD | {where: value}))
    assert got.status in (201, 422)
    for event in got.stored:
        assert event.email == "ada@example.org" or where == "email"
        consents = event.properties.get("consents", {})
        if where in ("consents", "consent_email"):
            assert consents == {} or value in (True, [True, "x"])


@pytest.mark.parametrize("surrogate", ["\\ud800", "\\udfff", "\\ud83d"])
@pytest.mark.parametrize("field", ["name", "message", "email", "other"])
def test_half_a_character_is_refused_where_it_is_asked_for(surrogate: str, field: str) -> None:
    body = json.dumps(GOOD | {field: "HERE"}).replace("HERE", f"a{surrogate}b")
    got = post(body.encode(), "application/json")
    assert got.status == (201 if field == "other" else 422)
    if got.status == 422:
        assert [one["field"] for one in json.loads(got.body)["errors"]] == [field]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a_body_of_64_kilobytes_is_taken_and_no_byte_more(encoding: Any, over: int) -> None:
    empty, kind = encoding(GOOD | {"pad": ""})
    body, _ = encoding(GOOD | {"pad": "x" * (MAX_BODY - len(empty) + over)})
    assert len(body) == MAX_BODY + over
    got = post(body, kind)
    assert got.status == (413 if over > 0 else 201)


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "application/xml",
        "application/x-www-form-urlencoded2",
        "image/png",
        "multipart/mixed; boundary=XX",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "x" * 300,
        "application/json, text/html",
        "\u0130",
    ],
)
@pytest.mark.parametrize("encoding", [as_json, as_multipart])
def test_a_body_of_no_known_kind_is_refused_with_what_to_do(kind: str, encoding: Any) -> None:
    got = post(encoding(GOOD)[0], kind)
    assert got.status in (400, 415)
    assert len(json.loads(got.body)["title"]) > 10


@pytest.mark.parametrize(
    "charset",
    ["unicode_escape", "punycode", "rot13", "zip", "base64", "idna", "utf-7", "x" * 500, "\x00"],
)
@pytest.mark.parametrize("encoding", [as_urlencoded, as_multipart])
def test_no_charset_of_pythons_own_is_taken(charset: str, encoding: Any) -> None:
    body, kind = encoding(GOOD)
    assert post(body, f"{kind}; charset={charset}").status in (400, 415)


@pytest.mark.parametrize(
    "body",
    [
        b"name=%FF%FE&email=ada%40example.org",
        b"name=\xff\xfe&email=ada%40example.org",
        b"&".join(b"a%d=1" % number for number in range(5_000)),
        b"&" * 60_000,
        b"=" * 60_000,
        b"%" * 60_000,
        b"a[" * 20_000,
    ],
    ids=["wrong bytes", "bytes", "many names", "and", "equals", "per cent", "brackets"],
)
def test_an_urlencoded_body_that_makes_no_sense_is_refused(body: bytes) -> None:
    assert post(body, "application/x-www-form-urlencoded").status in (400, 422)


def test_a_machines_submission_never_stands_for_a_persons() -> None:
    store, headers = Kept(), {"content-type": "application/json"}
    for fields in (GOOD | {"hp_confirm": "x"}, GOOD, GOOD | {"hp_confirm": ""}):
        request = form_request(json.dumps(fields | {"event_id": "k1"}), headers)
        assert Capture(store, FORMS, []).answer(request, NOW)["statusCode"] == 201
    assert sorted(len(event.flags) for event in store.events) == [0, 1]
