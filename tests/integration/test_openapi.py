"""docs/openapi.yaml is held against the template, the code, and the answers to many requests."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR
from werkzeug.test import Client

import declared
from declared import BY_GATEWAY, CARDS, LINKS, Undeclared, document, operations
from gateway import Gateway, cors, routes
from hotlist.capture import (
    capture,
    context,
    forms,
    html_forms,
    http,
    multipart,
    sent_names,
    tracked,
)
from hotlist.config.forms_schema import compile_forms
from hotlist.events import sizes, vocabulary
from integration import link_rows
from integration.meter import takes_insert_statements
from integration.stages import links
from integration.stages.capture import GOOD, Api

CODE: Final = Path(http.__file__).parent
ORIGIN: Final = "https://www.example.com"
HTML: Final = "text/html"
PROBLEM: Final = "application/problem+json"
JSON: Final = "application/json"
PLAIN: Final = "application/x-www-form-urlencoded"
FORM: Final = "/forms/contact"

FORMS: Final = """
late: {opens: 2999-01-01T00:00:00Z, fields: {email: {type: email}}}
over: {closes: 2020-01-01T00:00:00Z, fields: {email: {type: email}}}
bare: {files: refuse, fields: {email: {type: email, required: true, from: your-email}}}
"""
CALL: Final = {
    "visitor_id": "v",
    "consent": {"purpose": "tracking", "version": "1"},
    "events": [{"type": "page_viewed"}],
}
MULTIPART: Final = (
    '--b\r\nContent-Disposition: form-data; name="email"\r\n\r\nada@example.org\r\n'
    '--b\r\nContent-Disposition: form-data; name="cv"; filename="cv.pdf"\r\n\r\n%PDF\r\n--b--\r\n'
)


@dataclass(frozen=True)
class Row:
    """A request, and the status and type of its answer."""

    status: int
    answered: str
    path: str
    body: Any = ""
    kind: str = JSON
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)
    trouble: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status} {self.answered} {self.kind}"


def plain(status: int, answered: str, path: str, body: str, **more: Any) -> Row:
    """What a page without script sends."""
    headers = {"Accept": "text/html,*/*", **more.pop("headers", {})}
    return Row(status, answered, path, body, more.pop("kind", PLAIN), headers=headers, **more)


def followed(rows: list[link_rows.Answered], trouble: str = "") -> Iterator[Row]:
    """What a reader of mails asks for."""
    for status, answered, method, path, body, accept in rows:
        headers = {"Accept": accept, "User-Agent": links.BROWSER}
        kind = PLAIN if body else ""
        yield Row(status, answered, path, body, kind, method, headers, trouble)


FAR: Final = {"Origin": "https://elsewhere.example"}
NEAR: Final = {"Origin": ORIGIN}
BUSY: Final = "ProvisionedThroughputExceededException"
WHOLE: Final = "email=ada%40example.org&name=Ada&message=Hi"
ROWS: Final = [
    Row(201, JSON, FORM, GOOD),
    Row(201, JSON, FORM, GOOD, headers=NEAR),
    Row(201, JSON, FORM, GOOD, kind="text/plain;charset=UTF-8"),
    Row(201, JSON, FORM, WHOLE, kind=PLAIN),
    Row(201, JSON, "/forms/ebook", MULTIPART, kind="multipart/form-data; boundary=b"),
    Row(201, JSON, f"{FORM}?hotlist_test=1", GOOD),
    Row(201, JSON, "/forms/ebook", {"email": "ada@example.org"}),
    plain(303, "", FORM, WHOLE),
    plain(200, HTML, "/forms/ebook", "email=ada%40example.org"),
    Row(400, PROBLEM, FORM, "{"),
    Row(400, PROBLEM, FORM, "[]"),
    Row(400, PROBLEM, FORM, '{"a": 1, "a": 2}'),
    Row(400, PROBLEM, FORM, "email=%ff", kind=PLAIN),
    Row(400, PROBLEM, FORM, "&".join(["a=1"] * 301), kind=PLAIN),
    Row(400, PROBLEM, FORM, "no part", kind="multipart/form-data; boundary=b"),
    plain(400, HTML, FORM, "email=%ff"),
    Row(403, PROBLEM, FORM, GOOD, headers=FAR),
    Row(403, PROBLEM, "/forms/late", GOOD),
    plain(403, HTML, FORM, WHOLE, headers=FAR),
    Row(404, PROBLEM, "/forms/nothing", GOOD),
    plain(404, HTML, "/forms/nothing", WHOLE),
    Row(410, PROBLEM, "/forms/over", GOOD),
    plain(410, HTML, "/forms/over", WHOLE),
    Row(413, PROBLEM, FORM, {**GOOD, "message": "x" * 65_536}),
    Row(413, PROBLEM, FORM, "a=" + "x" * 65_536, kind=PLAIN),
    plain(413, HTML, FORM, "a=" + "x" * 65_536),
    Row(413, JSON, FORM, "x" * 10_485_761),
    Row(415, PROBLEM, FORM, "<a/>", kind="application/xml"),
    Row(415, PROBLEM, FORM, WHOLE, kind=f"{PLAIN}; charset=punycode"),
    plain(415, HTML, FORM, WHOLE, kind=f"{PLAIN}; charset=punycode"),
    Row(422, PROBLEM, FORM, {}),
    Row(422, PROBLEM, FORM, {"email": "nobody"}),
    Row(422, PROBLEM, "/forms/bare", MULTIPART, kind="multipart/form-data; boundary=b"),
    Row(422, PROBLEM, "/forms/bare", {"your-email": "nobody"}),
    plain(422, HTML, FORM, "email=nobody"),
    plain(422, HTML, "/forms/bare", MULTIPART, kind="multipart/form-data; boundary=b"),
    Row(503, PROBLEM, FORM, GOOD, trouble=BUSY),
    plain(503, HTML, FORM, WHOLE, trouble=BUSY),
    Row(405, PROBLEM, FORM, method="GET"),
    Row(405, PROBLEM, FORM, GOOD, method="PUT"),
    Row(405, PROBLEM, FORM, method="OPTIONS"),
    Row(202, JSON, "/events", CALL),
    Row(202, JSON, "/events", CALL, kind="text/plain"),
    Row(202, JSON, "/events", {**CALL, "consent": None}),
    Row(202, JSON, "/events", {**CALL, "events": [{"type": "no"}, 1, *CALL["events"]]}),
    Row(202, JSON, "/events", {**CALL, "events": [{"type": "page_viewed", "event_id": "k"}] * 2}),
    Row(
        202,
        JSON,
        "/events",
        {
            **CALL,
            "events": [
                {"type": "page_viewed", "properties": {"n": n, "text": "x" * 1_900}}
                for n in range(20)
            ],
        },
    ),
    Row(400, PROBLEM, "/events", "{"),
    plain(400, HTML, "/events", "{", kind="text/plain"),
    Row(403, PROBLEM, "/events", CALL, headers=FAR),
    Row(413, PROBLEM, "/events", {**CALL, "more": "x" * 65_536}),
    Row(415, PROBLEM, "/events", "a=b", kind=PLAIN),
    Row(422, PROBLEM, "/events", {}),
    Row(422, PROBLEM, "/events", {**CALL, "visitor_id": "v" * 101}),
    Row(422, PROBLEM, "/events", {**CALL, "events": [CALL["events"][0]] * 21}),  # type: ignore[index]
    Row(503, PROBLEM, "/events", CALL, trouble=BUSY),
    Row(503, PROBLEM, "/events", CALL, trouble="each event"),
    Row(405, PROBLEM, "/events", method="GET"),
    Row(404, PROBLEM, "/", method="GET"),
    Row(404, PROBLEM, "/forms/contact/more", GOOD),
    Row(404, PROBLEM, "/anything", method="DELETE"),
    *(Row(405, HTML, f"/{one}/x", method="PUT", headers={"Accept": HTML}) for one in CARDS),
    *(Row(404, HTML, f"/{one}/", method="GET", headers={"Accept": HTML}) for one in CARDS),
    *followed(link_rows.rows()),
    *followed(link_rows.without_a_secret(), "no secret"),
]


class Door:
    """The API behind API Gateway. Each answer of capture is held against the document."""

    def __init__(self, api: Api, patch: pytest.MonkeyPatch) -> None:
        made = {**links.forms(api), **compile_forms(FORMS)}
        patch.setattr(api.app.capture, "_forms", made)
        self._api = api
        self.client = Client(Gateway(api.app.handler, [ORIGIN], declared.check))
        self._patch, self._store = patch, api.app.store

    def ask(self, row: Row) -> Any:
        if row.trouble == "no secret":
            links.replace_secret(self._api, {})
        elif row.trouble:
            self._break(row.trouble)
        if row.path == links.PAST_LINK:
            links.replace_secret(self._api, links.LATER_KEYS)
        body = row.body if isinstance(row.body, str) else json.dumps(row.body)
        return self.client.open(
            row.path, method=row.method, data=body, content_type=row.kind, headers=row.headers
        )

    def _break(self, code: str) -> None:
        def throttled(*_: Any, **__: Any) -> Any:
            raise ClientError({"Error": {"Code": code, "Message": ""}}, "PutItem")

        def refused(events: list[Any], units: int) -> list[str]:
            return ["ThrottlingError"] * len(events)

        self._patch.setattr(self._store, "put", throttled)
        self._patch.setattr(self._store, "put_all", refused if code == "each event" else throttled)


@pytest.fixture
def door(api: Api, dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Door:
    takes_insert_statements(api.app.client, dynamodb)
    return Door(api, monkeypatch)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_every_answer_is_as_the_document_says(door: Door, row: Row) -> None:
    answer = door.ask(row)
    assert (answer.status_code, answer.mimetype or "") == (row.status, row.answered)


def answered() -> Iterator[tuple[str, int]]:
    """(operation, status) of all rows."""
    for row in ROWS:
        path = row.path.partition("?")[0]
        path = re.sub(r"^/forms/[^/]+$", "/forms/{form}", path)
        path = re.sub(rf"^/({'|'.join((*LINKS, *CARDS))})/[^/]+$", r"/\1/{token}", path)
        if path not in ("/forms/{form}", "/events") and "{token}" not in path:
            path = "/{elsewhere}"
        is_refused = "{token}" in path and row.method not in ("GET", "HEAD", "POST")
        method = "PUT" if is_refused else "POST" if row.method == "POST" else "GET"
        yield f"{method} {path}", row.status


def test_every_status_that_is_declared_is_answered_and_none_else() -> None:
    said: dict[str, set[int]] = {}
    for name, status in answered():
        said.setdefault(name.replace("POST /{else", "GET /{else"), set()).add(status)
    for method, path, operation in operations():
        if operation["tags"] == ["cards"]:  # test_openapi_cards.py has these
            continue
        wanted = {int(status) for status in operation["responses"]}
        if method == "OPTIONS":
            assert wanted == {204, 405}
            continue
        is_link = "{token}" in path and method != "PUT"
        by_gateway = BY_GATEWAY if method == "POST" or is_link else BY_GATEWAY | {503}
        assert wanted == said[f"{method} {path}"] | by_gateway, path


def test_every_status_in_the_code_is_in_the_table() -> None:
    written = {status for file in CODE.glob("*.py") for status in statuses(file)}
    assert {400, 403, 404, 405, 410, 413, 415, 422, 503} <= written, "the search finds too little"
    assert written <= {row.status for row in ROWS}


def statuses(file: Path) -> Iterator[int]:
    """Each number from 200 to 599 that is the first of a call or of a tuple."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        first: ast.expr | None = None
        if isinstance(node, ast.Call) and node.args:
            first = node.args[0]
        elif isinstance(node, ast.Tuple) and node.elts:
            first = node.elts[0]
        if isinstance(first, ast.Constant) and type(first.value) is int and first.value in STATUSES:
            yield first.value


