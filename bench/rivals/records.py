"""A rival: Powertools' batch processor, a record at a time: reads a lead's counter and moves it on.

It scores nothing, knows no identities and reads no history: it does far less than score.
"""

import json
import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

logger = Logger(service="score")
processor = BatchProcessor(event_type=EventType.DynamoDBStreams)
client = boto3.client("dynamodb")
TABLE = os.environ["LEADS_TABLE"]


def one(record: DynamoDBRecord) -> None:
    image: dict[str, Any] = record.dynamodb.new_image if record.dynamodb else {}
    key = {"lead_id": {"S": image["subject"]}}
    found = client.get_item(TableName=TABLE, Key=key, ConsistentRead=True).get("Item", {})
    seen = json.loads(found.get("seen", {}).get("S", "{}"))
    seen[image["type"]] = seen.get(image["type"], 0) + 1
    client.update_item(
        TableName=TABLE,
        Key=key,
        UpdateExpression="SET seen = :seen, last_at = :at",
        ExpressionAttributeValues={
            ":seen": {"S": json.dumps(seen)},
            ":at": {"S": image["received_at"]},
        },
    )


def handler(event: dict[str, Any], context: Any) -> Any:
    return process_partial_response(
        event=event, record_handler=one, processor=processor, context=context
    )
