"""Alerts, messages and the digest: each once, to everybody who still gets mail."""

import itertools
import json
import time as clock
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import pytest

from e2e.api import Api, eventually, somebody
from e2e.looks import TEAM, lead_id, leads, scored, sent, to_team, wait_for
from e2e.one_stack import LEASE, Cold
from hotlist.capture.context import Received
from hotlist.capture.forms import submission
from hotlist.events.event import Event
from hotlist.leads.lead import Lead, Temperature
from hotlist.store.events import EventStore
from hotlist_cli.__main__ import main
from hotlist_cli.local.build import STACK_NAME
from hotlist_cli.local.demo import WentWrong, invoke_digest
from hotlist_cli.local.mailbox import Fault, Message
from hotlist_cli.local.ministack import CREDENTIALS
from hotlist_cli.local.stack import Stack

DAYS = itertools.count()


def a_morning() -> datetime:
    """A Monday's 8:15, at which everybody's digest is due; another one at each call.

    They lie in the past: a lead is seen no earlier than its newest event, and is still hot.
    """
    day = date(2020, 1, 6) + timedelta(weeks=next(DAYS))
    return datetime.combine(day, time(8, 15), UTC)


def test_an_alert_is_sent_once_to_each_recipient(stack: Stack, api: Api) -> None:
    email = somebody()
    api.submit("ebook", name="Ada Hot", email=email, role="buyer")
    lead = scored(stack, lead_id(email))

    mails = wait_for(stack, to_team(f"alert#{lead.alerting.alert_id}"))
    api.submit("webinar", name="Ada Hot", email=email)
    later = scored(stack, lead_id(email), total=95)
    run_past(stack, api)

    assert later.alerting.alert_id == lead.alerting.alert_id
    assert len(sent(stack, *to_team(f"alert#{lead.alerting.alert_id}"))) == len(mails)
    assert sorted(message.to[0] for message in mails) == ["anna@shop.example", "ben@shop.example"]


def run_past(stack: Stack, api: Api) -> None:
    """Have everything written so far pass through both streams: a later alert is out."""
    email = somebody()
    api.submit("ebook", name="Later", email=email, role="buyer")
    alert = scored(stack, lead_id(email)).alerting.alert_id
    wait_for(stack, to_team(f"alert#{alert}"))


def test_each_crossing_has_an_alert_of_its_own(stack: Stack, api: Api) -> None:
    email = somebody()
    # A request of 14 days ago less some seconds: hot now, and soon not any more.
    put(stack, old_request(email, timedelta(days=14) - timedelta(seconds=6)))
    first = scored(stack, lead_id(email))
    assert first.temperature is Temperature.HOT
    wait_for(stack, to_team(f"alert#{first.alerting.alert_id}"))

    def cooled() -> Lead | None:
        invoke_digest(stack, datetime.now(UTC))  # sends what is due to the queue
        found = leads(stack).get(lead_id(email))
        return found if found and found.temperature is not Temperature.HOT else None

    assert eventually(cooled).alerting.armed
    put(stack, old_request(email, timedelta(0)))

    second = eventually(lambda: hot_again(stack, email, first))
    wait_for(stack, to_team(f"alert#{second.alerting.alert_id}"))
    assert len(sent(stack, *to_team(f"alert#{first.alerting.alert_id}"))) == len(TEAM)


def hot_again(stack: Stack, email: str, before: Lead) -> Lead | None:
    lead = leads(stack).get(lead_id(email))
    assert lead is not None
    return lead if lead.alerting.alert_id != before.alerting.alert_id else None


def old_request(email: str, age: timedelta) -> Event:
    form = {
        "type": "contact_requested",
        "fields": {"email": {"type": "email"}, "name": {"type": "text"}},
    }
    fields = {"email": email, "name": "Long Ago"}
    return submission("contact", form, fields, Received(at=datetime.now(UTC) - age))


def put(stack: Stack, event: Event) -> None:
    EventStore(stack.client("dynamodb"), stack.name("EventsTable")).put(event, tell=False)


def test_a_forms_message_is_mailed_at_once(stack: Stack, api: Api) -> None:
    email = somebody()
    api.submit("contact", name="Ada Says", email=email, message="Łąka & <b>las</b>")

    def mine() -> list[Message]:
        return [
            m
            for m in stack.mailbox.messages
            if "Łąka & <b>las</b>" in part(stack, m, "plain") and email in part(stack, m, "plain")
        ]

    mails = eventually(lambda: found if len(found := mine()) >= len(TEAM) else None)
    assert "&lt;b&gt;las&lt;/b&gt;" in part(stack, mails[0], "html")
    assert {stack.mailbox.parse(mail)["Reply-To"] for mail in mails} == {email}


