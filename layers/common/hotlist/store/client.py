"""Capture's DynamoDB client: soon made, and connected before the first request comes."""

import contextlib
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

# Three attempts and their pauses end before the function does, so that a caller gets our 503.
_CONFIG: Final = Config(
    retries={"total_max_attempts": 3, "mode": "standard"},
    connect_timeout=1,
    read_timeout=2,
    parameter_validation=False,
    user_agent="hotlist",
)


def open_client(table: str) -> Any:
    """A low-level client with an open connection, if there is a network, to put into `table`.

    botocore itself and not boto3, whose session costs 70 million instructions of a cold start.
    No built-in handlers: 50 million, and what they do for DynamoDB is telemetry alone. No check
    of what the store has put together, and no user agent written anew: 8 % of each request.
    """
    session = Session(include_builtin_handlers=False)
    client = session.create_client("dynamodb", config=_CONFIG)
    _connect(client, table)
    return client


def _connect(client: Any, table: str) -> None:
    """Put an item without a key, which DynamoDB refuses: nothing is stored, nothing charged.

    The connection stays open in the client's pool, and all that a first put makes is made.
    Reading the authorities' certificates alone takes fifty times the work of a put, and Lambda
    gives a start more CPU than a request. If it fails, the first request does all this.
    """
    with contextlib.suppress(BotoCoreError, ClientError):
        client.put_item(TableName=table, Item={})
