"""Random histories of a few people who share phones, browsers and addresses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hotlist.events import ids, retention, vocabulary
from hotlist.events.answers import ANSWERS
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.identity import identifiers
from integration.model import forms as lead_forms

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

EMAILS = ("ada@example.org", "bo@example.net", "cy@example.com")
PHONES = ("+48600100200", "+48600100300", "+48600100400")
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
            (identifiers.EMAIL, self.email),
            (identifiers.PHONE, self.phone),
            (identifiers.VISITOR, self.visitor),
        )
        return [identifiers.subject(kind, value) for kind, value in named if value]


@dataclass(frozen=True)
class People:
    """Who is there, each as often as it is likely; None for what is not said.

    `jumbled` is how often an event is received hours or days late, so that claims come in
    any order. `mailed` is how often who gives an address asks for mail. The others are how often
    what is not a submission comes.
    """

    emails: Sequence[str | None]
    phones: Sequence[str | None]
    visitors: Sequence[str | None]
    jumbled: float = 0.4
    mailed: float = 0.4
    corrections: float = 0.25
    repetitions: float = 0.1
    others: float = 0.08


def people(random: Random, kind: str) -> People:
    """Few or many: the fewer there are, the more they share.

    In `months` two may also have two phones and browsers between them, so that one finds no
    place. In `wide` there are more than there are places as shipped.
    """
    if kind == "wide":
        phones = [f"+4860010{number:04}" for number in range(200)]
        visitors = [f"browser-{number}" for number in range(200)]
        many = People([*EMAILS[:1] * 6, EMAILS[1], None], phones, visitors)
        return replace(many, corrections=0.05, repetitions=0.02, others=0.02)
    if kind == "months" and random.random() < 0.4:
        two = People([*EMAILS[:2], None, None], [*PHONES[:2], None], VISITORS[:2])
        return replace(two, corrections=0.15, repetitions=0.02, others=0.02)
    if kind == "tight" or (kind == "months" and random.random() < 0.8):
        few = People([*EMAILS[:2], None, None], [PHONES[0], None], [VISITORS[0]])
        return replace(few, jumbled=0.8, corrections=0.15, repetitions=0.02, others=0.02)
    if kind == "crowd":
        many = People([*EMAILS, None, None], [PHONES[0], None], [VISITORS[0], None])
        return replace(many, corrections=0.1, repetitions=0.02, others=0.02)
    if kind == "narrow":
        one = People([*EMAILS[:1], None], [*PHONES, None, None, None], VISITORS)
        return replace(one, corrections=0.15, repetitions=0.02, others=0.02)
    return People(
        emails=[*random.sample(EMAILS, random.randint(1, 3)), *[None] * random.randint(1, 3)],
        phones=[*random.sample(PHONES, random.randint(1, 2)), *[None] * random.randint(0, 3)],
        visitors=[*random.sample(VISITORS, random.randint(1, 3)), None],
    )


def history(
    random: Random, people: People, size: int, since: datetime, before: Sequence[Event] = ()
) -> list[Event]:
    """Events in the order of their receipt, minutes or days apart, some late, repeated or spam.

    `before` are events that corrections may be about, as well as those of this history.
    """
    written: dict[str, Event] = {}
    targets = [event for event in before if event.type != "event_reclassified"]
    corrected: list[Event] = []
    forms: list[Event] = []
    received_at = since
    for _ in range(size):
        received_at += timedelta(minutes=random.choice([1, 5, 60, 60 * 24]))
        made = _submission(random, people, received_at)
        held = [event for event in targets if event.to_lead and _is_held(event)]
        if held and random.random() < 0.1:
            made = _reclassification(random, random.choice(held), received_at)
        elif random.random() < people.corrections and targets:
            again = corrected and random.random() < 0.6
            weak = [event for event in targets if not event.email]
            corrected.append(
                random.choice(corrected if again else random.choice([targets, weak or targets]))
            )
            made = _reclassification(random, corrected[-1], received_at)
        elif random.random() < people.repetitions and forms:
            made = _repetition(random, forms[-1], received_at)
        elif random.random() < people.others:
            said = [event for event in targets if event.type in ANSWERS]
            if said and random.random() < 0.5:
                made = _taken_back(random.choice(said), received_at)
            else:
                made = _said_by_others(random, people, received_at)
        if made.event_id not in written:  # else it is the event that it repeats
            written[made.event_id] = made
            targets += [made] if made.type != "event_reclassified" else []
            forms += [made] if made.route is Route.FORM else []
    return [*written.values()]


def _submission(random: Random, people: People, received_at: datetime) -> Event:
    person = Person(
        email=random.choice(people.emails),
        phone=random.choice(people.phones),
        visitor=random.choice(people.visitors),
    )
    if not person.subjects:
        person = Person(None, None, VISITORS[0])
    asks = person.email is not None and random.random() < people.mailed
    is_ours = asks and random.random() < 0.1
    if is_ours:  # it claims nobody
        person = Person(person.email, None, None)
    subject, *names = person.subjects
    is_form = person.email is not None or person.phone is not None
    event_type = (
        random.choice(["form_submitted", "contact_requested"])
        if is_form
        else random.choice(["page_viewed", "session_started"])
    )
    late = random.randrange(60 * 24 * 6) if random.random() < people.jumbled else 0
    role = random.choice(["director", "student", "owner", ""])
    said = lead_forms.asked(random) if asks else {}
    flags = {vocabulary.SPAM} if is_form and random.random() < 0.2 else set()
    return _event(
        event_type,
        Route.FORM if is_form else Route.BEACON,
        key=None if is_form else f"key-{random.randrange(6)}",
        received_at=received_at,
        occurred_at=received_at - timedelta(minutes=late),
        subject=subject,
        names=names,
        properties={
            "page_url": random.choice(["https://shop.example/pricing", "https://shop.example/"]),
            "role": role,
            **({"kiosk": True} if random.random() < 0.1 else {}),
            **({"consents": {"email": "v1"}} if random.random() < 0.2 else {}),
            **said,
            **({"user_agent": lead_forms.CRAWLER} if asks and random.random() < 0.1 else {}),
            **({vocabulary.TEST: True} if is_ours and random.random() < 0.5 else {}),
        },
        flags=frozenset(flags | {vocabulary.INTERNAL} if is_ours else flags),
        email=person.email,
        phone=person.phone,
        tell=event_type == "contact_requested" and role != "director",
        to_lead=lead_forms.mails_of(str(said["form"]), said.get("pending_consents"))
        if asks
        else (),
    )


def _repetition(random: Random, event: Event, received_at: datetime) -> Event:
    """The same submission once more: one event, or two with one dedup hash."""
    later = max(received_at, event.received_at + timedelta(minutes=random.choice([4, 9, 11])))
    ids = _ids(event, None, later, later)
    fields = replace(event, event_id=ids.event_id, received_at=later, occurred_at=later)
    return replace(fields, expires_at=retention.expiry(fields))


def _said_by_others(random: Random, people: People, received_at: datetime) -> Event:
    """What links, a shop's server and operators say of an address or a number."""
    known = [(identifiers.EMAIL, one) for one in people.emails if one]
    known += [(identifiers.PHONE, one) for one in people.phones if one]
    kind, value = random.choice(known)
    event_type, route = random.choice(
        [
            ("unsubscribed", Route.LINK),
            ("consent_given", Route.LINK),
            ("order_completed", Route.SERVER),
            ("score_suspended", Route.OPERATOR),
            ("score_resumed", Route.OPERATOR),
            ("sales_contacted", Route.LINK),
            ("sales_rejected", Route.LINK),
            ("sales_snoozed", Route.LINK),
        ]
    )
    number = random.randrange(2)
    until = received_at + timedelta(days=random.choice([1, 3, 90]))
    return _event(
        event_type,
        route,
        key=f"order-{number}" if route is Route.SERVER else None,
        received_at=received_at,
        occurred_at=received_at,
        subject=identifiers.subject(kind, value),
        names=(),
        properties={"order_id": str(number), "value": "10", "currency": "EUR"}
        if route is Route.SERVER
        else {"purpose": "email", "by": "anna", "until": until.isoformat()},
        email=value if kind == identifiers.EMAIL else None,
        phone=value if kind == identifiers.PHONE else None,
    )


