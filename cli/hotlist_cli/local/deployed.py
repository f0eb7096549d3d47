"""Reads what a deployed CloudFormation stack consists of: resources, parameters, template."""

import json
from dataclasses import dataclass
from typing import Any, Self

from ruamel.yaml import YAML

from hotlist_cli.local.ministack import MiniStack


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployed stack. It is read once.

    `names` has the physical name of each resource by its logical id (`EventsTable`), and `types`
    its CloudFormation type. `source` is the template as it was sent, with SAM's shorthand.
    `processed` is the template after SAM's transformation.
    """

    names: dict[str, str]
    types: dict[str, str]
    parameters: dict[str, str]
    outputs: dict[str, str]
    source: dict[str, Any]
    processed: dict[str, Any]

    @classmethod
    def read(cls, stack: MiniStack, stack_name: str) -> Self:
        cloudformation = stack.client("cloudformation")
        description = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_name)
        resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
        source, processed = (
            _template(
                cloudformation.get_template(StackName=stack_name, TemplateStage=stage)[
                    "TemplateBody"
                ]
            )
            for stage in ("Original", "Processed")
        )
        return cls(
            names={r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources},
            types={r["LogicalResourceId"]: r["ResourceType"] for r in resources},
            parameters={
                p["ParameterKey"]: p["ParameterValue"] for p in description.get("Parameters", [])
            },
            outputs={o["OutputKey"]: o["OutputValue"] for o in description.get("Outputs", [])},
            source=source,
            processed=processed,
        )

    def of_type(self, resource_type: str) -> dict[str, str]:
        """The physical names of all resources of a type, by logical id."""
        return {
            logical_id: self.names[logical_id]
            for logical_id, its_type in self.types.items()
            if its_type == resource_type
        }

    def value(self, written: object) -> object:
        """A value of the template. A `Ref` becomes a parameter's value or a resource's name."""
        if isinstance(written, dict) and set(written) == {"Ref"}:
            name = written["Ref"]
            return self.parameters.get(name, self.names.get(name))
        return written


def _template(body: str | dict[str, Any]) -> dict[str, Any]:
    """The template of a body from boto3, which parses JSON and leaves YAML as text."""
    if isinstance(body, dict):
        return body
    try:
        loaded: dict[str, Any] = json.loads(body)
    except ValueError:
        loaded = YAML(typ="safe", pure=True).load(body)
    return loaded
