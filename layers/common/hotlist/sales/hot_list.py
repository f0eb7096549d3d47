"""Decides which leads stand in the daily hot list, in which order, and how many there are. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import nlargest
from typing import Final

from hotlist.leads.lead import Lead, LeadState, Ranked, Temperature
from hotlist.sales.outlook import UNKNOWN, Outlook

MOST_NEW: Final = 40
"""Leads that turned hot in the window, the newest first: the others keep a third of the list."""

MOST: Final = 60
"""Leads of one list. No more than these are calculated anew, whatever the number of hot leads."""

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The leads that a list may show, by id, the most urgent first.

    `more` leads are stored as hot beside them. `spare` are the first of these that are hot for
    certain: they take the places of leads that have cooled.
    """

    lead_ids: tuple[str, ...]
    spare: tuple[str, ...]
    more: int


def candidates(
    hot: Sequence[Ranked], begins: datetime, ends: datetime, now: datetime, most: int = MOST
) -> Candidates:
    """Of the leads stored as hot: the newest of the window, then those with the most points.

    The window is from `begins` until before `ends`. There are `most` of them at most.
    """
    of_window = (one for one in hot if one.hot_since and begins <= one.hot_since < ends)
    new = nlargest(MOST_NEW, of_window, key=_newest)
    chosen = {one.lead_id for one in new}
    best = nlargest(most - len(new), (one for one in hot if one.lead_id not in chosen), key=_best)
    chosen.update(one.lead_id for one in best)
    rest = [one for one in hot if one.lead_id not in chosen]
    certain = (one for one in rest if one.due_at > now)
    return Candidates(
        lead_ids=tuple(one.lead_id for one in (*new, *best)),
        spare=tuple(one.lead_id for one in nlargest(most, certain, key=_best)),
        more=len(rest),
    )


def _newest(one: Ranked) -> tuple[datetime, int, str]:
    return one.hot_since or _LONG_AGO, one.total, one.lead_id


def _best(one: Ranked) -> tuple[int, datetime, str]:
    return one.total, one.hot_since or _LONG_AGO, one.lead_id


@dataclass(frozen=True, slots=True)
class Shown:
    """A lead of a list. `as_of` is set if its points are those of an earlier instant."""

    lead: Lead
    as_of: datetime | None = None
    outlook: Outlook = UNKNOWN


@dataclass(frozen=True, slots=True)
class HotList:
    """The leads of a digest, best first. `more` is how many other leads are hot."""

    leads: tuple[Shown, ...]
    more: int = 0

    @property
    def count(self) -> int:
        return len(self.leads) + self.more


def is_hot(lead: Lead) -> bool:
    """Whether a lead is hot and waits for sales: nobody has answered since it turned hot."""
    is_live = lead.state is LeadState.LIVE and lead.temperature is Temperature.HOT
    return is_live and not lead.is_answered


def hot_list(leads: Iterable[Shown], more: int = 0) -> HotList:
    """The hot ones of these leads: most points first, then the newest activity.

    `more` leads are hot beside them.
    """
    hot = [one for one in leads if is_hot(one.lead)]
    hot.sort(key=lambda one: one.lead.lead_id)
    hot.sort(key=lambda one: (one.lead.total, one.lead.last_event_at or _LONG_AGO), reverse=True)
    return HotList(tuple(hot), more)
