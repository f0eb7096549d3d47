"""`make schemas`: write the JSON Schemas by which an editor completes and checks config/*.yaml.

Those of forms and recipients are made from the models that the build checks with. That of rules has
the keywords that the build's readers take; a test holds both equal. An editor finds mistakes of
shape; `hotlist rules check` and the build find all.
"""

import json
from pathlib import Path
from typing import Any, Final

from hotlist.config.forms_schema import Forms
from hotlist.config.sales_schema import SalesFile
from hotlist.events.vocabulary import TYPES
from hotlist.leads.lead import Temperature
from hotlist.scoring.check import schema
from hotlist.scoring.rules import ACTIVITY

CONFIG: Final = Path(__file__).parents[2] / "config"
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"

Node = dict[str, Any]

_TEXT: Final[Node] = {"type": "string", "minLength": 1}
_NUMBER: Final[Node] = {"type": "number"}
_FLAG: Final[Node] = {"type": "boolean"}
_AMOUNT: Final[Node] = {"type": ["number", "string"]}
_PATTERN: Final[Node] = {"type": "object"}


def _ref(name: str) -> Node:
    return {"$ref": f"#/$defs/{name}"}


def _object(properties: dict[str, Node], *required: str) -> Node:
    found: Node = {"type": "object", "properties": properties, "additionalProperties": False}
    return found | ({"required": [*required]} if required else {})


def _list(items: Node, least: int = 0) -> Node:
    return {"type": "array", "items": items} | ({"minItems": least} if least else {})


def _map(values: Node) -> Node:
    return {"type": "object", "additionalProperties": values}


def _one_of(*nodes: Node) -> Node:
    return {"anyOf": [*nodes]}


def _scoring() -> Node:
    known = sorted({ACTIVITY, *TYPES} - {one for one in TYPES if one.startswith("score_")})
    event = _one_of({"enum": known}, {"type": "string", "pattern": "^custom:[a-z0-9_]{1,64}$"})
    events = _one_of(event, _list(event, 1))
    minimums = _one_of({"type": "integer"}, _map({"type": "integer"}))
    grades = _map(minimums)
    matcher = {"event": events, "where": _PATTERN}
    bounds = {"min": _NUMBER, "max": _NUMBER}
    temperature = {"warm": minimums, "hot": minimums, "rearm": _AMOUNT}
    count = {"type": "integer", "minimum": 1}
    definitions: dict[str, Node] = {
        "duration": {"type": "string", "pattern": r"^[0-9]"},
        "decay": _one_of(
            {"const": "none"},
            _object(
                {
                    "half_life": _ref("duration"),
                    "linear": _ref("duration"),
                    "lose": _AMOUNT,
                    "steps": _map(_AMOUNT),
                    "every": _ref("duration"),
                    "floor": _AMOUNT,
                }
            ),
        ),
        "award": _one_of(
            {"enum": ["each", "once", "per_day", "per_session", "latest"]},
            _object(
                {
                    "at_count": count,
                    "every": count,
                    "within": _one_of({"enum": ["day", "session"]}, _ref("duration")),
                    "distinct": _TEXT,
                }
            ),
        ),
        "lasts": _one_of({"const": "none"}, _ref("duration")),
        "matcher": _object(matcher),
        "band": _object(
            {
                "points": _NUMBER,
                "where": _PATTERN,
                "lead": _PATTERN,
                "score": {"type": "array"},
            },
            "points",
        ),
        "rule": _object(
            {
                "id": _ref("id"),
                "title": _one_of(_TEXT, _map(_TEXT)),
                "group": _TEXT,
                "event": events,
                "where": _PATTERN,
                "lead": _PATTERN,
                "inactive": _ref("duration"),
                "score": {"type": "array"},
                "unless": _object({**matcher, "within": _ref("duration"), "same": _TEXT}),
                "points": _NUMBER,
                "max": _NUMBER,
                "min": _NUMBER,
                "first_of": _list(_ref("band"), 1),
                "award": _ref("award"),
                "decay": _ref("decay"),
                "lasts": _ref("lasts"),
                "override": {"enum": [one.value for one in Temperature]},
                "humans_only": _FLAG,
                "active_from": _TEXT,
                "active_until": _TEXT,
            },
            "id",
        ),
        "id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$"},
    }
    group = _object(
        {
            **bounds,
            "weight": _AMOUNT,
            "decay": _ref("decay"),
            "lasts": _ref("lasts"),
        }
    )
    segment = {
        "id": _ref("id"),
        "lead": _PATTERN,
        "temperature": _object(temperature),
        "grades": grades,
        "suspended": _FLAG,
    }
    ruleset = {
        "timezone": _TEXT,
        "retention": _ref("duration"),
        "temperature": _object(temperature, "hot"),
        "grades": grades,
        "segments": _list(_object(segment, "id", "lead")),
        "groups": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": _one_of(group, {"type": "null"}),
        },
        "total": _object(bounds),
        "rules": _list(_ref("rule"), 1),
        "ignore": _list(_ref("matcher")),
        "domains": _map(_list(_TEXT)),
        "stages": _object({name: _list(_ref("matcher")) for name in sorted(schema.STAGES)}),
        "shadow": _TEXT,
    }
    return _object(ruleset, "temperature", "rules") | {"$defs": definitions}


def _without_null(node: Any) -> Any:
    """A schema of models as files are checked: a keyword without a value is refused."""
    if isinstance(node, list):
        return [_without_null(one) for one in node if one != {"type": "null"}]
    if not isinstance(node, dict):
        return node
    made = {
        name: _without_null(one)
        for name, one in node.items()
        if not (name == "default" and one is None)
    }
    choices = made.get("anyOf")
    if isinstance(choices, list) and len(choices) == 1:
        del made["anyOf"]
        made = {**choices[0], **made}
    return made


def schemas() -> dict[str, Node]:
    """The schema of each file, by the file's name without its ending."""
    made = {
        "forms": _without_null(Forms.model_json_schema(by_alias=True)),
        "sales": _without_null(SalesFile.model_json_schema(by_alias=True)),
        "scoring": _scoring(),
    }
    return {name: {"$schema": _DRAFT, "title": f"{name}.yaml"} | one for name, one in made.items()}


def as_text(schema_: Node) -> str:
    """How a schema stands in its file."""
    return json.dumps(schema_, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    for name, one in schemas().items():
        (CONFIG / f"{name}.schema.json").write_text(as_text(one), "utf-8")


if __name__ == "__main__":
    main()
