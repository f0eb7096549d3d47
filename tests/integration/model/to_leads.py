"""Mail to leads in a schedule: what it is made of, and what is noted of it for its judge."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Final, cast

from hotlist.events.event import Event
from hotlist.links import tokens
from hotlist.links.keys import LinkKeys
from hotlist.links.tokens import Key, Purpose, Token
from hotlist.mail.outbox import Outbox
from hotlist.mail.queue import OutboxQueue, ToLead, letter_of
from hotlist.sales.lead_mailer import LeadMailer
from hotlist.store.events import EventStore
from hotlist.store.hours import HourStore
from hotlist.store.leads import LeadStore
from hotlist.store.to_leads import MOST_A_DAY, Confirmation, ToLeadStore
from integration.model.forms import API, COMPANY, FORMS
from integration.model.queues import throttled
from integration.model.schedule import step
from integration.model.weather import Weather

KEY: Final = Key("1", b"a secret of tests alone")


class Keys:
    """Signs links and reads them. Now and then the secret cannot be read."""

    def __init__(self, random: Random, weather: Weather, met: Callable[[], None]) -> None:
        self._random, self._weather, self._met = random, weather, met

    def sign(self, token: Token) -> str:
        self._ask()
        return tokens.sign(token, KEY)

    def read(self, text: str, purpose: Purpose, now: datetime) -> Token:
        self._ask()
        return tokens.verified(text, purpose, KEY, now)

    def read_first(
        self, texts: Sequence[str], purpose: Callable[[str], Purpose], now: datetime
    ) -> tuple[Token, str]:
        return LinkKeys.read_first(cast("LinkKeys", self), texts, purpose, now)

    def newest(self) -> Key:
        return KEY

    def _ask(self) -> None:
        if self._random.random() < self._weather.secret:
            self._met()
            raise throttled("GetSecretValue")


@dataclass(frozen=True)
class Handled:
    """A letter to a lead that a worker was done with, by the step and the model's time."""

    about: ToLead
    ended: int
    at: datetime


class LeadLetters:
    """What is known of letters to leads beside what is stored. `most` is the cap of an hour.

    `places` are the confirmations that ever had one, by address. `held_at` has since which step a
    letter was under way whose delivery was stored as held, and when that was.
    """

    def __init__(self, random: Random) -> None:
        self.most = random.choice([1, 2, 4, 100])
        self.handled: list[Handled] = []
        self.places: dict[str, set[Confirmation]] = {}
        self.held_at: dict[str, tuple[int, datetime]] = {}
        self.judged = 0

    def done(self, body: str | None, at: datetime) -> None:
        """A worker is done with a letter, whatever came of it."""
        about = letter_of(body or "").about
        if isinstance(about, ToLead):
            self.handled.append(Handled(about, step(), at))

    def learn(self, subject: str, confirmations: str) -> None:
        """Note the confirmations that an address has had: after some days they are forgotten."""
        kept = self.places.setdefault(subject, set())
        for event_id, purpose, day, number, asked, taken, *more in json.loads(confirmations):
            asked_at, taken_at = map(datetime.fromisoformat, (asked, taken))
            kept.add(Confirmation(event_id, purpose, day, number, asked_at, taken_at, *more))

    def mailer(
        self,
        client: Any,
        deliveries: str,
        events: EventStore,
        leads: LeadStore,
        outbox: Outbox,
        *,
        queue: OutboxQueue,
        keys: Keys,
        plain: Any,
    ) -> LeadMailer:
        """`plain` is a client that nothing happens to."""
        return LeadMailer(
            company=COMPANY,
            forms=FORMS,
            events=events,
            leads=leads,
            store=_Places(client, deliveries, plain, self),
            hours=HourStore(client, deliveries, self.most),
            outbox=outbox,
            queue=queue,
            links=keys,
            public_url=API,
        )


class _Places(ToLeadStore):
    """Gives confirmations their places, and has them noted."""

    plain: Any
    letters: LeadLetters

    def __init__(self, client: Any, table: str, plain: Any, letters: LeadLetters) -> None:
        super().__init__(client, table)
        object.__setattr__(self, "plain", plain)
        object.__setattr__(self, "letters", letters)

    def take_place(
        self, event: Event, purpose: str, now: datetime, most: int = MOST_A_DAY
    ) -> Confirmation | None:
        try:
            return super().take_place(event, purpose, now, most)
        finally:  # the answer may be lost
            name = {"delivery_id": {"S": f"confirms#{event.subject}"}}
            stored = self.plain.get_item(TableName=self.table, Key=name, ConsistentRead=True)
            if "Item" in stored:
                self.letters.learn(event.subject, stored["Item"]["confirmations"]["S"])
