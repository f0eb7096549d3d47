"""The digest over tables in memory: fast enough for a year of runs, or for hundreds of crashes.

The `Digester` is the real one. What it calls can be counted, and made to fail at any call.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from typing import Any

import pytest
from fast_mail_parser import parse_email

from cloudformation import resources
from hotlist.config.sales_schema import compile_sales
from hotlist.events import times
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.identity import identifiers
from hotlist.leads.fold import Folder
from hotlist.leads.lead import Lead
from hotlist.mail.ses import delivery_hash
from hotlist.runtime.failures import Troubles
from hotlist.sales import team
from hotlist.sales.digest import Digester
from hotlist.scoring import ruleset
from hotlist.store.deliveries import DeliveryStore
from hotlist.store.hours import HeldStore
from hotlist.store.stores import Stores
from integration.model.memory import MemoryTables

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
QUARTER = 15 * MINUTE
HOT_FOR = timedelta(days=4)
RULES = ruleset.from_checked(
    {
        "temperature": {"hot": 5},
        "rules": [{"id": "asked", "event": "contact_requested", "points": 10, "lasts": "4d"}],
    }
)


class Settings:
    """The settings of the digest function that matter here."""

    events_table, leads_table, identities_table = "events", "leads", "identities"
    deliveries_table, link_secret_arn, public_url = "deliveries", "links", "https://api.example.com"
    sender, configuration_set = "hotlist@example.com", "set"


Call = Callable[[], Any]
Way = Callable[[Call], Any]
"""What becomes of a call."""


def as_asked(call: Call) -> Any:
    return call()


class Calls:
    """Counts calls of AWS, in the order made, and has the one of a number go another way."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self._at = -1
        self._way: Way = as_asked

    def client(self, client: Any) -> Any:
        return _Counted(client, self)

    def have(self, at: int, way: Way) -> None:
        """The next calls are counted from 0. The one numbered `at` goes this way."""
        self.made.clear()
        self._at, self._way = at, way

    @property
    def has_come(self) -> bool:
        return len(self.made) > self._at

    def make(self, name: str, call: Call) -> Any:
        place = len(self.made)
        self.made.append(name)
        return self._way(call) if place == self._at else call()


class _Counted:
    def __init__(self, client: Any, calls: Calls) -> None:
        self._client, self._calls = client, calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name == "exceptions":
            return found
        return lambda **request: self._calls.make(name, partial(found, **request))


@dataclass(frozen=True)
class Mail:
    """A mail that SES has taken."""

    at: datetime
    delivery: str
    to: str
    data: bytes

    @cached_property
    def text(self) -> str:
        text: str = parse_email(self.data).text_plain[0]
        return text.replace("\r\n", "\n")


class _Secrets:
    def get_secret_value(self, **request: Any) -> dict[str, str]:
        return {"SecretString": json.dumps({"link_1": "k" * 64})}