STATUSES: Final = range(200, 600)


def test_every_route_of_the_template_is_in_the_document_and_none_more() -> None:
    said = [(operation["x-route"], method, path) for method, path, operation in operations()]
    assert {route for route, _, _ in said} == {*routes(), "CORS"}
    for route, method, path in said:
        assert route in (f"{method} {path}", "$default" if method in ("GET", "PUT") else "CORS")


def test_a_preflight_request_is_answered_as_declared(door: Door) -> None:
    said = document()["components"]["responses"]["Preflight"]["headers"]
    values = {name: header["schema"].get("const") for name, header in said.items()}
    assert values == {
        "Access-Control-Allow-Origin": None,
        "Access-Control-Allow-Methods": ",".join(cors()["AllowMethods"]),
        "Access-Control-Allow-Headers": ",".join(cors()["AllowHeaders"]),
        "Access-Control-Max-Age": str(cors()["MaxAge"]),
    }
    assert cors()["ExposeHeaders"] == ["retry-after"], "docs/openapi.yaml says so at Retry-After"
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    for path in (FORM, "/events"):
        answer = door.client.options(path, headers=asked)
        assert answer.status_code == 204
        found = {name: answer.headers.get(name) for name in values}
        assert found == {**values, "Access-Control-Allow-Origin": ORIGIN}
        far = door.client.options(path, headers={**asked, **FAR})
        assert not values.keys() & set(far.headers.keys())


