"""Mails as they are looked at: digests of no, one and fifty leads, and one of each other kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from hotlist.events.event import Event
from hotlist.leads.lead import Alerting, Contact, Lead, May, Reason, Stage, Temperature
from hotlist.mail import digest_mail, digest_parts, lead_mails, render, texts, unsent_part
from hotlist.mail.layout import Card, Section
from hotlist.mail.lead_card import Details
from hotlist.sales.numbers import Compared, Numbers
from hotlist.sales.team import Recipient
from hotlist.sales.to_send import AlertNow
from hotlist.sales.unsent import Count

NOW: Final = datetime(2026, 3, 29, 5, 30, tzinfo=UTC)
DAY: Final = timedelta(days=1)
LANGUAGES: Final = ("en", "pl", "de")
LONG: Final = ("Przedsiębiorstwo Wielobranżowe Łódź Śródmieście Żółć i Synowie " * 4)[:200]
UNBROKEN: Final = "Donaudampfschifffahrtsgesellschaft" * 6

_ANNA: Final = Recipient(
    id="anna",
    name="Anna Kowalska",
    email="anna@example.com",
    language="pl",
    timezone="Europe/Warsaw",
    digest=time(7, 30),
    weekdays=frozenset(range(7)),
)
_PEOPLE: Final = (
    Contact("Łukasz Żak", "Śruby & Synowie", "lukasz@sruby.example", "+48600100200"),
    Contact("Małgorzata Święcicka-Błażejewska", LONG, "malgorzata@firma.example", "+48225550110"),
    Contact("Jürgen Großmann", UNBROKEN, f"{'j' * 60}@{'grossmann' * 5}.example", "+493012345678"),
    Contact("Ada Byron", None, "ada@byron.example"),
    Contact(None, "Côté & Fils", None, "+33142685300"),
    Contact("محمد علي", "شركة النور", "m@alnoor.example", "+971501234567"),
)
_TITLES: Final[Mapping[str, Mapping[str, str]]] = {
    "pricing": {
        "en": "Looked at the prices",
        "pl": "Oglądał cennik",
        "de": "Hat die Preise angesehen",
    },
    "guide": {
        "en": "Took the guide “How to read your leads”",
        "pl": "Pobrał poradnik „Jak czytać swoje leady”",
        "de": "Hat den Leitfaden „Leads lesen“ geholt",
    },
    "size": {
        "en": "Company of 50 to 200 people",
        "pl": "Firma od 50 do 200 osób",
        "de": "Firma mit 50 bis 200 Personen",
    },
}
_CHANNELS: Final = ("paid_search", "organic_search", "email", "referral", "paid_social", "direct")


def reader(language: str) -> Recipient:
    return replace(_ANNA, language=language)


def title(rule: str, language: str) -> str:
    return _TITLES[rule][language]


def lead(number: int) -> Lead:
    return Lead(
        lead_id=f"email:{number}",
        folded_at=NOW,
        expires_at=NOW,
        temperature=Temperature.HOT,
        stage=(Stage.INTENT, Stage.CONSIDERATION)[number % 2],
        total=1240 if number == 1 else 99 - number,
        contact=_PEOPLE[number % len(_PEOPLE)],
        reasons=tuple(
            Reason(rule, points)
            for rule, points in zip(_TITLES, map(Decimal, (44, 20, 10)), strict=True)
        ),
        channel=_CHANNELS[number % len(_CHANNELS)],
        last_event_at=NOW - timedelta(hours=7 * number),
        alerting=Alerting(armed=False, hot_since=NOW - timedelta(hours=9 * number)),
        bounced=number == 2,
        may=(May.BOTH, May.MAIL, May.CALL, May.UNKNOWN, May.NEITHER)[number % 5],
    )


def details(number: int) -> Details:
    return Details(
        change=(12, -3, None, 0)[number % 4],
        reasons_at={"pricing": NOW - timedelta(hours=15), "guide": NOW - timedelta(days=3)},
        campaign="wiosna-2026" if number % 2 == 0 else "",
        owner="Anna Kowalska",
    )


def digest(count: int, language: str) -> render.Mail:
    """A digest of so many leads, with everything that a digest may have, or nothing."""
    to = reader(language)
    cards = [
        digest_mail.card(lead(number), to, title, now=NOW, details=details(number))
        for number in range(count)
    ]
    if not count:
        return digest_mail.digest([], 0, to, NOW).mail
    gone = [
        digest_mail.Line(f"email:g{number}", str(who.name), str(who.email), "ostygł, teraz ciepły")
        for number, who in enumerate(_PEOPLE[:3])
    ]
    held = [
        unsent_part.HeldLine("28 mar, 16:40", str(who.name), str(who.email), LONG[:120])
        for who in _PEOPLE[:2]
    ]
    unsent = unsent_part.UnsentPart(
        to,
        messages="Wiadomości niewysłane z powodu limitu na godzinę: 7",
        lines=held,
        others=Count(5),
        suspects="Wstrzymane jako spam, według formularza: contact: 12, ebook: 3",
    )
    ways = ("organic_search", "paid_social", "email", "referral", "direct")
    counted = [(way, Compared(128 // (place + 1), 114)) for place, way in enumerate(ways)]
    found = Numbers(Compared(count + 9, 3), NOW - DAY, Compared(1_204, 1_300), tuple(counted))
    words = texts.TEXTS[language]
    sections = [
        Section(words["new_leads"], cards=[_card(4, to)], more=3),
        Section(words["unanswered"], cards=[_card(1, to, waited=4, cools_at=NOW + DAY)], hot=1),
        Section(words["cooling"], cards=[_card(0, to, cools_at=NOW + 4 * DAY)], more=1, hot=2),
    ]
    made = digest_mail.digest(
        cards,
        6,
        to,
        NOW,
        gone,
        unsent=unsent,
        figures=digest_parts.figures(found, to),
        note=digest_parts.compared(found, to),
        sections=sections,
        stop="https://api.example.com/unsubscribe/" + "s" * 200,
    )
    return made.mail


def _card(number: int, to: Recipient, **beside: Any) -> Card:
    known = replace(details(number), **beside)
    return digest_mail.card(lead(number), to, title, now=NOW, details=known)


def alert(language: str) -> render.Mail:
    hot = lead(1)
    now = AlertNow(hot, hot.alerting.hot_since)
    note = render.last_of_hour("alert", 60, NOW, reader(language))
    return render.alert(now, reader(language), title, note, details=details(1))


def message(language: str) -> render.Mail:
    said = {"message": f"Dzień dobry,\n\nproszę o ofertę na śruby.\n{UNBROKEN}\n\nŁukasz Żak"}
    event = Event(
        event_id="1",
        type="contact_requested",
        occurred_at=NOW,
        received_at=NOW,
        email="lukasz@sruby.example",
        phone="+48600100200",
        properties={"form": "contact", "name": "Łukasz Żak", "company": LONG, "size": "50-200"},
        texts=said,
    )
    labels = {"size": "Wielkość firmy", "message": "W czym możemy pomóc?"}
    return render.message(event, labels, reader(language), lead(0), details=details(0))


def more(language: str) -> render.Mail:
    hour = NOW.replace(minute=0)
    return render.more("message", hour, reader(language), count=23, is_more=False, most=60)


EACH: Final = len(_PEOPLE)
"""So many leads are one of each kind."""

_COMPANY: Final = lead_mails.Company(
    LONG[:80].strip(), "ul. Długa 1, 00-001 Warszawa", "biuro@example.com"
)
_LINKS: Final = lead_mails.Links(
    unsubscribe="https://api.example.com/unsubscribe/" + "u" * 300,
    action="https://api.example.com/confirm/" + "c" * 300,
    to={"https://example.com/a/long/address/of/a/page?with=questions": "https://example.com/c"},
)
_FORM: Final = {
    "consents": {"email": {"version": "1", "text": "Nowości i porady, najwyżej raz w miesiącu."}},
    "reward": {"title": "Jak czytać swoje leady"},
    "receipt": {
        "subject": "Mamy Twoje zgłoszenie",
        "text": "Dziękujemy!\n\nOdpowiemy jutro. Do tego czasu warto przeczytać "
        "https://example.com/a/long/address/of/a/page?with=questions, jak to robimy.",
    },
}


def _event(language: str) -> Event:
    return Event(
        event_id="1" * 32,
        type="form_submitted",
        occurred_at=NOW,
        received_at=NOW,
        email="ada@example.org",
        properties={"form": "ebook", "language": language},
    )


def confirm(language: str) -> render.Mail:
    return lead_mails.confirm(_event(language), "email", _FORM, _COMPANY, _LINKS)


def reward(language: str) -> render.Mail:
    return lead_mails.reward(_event(language), _FORM, _COMPANY, _LINKS, NOW)


def receipt(language: str) -> render.Mail:
    return lead_mails.receipt(_event(language), _FORM, _COMPANY, replace(_LINKS, action=""))


KINDS: Final = {
    "digest-0": lambda language: digest(0, language),
    "digest-1": lambda language: digest(1, language),
    "digest-50": lambda language: digest(50, language),
    "alert": alert,
    "message": message,
    "more": more,
    "confirm": confirm,
    "reward": reward,
    "receipt": receipt,
}
