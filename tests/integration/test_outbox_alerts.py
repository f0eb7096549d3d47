"""Alerts in the OutboxQueue: what they say by now, and which are let be."""

import re
from datetime import timedelta
from typing import Any

import boto3
import pytest
from fast_mail_parser import parse_email

from hotlist.events.answers import DOINGS
from hotlist.events.vocabulary import Route
from hotlist.leads.lead import Alerting, Lead, LeadState, May, Ownership, Temperature
from hotlist.links import tokens
from hotlist.links.tokens import Purpose
from hotlist.mail import texts
from hotlist.mail.queue import AFTER_LEASE, Alert, Letter
from hotlist.rescore.queue import FIRST_WAIT
from hotlist.store.deliveries import LEASE
from integration.stages.letters import (
    BEN,
    CALLER,
    fill,
    made_spam,
    refuse,
    subjects,
    text_of,
    to_ben,
)
from integration.stages.links import KEY
from integration.stages.notify import ADA, ALERT, EVERYBODY, NOW, TOLD, Notify, a_lead, a_message

DAY = timedelta(days=1)


def test_an_alert_about_a_lead_that_is_still_hot(notify: Notify) -> None:
    notify.leads.save(a_lead(), None)
    notify.tell(ALERT, ALERT)
    assert notify.ses.to == EVERYBODY
    assert "Ada is hot (75)" in subjects(notify)


@pytest.mark.parametrize(
    ("may", "of_mail"),
    [(May.MAIL, "mailed"), (May.NEITHER, "not_mailed"), (May.CALL, "not_mailed")],
)
def test_alert_and_message_say_what_is_allowed_and_whose_the_lead_is(
    notify: Notify, may: May, of_mail: str
) -> None:
    """The lead has an address and no number."""
    notify.leads.save(a_lead(may=may, ownership=Ownership("anna")), None)
    notify.events.put(a_message())
    for letter in (ALERT, TOLD):
        notify.ses.sent.clear()
        notify.tell(letter)
        said = to_ben(notify)
        assert f"  {texts.TEXTS['en'][of_mail]}\r\n" in said
        assert "Owner: Anna" in said


def test_alert_and_message_have_the_links_of_their_reader(notify: Notify) -> None:
    notify.leads.save(a_lead(), None)
    notify.events.put(a_message())
    for letter in (ALERT, TOLD):
        notify.ses.sent.clear()
        notify.tell(letter)
        said = html(notify)
        (card,) = re.findall(r'href="[^"]*/leads/([\w-]+)"', said)
        assert tokens.verified(card, Purpose.CARD, KEY, NOW).subject == ADA
        answers = re.findall(r'href="[^"]*/answers/([\w-]+)\?do=(\w+)"', said)
        assert [do for _, do in answers] == [*DOINGS]
        for text, _ in answers:
            token = tokens.verified(text, Purpose.ANSWER, KEY, NOW)
            assert (token.subject, token.recipient) == (ADA, "ben")
            assert token.said == {"name": "Ada", "lang": "en"}


def test_an_alert_waits_for_no_key(notify: Notify) -> None:
    boto3.client("secretsmanager").put_secret_value(
        SecretId=notify.app.settings.link_secret_arn, SecretString="{}"
    )
    notify.leads.save(a_lead(), None)
    notify.tell(ALERT)
    assert notify.ses.to == EVERYBODY
    assert "/answers/" not in html(notify)


def test_an_alert_about_a_lead_that_has_cooled_says_so(notify: Notify) -> None:
    at = NOW.replace(hour=10, minute=5)
    alerting = Alerting(armed=False, alert_id="a1", hot_since=at)
    notify.leads.save(a_lead(temperature=Temperature.WARM, total=31, alerting=alerting), None)
    notify.tell(ALERT)
    assert f"Ada turned hot on {at:%b} {at.day}, 10:05 AM; now 31 points" in subjects(notify)


