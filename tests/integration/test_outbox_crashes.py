"""Workers of the OutboxQueue that are killed at any step, or race: each mail is sent once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hotlist.mail.queue import AFTER_LEASE, Letter, More
from hotlist.store import hours
from hotlist.store.deliveries import LEASE
from integration.stages.letters import fill
from integration.stages.notify import ALERT, EVERYBODY, TOLD, Notify, a_lead, a_message


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
