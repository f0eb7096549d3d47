"""Rescore all leads after changed rules: walk the table in chunks, one for each run.

Every lead that other rules have scored reaches the RescoreQueue at least once. A page is
queued before the progress is written, so a crash only queues it again, and the progress is
written under the version that was read, so of two runs one goes on. When the walk is over a
second one finds the leads that the score function, still with its old code while a
deployment was under way, has scored by old rules behind the back of the first.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from hotlist.rescore.queue import RescoreQueue
from hotlist.store.items import Conflict
from hotlist.store.leads import LeadStore
from hotlist.store.progress import ProgressStore

PASSES: Final = 2

PAGE: Final = 200
"""Leads of one read, some 25 read units: a partition has 3,000 a second for live traffic too."""

MAX_QUEUED: Final = 5_000
"""Leads queued in a run, no more than the queue's consumers work off until the next one."""

BUDGET: Final = timedelta(seconds=150)
"""From the start of the function, mails included: far from its end."""


@dataclass(frozen=True, slots=True)
class Rescoring:
    """Queues the leads that were not scored by the rules of the hash `rules`."""

    leads: LeadStore
    progress: ProgressStore
    queue: RescoreQueue
    rulesets_hash: str
    clock: Callable[[], datetime]

    def run(self, until: datetime) -> int:
        """Queue the next chunk, unless all is done or `until` is past; how many leads it was.

        Other rules than last time start from the beginning, also those from before.
        """
        progress = self.progress.get()
        if progress.rulesets_hash != self.rulesets_hash:
            progress = replace(progress, rulesets_hash=self.rulesets_hash, passes=0, after=None)
        queued = 0
        while progress.passes < PASSES and queued < MAX_QUEUED and self.clock() < until:
            page = self.leads.page(progress.after, PAGE)
            queued += self.queue.send(
                lead_id
                for lead_id, scored_by in page.scored_by.items()
                if scored_by != self.rulesets_hash
            )
            passes = progress.passes + (page.last is None)
            try:
                progress = self.progress.save(replace(progress, after=page.last, passes=passes))
            except Conflict:
                break  # another run is at it
            if page.last is None:
                break  # the second pass is the next run's
        return queued
