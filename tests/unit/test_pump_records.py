"""What the pump sends of a record, and what it keeps of those that it gives up."""

import json

from hotlist_cli.local.delivery import (
    Answer,
    Condition,
    Discarded,
    as_sent,
)
from hotlist_cli.local.pump import failure_key, failure_record
from stream_mappings import NOW, mapping, record


def test_a_record_of_the_streams_api_becomes_json() -> None:
    sent = as_sent(
        {
            "eventName": "INSERT",
            "dynamodb": {
                "ApproximateCreationDateTime": NOW,
                "SequenceNumber": "1",
                "NewImage": {"raw": {"B": b"\x00\xff"}},
            },
        },
        "arn:stream",
    )

    assert sent == {
        "eventName": "INSERT",
        "dynamodb": {
            "ApproximateCreationDateTime": 1795521600,
            "SequenceNumber": "1",
            "NewImage": {"raw": {"B": "AP8="}},
        },
        "eventSourceARN": "arn:stream",
    }


def test_the_failure_record_has_the_shape_that_aws_documents() -> None:
    failed = Answer(payload={"errorMessage": "boom"}, function_error="Unhandled")
    given_up = Discarded([record(7), record(9)], Condition.RETRIES, 3, failed)

    kept = failure_record(mapping(), "shard-1", given_up, NOW)

    kept["requestContext"].pop("requestId")
    assert kept == {
        "requestContext": {
            "functionArn": "arn:aws:lambda:eu-central-1:0:function:score",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 3,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "version": "1.0",
        "timestamp": "2026-11-24T12:00:00.000Z",
        "DDBStreamBatchInfo": {
            "shardId": "shard-1",
            "startSequenceNumber": "000000000000000000007",
            "endSequenceNumber": "000000000000000000009",
            "approximateArrivalOfFirstRecord": "2026-11-24T12:00:00Z",
            "approximateArrivalOfLastRecord": "2026-11-24T12:00:00Z",
            "batchSize": 2,
            "streamArn": "arn:aws:dynamodb:eu-central-1:0:table/events/stream/1",
        },
        "payload": {"Records": [record(7), record(9)]},
    }
    assert json.loads(json.dumps(kept)) == kept


def test_records_that_were_never_sent_have_no_response() -> None:
    given_up = Discarded([record(7)], Condition.AGE, 0, None)

    assert "responseContext" not in failure_record(mapping(), "shard-1", given_up, NOW)


def test_the_failure_key_is_lambdas() -> None:
    key = failure_key("map-1", "shard-1", NOW)

    assert key.startswith("aws/lambda/map-1/shard-1/2026/11/24/2026-11-24T12.00.00-")
