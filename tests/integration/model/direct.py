"""moto's DynamoDB without the wire: no signing, no HTTP, no JSON between the store and moto.

A call costs a fifth of one through botocore. moto's own code still checks and evaluates every
request. Some schedules run over it, so that `memory` is held against it.
"""

from collections.abc import Callable, Iterator
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.model_instances import reset_model_data
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
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
