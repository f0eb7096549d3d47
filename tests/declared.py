"""docs/openapi.yaml as tests read it: what is declared, and whether an answer is as declared."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
from ruamel.yaml import YAML

FILE: Final = Path(__file__).parents[1] / "docs" / "openapi.yaml"
LINKS: Final = ("confirm", "unsubscribe", "d", "o", "c")
"""The links in mails: the first parts of their paths. HEAD is answered as GET."""

CARDS: Final = ("leads", "lists")
"""Those of the function card. What is no whole link, or another method, comes to capture."""

POSTED: Final = ("confirm", "unsubscribe", "d")
"""Those that have a button."""

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

BY_GATEWAY: Final = frozenset({429, 500})
"""What API Gateway alone answers on a route of capture."""


class Undeclared(AssertionError):
    """An answer is not as the document says."""


@cache
def document() -> dict[str, Any]:
    """The document as it stands in the repository."""
    loaded = YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))
    copied: dict[str, Any] = json.loads(json.dumps(loaded))  # no part is another's
    return copied


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path, operation) for each operation."""
    for path, item in document()["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def resolved(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference refers to; anything else as it is."""
    while "$ref" in node:
        found: Any = document()
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


@cache
def errors_of(schema: str) -> jsonschema_rs.Draft202012Validator:
    """What validates against a schema, given as JSON; its references are those of the document."""
    named = {"components": {"schemas": document()["components"]["schemas"]}}
    return jsonschema_rs.Draft202012Validator({**json.loads(schema), **named})


def check(event: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    """Hold an answer of capture, in payload 2.0, against the document.

    :raises Undeclared: if its status, type, headers or body are not those of its operation.
    """
    where = f"{event['routeKey']}, {answer['statusCode']}"
    operation = _operation(event)
    response = resolved(operation["responses"].get(str(answer["statusCode"]), {}))
    if not response:
        raise Undeclared(f"{where}: no such status")
    sent = {name.lower(): value for name, value in answer["headers"].items()}
    if cookies := answer.get("cookies"):
        (sent["set-cookie"],) = cookies
    kind = sent.pop("content-type", "").partition(";")[0]
    body, content = answer.get("body", ""), response.get("content", {})
    if (kind not in content) if body or content else kind:
        raise Undeclared(f"{where}: no such Content-Type: {kind!r}")
    _check_headers(where, sent, response.get("headers", {}))
    if kind in content:
        try:
            value = json.loads(body) if "json" in kind else body
        except ValueError as error:
            raise Undeclared(f"{where}: the body is no JSON") from error
        _check_value(f"{where}: body", value, content[kind]["schema"])


def _operation(event: Mapping[str, Any]) -> dict[str, Any]:
    """Another method than those that are declared is answered like GET; of a link, like PUT."""
    key, asked = event["routeKey"], event["requestContext"]["http"]
    if key == "$default":
        first, *rest = asked["path"].strip("/").split("/")
        kind, method = first.lower(), asked["method"]
        known = {("events", 0): "/events", ("forms", 1): "/forms/{form}"}
        path = known.get((first, len(rest)), "/{elsewhere}")
        taken = "GET"
        if kind in (*LINKS, *CARDS):
            path = f"/{kind}/{{token}}"
            posted = {"POST": "POST"} if kind in (*POSTED, *CARDS) else {}
            taken = {"GET": "GET", "HEAD": "GET", **posted}.get(method, "PUT")
        key = f"{taken} {path}"
    return next(one for method, path, one in operations() if f"{method} {path}" == key)


def _check_headers(where: str, sent: Mapping[str, str], declared: Mapping[str, Any]) -> None:
    known = {name.lower(): resolved(header) for name, header in declared.items()}
    for name, value in sent.items():
        if name not in known:
            raise Undeclared(f"{where}: no such header: {name}")
        _check_value(f"{where}: {name}", value, known[name]["schema"])
    for name, header in known.items():
        if header.get("required") and name not in sent:
            raise Undeclared(f"{where}: the header {name} is missing")


def _check_value(where: str, value: object, schema: Mapping[str, Any]) -> None:
    for error in errors_of(json.dumps(schema)).iter_errors(value):
        raise Undeclared(f"{where}: {error.message}")
