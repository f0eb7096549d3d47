"""The score function's work: the records of a batch become folded leads."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from hotlist.identity.settle import Settler
from hotlist.leads.fold import Folder
from hotlist.rescore.queue import RescoreQueue, lead_of
from hotlist.runtime.failures import Batch
from hotlist.runtime.stream import Record
from hotlist.store.events import from_item


@dataclass(frozen=True, slots=True)
class Scorer:
    """Settles whose each record is, then folds every lead that any of them touches, once."""

    settler: Settler
    folder: Folder
    queue: RescoreQueue

    def score(self, records: Iterable[Record], batch: Batch) -> int:
        """Work off the records of `batch`; how many leads were folded or tried."""
        touching: defaultdict[str, list[Record]] = defaultdict(list)
        for record in records:
            for lead_id in batch.attempt([record], self._touched_by, record) or ():
                touching[lead_id].append(record)
        for lead_id, its_records in touching.items():
            batch.attempt(its_records, self.folder.fold, lead_id)
        return len(touching)

    def _touched_by(self, record: Record) -> Collection[str]:
        """The leads to fold for a record. Leads that can wait go to the queue."""
        if record.body is not None:
            return [lead_of(record.body)]
        settled = self.settler.settle(from_item(record.image))
        self.queue.send(settled.can_wait)
        return settled.leads
