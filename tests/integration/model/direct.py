"""moto's DynamoDB without the wire: no signing, no HTTP, no JSON between the store and moto.

A call costs a fifth of one through botocore. moto's own code still checks and evaluates every
request. Some schedules run over it, so that `memory` is held against it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.model_instances import reset_model_data
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodb.responses import DynamoHandler

from botocore.exceptions import ClientError  # isort: skip - after moto


class DirectClient:
    """Has the calls of a boto3 DynamoDB client, and raises its exceptions."""

    def __init__(self, client: Any) -> None:
        self.exceptions = client.exceptions
        self.region = client.meta.region_name

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            handler = DynamoHandler()
            handler.body = request
            handler.current_account, handler.region = DEFAULT_ACCOUNT_ID, self.region
            try:
                return getattr(handler, name)().result
            except JsonRESTError as error:
                raise self._error(error, name) from None

        return call

    def _error(self, error: JsonRESTError, operation: str) -> ClientError:
        code = error.relative_error_type
        answer = {"Error": {"Code": code, "Message": error.message}}
        raised: ClientError = self.exceptions.from_code(code)(answer, operation)
        return raised


class MotoTables:
    """The tables behind a client, as moto keeps them: emptied at once, looked into directly."""

    def __init__(self, client: DirectClient, names: dict[str, str]) -> None:
        self.client, self.names = client, names
        backend = dynamodb_backends[DEFAULT_ACCOUNT_ID][client.region]
        self._tables: dict[str, Table] = {
            short: backend.get_table(name) for short, name in names.items()
        }

    def clear(self) -> None:
        """Forget all items and all that the streams had.

        moto keeps a list of all that it ever made, too, which thousands of schedules feel.
        """
        reset_model_data()
        for table in self._tables.values():
            table.items.clear()
            if table.stream_shard is not None:
                table.stream_shard = StreamShard(DEFAULT_ACCOUNT_ID, table)

    def stream(self, short: str) -> list[dict[str, Any]]:
        """Every record that the stream of a table has had, as a consumer gets it."""
        shard = self._tables[short].stream_shard
        assert shard is not None, f"{short} has no stream"
        return [record.to_json() for record in shard.items]

    def items(self, short: str) -> Iterator[dict[str, Any]]:
        """Every item of a table."""
        table = self._tables[short]
        for held in list(table.items.values()):
            for item in list(held.values()) if isinstance(held, dict) else [held]:
                yield item.to_json()["Attributes"]


def fill(client: Any, name: str, items: Iterable[Mapping[str, Mapping[str, Any]]]) -> None:
    """Put very many items into a table whose key is one attribute, without the wire.

    moto looks at each item of a table in each query of an index. Here it looks at those of the
    partition alone, and at all that were put in another way. So it finds the same.
    """
    table: Any = dynamodb_backends[DEFAULT_ACCOUNT_ID][client.meta.region_name].get_table(name)
    indexes = [[part["AttributeName"] for part in one.schema] for one in table.global_indexes]
    before = len(table.items)
    typed = _Types()
    parts: dict[tuple[str, str], list[Item]] = {}
    for wanted in items:
        item = object.__new__(Item)  # moto keeps for ever what it makes itself
        item.hash_key, item.range_key = typed.of(wanted[table.hash_key_attr]), None
        item.attrs = LimitedSizeDict({attr: typed.of(value) for attr, value in wanted.items()})
        assert item.hash_key not in table.items
        table.items[item.hash_key] = item
        for keys in indexes:
            if all(key in wanted for key in keys):
                parts.setdefault((keys[0], wanted[keys[0]]["S"]), []).append(item)
    for (first, _), part in parts.items():
        ((_, by),) = [keys for keys in indexes if keys[0] == first]
        part.sort(key=partial(_place, by))
    query, after = table.query, len(table.items)

    def of_partition(*args: Any, **said: Any) -> Any:
        ((attr, value),) = said["hash_key_conditions"]
        stored = table.items.values()  # in the order in which they were put
        others = [*islice(stored, before), *islice(stored, after, None)]
        found = [*others, *parts.get((attr, value.value), ())]
        table.all_items = lambda: found
        return query(*args, **said)

    table.query = of_partition


def _place(by: str, item: Item) -> tuple[str, str]:
    """Where an item stands in its partition: moto sorts what is sorted in no time."""
    return item.attrs[by].value, item.hash_key.value


class _Types:
    """moto's values, each made once: a hundred thousand copies have most of them in common."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], DynamoType] = {}

    def of(self, value: Mapping[str, Any]) -> DynamoType:
        ((kind, held),) = value.items()
        if not isinstance(held, str):
            return DynamoType(dict(value))
        made = self._made.get((kind, held))
        if made is None:
            made = self._made[kind, held] = DynamoType(dict(value))
        return made
