"""Decides which failed records are retried and which are parked. A bad record stops no other.

Only this module catches `Exception`. If a later try may succeed, the record is reported to Lambda,
which retries it. Otherwise the record is parked: it goes to the failure queue, which has an alarm,
and is acknowledged. Nothing is lost, since the events are in their table and can be replayed.

`Troubles` does the same for a run without records. The run goes on to its end and then fails.

An error is told by its type, its code and its place in the program. Its text may hold what a lead
has sent, so it stands in no log and no message. A record is named by its event's id.
"""

import json
import logging
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, ParamSpec, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from hotlist.runtime.limits import RESERVE_SECONDS, NotReached, TimeLeft, endless
from hotlist.runtime.passing import code_of, is_passing
from hotlist.runtime.stream import Record

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failed:
    """Work that could not be done, and why."""

    error: Exception

    @property
    def may_pass(self) -> bool:
        return is_passing(self.error)


def attempted(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Failed:
    """What work comes to, or why it could not be done."""
    try:
        return work(*args, **kwargs)
    except Exception as error:
        return Failed(error)


class Batch:
    """The outcome of one invocation's records.

    `time_left` gives the seconds that the invocation has left. Near its end nothing is begun.
    """

    def __init__(
        self, park: Callable[[Record, Exception], None], time_left: TimeLeft = endless
    ) -> None:
        self._park = park
        self.time_left = time_left
        self.failed: dict[str, Record] = {}

    def attempt(
        self, records: Iterable[Record], work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """Do the work that these records ask for. None if it failed; then they are settled."""
        outcome = self.outcome(work, *args, **kwargs)
        if not isinstance(outcome, Failed):
            return outcome
        for record in records:
            self.settle(record, outcome.error)
        return None

    def outcome(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Failed:
        """Do work while there is time; why not, if it could not be done."""
        if self.time_left() < RESERVE_SECONDS:
            return Failed(NotReached())
        return self.last_outcome(work, *args, **kwargs)

    def last_outcome(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Failed:
        """The same for work that the end of a batch consists of, for which time is reserved."""
        return attempted(work, *args, **kwargs)

    def answer(self) -> dict[str, list[dict[str, str]]]:
        """The function's answer to Lambda (`batchItemFailures`): the records to retry."""
        return {"batchItemFailures": [{"itemIdentifier": name} for name in self.failed]}

    def settle(self, record: Record, error: Exception) -> None:
        """Report a record if its trouble may pass, else park it."""
        if is_passing(error):
            self.report(record, error)
        else:
            self.park(record, error)

    def report(self, record: Record, error: Exception) -> None:
        """Have the platform try a record again."""
        self.failed[record.record_id] = record
        log.warning("tried again later", extra={**_ids(record), "error": described(error)})

    def queued(self, record: Record, error: Exception) -> None:
        """Say that what a record needs is done from a queue. The record itself is done."""
        log.warning("done later", extra={**_ids(record), "error": described(error)})

    def park(self, record: Record, error: Exception) -> None:
        """Give a record up, for somebody to look at. If it cannot be parked, it is reported."""
        try:
            self._park(record, error)
        except (BotoCoreError, ClientError) as why:
            log.error("not parked: %s", described(why), extra=_ids(record))  # noqa: TRY400 - no text
            self.report(record, error)
        else:
            log.error("parked", extra={**_ids(record), "error": described(error)})


def described(error: Exception) -> str:
    """The type of an error, its code, and the line of the program where it came up.

    Never its text: the text of a UnicodeEncodeError is what a lead has written.
    """
    code = code_of(error) if isinstance(error, ClientError) else ""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(_PACKAGE)] or frames
    place = ""
    if ours:
        at = ours[-1]
        path = at.filename.removeprefix(_ABOVE)
        place = f" at {path}:{at.lineno} in {at.name}: {at.line}"
    return f"{type(error).__name__}{f' {code}' if code else ''}{place}"


_PACKAGE: Final = described.__code__.co_filename.removesuffix("runtime/failures.py")
"""The folder of our own modules, as frames name it, here and in the layer."""

_ABOVE: Final = _PACKAGE.removesuffix("hotlist/")


class Trouble(NamedTuple):
    """An error, and what it is about: ids by name, never personal data."""

    ids: Mapping[str, str]
    error: Exception

    def __str__(self) -> str:
        ids = ", ".join(f"{name}={value}" for name, value in self.ids.items())
        code = f" {code_of(self.error)}" if isinstance(self.error, ClientError) else ""
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
        log.error("failed: %s", str(trouble), extra={**trouble.ids, "stack": stack})


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
        """Send what is needed to find the record again and to see what was wrong.

        A message may hold a subject. It holds no text of an error.
        """
        body = {"subject": record.subject, "event_id": record.event_id, "error": described(error)}
        if record.body is not None:
            body["body"] = record.body
        self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=json.dumps(body))


def _ids(record: Record) -> dict[str, str]:
    return {"event_id": record.event_id, "record_id": record.record_id}
