"""Today's list of a recipient: its hot and warm leads, the most urgent first. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hotlist.leads.lead import Listed, Temperature
from hotlist.sales.team import Recipient, Sales

_HOT, _ANSWERED, _WARM = range(3)


@dataclass(frozen=True, slots=True)
class Entry:
    """A lead of a list. `owner` and `answered_by` are names, "" for nobody's and nobody."""

    lead: Listed
    is_answered: bool = False
    owner: str = ""
    answered_by: str = ""

    @property
    def rank(self) -> int:
        """Hot leads that wait come first, then those that are answered, then warm ones."""
        if self.lead.temperature is not Temperature.HOT:
            return _WARM
        return _ANSWERED if self.is_answered else _HOT


@dataclass(frozen=True, slots=True)
class Today:
    """A list. Of `count` leads it has the best; if not all were counted, `is_all` is false."""

    entries: tuple[Entry, ...]
    count: int
    is_all: bool = True

    @property
    def waiting(self) -> int:
        return sum(one.rank == _HOT for one in self.entries)

    @property
    def answered(self) -> int:
        return sum(one.rank == _ANSWERED for one in self.entries)

    @property
    def warm(self) -> int:
        return sum(one.rank == _WARM for one in self.entries)


def today(
    leads: Iterable[Listed],
    count: int,
    sales: Sales,
    recipient: Recipient,
    now: datetime,
    *,
    is_all: bool = True,
) -> Today:
    """The list of these leads as it is now. The index may be older than the leads themselves.

    `count` leads were found, of which these are the best. A lead that is another's by now is not
    shown.
    """
    entries = [
        Entry(
            lead=lead,
            is_answered=lead.is_answered(now),
            owner="" if lead.owner is None else sales.name_of(lead.owner),
            answered_by=sales.answerer(lead.answer),
        )
        for lead in leads
        if is_listed(sales, recipient, lead.owner, now)
    ]
    entries.sort(key=lambda one: (one.rank, -one.lead.total, one.lead.lead_id))
    return Today(tuple(entries), max(count, len(entries)), is_all)


def is_listed(sales: Sales, recipient: Recipient, owner: str | None, now: datetime) -> bool:
    """Whether a recipient's list shows the leads of this owner."""
    listed = sales.listed(recipient, now)
    return listed is None or sales.owner_of(owner) in listed
