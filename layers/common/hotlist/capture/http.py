"""Requests of an HTTP API (payload 2.0) and answers to them.

Errors are RFC 9457 problem details; a page is shown to a plain HTML form. Nothing that was
sent is echoed in JSON. What JSON does not need is imported where it is needed.
"""

import base64
import functools
import json
from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

from hotlist.capture.answers import gathered

MAX_BODY: Final = 65_536
MAX_UPLOAD: Final = 4_500_000
"""Bytes of a body with files, which nobody keeps. Lambda takes 6 MB, and files come in base64."""

MAX_DEPTH: Final = 100
"""How many lists and objects may stand in each other: what reads them calls itself as often."""

_TOO_DEEP: Final = (
    f"The JSON has more than {MAX_DEPTH} lists and objects in each other; send fewer."
)
_TOO_LARGE: Final = "The JSON has a number that is too large; send it as a text."
_NO_FILES: Final[Mapping[str, str]] = {}
_SCRIPTS: Final = ("application/json", "text/plain")
_JSON: Final = ("application/json", "application/problem+json")
_HTML_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")

TEST: Final = "hotlist_test"
"""The name in a query string that marks a test submission, as in `?hotlist_test=1`."""

GUARDED: Final[Mapping[str, str]] = {
    "referrer_policy": "no-referrer",
    "x_content_type_options": "nosniff",
}
"""Headers of what a link of a mail answers: its address is a secret, and its kind no guess."""

Answer = dict[str, Any]


class Refused(Exception):
    """The request cannot be taken: a status, a reason in a sentence, and headers."""

    def __init__(self, status: int, reason: str, **headers: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers


class Request(NamedTuple):
    """What a handler needs of a request. Header names are in lower case.

    `address` is the whole IP address. Of it, no more than the network is kept, see `proof`.
    `is_test` says that somebody tries a form. `query` has the query string's values by name.
    """

    route: str
    method: str
    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    body: str | None
    is_base64: bool
    host: str
    address: str = ""
    is_test: bool = False
    query: Mapping[str, str] | None = None

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
            address=http.get("sourceIp", ""),
            is_test="queryStringParameters" in event and _is_test(event["queryStringParameters"]),
            query=event.get("queryStringParameters"),
        )

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_plain_form(self) -> bool:
        """Posted by a page without script: it shows what we answer."""
        accept = self.headers.get("accept", "")
        if "text/html" not in accept.lower() or self.content_type == "application/json":
            return False
        return accept.startswith("text/html,") or _wants_page(accept)

    def address_of(self, path: str) -> str:
        """The address of a path of this API, as it is called from outside."""
        scheme = "http" if self.headers.get("x-forwarded-proto") == "http" else "https"
        return f"{scheme}://{self.headers.get('host') or self.host}{path}"

    def raw_body(self, most: int = MAX_BODY) -> bytes:
        """:raises Refused: if the body is too large or not what it says it is."""
        try:
            body = self.body or ""
            raw = base64.b64decode(body, validate=True) if self.is_base64 else body.encode()
        except ValueError as error:
            raise Refused(400, "The body cannot be decoded.") from error
        if len(raw) > most:
            raise Refused(413, f"The body is larger than {most} bytes.")
        return raw

    def json_body(self) -> Mapping[str, Any]:
        """The body as a JSON object. :raises Refused: if it is none.

        Its texts may hold halves of characters, which JSON can write and UTF-8 cannot.
        """
        try:
            text = self.raw_body().decode().removeprefix("\N{BYTE ORDER MARK}")
            body = _decode(text)
        except (ValueError, RecursionError) as error:
            raise Refused(400, _unread(error)) from error
        if not isinstance(body, dict):
            raise Refused(400, "The body is not a JSON object.")
        if text.count("[") + text.count("{") > MAX_DEPTH and _is_deep(body):
            raise Refused(400, _TOO_DEEP)
        return body

    def fields(self, numbered: Collection[str] = ()) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """A form's fields, from JSON or an HTML form, lists where a name stands several times.

        Beside them the names of files that came with them, by field. `numbered` are names that
        `answers.gathered` leaves as they are. :raises Refused: if it is
        no form.
        """
        kind = self.content_type
        if kind in _SCRIPTS:
            return gathered(self.json_body().items(), numbered), _NO_FILES
        if kind not in _HTML_FORMS:
            raise Refused(
                415, "Send JSON, urlencoded or multipart fields, and say so in Content-Type."
            )
        from hotlist.capture import html_forms  # noqa: PLC0415 - a script sends JSON

        raw = self.raw_body(MAX_UPLOAD if kind == "multipart/form-data" else MAX_BODY)
        try:
            return html_forms.read(raw, self.headers["content-type"], MAX_BODY, numbered)
        except html_forms.Unreadable as error:
            raise Refused(error.status, error.reason) from error


