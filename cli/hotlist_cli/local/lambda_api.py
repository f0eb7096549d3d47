"""Lambda's GetEventSourceMapping, which the digest function calls.

The pump has disabled MiniStack's mappings of streams and does their work. So it answers for them,
and MiniStack for the mappings of queues.
"""

import json
from typing import Final

from botocore.exceptions import ClientError

from hotlist_cli.local.ministack import MiniStack
from hotlist_cli.local.pump import Pump
from hotlist_cli.local.serving import NOT_FOUND, Reply, Request

_MAPPINGS: Final = "/2015-03-31/event-source-mappings/"


class LambdaApi:
    """Answers as Lambda does, once it knows the stack."""

    def __init__(self) -> None:
        self._parts: tuple[MiniStack, Pump] | None = None

    def open(self, stack: MiniStack, pump: Pump) -> None:
        self._parts = stack, pump

    def answer(self, request: Request) -> Reply:
        if request.method != "GET" or not request.path.startswith(_MAPPINGS):
            return NOT_FOUND
        if self._parts is None:
            return _reply(503, Message="the local stack is not ready")
        stack, pump = self._parts
        uuid = request.path.removeprefix(_MAPPINGS)
        is_at_work = pump.is_at_work(uuid)
        if is_at_work is not None:
            return _reply(200, UUID=uuid, State="Enabled" if is_at_work else "Disabled")
        try:
            found = stack.client("lambda").get_event_source_mapping(UUID=uuid)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            return _reply(status, error.response["Error"]["Code"], Message=str(error))
        return _reply(200, UUID=uuid, State=found["State"])


def _reply(status: int, error: str = "", **said: str) -> Reply:
    headers = {"x-amzn-errortype": error} if error else {}
    return Reply(status, json.dumps(said).encode(), "application/json", headers)
