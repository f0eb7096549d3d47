"""Reads what was not mailed in the windows of the digests that are due."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from hotlist.config.load import load_config
from hotlist.events.event import Event
from hotlist.mail.queue import Message
from hotlist.runtime.failures import Troubles
from hotlist.runtime.settings import DigestSettings
from hotlist.sales.to_send import held_back, message_now
from hotlist.sales.unsent import (
    MOST_LINES,
    Count,
    HeldMessage,
    Unsent,
    held_message,
    total,
)
from hotlist.store.events import EventStore
from hotlist.store.hours import HeldMails, HeldStore, whole_hours
from hotlist.store.items import Unread
from hotlist.store.suspects import Suspects, SuspectStore
from hotlist.store.windows import Window

MOST_COUNTED: Final = 10_000
"""Hours of forms, the newest, of which one run counts what was taken for spam."""


@dataclass(frozen=True, slots=True)
class LookBack:
    """Reads the hours of windows. `forms` are the configured ones."""

    held: HeldStore
    suspects: SuspectStore
    events: EventStore
    forms: Mapping[str, Any]

    @classmethod
    def open(cls, settings: DigestSettings, dynamodb: Any) -> Self:
        """Over the deployed tables and forms."""
        return cls(
            HeldStore(dynamodb, settings.deliveries_table),
            SuspectStore(dynamodb, settings.deliveries_table),
            EventStore(dynamodb, settings.events_table),
            load_config("forms"),
        )

    def of(
        self,
        windows: Mapping[str, Window],
        now: datetime,
        is_late: Callable[[], bool],
        troubles: Troubles,
    ) -> dict[str, Unsent]:
        """What each recipient was not mailed in their window.

        Each message is read once, however many recipients it was held for. None is read any more
        once `is_late`; then it is only counted.
        """
        hours = {one: whole_hours(window.begins, window.ends) for one, window in windows.items()}
        held = self.held.in_hours(hours)
        newest = {one: _newest(mails) for one, mails in held.items()}
        wanted = sorted({message for some in newest.values() for message in some}, key=_event_id)
        found = self._read(reversed(wanted), now, is_late, troubles)
        every = sorted({hour for some in hours.values() for hour in some})
        counted = every[-(MOST_COUNTED // max(len(self.forms), 1)) :]
        suspects = self.suspects.count(self.forms, counted)
        return {
            one: Unsent(
                messages=_count(held[one], newest[one], found),
                shown=[shown for m in newest[one] if (shown := found.get(m)) is not None],
                alerts=Count(held[one].alerts, held[one].more_alerts),
                suspects=_by_form(suspects, hours[one]),
            )
            for one in windows
        }

    def _read(
        self,
        messages: Iterable[Message],
        now: datetime,
        is_late: Callable[[], bool],
        troubles: Troubles,
    ) -> dict[Message, HeldMessage | None]:
        """These messages, newest first; None if there is nothing to tell of one any more."""
        wanted = list(messages)
        stored = self.events.find_many((one.subject, one.event_id) for one in wanted)
        found: dict[Message, HeldMessage | None] = {}
        for one in wanted:
            if is_late():
                break
            ids = {"event_id": one.event_id}
            read = stored.get((one.subject, one.event_id))
            # One that cannot be read is counted.
            found |= troubles.attempt(ids, self._as_now, one, read, now) or {}
        return found

    def _as_now(
        self, one: Message, read: Unread[Event] | None, now: datetime
    ) -> dict[Message, HeldMessage | None]:
        event = None if read is None else read()
        said = () if event is None else self.events.kept_apart(one.subject)
        event = message_now(event, said, now)
        if event is None or held_back(event) is not None:
            return {one: None}
        form = self.forms.get(str(event.properties.get("form")), {})
        return {one: held_message(event, form)}


def _event_id(message: Message) -> str:
    """What messages are ordered by: an event's id begins with its time."""
    return message.event_id


def _newest(held: HeldMails) -> list[Message]:
    """The newest of the held messages, by their deliveries: so many as are shown."""
    messages = [Message(*delivery.split("#")[1:3]) for delivery in held.messages]
    return sorted(messages, key=_event_id, reverse=True)[:MOST_LINES]


def _count(
    held: HeldMails, newest: Iterable[Message], found: Mapping[Message, HeldMessage | None]
) -> Count:
    """How many messages were held, without those that turned out to be none."""
    none = sum(1 for one in newest if one in found and found[one] is None)
    return Count(len(held.messages) - none, held.more_messages)


def _by_form(
    suspects: Mapping[str, Iterable[Suspects]], hours: Iterable[str]
) -> tuple[tuple[str, Count], ...]:
    """How many of each form were held back in these hours: the form with the most first."""
    counts: defaultdict[str, list[Count]] = defaultdict(list)
    for hour in hours:
        for form, number, is_more in suspects.get(hour, ()):
            counts[form].append(Count(number, is_more))
    sums = [(form, total(found)) for form, found in sorted(counts.items())]
    return tuple(sorted(sums, key=lambda one: one[1].number, reverse=True))
