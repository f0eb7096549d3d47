"""Makes the routes and the CORS settings of the HTTP API in MiniStack.

SAM writes the routes of an HttpApi into an OpenAPI body. AWS imports that body, MiniStack does not.
So the same routes are made by calls of its API, after the deployment.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from hotlist_cli.local.deployed import Deployed
from hotlist_cli.local.ministack import ACCOUNT, REGION, MiniStack

_FUNCTION: Final = re.compile(r"functions/\$\{(\w+)(?:\.\w+)?\}/invocations")
_CORS: Final = (
    "AllowOrigins",
    "AllowMethods",
    "AllowHeaders",
    "ExposeHeaders",
    "MaxAge",
    "AllowCredentials",
)


class NoApi(LookupError):
    """The template does not have exactly one HTTP API, or one of its routes has no function."""


def make(stack: MiniStack, deployed: Deployed) -> str:
    """Make the API's routes and set its CORS settings. Returns the API's id. :raises NoApi:"""
    apis = deployed.of_type("AWS::ApiGatewayV2::Api")
    if len(apis) != 1:
        raise NoApi(f"the template has {len(apis)} HTTP APIs, not one")
    ((logical_id, api_id),) = apis.items()
    gateway = stack.client("apigatewayv2")
    integrations: dict[str, str] = {}
    for route_key, function in _routes(deployed, logical_id):
        if function not in integrations:
            integrations[function] = gateway.create_integration(
                ApiId=api_id,
                IntegrationType="AWS_PROXY",
                IntegrationUri=function,
                PayloadFormatVersion="2.0",
            )["IntegrationId"]
        gateway.create_route(
            ApiId=api_id, RouteKey=route_key, Target=f"integrations/{integrations[function]}"
        )
    cors = _cors(deployed, logical_id)
    if cors:
        gateway.update_api(ApiId=api_id, CorsConfiguration=cors)
    return api_id


def _routes(deployed: Deployed, api: str) -> Iterator[tuple[str, str]]:
    """(route key, ARN of its function) for each route of the API's body."""
    body = deployed.processed["Resources"][api]["Properties"]["Body"]
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            integration = operation.get("x-amazon-apigateway-integration")
            if integration is None:
                continue
            found = _FUNCTION.search(integration["uri"]["Fn::Sub"])
            if found is None:
                raise NoApi(f"{method} {path} calls no function: {integration['uri']}")
            any_method = method == "x-amazon-apigateway-any-method"
            verb = "ANY" if any_method else method.upper()
            route_key = "$default" if path == "$default" else f"{verb} {path}"
            yield (
                route_key,
                f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{deployed.names[found[1]]}",
            )


def _cors(deployed: Deployed, api: str) -> dict[str, Any]:
    """The CORS settings of the SAM template. The transformed one has default values instead."""
    written = deployed.source["Resources"][api]["Properties"].get("CorsConfiguration") or {}
    cors: dict[str, Any] = {}
    for name in _CORS:
        value = deployed.value(written.get(name))
        if value is None:
            continue
        if isinstance(value, str) and name.startswith(("Allow", "Expose")):
            value = [part.strip() for part in value.split(",")]
        cors[name] = value
    return cors
