"""What DynamoDB charges: a request's units, from the bytes of the items that it reads or writes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Item = Mapping[str, Mapping[str, Any]]
READ_UNIT: Final = 4096
WRITE_UNIT: Final = 1024


@dataclass
class Bill:
    """Calls by name, and units. Index writes are the writes to tables' indexes."""

    calls: Counter[str] = field(default_factory=Counter)
    consistent: float = 0
    eventual: float = 0
    writes: int = 0
    index_writes: int = 0

    @property
    def read(self) -> float:
        """Read units: an eventually consistent read counts half, and `eventual` has halves."""
        return self.consistent + self.eventual

    @property
    def written(self) -> int:
        return self.writes + self.index_writes


def cost(*calls: str, **units: float) -> Bill:
    """A bill of these calls and units."""
    return Bill(Counter(calls), **units)  # type: ignore[arg-type]


def read_units(items: Iterable[Item]) -> int:
    """One page, or one item: their bytes together, rounded up."""
    return max(1, math.ceil(sum(map(size, items)) / READ_UNIT))


def write_units(*items: Item) -> int:
    """Of a write that finds and leaves these: the larger counts, and none is free."""
    return max(1, *(math.ceil(size(item) / WRITE_UNIT) for item in items))


def index_units(entries: Iterable[tuple[Any, Item]]) -> int:
    """Of an index whose entry, with its key, is the first before a write and the second after."""
    (key_before, before), (key_after, after) = entries
    if before == after:
        return 0
    if key_before == key_after:
        return write_units(before, after)
    return sum(write_units(entry) for entry in (before, after) if entry)


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
