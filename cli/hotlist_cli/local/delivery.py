"""Delivers a batch of stream records as AWS Lambda does, until each is processed or given up.

AWS documents this for DynamoDB streams ("Configuring partial batch response", "Retain discarded
records"). A failed batch is retried from the lowest reported sequence number on. It is split if the
mapping says so. It is given up after `MaximumRetryAttempts` or at `MaximumRecordAgeInSeconds`. To
split a batch takes no retry. Neither does a call that never reached the function.
"""

import base64
import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from hotlist_cli.local.mappings import StreamMapping

StreamRecord = Mapping[str, Any]
"""A record as the function gets it, JSON values: eventName, dynamodb {SequenceNumber …} …"""

_FIRST_WAIT: Final = timedelta(milliseconds=200)
_LONGEST_WAIT: Final = timedelta(seconds=10)


class Condition(StrEnum):
    """Why records were given up, in the words of AWS's record of a failed invocation."""

    RETRIES = "RetryAttemptsExhausted"
    AGE = "RecordAgeExceeded"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to an invocation.

    `reached` is False if Lambda could not run the function at all: it was throttled, or there is
    no such function or no connection. Then `payload` has no meaning.
    """

    payload: object = None
    function_error: str | None = None
    status: int = 200
    version: str = "$LATEST"
    reached: bool = True


@dataclass(frozen=True, slots=True)
class Discarded:
    """Records that are given up, with the last answer to them (None if they were never sent)."""

    records: Sequence[StreamRecord]
    condition: Condition
    invocations: int
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class _Attempt:
    records: Sequence[StreamRecord]
    retries: int = 0
    invocations: int = 0
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery. Its input and output are functions, so that tests can replace them.

    `wait` sleeps. It returns False if the pump is being stopped; then the batch is left.
    """

    invoke: Callable[[Sequence[StreamRecord]], Answer]
    discard: Callable[[Discarded], None]
    now: Callable[[], datetime]
    wait: Callable[[timedelta], bool]

    def deliver(self, mapping: StreamMapping, records: Sequence[StreamRecord]) -> bool:
        """Send a batch until each record is processed or given up. False if stopped before."""
        waiting = deque([_Attempt(records)])
        while waiting:
            attempt = self._without_expired(mapping, waiting.popleft())
            if not attempt.records:
                continue
            answer = self.invoke(attempt.records)
            failed = _failed(mapping, attempt.records, answer)
            if not failed:
                continue
            tried = _Attempt(failed, attempt.retries, attempt.invocations + 1, answer)
            if answer.reached and mapping.bisects and len(attempt.records) > 1:
                waiting.extendleft(reversed(_split(attempt.records, tried)))
                continue
            if answer.reached:
                if mapping.max_retries is not None and tried.retries >= mapping.max_retries:
                    self.discard(Discarded(failed, Condition.RETRIES, tried.invocations, answer))
                    continue
                tried = _Attempt(failed, tried.retries + 1, tried.invocations, answer)
            waiting.appendleft(tried)
            if not self.wait(_backoff(tried.invocations)):
                return False
        return True

    def _without_expired(self, mapping: StreamMapping, attempt: _Attempt) -> _Attempt:
        if mapping.max_age is None:
            return attempt
        deadline = self.now() - mapping.max_age
        expired = [r for r in attempt.records if created_at(r) <= deadline]
        if not expired:
            return attempt
        self.discard(Discarded(expired, Condition.AGE, attempt.invocations, attempt.answer))
        alive = [r for r in attempt.records if created_at(r) > deadline]
        return _Attempt(alive, attempt.retries, attempt.invocations, attempt.answer)


def _split(sent: Sequence[StreamRecord], tried: _Attempt) -> list[_Attempt]:
    """Split a batch: at the reported record if some were processed, otherwise in the middle."""
    failed = tried.records
    if len(failed) < len(sent):
        parts = [failed]
    else:
        middle = (len(failed) + 1) // 2
        parts = [failed[:middle], failed[middle:]]
    return [_Attempt(part, tried.retries, tried.invocations, tried.answer) for part in parts]


def _backoff(invocations: int) -> timedelta:
    return min(_LONGEST_WAIT, _FIRST_WAIT * (1 << min(invocations - 1, 10)))


def _failed(
    mapping: StreamMapping, records: Sequence[StreamRecord], answer: Answer
) -> Sequence[StreamRecord]:
    """The records to send again: from the lowest reported one on, or all, or none."""
    if not answer.reached or answer.function_error:
        return records
    if not mapping.reports_failures or not answer.payload:
        return ()
    if not isinstance(answer.payload, Mapping):
        return records
    reported = answer.payload.get("batchItemFailures")
    if not reported:
        return ()
    try:
        lowest = min(int(item["itemIdentifier"]) for item in reported)
    except (KeyError, TypeError, ValueError):
        return records  # an identifier that is missing, null or empty fails the batch
    places = [i for i, record in enumerate(records) if sequence_number(record) == lowest]
    return records[places[0] :] if places else records


def sequence_number(record: StreamRecord) -> int:
    """The record's place in its shard. Later records have higher numbers, with gaps."""
    return int(record["dynamodb"]["SequenceNumber"])


def created_at(record: StreamRecord) -> datetime:
    """About when the item was written, in whole seconds."""
    return datetime.fromtimestamp(record["dynamodb"]["ApproximateCreationDateTime"], UTC)


def as_sent(record: Mapping[str, Any], stream_arn: str) -> StreamRecord:
    """A record of boto3's GetRecords as JSON values, as Lambda sends it."""
    sent: StreamRecord = json.loads(
        json.dumps({**record, "eventSourceARN": stream_arn}, default=_to_json)
    )
    return sent


def _to_json(value: object) -> object:
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"a record cannot hold a {type(value).__name__}")
