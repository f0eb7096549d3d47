"""Decides which failed records are retried and which are parked. A bad record stops no other.

Only this module catches `Exception`. If a later try may succeed, the record is reported to Lambda,
which retries it. Otherwise the record is parked: it goes to the failure queue, which has an alarm,
and is acknowledged. Nothing is lost, since the events are in their table and can be replayed.

`Troubles` does the same for a run without records. The run goes on to its end and then fails.
"""

import json
import logging
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, ParamSpec, TypeVar

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

from hotlist.rescore.queue import NotQueued
from hotlist.runtime.stream import Record
from hotlist.store.items import Conflict, ReadsThrottled

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)

_PASSING_CODES: Final = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ConditionalCheckFailedException",
        "InternalFailure",
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ResourceNotFoundException",
        "AWS.SimpleQueueService.NonExistentQueue",
        "QueueDoesNotExist",
        "SendingPausedException",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "ExpiredTokenException",
        "UnrecognizedClientException",
    }
)


def is_passing(error: Exception) -> bool:
    """Whether the same work may succeed later. The error's type and code decide, not its text."""
    if isinstance(error, Conflict | ReadsThrottled | NotQueued):
        return True
    if isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError):
        return True
    if not isinstance(error, ClientError):
        return False
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500 or error.response.get("Error", {}).get("Code") in _PASSING_CODES


class Batch:
    """What became of the records of one invocation. `failed` has the ids of those to retry."""

    def __init__(self, park: Callable[[Record, Exception], None]) -> None:
        self._park = park
        self.failed: dict[str, None] = {}

    def attempt(
        self, records: Iterable[Record], work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """Do the work that these records ask for. None if it failed; then they are settled."""
        try:
            return work(*args, **kwargs)
        except Exception as error:
            for record in records:
                self._settle(record, error)
            return None

    def answer(self) -> dict[str, list[dict[str, str]]]:
        """The function's answer to Lambda (`batchItemFailures`): the records to retry."""
        return {"batchItemFailures": [{"itemIdentifier": name} for name in self.failed]}

    def _settle(self, record: Record, error: Exception) -> None:
        if not is_passing(error):
            try:
                self._park(record, error)
            except (BotoCoreError, ClientError):
                log.exception("not parked, so tried again", extra=_ids(record))
            else:
                log.error("parked", extra={**_ids(record), "error": type(error).__name__})
                return
        self.failed[record.record_id] = None
        log.warning("tried again later", extra={**_ids(record), "error": type(error).__name__})


class Trouble(NamedTuple):
    """An error, and what it is about: ids by name, never personal data."""

    ids: Mapping[str, str]
    error: Exception

    def __str__(self) -> str:
        ids = ", ".join(f"{name}={value}" for name, value in self.ids.items())
        code = ""
        if isinstance(self.error, ClientError):
            code = f" {self.error.response.get('Error', {}).get('Code')}"
        return f"{ids}: {type(self.error).__name__}{code}"


class Troubles(list[Trouble]):
    """The errors of one run, each with what it is about."""

    @property
    def may_pass(self) -> bool:
        """Whether some of the work may succeed in the next run."""
        return any(is_passing(trouble.error) for trouble in self)

    def attempt(
        self, ids: Mapping[str, str], work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """Do work that is about these ids. None if it failed; then the error is added."""
        try:
            return work(*args, **kwargs)
        except Exception as error:
            self._keep(Trouble(ids, error))
            return None

    def _keep(self, trouble: Trouble) -> None:
        self.append(trouble)
        stack = traceback.format_tb(trouble.error.__traceback__)
        log.error("failed: %s", trouble, extra={**trouble.ids, "stack": stack})


class RunFailed(Exception):
    """Some work of a run failed. The message names each error."""

    def __init__(self, troubles: Troubles) -> None:
        super().__init__("; ".join(map(str, troubles)))


class FailureQueue:
    """The queue of records that can never be processed. An alarm watches its depth."""

    def __init__(self, sqs: Any, queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url

    def park(self, record: Record, error: Exception) -> None:
        """Send what is needed to find the record again and to see what was wrong."""
        body = {"subject": record.subject, "event_id": record.event_id, "error": repr(error)[:500]}
        if record.body is not None:
            body["body"] = record.body
        self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=json.dumps(body))


def _ids(record: Record) -> dict[str, str]:
    return {"subject": record.subject, "event_id": record.event_id, "record_id": record.record_id}
