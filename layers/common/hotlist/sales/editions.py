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
"""New leads that one run reads of, the newest. A digest whose time goes back further has none."""

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

    `created` are the leads that were created in the windows and as long before, as far as they
    could be read: all since `known_since`, none of them if that is None. `hot_ids` are those leads
    that are hot, as far as anybody knows. With `is_cut` a lead that is stored as hot could not be
    read: there may be more than these.
    """

    hot: HotList
    newcomers: tuple[Shown, ...] = ()
    created: Sequence[Created] = ()
    known_since: datetime | None = None
    hot_ids: frozenset[str] = frozenset()
    is_cut: bool = False

    def knows(self, begins: datetime) -> bool:
        """Whether all leads are known that were created since an instant."""
        return self.known_since is not None and self.known_since <= begins

    def created_in(self, begins: datetime, ends: datetime) -> list[Created]:
        """The leads that were created from `begins` until before `ends`, without hot ones."""
        return [
            one
            for one in self.created
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
        created, since = troubles.attempt(ids, self._created, troubles) or ((), None)
        windows: defaultdict[Listed, list[Window]] = defaultdict(list)
        for one in recipients:
            windows[self._listed(one)].append(self.windows[one.id])
        for listed, of_list in windows.items():
            self._made[listed] = self._edition(listed, of_list, hot, created, since)

    def of(self, recipient: Recipient) -> Edition:
        """The list that a recipient gets."""
        return self._made[self._listed(recipient)]

    def _listed(self, recipient: Recipient) -> Listed:
        owners = self.sales.listed(recipient, self.views.now, self.disabled)
        return Listed(owners) if owners is None else Listed(owners, self.quiet[recipient.id])

    def _created(self, troubles: Troubles) -> tuple[list[Created], datetime]:
        """The leads created in the windows and as long before, and since when they are all."""
        first = min(period(*window)[1] for window in self.windows.values())
        last = max(window.ends for window in self.windows.values())
        found: list[Created] = []
        for since, page in self.newcomers.between(first, last):
            if len(found) + len(page) > MOST_CREATED or self.is_late():
                return found, since
            found += _read(page, troubles)
        return found, first

    def _edition(
        self,
        listed: Listed,
        windows: Iterable[Window],
        hot: Sequence[Ranked],
        created: Sequence[Created],
        known_since: datetime | None,
    ) -> Edition:
        """All windows end alike, so the longest has all news.

        Where candidates have cooled, others take their places as they are stored. If all have, and
        no other is hot for certain, then nobody is. A lead that was calculated stands where it
        belongs by now, whatever is stored.
        """
        begins, ends = min(windows)
        views, is_listed = self.views, partial(self._is_listed, listed.owners)
        hot = [one for one in hot if is_listed(one.owner) or one.lead_id in listed.others]
        mine = [one for one in created if is_listed(one.owner)]
        hot_ids = frozenset(one.lead_id for one in hot)
        newest = _newest(mine, hot_ids, Window(period(begins, ends)[0], ends))
        found = candidates(hot, begins, ends, views.now, MOST - len(newest))
        stored = views.stored((*found.lead_ids, *newest))
        looked = [_shown(one, views) for one in stored.values()]
        fresh = [one for one in looked if one.lead.lead_id in newest and is_hot(one.lead)]
        over = {one.lead.lead_id for one in looked if one.lead.state is not LeadState.LIVE}
        over |= {one for one in newest if one not in stored and one not in views.unreadable}
        now_hot = {one.lead.lead_id for one in looked if _has_heat(one.lead)}
        shown = [one for one in looked if one.lead.lead_id not in newest and is_hot(one.lead)]
        spare = views.stored(found.spare[: MOST - len(newest) - len(shown)])
        shown += [Shown(lead, lead.folded_at) for lead in spare.values() if is_hot(lead)]
        more = found.more - len(spare) if shown else 0
        created_at = {one.lead_id: one.created_at for one in mine}
        cool = [one for one in looked if one.lead.lead_id in created_at and _is_newcomer(one.lead)]
        cool.sort(key=lambda one: (created_at[one.lead.lead_id], one.lead.lead_id), reverse=True)
        return Edition(
            hot=hot_list((*shown, *fresh), more),
            newcomers=tuple(cool),
            created=[one for one in mine if one.lead_id not in over],
            known_since=known_since,
            hot_ids=hot_ids - stored.keys() | now_hot,
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
    return lead.state is LeadState.LIVE and not _has_heat(lead)


def _has_heat(lead: Lead) -> bool:
    """Whether a lead is hot, whether or not sales has answered it."""
    return lead.state is LeadState.LIVE and lead.temperature is Temperature.HOT


def _shown(stored: Lead, views: Views) -> Shown:
    seen = views.of(stored)
    return Shown(stored, stored.folded_at) if seen is None else Shown(seen.lead, None, seen.outlook)