def test_whoever_gets_a_message_gets_no_alert_beside_it(stack: Stack, api: Api) -> None:
    email = somebody()
    api.submit("contact", name="Both", email=email, message="hello")
    lead = scored(stack, lead_id(email))
    assert lead.temperature is Temperature.HOT
    assert lead.alerting.alert_tell is not None

    wait_for(stack, to_team(f"tell#{lead.alerting.alert_tell}"))
    run_past(stack, api)

    assert not sent(stack, *to_team(f"alert#{lead.alerting.alert_id}"))


def test_the_message_shows_the_points_of_whoever_wrote_it(stack: Stack, api: Api) -> None:
    email = somebody()
    api.submit("contact", name="Pointed", email=email, message="hello")
    lead = scored(stack, lead_id(email))

    (_, mail) = wait_for(stack, to_team(f"tell#{lead.alerting.alert_tell}"))
    assert "30 " in part(stack, mail, "plain")


def test_a_form_is_mailed_within_five_seconds_though_nothing_has_run_before(
    stack: Stack, cold: Cold, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = ", ".join(f"{name} {lag:.1f} s" for name, lag in cold.lags.items())
    with capsys.disabled():
        print(f" [cold, from a form to its mail: {shown}; busy {cold.busy:.1f}]")  # noqa: T201
    assert max(cold.lags.values()) < 5 * cold.busy


def part(stack: Stack, message: Message, kind: str) -> str:
    body = stack.mailbox.parse(message).get_body((kind,))
    assert body is not None
    text = body.get_content()
    assert isinstance(text, str)
    return text


def test_the_digest_is_sent_once_a_day_to_each_recipient(stack: Stack, api: Api) -> None:
    at = a_morning()

    for minutes in (0, 0, 15, 30):
        invoke_digest(stack, at + timedelta(minutes=minutes))

    day = at.date().isoformat()
    mails = sent(stack, *(f"digest#{one}#{day}" for one in TEAM))
    assert sorted(mail.to[0] for mail in mails) == ["anna@shop.example", "ben@shop.example"]
    for mail in mails:
        raw = stack.mailbox.read(mail)
        assert raw.startswith(b"Subject:")
        assert "<html" in part(stack, mail, "html")
        plain = part(stack, mail, "plain")
        assert not [tag for tag in ("<html", "<table", "<td", "<a ", "<h1") if tag in plain]


def test_the_next_day_has_a_digest_of_its_own(stack: Stack, api: Api) -> None:
    at = a_morning()

    invoke_digest(stack, at)
    invoke_digest(stack, at + timedelta(days=1))

    days = [at.date().isoformat(), (at + timedelta(days=1)).date().isoformat()]
    assert len(sent(stack, *(f"digest#ben#{day}" for day in days))) == 2


def test_a_lead_hot_by_its_facts_alone_stands_in_the_digest(stack: Stack, api: Api) -> None:
    email = somebody()
    api.submit("ebook", name="Fact Ual", email=email, role="buyer")
    lead = scored(stack, lead_id(email), total=75)
    assert lead.temperature is Temperature.HOT
    assert lead.groups["fit"] == 60  # enough without anything that fades

    at = datetime.now(UTC).replace(hour=8, minute=15) + timedelta(days=30)
    while at.weekday() > 4:
        at += timedelta(days=1)
    invoke_digest(stack, at)

    (mail,) = sent(stack, f"digest#ben#{at.date().isoformat()}")
    assert email in part(stack, mail, "plain")
    assert email in part(stack, mail, "html").replace("<wbr>", "")


def test_a_throttled_mail_is_sent_when_ses_takes_it(stack: Stack, api: Api) -> None:
    email = somebody()
    # A call of SES is never repeated: the letter itself has to come back, after 15 seconds.
    stack.mailbox.add_fault(Fault("throttle", recipient="ben@shop.example"))

    api.submit("ebook", name="Patience", email=email, role="buyer")

    lead = scored(stack, lead_id(email))
    names = to_team(f"alert#{lead.alerting.alert_id}")
    assert len(wait_for(stack, names, 60)) == len(TEAM)
    stack.mailbox.clear_faults()


def test_a_lost_answer_of_ses_sends_no_second_mail(stack: Stack, api: Api) -> None:
    email = somebody()
    at = a_morning()
    name = f"digest#anna#{at.date().isoformat()}"
    api.submit("contact", name="Lost", email=email, message="hello")
    scored(stack, lead_id(email))

    def told_at_once() -> bool:
        about = [m for m in stack.mailbox.messages if email in part(stack, m, "plain")]
        return len(about) == len(TEAM)  # the message, which is not meant here

    eventually(told_at_once)
    stack.mailbox.add_fault(Fault("lost-answer", recipient="anna@shop.example"))

    # The run fails, since it cannot know; the next ones find that somebody is sending it.
    for _ in range(3):
        with suppress(WentWrong):
            invoke_digest(stack, at)

    assert stack.mailbox.clear_faults() == 0
    assert len(sent(stack, name)) == 1
    assert len(sent(stack, f"digest#ben#{at.date().isoformat()}")) == 1


def test_a_lost_answer_of_ses_holds_up_nobody_else(stack: Stack, api: Api) -> None:
    email, other = somebody(), somebody()
    stack.mailbox.add_fault(Fault("lost-answer", recipient="anna@shop.example"))
    api.submit("ebook", name="Unknown", email=email, role="buyer")
    alert = f"alert#{scored(stack, lead_id(email)).alerting.alert_id}"
    wait_for(stack, to_team(alert))

    began = clock.monotonic()
    api.submit("ebook", name="Behind", email=other, role="buyer")
    behind = f"alert#{scored(stack, lead_id(other)).alerting.alert_id}"
    wait_for(stack, to_team(behind))
    assert clock.monotonic() - began < LEASE.seconds

    def settled() -> bool:
        item = stack.client("dynamodb").get_item(
            TableName=stack.name("DeliveriesTable"),
            Key={"delivery_id": {"S": f"{alert}#anna"}},
            ConsistentRead=True,
        )["Item"]
        return bool(item["state"]["S"] == "sent")

    eventually(settled, 60)  # by SES's own word, when the letter comes back
    assert len(sent(stack, *to_team(alert))) == len(TEAM)


def test_what_ses_refused_is_sent_when_an_operator_says_so(
    stack: Stack, api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    email, account = somebody(), stack.mailbox.account
    monkeypatch.setattr(account, "identities", set())  # nobody has verified the sender
    api.submit("ebook", name="Refused", email=email, role="buyer")
    alert = f"alert#{scored(stack, lead_id(email)).alerting.alert_id}"

    def parked() -> bool:
        queue = stack.client("sqs").get_queue_attributes(
            QueueUrl=stack.name("OutboxDeadLetters"), AttributeNames=["ApproximateNumberOfMessages"]
        )
        waiting = int(queue["Attributes"]["ApproximateNumberOfMessages"])
        return waiting > len(TEAM)  # the alerts, and the mail with the guide

    eventually(parked)
    monkeypatch.undo()
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": stack.ministack.endpoint}.items():
        monkeypatch.setenv(name, value)
    assert main(["outbox", "retry", "--stack", STACK_NAME]) == 0

    assert "mails moved" in capsys.readouterr().out
    assert len(wait_for(stack, to_team(alert))) == len(TEAM)


def test_who_cannot_be_reached_gets_no_more_mail(stack: Stack, api: Api) -> None:
    deliveries, dynamodb = stack.name("DeliveriesTable"), stack.client("dynamodb")

    def disabled() -> object:
        key = {"delivery_id": {"S": "recipient#gone"}}
        item = dynamodb.get_item(TableName=deliveries, Key=key).get("Item", {})
        return item.get("disabled_at")

    eventually(disabled)  # by the bounce of the first mail of the session
    at = a_morning()
    invoke_digest(stack, at)

    day = at.date().isoformat()
    assert len(sent(stack, f"digest#ben#{day}")) == 1
    assert not sent(stack, f"digest#gone#{day}")


def test_a_run_sees_a_mapping_that_is_disabled(stack: Stack) -> None:
    """The pump answers for those of streams, which are disabled in MiniStack."""
    functions, uuid = stack.client("lambda"), stack.name("RescoreMapping")

    def counts() -> list[float]:
        lines = [line for line in stack.logs() if '"MappingsDisabled":[' in line]
        return [json.loads(line)["MappingsDisabled"][0] for line in lines]

    def run() -> list[float]:
        before = len(counts())
        invoke_digest(stack, datetime.now(UTC))
        return eventually(lambda: counts()[before:])

    assert run() == [0]
    functions.update_event_source_mapping(UUID=uuid, Enabled=False)
    try:
        assert run() == [1]
    finally:
        functions.update_event_source_mapping(UUID=uuid, Enabled=True)
    assert run() == [0]
