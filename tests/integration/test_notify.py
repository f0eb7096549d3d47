"""The notify function: alerts are queued, letters are sent, and what SES says of mails."""

import json
from datetime import timedelta
from typing import Any

import pytest

from hotlist.mail.queue import Alert, Letter
from hotlist.mail.ses import delivery_hash
from hotlist.store.deliveries import LEASE, InFlight
from integration.lambdas import stream_event
from integration.stages.notify import ADA, ALERT, EVERYBODY, NOW, Notify, feedback

DONE: dict[str, Any] = {"batchItemFailures": []}


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
        if '"a1"' in asked["Entries"][0]["MessageBody"]:
            return {"Failed": [{"Id": "0"}]}
        sent: dict[str, Any] = send(**asked)
        return sent

    monkeypatch.setattr(notify.app.consumer.queue._sqs, "send_message_batch", refuse)
    other = {**hot, "alert_id": {"S": "b2"}}
    assert notify(stream_event(hot, other)) == {"batchItemFailures": [{"itemIdentifier": "100"}]}
    assert notify.queued() == [Letter(Alert(ADA, "b2"))]
    assert notify.parked() == []


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


@pytest.mark.parametrize(
    ("event", "lost"),
    [
        (feedback("Bounce", bounce={"bounceType": "Permanent"}), True),
        (feedback("Bounce", bounce={"bounceType": "Transient"}), False),
        (feedback("Complaint", complaint={}), True),
        (feedback("Complaint", complaint=None), True),
        (feedback("Complaint", complaint={"complaintFeedbackType": "abuse"}), True),
        (feedback("Complaint", complaint={"complaintFeedbackType": None}), True),
        (feedback("Complaint", complaint={"complaintFeedbackType": "not-spam"}), False),
        (feedback("Delivery"), False),
    ],
)
def test_who_cannot_be_reached_gets_no_more_mail_and_there_is_an_alarm(
    notify: Notify,
    hot: dict[str, Any],
    event: dict[str, Any],
    lost: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    notify(event)
    told = [one.__dict__ for one in caplog.records if "attention" in one.__dict__]
    assert [(one["attention"], one["recipient"]) for one in told] == [
        ("recipient disabled", "anna")
    ] * lost
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
