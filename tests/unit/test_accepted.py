"""Who gets a page and who gets JSON, what leads back, and in which order faults are told."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from hostile import BROWSER, NOW, as_json, as_urlencoded, post
from hotlist.capture.capture import Capture
from hotlist.config.forms_schema import compile_forms
from posted import Kept, form_request

WRONG = {"name": "", "email": "no"}


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("TEXT/HTML;q=0.9", True),
        ("text/html, */*; q=0.01", True),
        ("application/xml,application/xhtml+xml,text/html;q=0.9,*/*;q=0.5", True),
        ("application/json;q=0.5, text/html;q=0.6", True),
        ("application/json, text/html", True),
        ("text/html;level=1;q=0.4", True),
        ("text/html;q=0", False),
        ("text/html; Q=0.000, application/xhtml+xml", False),
        ("application/json, text/html;q=0.1", False),
        ("application/problem+json, text/html;q=.9", False),
        ("text/html;q=0.2,application/json;q=0.3", False),
        ("application/x-text/html", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_a_page_is_shown_to_whoever_wants_one_most(accept: str, is_page: bool) -> None:
    got = post(*as_urlencoded(WRONG), accept=accept)
    kind = "text/html; charset=utf-8" if is_page else "application/problem+json"
    assert (got.status, got.headers["content-type"]) == (422, kind)


def test_json_is_answered_in_json_whatever_is_accepted() -> None:
    got = post(*as_json(WRONG), accept="text/html")
    assert got.headers["content-type"] == "application/problem+json"


FORM = compile_forms("""
f:
  files: refuse
  fields:
    size: {type: choice, options: [small, large]}
    vat: {type: text, required: {if: {size: [large]}}}
    agreed: {type: boolean}
    phone: {type: phone}
    name: {type: text, required: true}
  consents:
    email: {version: "1", text: News by e-mail.}
""")
SENT = {"size": "large", "agreed": "perhaps", "consent_email": "perhaps"}


def send(accept: str, **headers: str) -> Any:
    said = {"content-type": "application/x-www-form-urlencoded", "accept": accept, **headers}
    return Capture(Kept(), FORM, []).answer(form_request(urlencode(SENT), said, "f"), NOW)


def test_faults_are_told_in_the_order_of_the_fields() -> None:
    told = json.loads(send("*/*")["body"])["errors"]
    assert [one["field"] for one in told] == ["vat", "phone", "name"]
    links = re.findall('<li><a href="#f-(.*?)">', send("text/html")["body"])
    assert links == ["vat", "agreed", "phone", "name", "consent_email"]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "https://evil.example", "referer": "https://evil.example/form"},
        {"origin": "https://evil.example", "referer": "https://api.example.com/forms/f"},
    ],
)
def test_a_page_that_may_not_post_gets_no_link(headers: dict[str, str]) -> None:
    got = send("text/html", **headers)
    assert (got["statusCode"], "<a " in got["body"]) == (403, False)


def test_a_page_that_may_post_gets_its_link_back() -> None:
    back = "https://api.example.com/page"
    got = send("text/html", referer=back, origin="https://api.example.com")
    assert f'<a href="{back}">' in got["body"]
