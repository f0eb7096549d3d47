"""Send each mail once: claim it, send it, say so.

SES has no idempotency key. A claim lasts for the lease, 15 minutes; whoever finds one that ended
without an outcome asks for SES's own send event first. Only where that is lost too a mail may
come twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, SSLError

from hotlist.mail.render import Mail
from hotlist.mail.ses import Mailer, delivery_hash
from hotlist.sales.team import Recipient
from hotlist.store.deliveries import HELD, DeliveryStore, InFlight


class OutcomeUnknown(InFlight):
    """SES may have taken the mail: its answer is lost. Until the lease ends nobody sends it."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """Sends mails, each once. `clock` gives aware UTC instants."""

    deliveries: DeliveryStore
    mailer: Mailer
    clock: Callable[[], datetime]

    def send_once(self, recipient: Recipient, delivery_id: str, render: Callable[[], Mail]) -> bool:
        """Send a mail unless it has been sent. Whether it was this call that sent it.

        :raises InFlight: while another is sending it; other errors of SES pass through.
        :raises OutcomeUnknown: if SES's answer is lost.
        """
        claimed_at = self.clock()
        if not self._claim(delivery_id, claimed_at):
            return False
        mail = render()
        try:
            message_id = self.mailer.send(mail, recipient, delivery_id)
        except (BotoCoreError, ClientError) as error:
            if _may_be_on_its_way(error):
                until = claimed_at + self.deliveries.lease
                raise OutcomeUnknown(delivery_id, until) from error
            self.deliveries.release(delivery_id)
            raise
        self.deliveries.sent(delivery_id, message_id, self.clock())
        return True

    def let_be(self, delivery_id: str) -> None:
        """Decide that a mail is never sent, unless it has been.

        :raises InFlight: while another is sending it.
        """
        if self._claim(delivery_id, self.clock()):
            self.deliveries.let_be(delivery_id, self.clock())

    def hold(self, delivery_id: str, note: Callable[[], None]) -> None:
        """Hold a mail back for good, unless it has been sent; `note` counts it first.

        :raises InFlight: while another is sending it.
        """
        if self._claim(delivery_id, self.clock()):
            note()
            self.deliveries.let_be(delivery_id, self.clock(), HELD)

    def _claim(self, delivery_id: str, now: datetime) -> bool:
        return self.deliveries.claim(delivery_id, delivery_hash(delivery_id), now)


def _may_be_on_its_way(error: BotoCoreError | ClientError) -> bool:
    """Whether SES may have taken the mail: it has not said no, and the request has left."""
    if isinstance(error, ClientError):
        status: int = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return status >= 500
    return isinstance(error, HTTPClientError | SSLError)  # others come before the request
