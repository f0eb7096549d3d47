"""What the roles of template.yaml allow, and the functions of tests held to it."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from botocore.session import Session
from moto.core.models import patch_client

from cloudformation import resources
from integration import writes

Calls = dict[str, set[str]]
"""Actions by resource: `{"EventsTable": {"PutItem"}}`. An index is `LeadsTable/index/by_day`."""


def role(name: str) -> dict[str, Any]:
    """The properties of the role of a function, its own."""
    function = resources("AWS::Serverless::Function")[f"{name.capitalize()}Function"]
    resource, _ = function["Role"]["Fn::GetAtt"]
    assert resource == f"{name.capitalize()}Role"
    properties: dict[str, Any] = resources("AWS::IAM::Role")[resource]
    return properties


def statements(name: str) -> Iterator[dict[str, Any]]:
    for policy in role(name)["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def allowed(name: str) -> Calls:
    """What the role of a function allows."""
    calls: Calls = {}
    for statement in statements(name):
        assert statement["Effect"] == "Allow"
        for resource in as_list(statement["Resource"]):
            actions = {action.split(":")[1] for action in as_list(statement["Action"])}
            calls.setdefault(short(resource), set()).update(actions)
    return calls


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def short(resource: Any) -> str:
    """A resource of a policy by its logical id."""
    if resource == "*":
        return "*"
    if "Ref" in resource:
        return str(resource["Ref"])
    if "Fn::GetAtt" in resource:
        name, attribute = resource["Fn::GetAtt"]
        return str(name) if attribute == "Arn" else f"{name}.{attribute}"
    text = str(resource["Fn::Sub"])
    if ":ses:" in text:
        return "ses"
    if ":event-source-mapping:" in text:
        return text.rpartition("${")[2].removesuffix("}")
    return text.replace("${", "").replace(".Arn}", "").removesuffix("/*").removesuffix("/rewards")


class Role:
    """Holds every client that a function makes to the function's role, while it is invoked.

    What it writes into a table is held against docs/privacy.md, too.

    Tests use these clients too, between invocations; nobody holds them to anything then.
    """

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        self.called: Calls = {}
        self._name, self._allowed = name, allowed(name)
        self._resources = {
            value: "".join(word.capitalize() for word in re.sub("_(URL|ARN)$", "", key).split("_"))
            for key, value in environment.items()
        }
        self._is_invoked = False

    def hold_new_clients(self, patch: pytest.MonkeyPatch) -> None:
        create = Session.create_client

        def create_held(session: Session, service: str, *args: Any, **named: Any) -> Any:
            client = create(session, service, *args, **named)
            patch_client(client)  # it has no built-in handlers, and moto comes with those
            client.meta.events.register(f"provide-client-params.{service}", self._asked)
            return client

        patch.setattr(Session, "create_client", create_held)

    def invoked(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        """The handler, with its calls held to the role, also of clients that it makes late."""

        def invoke(event: Any, context: object) -> Any:
            self._is_invoked = True
            try:
                with pytest.MonkeyPatch.context() as held:
                    self.hold_new_clients(held)
                    return handler(event, context)
            finally:
                self._is_invoked = False

        return invoke

    def _asked(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if self._is_invoked:
            for name, action in _calls(model.name, params):
                if name in self._resources:  # a test may break a setting
                    self._call(self._resources[name], params.get("IndexName"), action)
                    writes.hold(self._resources[name], model.name, params)

    def _call(self, resource: str, index: str | None, action: str) -> None:
        what = f"{resource}/index/{index}" if index else resource
        if action not in self._allowed.get(what, ()):
            pytest.fail(f"the role of {self._name} does not allow {action} on {what}")
        self.called.setdefault(what, set()).add(action)


def _calls(operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The physical names of what a call is about, with the action that IAM asks for."""
    if operation == "BatchExecuteStatement":
        for statement in params["Statements"]:
            found = re.match(r'INSERT INTO "([\w.-]+)"', statement["Statement"])
            assert found, statement
            yield found[1], "PartiQLInsert"
    elif "RequestItems" in params:
        yield from ((name, operation) for name in params["RequestItems"])
    elif "Bucket" in params:
        yield (
            params["Bucket"],
            "GetObject",
        )  # IAM has no right of its own to ask whether it is there
    elif "UUID" in params or "SecretId" in params:
        yield params.get("UUID") or params["SecretId"], operation
    elif "QueueUrl" in params:
        yield params["QueueUrl"], operation.removesuffix("Batch")
    else:
        yield params["TableName"], operation
