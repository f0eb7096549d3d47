"""The outputs and parameters of a deployed stack: queues, tables, secrets, the sender."""

from typing import Any


class NoOutput(LookupError):
    """The stack lacks an output: it was deployed by an older version."""


def of_stack(cloudformation: Any, stack: str, *names: str) -> tuple[str, ...]:
    """The values of these outputs. :raises NoOutput: with the first that the stack lacks."""
    (described,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    found = {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", ())}
    for name in names:
        if name not in found:
            raise NoOutput(f"the stack {stack} has no {name}: deploy it again")
    return tuple(found[name] for name in names)


def parameter(cloudformation: Any, stack: str, name: str) -> str:
    """The value of a parameter. :raises NoOutput: if the stack has none of this name."""
    (described,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    for one in described.get("Parameters", ()):
        if one["ParameterKey"] == name:
            return str(one["ParameterValue"])
    raise NoOutput(f"the stack {stack} has no parameter {name}: deploy it again")
