"""What DynamoDB is asked and what that costs: calls, read units, write units.

moto says half a unit for every query, whatever it has read. So units are reckoned here as AWS
documents them, from the bytes of the items that went over the wire.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
READ_UNIT, WRITE_UNIT = 4096, 1024


@dataclass
class Bill:
    """Calls by name, and units. Index writes are the writes to tables' indexes."""

    calls: Counter[str] = field(default_factory=Counter)
    consistent: float = 0
    eventual: float = 0
    writes: int = 0
    index_writes: int = 0


class Meter:
    """Meters one client; `plain` is another one, by which the meter itself looks at tables."""

    def __init__(self, metered: Any, plain: Any) -> None:
        self._bill = Bill()
        self._plain = plain
        self._tables: dict[str, Any] = {}
        metered.meta.events.register_first("before-call.dynamodb", self._asked)
        metered.meta.events.register_first("after-call.dynamodb", self._answered)

    def bill(self) -> Bill:
        """What has come up since the last bill."""
        bill, self._bill = self._bill, Bill()
        return bill

    def _asked(self, model: Any, params: Any, context: Any, **_: Any) -> None:
        request = json.loads(params["body"])
        if "FilterExpression" in request or "ProjectionExpression" in request.get(
            "RequestItems", request if model.name != "Query" else {}
        ):
            raise NotImplementedError("the answer does not show all that is read then")
        context["metered"] = request, self._stored(model.name, request)

    def _answered(self, model: Any, parsed: Any, context: Any, **_: Any) -> None:
        request, before = context["metered"]
        self._bill.calls[model.name] += 1
        reckon: dict[str, Callable[..., None]] = {
            "GetItem": self._get,
            "Query": self._query,
            "BatchGetItem": self._batch_get,
            "PutItem": self._write,
            "UpdateItem": self._write,
            "BatchExecuteStatement": self._statements,
        }
        reckon[model.name](request, parsed, before, model.name)

    def _get(self, request: Any, parsed: Any, *_: Any) -> None:
        self._read([parsed.get("Item", {})], request)

    def _query(self, request: Any, parsed: Any, *_: Any) -> None:
        """What a projection leaves out is read, too."""
        if "ProjectionExpression" in request:
            names = ("ProjectionExpression", "ExpressionAttributeNames")
            parsed = self._plain.query(**{k: v for k, v in request.items() if k not in names})
        self._read(parsed["Items"], request)

    def _batch_get(self, request: Any, parsed: Any, *_: Any) -> None:
        for table, asked in request["RequestItems"].items():
            found = parsed["Responses"].get(table, [])
            for item in [*found, *[{}] * (len(asked["Keys"]) - len(found))]:
                self._read([item], asked)

    def _read(self, items: Iterable[Item], request: Any) -> None:
        """One page, or one item: their bytes together, rounded up."""
        units = max(1, math.ceil(sum(map(size, items)) / READ_UNIT))
        if request.get("ConsistentRead"):
            self._bill.consistent += units
        else:
            self._bill.eventual += units / 2

    def _write(self, request: Any, parsed: Any, before: Item, name: str) -> None:
        error = parsed.get("Error", {}).get("Code")
        if error not in (None, "ConditionalCheckFailedException"):
            return
        after = before if error else self._stored(name, request)
        self._bill.writes += write_units(before, after)
        for index in self._table(request["TableName"]).get("GlobalSecondaryIndexes", ()):
            self._bill.index_writes += _index_units(self._entry(request, index, before, after))

    def _statements(self, request: Any, parsed: Any, *_: Any) -> None:
        for statement in request["Statements"]:
            self._bill.writes += write_units(_inserted(statement))

    def _entry(self, request: Any, index: Any, *items: Item) -> list[tuple[Any, Item]]:
        """The entries of these items in an index: key and all that is projected."""
        table = self._table(request["TableName"])
        keys = [key["AttributeName"] for key in index["KeySchema"]]
        shown = {*keys, *(key["AttributeName"] for key in table["KeySchema"])}
        shown |= {*index["Projection"].get("NonKeyAttributes", ())}
        if index["Projection"]["ProjectionType"] == "ALL":
            raise NotImplementedError("no index of ours projects everything")
        return [
            ([item[key] for key in keys], {name: item[name] for name in shown & item.keys()})
            if all(key in item for key in keys)
            else (None, {})
            for item in items
        ]

    def _stored(self, name: str, request: Any) -> Item:
        """The item that a write is about, as it is stored now; empty if there is none."""
        if name not in ("PutItem", "UpdateItem"):
            return {}
        given = request.get("Key") or request["Item"]
        keys = self._table(request["TableName"])["KeySchema"]
        key = {part["AttributeName"]: given[part["AttributeName"]] for part in keys}
        answer = self._plain.get_item(TableName=request["TableName"], Key=key, ConsistentRead=True)
        item: Item = answer.get("Item", {})
        return item

    def _table(self, name: str) -> Any:
        if name not in self._tables:
            self._tables[name] = self._plain.describe_table(TableName=name)["Table"]
        return self._tables[name]


def takes_insert_statements(metered: Any, plain: Any) -> None:
    """Stand in for moto, which refuses INSERT statements with parameters."""

    def execute(model: Any, params: Any, **_: Any) -> tuple[Any, Any] | None:
        if model.name != "BatchExecuteStatement":
            return None
        responses: list[dict[str, Any]] = []
        for statement in json.loads(params["body"])["Statements"]:
            table = re.findall(r'^INSERT INTO "([^"]+)" VALUE ', statement["Statement"])[0]
            try:
                plain.put_item(
                    TableName=table,
                    Item=_inserted(statement),
                    ConditionExpression="attribute_not_exists(event_key)",
                )
            except plain.exceptions.ConditionalCheckFailedException:
                responses.append({"Error": {"Code": "DuplicateItem"}})
            else:
                responses.append({"TableName": table})
        return SimpleNamespace(status_code=200), {"Responses": responses}

    metered.meta.events.register_last("before-call.dynamodb", execute)


def _inserted(statement: Any) -> Item:
    names = re.findall(r"'(\w+)': \?", statement["Statement"])
    return dict(zip(names, statement["Parameters"], strict=True))


def _index_units(entries: list[tuple[Any, Item]]) -> int:
    (key_before, before), (key_after, after) = entries
    if before == after:
        return 0
    if key_before == key_after:
        return write_units(before, after)
    return sum(write_units(entry) for entry in (before, after) if entry)


def write_units(*items: Item) -> int:
    """Of a write that finds and leaves these: the larger counts, and none is free."""
    return max(1, *(math.ceil(size(item) / WRITE_UNIT) for item in items))


def size(item: Item) -> int:
    """An item's bytes as DynamoDB counts them."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, held),) = value.items()
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value_size(part) for name, part in held.items())
    if kind == "S":
        return len(held.encode())
    if kind == "N":
        digits = len(held.lstrip("-").replace(".", "").strip("0"))
        return (digits + 1) // 2 + 1 + int(held.startswith("-"))
    if kind == "SS":
        return sum(len(one.encode()) for one in held)
    if kind in ("BOOL", "NULL"):
        return 1
    raise NotImplementedError(f"Hotlist stores no {kind}")
