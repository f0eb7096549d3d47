"""The people in sales who get mail, and whose digest is due."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CATCH_UP: Final = timedelta(hours=3)
"""How long after its time a digest that was missed is still sent."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A salesperson who gets mail.

    `digest` is the time of the daily digest, local time in `timezone`. `weekdays` are the days that
    have one, 0 for Monday.
    """

    id: str
    name: str
    email: str
    language: str
    timezone: str
    digest: time
    weekdays: frozenset[int]

    def due_day(self, now: datetime) -> str | None:
        """The local day whose digest is due now, as `2026-03-29`, or None.

        A digest is due from its time on, for `CATCH_UP`. So yesterday's may be due after
        midnight. If the clock skips that time in spring, the digest is due after the skip. If the
        time comes twice in autumn, the digest is due from the first one on, for the same day.
        """
        zone = ZoneInfo(self.timezone)
        today = now.astimezone(zone).date()
        for day in (today, today - timedelta(days=1)):
            due_at = datetime.combine(day, self.digest, zone).astimezone(UTC)
            if day.weekday() in self.weekdays and timedelta(0) <= now - due_at < CATCH_UP:
                return day.isoformat()
        return None


@dataclass(frozen=True, slots=True)
class Sales:
    """The settings of sales.yaml that decide about mail."""

    recipients: tuple[Recipient, ...]
    sends_when_empty: bool

    def living(self, disabled: Collection[str]) -> tuple[Recipient, ...]:
        """Everybody who gets mail, in the order of sales.yaml."""
        return tuple(one for one in self.recipients if one.id not in disabled)

    def whom(self, disabled: Collection[str]) -> tuple[Recipient, ...]:
        """Who gets a letter now: everybody who gets mail, none if nobody does.

        The one place that decides it. Whoever is first is also the fallback, who gets what
        is for somebody who is no longer there.
        """
        return self.living(disabled)

    def due(self, now: datetime) -> Iterator[tuple[Recipient, str]]:
        """The recipients whose digest is due, each with its local day."""
        for recipient in self.recipients:
            day = recipient.due_day(now)
            if day is not None:
                yield recipient, day


def from_checked(source: Mapping[str, Any]) -> Sales:
    """The settings, from a mapping that the build has checked."""
    return Sales(
        recipients=tuple(
            Recipient(
                id=given["id"],
                name=given["name"],
                email=given["email"],
                language=given["language"],
                timezone=given["timezone"],
                digest=time.fromisoformat(given["digest"]),
                weekdays=frozenset(map(WEEKDAYS.index, given["weekdays"])),
            )
            for given in source["recipients"]
        ),
        sends_when_empty=source["on_empty"] == "send",
    )