def claimed() -> Lead:
    return a_lead(CALLER, state=LeadState.CLAIMED, claimed_by=ADA)


def test_an_alert_about_a_phone_that_was_taken_in_is_about_its_claimant(notify: Notify) -> None:
    notify.leads.save(claimed(), None)
    notify.leads.save(a_lead(temperature=Temperature.WARM, total=31, alerting=Alerting()), None)
    notify.tell(Letter(Alert(CALLER, "a1")))
    assert "A caller turned hot, whose e-mail address is known since" in html(notify)
    assert "now 31 points" in to_ben(notify)


def html(notify: Notify) -> str:
    (mail,) = [one for one in notify.ses.sent if one["Destination"]["ToAddresses"] == [BEN]]
    return str(parse_email(mail["Content"]["Raw"]["Data"]).text_html[0])


HOT_CLAIMANT = a_lead(alerting=Alerting(armed=False, alert_id="a9", hot_since=NOW))


@pytest.mark.parametrize(
    ("letter", "stored"),
    [
        (ALERT, []),
        (ALERT, [a_lead(alerting=Alerting(alert_id="a2", hot_since=NOW))]),
        (ALERT, [a_lead(state=LeadState.EMPTY)]),
        (Letter(Alert(CALLER, "a1")), [claimed(), HOT_CLAIMANT]),
        (Letter(Alert(CALLER, "a1")), [claimed()]),
        (Letter(Alert(CALLER, "a1")), [claimed(), a_lead(state=LeadState.EMPTY)]),
    ],
    ids=["erased", "newer", "empty", "claimant hot", "claimant erased", "claimant empty"],
)
def test_an_alert_that_is_no_news_is_let_be(
    notify: Notify, letter: Letter, stored: list[Lead]
) -> None:
    for lead in stored:
        notify.leads.save(lead, None)
    notify.tell(letter, letter.to("ben"))
    assert notify.ses.sent == []
    assert notify.dead() == []


def test_an_alert_that_sales_has_answered_is_let_be(notify: Notify) -> None:
    notify.leads.save(a_lead(), None)
    answer = a_message(
        type="sales_contacted", route=Route.LINK, occurred_at=NOW + DAY, properties={}, tell=False
    )
    notify.events.put(answer)
    notify.tell(ALERT)
    assert notify.ses.sent == []


def test_whoever_gets_the_message_gets_no_alert_beside_it(notify: Notify) -> None:
    alerting = Alerting(alert_id="a1", hot_since=NOW, alert_tell=f"{ADA}#{'1' * 32}")
    notify.leads.save(a_lead(alerting=alerting), None)
    notify.events.put(a_message())
    notify.tell(ALERT)
    assert notify.ses.sent == []
    notify.tell(TOLD, ALERT)
    assert len(notify.ses.sent) == len(EVERYBODY)
    assert all("Call me" in text_of(one) for one in notify.ses.sent)


def test_a_message_that_is_no_mail_stands_for_no_alert(notify: Notify) -> None:
    alerting = Alerting(alert_id="a1", hot_since=NOW, alert_tell=f"{ADA}#{'1' * 32}")
    notify.leads.save(a_lead(alerting=alerting), None)
    notify.events.put(a_message())
    notify.events.put(made_spam())
    notify.tell(ALERT)
    assert notify.ses.to == EVERYBODY


def test_a_message_that_is_held_stands_for_no_alert(notify: Notify) -> None:
    alerting = Alerting(alert_id="a1", hot_since=NOW, alert_tell=f"{ADA}#{'1' * 32}")
    notify.leads.save(a_lead(alerting=alerting), None)
    fill(notify, "message")
    notify.events.put(a_message())
    notify.tell(TOLD)
    assert notify.ses.sent == []
    notify.tell(ALERT)
    assert notify.ses.to == EVERYBODY


# --- the message comes later, or not at all ---------------------------------------------------


