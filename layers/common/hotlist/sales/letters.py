"""What letters to sales say now, and who is told: read as it is at that instant. Not pure."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hotlist.events.event import Event
from hotlist.leads.facts import name_in
from hotlist.leads.lead import Contact, Lead, LeadState
from hotlist.links.keys import TROUBLES
from hotlist.mail import render
from hotlist.mail.labels import field_labels
from hotlist.mail.lead_card import Details
from hotlist.mail.queue import Alert, Message
from hotlist.mail.render import Mail
from hotlist.mail.texts import TEXTS
from hotlist.mail.wording import name_of
from hotlist.sales import team
from hotlist.sales.reader_links import ReaderLinks, of_lead
from hotlist.sales.team import Recipient, Sales
from hotlist.sales.to_send import AlertNow, alert_now, held_back, message_now
from hotlist.scoring.ruleset import Ruleset
from hotlist.store.events import EventStore
from hotlist.store.leads import LeadStore

log: Final = logging.getLogger(__name__)

Write = Callable[[Recipient, str], Mail]
"""Writes a letter to a recipient, with a note that may be empty."""


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told of a lead, as sales.yaml says it, and whose the lead is."""

    tell: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """What a letter says now, and who is told. The message `instead` may stand for an alert."""

    told: Told
    write: Write
    instead: Message | None = None


@dataclass(frozen=True, slots=True)
class Letters:
    """Reads events and leads, and writes alerts and messages."""

    sales: Sales
    rules: Ruleset
    forms: Mapping[str, Any]
    events: EventStore
    leads: LeadStore
    reader_links: ReaderLinks
    clock: Callable[[], datetime]

    def told(self, event: Event) -> Told:
        """Who is told of a message. Its lead is read only if that depends on whose it is."""
        tell = self.tell(event)
        lead = None if tell == team.ALL else self._live_lead(event.subject)
        return Told(tell, _owner(lead))

    def tell(self, event: Event) -> str:
        """Who gets a form's messages: `tell: true` leaves it to sales.yaml."""
        said = self.forms.get(str(event.properties.get("form")), {}).get("tell")
        return said if isinstance(said, str) else self.sales.tell

    def message(self, about: Message) -> Said | None:
        """What a form's message says now; None if it is not to be sent."""
        event = self.event(about)
        if event is None or held_back(event) is not None:
            return None
        fields = self.forms.get(str(event.properties.get("form")), {}).get("fields", {})
        lead = self._live_lead(event.subject)

        def write(recipient: Recipient, note: str) -> Mail:
            labels = field_labels(fields, recipient.language)
            name = name_in({**event.properties, **event.texts})
            who = Contact(name, email=event.email, phone=event.phone)
            lead_id = event.subject if lead is None else lead.lead_id
            details = self._details(lead_id, who, lead, recipient)
            return render.message(event, labels, recipient, lead, note, details=details)

        return Said(Told(self.tell(event), _owner(lead)), write)

    def _details(
        self, lead_id: str, who: Contact, lead: Lead | None, recipient: Recipient
    ) -> Details:
        """What is told of a lead beside what is stored. No mail waits for a key of links."""
        owner, now = _owner(lead), self.clock()
        name = name_of(who, TEXTS[recipient.language]["unknown"])
        try:
            key = self.reader_links.key()
        except TROUBLES as error:
            log.warning("mail without links", extra={"error": type(error).__name__})
            key = None
        return Details(
            owner="" if owner is None else self.sales.name_of(owner),
            answered_by=self.sales.answerer(None if lead is None else lead.answer),
            links=of_lead(self.reader_links.of(recipient, key, now), lead_id, name),
        )

    def event(self, about: Message) -> Event | None:
        """The event of a message, with the flags that it has now; None if it is kept no more."""
        event = self.events.find(about.subject, about.event_id)
        said = self.events.kept_apart(about.subject) if event is not None else ()
        return message_now(event, said, self.clock())

    def _live_lead(self, lead_id: str) -> Lead | None:
        """The lead, or the one that has taken it in, if it counts."""
        lead = self.leads.get(lead_id)
        if lead is not None and lead.claimed_by is not None:
            lead = self.leads.get(lead.claimed_by)
        return lead if lead is not None and lead.state is LeadState.LIVE else None

    def alert(self, about: Alert) -> Said | None:
        """What an alert says now; None if it is no news any more."""
        found = self.is_news(about)
        if found is None:
            return None
        now, tell = found
        told = Told(self.sales.tell, now.lead.ownership.owner)
        instead = None if tell is None else Message(*tell.split("#"))

        def write(recipient: Recipient, note: str) -> Mail:
            details = self._details(now.lead.lead_id, now.lead.contact, now.lead, recipient)
            return render.alert(now, recipient, self.rules.title, note, details=details)

        return Said(told, write, instead)

    def is_news(self, about: Alert) -> tuple[AlertNow, str | None] | None:
        """What an alert says now, and the message that stands for it; None if it is no news."""
        lead = self.leads.get(about.lead_id)
        if lead is None or lead.alerting.alert_id != about.alert_id:
            return None
        subjects, claimant = [lead.lead_id], None
        if lead.claimed_by is not None:
            claimant = self.leads.get(lead.claimed_by)
            subjects.append(lead.claimed_by)
        said = [event for subject in subjects for event in self.events.kept_apart(subject)]
        now = alert_now(about.alert_id, lead, claimant, said)
        return None if now is None else (now, lead.alerting.alert_tell)


def _owner(lead: Lead | None) -> str | None:
    return None if lead is None else lead.ownership.owner
