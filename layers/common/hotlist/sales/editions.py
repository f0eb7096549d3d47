"""The leads of one run's digests: those of everybody, or of some owners, each list made once."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple, TypeVar

from hotlist.leads.lead import Created, Lead, LeadState, Ranked, Temperature
from hotlist.runtime.failures import Troubles
from hotlist.sales.hot_list import MOST, HotList, Shown, candidates, hot_list, is_hot
from hotlist.sales.numbers import period
from hotlist.sales.team import Recipient, Sales
from hotlist.sales.views import Views
from hotlist.store.items import Unread
from hotlist.store.leads import LeadStore
from hotlist.store.newcomers import CreatedStore
from hotlist.store.windows import Window

MOST_NEWCOMERS: Final = 10
"""Leads of one list that are new and not hot: they are calculated too, within `MOST`."""

MOST_CREATED: Final = 20_000
"""New leads that one run reads of. If there are more, no digest tells of new leads."""

T = TypeVar("T")


class Listed(NamedTuple):
    """Whose leads a list has, by the ids of their owners; None for everybody's.

    `others` are hot leads, by id, that belong in it whoever owns them: those of which its reader
    got no alert because of quiet hours.
    """

    owners: frozenset[str] | None
    others: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Edition:
    """One list: its hot leads, and its newest newcomers, which are not hot.

    `created` are all leads that were created in the windows and as long before; `newcomers_in`
    are those of them that are not hot. Both are None if there were too many to read. With `is_cut`
    a lead that is stored as hot could not be read: there may be more than these.
    """

    hot: HotList
    newcomers: tuple[Shown, ...] = ()
    created: Sequence[Created] | None = None
    hot_ids: frozenset[str] = frozenset()
    is_cut: bool = False

    def created_in(self, begins: datetime, ends: datetime) -> list[Created]:
        """The leads that were created from `begins` until before `ends`, without hot ones."""
        return [
            one
            for one in self.created or ()
            if begins <= one.created_at < ends and one.lead_id not in self.hot_ids
        ]


@dataclass(slots=True)
class Editions:
    """Makes the lists of one run. What several of them have is read and calculated once."""

    sales: Sales
    leads: LeadStore
    newcomers: CreatedStore
    views: Views
    windows: Mapping[str, Window]
    quiet: Mapping[str, frozenset[str]]
    disabled: Collection[str]
    is_late: Callable[[], bool]
    _made: dict[Listed, Edition] = field(default_factory=dict)
    _has_broken: bool = False

    def make(self, recipients: Iterable[Recipient], troubles: Troubles) -> None:
        """Make the lists of these recipients. What cannot be read is added to `troubles`."""
        before = len(troubles)
        hot = _read(self.leads.hot(), troubles)
        self._has_broken = len(troubles) > before
        ids = {"work": "newcomers"}
        created = troubles.attempt(ids, self._created, troubles)
        windows: defaultdict[Listed, list[Window]] = defaultdict(list)
        for one in recipients:
            windows[self._listed(one)].append(self.windows[one.id])
        for listed, of_list in windows.items():
            self._made[listed] = self._edition(listed, of_list, hot, created)

    def of(self, recipient: Recipient) -> Edition:
        """The list that a recipient gets."""
        return self._made[self._listed(recipient)]

    def _listed(self, recipient: Recipient) -> Listed:
        owners = self.sales.listed(recipient, self.views.now, self.disabled)
        return Listed(owners) if owners is None else Listed(owners, self.quiet[recipient.id])

    def _created(self, troubles: Troubles) -> list[Created] | None:
        """All leads created in the windows and as long before; None if they are too many."""
        first = min(period(*window)[1] for window in self.windows.values())
        last = max(window.ends for window in self.windows.values())
        found: list[Created] = []
        for page in self.newcomers.between(first, last):
            found += _read(page, troubles)
            if len(found) > MOST_CREATED or self.is_late():
                return None
        return found

    def _edition(
        self,
        listed: Listed,
        windows: Iterable[Window],
        hot: Sequence[Ranked],
        created: Sequence[Created] | None,
    ) -> Edition:
        """All windows end alike, so the longest has all news.

        Where candidates have cooled, others take their places as they are stored. If all have, and
        no other is hot for certain, then nobody is.
        """
        begins, ends = min(windows)
        views, is_listed = self.views, partial(self._is_listed, listed.owners)
        hot = [one for one in hot if is_listed(one.owner) or one.lead_id in listed.others]
        mine = None if created is None else [one for one in created if is_listed(one.owner)]
        hot_ids = frozenset(one.lead_id for one in hot)
        newest = _newest(mine or (), hot_ids, Window(period(begins, ends)[0], ends))
        found = candidates(hot, begins, ends, views.now, MOST - len(newest))
        stored = views.stored((*found.lead_ids, *newest))
        shown = [_shown(stored[one], views) for one in found.lead_ids if one in stored]
        shown = [one for one in shown if is_hot(one.lead)]
        spare = views.stored(found.spare[: MOST - len(newest) - len(shown)])
        shown += [Shown(lead, lead.folded_at) for lead in spare.values() if is_hot(lead)]
        fresh = [_shown(stored[one], views) for one in newest if one in stored]
        return Edition(
            hot=hot_list(shown, found.more - len(spare) if shown else 0),
            newcomers=tuple(one for one in fresh if _is_newcomer(one.lead)),
            created=mine,
            hot_ids=hot_ids,
            is_cut=self._has_broken or not views.unreadable.isdisjoint(found.lead_ids),
        )

    def _is_listed(self, owners: frozenset[str] | None, owner: str | None) -> bool:
        return owners is None or self.sales.owner_of(owner) in owners


def _read(entries: Iterable[Unread[T]], troubles: Troubles) -> list[T]:
    """What entries of an index say. One that is broken is trouble, and is left out."""
    read = (troubles.attempt({"work": "read"}, entry) for entry in entries)
    return [one for one in read if one is not None]


def _newest(created: Iterable[Created], hot_ids: frozenset[str], window: Window) -> list[str]:
    """The newest of the leads of a window that are not stored as hot."""
    fresh = [
        one
        for one in created
        if window.begins <= one.created_at < window.ends and one.lead_id not in hot_ids
    ]
    fresh.sort(key=lambda one: (one.created_at, one.lead_id), reverse=True)
    return [one.lead_id for one in fresh[:MOST_NEWCOMERS]]


def _is_newcomer(lead: Lead) -> bool:
    return lead.state is LeadState.LIVE and lead.temperature is not Temperature.HOT


def _shown(stored: Lead, views: Views) -> Shown:
    seen = views.of(stored)
    return Shown(stored, stored.folded_at) if seen is None else Shown(seen.lead, None, seen.outlook)
