"""A rival: the least that a function with botocore can do. It parses the body and puts an item."""

import json
import os
from typing import Any

import botocore.session

client = botocore.session.get_session().create_client("dynamodb")
TABLE = os.environ["EVENTS_TABLE"]


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    body = json.loads(event["body"])
    client.put_item(
        TableName=TABLE,
        Item={"subject": {"S": body["email"]}, "body": {"S": event["body"]}},
        ConditionExpression="attribute_not_exists(subject)",
    )
    return {"statusCode": 201, "body": "{}"}
