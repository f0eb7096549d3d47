"""The functions' own code against moto: handlers imported with settings as the template gives."""

import importlib.util
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from integration.permissions import Role

ROOT = Path(__file__).parents[2]


def load(name: str, environment: dict[str, str], patch: pytest.MonkeyPatch) -> Any:
    """Import `functions/<name>/app.py` anew, as a cold start does; its `role` sees its calls."""
    common = {"POWERTOOLS_SERVICE_NAME": name, "POWERTOOLS_METRICS_NAMESPACE": "Hotlist"}
    for key, value in {**common, **environment}.items():
        patch.setenv(key, value)
    spec = importlib.util.spec_from_file_location(
        f"{name}_app", ROOT / "functions" / name / "app.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    patch.setitem(sys.modules, spec.name, module)
    patch.setattr("hotlist.store.client._connect", lambda client, table: None)
    module.role = role = Role(name, environment)  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as held:
        role.hold_new_clients(held)
        spec.loader.exec_module(module)
    module.handler = role.invoked(module.handler)  # type: ignore[attr-defined]
    return module


ADDRESS = "203.0.113.77"
"""Where requests come from."""


def http_event(
    method: str, path: str, body: str = "", route: str | None = None, **headers: str
) -> dict[str, Any]:
    """A payload 2.0 request as API Gateway sends it."""
    path, _, query = path.partition("?")
    form = path.removeprefix("/forms/") if path.startswith("/forms/") else None
    return {
        "version": "2.0",
        "routeKey": route or (f"{method} /forms/{{form}}" if form else f"{method} {path}"),
        "headers": {"content-type": "application/json"}
        | {name.replace("_", "-"): value for name, value in headers.items()},
        "pathParameters": {"form": form} if form else None,
        "queryStringParameters": dict(parse_qsl(query)),
        "requestContext": {
            "domainName": "api.example.com",
            "http": {"method": method, "path": path, "sourceIp": ADDRESS},
        },
        "body": body,
        "isBase64Encoded": False,
    }


def stream_event(*images: dict[str, Any], name: str = "INSERT") -> dict[str, Any]:
    """A DynamoDB stream batch of these items."""
    records = []
    for number, image in enumerate(images):
        keys = ("subject", "event_key") if "event_key" in image else ("lead_id",)
        records.append(
            {
                "eventSource": "aws:dynamodb",
                "eventName": name,
                "dynamodb": {
                    "Keys": {key: image[key] for key in keys},
                    "NewImage": image,
                    "SequenceNumber": str(100 + number),
                },
            }
        )
    return {"Records": records}
