"""SQS as the model has it: at least once, in any order, with visibility and receive counts."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from botocore.exceptions import ClientError, ReadTimeoutError

from integration.model.schedule import pause
from integration.model.weather import Weather

OUTBOX, RESCORE = "outbox", "rescore"
DEAD_LETTERS, FAILURES = "dead letters", "failures"
VISIBILITY: Final = {OUTBOX: timedelta(minutes=6), RESCORE: timedelta(minutes=12)}
REDRIVEN_TO: Final = {OUTBOX: DEAD_LETTERS, RESCORE: FAILURES}
MOST_RECEIVES: Final = 100
TOO_OFTEN: Final = "received too often"
"""The platform's reason for giving a message up. Workers must die a hundred times for it."""


@dataclass
class Held:
    """A message in a queue."""

    name: str
    body: str
    sent_at: datetime
    visible_at: datetime
    reason: str = ""
    receives: int = 0
    receipts: list[str] = field(default_factory=list)


class Queues:
    """Has the calls of an SQS client, and what the platform does with its queues.

    `woken` is called with the name of a queue that has got a message.
    """

    def __init__(
        self,
        random: Random,
        clock: Callable[[], datetime],
        weather: Weather,
        woken: Callable[[str], None],
    ) -> None:
        self._random, self._clock, self._weather, self._woken = random, clock, weather, woken
        self._numbers = itertools.count(1)
        self.held: dict[str, list[Held]] = {
            name: [] for name in (OUTBOX, RESCORE, DEAD_LETTERS, FAILURES)
        }

    # --- the client ---------------------------------------------------------------------

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        pause()
        name, entries = request["QueueUrl"], request["Entries"]
        assert 0 < len(entries) <= 10, "SQS takes ten messages at once"
        refused: list[str] = []
        trouble = self._trouble()
        if trouble == "refused":
            raise throttled("SendMessageBatch")
        if trouble == "some":
            refused = [one["Id"] for one in entries if self._random.random() < 0.5]
        for one in entries:
            if one["Id"] not in refused:
                delay = timedelta(seconds=one.get("DelaySeconds", 0))
                self.put(name, one["MessageBody"], delay)
        if trouble == "lost":
            raise ReadTimeoutError(endpoint_url=name)
        return {"Failed": [{"Id": one} for one in refused]} if refused else {}

    def send_message(self, **request: Any) -> None:
        pause()
        trouble = self._trouble()
        if trouble in ("refused", "some"):
            raise throttled("SendMessage")
        said = request.get("MessageAttributes", {}).get("reason", {}).get("StringValue", "")
        self.put(request["QueueUrl"], request["MessageBody"], reason=said)
        if trouble == "lost":
            raise ReadTimeoutError(endpoint_url=request["QueueUrl"])

    def change_message_visibility(self, **request: Any) -> None:
        pause()
        if self._trouble():
            raise throttled("ChangeMessageVisibility")
        assert 0 <= request["VisibilityTimeout"] <= 12 * 3600, "SQS takes no longer time"
        for message in self.held[request["QueueUrl"]]:
            if message.receipts and message.receipts[-1] == request["ReceiptHandle"]:
                wait = timedelta(seconds=request["VisibilityTimeout"])
                message.visible_at = self._clock() + wait

    # --- the platform -------------------------------------------------------------------

    def put(
        self, name: str, body: str, delay: timedelta = timedelta(0), *, reason: str = ""
    ) -> None:
        now = self._clock()
        self.held[name].append(Held(f"m{next(self._numbers)}", body, now, now + delay, reason))
        self._woken(name)

    def receive(self, name: str, most: int) -> list[dict[str, Any]]:
        """A batch of the mapping of a queue. Now and then a message stays visible meanwhile."""
        now = self._clock()
        for one in [one for one in self.held[name] if one.receives >= MOST_RECEIVES]:
            self.held[name].remove(one)
            self.put(REDRIVEN_TO[name], one.body, reason=TOO_OFTEN)
        visible = [one for one in self.held[name] if one.visible_at <= now]
        self._random.shuffle(visible)
        batch = visible[: self._random.randint(1, most)]
        for message in batch:
            message.receives += 1
            message.receipts.append(f"{message.name}/{message.receives}")
            if self._random.random() >= self._weather.doubled:
                message.visible_at = now + VISIBILITY[name]
        return [_raw(message) for message in batch]

    def delete(self, name: str, receipt: str) -> None:
        """What the platform does with a message that is done. Now and then it comes once more."""
        for message in list(self.held[name]):
            if receipt in message.receipts:
                if self._random.random() < self._weather.doubled:
                    message.visible_at = self._clock()
                    self._woken(name)
                else:
                    self.held[name].remove(message)

    def next_at(self) -> Iterator[tuple[datetime, str]]:
        """When the next message of each queue is received."""
        for name in (OUTBOX, RESCORE):
            if self.held[name]:
                yield min(one.visible_at for one in self.held[name]), name

    def _trouble(self) -> str:
        if self._random.random() >= self._weather.sqs:
            return ""
        return self._random.choice(["refused", "some", "lost"])


def throttled(operation: str, code: str = "ThrottlingException", status: int = 400) -> ClientError:
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)


def _raw(message: Held) -> dict[str, Any]:
    return {
        "eventSource": "aws:sqs",
        "messageId": message.name,
        "receiptHandle": message.receipts[-1],
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.receives),
            "SentTimestamp": str(int(message.sent_at.timestamp() * 1000)),
        },
    }
