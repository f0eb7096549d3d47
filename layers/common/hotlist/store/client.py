"""Capture's DynamoDB client. It is made fast, and connected before the first request comes."""

import contextlib
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

# Three attempts and their pauses end before the function's timeout, so a caller gets our 503.
_CONFIG: Final = Config(
    retries={"total_max_attempts": 3, "mode": "standard"},
    connect_timeout=1,
    read_timeout=2,
    parameter_validation=False,
    user_agent="hotlist",
)


def open_client(table: str) -> Any:
    """A low-level client that is connected, if there is a network, and has tried a put to `table`.

    Three things are left out for speed. boto3: its session costs 70 million instructions of a
    cold start, so botocore is used directly. The built-in handlers: they cost 50 million, and
    for DynamoDB they do telemetry alone. The validation of parameters and a new user agent for
    each request: they cost 8 % of a request.
    """
    session = Session(include_builtin_handlers=False)
    client = session.create_client("dynamodb", config=_CONFIG)
    _connect(client, table)
    return client


def _connect(client: Any, table: str) -> None:
    """Put an item without a key. DynamoDB refuses it, so nothing is stored or charged.

    The connection stays open in the client's pool, and everything that a first put sets up is
    ready. To read the authorities' certificates alone takes fifty times the work of a put, and
    Lambda gives a start more CPU than a request. If this fails, the first request does the work.
    """
    with contextlib.suppress(BotoCoreError, ClientError):
        client.put_item(TableName=table, Item={})
