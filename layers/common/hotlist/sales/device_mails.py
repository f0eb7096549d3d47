"""The notify function's work on letters of devices: each mails a recipient a link of their own.

The address is that of sales.yaml as it is now, and nobody stands in.
"""

import logging
from dataclasses import dataclass
from datetime import date

from hotlist.cards.devices import PARAMETER, Page, device_token
from hotlist.links.addresses import sendable
from hotlist.mail.device_mail import device_mail
from hotlist.mail.outbox import Outbox
from hotlist.mail.queue import Device, Letter
from hotlist.sales.lead_mailer import Signer
from hotlist.sales.team import Recipient, Sales

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DeviceMailer:
    """Mails links of devices. `public_url` is where they lead, without a slash at its end."""

    sales: Sales
    outbox: Outbox
    links: Signer
    public_url: str

    def send(self, letter: Letter, about: Device) -> bool:
        """Work off a letter. Whether a mail was sent: nobody is mailed who gets no mail now."""
        recipient = self.sales.of_id(letter.recipient)
        if recipient is None or self.outbox.deliveries.disabled([recipient.id]):
            log.warning("no device mail", extra={"recipient": letter.recipient})
            return False
        if self.outbox.deliveries.settled([letter.delivery_id]):
            return False
        mail = device_mail(recipient, self._link(about, recipient))
        return self.outbox.send_once(recipient, letter.delivery_id, lambda: mail)

    def _link(self, about: Device, recipient: Recipient) -> str:
        """The address of the page, with the token that confirms a device. ValueError for no day."""
        page = Page(about.page, about.subject, date.fromisoformat(about.day), recipient.id)
        path = f"{about.page}/{self.links.sign(page.token())}"
        device = self.links.sign(device_token(page, recipient, self.outbox.clock()))
        return sendable(f"{self.public_url}/{path}?{PARAMETER}={device}")