@pytest.fixture
def written(notify: Notify) -> Notify:
    """A lead that has turned hot by a message, of which neither it nor the alert is mailed yet."""
    alerting = Alerting(alert_id=ALERT_ID, hot_since=NOW, alert_tell=f"{ADA}#{'1' * 32}")
    notify.leads.save(a_lead(alerting=alerting), None)
    notify.events.put(a_message())
    return notify


ALERT_ID = f"{ADA}@{NOW:%Y-%m-%dT%H:%M:%S}.000Z"
ALERT_OF_MESSAGE = Letter(Alert(ADA, ALERT_ID))


def told_by_message(notify: Notify) -> list[str]:
    """The alerts for which a message stands, as the digest knows them."""
    table = notify.app.settings.deliveries_table
    items = notify.dynamodb.scan(TableName=table)["Items"]
    return sorted(one for item in items for one in item.get("by_message", {}).get("SS", ()))


def is_alert(sent: dict[str, Any]) -> bool:
    return "Call me" not in text_of(sent)


def test_an_alert_waits_for_its_message_and_comes_if_that_is_held(written: Notify) -> None:
    fill(written, "message")
    written.tell(ALERT_OF_MESSAGE)
    assert written.ses.sent == []
    assert written.waits == [FIRST_WAIT.seconds] * len(EVERYBODY)
    written.tell(TOLD)
    assert told_by_message(written) == []
    written.pass_time(FIRST_WAIT)
    written.work_off()
    assert written.ses.to == EVERYBODY
    assert all(map(is_alert, written.ses.sent))
    assert told_by_message(written) == []


def test_it_is_noted_that_a_message_stands_for_an_alert_once_it_was_sent(written: Notify) -> None:
    written.tell(ALERT_OF_MESSAGE)
    assert told_by_message(written) == []
    written.tell(TOLD)
    written.pass_time(FIRST_WAIT)
    written.work_off()
    assert written.ses.to == EVERYBODY
    assert not any(map(is_alert, written.ses.sent))
    assert told_by_message(written) == [f"alert#{ALERT_ID}#{one}" for one in ("anna", "ben")]


def test_an_alert_waits_while_nobody_knows_what_became_of_its_message(written: Notify) -> None:
    refuse(written, "InternalFailure", 500, BEN)
    written.tell(TOLD)
    written.tell(ALERT_OF_MESSAGE)
    written.ses.refuse = {}
    written.pass_time(FIRST_WAIT)
    written.work_off()
    assert written.ses.to == ["anna@example.com"]
    written.pass_time(LEASE + AFTER_LEASE)
    written.work_off()
    assert written.ses.to == EVERYBODY
    assert not any(map(is_alert, written.ses.sent))


@pytest.mark.parametrize("is_first", [False, True])
def test_an_alert_comes_if_its_message_can_never_be_sent(written: Notify, is_first: bool) -> None:
    refuse(written, "MessageRejected", 400, BEN)
    if is_first:
        written.tell(ALERT_OF_MESSAGE)
    written.tell(TOLD)
    written.ses.refuse = {}
    if not is_first:
        written.tell(ALERT_OF_MESSAGE)
    written.pass_time(FIRST_WAIT)
    written.work_off()
    (bens,) = [one for one in written.ses.sent if one["Destination"]["ToAddresses"] == [BEN]]
    assert is_alert(bens)
    ((letter, reason),) = written.dead()
    assert (letter, reason) == (TOLD.to("ben"), "ClientError MessageRejected")
    written.tell(letter)  # it is sent all the same if an operator has it tried again
    assert len(written.ses.sent) == len(EVERYBODY) + 1


def test_an_alert_comes_if_its_message_turns_out_to_be_spam(written: Notify) -> None:
    written.tell(ALERT_OF_MESSAGE)
    written.events.put(made_spam())
    written.tell(TOLD)
    written.pass_time(FIRST_WAIT)
    written.work_off()
    assert written.ses.to == EVERYBODY
