"""The notify function's work on letters to leads: each becomes a mail, or is not sent any more.

What is read is read as it is now. A mail has no text of a visitor and goes to the event's own
address alone.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final, Protocol, Self

from hotlist.config.load import load_config
from hotlist.events.event import Event
from hotlist.links import addresses
from hotlist.links.keys import LinkKeys
from hotlist.links.tokens import Purpose, Token
from hotlist.mail import lead_mails
from hotlist.mail.lead_mails import Company, Links, language_of
from hotlist.mail.mime import fits_header
from hotlist.mail.outbox import Outbox
from hotlist.mail.queue import EVERYTHING, Letter, OutboxQueue, ToLead
from hotlist.mail.render import Mail
from hotlist.mail.ses import LeadAddress, delivery_hash
from hotlist.runtime import metrics
from hotlist.runtime.settings import NotifySettings
from hotlist.sales.to_lead import (
    CONFIRM,
    MOST_UNCONFIRMED,
    RECEIPT,
    REWARD,
    is_confirmed,
    kind_and_purpose,
    to_lead_now,
)
from hotlist.store.events import EventStore
from hotlist.store.hours import HourStore, Place
from hotlist.store.leads import LeadStore
from hotlist.store.to_leads import MailedLead, ToLeadStore

log = logging.getLogger(__name__)

HOUR_OF_FORM: Final = "lead"
"""The kind under which the mails of a form to unconfirmed addresses are counted by the hour."""

_BY_MAIL: Final = "mail"
_TEST: Final = "#test"


class NoCompany(LookupError):
    """sales.yaml does not say who mails leads. Write `company` there, and deploy it."""


class Signer(Protocol):
    """Signs links."""

    def sign(self, token: Token) -> str: ...


@dataclass(frozen=True, slots=True)
class LeadMailer:
    """Mails leads. `hours` has the cap of a form's mails to unconfirmed addresses.

    `public_url` is where the links lead, without a slash at its end.
    """

    company: Company | None
    forms: Mapping[str, Any]
    events: EventStore
    leads: LeadStore
    store: ToLeadStore
    hours: HourStore
    outbox: Outbox
    queue: OutboxQueue
    links: Signer
    public_url: str

    @classmethod
    def open(
        cls,
        settings: NotifySettings,
        dynamodb: Any,
        *,
        events: EventStore,
        outbox: Outbox,
        queue: OutboxQueue,
    ) -> Self:
        """For the tables and the configuration that are deployed."""
        return cls(
            company=Company.from_checked(load_config("sales")),
            forms=load_config("forms"),
            events=events,
            leads=LeadStore(dynamodb, settings.leads_table),
            store=ToLeadStore(dynamodb, settings.deliveries_table),
            hours=HourStore(dynamodb, settings.deliveries_table, MOST_UNCONFIRMED),
            outbox=outbox,
            queue=queue,
            links=LinkKeys.open(settings.link_secret_arn, outbox.clock),
            public_url=settings.public_url,
        )

    def send(self, about: ToLead) -> bool:
        """Work off a letter. Whether a mail was sent."""
        found = self.events.find(about.subject, about.event_id)
        if about.what == EVERYTHING:
            whats = () if found is None else found.to_lead
            self.queue.send(Letter(ToLead(about.subject, about.event_id, what)) for what in whats)
            return False
        said = self.events.kept_apart(about.subject) if found is not None else ()
        event = to_lead_now(found, about.what, said, self.outbox.clock())
        form = None if event is None else self._form(event, about.what)
        if event is None or form is None or not fits_header(event.email or ""):
            log.info("nothing to mail", extra={"event_id": about.event_id})
            return False
        delivery_id = self._delivery_id(event, about.what, form)
        if delivery_id is None or self.outbox.deliveries.settled([delivery_id]):
            return False
        if not is_confirmed(said, self.outbox.clock()) and not self._has_room(event, delivery_id):
            return False
        return self._send(event, about.what, form, delivery_id)

    def _form(self, event: Event, what: str) -> Mapping[str, Any] | None:
        """The event's form, if it still says that this is to be mailed."""
        form: Mapping[str, Any] | None = self.forms.get(str(event.properties.get("form")))
        if form is None:
            return None
        kind, purpose = kind_and_purpose(what)
        is_asked = {
            CONFIRM: form.get("consents", {}).get(purpose, {}).get("confirm") is True,
            REWARD: form.get("reward", {}).get("deliver") == _BY_MAIL,
            RECEIPT: "receipt" in form,
        }
        return form if is_asked.get(kind) else None

    def _delivery_id(self, event: Event, what: str, form: Mapping[str, Any]) -> str | None:
        """The name under which it is sent once; None for a confirmation without a place.

        A test stands for nothing that is sent in earnest.
        """
        kind, purpose = kind_and_purpose(what)
        mark = _TEST if event.is_test else ""
        day = f"{event.received_at.astimezone(UTC):%Y-%m-%d}{mark}"
        if kind == REWARD:
            return f"magnet#{event.subject}#{form['reward']['id']}#{day}"
        if kind == RECEIPT:
            return f"receipt#{event.subject}#{event.properties['form']}#{day}"
        place = self.store.take_place(event, purpose + mark, self.outbox.clock())
        if place is None or not place.is_within:
            reason = "just sent" if place is None else "day full"
            log.info("not confirmed", extra={"event_id": event.event_id, "reason": reason})
            return None
        return f"confirm#{event.subject}#{purpose}#{place.day}#{place.number}"

    def _has_room(self, event: Event, delivery_id: str) -> bool:
        """Whether the hour has room for a mail of the form to an address that nobody confirmed.

        What it has no room for is held for good, and counted.
        """
        form = str(event.properties["form"])
        now = self.outbox.clock()
        if self.hours.take_place(form, HOUR_OF_FORM, delivery_id, now) is not Place.NONE:
            return True

        def note() -> None:
            said = metrics.attention("mails to leads held", form=form, event_id=event.event_id)
            print(said)  # noqa: T201 - Lambda's log

        self.outbox.hold(delivery_id, note)
        return False

    def _send(self, event: Event, what: str, form: Mapping[str, Any], delivery_id: str) -> bool:
        if self.company is None:
            raise NoCompany
        kind, _ = kind_and_purpose(what)
        mail = self._write(event, what, form, self.company)
        mailed = MailedLead(
            subject=event.subject,
            event_id=event.event_id,
            form=str(event.properties["form"]),
            mail=kind,
            mailed_at=self.outbox.clock(),
        )

        def noted() -> Mail:
            if not event.is_test:  # what SES reports of a test is nobody's history
                self.store.note(delivery_hash(delivery_id), mailed)
            return mail

        to = LeadAddress(event.email or "", event.event_id, self.company.name)
        return self.outbox.send_once(to, delivery_id, noted)

    # --- what is written ----------------------------------------------------------------

    def _write(self, event: Event, what: str, form: Mapping[str, Any], company: Company) -> Mail:
        kind, purpose = kind_and_purpose(what)
        lead = self.leads.get(event.subject)
        is_tracked = lead is not None and lead.tracked
        links = self._links(event, form, what, is_tracked=is_tracked)
        if kind == CONFIRM:
            return lead_mails.confirm(event, purpose, form, company, links)
        if kind == REWARD:
            return lead_mails.reward(event, form, company, links, self.outbox.clock())
        return lead_mails.receipt(event, form, company, links)

    def _links(
        self, event: Event, form: Mapping[str, Any], what: str, *, is_tracked: bool
    ) -> Links:
        """The links of a mail. Only with consent do they tell what was opened and clicked."""
        kind, purpose = kind_and_purpose(what)
        name, language = str(event.properties["form"]), language_of(event)
        ids = {"form": name, "event": event.event_id}
        tracked = {"tracked": "1"} if is_tracked else {}
        action = ""
        if kind == CONFIRM:
            said = {**ids, "purpose": purpose, "lang": language}
            action = self._link(event, Purpose.CONFIRM, "confirm", said)
        elif kind == REWARD:
            action = self._link(event, Purpose.REWARD, "d", {**ids, "lang": language, **tracked})
        about = {**ids, **tracked, "mail": kind}
        to = {
            url: self._link(event, Purpose.CLICKED, "c", {**about, "to": short})
            if is_tracked
            else url
            for short, url in addresses.addresses(form).items()
        }
        said = {"form": name, "lang": language}
        return Links(
            unsubscribe=self._link(event, Purpose.UNSUBSCRIBE, "unsubscribe", said),
            action=action,
            pixel=self._link(event, Purpose.OPENED, "o", about) if is_tracked else "",
            to=to,
        )

    def _link(self, event: Event, purpose: Purpose, route: str, said: Mapping[str, str]) -> str:
        day = self.outbox.clock().astimezone(UTC).date()
        token = self.links.sign(Token(purpose, event.subject, day, said=said))
        return f"{self.public_url}/{route}/{token}"
