"""What a hostile sender puts into a form: never an error of ours, nothing lost, nothing echoed.

Each row is sent as a script sends it and as plain forms do. What is acknowledged is stored with
what was written. A JSON answer shows nothing of it. A page shows it only in the fields that the
form declares, as text.
"""

import html
import json
from base64 import b64encode
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import pytest

from hotlist.capture.capture import Capture
from hotlist.capture.http import MAX_BODY, Request
from hotlist.config.forms_schema import compile_forms
from hotlist.events.event import Event
from hotlist.store.events import EventStore, to_item

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
FORM: Final = """\
contact:
  type: contact_requested
  tell: true
  honeypot: hp_confirm
  fields:
    name: {type: text, required: true, max: 200}
    email: {type: email, required: true}
    site: {type: url}
    size: {type: integer, min: 1}
    role: {type: choice, options: [owner, manager]}
    message: {type: message, max: 5000}
  consents:
    email: {version: "1", text: News by e-mail.}
"""
FORMS: Final = compile_forms(FORM)
MARK: Final = "Zq7"
"""It stands in whatever is hostile: a JSON answer that has it echoes what was sent."""

GOOD: Final = {"name": "Ada", "email": "ada@example.org", "message": "Hello"}
BROWSER: Final = "text/html,application/xhtml+xml,*/*;q=0.8"


class Kept(EventStore):
    """Keeps each event once, as the table does."""

    def __init__(self) -> None:
        self.events: dict[str, Event] = {}

    def put(self, event: Event, *, tell: bool = False) -> bool:
        json.dumps(to_item(event, tell=tell), ensure_ascii=False).encode()
        return self.events.setdefault(event.event_id, event) is event


class Got(NamedTuple):
    status: int
    headers: dict[str, str]
    body: str
    stored: list[Event]


def post(body: bytes, content_type: str, accept: str = "*/*", **more: Any) -> Got:
    """Send a body as API Gateway gives it to a function: in base64 if it is no text."""
    store = Kept()
    try:
        text, is_base64 = body.decode(), False
    except UnicodeDecodeError:
        text, is_base64 = b64encode(body).decode(), True
    headers = {"content-type": content_type, "accept": accept, **more}
    request = Request(
        "POST /forms/{form}",
        "POST",
        "/forms/contact",
        {"form": "contact"},
        headers,
        text,
        is_base64,
        "api.example.com",
    )
    answer = Capture(store, FORMS, []).answer(request, NOW)
    stored = list(store.events.values())
    is_good = answer["statusCode"] in (200, 201, 303)
    assert is_good is (len(stored) == 1), "what is acknowledged is stored, and nothing else"
    assert answer["statusCode"] < 500
    return Got(answer["statusCode"], answer["headers"], answer.get("body", ""), stored)


def as_json(fields: dict[str, Any]) -> tuple[bytes, str]:
    return json.dumps(fields).encode(), "application/json"


def as_text(fields: dict[str, Any]) -> tuple[bytes, str]:
    return json.dumps(fields).encode(), "text/plain;charset=UTF-8"


def as_urlencoded(fields: dict[str, Any]) -> tuple[bytes, str]:
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def as_multipart(fields: dict[str, Any]) -> tuple[bytes, str]:
    parts = b"".join(
        b'--XX\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
        % (_in_quotes(name).encode(), str(value).encode())
        for name, value in fields.items()
    )
    return parts + b"--XX--\r\n", "multipart/form-data; boundary=XX"


def _in_quotes(name: str) -> str:
    """As browsers write a name."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


ENCODINGS: Final = [as_json, as_text, as_urlencoded, as_multipart]

HOSTILE: Final = {
    "encoded word": f"=?utf-8?B?{MARK}PHNjcmlwdD4=?=",
    "encoded word over lines": f"=?utf-8?Q?a{MARK}?=\n =?utf-8?Q?b?=",
    "header": f"Ada{MARK}\r\nBcc: everybody@example.com\r\n\r\nBuy",
    "header by another line end": f"Ada{MARK}\u2028Bcc: everybody@example.com\u0085X: 1\x0bY: 2",
    "formula": f'=HYPERLINK("http://evil.example/{MARK}";"click")',
    "formula after a tab": f"\t=1+1{MARK}",
    "formula by minus": f"-2+3+cmd|' /C calc{MARK}'!A0",
    "script": f"<script>alert('{MARK}')</script>",
    "end of an attribute": f'"><img src=x onerror="{MARK}()">',
    "end of a text area": f"</textarea><svg onload={MARK}()>",
    "template": f"{{{{ 7*7 }}}}{{% for x in y %}}{MARK}${{7*7}}#{{1}}",
    "format": f"%s%n%(name)s{{0.__class__}}{MARK}",
    "null bytes": f"a\x00b{MARK}\x00",
    "controls": "".join(map(chr, range(1, 32))) + MARK,
    "bidi": f"\u202egnp.exe{MARK}\u202c\u2066x\u2069",
    "nothing to see": f"\u200b\ufeff\u2060{MARK}\u00ad",
    "marks upon marks": f"{MARK}Z" + "\u0351\u036b" * 60,
    "beyond the plane": f"\U0001f600\U000e0041{MARK}\U0010ffff",
    "no characters": f"\ufffe\uffff{MARK}",
    "path": f"../../../etc/passwd{MARK}%00%2e%2e%2f",
    "statement": f"'; DROP TABLE leads; --{MARK}",
    "key of a table": f"email:00000000-0000-5000-8000-000000000000#{MARK}",
    "link": f"[click](javascript:{MARK}) http://evil.example/{MARK}",
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("where", ["name", "message", "role", "a field of nobody"])
def test_what_is_written_is_kept_or_refused_and_never_echoed(
    text: str, where: str, encoding: Any
) -> None:
    got = post(*encoding(GOOD | {where: text}))
    assert got.headers["content-type"].startswith("application/")
    assert MARK not in got.body
    if where == "role":
        assert (got.status, [one["field"] for one in json.loads(got.body)["errors"]]) == (
            422,
            ["role"],
        )
        return
    assert got.status == 201
    (event,) = got.stored
    assert MARK in json.dumps([dict(event.properties), dict(event.texts)], ensure_ascii=False)
    assert event.email == "ada@example.org"
    assert "\x00" not in json.dumps(dict(event.properties), ensure_ascii=False)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_name_may_be_anything_too(text: str) -> None:
    for encoding in (as_json, as_urlencoded):
        got = post(*encoding(GOOD | {text: "x", f"hp_{text}": "x"}))
        assert got.status == 201
        assert MARK not in got.body
        assert not got.stored[0].flags, "a field of another name is no honeypot"


class Page(HTMLParser):
    """The elements of a page with their attributes, and what its fields show."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.shown: dict[str, str] = {}
        self._area: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes |= said.keys()
        self.links += [said[name] for name in ("href", "src", "action") if name in said]
        if tag == "input" and "name" in said:
            self.shown[said["name"]] = said.get("value", "")
        if tag == "textarea":
            self._area = said["name"]
            self.shown[self._area] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.shown[self._area] += data


