"""The records of a batch: new and changed items of a stream, and messages of a queue."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a batch.

    `record_id` is Lambda's id for it. `subject` and `event_id` are the key of a stream's item,
    `image` and `before` the item after and before the write. `is_new`: the item was inserted.
    `body` is the text of a queue's message; then these are empty. Such a message was `queued_at`,
    and has been received `receives` times, now under this `receipt`.
    """

    record_id: str
    subject: str
    event_id: str
    image: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    body: str | None = None
    is_new: bool = False
    receipt: str = ""
    receives: int = 1
    queued_at: datetime = _LONG_AGO


def inserts(event: Mapping[str, Any]) -> Iterator[Record]:
    """The new items of a batch of a DynamoDB stream. Changed and removed items are ignored."""
    return (record for name, record in _stream(event) if name == "INSERT")


def writes(event: Mapping[str, Any]) -> Iterator[Record]:
    """The new and changed items of a batch of a DynamoDB stream, with the items before."""
    return (record for name, record in _stream(event) if name in ("INSERT", "MODIFY"))


def _stream(event: Mapping[str, Any]) -> Iterator[tuple[str, Record]]:
    for raw in event["Records"]:
        change = raw["dynamodb"]
        subject, *rest = (next(iter(key.values())) for key in _by_partition(change["Keys"]))
        # A lead is named by its newest event: logs hold no subject.
        newest = change.get("NewImage", {}).get("last_event_id", {}).get("S", "")
        yield (
            raw["eventName"],
            Record(
                record_id=change["SequenceNumber"],
                subject=subject,
                event_id=rest[0] if rest else newest,
                image=change.get("NewImage", {}),
                before=change.get("OldImage", {}),
                is_new=raw["eventName"] == "INSERT",
            ),
        )


def _by_partition(keys: Mapping[str, Any]) -> list[Any]:
    """The values of the key. The sort key comes last; its name ends in `_key`."""
    return [keys[name] for name in sorted(keys, key=lambda name: name.endswith("_key"))]


def incoming(event: Mapping[str, Any]) -> Iterator[Record]:
    """The new items of a stream's batch, or the messages of an SQS batch."""
    for raw in event["Records"]:
        if raw["eventSource"] == "aws:sqs":
            yield _message(raw)
        else:
            yield from inserts({"Records": [raw]})


def _message(raw: Mapping[str, Any]) -> Record:
    about = raw.get("attributes", {})
    return Record(
        raw["messageId"],
        subject="",
        event_id="",
        body=raw["body"],
        receipt=raw.get("receiptHandle", ""),
        receives=int(about.get("ApproximateReceiveCount", 1)),
        queued_at=_LONG_AGO + timedelta(milliseconds=int(about.get("SentTimestamp", 0))),
    )
