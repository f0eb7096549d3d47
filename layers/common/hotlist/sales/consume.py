"""The notify function's work on the OutboxQueue: each message of it is a mail, or becomes some.

What is read is read as it is now. SES is asked at most once for each message received.
"""

import logging
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Self

from botocore.exceptions import BotoCoreError, ClientError

from hotlist.config.load import load_config
from hotlist.events.event import Event
from hotlist.events.vocabulary import INTERNAL
from hotlist.links.keys import LinkKeys
from hotlist.links.secret import BadSecret
from hotlist.mail import render
from hotlist.mail.outbox import Outbox
from hotlist.mail.queue import (
    Alert,
    Device,
    Letter,
    Message,
    More,
    OutboxQueue,
    ToLead,
    delivery_name,
    letter_of,
    reason,
    waiting_time,
)
from hotlist.mail.ses import Mailer
from hotlist.rescore.queue import FIRST_WAIT, PARKED_AFTER, NotQueued
from hotlist.runtime.failures import Batch
from hotlist.runtime.limits import RESERVE_SECONDS
from hotlist.runtime.passing import is_passing
from hotlist.runtime.settings import NotifySettings
from hotlist.runtime.stream import Record
from hotlist.sales import team
from hotlist.sales.device_mails import DeviceMailer
from hotlist.sales.instead import has_come
from hotlist.sales.lead_mailer import LeadMailer
from hotlist.sales.letters import Letters, Said, Told, Write
from hotlist.sales.reader_links import ReaderLinks
from hotlist.sales.team import Recipient
from hotlist.sales.to_send import held_back
from hotlist.scoring.ruleset import from_checked
from hotlist.store.deliveries import DeliveryStore
from hotlist.store.events import EventStore
from hotlist.store.hours import Held, HeldStore, HourStore, Place, hour_of, start_of
from hotlist.store.items import Conflict, ReadsThrottled
from hotlist.store.leads import LeadStore
from hotlist.store.suspects import SuspectStore

log = logging.getLogger(__name__)

_TROUBLES: Final = (Conflict, ReadsThrottled, NotQueued, BadSecret, BotoCoreError, ClientError)
"""What a letter may meet and wait for, unless it is final."""


class NobodyGetsMail(LookupError):
    """All recipients bounced or complained: a letter has nobody to go to."""


