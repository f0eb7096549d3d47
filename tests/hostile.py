"""A form, and ways to send it whatever somebody likes."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from hotlist.capture.capture import Capture
from hotlist.config.forms_schema import compile_forms
from hotlist.events.event import Event
from posted import Kept, form_request

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
    request = form_request(text, headers, is_base64=is_base64)
    answer = Capture(store, FORMS, []).answer(request, NOW)
    is_good = answer["statusCode"] in (200, 201, 303)
    assert is_good is (len(store.events) == 1), "what is acknowledged is stored, and nothing else"
    assert answer["statusCode"] < 500
    return Got(answer["statusCode"], answer["headers"], answer.get("body", ""), store.events)


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
