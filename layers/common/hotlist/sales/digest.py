"""The digest function's work: the hot list to whoever is due, and trouble that stops nothing."""

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
    """Mails the hot list, once per recipient and day."""

    sales: Sales
    rules: Ruleset
    folder: Folder
    leads: LeadStore
    outbox: Outbox

    def send(self, now: datetime, troubles: Troubles) -> int:
        """Mail whoever is due at `now`; one recipient's or lead's trouble stops no other.

        How many. A lead that cannot be viewed or rendered is left out, but waited for if the
        trouble may pass or there is no other.
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
                troubles.attempt(ids, self.outbox.let_be, delivery_id)
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
        """Who is still to get a digest at `now`, with its delivery."""
        due = list(self.sales.due(now))
        deliveries = self.outbox.deliveries
        off = deliveries.disabled(recipient.id for recipient, _ in due)
        waiting = [(r, f"digest#{r.id}#{day}") for r, day in due if r.id not in off]
        settled = deliveries.settled(delivery_id for _, delivery_id in waiting)
        return [one for one in waiting if one[1] not in settled]

    def _hot(self, now: datetime, troubles: Troubles) -> Iterator[Lead]:
        """The leads stored as hot, as they are now."""
        for lead_id in self.leads.hot():
            name = partial(self._named, lead_id)
            found = troubles.attempt(name, self.folder.view, lead_id, now)
            if found is not None:
                yield found[0]

    def _named(self, lead_id: str) -> dict[str, str]:
        """The name of a lead in logs: its newest event's id, never its own."""
        stored = self.leads.get(lead_id)
        return {"event_id": (stored and stored.last_event_id) or ""}

    def _cards(self, hot: HotList, recipient: Recipient, troubles: Troubles) -> Iterator[Card]:
        """The leads of the list as this recipient reads them."""
        for lead in hot.leads:
            ids = {"event_id": lead.last_event_id or ""}
            card = troubles.attempt(ids, render.card, lead, recipient, self.rules.title)
            if card is not None:
                yield card
