"""What the digest tells of mails that were never sent: messages, alerts, suspected spam. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hotlist.events import visible
from hotlist.events.event import Event
from hotlist.leads.facts import name_in
from hotlist.leads.lead import Contact

MOST_LINES: Final = 20
"""How many held messages one digest shows. The others are counted."""

_KINDS: Final = ("message", "text")
_CONTACT: Final = frozenset({"name", "first_name", "last_name", "company"})


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """A message that was held because its hour was full, by its first line."""

    event_id: str
    received_at: datetime
    contact: Contact
    first_line: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many there were; `is_more` than `number`."""

    number: int = 0
    is_more: bool = False


NONE: Final = Count()


@dataclass(frozen=True, slots=True)
class Unsent:
    """What was not mailed to a recipient in a window.

    `shown` are the newest of the held `messages`. `suspects` counts by form what was taken for
    spam or for a bot's. `quiet` are the leads that turned hot in the recipient's quiet hours.
    """

    messages: Count = NONE
    shown: Sequence[HeldMessage] = ()
    alerts: Count = NONE
    suspects: tuple[tuple[str, Count], ...] = ()
    quiet: frozenset[str] = frozenset()

    @property
    def is_news(self) -> bool:
        """Whether a mail is sent for it alone. Every form gets some spam each day: that is none."""
        return bool(self.messages.number or self.alerts.number)


def held_message(event: Event, form: Mapping[str, Any]) -> HeldMessage:
    """What is shown of a message; `form` is its form as it is configured now."""
    company = event.properties.get("company")
    contact = Contact(
        name=name_in(event.properties),
        company=company if isinstance(company, str) else None,
        email=event.email,
        phone=event.phone,
    )
    line = first_line(event, form.get("fields", {}))
    if event.is_test:
        line = f"TEST: {line}"
    return HeldMessage(event.event_id, event.received_at, contact, line)


def first_line(event: Event, fields: Mapping[str, Any]) -> str:
    """The first line of a message that shows something.

    It is taken from the form's fields for messages, else from its other texts.
    """
    names = [
        name
        for kind in _KINDS
        for name, spec in fields.items()
        if spec["type"] == kind and name not in _CONTACT
    ]
    for name in names:
        for line in _text_of(event, name).splitlines():
            if shown := visible.one_line(line):
                return shown
    return ""


def _text_of(event: Event, field: str) -> str:
    """What an event has under a field. Older events have messages among their properties."""
    value = event.texts.get(field, event.properties.get(field))
    return value if isinstance(value, str) else ""


def total(counts: Iterable[Count]) -> Count:
    """All of these together."""
    found = list(counts)
    return Count(sum(one.number for one in found), any(one.is_more for one in found))
