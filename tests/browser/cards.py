"""Sample leads for the pictures of their cards: one that has done much, one of which little is
known, and one whose every text is hostile or long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from card_views import ANNA, LEAD, SALES, view_of
from hotlist.cards.card import LeadCard, card_of
from hotlist.cards.lead_page import CardLinks, lead_page
from hotlist.events.event import Event
from hotlist.events.vocabulary import PREFETCH, Route
from hotlist.leads.fold import View
from hotlist.leads.lead import Ownership
from hotlist.sales.team import Recipient
from hotlist.scoring.ruleset import Ruleset, from_checked, load

ROOT: Final = Path(__file__).parents[2]
NOW: Final = datetime(2026, 3, 29, 12, tzinfo=UTC)
DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
HOSTILE: Final = "</title></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{7*7}}"
UNBROKEN: Final = "Donaudampfschifffahrtsgesellschaftskapitän" * 5
LINKS: Final = CardLinks("https://api.example.com/answers/x", "?vcard", "https://api.example.com/l")

Said = dict[str, Any]


def rules() -> Ruleset:
    """The rules that Hotlist comes with."""
    return load((ROOT / "config" / "scoring.yaml").read_text("utf-8"))


class _Past:
    """Events, each with an id of its own."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, kind: str, at: datetime, route: Route, said: Said, **more: Any) -> Event:
        made = Event(
            event_id=f"{len(self.events):032x}",
            type=kind,
            occurred_at=at,
            received_at=at,
            route=route,
            subject=LEAD if route is not Route.BEACON else "visitor:1",
            properties=said,
            **more,
        )
        self.events.append(made)
        return made

    def visit(self, at: datetime, session: str, *pages: str, **said: Any) -> None:
        beside = {"session_id": session}
        self.add("session_started", at, Route.BEACON, {**beside, **said})
        for number, page in enumerate(pages):
            then = at + (3 * number + 1) * MINUTE
            path = "/pricing" if page == "Cennik" else f"/{number}"
            seen = {**beside, "page_title": page, "page_path": path}
            self.add("page_viewed", then, Route.BEACON, seen)
            self.add("page_engaged", then + MINUTE, Route.BEACON, {**seen, "seconds": 70})


def rich() -> list[Event]:
    past = _Past()
    campaign = {"source": "google", "medium": "cpc", "campaign": "wiosna-2026"}
    landing = {
        "landing_page": "https://www.example.com/blog/leady",
        "referrer": "https://google.pl",
    }
    start = NOW - 62 * DAY
    past.visit(start, "s1", "Blog", "Cennik", **campaign, **landing)
    answers = {
        "name": "Łukasz Żak",
        "company": "Śruby & Synowie sp. z o.o.",
        "company_size": 55,
        "role": "owner",
        "language": "pl",
        "form": "ebook",
        "newsletter": True,
        "consents": {"email": "1", "tracking": "1"},
    }
    to = {"email": "lukasz@sruby.example", "phone": "+48600100200", "phone_country": "PL"}
    past.add("form_submitted", start + 8 * MINUTE, Route.FORM, answers, **to)
    mail = {"form": "ebook", "mail": "reward"}
    past.add("email_opened", start + 9 * MINUTE, Route.LINK, mail, flags=frozenset({PREFETCH}))
    past.add("email_opened", start + 1 * DAY, Route.LINK, mail)
    past.add("file_downloaded", start + 1 * DAY, Route.LINK, {"form": "ebook", "reward": "ebook"})
    click = {**mail, "to": "https://www.example.com/pricing"}
    past.add("email_clicked", start + 1 * DAY + MINUTE, Route.LINK, click)
    for number in range(5):
        pages = ["Cennik", "Realizacje", "O nas", "Blog", "Kontakt"][: number + 1]
        past.visit(NOW - (30 - 6 * number) * DAY, f"v{number}", *pages)
    added = {"add": 12, "group": "fit", "reason": "spotkanie na targach", "author": "ewa"}
    past.add("score_adjusted", NOW - 20 * DAY, Route.OPERATOR, added)
    order = {"value": 1249.5, "currency": "PLN", "order_id": "2026/03/17"}
    past.add("order_completed", NOW - 12 * DAY, Route.SERVER, order)
    asked = {**answers, "form": "contact", "role": "owner", **campaign, "campaign": "wiosna-2"}
    past.add("contact_requested", NOW - 2 * DAY, Route.FORM, asked, **to)
    past.add("sales_contacted", NOW - 1 * DAY, Route.LINK, {"by": "ben"})
    past.add("sales_meeting", NOW - 3 * MINUTE, Route.LINK, {"by": "anna"})
    past.add("webinar_attended", NOW - 10 * DAY, Route.SERVER, {})
    return past.events


