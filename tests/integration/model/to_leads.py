"""Mail to leads, as far as a schedule has any."""

from typing import Any

from hotlist.links.keys import LinkKeys
from hotlist.mail.outbox import Outbox
from hotlist.mail.queue import OutboxQueue
from hotlist.sales.lead_mailer import LeadMailer
from hotlist.store.events import EventStore
from hotlist.store.hours import HourStore
from hotlist.store.leads import LeadStore
from hotlist.store.to_leads import ToLeadStore


def mailer(
    client: Any,
    deliveries: str,
    events: EventStore,
    leads: LeadStore,
    outbox: Outbox,
    *,
    queue: OutboxQueue,
) -> LeadMailer:
    """Mails leads of forms that there are not."""
    return LeadMailer(
        company=None,
        forms={},
        events=events,
        leads=leads,
        store=ToLeadStore(client, deliveries),
        hours=HourStore(client, deliveries, 1),
        outbox=outbox,
        queue=queue,
        links=LinkKeys(None, "", outbox.clock),
        public_url="https://api.example.com",
    )