def _taken_back(answer: Event, received_at: datetime) -> Event:
    return _event(
        "sales_undone",
        Route.LINK,
        received_at=received_at,
        occurred_at=received_at,
        subject=answer.subject,
        names=(),
        properties={"event_id": answer.event_id, "by": "anna"},
    )


def _reclassification(random: Random, target: Event, received_at: datetime) -> Event:
    word = random.choice(["add", "remove"])
    flag = random.choice([vocabulary.SPAM, vocabulary.SPAM, vocabulary.SPAM, vocabulary.BOT])
    if target.to_lead and _is_held(target) and random.random() < 0.7:  # by mistake
        word = "remove"
        flag = vocabulary.SPAM if vocabulary.SPAM in target.flags else vocabulary.BOT
    return _event(
        "event_reclassified",
        Route.OPERATOR,
        received_at=received_at,
        occurred_at=received_at,
        subject=target.subject,
        names=(),
        properties={"event_id": target.event_id, word: [flag]},
    )


def _is_held(event: Event) -> bool:
    """Whether it was taken for spam or a machine's when it came."""
    return vocabulary.SPAM in event.flags or "user_agent" in event.properties


def _event(
    event_type: str,
    route: Route,
    *,
    received_at: datetime,
    occurred_at: datetime,
    subject: str,
    names: list[str] | tuple[str, ...],
    properties: dict[str, object],
    key: str | None = None,
    flags: frozenset[str] = frozenset(),
    email: str | None = None,
    phone: str | None = None,
    tell: bool = False,
    to_lead: tuple[str, ...] = (),
) -> Event:
    fields: dict[str, Any] = {
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
        "tell": tell,
        "to_lead": to_lead,
    }
    ids = _ids(Event(event_id="", **fields), key, received_at, occurred_at)
    fields["event_id"] = ids.event_id
    fields["dedup"] = "" if route in (Route.OPERATOR, Route.LINK) else ids.dedup
    return Event(**fields, expires_at=retention.expiry(Event(**fields)))


def _ids(
    event: Event, key: str | None, received_at: datetime, occurred_at: datetime
) -> ids.EventId:
    return ids.identify(
        route=event.route,
        form="contact" if event.route is Route.FORM else "",
        event_type=event.type,
        key=key,
        content=[event.subject, event.names, sorted(event.flags), dict(event.properties)],
        received_at=received_at,
        occurred_at=occurred_at,
    )
