"""Deployed stacks, as far as the command asks for them: their outputs."""

from typing import Any

import boto3


class Stacks:
    """A CloudFormation that knows the outputs of stacks."""

    def __init__(self, outputs: dict[str, dict[str, str]]) -> None:
        self._outputs = outputs

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - AWS's
        said = self._outputs.get(StackName, {})
        outputs = [{"OutputKey": name, "OutputValue": value} for name, value in said.items()]
        return {"Stacks": [{"Outputs": outputs}]}


def client(outputs: dict[str, dict[str, str]], service: str) -> Any:
    """What the command gets for `boto3.client`: moto, but for CloudFormation."""
    if service == "cloudformation":
        return Stacks(outputs)
    return boto3.session.Session().client(service)
