"""template.yaml as tests read it: plain dictionaries, short tags as their long forms."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.nodes import MappingNode, ScalarNode

ROOT = Path(__file__).parent.parent

OWN_METRICS: Final = {"Fn::Sub": "Hotlist/${Stage}"}
"""The namespace of our own metrics."""


class _Constructor(SafeConstructor):
    """Reads `!Sub x` as `{"Fn::Sub": x}` and so on."""


def _short_tag(constructor: Any, suffix: str, node: Any) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, ScalarNode):
        value: Any = constructor.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, MappingNode):
        value = constructor.construct_mapping(node, deep=True)
    else:
        value = constructor.construct_sequence(node, deep=True)
    return {name: value}


_Constructor.add_multi_constructor("!", _short_tag)


@cache
def template() -> dict[str, Any]:
    """The template as it stands in the repository."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Constructor
    loaded: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(encoding="utf-8"))
    return loaded


def resources(resource_type: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of a type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template()["Resources"].items()
        if resource["Type"] == resource_type
    }


def watched(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The namespace, the name and the dimensions of each metric of an alarm."""
    alarm = resources("AWS::CloudWatch::Alarm")[name]
    plain = [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", ()) if "MetricStat" in one]
    for metric in plain or [alarm]:
        namespace = metric["Namespace"]
        dimensions = {one["Name"]: one["Value"] for one in metric.get("Dimensions", ())}
        yield (
            "Hotlist" if namespace == OWN_METRICS else namespace,
            metric["MetricName"],
            dimensions,
        )