class Office:
    """Recipients, leads and the runs of the digest. `now` is the time of its clock."""

    def __init__(self, sales: str, today: date, now: datetime, patch: pytest.MonkeyPatch) -> None:
        self.now, self.calls = now, Calls()
        self.mails: list[Mail] = []
        made = resources("AWS::DynamoDB::Table")
        tables = {name.removesuffix("Table").lower(): table for name, table in made.items()}
        self.tables = MemoryTables(tables)
        self.client = self.calls.client(self.tables.client)
        patch.setattr("hotlist.mail.ses.aws_client", lambda _: self.calls.client(self))
        patch.setattr("hotlist.links.keys.aws_client", lambda _: self.calls.client(_Secrets()))
        self._stores = Stores.open(self.client, Settings())
        self._folder = Folder(self._stores, RULES, self._clock, side_by_side=_in_turn)
        self.sales = team.from_checked(compile_sales(sales, today=today))
        self.deliveries = DeliveryStore(self.tables.client, Settings.deliveries_table)
        self._names = {
            delivery_hash(f"recipient#{one.id}"): one.id for one in self.sales.recipients
        }
        self.start()

    def start(self) -> None:
        """A process of the function that starts anew, with nothing in its memory."""
        settings: Any = Settings()
        opened = Digester.open(settings, self.client, self._stores, self._folder, self._clock)
        self.digester = replace(opened, sales=self.sales)

    def run(self, scheduled: datetime) -> Troubles:
        """One run of the digest, at whatever time it is."""
        troubles = Troubles()
        troubles.attempt({"work": "digest"}, self.digester.send, scheduled, troubles)
        return troubles

    def send_email(self, **request: Any) -> dict[str, str]:
        tags = {tag["Name"]: tag["Value"] for tag in request["EmailTags"]}
        (to,) = request["Destination"]["ToAddresses"]
        data = request["Content"]["Raw"]["Data"]
        self.mails.append(Mail(self.now, tags["delivery"], to, data))
        return {"MessageId": f"m{len(self.mails)}"}

    def report(self) -> None:
        """SES tells of all mails that it has taken."""
        for mail in self.mails:
            self.deliveries.record_sent(mail.delivery, "m", self.now)

    def turns_hot(self, email: str, at: datetime) -> str:
        """A lead that crosses at an instant, and stays hot for `HOT_FOR`."""
        return self._happens("contact_requested", email, at, Route.FORM)

    def is_new(self, email: str, at: datetime) -> str:
        """A lead that is created at an instant, and is not hot."""
        return self._happens("form_submitted", email, at, Route.FORM)

    def is_held(self, recipient: str, at: datetime) -> None:
        """An alert that a recipient's hour had no place for."""
        held = HeldStore(self.tables.client, Settings.deliveries_table)
        held.hold(recipient, "alert", f"alert#x@{times.to_text(at)}#{recipient}", at)

    def cools(self, email: str, at: datetime) -> None:
        """It is calculated again after it was due, as the RescoreQueue has it."""
        with self._at(at):
            self._folder.fold(identifiers.subject("email", email))

    def is_corrected(self, email: str, at: datetime) -> None:
        """A lead that an operator takes out of the list."""
        self._happens("score_reset", email, at, Route.OPERATOR)

    def _happens(self, event_type: str, email: str, at: datetime, route: Route) -> str:
        subject = identifiers.subject("email", email)
        event = Event(
            event_id=f"{times.to_ms(at):012x}{len(self.mails):020x}",
            type=event_type,
            route=route,
            occurred_at=at,
            received_at=at,
            expires_at=at + 9999 * DAY,
            subject=subject,
            email=email if route is Route.FORM else None,
            properties={"name": email.partition("@")[0]} if route is Route.FORM else {},
        )
        self._stores.events.put(event)
        with self._at(at):
            self._folder.fold(subject)
        return subject

    def lead(self, lead_id: str) -> Lead:
        lead = self._stores.leads.get(lead_id)
        assert lead is not None
        return lead

    def to(self, recipient: str, day: str) -> list[Mail]:
        """The mails of a recipient's digest of a local day."""
        tag = delivery_hash(f"digest#{recipient}#{day}")
        return [mail for mail in self.mails if mail.delivery == tag]

    def delivery(self, recipient: str, day: str) -> dict[str, Any]:
        """What is stored of that digest, its values without their types."""
        key = {"delivery_id": {"S": f"digest#{recipient}#{day}"}}
        table = Settings.deliveries_table
        answer = self.tables.client.get_item(TableName=table, Key=key, ConsistentRead=True)
        return {name: next(iter(one.values())) for name, one in answer.get("Item", {}).items()}

    def expire(self) -> None:
        """Time-to-live deletes the deliveries that are past their time."""
        for item in self.tables.items("deliveries"):
            if float(item.get("expires_at", {"N": "inf"})["N"]) < self.now.timestamp():
                key = {"delivery_id": item["delivery_id"]}
                self.tables.client.delete_item(TableName=Settings.deliveries_table, Key=key)

    def kept(self) -> dict[str, list[Any]]:
        """All that is stored and sent, for `restore`."""
        return {
            **{name: list(self.tables.items(name)) for name in self.tables.names},
            "mails": list(self.mails),
        }

    def restore(self, kept: dict[str, list[Any]], now: datetime) -> None:
        """As it was then, in a new process."""
        self.tables.clear()
        self.now, self.mails = now, list(kept["mails"])
        for name in self.tables.names:
            for item in kept[name]:
                self.tables.client.put_item(TableName=self.tables.names[name], Item=item)
        self.start()

    @contextmanager
    def _at(self, at: datetime) -> Iterator[None]:
        before, self.now = self.now, at
        yield
        self.now = before

    def _clock(self) -> datetime:
        return self.now


def _in_turn(work: Any) -> None:
    for one in work:
        one()
