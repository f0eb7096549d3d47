"""The notify function: alerts, form messages, and what SES says of mails."""

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from fast_mail_parser import parse_email

from hotlist.events import visible
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.leads.lead import Alerting, Contact, Lead, Reason, Stage, Temperature
from hotlist.mail import render
from hotlist.mail.ses import delivery_hash
from hotlist.store.deliveries import LEASE, DeliveryStore, InFlight
from hotlist.store.events import to_item
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
    def __init__(self, app: Any, ses: Ses, failures: str) -> None:
        self.app, self.ses, self._failures = app, ses, failures
        self.deliveries: DeliveryStore = app.outbox.deliveries

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.app.handler(event, None)
        return answer

    def parked(self) -> int:
        sqs = boto3.client("sqs")
        return len(sqs.receive_message(QueueUrl=self._failures).get("Messages", ()))


@pytest.fixture
def notify(tables: Any, monkeypatch: pytest.MonkeyPatch) -> Notify:
    _, names = tables
    failures = boto3.client("sqs").create_queue(QueueName=f"n-{uuid.uuid4()}")["QueueUrl"]
    environment = {
        "DELIVERIES_TABLE": names["deliveries"],
        "FAILURE_QUEUE_URL": failures,
        "SENDER": "hotlist@example.com",
        "CONFIGURATION_SET": "set",
    }
    app, ses = load("notify", environment, monkeypatch), Ses()
    monkeypatch.setattr(app.outbox.mailer, "_client", ses)
    return Notify(app, ses, failures)


@pytest.fixture
def hot(tables: Any) -> dict[str, Any]:
    """The stream image of a lead that has just turned hot."""
    client, names = tables
    lead = Lead(
        lead_id="email:1",
        folded_at=NOW,
        expires_at=NOW + timedelta(days=396),
        temperature=Temperature.HOT,
        stage=Stage.INTENT,
        total=75,
        contact=Contact("Ada", None, "ada@example.org"),
        reasons=(Reason("pricing", Decimal(15)),),
        alerting=Alerting(armed=False, alert_id="a1", hot_since=NOW),
    )
    LeadStore(client, names["leads"]).save(lead, None)
    item: dict[str, Any] = client.scan(TableName=names["leads"])["Items"][0]
    return item


EVERYBODY = ["anna@example.com", "ben@example.com"]
DONE: dict[str, Any] = {"batchItemFailures": []}


def test_an_alert_goes_to_everybody_once(notify: Notify, hot: dict[str, Any]) -> None:
    assert notify(stream_event(hot)) == DONE
    assert notify(stream_event(hot, hot)) == DONE
    assert notify.ses.to == EVERYBODY


def test_a_lead_that_was_hot_before_alerts_nobody(notify: Notify, hot: dict[str, Any]) -> None:
    event = stream_event(hot, name="MODIFY")
    event["Records"][0]["dynamodb"]["OldImage"] = {**hot, "total": {"N": "70"}}
    assert notify(event) == DONE
    assert notify.ses.sent == []


def test_a_removed_lead_alerts_nobody(notify: Notify, hot: dict[str, Any]) -> None:
    notify(stream_event(hot, name="REMOVE"))
    assert notify.ses.sent == []


def message(at: datetime = NOW, *, tell: bool = True, **said: str) -> dict[str, Any]:
    event = Event(
        event_id="1" * 32,
        type="contact_requested",
        route=Route.FORM,
        occurred_at=at,
        received_at=at,
        expires_at=NOW + timedelta(days=396),
        subject="email:1",
        email="ada@example.org",
        dedup="form:x",
        properties={"form": "contact", "name": "Ada", "message": "Call me", **said},
    )
    return to_item(event, tell=tell)


def test_a_forms_message_is_told_at_once_and_once(notify: Notify) -> None:
    assert notify(stream_event(message(), message())) == DONE
    assert notify.ses.to == EVERYBODY
    assert b"Call me" in notify.ses.sent[0]["Content"]["Raw"]["Data"]


def test_the_same_message_on_another_day_is_news(notify: Notify) -> None:
    morning = NOW.replace(hour=8)
    notify(stream_event(message(morning), message(morning + timedelta(hours=9))))
    assert notify.ses.to == EVERYBODY
    notify(stream_event(message(morning + timedelta(days=7))))
    assert notify.ses.to == sorted(EVERYBODY * 2)


def test_only_a_new_event_that_is_to_be_told_is_told(notify: Notify) -> None:
    assert notify(stream_event(message(), name="MODIFY")) == DONE  # a fold has renewed it
    assert notify(stream_event(message(tell=False))) == DONE
    assert notify.ses.sent == []


