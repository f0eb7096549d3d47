"""What is due goes to the RescoreQueue, every quarter of an hour: some of it, if it is much."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import Final

from hotlist.rescore.queue import RescoreQueue
from hotlist.store.leads import LeadStore

MOST_DUE: Final = 5_000
"""Leads queued in a run, no more than the queue's consumers work off until the next one."""

BUDGET: Final = timedelta(seconds=125)
"""From the start of the function, mails included. The walk after changed rules comes after it."""


@dataclass(frozen=True, slots=True)
class DueLeads:
    """Queues the leads that are due: hot ones first, then those that were due first."""

    leads: LeadStore
    queue: RescoreQueue
    clock: Callable[[], datetime]

    def run(self, now: datetime, until: datetime) -> int:
        """Queue what is due by `now`, and begin nothing once `until` has passed; how many.

        What is left is still due in the next run.
        """
        due = takewhile(lambda _: self.clock() < until, self.leads.due(now))
        return self.queue.send(islice(due, MOST_DUE))
