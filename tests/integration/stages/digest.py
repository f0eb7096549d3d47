"""The digest function over moto's tables and queues."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from fast_mail_parser import parse_email

from hotlist.events import times
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.identity import identifiers
from hotlist.leads.lead import Lead
from hotlist.sales.team import Sales
from hotlist.scoring.ruleset import Ruleset
from hotlist.store.events import to_item
from integration.lambdas import stream_event
from integration.stages.notify import Ses

# Monday: 7:45 in Warsaw, 6:45 in London
ANNAS_HOUR = datetime(2026, 3, 2, 6, 45, tzinfo=UTC)
BENS_HOUR = ANNAS_HOUR + timedelta(hours=1, minutes=15)


class Digest:
    def __init__(self, app: Any, score: Any, ses: Ses, queue: str) -> None:
        self.app, self._score, self.ses, self._queue = app, score, ses, queue

    def run(self, now: datetime) -> dict[str, int]:
        ran: dict[str, int] = self.app.handler({"time": times.to_text(now)}, None)
        return ran

    def lead(
        self, email: str, at: datetime, event_type: str = "contact_requested", **said: Any
    ) -> str:
        """A lead of one event at an instant; it names a phone too if `said` does."""
        subject = identifiers.subject("email", email)
        event = Event(
            event_id=f"{times.to_ms(at):012x}{'0' * 20}",
            type=event_type,
            route=Route.FORM,
            occurred_at=at,
            received_at=at,
            expires_at=at + timedelta(days=9999),
            subject=subject,
            names=(identifiers.subject("phone", said["phone"]),) if "phone" in said else (),
            email=email,
            properties={"name": email.partition("@")[0], **said},
        )
        self._score.stores.events.put(event)
        self._score.handler(stream_event(to_item(event)), None)
        return subject

    def queued(self) -> int:
        return len(self._messages())

    def work_off(self) -> int:
        """Give what is queued to the score function."""
        found = self._messages()
        self._score.handler(
            {
                "Records": [
                    {
                        "eventSource": "aws:sqs",
                        "messageId": message["MessageId"],
                        "body": message["Body"],
                    }
                    for message in found
                ]
            },
            None,
        )
        return len(found)

    def deploy(self, patch: pytest.MonkeyPatch, rules: Ruleset, *, alerts: bool) -> None:
        """Change the rules of both functions."""
        patch.setattr(self.app, "rescoring", replace(self.app.rescoring, rulesets_hash=rules.hash))
        patch.setattr(self._score.folder, "_ruleset", rules)
        patch.setattr(self._score.folder, "_alert_on_rule_change", alerts)

    def wants_empty(self, patch: pytest.MonkeyPatch, sends: bool) -> None:
        """Set `on_empty`."""
        self.wants(patch, on_empty="short" if sends else "skip")

    def wants(self, patch: pytest.MonkeyPatch, **settings: Any) -> None:
        """Set something for all recipients."""
        sales = self.app.digester.sales
        people = tuple(replace(one, **settings) for one in sales.recipients)
        self.has_sales(patch, replace(sales, recipients=people))

    def has_sales(self, patch: pytest.MonkeyPatch, sales: Sales) -> None:
        patch.setattr(self.app, "digester", replace(self.app.digester, sales=sales))

    def stored(self, lead_id: str) -> Lead:
        lead: Lead | None = self._score.stores.leads.get(lead_id)
        assert lead is not None
        return lead

    def _messages(self) -> list[Any]:
        found: list[Any] = []
        sqs = boto3.client("sqs")
        while batch := sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            found += batch
        return found

    def texts(self) -> list[str]:
        """The plain text of each mail."""
        mails = [parse_email(one["Content"]["Raw"]["Data"]) for one in self.ses.sent]
        return [mail.text_plain[0].replace("\r\n", "\n") for mail in mails]

    @contextmanager
    def broken_item(self, lead_id: str, lacks: str = "inputs", **has: str) -> Iterator[None]:
        """A lead's item lacks what every lead has, or has other texts.

        No version of the code writes it so.
        """
        client, table = boto3.client("dynamodb"), self._score.stores.leads._table
        key = {"lead_id": {"S": lead_id}}
        item = client.get_item(TableName=table, Key=key)["Item"]
        broken = {name: value for name, value in item.items() if name != lacks}
        broken |= {name: {"S": value} for name, value in has.items()}
        client.put_item(TableName=table, Item=broken)
        yield
        client.put_item(TableName=table, Item=item)

    def html(self) -> list[str]:
        """The HTML of each mail."""
        return [parse_email(one["Content"]["Raw"]["Data"]).text_html[0] for one in self.ses.sent]

    def at(self, now: datetime) -> None:
        """Set the clock of the score function."""
        self._score.folder._clock = lambda: now


RECENT = ANNAS_HOUR - timedelta(hours=20)
