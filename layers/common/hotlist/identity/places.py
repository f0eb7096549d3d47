"""Places: which phones and visitors the lead of an e-mail reads.

An e-mail's identity has 20 places for phones and 30 for visitors. Its lead reads the subjects
that hold a place, and no others, so there is a limit to what one fold reads. A place is taken
before the claim is made: so whoever owns an event of a phone reads that phone. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final, NamedTuple

from hotlist.events.event import Event
from hotlist.identity.identifiers import PHONE, VISITOR, kind_of

MAX_PHONES: Final = 20
MAX_VISITORS: Final = 30
_PHONES_OF_EARLIER_VERSION: Final = 50
_LONG_AGO: Final = datetime.fromtimestamp(0, UTC)


class Entry(NamedTuple):
    """A visitor that asked for a place, and when the event that asked was received."""

    received_at: datetime
    visitor: str


@dataclass(frozen=True)
class Places:
    """The places of one e-mail, as they are stored.

    A phone keeps its place as long as the e-mail's identity lives. Visitors get theirs by
    their entries: the 30 visitors with the newest ones hold a place.
    """

    phones: frozenset[str] = frozenset()
    entries: frozenset[Entry] = frozenset()

    @cached_property
    def _newest(self) -> tuple[Entry, ...]:
        """The newest entry of each visitor, the newest of all first."""
        newest = {entry.visitor: entry for entry in sorted(self.entries)}
        return tuple(sorted(newest.values(), reverse=True))

    @cached_property
    def visitors(self) -> tuple[str, ...]:
        """The visitors that hold a place, the newest first."""
        return tuple(entry.visitor for entry in self._newest[:MAX_VISITORS])

    @property
    def subjects(self) -> tuple[str, ...]:
        """All that the lead of this e-mail reads beside its own events."""
        return (*sorted(self.phones), *self.visitors)

    @property
    def is_short(self) -> bool:
        """Whether a visitor has lost its place to newer ones."""
        return len(self._newest) > MAX_VISITORS

    def has_room_for(self, phone: str) -> bool:
        """Whether a phone has a place or finds one."""
        return phone in self.phones or len(self.phones) < MAX_PHONES

    def lacks(self, entry: Entry) -> bool:
        """Whether this entry must be stored: its visitor has no place and has not asked yet."""
        return entry.visitor not in self.visitors and entry not in self.entries

    @property
    def outdated(self) -> frozenset[Entry]:
        """The entries to delete: none up to twice as many as there are places.

        Later entries only push others out. So an entry that holds no place now never will.
        The newest visitor without a place stays, as the sign that there is one.
        """
        if len(self.entries) <= 2 * MAX_VISITORS:
            return frozenset()
        return self.entries.difference(self._newest[: MAX_VISITORS + 1])


def asked_by(event: Event) -> tuple[str | None, Entry | None]:
    """The phone and the visitor's entry for which an event asks: it names one of each at most."""
    phone = next((name for name in event.names if kind_of(name) == PHONE), None)
    visitor = next((name for name in event.names if kind_of(name) == VISITOR), None)
    return phone, None if visitor is None else Entry(event.received_at, visitor)


def of_earlier_version(claimed: Iterable[str]) -> Places:
    """The places of an e-mail whose identity still lists what it has claimed, without limits.

    That version read 50 subjects, phones first. So 50 phones hold a place, though no further one
    finds any. So do 30 visitors, until others come.
    """
    names = sorted(claimed)
    phones = [name for name in names if kind_of(name) == PHONE]
    entries = [Entry(_LONG_AGO, name) for name in names if kind_of(name) == VISITOR]
    return Places(
        frozenset(phones[:_PHONES_OF_EARLIER_VERSION]), frozenset(entries[-2 * MAX_VISITORS :])
    )


def newest_names(events: Iterable[Event]) -> list[str]:
    """What a lead's own events named last, phones first, as many as there are places.

    It is a guess at the places: nearly always the same, and known one read earlier.
    """
    newest: dict[str, None] = {}
    for event in sorted(events, key=lambda e: e.order, reverse=True):
        newest |= dict.fromkeys(event.names)
    phones = [name for name in newest if kind_of(name) == PHONE]
    visitors = [name for name in newest if kind_of(name) == VISITOR]
    return phones[:MAX_PHONES] + visitors[:MAX_VISITORS]
