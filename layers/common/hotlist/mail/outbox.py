"""Send each mail once: claim it, send it, say so.

SES has no idempotency key. A claim lasts 15 minutes; whoever finds one that ended without an
outcome asks for SES's own send event first. Only where that is lost too a mail may come twice.
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
    """Sends mails, each once. `clock` gives aware UTC instants."""

    deliveries: DeliveryStore
    mailer: Mailer
    clock: Callable[[], datetime]

    def send_once(self, recipient: Recipient, delivery_id: str, render: Callable[[], Mail]) -> bool:
        """Send a mail unless it has been sent. Whether it was this call that sent it.

        :raises InFlight: while another is sending it; errors of SES pass through.
        """
        if not self._claim(delivery_id):
            return False
        mail = render()
        try:
            message_id = self.mailer.send(mail, recipient, delivery_id)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                self.deliveries.release(delivery_id)  # SES has said no: nothing is on its way
            raise
        self.deliveries.sent(delivery_id, message_id, self.clock())
        return True

    def skip(self, delivery_id: str) -> None:
        """Decide that a mail is never sent, unless it has been.

        :raises InFlight: while another is sending it.
        """
        if self._claim(delivery_id):
            self.deliveries.skip(delivery_id, self.clock())

    def _claim(self, delivery_id: str) -> bool:
        return self.deliveries.claim(delivery_id, delivery_hash(delivery_id), self.clock())
