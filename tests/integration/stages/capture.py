"""The capture function over moto's tables, and the requests that tests send to it."""

import json
from typing import Any

import declared
from integration.lambdas import http_event

GOOD = {"name": "Ada", "email": "ada@example.org", "message": "Hi"}


class Api:
    """The handler with its table; `calls` are the AWS operations made so far."""

    def __init__(self, app: Any, client: Any, table: str) -> None:
        self.app = app
        self.calls: list[str] = []
        self.units = 0.0
        self._client, self._table = client, table
        app.client.meta.events.register("before-call.dynamodb", self._call)
        self._handler, app.handler = app.handler, self._answer

    def _answer(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        """What the handler answers; it is held against docs/openapi.yaml."""
        answer: dict[str, Any] = self._handler(event, context)
        declared.check(event, answer)
        return answer

    def _call(self, model: Any, **_: Any) -> None:
        self.calls.append(model.name)

    def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        text = body if isinstance(body, str) else json.dumps(body)
        answer = self.app.handler(http_event("POST", path, text, **headers), None)
        sent = answer.get("body", "")
        is_json = "json" in answer["headers"].get("content-type", "")
        return answer["statusCode"], json.loads(sent) if is_json else sent

    def items(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self._client.scan(TableName=self._table)["Items"]
        return items
