"""The OutboxQueue's consumer: what is sent, to whom, what waits, what is held, what is parked."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError
from fast_mail_parser import parse_email

from hotlist.events.visible import one_line
from hotlist.events.vocabulary import SPAM, Route
from hotlist.identity import identifiers
from hotlist.leads.lead import Alerting, Contact, Lead, LeadState, Temperature
from hotlist.mail import render
from hotlist.mail.queue import (
    AFTER_LEASE,
    QUOTA_WAIT,
    Alert,
    Letter,
    Message,
    More,
)
from hotlist.mail.ses import delivery_hash
from hotlist.rescore.queue import FIRST_WAIT, LONGEST_WAIT, PARKED_AFTER
from hotlist.sales.held import HeldTeller
from hotlist.store import hours
from hotlist.store.deliveries import LEASE
from integration.stages.letters import fill, refuse
from integration.stages.notify import (
    ADA,
    ALERT,
    EVERYBODY,
    MOST,
    NOW,
    TOLD,
    Notify,
    a_lead,
    a_message,
)
from integration.test_notify import metrics

PHONE = identifiers.subject("phone", "+48600100200")
DAY = timedelta(days=1)
BEN = "ben@example.com"


def text_of(sent: dict[str, Any]) -> str:
    return str(parse_email(sent["Content"]["Raw"]["Data"]).text_plain[0])


def subjects(notify: Notify) -> list[str]:
    return [parse_email(one["Content"]["Raw"]["Data"]).subject for one in notify.ses.sent]


def to_ben(notify: Notify) -> str:
    """The one mail that Ben got, as text."""
    (mail,) = [one for one in notify.ses.sent if one["Destination"]["ToAddresses"] == [BEN]]
    return text_of(mail)


# --- messages -----------------------------------------------------------------------------


def test_a_message_is_mailed_to_everybody_once(notify: Notify) -> None:
    notify.events.put(a_message())
    notify.tell(TOLD, TOLD)
    notify.tell(TOLD, TOLD.to("ben"))
    assert notify.ses.to == EVERYBODY
    assert "Call me" in to_ben(notify)
    tags = {tag["Name"]: tag["Value"] for tag in notify.ses.sent[0]["EmailTags"]}
    names = {delivery_hash(f"tell#{ADA}#{'1' * 32}#{one}") for one in ("anna", "ben")}
    assert tags["delivery"] in names


def test_messages_of_two_subjects_with_one_event_id_are_two_deliveries(notify: Notify) -> None:
    bo = identifiers.subject("email", "bo@example.org")
    notify.events.put(a_message())
    notify.events.put(a_message(subject=bo, email="bo@example.org"))
    notify.tell(TOLD, Letter(Message(bo, "1" * 32)))
    assert notify.ses.to == sorted(EVERYBODY * 2)


def test_a_message_shows_its_leads_points_as_they_are_now(notify: Notify) -> None:
    notify.events.put(a_message())
    notify.leads.save(a_lead(total=42, temperature=Temperature.WARM), None)
    notify.tell(TOLD)
    assert "42 points, warm" in to_ben(notify)


def test_a_callers_message_shows_the_lead_that_has_taken_them_in(notify: Notify) -> None:
    notify.events.put(a_message(subject=PHONE, email=None, phone="+48600100200"))
    notify.leads.save(a_lead(PHONE, state=LeadState.CLAIMED, claimed_by=ADA), None)
    notify.leads.save(a_lead(total=61), None)
    notify.tell(Letter(Message(PHONE, "1" * 32)))
    assert "61 points, hot" in to_ben(notify)


def test_a_message_whose_lead_could_not_be_folded_is_mailed_without_points(notify: Notify) -> None:
    notify.events.put(a_message())
    notify.tell(TOLD)
    assert "points" not in to_ben(notify)


def spam_by_an_operator() -> Any:
    said = {"event_id": "1" * 32, "add": [SPAM]}
    return a_message(
        "2" * 32,
        type="event_reclassified",
        route=Route.OPERATOR,
        properties=said,
        tell=False,
        occurred_at=NOW + timedelta(seconds=1),
    )


def release() -> Any:
    return replace(
        spam_by_an_operator(),
        event_id="3" * 32,
        properties={"event_id": "1" * 32, "remove": [SPAM]},
        occurred_at=NOW + timedelta(seconds=2),
    )


def test_spam_is_no_mail_and_is_counted_by_its_form(
    notify: Notify, capsys: pytest.CaptureFixture[str]
) -> None:
    notify.events.put(a_message())
    notify.events.put(spam_by_an_operator())
    notify.tell(TOLD)
    assert notify.ses.sent == []
    (counted,) = metrics(capsys)
    assert (counted["SpamMessages"], counted["form"]) == ([1], "contact")
    notify.events.put(release())
    notify.tell(TOLD)
    assert notify.ses.to == EVERYBODY


def test_a_letter_on_its_way_is_not_sent_once_its_message_is_spam(notify: Notify) -> None:
    notify.events.put(a_message())
    notify.events.put(spam_by_an_operator())
    notify.tell(TOLD.to("ben"))
    assert notify.ses.sent == []


@pytest.mark.parametrize(("form", "is_known"), [("contact", True), ("x" * 300, False)])
def test_a_bots_message_is_no_mail_and_is_counted_by_a_form_that_there_is(
    notify: Notify, form: str, is_known: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    bot = {"form": form, "message": "hi", "user_agent": "Mozilla/5.0 HeadlessChrome/130.0"}
    person = {**bot, "user_agent": "WordPress/6.5; https://a.example"}
    notify.events.put(a_message(properties=bot))
    notify.events.put(a_message("2" * 32, properties=person))
    notify.tell(TOLD, Letter(Message(ADA, "2" * 32)))
    assert notify.ses.to == EVERYBODY
    (counted,) = metrics(capsys)
    assert counted["BotMessages"] == [1]
    assert counted.get("form") == (form if is_known else None)
    dimensions = counted["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0]
    assert ("form" in dimensions) is is_known


@pytest.mark.parametrize(
    "stored", [None, a_message(tell=False), a_message(expires_at=NOW - timedelta(seconds=1))]
)
def test_what_is_no_message_or_is_gone_is_no_mail(notify: Notify, stored: Any) -> None:
    if stored is not None:
        notify.events.put(stored)
    notify.tell(TOLD, TOLD.to("ben"))
    assert notify.ses.sent == []
    assert notify.dead() == []


def test_a_label_is_told_in_the_language_of_its_reader(notify: Notify) -> None:
    fields = {"message": {"type": "message", "label": {"en": "Your wish", "pl": "Życzenie"}}}
    notify.app.consumer = replace(notify.app.consumer, forms={"contact": {"fields": fields}})
    notify.events.put(a_message())
    notify.tell(TOLD)
    bodies = {one["Destination"]["ToAddresses"][0]: text_of(one) for one in notify.ses.sent}
    assert "Życzenie: Call me" in bodies["anna@example.com"]
    assert "Your wish: Call me" in bodies[BEN]


# --- alerts -------------------------------------------------------------------------------


def test_an_alert_about_a_lead_that_is_still_hot(notify: Notify) -> None:
    notify.leads.save(a_lead(), None)
    notify.tell(ALERT, ALERT)
    assert notify.ses.to == EVERYBODY
    assert "Ada is hot (75)" in subjects(notify)


def test_an_alert_about_a_lead_that_has_cooled_says_so(notify: Notify) -> None:
    at = NOW.replace(hour=10, minute=5)
    alerting = Alerting(armed=False, alert_id="a1", hot_since=at)
    notify.leads.save(a_lead(temperature=Temperature.WARM, total=31, alerting=alerting), None)
    notify.tell(ALERT)
    assert f"Ada turned hot at {at:%d.%m.} 10:05, now 31 points" in subjects(notify)


def claimed() -> Lead:
    return a_lead(PHONE, state=LeadState.CLAIMED, claimed_by=ADA)


def test_an_alert_about_a_phone_that_was_taken_in_is_about_its_claimant(notify: Notify) -> None:
    notify.leads.save(claimed(), None)
    notify.leads.save(a_lead(temperature=Temperature.WARM, total=31, alerting=Alerting()), None)
    notify.tell(Letter(Alert(PHONE, "a1")))
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
        (Letter(Alert(PHONE, "a1")), [claimed(), HOT_CLAIMANT]),
        (Letter(Alert(PHONE, "a1")), [claimed()]),
        (Letter(Alert(PHONE, "a1")), [claimed(), a_lead(state=LeadState.EMPTY)]),
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
    notify.events.put(spam_by_an_operator())
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


# --- what waits ---------------------------------------------------------------------------


def seconds(time: timedelta) -> int:
    return time // timedelta(seconds=1)


def test_a_throttled_mail_waits_longer_each_time_and_stops_no_other(notify: Notify) -> None:
    notify.leads.save(a_lead(), None)
    refuse(notify, "TooManyRequestsException", 429, "anna@example.com")
    notify.tell(ALERT)
    assert notify.ses.to == [BEN]
    for _ in range(9):
        notify.pass_time(timedelta(seconds=1))
        notify.work_off()
    doubling = [seconds(FIRST_WAIT) << n for n in range(10)]
    assert notify.waits == [min(seconds(LONGEST_WAIT), wait) for wait in doubling]
    notify.ses.refuse = {}
    notify.pass_time(timedelta(seconds=1))
    notify.work_off()
    assert notify.ses.to == EVERYBODY
    assert notify.dead() == []


def test_a_quota_that_is_used_up_is_asked_again_in_an_hour(notify: Notify) -> None:
    notify.leads.save(a_lead(), None)
    refuse(notify, "LimitExceededException", 400)
    notify.tell(ALERT.to("ben"))
    assert notify.waits == [seconds(QUOTA_WAIT)]


def lose_answers(notify: Notify, patch: pytest.MonkeyPatch, error: Exception) -> list[str]:
    """Have SES take each mail and its answer never come; the deliveries that it took."""
    taken: list[str] = []

    def lose(**request: Any) -> Any:
        tags = {tag["Name"]: tag["Value"] for tag in request["EmailTags"]}
        taken.append(tags["delivery"])
        raise error

    patch.setattr(notify.ses, "send_email", lose)
    return taken


def test_an_unknown_outcome_waits_for_the_lease_and_is_then_settled_by_sess_word(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify.leads.save(a_lead(), None)
    taken = lose_answers(notify, monkeypatch, ConnectionClosedError(endpoint_url="ses"))
    notify.tell(ALERT.to("ben"))
    assert notify.waits == [seconds(LEASE + AFTER_LEASE)]
    notify.pass_time(timedelta(seconds=60))
    notify.work_off()  # SES's word has not come
    assert notify.waits[1:] == [seconds(LEASE + AFTER_LEASE) - 60]
    notify.deliveries.record_sent(taken[0], "m1", notify.now)
    notify.pass_time(LEASE)
    notify.work_off()
    assert len(taken) == 1
    assert len(notify.waits) == 2


def test_without_sess_word_an_unknown_outcome_is_sent_after_the_lease(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify.leads.save(a_lead(), None)
    with monkeypatch.context() as patch:
        lose_answers(notify, patch, ConnectionClosedError(endpoint_url="ses"))
        notify.tell(ALERT.to("ben"))
    notify.pass_time(LEASE + AFTER_LEASE)
    notify.work_off()
    assert notify.ses.to == [BEN]


def test_a_request_that_never_left_is_sent_soon(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify.leads.save(a_lead(), None)
    with monkeypatch.context() as patch:
        lose_answers(notify, patch, EndpointConnectionError(endpoint_url="ses"))
        notify.tell(ALERT.to("ben"))
    assert notify.waits == [seconds(FIRST_WAIT)]
    notify.pass_time(FIRST_WAIT)
    notify.work_off()
    assert notify.ses.to == [BEN]


def test_what_has_waited_for_twenty_hours_is_tried_once_more_and_parked(notify: Notify) -> None:
    notify.leads.save(a_lead(), None)
    refuse(notify, "TooManyRequestsException", 429)
    notify.tell(ALERT.to("ben"))
    notify.pass_time(PARKED_AFTER + timedelta(minutes=1))
    notify.work_off()
    assert notify.dead() == [(ALERT.to("ben"), "ClientError TooManyRequestsException")]
    assert len(notify.waits) == 1


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

    def fails(now: Any, *args: Any) -> render.Mail:
        if now.lead.lead_id == PHONE:
            raise UnicodeError("not to be written")
        return rendered(now, *args)

    monkeypatch.setattr(render, "alert", fails)
    notify.leads.save(a_lead(), None)
    notify.leads.save(a_lead(PHONE), None)
    bad = Letter(Alert(PHONE, "a1"))
    notify.tell(bad, ALERT)
    assert notify.ses.to == EVERYBODY
    assert [letter for letter, _ in notify.dead()] == [bad.to("anna"), bad.to("ben")]


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


def messages(notify: Notify, count: int) -> list[Letter]:
    ids = [f"{number:032x}" for number in range(count)]
    for event_id in ids:
        notify.events.put(a_message(event_id, dedup=event_id))
    return [Letter(Message(ADA, event_id), "ben") for event_id in ids]


def test_an_hour_holds_so_many_mails_of_a_kind_and_the_last_one_says_so(notify: Notify) -> None:
    letters = messages(notify, MOST + 3)
    for letter in letters:
        notify.tell(letter)
    assert len(notify.ses.sent) == MOST
    said = [f"This is message {MOST} of this hour" in text_of(one) for one in notify.ses.sent]
    assert said == [False] * (MOST - 1) + [True]
    assert notify.dead() == []
    notify.leads.save(a_lead(), None)
    notify.tell(ALERT.to("ben"), letters[0].to("anna"))  # another kind, and another reader
    assert len(notify.ses.sent) == MOST + 2


def test_what_is_held_is_never_sent_later(notify: Notify) -> None:
    (letter,) = messages(notify, 1)
    fill(notify, "message")
    notify.tell(letter)
    notify.now += timedelta(hours=1)
    notify.tell(letter)
    assert notify.ses.sent == []


def test_a_mail_that_is_tried_again_takes_one_place(notify: Notify) -> None:
    letters = messages(notify, MOST)
    refuse(notify, "TooManyRequestsException", 429)
    for letter in letters:
        notify.tell(letter)
    notify.ses.refuse = {}
    notify.pass_time(FIRST_WAIT)
    notify.work_off()
    assert len(notify.ses.sent) == MOST


def teller(notify: Notify) -> HeldTeller:
    return HeldTeller(notify.held, notify.deliveries, notify.app.consumer.queue)


def next_hour(notify: Notify) -> datetime:
    return notify.now.replace(minute=0, second=0) + timedelta(hours=1)


def test_after_the_hour_one_mail_says_how_many_were_held(notify: Notify) -> None:
    fill(notify, "message", "ben")
    start = notify.now.replace(minute=0, second=0)
    for letter in messages(notify, 3):
        notify.tell(letter)
    tell = teller(notify)
    assert tell.send(next_hour(notify) - timedelta(seconds=1)) == 0
    notify.now = next_hour(notify) + hours.SETTLED_AFTER
    assert tell.send(notify.now) == 1
    assert tell.send(notify.now) == 1  # the first is not sent yet
    notify.work_off()
    assert notify.ses.to == [BEN]
    assert f"3 messages held back, {start:%d.%m. %H:%M} to" in subjects(notify)[0]
    for _ in range(2):
        assert tell.send(notify.now + timedelta(minutes=15)) == 0
    assert notify.held.untold(notify.now) == []


def test_an_hour_in_which_nothing_was_held_in_the_end_is_no_mail(notify: Notify) -> None:
    """A worker can die after it has noted the hour, and its letter be sent in the next one."""
    hour = hours.hour_of(notify.now)
    notify.held.hold("ben", "alert", "alert#a1#ben", notify.now)
    table, key = notify.app.settings.deliveries_table, f"hour#ben#alert#{hour}"
    notify.dynamodb.delete_item(TableName=table, Key={"delivery_id": {"S": key}})
    notify.now = next_hour(notify) + hours.SETTLED_AFTER
    assert teller(notify).send(notify.now) == 1
    notify.work_off()
    assert notify.ses.sent == []
    assert teller(notify).send(notify.now) == 0
    assert notify.held.untold(notify.now) == []


def test_beyond_two_hundred_it_is_known_only_that_there_are_more(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hours, "MOST_HELD", 2)
    fill(notify, "message", "ben")
    letters = messages(notify, 3)
    for letter in letters + letters:
        notify.tell(letter)
    notify.now = next_hour(notify) + hours.SETTLED_AFTER
    teller(notify).send(notify.now)
    notify.work_off()
    assert subjects(notify)[0].startswith("more than 2 messages held back")


def test_what_is_told_of_somebody_who_gets_no_mail_goes_to_the_first_who_does(
    notify: Notify,
) -> None:
    notify.held.hold("anna", "alert", "alert#a1#anna", notify.now)
    notify.deliveries.disable("anna", "bounce", NOW)
    hour = hours.hour_of(notify.now)
    notify.tell(Letter(More("anna", "alert", hour), "anna"))
    notify.tell(Letter(More("anna", "alert", hour), "anna"))
    assert notify.ses.to == [BEN]
    assert subjects(notify)[0].startswith("1 alerts held back")


# --- crashes and races --------------------------------------------------------------------


class Killed(BaseException):
    """Lambda ends the process."""


class Steps:
    """Has something happen before one of the consumer's calls, by its number.

    A mail is two steps: before SES has it, and before the answer arrives.
    """

    def __init__(self, notify: Notify, patch: pytest.MonkeyPatch) -> None:
        self._count, self._at = 0, -1
        self._what: Callable[[], None] = lambda: None
        consumer = notify.app.consumer
        for client in (consumer.outbox.deliveries._client, consumer.queue._sqs):
            client.meta.events.register("before-call.*", lambda **_: self._step())
        send = notify.ses.send_email

        def send_email(**request: Any) -> Any:
            self._step()
            answer = send(**request)
            self._step()
            return answer

        patch.setattr(notify.ses, "send_email", send_email)

    def have(self, what: Callable[[], None], at: int) -> None:
        self._count, self._at, self._what = 0, at, what

    @property
    def has_come(self) -> bool:
        return self._count > self._at

    def _step(self) -> None:
        place, self._count = self._count, self._count + 1
        if place == self._at:
            self._what()


def kill() -> None:
    raise Killed


CASES = ["message", "alert", "held", "more"]


def prepare(notify: Notify, case: str) -> Letter:
    if case == "message":
        notify.events.put(a_message())
        return TOLD.to("ben")
    if case == "more":
        notify.held.hold("ben", "alert", "x", notify.now)
        return Letter(More("ben", "alert", hours.hour_of(notify.now)), "ben")
    notify.leads.save(a_lead(), None)
    if case == "held":
        fill(notify, "alert", "ben")
    return ALERT.to("ben")


def told(notify: Notify) -> tuple[int, int]:
    """Mails to Ben, and how many were held for him."""
    held = [
        notify.held.count(hours.Held("ben", "alert", hours.hour_of(notify.now - back)))[0]
        for back in (timedelta(0), LEASE + AFTER_LEASE)
    ]
    return len(notify.ses.sent), max(held)


@pytest.mark.parametrize("case", CASES)
def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(
    notify: Notify, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    steps = Steps(notify, monkeypatch)
    notify.now = notify.now.replace(minute=0)
    for at in range(100):
        again = Fresh(notify)
        letter = prepare(notify, case)
        notify.queue(letter)
        messages = notify.receive()
        steps.have(kill, at)
        try:
            notify.invoke(messages)
        except Killed:
            pass
        else:
            assert not steps.has_come
            assert at > 4
            break
        for sent in notify.ses.sent:  # SES itself is not killed
            tags = {tag["Name"]: tag["Value"] for tag in sent["EmailTags"]}
            notify.deliveries.record_sent(tags["delivery"], "m", notify.now)
        notify.now += LEASE + AFTER_LEASE
        notify.invoke(messages)
        assert told(notify) == ((0, 1) if case == "held" else (1, int(case == "more"))), at
        again.clear()


class Fresh:
    """Empties what a round has written, so that the next one finds the tables as this did."""

    def __init__(self, notify: Notify) -> None:
        self._notify, self._now = notify, notify.now

    def clear(self) -> None:
        notify, settings = self._notify, self._notify.app.settings
        keys = {
            settings.deliveries_table: ("delivery_id",),
            settings.leads_table: ("lead_id",),
            settings.events_table: ("subject", "event_key"),
        }
        for table, names in keys.items():
            for item in notify.dynamodb.scan(TableName=table)["Items"]:
                key = {name: item[name] for name in names}
                notify.dynamodb.delete_item(TableName=table, Key=key)
        notify.forget_queue()
        notify.ses.sent.clear()
        notify.now = self._now


@pytest.mark.parametrize("case", CASES)
def test_two_consumers_of_one_letter_send_it_once(
    notify: Notify, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    steps = Steps(notify, monkeypatch)
    notify.now = notify.now.replace(minute=0)
    for at in range(100):
        again = Fresh(notify)
        letter = prepare(notify, case)
        notify.queue(letter, letter)
        one, other = notify.receive()

        def second(other: Any = other) -> None:
            notify.invoke([other])

        steps.have(second, at)
        notify.invoke([one])
        if not steps.has_come:
            assert at > 4
            break
        notify.pass_time(LEASE + AFTER_LEASE)
        notify.work_off()
        assert told(notify) == ((0, 1) if case == "held" else (1, int(case == "more"))), at
        again.clear()


def test_a_worker_killed_between_two_letters_loses_none(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The letter without a recipient becomes one for each, whenever the process ends."""
    steps = Steps(notify, monkeypatch)
    for at in range(100):
        again = Fresh(notify)
        notify.leads.save(a_lead(), None)
        notify.queue(ALERT)
        messages = notify.receive()
        steps.have(kill, at)
        try:
            notify.invoke(messages)
        except Killed:
            notify.invoke(messages)
        else:
            assert at > 2
            return
        notify.work_off()
        assert notify.ses.to == EVERYBODY, at
        again.clear()


def test_queue_messages_hold_ids_alone() -> None:
    letters = [TOLD, ALERT.to("ben"), Letter(More("ben", "alert", "2026-03-28T11"), "ben")]
    assert [json.loads(letter.body()) for letter in letters] == [
        {"message": {"subject": ADA, "event_id": "1" * 32}},
        {"alert": {"lead_id": ADA, "alert_id": "a1"}, "recipient": "ben"},
        {"more": {"of": "ben", "kind": "alert", "hour": "2026-03-28T11"}, "recipient": "ben"},
    ]
