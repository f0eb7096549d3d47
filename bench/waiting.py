"""Tables in this process: they stand behind botocore, where a request would be sent.

Signing, serialising and parsing are botocore's own, and several threads wait at the same time.
"""

from collections.abc import Iterable
from typing import Any

from botocore.awsrequest import AWSResponse

from bench.tables import Tables
from hotlist.runtime.clients import aws_client


class Raw:
    """The body of an answer."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterable[bytes]:
        yield self._body

    def read(self, *_: Any) -> bytes:
        return self._body


def client_of(tables: Tables) -> Any:
    """A client of DynamoDB whose requests these tables answer."""
    client = aws_client("dynamodb")

    def answer(request: Any, **_: Any) -> AWSResponse:
        target = request.headers["X-Amz-Target"]
        name = target.decode() if isinstance(target, bytes) else target
        status, body = tables.answer(name.partition(".")[2], request.body)
        headers = {"content-length": str(len(body))}
        return AWSResponse(request.url, status, headers, Raw(body))

    client.meta.events.register_first("before-send.dynamodb", answer)
    return client


class Straight:
    """A client for stores that puts items into tables without a request."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def put_item(self, **request: Any) -> None:
        self._tables.put(request["TableName"], request["Item"])
