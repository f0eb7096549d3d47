"""Mails that were held back because an hour was full are told of, once the hour is over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from hotlist.mail.queue import Letter, More, OutboxQueue
from hotlist.runtime.settings import DigestSettings
from hotlist.store.deliveries import DeliveryStore
from hotlist.store.hours import HeldStore


@dataclass(frozen=True, slots=True)
class HeldTeller:
    """Queues a letter that says how many mails were held, once for each hour."""

    held: HeldStore
    deliveries: DeliveryStore
    queue: OutboxQueue

    @classmethod
    def open(cls, settings: DigestSettings, dynamodb: Any, sqs: Any) -> Self:
        """For the tables and the queue that are deployed."""
        return cls(
            HeldStore(dynamodb, settings.deliveries_table),
            DeliveryStore(dynamodb, settings.deliveries_table),
            OutboxQueue(sqs, settings.outbox_queue_url),
        )

    def send(self, now: datetime) -> int:
        """Tell of the hours that are over, and that nobody was told of; how many letters."""
        letters = {
            one: Letter(More(one.recipient, one.kind, one.hour), one.recipient)
            for one in self.held.untold(now)
        }
        settled = self.deliveries.settled(letter.delivery_id for letter in letters.values())
        told = [one for one, letter in letters.items() if letter.delivery_id in settled]
        self.held.told(told)
        return self.queue.send(letter for one, letter in letters.items() if one not in told)
