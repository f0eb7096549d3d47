"""The platform's way of reading a stream: the records that a mapping's filters take, in batches."""

from collections.abc import Callable, Container, Sequence
from functools import cache
from random import Random
from typing import Any

from cloudformation import resources
from hotlist_cli.local.mappings import StreamMapping


class Pump:
    """One mapping of the template over the stream of a table; `most` records are a batch.

    Several batches may be under way at once, as with several shards.
    """

    def __init__(self, random: Random, tables: Any, short: str, mapping: str, most: int) -> None:
        self._random, self._tables, self._short = random, tables, short
        self._wants, self._most = _filter_of(mapping), most
        self._read = 0
        self._waiting: list[dict[str, Any]] = []

    def has_some(self) -> bool:
        """Whether there is a record that no batch has had yet."""
        records = self._tables.stream(self._short)
        self._waiting += filter(self._wants, records[self._read :])
        self._read = len(records)
        return bool(self._waiting)

    def take(self) -> list[dict[str, Any]]:
        """The next batch, none if there is nothing to read."""
        if not self.has_some():
            return []
        size = self._random.randint(1, self._most)
        batch, self._waiting = self._waiting[:size], self._waiting[size:]
        return batch

    @staticmethod
    def again(records: Sequence[dict[str, Any]], failed: Container[str]) -> Sequence[Any]:
        """What the stream sends again: the first record that is reported, and all after it."""
        for place, record in enumerate(records):
            if record["dynamodb"]["SequenceNumber"] in failed:
                return records[place:]
        return ()


@cache
def _filter_of(mapping: str) -> Callable[[dict[str, Any]], bool]:
    made = resources("AWS::Lambda::EventSourceMapping")[mapping]
    names = {"UUID": "", "EventSourceArn": "", "FunctionArn": ""}
    return StreamMapping.deployed({**names, "FilterCriteria": made["FilterCriteria"]}).wants
