"""Sends each mail once: it claims the delivery, sends the mail, and stores that it was sent.

SES has no idempotency key. A claim lasts for the lease, 15 minutes. A run that finds a claim
without an outcome after that time looks for SES's own send event first. A mail can come twice only
if that event is lost too.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, Self

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, SSLError

from hotlist.mail.render import Mail
from hotlist.mail.ses import LeadAddress, Mailer, delivery_hash
from hotlist.sales.team import Recipient
from hotlist.store.deliveries import HELD, DeliveryStore, InFlight

_TOO_FAST: Final = "TooManyRequestsException"
"""SES's word for more mails a second than the account may send."""


class OutboxSettings(Protocol):
    """The settings that an outbox needs."""

    deliveries_table: str
    sender: str
    configuration_set: str


class OutcomeUnknown(InFlight):
    """SES may have taken the mail: its answer is lost. Until the lease ends nobody sends it."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """Sends mails, each once. `clock` gives the time as an aware UTC datetime.

    When mails come faster than SES takes them, the same mail is tried again after each of the
    `pauses`, in seconds. Whoever can come back later needs none.
    """

    deliveries: DeliveryStore
    mailer: Mailer
    clock: Callable[[], datetime]
    pauses: tuple[float, ...] = ()
    wait: Callable[[float], None] = time.sleep

    @classmethod
    def open(
        cls,
        settings: OutboxSettings,
        dynamodb: Any,
        clock: Callable[[], datetime],
        pauses: tuple[float, ...] = (),
    ) -> Self:
        """The outbox over the deployed table, for the deployed sender."""
        deliveries = DeliveryStore(dynamodb, settings.deliveries_table)
        mailer = Mailer.open(settings.sender, settings.configuration_set)
        return cls(deliveries, mailer, clock, pauses)

    def send_once(
        self, recipient: Recipient | LeadAddress, delivery_id: str, render: Callable[[], Mail]
    ) -> bool:
        """Send a mail unless it has been sent. True if this call has sent it.

        `render` is called only if the mail is to be sent. Its errors and those of SES pass through.

        :raises InFlight: while another run is sending it.
        :raises OutcomeUnknown: if SES's answer is lost.
        """
        claimed_at = self.clock()
        if not self._claim(delivery_id, claimed_at):
            return False
        mail = render()
        try:
            message_id = self._mail(mail, recipient, delivery_id)
        except (BotoCoreError, ClientError) as error:
            if _may_be_on_its_way(error):
                until = claimed_at + self.deliveries.lease
                raise OutcomeUnknown(delivery_id, until) from error
            self.deliveries.release(delivery_id)
            raise
        self.deliveries.sent(delivery_id, message_id, self.clock())
        return True

    def skip(self, delivery_id: str) -> None:
        """Store that a mail is never to be sent, unless it has been sent already.

        :raises InFlight: while another run is sending it.
        """
        if self._claim(delivery_id, self.clock()):
            self.deliveries.skip(delivery_id, self.clock())

    def is_over(self, delivery_id: str, counts: Callable[[str], bool]) -> bool:
        """Whether a mail is settled.

        What a run that died has counted as held is held now: nobody gets it later as well.
        `counts` says whether an hour (`2026-03-28T11`) counts it.

        :raises InFlight: while that run may still hold it.
        """
        standing = self.deliveries.standing(delivery_id)
        if standing.is_settled:
            return True
        if standing.held_in is None or not counts(standing.held_in):
            return False
        if self._claim(delivery_id, self.clock()):
            self.deliveries.skip(delivery_id, self.clock(), HELD)
        return True

    def hold(
        self,
        delivery_id: str,
        note: Callable[[], None],
        letter: str | None = None,
        hour: str | None = None,
    ) -> None:
        """Store that a mail is held back for good, unless it has been sent. `note` counts it first.

        If it counts in an `hour`, this is stored before, see `is_over`.
        With a `letter` it is this letter that is held, under its own name: the delivery stays free
        for another letter that asks for the same mail.

        :raises InFlight: while another run is sending it.
        """
        if self._claim(delivery_id, self.clock()):
            if letter is None or self._claim(letter, self.clock()):
                if hour is not None:
                    self.deliveries.counts_in(letter or delivery_id, hour)
                note()
                self.deliveries.skip(letter or delivery_id, self.clock(), HELD)
            if letter is not None:
                self.deliveries.release(delivery_id)

    def _mail(self, mail: Mail, recipient: Recipient | LeadAddress, delivery_id: str) -> str:
        """Have SES take the mail, not faster than it does. Returns SES's message id."""
        for pause in self.pauses:
            try:
                return self.mailer.send(mail, recipient, delivery_id)
            except ClientError as error:
                if error.response["Error"]["Code"] != _TOO_FAST:
                    raise
            self.wait(pause)
        return self.mailer.send(mail, recipient, delivery_id)

    def _claim(self, delivery_id: str, now: datetime) -> bool:
        return self.deliveries.claim(delivery_id, delivery_hash(delivery_id), now)


def _may_be_on_its_way(error: BotoCoreError | ClientError) -> bool:
    """Whether SES may have taken the mail: it has not said no, and the request has left."""
    if isinstance(error, ClientError):
        status: int = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return status >= 500
    return isinstance(error, HTTPClientError | SSLError)  # others come before the request