def test_the_limits_are_those_of_the_code() -> None:
    table = document()["info"]["description"].partition("|---|--:|---|\n")[2].strip()
    said = {
        name: int(most) for name, most, _ in (row[2:].split(" | ") for row in table.split("\n"))
    }
    assert said == {
        "bytes of a body": http.MAX_BODY,
        "bytes of a body of multipart/form-data, with the contents of files": http.MAX_UPLOAD,
        "lists and objects in each other in JSON": http.MAX_DEPTH,
        "fields of an urlencoded or multipart body": html_forms.MAX_FIELDS,
        "bytes of the headers of a part": multipart.MAX_HEAD,
        "bytes of undeclared fields of a form": forms.MAX_EXTRA,
        "depth of objects in a form's JSON": sent_names.MAX_DEPTH,
        "characters of the name of an undeclared field": sizes.MAX_NAME,
        "characters of a value of the context": context.MAX_CONTEXT,
        "characters of `event_id`, and of a form's `visitor_id`": context.MAX_KEY,
        "events of a call": capture.MAX_PER_CALL,
        "characters of the `visitor_id` of a call": context.MAX_KEY,
        "write units of a call": capture.MAX_UNITS,
        "properties of an event of a call": tracked.MAX_PROPERTIES,
        "bytes of an event's own properties": sizes.ANSWERS_BYTES,
    }
    schemas = document()["components"]["schemas"]
    call = schemas["Call"]["properties"]
    assert call["events"]["maxItems"] == capture.MAX_PER_CALL
    assert call["visitor_id"]["maxLength"] == context.MAX_KEY
    (results,) = document()["components"]["responses"]["Results"]["content"].values()
    assert results["schema"]["properties"]["results"]["maxItems"] == capture.MAX_PER_CALL