@pytest.mark.parametrize("encoding", [as_urlencoded, as_multipart])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_the_page_shows_what_was_typed_as_text_and_of_declared_fields_alone(
    text: str, encoding: Any
) -> None:
    wrong = {"email": text, "role": text, "other": f"other {text}", "name": text, "message": text}
    body, kind = encoding(wrong)
    got = post(body, kind, accept=BROWSER, referer=f"javascript:{MARK}")
    assert got.status == 422
    assert got.headers["content-type"] == "text/html; charset=utf-8"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["referrer-policy"] == "no-referrer"
    policy = got.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe-inline" not in policy
    page = Page(got.body)
    assert {"script", "svg", "img", "iframe", "object", "link"}.isdisjoint(page.tags)
    assert not {name for name in page.attributes if name.startswith("on")}
    assert not [link for link in page.links if MARK in link]
    assert "other" not in page.shown
    assert f"other {html.escape(text)}" not in got.body
    assert MARK in page.shown["name"]
    assert MARK in page.shown["message"]


BODIES: Final = {
    "a name twice": b'{"email": "ada@example.org", "email": "eve@example.org", "name": "x"}',
    "deep lists": b'{"name": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "deep objects": b'{"a":' * 8_000 + b"1" + b"}" * 8_000,
    "no end": b'{"name": "Ada"',
    "a list": b'[{"name": "Ada"}]',
    "a text": b'"name=Ada"',
    "nothing": b"",
    "null": b"null",
    "a number that is none": b'{"name": NaN}',
    "more than a double": b'{"name": 1e999}',
    "digits without end": b'{"name": ' + b"9" * 60_000 + b"}",
    "UTF-16": json.dumps(GOOD).encode("utf-16"),
    "latin-1": '{"name": "Zażółć"}'.encode("iso-8859-2"),
    "half a character": b'{"name": "\xf0\x9f"}',
    "another format": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
    "markup": b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_a_body_that_is_no_json_is_refused(body: bytes, kind: str) -> None:
    got = post(body, kind)
    assert got.status == 400
    assert json.loads(got.body)["title"]


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


def test_a_machines_submission_never_stands_for_a_persons() -> None:
    store, headers = Kept(), {"content-type": "application/json"}
    for fields in (GOOD | {"hp_confirm": "x"}, GOOD, GOOD | {"hp_confirm": ""}):
        request = Request(
            "POST /forms/{form}",
            "POST",
            "/forms/contact",
            {"form": "contact"},
            headers,
            json.dumps(fields | {"event_id": "k1"}),
            False,
            "",
        )
        assert Capture(store, FORMS, []).answer(request, NOW)["statusCode"] == 201
    assert sorted(len(event.flags) for event in store.events.values()) == [0, 1]


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


@pytest.mark.parametrize(
    "address",
    [
        "\u0430da@example.org",  # a Cyrillic a
        "ada@ex\u0430mple.org",
        "ada@xn--exmple-4nf.org",
        "ADA@EXAMPLE\uff0eORG",
        "ada@example.org\u0000",
        "ada@example.org,eve@example.org",
        "ada@example.org\r\nBcc: eve@example.org",
        "Ada <ada@example.org>",
        "=?utf-8?q?ada=40example=2Eorg?=",
        '"a b"@example.org',
        "ada@[127.0.0.1]",
        "ada@localhost",
    ],
)
def test_an_address_is_that_one_or_refused_and_never_somebody_elses(address: str) -> None:
    got = post(*as_json(GOOD | {"email": address}))
    assert got.status in (201, 422)
    for event in got.stored:
        assert event.email != "ada@example.org" or address.encode().isascii() or "\uff0e" in address
