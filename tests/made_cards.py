"""A lead, and its card, as tests of mails make them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hotlist.leads.lead import Alerting, Contact, Lead, May, Reason, Stage, Temperature
from hotlist.mail.layout import Card
from hotlist.mail.lead_card import Details, lead_card
from letters_of_forms import ANNA, NOW

HOSTILE = "<img src=x onerror=alert(1)>{{ 7*7 }}{0.__class__}\r\n\"'&"
LANGUAGES = ("en", "pl", "de")


def lead(**changes: Any) -> Lead:
    fields: dict[str, Any] = {
        "lead_id": "email:1",
        "folded_at": NOW,
        "expires_at": NOW,
        "temperature": Temperature.HOT,
        "stage": Stage.INTENT,
        "total": 75,
        "contact": Contact("Łukasz Żak", "Śruby & Synowie", "lukasz@example.org", "+48600100200"),
        "reasons": (Reason("pricing", Decimal("44.5")), Reason("opened", Decimal(-3))),
        "channel": "paid_search",
        "last_event_at": NOW - timedelta(days=1),
        "alerting": Alerting(armed=False, hot_since=NOW),
        "may": May.BOTH,
    }
    return Lead(**(fields | changes))


def card(language: str = "en", /, told: Lead | None = None, **beside: Any) -> Card:
    to = replace(ANNA, language=language)
    known = Details(**beside)
    return lead_card(told or lead(), to, lambda rule, _: rule.title(), now=NOW, details=known)
