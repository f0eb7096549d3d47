"""A DynamoDB that keeps items, pages as AWS does, counts units, and lets each call wait.

It knows Hotlist's tables and the calls that Hotlist makes. A page ends with the item that brings it
to 1 MB, counting whole items also where only a part of each is shown.
"""

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from bench import expressions
from bench.units import READ_UNIT, Bill, Item, index_units, size, write_units

PAGE: Final = 1_000_000
MOST_READ, MOST_STATEMENTS = 100, 25
KEYS: Final[Mapping[str, Sequence[str]]] = {
    "events": ("subject", "event_key"),
    "leads": ("lead_id",),
    "identities": ("subject",),
    "deliveries": ("delivery_id",),
}
INDEX: Final = ("temperature_key", "due_at")
"""The key of the index of hot and warm leads."""

PROJECTED: Final = (*INDEX, "lead_id", "total", "owner", "channel", "hot_since")
DAYS: Final = ("created_day", "created_at")
"""The key of the index of leads by the day on which they were created."""

OF_DAYS: Final = (*DAYS, "lead_id", "owner", "channel")
INDEXES: Final = {"by_temperature_and_due": (INDEX, PROJECTED), "by_day": (DAYS, OF_DAYS)}


class Refused(Exception):
    """DynamoDB would answer with this code."""


@dataclass(frozen=True, slots=True)
class Stored:
    item: Item
    text: str
    size: int

    @classmethod
    def of(cls, item: Item) -> "Stored":
        return cls(item, json.dumps(item, separators=(",", ":")), size(item))


Partition = dict[str, Stored]


