"""What is retried and what is parked: a bad record stops no other, and nothing is lost.

The one place that catches `Exception`. Trouble that may pass is reported, so the platform
retries the record; all else is parked in the failure queue, with an alarm on it, and
acknowledged. The events themselves are in their table, so a replay finds them there.

`Troubles` is the same for a run that no records stand behind: it fails, when all else is done.
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
    """Whether the same work may succeed later, told by type and code alone."""
    if isinstance(error, Conflict | ReadsThrottled | NotQueued):
        return True
    if isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError):
        return True
    if not isinstance(error, ClientError):
        return False
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500 or error.response.get("Error", {}).get("Code") in _PASSING_CODES


class Batch:
    """The outcome of one invocation's records."""

    def __init__(self, park: Callable[[Record, Exception], None]) -> None:
        self._park = park
        self.failed: dict[str, None] = {}

    def attempt(
        self, records: Iterable[Record], work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """Do work that these records stand behind; None if it could not be done."""
        try:
            return work(*args, **kwargs)
        except Exception as error:
            for record in records:
                self._settle(record, error)
            return None

    def answer(self) -> dict[str, list[dict[str, str]]]:
        """What Lambda wants to hear: the records to be tried again."""
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
    """What went wrong, and with what: its ids by name, never personal data."""

    ids: Mapping[str, str]
    error: Exception

    def __str__(self) -> str:
        ids = ", ".join(f"{name}={value}" for name, value in self.ids.items())
        code = ""
        if isinstance(self.error, ClientError):
            code = f" {self.error.response.get('Error', {}).get('Code')}"
        return f"{ids}: {type(self.error).__name__}{code}"


class Troubles(list[Trouble]):
    """What went wrong in a run."""

    @property
    def may_pass(self) -> bool:
        """Whether some of it may go well in the next run."""
        return any(is_passing(trouble.error) for trouble in self)

    def attempt(
        self, ids: Mapping[str, str], work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """Do work that is about these ids; None if it could not be done."""
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
    """Not all of a run could be done; the message says what."""

    def __init__(self, troubles: Troubles) -> None:
        super().__init__("; ".join(map(str, troubles)))


class FailureQueue:
    """Where records go that can never be worked off. Its depth has an alarm."""

    def __init__(self, sqs: Any, queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url

    def park(self, record: Record, error: Exception) -> None:
        """Keep what is needed to find the record again and to see what was wrong."""
        body = {"subject": record.subject, "event_id": record.event_id, "error": repr(error)[:500]}
        if record.body is not None:
            body["body"] = record.body
        self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=json.dumps(body))


def _ids(record: Record) -> dict[str, str]:
    return {"subject": record.subject, "event_id": record.event_id, "record_id": record.record_id}
