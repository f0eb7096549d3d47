"""Sends each mail once: it claims the delivery, sends the mail, and stores that it was sent.

SES has no idempotency key. A claim lasts 15 minutes. A run that finds a claim without an outcome
after that time looks for SES's own send event first. A mail can come twice only if that event is
lost too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import ClientError

from hotlist.mail.render import Mail
from hotlist.mail.ses import Mailer, delivery_hash
from hotlist.sales.team import Recipient
from hotlist.store.deliveries import DeliveryStore


@dataclass(frozen=True, slots=True)
class Outbox:
    """Sends mails, each once. `clock` gives the time as an aware UTC datetime."""

    deliveries: DeliveryStore
    mailer: Mailer
    clock: Callable[[], datetime]

    def send_once(self, recipient: Recipient, delivery_id: str, render: Callable[[], Mail]) -> bool:
        """Send a mail unless it has been sent. True if this call has sent it.

        `render` is called only if the mail is to be sent. Its errors and those of SES pass through.

        :raises InFlight: while another run is sending it.
        """
        if not self._claim(delivery_id):
            return False
        mail = render()
        try:
            message_id = self.mailer.send(mail, recipient, delivery_id)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                self.deliveries.release(delivery_id)  # SES has refused it, so it was not sent
            raise
        self.deliveries.sent(delivery_id, message_id, self.clock())
        return True

    def skip(self, delivery_id: str) -> None:
        """Store that a mail is never to be sent, unless it has been sent already.

        :raises InFlight: while another run is sending it.
        """
        if self._claim(delivery_id):
            self.deliveries.skip(delivery_id, self.clock())

    def _claim(self, delivery_id: str) -> bool:
        return self.deliveries.claim(delivery_id, delivery_hash(delivery_id), self.clock())
