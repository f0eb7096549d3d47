"""Walks over the whole Leads table after a new ruleset, and queues leads that another one scored.

Each run of the digest function queues the next pages. Every lead that another ruleset has scored
reaches the RescoreQueue at least once:

- A page is queued before the progress is written. So after a crash the page is queued again.
- The progress is written under the version that was read. So of two runs only one goes on.
- There are two passes. During a deployment the score function may still have the old ruleset, and
  may score a lead by it after the first pass has gone by. The second pass finds such leads.
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
"""Leads in one read. It takes some 25 read units; a partition has 3,000 a second for all reads."""

MAX_QUEUED: Final = 5_000
"""Leads that one run queues at most. The queue's consumers can fold so many until the next run."""

BUDGET: Final = timedelta(seconds=150)
"""When a run stops, counted from the start of the function: long before its timeout."""


@dataclass(frozen=True, slots=True)
class Rescoring:
    """Queues the leads that were not scored by the rulesets of the hash `rulesets_hash`."""

    leads: LeadStore
    progress: ProgressStore
    queue: RescoreQueue
    rulesets_hash: str
    clock: Callable[[], datetime]

    def run(self, until: datetime) -> int:
        """Queue the next leads until `until` or `MAX_QUEUED`. The answer is how many were queued.

        If the hash is not that of the last run, the walk starts from the beginning. That also
        holds for a hash that has been walked for before.
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
                break  # another run is walking
            if page.last is None:
                break  # the second pass is the next run's
        return queued