def test_what_a_page_may_send_is_what_the_code_reads() -> None:
    schemas = document()["components"]["schemas"]
    assert list(schemas["Context"]["properties"]) == context.NAMES
    assert set(schemas["Submission"]["properties"]) == vocabulary.ENVELOPE
    named, custom = schemas["Event"]["properties"]["type"]["anyOf"]
    assert set(named["enum"]) == vocabulary.BEACON_TYPES
    assert custom["pattern"] == f"^{vocabulary._CUSTOM.pattern.removesuffix(chr(92) + 'Z')}$"


def test_the_examples_are_taken(door: Door) -> None:
    sent = 0
    for method, path, operation in operations():
        if operation["tags"] in (["links"], ["cards"]):
            continue
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            for example in content["examples"].values():
                value = declared.resolved(example)["value"]
                body = value if isinstance(value, str) or "form" in kind else json.dumps(value)
                answer = door.client.open(
                    path.replace("{form}", "contact"), method=method, data=body, content_type=kind
                )
                assert answer.status_code in (201, 202), (kind, answer.text)
                schema = content["schema"]
                checked = declared.errors_of(json.dumps(schema))
                assert checked.is_valid(value)
                if "contentSchema" in schema:
                    inner = declared.errors_of(json.dumps(schema["contentSchema"]))
                    assert inner.is_valid(json.loads(value))
                sent += 1
    assert sent == 6


def test_it_is_a_document_of_openapi() -> None:
    assert [error.message for error in OPENAPI_31_VALIDATOR.iter_errors(document())] == []
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids))


def test_an_answer_that_is_not_declared_is_found(door: Door) -> None:
    event = {"routeKey": "POST /events", "requestContext": {"http": {"path": "/events"}}}
    headers = {"content-type": JSON, "cache-control": "no-store"}
    good = {
        "statusCode": 202,
        "headers": headers,
        "body": '{"results": [{"status": "no_consent"}]}',
    }
    declared.check(event, good)
    for other in (
        {"statusCode": 201},
        {"body": '{"results": []}'},
        {"body": ""},
        {"headers": {**headers, "content-type": HTML}},
        {"headers": {"content-type": JSON}},
        {"headers": {**headers, "location": "/"}},
    ):
        with pytest.raises(Undeclared):
            declared.check(event, {**good, **other})