@pytest.mark.parametrize(("form", "is_known"), [("contact", True), ("x" * 300, False)])
def test_a_bots_message_is_no_mail_and_counted_by_a_form_that_there_is(
    notify: Notify, form: str, is_known: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    bots = message(user_agent="Mozilla/5.0 HeadlessChrome/130.0", form=form)
    assert (
        notify(stream_event(bots, message(user_agent="WordPress/6.5; https://a.example"))) == DONE
    )
    assert notify.ses.to == EVERYBODY
    (metric,) = (
        line for line in map(json.loads, capsys.readouterr().out.splitlines()) if "_aws" in line
    )
    assert metric["BotMessages"] == [1]
    assert metric.get("form") == (form if is_known else None)
    assert ("form" in metric["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0]) is is_known


def test_a_label_is_told_in_the_language_of_its_reader(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {"message": {"type": "message", "label": {"en": "Your wish", "pl": "Życzenie"}}}
    patched = replace(notify.app.notifier, forms={"contact": {"fields": fields}})
    monkeypatch.setattr(notify.app, "notifier", patched)
    notify(stream_event(message()))
    bodies = {
        one["Destination"]["ToAddresses"][0]: parse_email(one["Content"]["Raw"]["Data"]).text_plain[
            0
        ]
        for one in notify.ses.sent
    }
    assert "Życzenie: Call me" in bodies["anna@example.com"]
    assert "Your wish: Call me" in bodies["ben@example.com"]


def test_one_recipients_trouble_stops_no_other_and_is_tried_again(
    notify: Notify, hot: dict[str, Any]
) -> None:
    notify.ses.refuse = {"anna@example.com": ("TooManyRequestsException", 429)}
    assert notify(stream_event(hot)) == {"batchItemFailures": [{"itemIdentifier": "100"}]}
    assert notify.ses.to == ["ben@example.com"]
    notify.ses.refuse = {}
    assert notify(stream_event(hot)) == DONE
    assert notify.ses.to == EVERYBODY


def test_a_mail_that_is_refused_for_good_is_parked(notify: Notify, hot: dict[str, Any]) -> None:
    notify.ses.refuse = {"anna@example.com": ("MessageRejected", 400)}
    assert notify(stream_event(hot)) == DONE
    assert notify.ses.to == ["ben@example.com"]
    assert notify.parked() == 1


def test_after_a_lost_answer_nothing_is_sent_before_the_lease_ends(
    notify: Notify, hot: dict[str, Any]
) -> None:
    notify.ses.refuse = {"anna@example.com": ("InternalServiceError", 500)}
    notify(stream_event(hot))
    notify.ses.refuse = {}
    assert notify(stream_event(hot)) == {"batchItemFailures": [{"itemIdentifier": "100"}]}
    assert notify.ses.to == ["ben@example.com"]


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
    with pytest.raises(InFlight):
        store.claim("d#anna", digest, NOW + LEASE)


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
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    metrics = [line for line in lines if "_aws" in line]
    assert len(metrics) == lost
    if lost:
        (metric,) = metrics
        assert metric["RecipientDisabled"] == [1]
        assert metric["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Hotlist"
        assert metric["service"] == "notify"
    notify(stream_event(hot))
    assert notify.ses.to == (["ben@example.com"] if lost else EVERYBODY)


def test_a_lead_that_cannot_be_rendered_costs_its_own_alert_alone(
    notify: Notify, hot: dict[str, Any]
) -> None:
    bad = {
        **hot,
        "lead_id": {"S": "email:0"},
        "alert_id": {"S": "a0"},
        "reasons": {"S": '[["p", "1e40"]]'},
    }
    assert notify(stream_event(bad, hot)) == DONE
    assert notify.ses.to == EVERYBODY
    assert notify.parked() == 1


def test_a_message_that_cannot_be_rendered_costs_itself_alone(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = render.message

    def fails(event: Event, *args: Any) -> render.Mail:
        if event.email == "bad@example.org":
            raise UnicodeError("not to be written")
        return rendered(event, *args)

    monkeypatch.setattr(render, "message", fails)
    bad = {**message(), "email": {"S": "bad@example.org"}, "dedup": {"S": "form:bad"}}
    assert notify(stream_event(bad, message())) == DONE
    assert notify.ses.to == EVERYBODY
    assert notify.parked() == 1


HOSTILE = [
    "=?unicode_escape?q?=5Cud800?=",
    "=?utf-8?q?a=00b?=",
    "A\r\nBcc: x@evil.example",
    "\u202e",
]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_hostile_name_reaches_everybody_as_text(
    notify: Notify, hot: dict[str, Any], name: str
) -> None:
    told = message()
    told["properties"] = {"S": json.dumps({"form": "contact", "name": name, "message": name})}
    assert notify(stream_event(told, {**hot, "name": {"S": name}})) == DONE
    assert notify.ses.to == sorted(EVERYBODY * 2)
    for one in notify.ses.sent:
        mail = parse_email(one["Content"]["Raw"]["Data"])
        assert "Bcc" not in mail.headers
        shown = visible.one_line(name) or "ada@example.org"
        assert shown in mail.subject
        assert [to.address for to in mail.reply_to] == ["ada@example.org"]
