"""A client of DynamoDB that is connected before the first request or batch comes."""

import contextlib
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from hotlist.runtime.clients import aws_client


def open_client(table: str) -> Any:
    """A low-level client that is connected, if there is a network, and has tried a put to `table`.

    Its attempts and their pauses end before capture's timeout, so a caller gets our 503.
    """
    client = aws_client("dynamodb")
    _connect(client, table)
    return client


def open_clients(table: str) -> tuple[Any, Any]:
    """The same client of DynamoDB, and one of SQS, which connects when it is first used."""
    return open_client(table), aws_client("sqs")


def _connect(client: Any, table: str) -> None:
    """Put an item without a key. DynamoDB refuses it, so nothing is stored or charged.

    A function that may not put gets another refusal. The connection stays open in the client's
    pool, and everything that a first put sets up is ready. Lambda gives a start more CPU than a
    request. If this fails, the first request does the work.
    """
    with contextlib.suppress(BotoCoreError, ClientError):
        client.put_item(TableName=table, Item={})
