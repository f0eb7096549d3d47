"""The notify function: alerts are queued, letters are sent, and what SES says of mails."""

import json
import uuid
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
from hotlist.store.deliveries import LEASE, DeliveryStore, InFlight
from hotlist.store.events import EventStore
from hotlist.store.leads import LeadStore
from integration.lambdas import load, stream_event

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
        app.consumer = replace(app.consumer, outbox=outbox)
        self.deliveries: DeliveryStore = outbox.deliveries
        self.held = app.consumer.held
        self.waits: list[int] = []
        app.consumer.queue._sqs.meta.events.register(
            "provide-client-params.sqs.ChangeMessageVisibility",
            lambda params, **_: self.waits.append(params["VisibilityTimeout"]),
        )
        self._waiting: list[dict[str, Any]] = []

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
        """Hand messages to the function and delete those that it has not reported."""
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


@pytest.fixture
def notify(tables: Any, monkeypatch: pytest.MonkeyPatch) -> Notify:
    _, names = tables
    sqs = boto3.client("sqs")
    queues = {
        name: sqs.create_queue(QueueName=f"{name}-{uuid.uuid4()}")["QueueUrl"]
        for name in ("outbox", "dead_letters", "failures")
    }
    environment = {
        "EVENTS_TABLE": names["events"],
        "LEADS_TABLE": names["leads"],
        "DELIVERIES_TABLE": names["deliveries"],
        "OUTBOX_QUEUE_URL": queues["outbox"],
        "OUTBOX_DEAD_LETTERS_URL": queues["dead_letters"],
        "FAILURE_QUEUE_URL": queues["failures"],
        "SENDER": "hotlist@example.com",
        "CONFIGURATION_SET": "set",
        "MAIL_LEASE_SECONDS": str(LEASE // timedelta(seconds=1)),
        "MAILS_PER_HOUR": str(MOST),
    }
    app, ses = load("notify", environment, monkeypatch), Ses()
    monkeypatch.setattr(app.consumer.outbox.mailer, "_client", ses)
    return Notify(app, ses, names, queues)


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


@pytest.fixture
def hot(notify: Notify) -> dict[str, Any]:
    """The stream image of a lead that has just turned hot."""
    notify.leads.save(a_lead(), None)
    found = notify.dynamodb.get_item(
        TableName=notify.app.settings.leads_table, Key={"lead_id": {"S": ADA}}
    )
    item: dict[str, Any] = found["Item"]
    return item


EVERYBODY = ["anna@example.com", "ben@example.com"]
DONE: dict[str, Any] = {"batchItemFailures": []}
ALERT = Letter(Alert(ADA, "a1"))
TOLD = Letter(Message(ADA, "1" * 32))


def test_a_lead_that_turned_hot_is_queued_once_and_by_ids_alone(
    notify: Notify, hot: dict[str, Any]
) -> None:
    assert notify(stream_event(hot)) == DONE
    assert notify.queued() == [ALERT]
    assert notify.ses.sent == []


def test_an_alert_goes_to_everybody_once(notify: Notify, hot: dict[str, Any]) -> None:
    assert notify(stream_event(hot, hot)) == DONE
    assert notify(stream_event(hot)) == DONE
    notify.work_off()
    assert notify.ses.to == EVERYBODY


def test_a_lead_that_was_hot_before_alerts_nobody(notify: Notify, hot: dict[str, Any]) -> None:
    event = stream_event(hot, name="MODIFY")
    event["Records"][0]["dynamodb"]["OldImage"] = {**hot, "total": {"N": "70"}}
    assert notify(event) == DONE
    assert notify.queued() == []


def test_a_removed_lead_alerts_nobody(notify: Notify, hot: dict[str, Any]) -> None:
    notify(stream_event(hot, name="REMOVE"))
    assert notify.queued() == []


def test_an_alert_that_sqs_refuses_is_reported_and_stops_no_other(
    notify: Notify, hot: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    send = notify.app.consumer.queue._sqs.send_message_batch

    def refuse(**asked: Any) -> dict[str, Any]:
        if "a1" in str(asked):
            return {"Failed": [{"Id": "0"}]}
        sent: dict[str, Any] = send(**asked)
        return sent

    monkeypatch.setattr(notify.app.consumer.queue._sqs, "send_message_batch", refuse)
    other = {**hot, "alert_id": {"S": "b2"}}
    assert notify(stream_event(hot, other)) == {"batchItemFailures": [{"itemIdentifier": "100"}]}
    assert notify.queued() == [Letter(Alert(ADA, "b2"))]
    assert notify.parked() == []


def feedback(kind: str, **detail: Any) -> dict[str, Any]:
    tags = {"audience": ["sales"], "recipient": ["anna"], "delivery": [delivery_hash("d#anna")]}
    mail = {"messageId": "m1", "tags": tags}
    return {"source": "aws.ses", "detail": {"eventType": kind, "mail": mail, **detail}}


def test_sess_own_word_settles_an_unknown_outcome(notify: Notify) -> None:
    store, digest = notify.deliveries, delivery_hash("d#anna")
    assert store.claim("d#anna", digest, NOW)
    with pytest.raises(InFlight):
        store.claim("d#anna", digest, NOW + LEASE - timedelta(seconds=1))
    notify(feedback("Send"))
    assert not store.claim("d#anna", digest, NOW + timedelta(seconds=1))


def test_without_sess_word_the_mail_is_sent_again_after_the_lease(notify: Notify) -> None:
    store, digest = notify.deliveries, delivery_hash("d#anna")
    assert store.claim("d#anna", digest, NOW)
    assert store.claim("d#anna", digest, NOW + LEASE)
    with pytest.raises(InFlight) as raised:
        store.claim("d#anna", digest, NOW + LEASE)
    assert raised.value.until == NOW + 2 * LEASE


def metrics(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The metrics that were counted, as CloudWatch reads them."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if "_aws" in line]


@pytest.mark.parametrize(
    ("event", "lost"),
    [
        (feedback("Bounce", bounce={"bounceType": "Permanent"}), True),
        (feedback("Bounce", bounce={"bounceType": "Transient"}), False),
        (feedback("Complaint", complaint={}), True),
        (feedback("Delivery"), False),
    ],
)
def test_who_cannot_be_reached_gets_no_more_mail_and_there_is_an_alarm(
    notify: Notify,
    hot: dict[str, Any],
    event: dict[str, Any],
    lost: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    notify(event)
    counted = metrics(capsys)
    assert len(counted) == lost
    if lost:
        (metric,) = counted
        assert metric["RecipientDisabled"] == [1]
        assert metric["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Hotlist"
        assert metric["service"] == "notify"
    notify.tell(ALERT)
    assert notify.ses.to == (["ben@example.com"] if lost else EVERYBODY)


def test_a_mail_that_ses_rejects_later_is_parked(notify: Notify) -> None:
    notify(feedback("Reject", reject={"reason": "Bad content"}))
    (parked,) = notify.parked()
    assert parked["error"] == "MailRejected"
    assert json.loads(parked["body"]) == {"recipient": "anna", "message_id": "m1"}
    other = feedback("Reject", reject={"reason": "Bad content"})
    other["detail"]["mail"]["tags"]["audience"] = ["leads"]
    notify(other)
    assert notify.parked() == []