@dataclass(frozen=True, slots=True)
class OutboxConsumer:
    """Sends letters. `count` counts one: a metric's name, and its dimensions by name."""

    letters: Letters
    hours: HourStore
    held: HeldStore
    suspects: SuspectStore
    outbox: Outbox
    queue: OutboxQueue
    to_leads: LeadMailer
    devices: DeviceMailer
    count: Callable[..., None]

    @classmethod
    def open(
        cls,
        settings: NotifySettings,
        dynamodb: Any,
        sqs: Any,
        clock: Callable[[], datetime],
        count: Callable[..., None],
    ) -> Self:
        """The consumer of the tables, the queue and the configuration that are deployed."""
        lease = timedelta(seconds=int(settings.mail_lease_seconds))
        deliveries = DeliveryStore(dynamodb, settings.deliveries_table, lease)
        mailer = Mailer.open(settings.sender, settings.configuration_set)
        outbox = Outbox(deliveries, mailer, clock)
        queue = OutboxQueue(sqs, settings.outbox_queue_url, settings.outbox_dead_letters_url)
        events = EventStore(dynamodb, settings.events_table)
        keys = LinkKeys.open(settings.link_secret_arn, clock)
        sales, forms = team.from_checked(load_config("sales")), load_config("forms")
        return cls(
            letters=Letters(
                sales=sales,
                rules=from_checked(load_config("scoring")),
                forms=forms,
                events=events,
                leads=LeadStore(dynamodb, settings.leads_table),
                reader_links=ReaderLinks(keys, settings.public_url),
                clock=clock,
            ),
            hours=HourStore(
                dynamodb, settings.deliveries_table, int(settings.mails_per_hour), sales.caps
            ),
            held=HeldStore(dynamodb, settings.deliveries_table),
            suspects=SuspectStore(dynamodb, settings.deliveries_table),
            outbox=outbox,
            queue=queue,
            to_leads=LeadMailer.open(
                settings, dynamodb, events=events, outbox=outbox, queue=queue, links=keys
            ),
            devices=DeviceMailer(sales, outbox, keys, settings.public_url),
            count=count,
        )

    @property
    def events(self) -> EventStore:
        """Where letters find what they are about, and what SES says of mails is kept."""
        return self.letters.events

    def consume(self, records: Iterable[Record], batch: Batch) -> int:
        """Work off messages of the queue; how many mails were sent."""
        sent = 0
        for record in records:
            if batch.time_left() < RESERVE_SECONDS:  # it is reported, and comes back soon
                self._wait(record, FIRST_WAIT)
            sent += bool(batch.attempt([record], self._work_off, record))
        return sent

    def _work_off(self, record: Record) -> bool:
        """Whether a mail was sent. What must wait gets its time, and its error is reported."""
        try:
            return self._take(letter_of(record.body or ""))
        except NobodyGetsMail as error:
            self._park(record, error)
        except _TROUBLES as error:
            if not is_passing(error):
                raise
            now = self.outbox.clock()
            if now - record.queued_at <= PARKED_AFTER:
                self._wait(record, waiting_time(error, record.receives, now))
                raise
            self._park(record, error)
        return False

    def _wait(self, record: Record, time: timedelta) -> None:
        try:
            self.queue.wait(record.receipt, time)
        except (BotoCoreError, ClientError):
            log.warning("comes back at the queue's time", extra={"record_id": record.record_id})

    def park(self, record: Record, error: Exception) -> None:
        """Give up a letter that can never be sent. A message that is given up stands for no alert.

        One that waited in vain is only parked: its alert has waited as long, and is parked too.
        """
        with suppress(TypeError, ValueError):  # it may be no letter at all
            letter = letter_of(record.body or "")
            if isinstance(letter.about, Message) and letter.recipient is not None:
                self.outbox.deliveries.refuse(letter.delivery_id, self.outbox.clock())
        self.queue.park(record, error)

    def _park(self, record: Record, error: Exception) -> None:
        self.queue.park(record, error)
        log.error("parked", extra={"record_id": record.record_id, "error": reason(error)})

    def _take(self, letter: Letter) -> bool:
        """Send a letter, or make one for each recipient of it. Whether a mail was sent."""
        if isinstance(letter.about, ToLead):
            return self.to_leads.send(letter.about)
        if isinstance(letter.about, Device):
            return self.devices.send(letter, letter.about)
        disabled = self._disabled()
        if isinstance(letter.about, More):
            return self._take_more(letter, letter.about, disabled)
        if letter.recipient and self.outbox.is_over(letter.delivery_id, self._counts(letter)):
            return False
        living = self.letters.sales.living(disabled)
        recipient = next((one for one in living if one.id == letter.recipient), None)
        if recipient is None:
            self._address(letter, disabled)
            return False
        about = letter.about
        said = (
            self.letters.message(about) if isinstance(about, Message) else self.letters.alert(about)
        )
        if said is None:
            return False
        if recipient not in self._whom(said.told, disabled):  # another's lead, or they are off
            self._address(letter, disabled)
            return False
        if isinstance(about, Alert) and self._is_left(letter, recipient, said, disabled):
            return False
        return self._send_in_hour(letter, recipient, said.write)

    def _take_more(self, letter: Letter, about: More, disabled: Collection[str]) -> bool:
        write = self._more(about)
        if write is None:
            self.outbox.skip(letter.delivery_id)
            return False
        wanted = letter.recipient or about.of
        reader = self.letters.sales.reached(wanted, self.outbox.clock(), disabled)
        return reader is not None and self._send(letter, reader, write)

    def _disabled(self) -> frozenset[str]:
        """Who bounced or complained. :raises NobodyGetsMail: if all have."""
        everybody = [recipient.id for recipient in self.letters.sales.recipients]
        disabled = frozenset(self.outbox.deliveries.disabled(everybody))
        if disabled.issuperset(everybody):
            raise NobodyGetsMail
        return disabled

    def _whom(self, told: Told, disabled: Collection[str]) -> tuple[Recipient, ...]:
        return self.letters.sales.whom(told.tell, told.owner, self.outbox.clock(), disabled)

    def _address(self, letter: Letter, disabled: Collection[str]) -> None:
        """Make a letter for each recipient, if it is still worth it."""
        told = None
        if isinstance(letter.about, Message):
            event = self.letters.event(letter.about)
            flag = None if event is None else held_back(event)
            if event is not None and flag is not None:
                self._count(event, flag)
            elif event is not None:
                told = self.letters.told(event)
        elif isinstance(letter.about, Alert) and (found := self.letters.is_news(letter.about)):
            told = Told(self.letters.sales.tell, found[0].lead.ownership.owner)
        if told is not None:
            whom = [recipient.id for recipient in self._whom(told, disabled)]
            if isinstance(letter.about, Message):
                name = delivery_name(letter.about)
                self.outbox.deliveries.address(name, whom, self.outbox.clock())
            self.queue.send(letter.to(one) for one in whom)

    def _count(self, event: Event, flag: str) -> None:
        """Count a message that is no mail, by its form if that is a configured one.

        What our own people wrote is nothing that the digest tells of.
        """
        form = str(event.properties.get("form"))
        if form in self.letters.forms and flag != INTERNAL:
            self.suspects.note(form, hour_of(event.received_at), [event.event_id])
        log.warning("no mail", extra={"event_id": event.event_id, "flag": flag})
        self.count(
            f"{flag.capitalize()}Messages", **({"form": form} if form in self.letters.forms else {})
        )

    def _send_in_hour(self, letter: Letter, recipient: Recipient, write: Write) -> bool:
        """Send a letter, or hold it back if the recipient's hour is full."""
        now, kind, delivery_id = self.outbox.clock(), letter.kind, letter.delivery_id
        place = self.hours.take_place(recipient.id, kind, delivery_id, now)
        if place is Place.NONE:
            count = partial(self.held.hold, recipient.id, kind, delivery_id, now)
            self.outbox.hold(delivery_id, count, hour=hour_of(now))
            return False
        full = ""
        if place is Place.LAST:
            most = self.hours.most_of(kind)
            full = render.last_of_hour(kind, most, start_of(hour_of(now)), recipient)
        return self._send(letter, recipient, write, full)

    def _counts(self, letter: Letter) -> Callable[[str], bool]:
        to, kind, name = letter.recipient or "", letter.kind, letter.delivery_id
        return lambda hour: self.held.has(Held(to, kind, hour), name)

    def _send(self, letter: Letter, recipient: Recipient, write: Write, note: str = "") -> bool:
        mail = write(recipient, note)
        return self.outbox.send_once(recipient, letter.delivery_id, lambda: mail)

    def _is_left(
        self, letter: Letter, recipient: Recipient, said: Said, disabled: Collection[str]
    ) -> bool:
        """Whether a recipient gets no alert: a message stands for it, or it is too late at night.

        The delivery stays as it is. It is noted, and the next digest knows of it.

        :raises MessageToCome: while it is open whether the message comes.
        """
        now, about, deliveries = self.outbox.clock(), said.instead, self.outbox.deliveries
        if about is not None:

            def is_meant() -> bool:
                event = self.letters.event(about)
                if event is None or held_back(event) is not None:
                    return False
                told = Told(self.letters.tell(event), said.told.owner)
                return recipient in self._whom(told, disabled)

            if has_come(deliveries, about, recipient.id, is_meant):
                self.hours.note_told(recipient.id, letter.delivery_id, now)
                return True
        if recipient.is_quiet(now) and not deliveries.without_digest([recipient.id]):
            self.hours.note_quiet(recipient.id, letter.delivery_id, now)
            return True
        return False

    def _more(self, about: More) -> Write | None:
        """How many were held. None for none: whoever was to hold the only one has died."""
        count, is_more = self.held.count(Held(about.of, about.kind, about.hour))
        if not count:
            return None
        return lambda recipient, _: render.more(
            about.kind,
            start_of(about.hour),
            recipient,
            count=count,
            is_more=is_more,
            most=self.hours.most_of(about.kind),
        )
