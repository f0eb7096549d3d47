"""Requests of an HTTP API (payload 2.0) and answers to them.

Errors are RFC 9457 problem details; a page is shown to a plain HTML form. Nothing that was
sent is echoed in JSON.
"""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from hotlist.capture.answers import gathered

MAX_BODY: Final = 65_536
MAX_FIELDS: Final = 300

Answer = dict[str, Any]


class Refused(Exception):
    """The request cannot be taken: a status, a reason in a sentence, and headers."""

    def __init__(self, status: int, reason: str, **headers: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers


class Request(NamedTuple):
    """What a handler needs of a request. Header names are in lower case."""

    route: str
    method: str
    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    body: str | None
    is_base64: bool
    host: str

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Request":
        http = event["requestContext"]["http"]
        return cls(
            route=event["routeKey"],
            method=http["method"],
            path=http["path"],
            parameters=event.get("pathParameters") or {},
            headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
            body=event.get("body"),
            is_base64=event.get("isBase64Encoded", False),
            host=event["requestContext"].get("domainName", ""),
        )

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_plain_form(self) -> bool:
        """Posted by a page without script: it shows what we answer."""
        if "text/html" not in self.headers.get("accept", ""):
            return False
        return self.content_type == "application/x-www-form-urlencoded"

    def raw_body(self) -> bytes:
        """:raises Refused: if the body is too large or not what it says it is."""
        try:
            body = self.body or ""
            raw = base64.b64decode(body, validate=True) if self.is_base64 else body.encode()
        except ValueError as error:
            raise Refused(400, "The body cannot be decoded.") from error
        if len(raw) > MAX_BODY:
            raise Refused(413, f"The body is larger than {MAX_BODY} bytes.")
        return raw

    def json_body(self) -> Mapping[str, Any]:
        """The body as a JSON object. :raises Refused: if it is none.

        Its texts may hold halves of characters, which JSON can write and UTF-8 cannot.
        """
        try:
            text = self.raw_body().decode().removeprefix("\N{BYTE ORDER MARK}")
            body = _decode(text)
        except (ValueError, RecursionError) as error:
            raise Refused(400, "The body is not JSON in UTF-8.") from error
        if not isinstance(body, dict):
            raise Refused(400, "The body is not a JSON object.")
        return body

    def fields(self) -> Mapping[str, Any]:
        """A form's fields, from JSON or an HTML form, lists where a name stands several times.

        :raises Refused: if they are none.
        """
        match self.content_type:
            case "application/json" | "text/plain":
                return gathered(self.json_body().items())
            case "application/x-www-form-urlencoded":
                return self._urlencoded()
            case "multipart/form-data":
                raise Refused(415, "multipart is not taken yet; send JSON or urlencoded fields.")
            case _:
                raise Refused(415, "Send JSON or urlencoded fields, and say so in Content-Type.")

    def _urlencoded(self) -> Mapping[str, Any]:
        charset = self.headers.get("content-type", "").lower().partition("charset=")[2]
        charset = charset.partition(";")[0].strip(" \"'") or "utf-8"
        if not _CHARSETS.fullmatch(charset):
            raise Refused(415, "This charset is not taken; send UTF-8.")
        try:
            pairs = parse_qsl(
                self.raw_body().decode("ascii"),
                keep_blank_values=True,
                encoding=charset,
                errors="strict",
                max_num_fields=MAX_FIELDS,
            )
        except (ValueError, LookupError) as error:
            raise Refused(400, "The fields cannot be decoded.") from error
        return gathered(pairs)


def answer(status: int, body: Mapping[str, Any] | None = None, **headers: str) -> Answer:
    """A JSON answer, or one without a body."""
    sent = {"cache-control": "no-store", **{_header(k): v for k, v in headers.items()}}
    if body is None:
        return {"statusCode": status, "headers": sent}
    sent.setdefault("content-type", "application/json")
    return {"statusCode": status, "headers": sent, "body": json.dumps(body)}


def problem(
    status: int, title: str, errors: Mapping[str, str] | None = None, **headers: str
) -> Answer:
    """Problem details; `errors` by field."""
    body: dict[str, Any] = {"title": title, "status": status}
    if errors:
        body["errors"] = [{"field": name, "reason": why} for name, why in errors.items()]
    return answer(status, body, content_type="application/problem+json", **headers)


def page(status: int, html: str) -> Answer:
    """A small HTML page for a plain form."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    headers = {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "content-security-policy": policy,
    }
    return {"statusCode": status, "headers": headers, "body": html}


def redirect(url: str) -> Answer:
    """303: the browser gets the page instead of posting again."""
    return answer(303, location=url)


def _header(name: str) -> str:
    return name.replace("_", "-")


def _finite(digits: str) -> float:
    number = float(digits)
    if abs(number) == float("inf"):
        raise ValueError(f"{digits} is more than a double holds")
    return number


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


# Those of web pages. Python would take others for one, such as unicode_escape or punycode.
_CHARSETS: Final = re.compile(
    r"utf-?(?:8|16(?:-?[lb]e)?)|(?:us-)?ascii|latin-?\d\d?|iso-?8859-?\d\d?|(?:windows-|cp)125\d"
    r"|koi8-[ru]|gbk|gb2312|gb18030|big5(?:-hkscs)?|euc-(?:jp|kr)|shift_jis|iso-2022-jp|tis-620"
)

# Made once: `json.loads` would make one for each body.
_decode: Final = json.JSONDecoder(
    parse_float=_finite, parse_constant=_no_constant, object_pairs_hook=_once_each
).decode
