"""The daily hot list: which leads, in which order, and how many of them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from hotlist.leads.lead import Lead, LeadState, Temperature

MAX_SHOWN: Final = 40
"""Nobody reads about more leads than this in one mail."""

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class HotList:
    """The leads of a digest, best first, and how many more there are."""

    leads: tuple[Lead, ...]
    more: int

    @property
    def count(self) -> int:
        return len(self.leads) + self.more


def hot_list(leads: Iterable[Lead]) -> HotList:
    """The hot ones of these leads: most points first, then the newest activity."""
    hot = [
        lead
        for lead in leads
        if lead.state is LeadState.LIVE and lead.temperature is Temperature.HOT
    ]
    hot.sort(key=lambda lead: lead.lead_id)
    hot.sort(key=lambda lead: (lead.total, lead.last_event_at or _LONG_AGO), reverse=True)
    return HotList(tuple(hot[:MAX_SHOWN]), max(0, len(hot) - MAX_SHOWN))
