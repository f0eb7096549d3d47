"""The notify function's work on letters to leads: each becomes a mail, or is not sent any more.

What is read is read as it is now. A mail has no text of a visitor and goes to the event's own
address alone.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final, NamedTuple, Protocol, Self

from hotlist.config.load import load_config
from hotlist.events.event import Event
from hotlist.links import addresses
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
    may_be_tracked,
    most_confirmations,
    to_lead_now,
)
from hotlist.store.events import EventStore
from hotlist.store.hours import HourStore, Place
from hotlist.store.leads import LeadStore
from hotlist.store.to_leads import MOST_A_DAY, Confirmation, MailedLead, ToLeadStore, mailbox_of

log = logging.getLogger(__name__)

HOUR_OF_FORM: Final = "lead"
"""The kind under which the mails of a form to unconfirmed addresses are counted by the hour."""

_BY_MAIL: Final = "mail"


class NoCompany(LookupError):
    """sales.yaml does not say who mails leads. Write `company` there, and deploy it."""


class Asked(NamedTuple):
    """What is to be mailed because of an event, by its form, and what is said of its subject.

    `letter` is the name of the letter that asks for it.
    """

    event: Event
    what: str
    form: Mapping[str, Any]
    said: Sequence[Event]
    letter: str

    @property
    def kind(self) -> str:
        return kind_and_purpose(self.what)[0]

    @property
    def purpose(self) -> str:
        return kind_and_purpose(self.what)[1]

    @property
    def form_name(self) -> str:
        return str(self.event.properties["form"])

    def delivery(self, name: str) -> str:
        """A delivery by its name. A test has names of its own, and so stands for nothing."""
        return f"test#{name}" if self.event.is_test else name


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
        links: Signer,
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
            links=links,
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
        if event is None or form is None:
            log.info("nothing to mail", extra={"event_id": about.event_id})
            return False
        if not fits_header(event.email or ""):
            log.warning("no mail reaches this address", extra={"event_id": about.event_id})
            return False
        asked = Asked(event, about.what, form, said, Letter(about).delivery_id)
        if asked.kind == CONFIRM:
            return self._confirm(asked)
        delivery_id = self._delivery_id(asked)
        if self.outbox.deliveries.settled([asked.letter, delivery_id]):
            return False
        if not self._has_room(asked, delivery_id):
            self.outbox.hold(delivery_id, self._note_held(asked), asked.letter)
            return False
        return self._send(asked, delivery_id)

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

    def _delivery_id(self, asked: Asked) -> str:
        """The name under which a reward or a receipt is sent once a day."""
        mailbox = mailbox_of(asked.event)
        day = f"{asked.event.received_at.astimezone(UTC):%Y-%m-%d}"
        if asked.kind == REWARD:
            return asked.delivery(f"magnet#{mailbox}#{asked.form['reward']['id']}#{day}")
        return asked.delivery(f"receipt#{mailbox}#{asked.form_name}#{day}")

    def _confirm(self, asked: Asked) -> bool:
        """Send a confirmation, if its mailbox has a place for it.

        The hour is asked first. What it has no room for takes no place, so the next request may be
        sent as soon as there is room.
        """
        event, purpose, now = asked.event, asked.purpose, self.outbox.clock()
        most = most_confirmations(asked.said, purpose, MOST_A_DAY, now)
        place = self._within(self.store.place(event, purpose, now, most), event)
        if place is None:
            return False
        if self.outbox.deliveries.settled([asked.letter, self._confirmation_id(asked, place)]):
            return False
        if not self._has_room(asked, asked.letter):
            self.outbox.hold(asked.letter, self._note_held(asked))
            return False
        place = self._within(self.store.take_place(event, purpose, now, most), event)
        return place is not None and self._send(asked, self._confirmation_id(asked, place))

    def _within(self, place: Confirmation | None, event: Event) -> Confirmation | None:
        """The place, if there is one."""
        if place is not None and place.is_within:
            return place
        reason = "just sent" if place is None else "day full"
        log.info("not confirmed", extra={"event_id": event.event_id, "reason": reason})
        return None

    def _confirmation_id(self, asked: Asked, place: Confirmation) -> str:
        name = f"{mailbox_of(asked.event)}#{asked.purpose}#{place.day}#{place.number}"
        return asked.delivery(f"confirm#{name}")

    def _has_room(self, asked: Asked, name: str) -> bool:
        """Whether the hour has room for a mail of the form, if nobody confirmed its address.

        `name` is counted once.
        """
        now = self.outbox.clock()
        if is_confirmed(asked.said, now):
            return True
        place = self.hours.take_place(asked.form_name, HOUR_OF_FORM, name, now)
        return place is not Place.NONE

    def _note_held(self, asked: Asked) -> Callable[[], None]:
        """Says that a letter is held for good: the alarm comes of it."""

        def note() -> None:
            ids = {"form": asked.form_name, "event_id": asked.event.event_id}
            said = metrics.attention("mails to leads held", **ids)
            print(said)  # noqa: T201 - Lambda's log

        return note

    def _send(self, asked: Asked, delivery_id: str) -> bool:
        if self.company is None:
            raise NoCompany
        event = asked.event
        mail = self._write(asked, self.company)
        mailed = MailedLead(
            subject=event.subject,
            event_id=event.event_id,
            form=asked.form_name,
            mail=asked.kind,
            mailed_at=self.outbox.clock(),
            is_test=event.is_test,
        )

        def noted() -> Mail:
            self.store.note(delivery_hash(delivery_id), mailed)
            return mail

        to = LeadAddress(event.email or "", event.event_id, self.company.name)
        return self.outbox.send_once(to, delivery_id, noted)

    # --- what is written ----------------------------------------------------------------

    def _write(self, asked: Asked, company: Company) -> Mail:
        event, form, links = asked.event, asked.form, self._links(asked)
        if asked.kind == CONFIRM:
            return lead_mails.confirm(event, asked.purpose, form, company, links)
        if asked.kind == REWARD:
            return lead_mails.reward(event, form, company, links, self.outbox.clock())
        return lead_mails.receipt(event, form, company, links)

    def _is_tracked(self, asked: Asked) -> bool:
        """Whether a mail may tell what was opened and clicked: no test does."""
        if asked.event.is_test or not may_be_tracked(asked.said, self.outbox.clock()):
            return False
        lead = self.leads.get(asked.event.subject)
        return lead is not None and lead.tracked

    def _links(self, asked: Asked) -> Links:
        """The links of a mail. Only with consent do they tell what was opened and clicked."""
        event, form, is_tracked = asked.event, asked.form, self._is_tracked(asked)
        name, language = asked.form_name, language_of(event, form)
        test = {"test": "1"} if event.is_test else {}
        ids = {"form": name, "event": event.event_id, **test}
        tracked = {"tracked": "1"} if is_tracked else {}
        action = ""
        if asked.kind == CONFIRM:
            said = {**ids, "purpose": asked.purpose, "lang": language}
            action = self._link(event, Purpose.CONFIRM, "confirm", said)
        elif asked.kind == REWARD:
            action = self._link(event, Purpose.REWARD, "d", {**ids, "lang": language, **tracked})
        about = {**ids, **tracked, "mail": asked.kind}
        to = {
            url: self._link(event, Purpose.CLICKED, "c", {**about, "to": short})
            if is_tracked
            else url
            for short, url in addresses.addresses(form).items()
        }
        said = {"form": name, "lang": language, **test}
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
