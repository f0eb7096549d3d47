"""Random histories of a few people who share phones, browsers and addresses."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hotlist import events, identity
from hotlist.events import Event, Route

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

EMAILS = ("ada@example.org", "bo@example.net", "cy@example.com")
PHONES = ("+48600100200", "+48600100300")
VISITORS = ("browser-1", "browser-2", "kiosk-3")


@dataclass(frozen=True)
class Person:
    """What one submission says of who sends it."""

    email: str | None
    phone: str | None
    visitor: str | None

    @property
    def subjects(self) -> list[str]:
        """Its subjects, the strongest first."""
        named = (
            (identity.EMAIL, self.email),
            (identity.PHONE, self.phone),
            (identity.VISITOR, self.visitor),
        )
        return [identity.subject(kind, value) for kind, value in named if value]


def history(random: Random, size: int) -> list[Event]:
    """Events in the order of their receipt, a minute apart or much later, some late or spam."""
    written: dict[str, Event] = {}
    received_at = START
    for _ in range(size):
        received_at += timedelta(minutes=random.choice([1, 5, 60, 60 * 24]))
        if written and random.random() < 0.2:
            made = _reclassification(random, random.choice([*written.values()]), received_at)
        else:
            made = _submission(random, received_at)
        written.setdefault(made.event_id, made)  # a repetition is the event it repeats
    return [*written.values()]


def _submission(random: Random, received_at: datetime) -> Event:
    person = Person(
        email=random.choice([*EMAILS, None, None]),
        phone=random.choice([*PHONES, None, None, None]),
        visitor=random.choice([*VISITORS, *VISITORS, None]),
    )
    if not person.subjects:
        person = Person(None, None, VISITORS[0])
    subject, *names = person.subjects
    is_form = person.email is not None or person.phone is not None
    event_type = (
        random.choice(["form_submitted", "contact_requested"])
        if is_form
        else random.choice(["page_viewed", "session_started"])
    )
    late = random.choice([0, 0, 0, 90, 60 * 30])
    return _event(
        event_type,
        Route.FORM if is_form else Route.BEACON,
        received_at=received_at,
        occurred_at=received_at - timedelta(minutes=late),
        subject=subject,
        names=names,
        properties={
            "page_url": random.choice(["https://shop.example/pricing", "https://shop.example/"]),
            "role": random.choice(["director", "student", ""]),
            **({"kiosk": True} if random.random() < 0.1 else {}),
            **({"consents": {"email": "v1"}} if random.random() < 0.1 else {}),
        },
        flags=frozenset({events.SPAM}) if is_form and random.random() < 0.2 else frozenset(),
        email=person.email,
        phone=person.phone,
    )


def _reclassification(random: Random, target: Event, received_at: datetime) -> Event:
    word = random.choice(["add", "remove"])
    flag = random.choice([events.SPAM, events.SPAM, events.BOT])
    return _event(
        "event_reclassified",
        Route.OPERATOR,
        received_at=received_at,
        occurred_at=received_at,
        subject=target.subject,
        names=(),
        properties={"event_id": target.event_id, word: [flag]},
    )


def _event(
    event_type: str,
    route: Route,
    *,
    received_at: datetime,
    occurred_at: datetime,
    subject: str,
    names: list[str] | tuple[str, ...],
    properties: dict[str, object],
    flags: frozenset[str] = frozenset(),
    email: str | None = None,
    phone: str | None = None,
) -> Event:
    ids = events.identify(
        route=route,
        form="contact" if route is Route.FORM else "",
        event_type=event_type,
        key=None,
        content=[subject, sorted(names), sorted(flags), properties],
        received_at=received_at,
        occurred_at=occurred_at,
    )
    fields: dict[str, Any] = {
        "event_id": ids.event_id,
        "dedup": ids.dedup if route is Route.FORM else "",
        "type": event_type,
        "route": route,
        "received_at": received_at,
        "occurred_at": occurred_at,
        "subject": subject,
        "names": tuple(sorted(names)),
        "properties": properties,
        "flags": flags,
        "email": email,
        "phone": phone,
    }
    return Event(**fields, expires_at=events.expiry(Event(**fields)))
