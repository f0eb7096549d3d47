"""How many mails of a kind an hour takes, what is held beyond them, and how that is told."""

from datetime import datetime, timedelta

import pytest

from hotlist.mail.queue import Letter, Message, More
from hotlist.rescore.queue import FIRST_WAIT
from hotlist.sales.held import HeldTeller
from hotlist.store import hours
from integration.stages.letters import BEN, fill, refuse, subjects, text_of
from integration.stages.notify import ADA, ALERT, MOST, NOW, Notify, a_lead, a_message


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
    assert (
        f"3 messages held back, {start:%b} {start.day}, {start:%-I:%M} {start:%p} to"
        in subjects(notify)[0]
    )
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
    assert subjects(notify)[0].startswith("1 alert held back")
