"""Which attributes a call writes, and docs/privacy.md, which names every one of them."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

PAGE: Final = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text("utf-8")

HEADS: Final = {
    "EventsTable": "datum",
    "LeadsTable": "datum of a lead",
    "IdentitiesTable": "datum of an identity",
    "DeliveriesTable": "datum of a delivery",
}
"""How the head of the list of each table begins."""

_CLAUSES: Final = re.compile(r"\b(?:SET|ADD|REMOVE|DELETE)\s+")
_INSERTED: Final = re.compile(r"'(\w+)': \?")


@cache
def listed(head: str) -> frozenset[str]:
    """The names in the first column of the list whose head begins so."""
    table = PAGE.partition(f"| {head} |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    return frozenset(name for cell in cells for name in re.findall(r"`(\w+)`", cell))


def hold(table: str, operation: str, params: Mapping[str, Any]) -> None:
    """Fail if a call writes an attribute that the page does not name."""
    if table in HEADS:
        unnamed = {*written(operation, params)} - listed(HEADS[table])
        if unnamed:
            pytest.fail(f"docs/privacy.md does not name {sorted(unnamed)} of {table}")


def written(operation: str, params: Mapping[str, Any]) -> Iterator[str]:
    """The names of the attributes that a call writes, those of the key among them."""
    if operation == "PutItem":
        yield from params["Item"]
    elif operation == "UpdateItem":
        yield from params["Key"]
        yield from updated(params["UpdateExpression"], params.get("ExpressionAttributeNames", {}))
    elif operation == "BatchExecuteStatement":
        for statement in params["Statements"]:
            yield from _INSERTED.findall(statement["Statement"])


def updated(expression: str, names: Mapping[str, str]) -> Iterator[str]:
    """The names of the attributes that an update expression changes."""
    # Commas in brackets part arguments, not attributes.
    plain = re.sub(r"\([^()]*\)", "", expression)
    for clause in filter(None, _CLAUSES.split(plain)):
        for part in clause.split(","):
            name = re.split(r"[\s=]", part.strip(), maxsplit=1)[0]
            yield names.get(name, name)
