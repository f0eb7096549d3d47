"""The OutboxQueue's consumer: who gets a letter, which are parked, what stands in them."""

import json
from typing import Any

import pytest
from fast_mail_parser import parse_email

from hotlist.events.visible import one_line
from hotlist.leads.lead import Contact
from hotlist.mail import render
from hotlist.mail.queue import Alert, Letter, More
from integration.stages.letters import BEN, CALLER, refuse
from integration.stages.notify import ADA, ALERT, EVERYBODY, NOW, TOLD, Notify, a_lead, a_message

# --- whom ---------------------------------------------------------------------------------


def test_a_letter_to_somebody_who_gets_no_mail_goes_to_whoever_does(notify: Notify) -> None:
    notify.leads.save(a_lead(), None)
    notify.deliveries.disable("anna", "bounce", NOW)
    notify.tell(ALERT.to("anna"), ALERT.to("nobody"))
    assert notify.ses.to == [BEN]


def test_a_letter_that_nobody_can_get_is_parked_and_may_be_tried_again(notify: Notify) -> None:
    notify.leads.save(a_lead(), None)
    for one in ("anna", "ben"):
        notify.deliveries.disable(one, "bounce", NOW)
    notify.tell(ALERT, ALERT.to("ben"))
    assert notify.dead() == [(ALERT, "NobodyGetsMail"), (ALERT.to("ben"), "NobodyGetsMail")]
    notify.dynamodb.delete_item(
        TableName=notify.app.settings.deliveries_table,
        Key={"delivery_id": {"S": "recipient#ben"}},
    )
    notify.tell(ALERT)
    assert notify.ses.to == [BEN]


# --- what is parked ------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["MessageRejected", "BadRequestException"])
def test_a_mail_that_ses_refuses_for_good_is_parked(notify: Notify, code: str) -> None:
    notify.leads.save(a_lead(), None)
    refuse(notify, code, 400, "anna@example.com")
    notify.tell(ALERT)
    assert notify.ses.to == [BEN]
    assert notify.dead() == [(ALERT.to("anna"), f"ClientError {code}")]
    assert notify.waits == []
    notify.ses.refuse = {}
    notify.tell(ALERT.to("anna"))  # as a retry does
    assert notify.ses.to == EVERYBODY


@pytest.mark.parametrize("body", ["[]", "null", "{}", '{"alert": {"lead_id": 1, "alert_id": "a"}}'])
def test_what_is_no_letter_is_parked_and_stops_no_other(notify: Notify, body: str) -> None:
    notify.leads.save(a_lead(), None)
    notify.queue(ALERT.to("ben"))
    (good,) = notify.receive()
    bad = {**good, "MessageId": "bad", "Body": body}
    assert notify.invoke([bad, good])["batchItemFailures"] == []
    assert notify.ses.to == [BEN]
    queue = notify.queues["dead_letters"]
    parked = notify.sqs.receive_message(QueueUrl=queue).get("Messages", [])
    assert [one["Body"] for one in parked] == [body]


def test_a_lead_that_cannot_be_rendered_costs_its_own_alert_alone(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = render.alert

    def fails(now: Any, *args: Any, **beside: Any) -> render.Mail:
        if now.lead.lead_id == CALLER:
            raise UnicodeError("not to be written")
        return rendered(now, *args, **beside)

    monkeypatch.setattr(render, "alert", fails)
    notify.leads.save(a_lead(), None)
    notify.leads.save(a_lead(CALLER), None)
    bad = Letter(Alert(CALLER, "a1"))
    notify.tell(bad, ALERT)
    assert notify.ses.to == EVERYBODY
    assert [letter for letter, _ in notify.dead()] == [bad.to("anna"), bad.to("ben")]


# --- what stands in letters and mails -------------------------------------------------------

HOSTILE = [
    "=?unicode_escape?q?=5Cud800?=",
    "=?utf-8?q?a=00b?=",
    "A\r\nBcc: x@evil.example",
    "\u202e",
]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_hostile_name_reaches_everybody_as_text(notify: Notify, name: str) -> None:
    notify.events.put(a_message(properties={"form": "contact", "name": name, "message": name}))
    notify.leads.save(a_lead(contact=Contact(name, None, "ada@example.org")), None)
    notify.tell(TOLD, ALERT)
    assert notify.ses.to == sorted(EVERYBODY * 2)
    for one in notify.ses.sent:
        mail = parse_email(one["Content"]["Raw"]["Data"])
        assert "Bcc" not in mail.headers
        assert (one_line(name) or "ada@example.org") in mail.subject
        assert [to.address for to in mail.reply_to] == ["ada@example.org"]


def test_queue_messages_hold_ids_alone() -> None:
    letters = [TOLD, ALERT.to("ben"), Letter(More("ben", "alert", "2026-03-28T11"), "ben")]
    assert [json.loads(letter.body()) for letter in letters] == [
        {"message": {"subject": ADA, "event_id": "1" * 32}},
        {"alert": {"lead_id": ADA, "alert_id": "a1"}, "recipient": "ben"},
        {"more": {"of": "ben", "kind": "alert", "hour": "2026-03-28T11"}, "recipient": "ben"},
    ]
