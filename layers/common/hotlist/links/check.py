"""Asks whether the secret still has the link keys that were seen last. Not pure.

If it has others, nobody who got a mail can open its links. A rotation changes no key that was seen,
and the secret says itself which keys its rotations have dropped.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, Self

from hotlist.links.keys import LinkKeys
from hotlist.links.secret import check_value
from hotlist.runtime import metrics
from hotlist.store.items import Conflict
from hotlist.store.key_checks import KeyChecks, KeyCheckStore

log = logging.getLogger(__name__)


class Settings(Protocol):
    """The settings that say where the keys are, and where their check values."""

    @property
    def link_secret_arn(self) -> str: ...
    @property
    def deliveries_table(self) -> str: ...


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """Compares the keys of the secret with the check values in the Deliveries table."""

    keys: LinkKeys
    store: KeyCheckStore

    @classmethod
    def open(cls, settings: Settings, dynamodb: Any, clock: Callable[[], datetime]) -> Self:
        store = KeyCheckStore(dynamodb, settings.deliveries_table)
        return cls(LinkKeys.open(settings.link_secret_arn, clock), store)

    def run(self, now: datetime) -> list[int]:
        """The numbers of keys that were seen and that the secret has never had.

        If there are any, the log says so in every run, and once a day so that there is an alarm:
        one that is always red would tell of nothing else. If there are none, new keys are seen.
        """
        seen, secret = self.store.get(), self.keys.ask()
        lost = secret.lost(seen.checks)
        checks = {number: check_value(key) for number, key in secret.keys.items()}
        if lost:
            log.error("link keys changed", extra={"keys": lost})
            if seen.told_on != now.date():
                print(metrics.attention("link keys changed", keys=lost))  # noqa: T201 - Lambda's log
                self._save(replace(seen, told_on=now.date()))
        elif seen.checks != checks:
            self._save(replace(seen, checks=checks))
        return lost

    def _save(self, seen: KeyChecks) -> None:
        with suppress(Conflict):  # another run has looked at the same time
            self.store.save(seen)
