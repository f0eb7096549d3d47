"""The mapping of a stream to a function, and records that it sends, for tests of the pump."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hotlist_cli.local.delivery import StreamRecord
from hotlist_cli.local.mappings import StreamMapping

NOW: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
NAMED: Final = {
    "UUID": "map-1",
    "EventSourceArn": "arn:aws:dynamodb:eu-central-1:0:table/events/stream/1",
    "FunctionArn": "arn:aws:lambda:eu-central-1:0:function:score",
}
"""What names a mapping, in the words of Lambda's API."""


def mapping(**more: Any) -> StreamMapping:
    return StreamMapping(
        uuid=NAMED["UUID"],
        stream_arn=NAMED["EventSourceArn"],
        function=NAMED["FunctionArn"],
        **more,
    )


def record(number: int, age: timedelta = timedelta(0), **more: Any) -> StreamRecord:
    return {
        "eventName": "INSERT",
        "dynamodb": {
            "SequenceNumber": f"{number:021}",
            "ApproximateCreationDateTime": int((NOW - age).timestamp()),
        },
        **more,
    }


def numbers(sent: Sequence[StreamRecord]) -> list[int]:
    return [int(r["dynamodb"]["SequenceNumber"]) for r in sent]
