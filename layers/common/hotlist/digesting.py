"""The digest function's work: the hot list to whoever is due, and trouble that stops nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ParamSpec

from botocore.exceptions import BotoCoreError, ClientError

from hotlist import digest, mails
from hotlist.delivery import Outbox
from hotlist.folding import Folder
from hotlist.rescore import NotQueued
from hotlist.sales import Sales
from hotlist.scoring.ruleset import Ruleset
from hotlist.store.items import Conflict, ReadsThrottled
from hotlist.store.leads import LeadStore

P = ParamSpec("P")


class Troubles(list[Exception]):
    """What went wrong in a run and may go well in the next."""

    def attempt(self, work: Callable[P, int], *args: P.args, **kwargs: P.kwargs) -> int:
        """What the work counted, 0 where trouble stopped it: the rest of the run goes on."""
        try:
            return work(*args, **kwargs)
        except (ClientError, BotoCoreError, Conflict, ReadsThrottled, NotQueued) as error:
            self.append(error)
            return 0


@dataclass(frozen=True, slots=True)
class Digester:
    """Mails the hot list, once per recipient and day."""

    sales: Sales
    rules: Ruleset
    folder: Folder
    leads: LeadStore
    outbox: Outbox

    def send(self, now: datetime, troubles: Troubles) -> int:
        """Mail whoever is due at `now`; one recipient's trouble stops no other. How many."""
        due = list(self.sales.due(now))
        off = self.outbox.deliveries.disabled(recipient.id for recipient, _ in due)
        waiting = [(r, f"digest#{r.id}#{day}") for r, day in due if r.id not in off]
        viewed = [self.folder.view(lead, now) for lead in self.leads.hot()] if waiting else []
        hot = digest.hot_list(found[0] for found in viewed if found is not None)
        sent = 0
        for recipient, delivery_id in waiting if hot.count or self.sales.sends_when_empty else ():
            render = partial(mails.digest, hot, recipient, now, self.rules.title)
            sent += troubles.attempt(self.outbox.send_once, recipient, delivery_id, render)
        return sent
