"""What a hostile sender puts into a form: never an error of ours, nothing lost, nothing echoed.

Each row is sent as a script sends it and as plain forms do. What is acknowledged is stored with
what was written. A JSON answer shows nothing of it. A page shows it only in the fields that the
form declares, as text.
"""

import html
import json
from html.parser import HTMLParser
from typing import Any, Final

import pytest

from hostile import BROWSER, ENCODINGS, GOOD, MARK, as_json, as_multipart, as_urlencoded, post

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
