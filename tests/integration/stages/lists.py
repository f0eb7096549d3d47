"""Leads of today's list, as the table has them."""

from datetime import timedelta
from typing import Any, Final

from hotlist.events.answers import SalesAnswer
from hotlist.leads.lead import Alerting, Contact, Lead, May, Temperature
from integration.stages.card import NOW, Card

HOUR: Final = timedelta(hours=1)


def a_lead(name: str, **changes: Any) -> Lead:
    fields: dict[str, Any] = {
        "lead_id": f"email:{name}",
        "folded_at": NOW - HOUR,
        "expires_at": NOW + timedelta(days=300),
        "temperature": Temperature.HOT,
        "total": 50,
        "contact": Contact(name, f"{name} Ltd", f"{name}@example.org", "+48600100200"),
        "alerting": Alerting(armed=False, hot_since=NOW - 5 * HOUR),
        "last_event_at": NOW - 2 * HOUR,
        "last_event_id": "1",
        "due_at": NOW + 9 * HOUR,
        "created_at": NOW - 9 * HOUR,
        "may": May.BOTH,
    }
    return Lead(**(fields | changes))


def never() -> bool:
    return False


def store(card: Card, *leads: Lead) -> None:
    for lead in leads:
        card.score.stores.leads.save(lead, None)


def said(answer: str, hours: int, **more: Any) -> SalesAnswer:
    return SalesAnswer("a1", f"sales_{answer}", NOW - hours * HOUR, "ben", **more)
