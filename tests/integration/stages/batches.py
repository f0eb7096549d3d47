"""Batches of the score function: their events, troubles, clocks and messages."""

from collections.abc import Callable
from threading import local
from typing import Any, Final

import pytest
from botocore.exceptions import ReadTimeoutError

from hotlist.events.event import Event
from hotlist.runtime import phases
from hotlist.store.events import EventStore, SubjectEvents, to_item
from integration.lambdas import stream_event
from integration.stages.score import Score, event

Patch = pytest.MonkeyPatch

DONE: Final[dict[str, Any]] = {"batchItemFailures": []}


def reported(*names: str) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": name} for name in names]}


def stored(score: Score, *emails: str, **changes: Any) -> list[Event]:
    made = [event("contact_requested", email, **changes) for email in emails]
    for one in made:
        score.stores.events.put(one)
    return made


def records(*made: Event) -> dict[str, Any]:
    return stream_event(*map(to_item, made))


# --- trouble ----------------------------------------------------------------------------------


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


def a_bug() -> None:
    raise KeyError("occurred_at")


# --- time -------------------------------------------------------------------------------------


class Context:
    """Lambda's context. The test says how many seconds are left."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


class Clocks:
    """The clocks that a piece of work could be measured by. Only the test moves them."""

    def __init__(self, patch: Patch) -> None:
        self._now = 0.0
        self._thread = local()
        patch.setattr(phases, "time", self)

    def wait(self, seconds: float) -> None:
        """Time passes in which this thread does nothing."""
        self._now += seconds

    def work(self, seconds: float) -> None:
        """Time passes in which this thread computes."""
        self._now += seconds
        self._thread.seconds = self.thread_time() + seconds

    def thread_time(self) -> float:
        seconds: float = getattr(self._thread, "seconds", 0.0)
        return seconds

    def monotonic(self) -> float:
        return self._now

    time = perf_counter = monotonic


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


def received(score: Score, messages: list[dict[str, Any]], **said: str) -> dict[str, Any]:
    for message in messages:
        message["attributes"] = {**message["attributes"], **said}
    answer: dict[str, Any] = score.app.handler({"Records": messages}, None)
    return answer
