"""A WSGI application that does with requests what API Gateway does, in payload 2.0."""

import base64
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from cloudformation import resources

MOST_BYTES: Final = 10 * 1024 * 1024
"""What API Gateway takes of a body."""

_TEXTS: Final = ("application/json", "application/xml", "application/javascript")
_PART: Final = re.compile(r"\\{(\w+)\\}")

Answer = dict[str, Any]


def routes() -> Iterator[str]:
    """The routes of the template, by their keys, such as `POST /events` and `$default`."""
    for function in resources("AWS::Serverless::Function").values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "HttpApi":
                given = event["Properties"]
                yield f"{given['Method']} {given['Path']}" if "Path" in given else "$default"


def cors() -> dict[str, Any]:
    """The CORS settings of the template."""
    (api,) = resources("AWS::Serverless::HttpApi").values()
    settings: dict[str, Any] = api["CorsConfiguration"]
    return settings


class Gateway:
    """The HTTP API in front of a handler. `seen` is told of each request and its answer."""

    def __init__(
        self,
        handler: Callable[[dict[str, Any], Any], Answer],
        origins: Collection[str],
        seen: Callable[[dict[str, Any], Answer], None] = lambda event, answer: None,
    ) -> None:
        self._handler = handler
        self._origins = origins
        self._seen = seen
        self._routes = [(key, _pattern(key)) for key in routes() if key != "$default"]

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        origin, method = environ.get("HTTP_ORIGIN", ""), environ["REQUEST_METHOD"]
        if method == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
            answer: Answer = {"statusCode": 204, "headers": self._preflight(origin)}
        else:
            answer = self._invoked(environ)
        sent = {**answer["headers"]}
        if origin in self._origins:
            sent["access-control-allow-origin"] = origin
            sent["access-control-expose-headers"] = ",".join(cors()["ExposeHeaders"])
        status = answer["statusCode"]
        cookies = [("Set-Cookie", one) for one in answer.get("cookies", ())]
        start(f"{status} {HTTPStatus(status).phrase}", [*sent.items(), *cookies])
        body = answer.get("body", "")
        sent_body = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        return [b"" if method == "HEAD" else sent_body]

    def _invoked(self, environ: dict[str, Any]) -> Answer:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > MOST_BYTES:
            return {
                "statusCode": 413,
                "headers": {"content-type": "application/json"},
                "body": '{"message":"Request Entity Too Large"}',
            }
        event = self._event(environ, environ["wsgi.input"].read(length))
        # Lambda takes and gives JSON.
        answer: Answer = json.loads(json.dumps(self._handler(json.loads(json.dumps(event)), None)))
        self._seen(event, answer)
        return answer

    def _event(self, environ: dict[str, Any], raw: bytes) -> dict[str, Any]:
        method, path = environ["REQUEST_METHOD"], _text(environ["PATH_INFO"])
        key, parameters = self._route(method, path)
        headers = {
            name[len("HTTP_") :].lower().replace("_", "-"): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        kind = environ.get("CONTENT_TYPE", "")
        headers |= {"content-type": kind} if kind else {}
        query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        several: dict[str, list[str]] = {}
        for name, value in query:
            several.setdefault(name, []).append(value)
        body, is_base64 = _body(kind, raw)
        return {
            "version": "2.0",
            "routeKey": key,
            "rawPath": path,
            "rawQueryString": environ.get("QUERY_STRING", ""),
            "headers": headers,
            "requestContext": {
                "domainName": "api.example.com",
                "http": {"method": method, "path": path, "sourceIp": "203.0.113.77"},
            },
            "isBase64Encoded": is_base64,
            **({"pathParameters": parameters} if parameters else {}),
            **(
                {"queryStringParameters": {name: ",".join(many) for name, many in several.items()}}
                if several
                else {}
            ),
            **({"body": body} if raw else {}),
        }

    def _route(self, method: str, path: str) -> tuple[str, dict[str, str]]:
        for key, pattern in self._routes:
            if found := pattern.fullmatch(f"{method} {path}"):
                return key, found.groupdict()
        return "$default", {}

    def _preflight(self, origin: str) -> dict[str, str]:
        if origin not in self._origins:
            return {}
        settings = cors()
        return {
            "access-control-allow-methods": ",".join(settings["AllowMethods"]),
            "access-control-allow-headers": ",".join(settings["AllowHeaders"]),
            "access-control-max-age": str(settings["MaxAge"]),
        }


def _pattern(key: str) -> re.Pattern[str]:
    return re.compile(_PART.sub(r"(?P<\1>[^/]+)", re.escape(key)))


def _text(value: str) -> str:
    """What WSGI has as Latin-1."""
    return value.encode("latin-1").decode("utf-8", "replace")


def _body(content_type: str, raw: bytes) -> tuple[str, bool]:
    """The body as a text where it is one by its type, else in base64."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith("text/") or kind in _TEXTS:
        try:
            return raw.decode(), False
        except UnicodeDecodeError:  # JSON cannot hold it
            pass
    return base64.b64encode(raw).decode(), True
