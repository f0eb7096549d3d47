"""Leads as a fold sees them, made from events without any table."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any, Final

from hotlist.cards.card import LeadCard, card_of
from hotlist.events.event import Event
from hotlist.events.times import from_ms
from hotlist.events.vocabulary import Route
from hotlist.leads import classify
from hotlist.leads.fold import Folder, View
from hotlist.leads.gather import Gathered
from hotlist.leads.lead import Lead
from hotlist.leads.profile import facts_at
from hotlist.sales.team import Recipient, Sales
from hotlist.scoring import engine
from hotlist.scoring.ruleset import Ruleset, from_checked
from reference import generate

ANNA: Final = Recipient(
    id="anna",
    name="Anna Kowalska",
    email="anna@example.com",
    language="en",
    timezone="Europe/Warsaw",
    digest=time(7, 30),
    weekdays=frozenset(range(5)),
)
BEN: Final = replace(ANNA, id="ben", name="Ben Miller", email="ben@example.com")
SALES: Final = Sales((ANNA, BEN))
NOON: Final = datetime(2026, 3, 29, 12, tzinfo=UTC)
LEAD: Final = "email:00000000-0000-5000-8000-000000000001"


def view_of(
    events: Iterable[Event], ruleset: Ruleset, now: datetime, stored: Lead | None = None
) -> View:
    """The lead that these events make at `now`, by the code of every fold."""
    folder = Folder(None, ruleset, lambda: now)  # type: ignore[arg-type]
    return folder._scored(stored, Gathered(LEAD, tuple(events), ()), now)


def card(view: View, ruleset: Ruleset, now: datetime, reader: Recipient = ANNA) -> LeadCard:
    return card_of(view, sales=SALES, ruleset=ruleset, recipient=reader, now=now)


def random_lead(seed: int) -> tuple[View, Ruleset, datetime]:
    """A lead of the cases that the reference is compared by, with its answers as a form's."""
    case = generate.case(seed)
    random, now = Random(seed), from_ms(case.now)
    ruleset = from_checked(case.ruleset)
    events = [_received(event, random) for event in case.events]
    if case.events and random.random() < 0.8:
        first = min(event.occurred_at for event in case.events)
        said: dict[str, Any] = {k: v for k, v in case.facts.items() if isinstance(v, str)}
        events.append(
            Event(
                event_id="form",
                type="form_submitted",
                occurred_at=min(first, now),
                received_at=min(first, now),
                properties={**said, "form": "contact", "source": "google"},
                email="ada@example.org",
                subject=LEAD,
            )
        )
    known = [event for event in events if event.occurred_at <= now]
    return view_of(known, ruleset, now), ruleset, now


def _received(event: Event, random: Random) -> Event:
    route = random.choice([Route.BEACON, Route.BEACON, Route.FORM, Route.SERVER])
    subject = random.choice([LEAD, "visitor:1", "visitor:2"])
    return replace(event, received_at=event.occurred_at, route=route, subject=subject)


def known_at(events: Iterable[Event], at: datetime) -> tuple[dict[str, object], datetime | None]:
    """The facts of these events at an instant, by the code of profiles, and when they end."""
    return facts_at((one for one in events if one.occurred_at <= at), at, classify.channel)


def happened(kind: str, days: float, **more: Any) -> Event:
    """Something so many days before noon."""
    at = NOON - timedelta(days=days)
    fields: dict[str, Any] = {
        "event_id": f"{kind} {days}",
        "type": kind,
        "occurred_at": at,
        "received_at": at,
        "route": Route.FORM,
        "subject": LEAD,
    }
    return Event(**(fields | more))


FORM: Final = happened("form_submitted", 40, email="ada@example.org")


def made(ruleset: Ruleset, *events: Event) -> Any:
    return card(view_of([FORM, *events], ruleset, NOON), ruleset, NOON)


def forecast(profile: Any, ruleset: Ruleset, at: Any) -> engine.Score:
    return engine.forecast(ruleset, known_at(profile.events, at)[0], profile.events, at)
