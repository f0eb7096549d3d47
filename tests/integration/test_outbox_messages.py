"""Messages in the OutboxQueue: which are mailed, to whom, and what the mail shows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hotlist.events.vocabulary import SPAM
from hotlist.identity import identifiers
from hotlist.leads.lead import LeadState, Temperature
from hotlist.mail.queue import Letter, Message
from hotlist.mail.ses import delivery_hash
from integration.stages.letters import BEN, CALLER, made_spam, text_of, to_ben
from integration.stages.notify import ADA, EVERYBODY, NOW, TOLD, Notify, a_lead, a_message, metrics


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
    notify.events.put(a_message(subject=CALLER, email=None, phone="+48600100200"))
    notify.leads.save(a_lead(CALLER, state=LeadState.CLAIMED, claimed_by=ADA), None)
    notify.leads.save(a_lead(total=61), None)
    notify.tell(Letter(Message(CALLER, "1" * 32)))
    assert "61 points, hot" in to_ben(notify)


def test_a_message_whose_lead_could_not_be_folded_is_mailed_without_points(notify: Notify) -> None:
    notify.events.put(a_message())
    notify.tell(TOLD)
    assert "points" not in to_ben(notify)


def release() -> Any:
    return replace(
        made_spam(),
        event_id="3" * 32,
        properties={"event_id": "1" * 32, "remove": [SPAM]},
        occurred_at=NOW + timedelta(seconds=2),
    )


def test_spam_is_no_mail_and_is_counted_by_its_form(
    notify: Notify, capsys: pytest.CaptureFixture[str]
) -> None:
    notify.events.put(a_message())
    notify.events.put(made_spam())
    notify.tell(TOLD)
    assert notify.ses.sent == []
    (counted,) = metrics(capsys)
    assert (counted["SpamMessages"], counted["form"]) == ([1], "contact")
    notify.events.put(release())
    notify.tell(TOLD)
    assert notify.ses.to == EVERYBODY


def test_a_letter_on_its_way_is_not_sent_once_its_message_is_spam(notify: Notify) -> None:
    notify.events.put(a_message())
    notify.events.put(made_spam())
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
    consumer, forms = notify.app.consumer, {"contact": {"fields": fields}}
    letters = replace(consumer.letters, forms=forms)
    notify.app.consumer = replace(consumer, letters=letters)
    notify.events.put(a_message())
    notify.tell(TOLD)
    bodies = {one["Destination"]["ToAddresses"][0]: text_of(one) for one in notify.ses.sent}
    assert "Życzenie: Call me" in bodies["anna@example.com"]
    assert "Your wish: Call me" in bodies[BEN]
