"""Six visitors of the sample landing page, and what each of them sends to the API."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hotlist.identity.identifiers import EMAIL, PHONE, VISITOR, subject
from hotlist_cli.local.mail_reader import CONFIRM, REWARD

BROWSER: Final = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 "
    "Safari/537.36"
)
_SITE: Final = "https://www.example.com"


@dataclass(frozen=True, slots=True)
class Call:
    """One request: `POST path` with a JSON body. `status` is the expected answer."""

    path: str
    body: Mapping[str, Any]
    status: int = 201


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who comes to the page.

    `events` is how many different events the calls and the link make. `scored` is False if no lead
    may come of them. `comes_back` are calls that are made when the first ones have been scored.
    `follows` is what the link does whose button they press in the mail that they get. `facts` are
    some that the lead then has.
    """

    name: str
    story: str
    calls: tuple[Call, ...]
    events: int
    email: str | None = None
    phone: str | None = None
    visitor_id: str | None = None
    scored: bool = True
    comes_back: tuple[Call, ...] = ()
    follows: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    agent: str = field(default=BROWSER)

    @property
    def subjects(self) -> list[str]:
        """The subjects of this visitor. The first one is the id of the lead."""
        said = ((EMAIL, self.email), (PHONE, self.phone), (VISITOR, self.visitor_id))
        return [subject(kind, value) for kind, value in said if value]

    @property
    def lead_id(self) -> str:
        return self.subjects[0]


def visitors(now: datetime) -> list[Visitor]:
    """The six visitors, with visits some days before `now`. Their ids differ from run to run."""
    ewa, anna = str(uuid.uuid4()), str(uuid.uuid4())
    marek = {
        "event_id": str(uuid.uuid4()),
        "name": "Marek Zieliński",
        "email": "marek@zielinski-meble.example",
        "phone": "601 234 567",
        "company": "Zieliński Meble",
        "company_size": 120,
        "role": "director",
        "message": "We have 4,000 m² of roof near Poznań. What would it cost?",
    }
    return [
        Visitor(
            name="Ewa Nowak",
            story="reads for three days, then gets the e-book by mail",
            email="ewa.nowak@lumen-druk.example",
            visitor_id=ewa,
            calls=(
                _visit(ewa, now - timedelta(days=3), "/", "/pricing.html"),
                _visit(ewa, now - timedelta(days=1), "/", seconds=95),
                _form(
                    "ebook",
                    name="Ewa Nowak",
                    email="Ewa.Nowak@Lumen-Druk.example",
                    company="Lumen Druk",
                    role="manager",
                    visitor_id=ewa,
                ),
            ),
            events=8,
            follows=REWARD,
            facts={"email_confirmed": True},
        ),
        Visitor(
            name="Marek Zieliński",
            story="asks for an offer, and clicks twice",
            email="marek@zielinski-meble.example",
            phone="+48601234567",
            calls=(_form("contact", **marek), _form("contact", **marek)),
            events=1,
        ),
        Visitor(
            name="Jan Lis",
            story="leaves a phone number, later an e-mail with that number",
            email="jan@lis-logistyka.example",
            phone="+48512345678",
            calls=(_form("contact", name="Jan Lis", phone="512 345 678", message="Call me."),),
            comes_back=(
                _form(
                    "webinar",
                    name="Jan Lis",
                    email="jan@lis-logistyka.example",
                    phone="+48 512 345 678",
                ),
            ),
            events=2,
        ),
        Visitor(
            name="Ola",
            story="a student with a private address, who wants news and confirms it by mail",
            email="ola.student@gmail.com",
            calls=(
                _form(
                    "ebook",
                    name="Ola",
                    email="ola.student@gmail.com",
                    role="student",
                    consent_email=True,
                ),
            ),
            events=2,
            follows=CONFIRM,
            facts={"email_confirmed": True, "consents": ["email"]},
        ),
        Visitor(
            name="Anna Wójcik",
            story="comes back to the prices, then signs up for the webinar",
            email="anna@wojcik-stal.example",
            visitor_id=anna,
            calls=(
                _visit(anna, now - timedelta(days=5), "/pricing.html"),
                _visit(anna, now - timedelta(days=2), "/pricing.html", seconds=70),
                _visit(anna, now - timedelta(hours=1), "/", "/pricing.html", seconds=120),
                _form(
                    "webinar",
                    name="Anna Wójcik",
                    email="anna@wojcik-stal.example",
                    company="Wójcik Stal",
                    company_size=45,
                    role="owner",
                    visitor_id=anna,
                ),
            ),
            events=10,
        ),
        Visitor(
            name="(a machine)",
            story="fills in the field that nobody sees",
            email="win@prizes.example",
            calls=(
                _form(
                    "contact",
                    name="Prize",
                    email="win@prizes.example",
                    message="You have won!",
                    hp_confirm="https://prizes.example",
                ),
            ),
            events=1,
            scored=False,
        ),
    ]


def _form(form: str, /, **fields: Any) -> Call:
    return Call(f"/forms/{form}", {"page_url": f"{_SITE}/", **fields})


def _visit(visitor_id: str, at: datetime, *paths: str, seconds: int | None = None) -> Call:
    """A session as the tracker sends it: its start, its pages, the seconds on the last page."""
    names = ["session_started", *["page_viewed"] * len(paths)]
    pages = [paths[0], *paths]
    if seconds is not None:
        names.append("page_engaged")
        pages.append(paths[-1])
    events = [
        {
            "type": name,
            "event_id": str(uuid.uuid4()),
            "occurred_at": (at + timedelta(seconds=place)).isoformat(),
            "properties": {
                "session_id": f"{visitor_id}/{at.isoformat()}",
                "page_url": _SITE + page,
                **({"seconds": seconds} if name == "page_engaged" else {}),
            },
        }
        for place, (name, page) in enumerate(zip(names, pages, strict=True))
    ]
    body = {
        "visitor_id": visitor_id,
        "consent": {"purpose": "tracking", "version": "2026-11"},
        "sent_at": datetime.now(UTC).isoformat(),
        "events": events,
    }
    return Call("/events", body, status=202)
