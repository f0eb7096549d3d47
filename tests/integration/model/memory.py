"""DynamoDB in memory, for thousands of schedules: the calls that the stores make, and no others.

moto takes five times as long. A test holds the two equal. Items are never changed in place, so
whoever has read one keeps what was read.
"""

import itertools
from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from integration.model.expressions import Attributes, condition, update

Item = Mapping[str, Mapping[str, Any]]
Key = tuple[str, ...]

_NONE: Final[Mapping[str, Any]] = {}


class _Refused(ClientError):  # type: ignore[misc] # botocore has no types
    """A condition did not hold."""


class _Exceptions:
    ConditionalCheckFailedException = _Refused


class Table:
    """One table: its items by key, and all that its stream has had."""

    def __init__(self, keys: tuple[str, ...], indexes: Mapping[str, tuple[str, ...]]) -> None:
        self.keys, self.indexes = keys, indexes
        self.items: dict[Key, Item] = {}
        self.stream: list[dict[str, Any]] = []
        self._sorted: dict[str, list[str]] = {}
        self._numbers = itertools.count(1)

    def key(self, item: Item) -> Key:
        return tuple(item[name]["S"] for name in self.keys)

    def write(self, key: Key, item: Item | None) -> None:
        """Put an item, or delete it. What changes nothing is no record of the stream."""
        before = self.items.get(key)
        if item is None:
            self.items.pop(key, None)
        else:
            self.items[key] = item
        if len(self.keys) == 2 and (before is None) is not (item is None):
            held = self._sorted.setdefault(key[0], [])
            insort(held, key[1]) if before is None else held.remove(key[1])
        if before == item:
            return
        name = "INSERT" if before is None else "REMOVE" if item is None else "MODIFY"
        images = {"OldImage": before, "NewImage": item}
        change = {image: held for image, held in images.items() if held is not None}
        keys = {name: {"S": value} for name, value in zip(self.keys, key, strict=True)}
        number = str(next(self._numbers))
        self.stream.append(
            {
                "eventSource": "aws:dynamodb",
                "eventName": name,
                "dynamodb": {"Keys": keys, "SequenceNumber": number, **change},
            }
        )

    def partition(self, value: str) -> Iterator[Item]:
        """The items of one partition, in the order of their sort key."""
        for sort in self._sorted.get(value, ()):
            yield self.items[value, sort]


class MemoryClient:
    """Has the calls of a boto3 DynamoDB client that the stores make."""

    exceptions = _Exceptions

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables

    def get_item(self, **request: Any) -> dict[str, Any]:
        assert request["ConsistentRead"], "what decides is read consistently"
        table = self._tables[request["TableName"]]
        item = table.items.get(table.key(request["Key"]))
        return {} if item is None else {"Item": dict(item)}

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        answer = {}
        for name, wanted in request["RequestItems"].items():
            assert wanted["ConsistentRead"], "what decides is read consistently"
            table = self._tables[name]
            found = (table.items.get(table.key(key)) for key in wanted["Keys"])
            answer[name] = [_projected(item, wanted) for item in found if item is not None]
        return {"Responses": answer, "UnprocessedKeys": {}}

    def put_item(self, **request: Any) -> dict[str, Any]:
        table, item = self._tables[request["TableName"]], request["Item"]
        key = table.key(item)
        _check(table.items.get(key, _NONE), request, "PutItem")
        table.write(key, dict(item))
        return {}

    def delete_item(self, **request: Any) -> dict[str, Any]:
        table = self._tables[request["TableName"]]
        key = table.key(request["Key"])
        before = table.items.get(key, _NONE)
        _check(before, request, "DeleteItem")
        table.write(key, None)
        return {"Attributes": dict(before)} if before else {}

    def update_item(self, **request: Any) -> dict[str, Any]:
        table = self._tables[request["TableName"]]
        key = table.key(request["Key"])
        before = table.items.get(key, _NONE)
        names, values = _check(before, request, "UpdateItem")
        item: Attributes = {**request["Key"], **before}
        update(request["UpdateExpression"])(item, before, names, values)
        table.write(key, item)
        return {"Attributes": dict(item)}

    def query(self, **request: Any) -> dict[str, Any]:
        """One page: it ends at its limit alone, for nothing here is as large as two."""
        assert "FilterExpression" not in request, request
        table, wanted = self._tables[request["TableName"]], request["KeyConditionExpression"]
        names = request.get("ExpressionAttributeNames", _NONE)
        values = request["ExpressionAttributeValues"]
        holds = condition(wanted)
        if index := request.get("IndexName"):
            keys = table.indexes[index]
            indexed = (one for one in table.items.values() if all(key in one for key in keys))
            found = [one for one in indexed if holds(one, names, values)]
            found.sort(key=lambda one: one[keys[1]]["S"])
        else:
            assert request["ConsistentRead"], "what decides is read consistently"
            first = values[wanted.split()[2]]["S"]
            found = [one for one in table.partition(first) if holds(one, names, values)]
        if not request.get("ScanIndexForward", True):
            found.reverse()
        if start := request.get("ExclusiveStartKey"):
            assert not index, "an index is read in one page"
            found = found[[table.key(one) for one in found].index(table.key(start)) + 1 :]
        return _page(table, found, request)

    def scan(self, **request: Any) -> dict[str, Any]:
        """A page of the whole table, in an order in which no item ever changes its place."""
        assert not request.keys() & {"FilterExpression", "IndexName"}, request
        table = self._tables[request["TableName"]]
        keys = sorted(table.items)
        if start := request.get("ExclusiveStartKey"):
            keys = [key for key in keys if key > table.key(start)]
        return _page(table, [table.items[key] for key in keys], request)