class Tables:
    """`seconds` is how long each call waits, `cpu` the processor's time that this stub itself took.

    With `log` set to a list, every request is kept there with its operation.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.cpu = 0.0
        self.log: list[tuple[str, Any]] | None = None
        self._bill = Bill()
        self._lock = Lock()
        self._held: dict[str, dict[str, Partition]] = {name: {} for name in KEYS}
        self._indexed: dict[str, dict[str, list[Stored]]] = {}

    def bill(self) -> Bill:
        """What has come up since the last bill."""
        bill, self._bill = self._bill, Bill()
        return bill

    def put(self, table: str, item: Item) -> None:
        """Store an item at no cost."""
        stored, (partition, sort) = Stored.of(item), _key(table, item)
        self._held[table].setdefault(partition, {})[sort] = stored
        self._indexed = {}

    def items(self, table: str) -> Iterator[Item]:
        return (one.item for held in self._held[table].values() for one in held.values())

    def snapshot(self) -> Any:
        """What is stored now, for `restore`."""
        return {
            table: {name: dict(held) for name, held in partitions.items()}
            for table, partitions in self._held.items()
        }

    def restore(self, snapshot: Any) -> None:
        self._held = {
            table: {name: dict(held) for name, held in partitions.items()}
            for table, partitions in snapshot.items()
        }
        self._indexed = {}

    def answer(self, operation: str, body: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer to a request."""
        began = time.thread_time()
        request = json.loads(body)
        with self._lock:
            if self.log is not None:
                self.log.append((operation, request))
            self._bill.calls[operation] += 1
            try:
                status, answer = 200, getattr(self, f"_{operation}")(request)
            except Refused as refused:
                kind = f"com.amazonaws.dynamodb.v20120810#{refused}"
                status, answer = 400, json.dumps({"__type": kind, "message": str(refused)})
            self.cpu += time.thread_time() - began
        time.sleep(self.seconds)
        return status, answer.encode()

    # --- reads ---------------------------------------------------------------------------------

    def _GetItem(self, request: Any) -> str:
        found = self._find(request["TableName"], request["Key"])
        self._read([found], request)
        return f'{{"Item":{found.text}}}' if found else "{}"

    def _BatchGetItem(self, request: Any) -> str:
        answers = []
        keys = [
            (name, key) for name, asked in request["RequestItems"].items() for key in asked["Keys"]
        ]
        if len(keys) > MOST_READ or len({str(key) for key in keys}) < len(keys):
            raise Refused("ValidationException")
        for name, asked in request["RequestItems"].items():
            found = [self._find(name, key) for key in asked["Keys"]]
            for one in found:
                self._read([one], asked)
            answers.append(f'"{name}":[{",".join(one.text for one in found if one)}]')
        return f'{{"Responses":{{{",".join(answers)}}},"UnprocessedKeys":{{}}}}'

    def _Query(self, request: Any) -> str:
        values = request["ExpressionAttributeValues"]
        name, index = request["TableName"], request.get("IndexName")
        partition_key, sort_key = INDEXES[index][0] if index else KEYS[name.lower()]
        condition = request["KeyConditionExpression"]
        (value,) = re.findall(rf"^{partition_key} = (:\w+)", condition)
        partition = values[value]["S"]
        if index:
            found = self._index(index).get(partition, [])
        else:
            held = self._held[name.lower()].get(partition, {})
            found = [held[sort] for sort in sorted(held)]
        for function, given in re.findall(rf"(begins_with)\({sort_key}, (:\w+)\)", condition) or (
            re.findall(rf"{sort_key} (<=) (:\w+)", condition)
        ):
            limit = values[given]["S"]
            found = [
                one
                for one in found
                if (
                    one.item[sort_key]["S"].startswith(limit)
                    if function == "begins_with"
                    else one.item[sort_key]["S"] <= limit
                )
            ]
        for first, last in re.findall(rf"{sort_key} BETWEEN (:\w+) AND (:\w+)", condition):
            ends = values[first]["S"], values[last]["S"]
            found = [one for one in found if ends[0] <= one.item[sort_key]["S"] <= ends[1]]
        if request.get("ScanIndexForward") is False:
            found = found[::-1]
        return self._page(request, found)

    def _Scan(self, request: Any) -> str:
        held = self._held[request["TableName"].lower()]
        return self._page(request, [one for name in sorted(held) for one in held[name].values()])

    def _page(self, request: Any, found: Sequence[Stored]) -> str:
        """The items after `ExclusiveStartKey`, until a page is full."""
        start = 0
        if after := request.get("ExclusiveStartKey"):
            same = (n for n, one in enumerate(found) if after.items() <= one.item.items())
            start = next(same, len(found)) + 1
        page: list[Stored] = []
        weight = 0
        for one in found[start:]:
            page.append(one)
            weight += one.size
            if weight >= PAGE or len(page) == request.get("Limit"):
                break
        self._read(page, request)
        last = ""
        if start + len(page) < len(found):
            names = (
                *KEYS[request["TableName"].lower()],
                *(INDEXES[request["IndexName"]][0] if "IndexName" in request else ()),
            )
            key = {name: page[-1].item[name] for name in names}
            last = f',"LastEvaluatedKey":{json.dumps(key)}'
        shown = ",".join(one.text for one in page)
        return f'{{"Items":[{shown}],"Count":{len(page)}{last}}}'

    def _read(self, items: Iterable[Stored | None], request: Any) -> None:
        units = max(1, -(-sum(one.size for one in items if one) // READ_UNIT))
        if request.get("ConsistentRead"):
            self._bill.consistent += units
        else:
            self._bill.eventual += units / 2

    # --- writes --------------------------------------------------------------------------------

    def _PutItem(self, request: Any) -> str:
        if not request["Item"]:
            raise Refused("ValidationException")  # how a function opens its connection
        self._write(request, request["Item"], request["Item"])
        return "{}"

    def _UpdateItem(self, request: Any) -> str:
        before = self._find(request["TableName"], request["Key"])
        item = {**request["Key"], **(before.item if before else {})}
        after = expressions.updated(request, item)
        self._write(request, request["Key"], after)
        shown = request.get("ReturnValues") == "ALL_NEW"
        return json.dumps({"Attributes": after} if shown else {})

    def _BatchExecuteStatement(self, request: Any) -> str:
        if len(request["Statements"]) > MOST_STATEMENTS:
            raise Refused("ValidationException")
        answers: list[Any] = []
        for statement in request["Statements"]:
            (table,) = re.findall(r'^INSERT INTO "([^"]+)" VALUE ', statement["Statement"])
            names = re.findall(r"'(\w+)': \?", statement["Statement"])
            item = dict(zip(names, statement["Parameters"], strict=True))
            self._bill.writes += write_units(item)
            if self._find(table, item):
                answers.append({"Error": {"Code": "DuplicateItem"}})
            else:
                self.put(table.lower(), item)
                answers.append({"TableName": table})
        return json.dumps({"Responses": answers})

    def _write(self, request: Any, asked: Item, after: Item) -> None:
        """Write, if the condition holds. A write that is refused is charged too."""
        name = request["TableName"]
        found = self._find(name, asked)
        before: Item = found.item if found else {}
        if not expressions.holds(request, before):
            self._bill.writes += write_units(before)
            raise Refused("ConditionalCheckFailedException")
        self._bill.writes += write_units(before, after)
        if name.lower() == "leads":
            for key, shown in INDEXES.values():
                entries = [_entry(one, key, shown) for one in (before, after)]
                self._bill.index_writes += index_units(entries)
        self.put(name.lower(), after)

    # --- where things are ----------------------------------------------------------------------

    def _find(self, table: str, key: Item) -> Stored | None:
        partition, sort = _key(table.lower(), key)
        return self._held[table.lower()].get(partition, {}).get(sort)

    def _index(self, name: str) -> Mapping[str, Sequence[Stored]]:
        """The entries of an index by partition, in order: made when somebody asks."""
        if name not in self._indexed:
            made: dict[str, list[Stored]] = {}
            asked, shown = INDEXES[name]
            for item in self.items("leads"):
                key, entry = _entry(item, asked, shown)
                if key:
                    made.setdefault(key[0]["S"], []).append(Stored.of(entry))
            for entries in made.values():
                entries.sort(key=lambda one: (one.item[asked[1]]["S"], one.item["lead_id"]["S"]))
            self._indexed[name] = made
        return self._indexed[name]


def _key(table: str, item: Item) -> tuple[str, str]:
    partition, *sort = (item[name]["S"] for name in KEYS[table])
    return partition, *(sort or [""])


def _entry(item: Item, key: Sequence[str], shown: Sequence[str]) -> tuple[Any, Item]:
    """The key and the entry of a lead in an index."""
    if not all(name in item for name in key):
        return None, {}
    return [item[name] for name in key], {name: item[name] for name in shown if name in item}
