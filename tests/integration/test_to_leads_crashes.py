"""Workers that are killed at any step, or race: each mail to a lead is sent once, or held once."""

from datetime import timedelta
from typing import Any

import pytest

from hotlist.mail.queue import AFTER_LEASE, Letter
from hotlist.sales.to_lead import MOST_UNCONFIRMED
from hotlist.store.deliveries import HELD, LEASE
from integration.stages.crashes import Fresh, Killed, Steps, kill
from integration.stages.notify import Notify
from integration.stages.to_leads import ADDRESS, has_forms, letters, sent_form, tags

CASES = ["confirm:email", "reward", "receipt", "held"]


def prepare(notify: Notify, case: str) -> Letter:
    has_forms(notify)
    event = sent_form(received_at=notify.now, occurred_at=notify.now)
    notify.events.put(event)
    if case == "held":
        for hour in range(2):  # that of the first worker and that of the second
            at = notify.now + timedelta(hours=hour)
            for number in range(MOST_UNCONFIRMED):
                hours = notify.app.consumer.to_leads.hours
                hours.take_place("ebook", "lead", f"other{number}", at)
    (letter,) = letters(event, "receipt" if case == "held" else case)
    return letter


def outcome(notify: Notify) -> tuple[list[str], int]:
    """Whom mails went to, and how many were held."""
    items = notify.dynamodb.scan(TableName=notify.app.settings.deliveries_table)["Items"]
    return notify.ses.to, sum(one.get("state", {}).get("S") == HELD for one in items)


def expected(case: str) -> tuple[list[str], int]:
    return ([], 1) if case == "held" else ([ADDRESS], 0)


def reported(notify: Notify) -> None:
    """SES reports what it has sent: it is not killed."""
    for sent in notify.ses.sent:
        notify.deliveries.record_sent(tags(sent)["delivery"], "m", notify.now)


@pytest.mark.parametrize("case", CASES)
def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(
    notify: Notify, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    steps = Steps(notify, monkeypatch)
    notify.now = notify.now.replace(hour=12, minute=0)
    for at in range(100):
        again = Fresh(notify)
        notify.queue(prepare(notify, case))
        messages = notify.receive()
        steps.have(kill, at)
        try:
            notify.invoke(messages)
        except Killed:
            pass
        else:
            assert not steps.has_come
            assert at > 5
            break
        reported(notify)
        notify.now += LEASE + AFTER_LEASE
        notify.invoke(messages)
        assert outcome(notify) == expected(case), at
        again.clear()


@pytest.mark.parametrize("case", CASES)
def test_two_consumers_of_one_letter_send_it_once(
    notify: Notify, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    steps = Steps(notify, monkeypatch)
    notify.now = notify.now.replace(hour=12, minute=0)
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
            assert at > 5
            break
        notify.pass_time(LEASE + AFTER_LEASE)
        notify.work_off()
        assert outcome(notify) == expected(case), at
        again.clear()


def test_two_requests_at_once_are_one_confirmation(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes first takes the place; the other finds that a mail was just sent."""
    steps = Steps(notify, monkeypatch)
    for at in range(100):
        again = Fresh(notify)
        has_forms(notify)
        asked = [sent_form(n, received_at=notify.now, occurred_at=notify.now) for n in (1, 2)]
        for event in asked:
            notify.events.put(event)
            notify.queue(*letters(event, "confirm:email"))
        one, other = notify.receive()

        def second(other: Any = other) -> None:
            notify.invoke([other])

        steps.have(second, at)
        notify.invoke([one])
        if not steps.has_come:
            assert at > 5
            break
        notify.pass_time(LEASE + AFTER_LEASE)
        notify.work_off()
        assert outcome(notify) == ([ADDRESS], 0), at
        again.clear()
