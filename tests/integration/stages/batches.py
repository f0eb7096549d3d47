"""What makes a batch of the score function slow, and what then lies in its queue."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from hotlist.store.events import EventStore, SubjectEvents
from integration.stages.score import Score

Patch = pytest.MonkeyPatch


def when_read(patch: Patch, subject: str, trouble: Callable[[], None]) -> None:
    """Let something happen whenever the history of a subject is read."""
    read = EventStore.history

    def history(store: EventStore, of: str, *args: Any, **named: Any) -> SubjectEvents:
        if of == subject:
            trouble()
        return read(store, of, *args, **named)

    patch.setattr(EventStore, "history", history)


def hang() -> None:
    raise ReadTimeoutError(endpoint_url="https://dynamodb.example.com")


# --- messages of the RescoreQueue -------------------------------------------------------------


def queued(score: Score, visibility: int = 0) -> list[dict[str, Any]]:
    """The messages of the RescoreQueue as Lambda hands them on."""
    answer = score.app.queue._sqs.receive_message(
        QueueUrl=score._queues["rescore"],
        MaxNumberOfMessages=10,
        AttributeNames=["All"],
        VisibilityTimeout=visibility,
    )
    return [
        {
            "eventSource": "aws:sqs",
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
        }
        for message in answer.get("Messages", ())
    ]
