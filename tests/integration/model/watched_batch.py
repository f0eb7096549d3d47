"""A batch of letters that says which one is under way, and which ones a worker was done with."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from hotlist.runtime.failures import Batch
from hotlist.runtime.limits import TimeLeft
from hotlist.runtime.stream import Record
from hotlist.store.items import Conflict
from integration.model.schedule import step
from integration.model.ses import Invocation
from integration.model.to_leads import LeadLetters


class WatchedBatch(Batch):
    """`ran_out` says that the time ended before all letters were reached."""

    def __init__(
        self,
        park: Any,
        time_left: TimeLeft,
        invocation: Invocation,
        letters: LeadLetters,
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(park, self._left)
        self._asked, self._invocation = time_left, invocation
        self._letters, self._now = letters, now
        self.ran_out = False

    def _left(self) -> float:
        left = self._asked()
        self.ran_out |= left < 35
        return left

    def attempt(self, records: Iterable[Record], work: Any, *args: Any, **kwargs: Any) -> Any:
        (record,) = records
        invocation = self._invocation
        invocation.letter = record.record_id
        invocation.since, invocation.since_at = step(), self._now()
        done = super().attempt([record], work, *args, **kwargs)
        if record.record_id not in invocation.parked | self.failed.keys():
            self._letters.done(record.body, self._now())
        return done

    def report(self, record: Record, error: Exception) -> None:
        if isinstance(error, Conflict):
            self._invocation.trouble()
        super().report(record, error)
