"""The score function's work: the records of a batch become folded leads.

A record of the stream is done when its event is settled and each lead that it touches is folded,
queued or parked. So one lead that must wait holds up no other: it waits in the RescoreQueue.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hotlist.events.corrections import texts_of
from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, INTERNAL, SPAM, Lane, lane
from hotlist.identity.settle import Settled, Settler
from hotlist.leads.classify import classify
from hotlist.leads.fold import Folder
from hotlist.mail.queue import EVERYTHING, Letter, Message, OutboxQueue, ToLead
from hotlist.rescore.queue import (
    FIRST_WAIT,
    MAX_MESSAGES,
    PARKED_AFTER,
    RescoreQueue,
    lead_of,
    wait_after,
)
from hotlist.runtime.clients import PATIENCE
from hotlist.runtime.failures import Batch, Failed, described
from hotlist.runtime.limits import NotReached
from hotlist.runtime.stream import Record
from hotlist.store.events import from_item

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Worked:
    """What a batch came to: how many leads it touched, and how many of them wait in the queue.

    `oldest` says when the oldest event of each lane was received.
    """

    leads: int = 0
    later: int = 0
    oldest: dict[Lane, datetime] = field(default_factory=dict)

    def saw(self, event: Event) -> None:
        its_lane = lane(event.route, event.type)
        before = self.oldest.get(its_lane, event.received_at)
        self.oldest[its_lane] = min(before, event.received_at)

    def lag(self, now: datetime) -> dict[Lane, timedelta]:
        """How long ago the oldest event of each lane was received."""
        return {its_lane: now - at for its_lane, at in self.oldest.items()}


@dataclass(frozen=True, slots=True)
class Scorer:
    """Settles whose each record is, then folds every lead that any of them touches, once."""

    settler: Settler
    folder: Folder
    queue: RescoreQueue
    letters: OutboxQueue
    clock: Callable[[], datetime]

    def score(self, records: Iterable[Record], batch: Batch) -> Worked:
        """Work off the records of `batch`."""
        worked = Worked()
        touching: defaultdict[str, list[Record]] = defaultdict(list)
        told: list[tuple[Record, Message | ToLead]] = []
        left_out: set[str] = set()
        events: dict[str, tuple[Record, Event]] = {}
        for record in records:
            if record.body is not None:
                lead_id = batch.attempt([record], lead_of, record.body)
                if lead_id is not None:
                    touching[lead_id].append(record)
            elif (event := batch.attempt([record], from_item, record.image)) is not None:
                events[record.record_id] = record, event
                worked.saw(event)
        for record, event, settled in self._settle(events, batch):
            for lead_id in settled.leads:
                touching[lead_id].append(record)
            told += [(record, message) for message in messages(event)]
            told += [(record, one) for one in to_lead(event)]
        later: dict[str, list[Record]] = {}
        for lead_id, outcome in self.folder.fold_all(touching, batch.time_left).items():
            if isinstance(outcome, Failed):
                waiting = self._not_folded(lead_id, touching[lead_id], outcome, batch)
                later |= {lead_id: waiting} if waiting else {}
            else:
                left_out |= outcome.left_out
        self._queue(later, batch)
        self._queue_letters([one for one in told if one[1].event_id not in left_out], batch)
        self._let_wait(batch)
        worked.leads, worked.later = len(touching), len(later)
        return worked

    def _settle(
        self, events: Mapping[str, tuple[Record, Event]], batch: Batch
    ) -> Iterator[tuple[Record, Event, Settled]]:
        """Settle all events. Leads that can wait go to the queue; what fails is reported."""
        by_name = {name: event for name, (_, event) in events.items()}
        for name, outcome in self.settler.settle_all(by_name, batch.time_left).items():
            record, event = events[name]
            if isinstance(outcome, Failed):
                batch.settle(record, outcome.error)
                continue
            can_wait = outcome.can_wait
            if not can_wait or batch.attempt([record], self.queue.send, can_wait) is not None:
                yield record, event, outcome

    def _not_folded(
        self, lead_id: str, records: Sequence[Record], failed: Failed, batch: Batch
    ) -> list[Record]:
        """Park the records of a lead that can never be folded; those that have to wait.

        A lead that is due is put off first. So it is not queued anew every quarter of an hour.
        """
        is_message = any(record.body is not None for record in records)
        if not isinstance(failed.error, NotReached) and (is_message or not failed.may_pass):
            put_off = batch.outcome(self.folder.put_off, lead_id)
            if isinstance(put_off, Failed):
                log.warning("not put off: %s", described(put_off.error))
                failed = put_off if put_off.may_pass else failed  # better parked later than twice
        if not failed.may_pass:
            for record in records:
                batch.park(record, failed.error)
            return []
        for record in records:
            if record.body is not None:
                self._keep_or_park(record, failed.error, batch)
            elif not isinstance(failed.error, NotReached):  # those are counted
                batch.queued(record, failed.error)
        return [record for record in records if record.body is None]

    def _keep_or_park(self, message: Record, error: Exception, batch: Batch) -> None:
        """A message that has waited for its last time is parked."""
        age = self.clock() - message.queued_at
        if age > PARKED_AFTER and not isinstance(error, NotReached):
            batch.park(message, error)
        else:
            batch.report(message, error)

    def _queue(self, later: Mapping[str, Sequence[Record]], batch: Batch) -> None:
        """Queue the leads that wait. What the queue does not take is left to the stream."""
        lead_ids = list(later)
        for start in range(0, len(lead_ids), MAX_MESSAGES):
            chunk = lead_ids[start : start + MAX_MESSAGES]
            sent: int | Failed = Failed(NotReached())
            if batch.time_left() > PATIENCE["sqs"].longest:
                sent = batch.last_outcome(self.queue.send, chunk, FIRST_WAIT)
            if isinstance(sent, Failed):
                for lead_id in chunk:
                    for record in later[lead_id]:
                        batch.report(record, sent.error)

    def _queue_letters(self, told: Sequence[tuple[Record, Message | ToLead]], batch: Batch) -> None:
        """Queue the mails that forms ask for, each lead having been folded or tried."""
        for start in range(0, len(told), MAX_MESSAGES):
            chunk = told[start : start + MAX_MESSAGES]
            letters = [Letter(about) for _, about in chunk]
            sent: int | Failed = Failed(NotReached())
            if batch.time_left() > PATIENCE["sqs"].longest:
                sent = batch.last_outcome(self.letters.send, letters)
            if isinstance(sent, Failed):
                for record, _ in chunk:
                    batch.settle(record, sent.error)

    def _let_wait(self, batch: Batch) -> None:
        """Say when the messages that are reported come back. Else they come back much later."""
        for record in batch.failed.values():
            if record.receipt and batch.time_left() > PATIENCE["sqs"].longest:
                batch.last_outcome(self.queue.wait, record.receipt, wait_after(record.receives))


def messages(event: Event) -> list[Message]:
    """What is to be mailed because of an event: itself, if its form tells sales.

    What an operator has called spam meanwhile is found out when it is to be sent. An operator who
    says that a message was no spam, or no bot's, sends that message.
    """
    if released := _released(event):
        return [Message(event.subject, released)]
    return [Message(event.subject, event.event_id)] if event.tell and not _is_held(event) else []


def to_lead(event: Event) -> list[ToLead]:
    """What is to be mailed to the lead because of an event, as `messages` to sales."""
    if released := _released(event):
        return [ToLead(event.subject, released, EVERYTHING)]
    is_bots = BOT in classify(event).flags and not event.is_test
    asked = () if _is_held(event) or is_bots else event.to_lead
    return [ToLead(event.subject, event.event_id, what) for what in asked]


def _released(event: Event) -> str | None:
    """The event that this one says is no spam, or no bot's, if it says so."""
    target = event.properties.get("event_id")
    is_release = event.type == "event_reclassified" and not {SPAM, BOT}.isdisjoint(
        texts_of(event, "remove")
    )
    return target if is_release and isinstance(target, str) else None


def _is_held(event: Event) -> bool:
    return SPAM in event.flags or (INTERNAL in event.flags and not event.is_test)
