"""The notify function over moto's tables and queues, with an SES that remembers."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.identity import identifiers
from hotlist.leads.lead import Alerting, Contact, Lead, Reason, Stage, Temperature
from hotlist.mail.queue import Alert, Letter, Message, letter_of
from hotlist.mail.ses import delivery_hash
from hotlist.store.deliveries import DeliveryStore
from hotlist.store.events import EventStore
from hotlist.store.leads import LeadStore

NOW = datetime.now(UTC).replace(microsecond=0)


class Ses:
    """SES as far as it is asked: it takes mails, or refuses with an error code."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.refuse: dict[str, tuple[str, int]] = {}

    def send_email(self, **request: Any) -> dict[str, str]:
        address = request["Destination"]["ToAddresses"][0]
        if address in self.refuse:
            code, status = self.refuse[address]
            answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
            raise ClientError(answer, "SendEmail")
        self.sent.append(request)
        return {"MessageId": f"m{len(self.sent)}"}

    @property
    def to(self) -> list[str]:
        return sorted(one["Destination"]["ToAddresses"][0] for one in self.sent)


class Notify:
    """The handler with its tables and queues, and the queue's mapping worked by hand."""

    def __init__(self, app: Any, ses: Ses, names: dict[str, str], queues: dict[str, str]) -> None:
        self.app, self.ses, self.queues = app, ses, queues
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.sqs, self.dynamodb = boto3.client("sqs"), boto3.client("dynamodb")
        self.events = EventStore(self.dynamodb, names["events"])
        self.leads = LeadStore(self.dynamodb, names["leads"])
        outbox = replace(app.consumer.outbox, clock=lambda: self.now)
        to_leads = replace(app.consumer.to_leads, outbox=outbox)
        devices = replace(app.consumer.devices, outbox=outbox)
        letters = replace(app.consumer.letters, clock=lambda: self.now)
        app.consumer = replace(
            app.consumer, outbox=outbox, letters=letters, to_leads=to_leads, devices=devices
        )
        self.deliveries: DeliveryStore = outbox.deliveries
        self.held = app.consumer.held
        self.waits: list[int] = []
        app.consumer.queue._sqs.meta.events.register(
            "provide-client-params.sqs.ChangeMessageVisibility",
            lambda params, **_: self.waits.append(params["VisibilityTimeout"]),
        )
        self._waiting: list[dict[str, Any]] = []
        self._queued_at: dict[str, str] = {}

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.app.handler(event, None)
        return answer

    def tell(self, *letters: Letter) -> None:
        """Queue letters and work the queue off."""
        self.queue(*letters)
        self.work_off()

    def queue(self, *letters: Letter) -> None:
        self.app.consumer.queue.send(letters)

    def work_off(self) -> None:
        """What Lambda does with the queue, until nothing is visible."""
        for _ in range(200):
            messages = self.receive()
            if not messages:
                return
            self.invoke(messages)
        raise AssertionError("the queue does not end")

    def receive(self, most: int = 5) -> list[dict[str, Any]]:
        return self.sqs.receive_message(  # type: ignore[no-any-return]
            QueueUrl=self.queues["outbox"],
            MaxNumberOfMessages=most,
            AttributeNames=["All"],
            VisibilityTimeout=600,
        ).get("Messages", [])

    def invoke(self, messages: list[dict[str, Any]]) -> dict[str, Any]:
        """Hand messages to the function and delete those that it has not reported.

        By the stage's clock, each was queued when it was received first.
        """
        for message in messages:
            now = str(int(self.now.timestamp() * 1000))
            queued_at = self._queued_at.setdefault(message["MessageId"], now)
            message["Attributes"]["SentTimestamp"] = queued_at
        answer = self(queue_event(*messages))
        failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
        for message in messages:
            if message["MessageId"] in failed:
                self._waiting.append(message)
            else:
                self._delete(message)
        return answer

    def _delete(self, message: dict[str, Any]) -> None:
        self.sqs.delete_message(
            QueueUrl=self.queues["outbox"], ReceiptHandle=message["ReceiptHandle"]
        )

    def pass_time(self, time: timedelta) -> None:
        """Let time pass and every message that waits come back."""
        self.now += time
        for message in self._waiting:
            self.sqs.change_message_visibility(
                QueueUrl=self.queues["outbox"],
                ReceiptHandle=message["ReceiptHandle"],
                VisibilityTimeout=0,
            )
        self._waiting.clear()

    def forget_queue(self) -> None:
        """Nothing that is in the queue comes back."""
        self._waiting.clear()
        while self.receive(10):
            pass

    def parked(self) -> list[dict[str, Any]]:
        """What is in the failure queue; it comes once."""
        return [json.loads(one["Body"]) for one in self._all("failures")]

    def dead(self) -> list[tuple[Letter, str]]:
        """What is in the dead-letter queue, with the reasons; it comes once."""
        return [
            (letter_of(one["Body"]), one["MessageAttributes"]["reason"]["StringValue"])
            for one in self._all("dead_letters")
        ]

    def queued(self) -> list[Letter]:
        """What is in the queue; it comes once."""
        return [letter_of(one["Body"]) for one in self._all("outbox")]

    def _all(self, queue: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while batch := self.sqs.receive_message(
            QueueUrl=self.queues[queue], MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages"):
            found += batch
        return found


def queue_event(*messages: dict[str, Any]) -> dict[str, Any]:
    """A batch of an SQS mapping."""
    return {
        "Records": [
            {
                "eventSource": "aws:sqs",
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
            }
            for message in messages
        ]
    }


MOST = 4
"""Mails of a kind in an hour."""


ADA = identifiers.subject("email", "ada@example.org")


def a_lead(lead_id: str = ADA, **changes: Any) -> Lead:
    """A lead that has just turned hot."""
    fields: dict[str, Any] = {
        "lead_id": lead_id,
        "folded_at": NOW,
        "expires_at": NOW + timedelta(days=396),
        "temperature": Temperature.HOT,
        "stage": Stage.INTENT,
        "total": 75,
        "contact": Contact("Ada", None, "ada@example.org"),
        "reasons": (Reason("pricing", Decimal(15)),),
        "alerting": Alerting(armed=False, alert_id="a1", hot_since=NOW),
    }
    return Lead(**(fields | changes))


def a_message(event_id: str = "1" * 32, **changes: Any) -> Event:
    """What somebody wrote through a form that tells sales."""
    fields: dict[str, Any] = {
        "event_id": event_id,
        "type": "contact_requested",
        "route": Route.FORM,
        "occurred_at": NOW,
        "received_at": NOW,
        "expires_at": NOW + timedelta(days=396),
        "subject": ADA,
        "email": "ada@example.org",
        "dedup": "form:x",
        "properties": {"form": "contact", "name": "Ada", "message": "Call me"},
        "tell": True,
    }
    return Event(**(fields | changes))


EVERYBODY = ["anna@example.com", "ben@example.com"]
ALERT = Letter(Alert(ADA, "a1"))
TOLD = Letter(Message(ADA, "1" * 32))


def feedback(kind: str, **detail: Any) -> dict[str, Any]:
    tags = {"audience": ["sales"], "recipient": ["anna"], "delivery": [delivery_hash("d#anna")]}
    mail = {"messageId": "m1", "tags": tags}
    return {"source": "aws.ses", "detail": {"eventType": kind, "mail": mail, **detail}}


def metrics(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The metrics that were counted, as CloudWatch reads them."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if "_aws" in line]
