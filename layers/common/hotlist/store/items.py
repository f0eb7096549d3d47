"""Converts values to DynamoDB's attribute values and back, and reads several items at once."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from hotlist.events.times import from_text, to_text

Item = Mapping[str, Mapping[str, Any]]
"""An item as the low-level client has it: attribute name → `{type: value}`."""

T = TypeVar("T")
Unread = Callable[[], T]
"""What an item says, read when it is called. It raises whatever is wrong with the item: so whoever
reads many can go on with the others."""

_UNREADABLE: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading an item may raise if something is wrong with it."""

MAX_BATCH_READ: Final = 100
WRITE_UNIT: Final = 1_024
_READ_ROUNDS: Final = 8


class Conflict(Exception):
    """The item has changed since it was read. Read it again and start over."""


class ReadsThrottled(Exception):
    """DynamoDB left keys of a batched read unread, several times. A later try may succeed."""


def write_units(item: Item) -> int:
    """The write units that a new item costs: its size as DynamoDB counts it, in KB."""
    return -(-item_size(item) // WRITE_UNIT)


def item_size(item: Item) -> int:
    """The bytes of an item of texts, sets of texts, whole numbers and booleans, names included."""
    return sum(len(name) + _size(value) for name, value in item.items())


def _size(value: Mapping[str, Any]) -> int:
    held = value.get("S")
    if held is not None:
        return len(held) if held.isascii() else len(held.encode())
    if "N" in value:
        return len(value["N"]) // 2 + 2  # at most: two digits a byte, a byte for each end
    if "SS" in value:
        return sum(len(one.encode()) for one in value["SS"])
    return 1


def read_noted(read: Callable[[Item], T], item: Item, *keys: str) -> T:
    """What an item says. An error has a note that names the item by these keys."""
    try:
        return read(item)
    except _UNREADABLE as error:
        named = (f"{key} {next(iter(item[key].values()), '')}" for key in keys if key in item)
        error.add_note(f"the item with {' and '.join(named)}")
        raise


def text(value: str | None) -> dict[str, str] | None:
    """`S`, or None if there is no value. An empty string is stored, None is not."""
    return None if value is None else {"S": value}


def instant(value: datetime | None) -> dict[str, str] | None:
    """`S` in ISO 8601, so that it sorts by time."""
    return None if value is None else {"S": to_text(value)}


def texts(values: Iterable[str]) -> dict[str, list[str]] | None:
    """`SS`, or None for an empty set, since DynamoDB has no empty sets."""
    held = sorted(set(values))
    return {"SS": held} if held else None


def number(value: int | None) -> dict[str, str] | None:
    """`N` of a whole number."""
    return None if value is None else {"N": str(value)}


def seconds(value: datetime) -> dict[str, str]:
    """`N` in whole seconds since 1970, rounded up, as time-to-live needs it."""
    return {"N": str(math.ceil(value.timestamp()))}


def present(attributes: Mapping[str, Mapping[str, Any] | None]) -> dict[str, Mapping[str, Any]]:
    """The attributes that have a value."""
    return {name: value for name, value in attributes.items() if value is not None}


def read_text(item: Item, name: str) -> str | None:
    value = item.get(name)
    return None if value is None else str(value["S"])


def read_instant(item: Item, name: str) -> datetime | None:
    value = item.get(name)
    return None if value is None else from_text(value["S"])


def read_texts(item: Item, name: str) -> tuple[str, ...]:
    value = item.get(name)
    return () if value is None else tuple(sorted(value["SS"]))


def read_seconds(item: Item, name: str) -> datetime | None:
    value = item.get(name)
    return None if value is None else datetime.fromtimestamp(int(value["N"]), UTC)


def batch_get(
    client: Any, table: str, keys: Iterable[Mapping[str, str]], **wanted: Any
) -> Iterator[Item]:
    """The existing items of these keys, in any order: whole and consistent, or as `wanted` says.

    :raises ReadsThrottled: if DynamoDB leaves keys unread `_READ_ROUNDS` times.
    """
    todo = [{name: {"S": value} for name, value in key.items()} for key in keys]
    for start in range(0, len(todo), MAX_BATCH_READ):
        unread: list[Any] = todo[start : start + MAX_BATCH_READ]
        for _ in range(_READ_ROUNDS):
            answer = client.batch_get_item(
                RequestItems={table: {"Keys": unread, "ConsistentRead": True, **wanted}}
            )
            yield from answer["Responses"].get(table, ())
            unread = answer["UnprocessedKeys"].get(table, {}).get("Keys", [])
            if not unread:
                break
        else:
            raise ReadsThrottled(f"{len(unread)} keys of {table} stay unread")


def pages(call: Callable[..., Any], **request: Any) -> Iterator[Mapping[str, Any]]:
    """Every page of a Query; one that is not the last has a `LastEvaluatedKey`."""
    while True:
        page = call(**request)
        yield page
        if "LastEvaluatedKey" not in page:
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
