"""The pump reads streams: all records once and in order, gathered as the mapping says."""

import io
import json
import threading
import time
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from hotlist_cli.local.mappings import StreamMapping
from hotlist_cli.local.pump import Pump, _Lane
from stream_mappings import NAMED, NOW, mapping, numbers


class Aws:
    """Stands in for MiniStack and its clients: one stream, one function, one bucket.

    `shards` maps shard ids to the answers of GetRecords, one after the other; an error among
    them is raised. The last shard stays open, and with its last answer the pump is stopped.
    """

    def __init__(self, **shards: list[Any]) -> None:
        self.shards = shards
        self.stopping = threading.Event()
        self.iterators: list[dict[str, str]] = []
        self.invoked: list[list[int]] = []
        self.kept: list[dict[str, Any]] = []
        self.answers: list[Any] = []
        self.disabled: list[str] = []
        self.mappings: list[dict[str, Any]] = []

    def client(self, service: str) -> "Aws":
        return self

    def describe_stream(self, **said: Any) -> dict[str, Any]:
        shards = [{"ShardId": name} for name in self.shards]
        return {"StreamDescription": {"Shards": shards}}

    def get_shard_iterator(self, **said: Any) -> dict[str, Any]:
        said.pop("StreamArn")
        self.iterators.append(said)
        return {"ShardIterator": said["ShardId"]}

    def get_records(self, **said: Any) -> dict[str, Any]:
        shard_id = said["ShardIterator"]
        waiting = self.shards[shard_id]
        answer = waiting.pop(0) if waiting else []
        if isinstance(answer, Exception):
            raise answer
        last = shard_id == list(self.shards)[-1]
        if last and not waiting:
            self.stopping.set()
        more = {"NextShardIterator": shard_id} if waiting or last else {}
        return {"Records": [raw(number) for number in answer], **more}

    def invoke(self, **said: Any) -> dict[str, Any]:
        self.invoked.append(numbers(json.loads(said["Payload"])["Records"]))
        answer = self.answers.pop(0) if self.answers else {}
        return {"StatusCode": 200, "Payload": io.BytesIO(b"null"), **answer}

    def put_object(self, **said: Any) -> None:
        self.kept.append(json.loads(said["Body"]))
        raise ClientError({"Error": {"Code": "NoSuchBucket"}}, "PutObject")

    def get_paginator(self, operation: str) -> "Aws":
        assert operation == "list_event_source_mappings"
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"EventSourceMappings": [mapping]} for mapping in self.mappings]

    def update_event_source_mapping(self, **said: Any) -> None:
        assert said == {"UUID": said["UUID"], "Enabled": False}
        self.disabled.append(said["UUID"])


def raw(number: int) -> dict[str, Any]:
    """A record as boto3's GetRecords gives it; odd numbers are inserts."""
    return {
        "eventName": "INSERT" if number % 2 else "MODIFY",
        "dynamodb": {"SequenceNumber": f"{number:021}", "ApproximateCreationDateTime": NOW},
    }


def run(aws: Aws, to: StreamMapping) -> None:
    _Lane(aws, to, aws.stopping).run()  # type: ignore[arg-type]


def test_records_are_sent_in_batches_from_the_mappings_start() -> None:
    aws = Aws(a=[[1, 2, 3], [4, 5]])

    run(aws, mapping(batch_size=2))

    assert aws.invoked == [[1, 2], [3], [4, 5]]
    assert aws.iterators == [{"ShardId": "a", "ShardIteratorType": "TRIM_HORIZON"}]


def test_what_no_filter_wants_is_not_sent() -> None:
    aws = Aws(a=[[2], [1, 2, 3, 4]])

    run(aws, mapping(filters=(lambda record: record["eventName"] == "INSERT",)))

    assert aws.invoked == [[1, 3]]


def test_records_are_gathered_while_the_window_lasts() -> None:
    full = Aws(a=[[1], [2], [3]])
    run(full, mapping(window=timedelta(hours=1), batch_size=3))
    assert full.invoked == [[1, 2, 3]]

    waiting = Aws(a=[[1], [2]])
    run(waiting, mapping(window=timedelta(hours=1), batch_size=3))
    assert waiting.invoked == []


def test_after_trouble_with_the_stream_no_record_is_read_twice() -> None:
    trouble = ClientError({"Error": {"Code": "ExpiredIteratorException"}}, "GetRecords")
    aws = Aws(a=[[1, 2], trouble, [3]])

    run(aws, mapping())

    assert aws.invoked == [[1, 2], [3]]
    assert aws.iterators[1] == {
        "ShardId": "a",
        "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
        "SequenceNumber": f"{2:021}",
    }


def test_a_closed_shard_is_followed_by_the_next() -> None:
    aws = Aws(a=[[1], [2]], b=[[3]])

    run(aws, mapping())

    assert aws.invoked == [[1], [2], [3]]


def test_records_that_cannot_even_be_kept_hold_up_nothing() -> None:
    aws = Aws(a=[[1], [2]])
    aws.answers = [{"FunctionError": "Unhandled"}]

    run(aws, mapping(max_retries=0, failure_bucket="failures"))

    assert aws.invoked == [[1], [2]]
    assert [numbers(kept["payload"]["Records"]) for kept in aws.kept] == [[1]]


def test_the_pump_takes_over_enabled_mappings_of_streams_alone() -> None:
    aws = Aws(a=[[1]])
    queue = "arn:aws:sqs:eu-central-1:0:rescore"
    aws.mappings = [
        {**NAMED, "UUID": "stream", "State": "Enabled"},
        {**NAMED, "UUID": "off", "State": "Disabled"},
        {**NAMED, "UUID": "queue", "State": "Enabled", "EventSourceArn": queue},
    ]

    pump = Pump(aws)  # type: ignore[arg-type]
    deadline = time.monotonic() + 10
    while not aws.invoked and time.monotonic() < deadline:
        time.sleep(0.01)
    pump.stop()

    assert aws.disabled == ["stream"]
    assert aws.invoked == [[1]]
