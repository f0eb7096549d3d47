"""A consumer of the OutboxQueue that is killed at any step, or meets another there."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hotlist.mail.queue import AFTER_LEASE, Letter
from hotlist.store.deliveries import LEASE
from integration.stages.notify import Notify

MOST_STEPS = 100
LEAST_STEPS = 5
"""No mail takes fewer calls. A test that ends sooner has not stood where it meant to."""


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


def assert_a_kill_changes_nothing(
    notify: Notify,
    patch: pytest.MonkeyPatch,
    prepare: Callable[[], Letter],
    outcome: Callable[[], object],
    expected: object,
) -> None:
    """A worker is killed before each of its calls, and a second one takes the same letter then.

    `prepare` stores what a letter is about. `outcome` is what came of it.
    """
    for at, steps in _rounds(notify, patch):
        notify.queue(prepare())
        messages = notify.receive()
        steps.have(kill, at)
        try:
            notify.invoke(messages)
        except Killed:
            reported(notify)
            notify.now += LEASE + AFTER_LEASE
            notify.invoke(messages)
            assert outcome() == expected, at


def assert_a_race_changes_nothing(
    notify: Notify,
    patch: pytest.MonkeyPatch,
    prepare: Callable[[], tuple[Letter, Letter]],
    outcome: Callable[[], object],
    expected: object,
) -> None:
    """A worker takes the second letter while another is about to make any of its calls."""
    for at, steps in _rounds(notify, patch):
        notify.queue(*prepare())
        one, other = notify.receive()

        def second(other: Any = other) -> None:
            notify.invoke([other])

        steps.have(second, at)
        notify.invoke([one])
        if steps.has_come:
            notify.pass_time(LEASE + AFTER_LEASE)
            notify.work_off()
            assert outcome() == expected, at


def reported(notify: Notify) -> None:
    """SES reports what it has sent: it is not killed."""
    for sent in notify.ses.sent:
        tags = {tag["Name"]: tag["Value"] for tag in sent["EmailTags"]}
        notify.deliveries.record_sent(tags["delivery"], "m", notify.now)


def _rounds(notify: Notify, patch: pytest.MonkeyPatch) -> Iterator[tuple[int, Steps]]:
    """The steps, one a round, up to the first that a worker does not come to."""
    steps = Steps(notify, patch)
    notify.now = notify.now.replace(hour=12, minute=0)
    for at in range(MOST_STEPS):
        again = Fresh(notify)
        yield at, steps
        if not steps.has_come:
            assert at > LEAST_STEPS
            return
        again.clear()
    raise AssertionError("a worker does not end")