def answer(status: int, body: Mapping[str, Any] | None = None, **headers: str) -> Answer:
    """A JSON answer, or one without a body."""
    sent = {"cache-control": "no-store", **{_header(k): v for k, v in headers.items()}}
    if body is None:
        return {"statusCode": status, "headers": sent}
    sent.setdefault("content-type", "application/json")
    return {"statusCode": status, "headers": sent, "body": json.dumps(body)}


def problem(
    status: int,
    title: str,
    errors: Mapping[str, str] | None = None,
    names: Mapping[str, list[str]] | None = None,
    **headers: str,
) -> Answer:
    """Problem details; `errors` by field. `names` are those under which a field arrives too."""
    body: dict[str, Any] = {"title": title, "status": status}
    if errors:
        named = names or {}
        body["errors"] = [
            {"field": name, "reason": why} | ({"names": named[name]} if named.get(name) else {})
            for name, why in errors.items()
        ]
    return answer(status, body, content_type="application/problem+json", **headers)


def page(status: int, html: str, policy: str, **headers: str) -> Answer:
    """An HTML page for a plain form, with its Content-Security-Policy."""
    sent = {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex",
        **{_header(k): v for k, v in headers.items()},
    }
    return {"statusCode": status, "headers": sent, "body": html}


def redirect(url: str, **headers: str) -> Answer:
    """303: the browser gets the page instead of posting again."""
    return answer(303, None, location=url, **headers)


@functools.cache
def log_line(route: str, status: int, error: str | None = None) -> str:
    """What is logged of a request: its route, but not its path, and nothing that was sent."""
    line = {"level": "ERROR" if error else "INFO", "route": route, "status": status}
    return json.dumps(line | ({"error": error} if error else {}))


def _wants_page(accept: str) -> bool:
    """Whether a page is wanted, and no JSON is wanted more."""
    from hotlist.capture.weights import weighed  # noqa: PLC0415 - browsers put text/html first

    wanted = dict(weighed(accept))
    most = wanted.get("text/html", 0.0)
    return most > 0 and all(wanted.get(kind, 0.0) <= most for kind in _JSON)


def _is_test(query: Mapping[str, str] | None) -> bool:
    """Whether a query marks a test. Of a name that stands twice, a comma joins the values."""
    return query is not None and "1" in query.get(TEST, "").split(",")


def _header(name: str) -> str:
    return name.replace("_", "-")


def _is_deep(body: Any) -> bool:
    """Whether more than `MAX_DEPTH` lists and objects stand in each other."""
    inside = [body]
    for _ in range(MAX_DEPTH):
        inside = [
            one
            for held in inside
            for one in (held.values() if isinstance(held, dict) else held)
            if isinstance(one, dict | list)
        ]
    return bool(inside)


def _unread(error: ValueError | RecursionError) -> str:
    """Why a body cannot be read. Nothing of it is repeated."""
    if isinstance(error, RecursionError):
        return _TOO_DEEP
    if isinstance(error, UnicodeDecodeError):
        return "The body is not in UTF-8; send JSON in UTF-8."
    if isinstance(error, json.JSONDecodeError):
        return f"The body is no JSON: see line {error.lineno}, column {error.colno}."
    return _TOO_LARGE  # `int` takes no more digits


def _finite(digits: str) -> float:
    number = float(digits)
    if abs(number) == float("inf"):
        raise Refused(400, _TOO_LARGE)
    return number


def _no_constant(_: str) -> object:
    raise Refused(400, "The JSON has NaN or Infinity, which are no JSON; send null or a text.")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused(400, "An object in the JSON has a name twice; send several values as a list.")
    return found


# Made once: `json.loads` would make one for each body.
_decode: Final = json.JSONDecoder(
    parse_float=_finite, parse_constant=_no_constant, object_pairs_hook=_once_each
).decode
