"""Decides which leads stand in the daily hot list, and in which order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from hotlist.leads.lead import Lead, LeadState, Temperature

MAX_SHOWN: Final = 40
"""How many leads one mail shows. Nobody reads about more."""

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class HotList:
    """The leads of a digest, best first. `more` is how many other leads are hot."""

    leads: tuple[Lead, ...]
    more: int

    @property
    def count(self) -> int:
        return len(self.leads) + self.more


def hot_list(leads: Iterable[Lead]) -> HotList:
    """The hot ones of these leads: most points first; of equal points, newest activity first."""
    hot = [
        lead
        for lead in leads
        if lead.state is LeadState.LIVE and lead.temperature is Temperature.HOT
    ]
    hot.sort(key=lambda lead: lead.lead_id)
    hot.sort(key=lambda lead: (lead.total, lead.last_event_at or _LONG_AGO), reverse=True)
    return HotList(tuple(hot[:MAX_SHOWN]), max(0, len(hot) - MAX_SHOWN))
