"""The score function's work: the records of a batch become folded leads."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from hotlist.events.corrections import texts
from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, SPAM
from hotlist.identity.settle import Settler
from hotlist.leads.fold import Folder
from hotlist.mail.queue import Letter, Message, OutboxQueue
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
    letters: OutboxQueue

    def score(self, records: Iterable[Record], batch: Batch) -> int:
        """Work off the records of `batch`; how many leads were folded or tried."""
        touching: defaultdict[str, list[Record]] = defaultdict(list)
        told: list[tuple[Record, Message]] = []
        left_out: set[str] = set()
        for record in records:
            touched = batch.attempt([record], self._touched_by, record)
            for lead_id in touched or ():
                touching[lead_id].append(record)
            if touched is not None and record.body is None:
                told += [(record, one) for one in messages(from_item(record.image))]
        for lead_id, its_records in touching.items():
            lead = batch.attempt(its_records, self.folder.fold, lead_id)
            left_out |= lead.left_out if lead else frozenset()
        for record, message in told:
            if message.event_id not in left_out:
                batch.attempt([record], self.letters.send, [Letter(message)])
        return len(touching)

    def _touched_by(self, record: Record) -> Collection[str]:
        """The leads to fold for a record. Leads that can wait go to the queue."""
        if record.body is not None:
            return [lead_of(record.body)]
        settled = self.settler.settle(from_item(record.image))
        self.queue.send(settled.can_wait)
        return settled.leads


def messages(event: Event) -> list[Message]:
    """What is to be mailed because of an event: itself, if its form tells sales.

    What an operator has called spam meanwhile is found out when it is to be sent. An operator who
    says that a message was no spam, or no bot's, sends that message.
    """
    if event.type == "event_reclassified":
        target = event.properties.get("event_id")
        is_release = not {SPAM, BOT}.isdisjoint(texts(event, "remove"))
        return [Message(event.subject, target)] if is_release and isinstance(target, str) else []
    return (
        [Message(event.subject, event.event_id)] if event.tell and SPAM not in event.flags else []
    )
