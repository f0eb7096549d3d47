"""Today's list of a recipient: its hot and warm leads, the most urgent first. Pure."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from hotlist.leads.lead import Counted, Listed, Temperature
from hotlist.sales.team import Recipient, Sales

_HOT, _ANSWERED, _WARM = range(3)

WHOLE: Final = (Counted(), Counted(), Counted())
"""Of a list that is shown whole nothing is left, in none of its parts."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A lead of a list. `owner` and `answered_by` are names, "" for nobody's and nobody."""

    lead: Listed
    is_answered: bool = False
    owner: str = ""
    answered_by: str = ""

    @property
    def rank(self) -> int:
        """Hot leads that wait come first, then those that are answered, then warm ones.

        A warm lead is warm, whether somebody has answered it or not.
        """
        if self.lead.temperature is not Temperature.HOT:
            return _WARM
        return _ANSWERED if self.is_answered else _HOT


@dataclass(frozen=True, slots=True)
class Today:
    """A list: the best leads, and by rank how many others there are.

    `waiting`, `answered` and `warm` count all leads, and so does their sum `count`. If not all were
    counted, `is_all` of the number is false.
    """

    entries: tuple[Entry, ...]
    rest: Sequence[Counted] = WHOLE

    @property
    def waiting(self) -> Counted:
        return self._counted(_HOT)

    @property
    def answered(self) -> Counted:
        return self._counted(_ANSWERED)

    @property
    def warm(self) -> Counted:
        return self._counted(_WARM)

    @property
    def count(self) -> int:
        return len(self.entries) + sum(one.count for one in self.rest)

    @property
    def is_all(self) -> bool:
        return all(one.is_all for one in self.rest)

    def _counted(self, rank: int) -> Counted:
        shown, rest = sum(one.rank == rank for one in self.entries), self.rest[rank]
        return Counted(shown + rest.count, rest.is_all)


def today(
    leads: Iterable[Listed],
    sales: Sales,
    is_mine: Callable[[str | None], bool],
    now: datetime,
    rest: Sequence[Counted] = WHOLE,
) -> Today:
    """The list of these leads as it is now. `rest` is what the index has of others, by rank.

    The index may be older than the leads themselves: one whose owner is not `is_mine` by now is
    not shown.
    """
    entries = [
        Entry(
            lead=lead,
            is_answered=lead.is_answered(now),
            owner="" if lead.owner is None else sales.name_of(lead.owner),
            answered_by=sales.answerer(lead.answer),
        )
        for lead in leads
        if is_mine(lead.owner)
    ]
    entries.sort(key=lambda one: (one.rank, -one.lead.total, one.lead.lead_id))
    return Today(tuple(entries), rest)


def whose(
    sales: Sales, recipient: Recipient, now: datetime, disabled: Collection[str] = ()
) -> Callable[[str | None], bool]:
    """Tells of an owner whether a recipient's list shows their leads.

    It shows those that their digest shows, and their own also while somebody else gets their mail.
    Who is `disabled` matters to a list of one's own leads alone.
    """
    listed = sales.listed(recipient, now, disabled)

    @cache
    def is_mine(owner: str | None) -> bool:
        if listed is None:
            return True
        person = sales.owner_of(owner)
        return person == recipient.id or person in listed

    return is_mine
