"""A consumer of the OutboxQueue that is killed at any step, or meets another there."""

from collections.abc import Callable
from typing import Any

import pytest

from integration.stages.notify import Notify


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
