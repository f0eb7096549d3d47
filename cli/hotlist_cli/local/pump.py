"""The pump: reads the streams of the tables and calls the functions, as AWS's mappings do.

MiniStack's own mappings lose records that a function reports as failed. So they are disabled after
the deployment, and the pump does their work with the deployed settings. Each mapping has its own
thread, so no mapping waits for another.
"""

import json
import logging
import threading
import uuid
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from hotlist_cli.local.delivery import (
    Answer,
    Delivery,
    Discarded,
    StreamRecord,
    as_sent,
    created_at,
)
from hotlist_cli.local.mappings import StreamMapping
from hotlist_cli.local.ministack import MiniStack

log = logging.getLogger(__name__)

POLL: Final = 0.1
"""Seconds between two reads of an idle stream. AWS reads four times a second."""

_PAYLOAD_LIMIT: Final = 6 * 1024 * 1024
_MOST_RECORDS: Final = 1000  # of one GetRecords call
_STREAM: Final = ":dynamodb:"


class Pump:
    """All stream mappings of a deployed stack, each on its own thread."""

    def __init__(self, stack: MiniStack) -> None:
        """Disable the enabled mappings of DynamoDB streams, and do their work from now on."""
        self._stopping = threading.Event()
        self.mappings = [StreamMapping.deployed(m) for m in _take_over(stack)]
        self._threads = [
            threading.Thread(
                target=_Lane(stack, mapping, self._stopping).run,
                name=f"pump {mapping.function.rsplit(':', 1)[-1]}",
                daemon=True,
            )
            for mapping in self.mappings
        ]
        for thread in self._threads:
            thread.start()

    def is_at_work(self, uuid: str) -> bool | None:
        """Whether a mapping's records are read now. None for a mapping that is not the pump's."""
        for mapping, thread in zip(self.mappings, self._threads, strict=True):
            if mapping.uuid == uuid:
                return thread.is_alive()
        return None

    def stop(self) -> None:
        """Stop. Returns when the invocations that have begun are over."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=30)


def _take_over(stack: MiniStack) -> Iterator[Mapping[str, Any]]:
    functions = stack.client("lambda")
    for page in functions.get_paginator("list_event_source_mappings").paginate():
        for mapping in page["EventSourceMappings"]:
            if _STREAM not in mapping["EventSourceArn"] or mapping["State"] != "Enabled":
                continue
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
            yield mapping


class _Lane:
    """The work of one mapping: it reads its stream and calls its function."""

    def __init__(self, stack: MiniStack, mapping: StreamMapping, stopping: threading.Event):
        self._streams = stack.client("dynamodbstreams")
        self._lambda = stack.client("lambda")
        self._s3 = stack.client("s3")
        self._mapping = mapping
        self._stopping = stopping
        self._buffer: deque[StreamRecord] = deque()
        self._taken: dict[str, str] = {}
        self._closed: set[str] = set()
        self._window_ends = datetime.max.replace(tzinfo=UTC)

    def run(self) -> None:
        """Work until the pump stops. After an error of the stream itself it tries again."""
        while not self._stopping.is_set():
            try:
                for shard_id in self._shards():
                    if shard_id not in self._closed:
                        self._read(shard_id)
            except (BotoCoreError, ClientError):
                if not self._stopping.is_set():
                    log.exception("reading %s", self._mapping.stream_arn)
            self._stopping.wait(POLL)

    def _read(self, shard_id: str) -> None:
        """Read one shard to its end. An open shard has none, so it is read until the pump stops."""
        iterator = self._iterator(shard_id)
        while not self._stopping.is_set():
            answer = self._streams.get_records(ShardIterator=iterator, Limit=_MOST_RECORDS)
            self._take(shard_id, answer["Records"])
            self._send_batches(shard_id)
            iterator = answer.get("NextShardIterator")
            if iterator is None:
                self._closed.add(shard_id)
                return
            if not answer["Records"]:
                self._stopping.wait(POLL)

    def _iterator(self, shard_id: str) -> str:
        """An iterator after the last record taken from this shard, or at the mapping's start."""
        start = {"ShardIteratorType": self._mapping.starting_position}
        if shard_id in self._taken:
            start = {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "SequenceNumber": self._taken[shard_id],
            }
        iterator: str = self._streams.get_shard_iterator(
            StreamArn=self._mapping.stream_arn, ShardId=shard_id, **start
        )["ShardIterator"]
        return iterator

    def _shards(self) -> Iterator[str]:
        last: dict[str, str] = {}
        while True:
            stream = self._streams.describe_stream(StreamArn=self._mapping.stream_arn, **last)
            description = stream["StreamDescription"]
            yield from (shard["ShardId"] for shard in description["Shards"])
            if "LastEvaluatedShardId" not in description:
                return
            last = {"ExclusiveStartShardId": description["LastEvaluatedShardId"]}

    def _take(self, shard_id: str, records: Sequence[Mapping[str, Any]]) -> None:
        sent = (as_sent(record, self._mapping.stream_arn) for record in records)
        accepted = [record for record in sent if self._mapping.wants(record)]
        if accepted and not self._buffer:
            self._window_ends = datetime.now(UTC) + self._mapping.window
        self._buffer.extend(accepted)
        if records:
            self._taken[shard_id] = records[-1]["dynamodb"]["SequenceNumber"]

    def _send_batches(self, shard_id: str) -> None:
        delivery = Delivery(
            invoke=self._invoke,
            discard=partial(self._discard, shard_id),
            now=partial(datetime.now, UTC),
            wait=self._wait,
        )
        while self._buffer and (
            len(self._buffer) >= self._mapping.batch_size or datetime.now(UTC) >= self._window_ends
        ):
            if not delivery.deliver(self._mapping, self._next_batch()):
                return

    def _next_batch(self) -> list[StreamRecord]:
        """At least one record, at most the mapping's batch size and Lambda's payload limit."""
        batch = [self._buffer.popleft()]
        size = len(json.dumps(batch[0]))
        while self._buffer and len(batch) < self._mapping.batch_size:
            size += len(json.dumps(self._buffer[0])) + 1
            if size > _PAYLOAD_LIMIT:
                break
            batch.append(self._buffer.popleft())
        return batch

    def _wait(self, time: timedelta) -> bool:
        return not self._stopping.wait(time.total_seconds())

    def _invoke(self, records: Sequence[StreamRecord]) -> Answer:
        try:
            answer = self._lambda.invoke(
                FunctionName=self._mapping.function, Payload=json.dumps({"Records": records})
            )
            payload = json.loads(answer["Payload"].read() or b"null")
        except (BotoCoreError, ClientError) as error:
            if not self._stopping.is_set():
                log.warning("%s was not reached: %s", self._mapping.function, error)
            return Answer(reached=False)
        function_error = answer.get("FunctionError")
        if function_error:
            log.warning("%s failed: %s", self._mapping.function, payload)
        return Answer(
            payload=payload,
            function_error=function_error,
            status=answer["StatusCode"],
            version=answer.get("ExecutedVersion", "$LATEST"),
        )

    def _discard(self, shard_id: str, discarded: Discarded) -> None:
        """Write the record of the failed invocation. Like Lambda, it goes on if that fails."""
        log.error(
            "%s gave up %d records: %s",
            self._mapping.function,
            len(discarded.records),
            discarded.condition,
        )
        if self._mapping.failure_bucket is None:
            return
        now = datetime.now(UTC)
        try:
            self._s3.put_object(
                Bucket=self._mapping.failure_bucket,
                Key=failure_key(self._mapping.uuid, shard_id, now),
                Body=json.dumps(failure_record(self._mapping, shard_id, discarded, now)),
            )
        except (BotoCoreError, ClientError):
            log.exception("not kept: %d records", len(discarded.records))


