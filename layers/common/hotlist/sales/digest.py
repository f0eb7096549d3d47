"""Sends the daily hot list to the recipients whose digest is due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from hotlist.leads.fold import Folder
from hotlist.leads.lead import Lead
from hotlist.mail import render
from hotlist.mail.outbox import Outbox
from hotlist.mail.render import Card
from hotlist.runtime.failures import Troubles
from hotlist.sales.hot_list import HotList, hot_list
from hotlist.sales.team import Recipient, Sales
from hotlist.scoring.ruleset import Ruleset
from hotlist.store.leads import LeadStore


@dataclass(frozen=True, slots=True)
class Digester:
    """Mails the hot list, once for each recipient and day."""

    sales: Sales
    ruleset: Ruleset
    folder: Folder
    leads: LeadStore
    outbox: Outbox

    def send(self, now: datetime, troubles: Troubles) -> int:
        """Mail the recipients who are due at `now`. The answer is how many mails were sent.

        An error with one recipient or one lead does not stop the others; it is added to
        `troubles`. A lead that cannot be calculated or rendered is left out of the mail. But
        nobody is mailed in this run if a later run may calculate the lead, or if no other lead
        is left.
        """
        waiting = self._waiting(now)
        if not waiting:
            return 0
        of_leads = Troubles()
        hot = hot_list(self._hot(now, of_leads))
        troubles += of_leads
        if of_leads.may_pass or (of_leads and not hot.count):
            return 0
        rendered: dict[tuple[str, str], list[Card]] = {}
        sent = 0
        for recipient, delivery_id in waiting:
            ids, reader = {"recipient": recipient.id}, (recipient.language, recipient.timezone)
            if not hot.count and not self.sales.sends_when_empty:
                troubles.attempt(ids, self.outbox.skip, delivery_id)
                continue
            if reader not in rendered:
                rendered[reader] = list(self._cards(hot, recipient, troubles))
            cards = rendered[reader]
            if cards or not hot.count:
                make = partial(render.digest, cards, hot.more, recipient, now)
                send = partial(self.outbox.send_once, recipient, delivery_id, make)
                sent += bool(troubles.attempt(ids, send))
        return sent

    def _waiting(self, now: datetime) -> list[tuple[Recipient, str]]:
        """The recipients who are due and have no digest yet, each with the id of the delivery."""
        due = list(self.sales.due(now))
        deliveries = self.outbox.deliveries
        off = deliveries.disabled(recipient.id for recipient, _ in due)
        waiting = [(r, f"digest#{r.id}#{day}") for r, day in due if r.id not in off]
        settled = deliveries.settled(delivery_id for _, delivery_id in waiting)
        return [one for one in waiting if one[1] not in settled]

    def _hot(self, now: datetime, troubles: Troubles) -> Iterator[Lead]:
        """The leads that are stored as hot, each calculated as it is now."""
        for lead_id in self.leads.hot():
            found = troubles.attempt({"lead_id": lead_id}, self.folder.view, lead_id, now)
            if found is not None:
                yield found[0]

    def _cards(self, hot: HotList, recipient: Recipient, troubles: Troubles) -> Iterator[Card]:
        """The leads of the list, rendered for this recipient."""
        for lead in hot.leads:
            ids = {"event_id": lead.last_event_id or lead.lead_id}
            card = troubles.attempt(ids, render.card, lead, recipient, self.ruleset.title)
            if card is not None:
                yield card