def _page(table: Table, found: list[Item], request: Mapping[str, Any]) -> dict[str, Any]:
    """What is found, up to the limit, and where the next page begins."""
    page = found[: request.get("Limit", len(found))]
    answer: dict[str, Any] = {"Items": [_projected(one, request) for one in page]}
    if page and len(page) == request.get("Limit"):
        last = dict(zip(table.keys, table.key(page[-1]), strict=True))
        answer["LastEvaluatedKey"] = {name: {"S": value} for name, value in last.items()}
    return answer


def _check(
    before: Item, request: Mapping[str, Any], operation: str
) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """Check the condition of a write; give the names and values of its expressions."""
    names = request.get("ExpressionAttributeNames", _NONE)
    values = request.get("ExpressionAttributeValues", _NONE)
    wanted = request.get("ConditionExpression")
    if wanted is not None and not condition(wanted)(before, names, values):
        code = {"Code": "ConditionalCheckFailedException", "Message": wanted}
        is_asked = request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        raise _Refused({"Error": code, **({"Item": before} if is_asked else {})}, operation)
    return names, values


def _projected(item: Item, request: Mapping[str, Any]) -> Item:
    if "ProjectionExpression" not in request:
        return dict(item)
    names = request.get("ExpressionAttributeNames", _NONE)
    wanted = [one.strip() for one in request["ProjectionExpression"].split(",")]
    paths = [[names[part] if part[0] == "#" else part for part in one.split(".")] for one in wanted]
    shown: dict[str, Any] = {}
    for name, *inner in paths:
        held = item.get(name)
        if held is not None and not inner:
            shown[name] = held
        elif held is not None:
            (part,) = inner
            kept = {part: held["M"][part]} if part in held["M"] else {}
            shown[name] = {"M": {**shown.get(name, {"M": {}})["M"], **kept}}
    return shown


class MemoryTables:
    """The tables of the template, behind a client of their own."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        """`tables` has the template's properties of each, by short name."""
        self.names = {short: short for short in tables}
        self._schemas = {short: _schema(table) for short, table in tables.items()}
        self._tables: dict[str, Table] = {}
        self.client = MemoryClient(self._tables)
        self.clear()

    def clear(self) -> None:
        for short, (keys, indexes) in self._schemas.items():
            self._tables[self.names[short]] = Table(keys, indexes)

    def stream(self, short: str) -> list[dict[str, Any]]:
        """Every record that the stream of a table has had, as a consumer gets it."""
        return self._tables[self.names[short]].stream

    def items(self, short: str) -> Iterable[Item]:
        """Every item of a table."""
        return list(self._tables[self.names[short]].items.values())


def _schema(table: Mapping[str, Any]) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    indexes = table.get("GlobalSecondaryIndexes", ())
    return _keys(table), {one["IndexName"]: _keys(one) for one in indexes}


def _keys(table: Mapping[str, Any]) -> tuple[str, ...]:
    schema = sorted(table["KeySchema"], key=lambda one: one["KeyType"])
    assert [one["KeyType"] for one in schema] == ["HASH", "RANGE"][: len(schema)]
    return tuple(one["AttributeName"] for one in schema)