def failure_key(mapping_uuid: str, shard_id: str, now: datetime) -> str:
    """The key that Lambda gives to the record of a failed invocation in its bucket."""
    return f"aws/lambda/{mapping_uuid}/{shard_id}/{now:%Y/%m/%d/%Y-%m-%dT%H.%M.%S}-{uuid.uuid4()}"


def failure_record(
    mapping: StreamMapping, shard_id: str, discarded: Discarded, now: datetime
) -> dict[str, Any]:
    """What Lambda stores in S3 for records that it gave up: the reason, and the whole records."""
    first, last = discarded.records[0], discarded.records[-1]
    record: dict[str, Any] = {
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": mapping.function,
            "condition": discarded.condition,
            "approximateInvokeCount": discarded.invocations,
        },
        "version": "1.0",
        "timestamp": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z",
        "DDBStreamBatchInfo": {
            "shardId": shard_id,
            "startSequenceNumber": first["dynamodb"]["SequenceNumber"],
            "endSequenceNumber": last["dynamodb"]["SequenceNumber"],
            "approximateArrivalOfFirstRecord": f"{created_at(first):%Y-%m-%dT%H:%M:%SZ}",
            "approximateArrivalOfLastRecord": f"{created_at(last):%Y-%m-%dT%H:%M:%SZ}",
            "batchSize": len(discarded.records),
            "streamArn": mapping.stream_arn,
        },
        "payload": {"Records": list(discarded.records)},
    }
    if discarded.answer is not None and discarded.answer.reached:
        record["responseContext"] = {
            "statusCode": discarded.answer.status,
            "executedVersion": discarded.answer.version,
            **(
                {"functionError": discarded.answer.function_error}
                if discarded.answer.function_error
                else {}
            ),
        }
    return record
