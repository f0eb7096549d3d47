"""A floor: the very calls that another function has made, by the same client, and nothing else."""

import re
from typing import Any

from hotlist.runtime.clients import aws_client

client = aws_client("dynamodb")


def handler(event: list[tuple[str, dict[str, Any]]], context: Any) -> int:
    for operation, request in event:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
        try:
            getattr(client, name)(**request)
        except client.exceptions.ConditionalCheckFailedException:
            continue
    return len(event)