_ENGLISH: Final = {
    "Łukasz Żak": "Ada Byron",
    "Śruby & Synowie sp. z o.o.": "Analytical Engines Ltd",
    "lukasz@sruby.example": "ada@byron.example",
    "+48600100200": "+442079460123",
    "PL": "GB",
    "pl": "en",
    "Cennik": "Pricing",
    "Realizacje": "Case studies",
    "O nas": "About us",
    "Kontakt": "Contact",
    "wiosna-2026": "spring-2026",
    "wiosna-2": "spring-2",
    "spotkanie na targach": "met at the fair",
    "https://www.example.com/blog/leady": "https://www.example.com/blog/leads",
    "https://google.pl": "https://google.com",
}


def english() -> list[Event]:
    """The same past of somebody from London, for the pictures of the documents."""

    def in_english(said: Any) -> Any:
        return _ENGLISH.get(said, said) if isinstance(said, str) else said

    return [
        replace(
            event,
            email=in_english(event.email),
            phone=in_english(event.phone),
            properties={name: in_english(one) for name, one in event.properties.items()},
        )
        for event in rich()
    ]


def little() -> list[Event]:
    past = _Past()
    past.add("form_submitted", NOW - MINUTE, Route.FORM, {"form": "x"}, email="a@b.example")
    return past.events


def hostile() -> list[Event]:
    past = _Past()
    names = "source medium campaign term content referrer landing_page page_title".split()
    bad: Said = dict.fromkeys(names, HOSTILE)
    answers = {**bad, "name": HOSTILE, "company": UNBROKEN, HOSTILE: HOSTILE, "form": HOSTILE}
    email = f"{'j' * 60}@{'grossmann' * 5}.example"
    asked = {**answers, "consents": {HOSTILE: "1", "phone": "1"}}
    past.add("contact_requested", NOW - 9 * DAY, Route.FORM, asked, email=email)
    past.visit(NOW - 5 * DAY, HOSTILE, HOSTILE, UNBROKEN, **bad)
    past.add(f"custom:{'x' * 64}", NOW - 4 * DAY, Route.BEACON, {**bad, "session_id": HOSTILE})
    said: Said = {"by": HOSTILE, "reason": HOSTILE, "value": 1e300, "day": HOSTILE}
    for kind in ("sales_won", "sales_rejected", "sales_snoozed"):
        past.add(kind, NOW - DAY, Route.LINK, {**said, "until": HOSTILE})
    added = {"add": 70, "reason": HOSTILE, "author": HOSTILE}
    past.add("score_adjusted", NOW - 2 * DAY, Route.OPERATOR, added)
    past.add("event_reclassified", NOW - DAY, Route.OPERATOR, {"event_id": "x", "add": [HOSTILE]})
    past.add("lead_moved", NOW - DAY, Route.OPERATOR, {"owner": HOSTILE})
    order = {"value": 10**30, "currency": HOSTILE, "order_id": HOSTILE}
    past.add("order_completed", NOW - DAY, Route.SERVER, order)
    return past.events


KINDS: Final[dict[str, Callable[[], list[Event]]]] = {
    "rich": rich,
    "english": english,
    "little": little,
    "hostile": hostile,
}


def seen(kind: str) -> tuple[View, Ruleset]:
    ruleset = rules()
    view = view_of(KINDS[kind](), ruleset, NOW)
    rule = HOSTILE if kind == "hostile" else "duże firmy"
    owned = Ownership("ben", rule) if kind != "little" else Ownership()
    return replace(view, lead=replace(view.lead, ownership=owned)), ruleset


def reader(language: str) -> Recipient:
    return replace(ANNA, language=language)


def card(kind: str, language: str) -> LeadCard:
    view, ruleset = seen(kind)
    to = reader(language)
    return card_of(view, sales=SALES, ruleset=ruleset, recipient=to, now=NOW)


def page(kind: str, language: str) -> str:
    return lead_page(card(kind, language), reader(language), LINKS, NOW)


def curved(total: int, days: float, hot: int, warm: int, language: str) -> str:
    """The page of a lead that has had so many points for so many days."""
    points = {"id": "one", "event": "form_submitted", "points": total}
    past = _Past()
    past.add("form_submitted", NOW - days * DAY, Route.FORM, {}, email="a@b.example")
    return _ruled(
        past.events,
        from_checked({"temperature": {"hot": hot, "warm": warm}, "rules": [points]}),
        language,
    )


def weighted(points: int, language: str) -> str:
    """The page of a lead whose points have many decimal places."""
    rule = {"id": "a long name of a rule", "event": "page_viewed", "points": points, "group": "g"}
    group = {"weight": "33%", "decay": {"half_life": "30d"}}
    past = _Past()
    past.add("form_submitted", NOW - 20 * DAY, Route.FORM, {}, email="a@b.example")
    for number in range(1, 9):
        seen = {"page_path": f"/p{number}"}
        past.add("page_viewed", NOW - 1.37 * number * DAY, Route.BEACON, seen)
    checked = {"temperature": {"hot": 60}, "rules": [rule], "groups": {"g": group}}
    return _ruled(past.events, from_checked(checked), language)


def _ruled(events: list[Event], ruleset: Ruleset, language: str) -> str:
    view, to = view_of(events, ruleset, NOW), reader(language)
    made = card_of(view, sales=SALES, ruleset=ruleset, recipient=to, now=NOW)
    return lead_page(made, to, LINKS, NOW)
