"""Mails as they are looked at: digests of no, one and fifty leads, and one of each other kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from hotlist.events.answers import SalesAnswer
from hotlist.events.event import Event
from hotlist.leads.lead import (
    Alerting,
    Contact,
    Created,
    Lead,
    May,
    Ownership,
    Reason,
    Stage,
    Temperature,
)
from hotlist.links.tokens import Key
from hotlist.mail import lead_mails, render
from hotlist.mail.lead_card import Details
from hotlist.runtime.failures import Troubles
from hotlist.sales.compose import Composer, Issue
from hotlist.sales.editions import Edition
from hotlist.sales.gone import Gone, TakenBack, Why
from hotlist.sales.hot_list import HotList, Shown
from hotlist.sales.outlook import Outlook
from hotlist.sales.reader_links import MailLinks
from hotlist.sales.team import Recipient, Sales
from hotlist.sales.to_send import alert_now, message_now
from hotlist.sales.unsent import Count, HeldMessage, Unsent
from hotlist.store.windows import Told, Window

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
_FIRST: Final[Mapping[str, tuple[Contact, ...]]] = {
    "en": (
        Contact("Ada Byron", "Analytical Engines Ltd", "ada@byron.example", "+442079460123"),
        Contact("Grace Hopper", "Compilers Inc", "grace@hopper.example", "+12125550142"),
        Contact("Łukasz Żak", "Śruby & Synowie", "lukasz@sruby.example", "+48600100200"),
    ),
    "pl": (
        Contact("Łukasz Żak", "Śruby & Synowie", "lukasz@sruby.example", "+48600100200"),
        Contact("Zofia Wiśniewska", "Dachy Górskie", "zofia@dachy.example", "+48225550117"),
        Contact("Jürgen Großmann", "Werk Süd GmbH", "j.grossmann@werk.example", "+493012345678"),
    ),
    "de": (
        Contact("Jürgen Großmann", "Werk Süd GmbH", "j.grossmann@werk.example", "+493012345678"),
        Contact("Änne Müller", "Müller & Töchter", "aenne@mueller.example", "+498912345678"),
        Contact("Łukasz Żak", "Śruby & Synowie", "lukasz@sruby.example", "+48600100200"),
    ),
}
_OTHERS: Final = (
    Contact("Emilia Rossi", "Rossi & Figli", "emilia@rossi.example", "+390612345678"),
    Contact("Jan Novák", "Novák s.r.o.", "jan@novak.example", "+420212345678"),
    Contact("Małgorzata Święcicka-Błażejewska", LONG, "malgorzata@firma.example", "+48225550110"),
    Contact("Jürgen Großmann", UNBROKEN, f"{'j' * 60}@{'grossmann' * 5}.example", "+493012345678"),
    Contact("Ada Lovelace", None, "ada@lovelace.example"),
    Contact(None, "Côté & Fils", None, "+33142685300"),
    Contact("محمد علي", "شركة النور", "m@alnoor.example", "+971501234567"),
    Contact("https://evil.example/login", "www.example.com", "x@evil.example"),
)
_NEW: Final = (
    Contact("Rosa Weber", "Gärten am See", "rosa@gaerten.example"),
    Contact("Jan Nowak", None, "jan@nowak.example", "+48600100300"),
    Contact("Mary Somerville", "Sun & Moon", "mary@somerville.example"),
    Contact("Emil Berg", None, "emil@berg.example"),
)
_CAMPAIGNS: Final = {"en": "spring-2026", "pl": "wiosna-2026", "de": "fruehling-2026"}
_ASKED: Final = {
    "en": "Good morning, could you send me an offer for 2,000 screws?",
    "pl": "Dzień dobry, proszę o ofertę na 2000 śrub.",
    "de": "Guten Tag, bitte senden Sie mir ein Angebot für 2.000 Schrauben.",
}
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


def people(language: str) -> tuple[Contact, ...]:
    """Whom a digest of this language is about: its own, then names and texts of every kind."""
    return _FIRST[language] + _OTHERS


_BEGAN: Final = (timedelta(hours=9), 6 * DAY, 2 * DAY)
"""How long leads are hot: since yesterday, without an answer for days, soon no longer."""


def hot(number: int, language: str, top: int = 96) -> Shown:
    """A hot lead of which all is known, and that goes together."""
    began = NOW - _BEGAN[number % 3] - timedelta(minutes=number)
    contact = people(language)[number % len(people(language))]
    seen = began + (timedelta(hours=3) if number % 3 else timedelta(0))
    bounced = number == 5
    allowed = (May.BOTH, May.BOTH, May.MAIL, May.CALL, May.CALL, May.NEITHER)[number % 6]
    found = Lead(
        lead_id=f"email:{number}",
        folded_at=NOW,
        expires_at=NOW,
        temperature=Temperature.HOT,
        stage=(Stage.INTENT, Stage.CONSIDERATION)[number % 2],
        total=1_234_567 if number == 7 else top - number,
        contact=contact,
        reasons=tuple(
            Reason(rule, points)
            for rule, points in zip(_TITLES, map(Decimal, (44, 20, 10)), strict=True)
        ),
        channel=_CHANNELS[number % len(_CHANNELS)],
        last_event_at=seen,
        alerting=Alerting(armed=False, alert_id=f"email:{number}@1", hot_since=began),
        ownership=Ownership("anna", "1", began),
        bounced=bounced,
        may=May.CALL if bounced else allowed,
    )
    ahead = Outlook(
        reasons_at={"pricing": seen, "guide": began - DAY},
        campaign=_CAMPAIGNS[language] if number % 2 == 0 else "",
        language=language,
        cools_at=NOW + (1 + number % 5) * DAY if number % 3 == 2 else None,
    )
    return Shown(found, None, ahead)


def _new(number: int, language: str) -> Shown:
    """A new lead that is not hot."""
    shown = hot(number, language)
    created = NOW - timedelta(hours=2 + number)
    calm = replace(
        shown.lead,
        lead_id=f"email:n{number}",
        temperature=Temperature.WARM,
        stage=Stage.INTEREST,
        total=26 - 2 * number,
        contact=_NEW[number % len(_NEW)],
        reasons=shown.lead.reasons[1:2],
        created_at=created,
        last_event_at=created,
        alerting=Alerting(),
        ownership=Ownership(),
        bounced=False,
        may=May.MAIL,
    )
    return Shown(calm, None, replace(shown.outlook, reasons_at={"guide": created}, cools_at=None))


_GONE: Final = (
    (Contact("Clara Lind", "Lind AB", "clara@lind.example", "+46812345678"), Why.COOLED, May.BOTH),
    (Contact("Piotr Mazur", None, "piotr@mazur.example"), Why.ANSWERED, May.CALL),
    (Contact("Nils Holm", None, "nils@holm.example", "+4521234567"), Why.OBJECTED, May.NEITHER),
)


_MET: Final = SalesAnswer("1", "sales_meeting", NOW - DAY, "anna")


def _gone(language: str) -> list[Gone]:
    cooled = replace(hot(1, language).lead, temperature=Temperature.WARM)
    return [
        Gone(
            replace(cooled, lead_id=f"email:g{place}"),
            why,
            contact,
            may=may,
            answer=_MET if why is Why.ANSWERED else None,
        )
        for place, (contact, why, may) in enumerate(_GONE)
    ]


def digest(count: int, language: str, new: int = 4, more: int = 6) -> render.Mail:
    """A digest of so many leads, with everything that a digest may have, or nothing."""
    to = replace(reader(language), top=50)
    window = Window(NOW - DAY, NOW)
    hot_ones = [hot(number, language) for number in range(count)]
    if not count:
        quiet = Edition(HotList(()))
        return _compose(Issue(to, "digest#anna#1", window, Told(), frozenset(), Unsent()), quiet)
    known = {
        one.lead.lead_id: one.lead.total
        for one in hot_ones
        if (one.lead.alerting.hot_since or NOW) < window.begins
    }
    told = Told(
        points={name: points - (12, -3)[points % 2] for name, points in known.items()},
        hot=max(0, count - 3),
    )
    ways = ("organic_search", "paid_social", "email", "referral", "direct")
    created = [
        Created(f"email:c{place}", NOW - hours * timedelta(hours=1), way)
        for place, way in enumerate(ways)
        for hours in range(1, 46 - 6 * place)
    ]
    newest = [_new(number, language) for number in range(new)]
    created += [Created(one.lead.lead_id, one.lead.created_at or NOW, "email") for one in newest]
    held = [
        HeldMessage(str(place), NOW - timedelta(hours=13), contact, text)
        for place, (contact, text) in enumerate(
            ((people(language)[2], _ASKED[language]), (_OTHERS[2], LONG))
        )
    ]
    unsent = Unsent(
        messages=Count(7),
        shown=held,
        suspects=(("contact", Count(12)), ("ebook", Count(3))),
        quiet=frozenset({"email:0"}),
    )
    edition = Edition(
        hot=HotList(tuple(hot_ones), more),
        newcomers=tuple(newest),
        created=created,
        known_since=NOW - 9 * DAY,
        hot_ids=frozenset(one.lead.lead_id for one in hot_ones),
    )
    issue = Issue(to, "digest#anna#1", window, told, frozenset(), unsent, links(language))
    return _compose(issue, edition, TakenBack(_gone(language)))


def links(language: str) -> MailLinks:
    """The links of a mail, as long as those of a stack are."""
    url = "https://abcdefghij.execute-api.eu-central-1.amazonaws.com"
    return MailLinks(reader(language), Key("1", b"k" * 64), NOW.date(), url)


NOTHING: Final = TakenBack()
SALES: Final = Sales((_ANNA,), fallback="anna")


def _compose(issue: Issue, edition: Edition, back: TakenBack = NOTHING) -> render.Mail:
    troubles = Troubles()
    made = Composer(SALES, title, NOW, troubles).compose(issue, edition, back)
    assert not troubles
    return made.mail


def alert(language: str, number: int = 3) -> render.Mail:
    """The alert of a lead, as it is told when it turns hot."""
    lead = hot(number, language).lead
    now = alert_now(lead.alerting.alert_id or "", lead, None, ())
    assert now is not None
    note = render.last_of_hour("alert", 60, NOW, reader(language)) if number else ""
    name = lead.contact.name or ""
    details = Details(
        owner=SALES.name_of("anna"), links=links(language).of_lead(lead.lead_id, name)
    )
    return render.alert(now, reader(language), title, note, details=details)


def message(language: str) -> render.Mail:
    who, labels = people(language)[0], _LABELS[language]
    said = {"message": f"{_ASKED[language]}\n\nhttps://example.com\n{UNBROKEN}\n\n{who.name}"}
    event = Event(
        event_id="1",
        type="contact_requested",
        occurred_at=NOW,
        received_at=NOW,
        email=who.email,
        phone=who.phone,
        properties={"form": "contact", "name": who.name, "company": LONG, "size": "50-200"},
        texts=said,
        tell=True,
    )
    now = message_now(event, (), NOW)
    assert now is not None
    details = Details(
        owner=SALES.name_of("anna"), links=links(language).of_lead("email:1", who.name or "")
    )
    return render.message(now, labels, reader(language), hot(0, language).lead, details=details)


_LABELS: Final = {
    "en": {"size": "People in your company", "message": "How can we help?"},
    "pl": {"size": "Wielkość firmy", "message": "W czym możemy pomóc?"},
    "de": {"size": "Größe der Firma", "message": "Wie können wir helfen?"},
}


def more(language: str) -> render.Mail:
    hour = NOW.replace(minute=0)
    return render.more("message", hour, reader(language), count=23, is_more=False, most=60)


EACH: Final = len(people("en"))
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
