"""How many functions run at once beside capture, with the parameters as shipped. Pure."""

from collections.abc import Mapping
from typing import Any, Final

NEW_ACCOUNT: Final = 10
"""How many functions a new account runs at once."""

FOR_CAPTURE: Final = 2
"""How many of them are to be left for the door, with one busy shard a stream."""


def by_source(
    resources: Mapping[str, Any], parameters: Mapping[str, Any], shards: int
) -> dict[str, int]:
    """By mapping and schedule: the most invocations at once, with so many busy shards a stream."""
    found = {}
    for name, resource in resources.items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Lambda::EventSourceMapping":
            found[name] = _of_mapping(name, properties, parameters, shards)
        for event, source in properties.get("Events", {}).items():
            if resource["Type"] == "AWS::Serverless::Function" and source["Type"] == "ScheduleV2":
                found[f"{name}{event}"] = 1  # it ends long before the next run begins
    return found


def _of_mapping(
    name: str, properties: Mapping[str, Any], parameters: Mapping[str, Any], shards: int
) -> int:
    if "StreamArn" in str(properties["EventSourceArn"]):
        factor = properties.get("ParallelizationFactor", 1)
        shipped = parameters[factor["Ref"]]["Default"] if isinstance(factor, dict) else factor
        return shards * int(shipped)
    if "ScalingConfig" not in properties:
        raise ValueError(f"{name}: a queue's mapping needs a MaximumConcurrency in template.yaml")
    return int(properties["ScalingConfig"]["MaximumConcurrency"])
