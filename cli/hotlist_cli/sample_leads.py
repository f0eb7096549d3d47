"""A handful of sample leads in tables in memory: what a digest looks like, without AWS.

They have rules of their own, so that they are hot whatever scoring.yaml says.
"""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from hotlist.config.load import load_config
from hotlist.events import retention, times
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.identity.identifiers import EMAIL, subject
from hotlist.leads.fold import Folder
from hotlist.runtime.settings import DigestSettings
from hotlist.scoring import ruleset
from hotlist.scoring.check.scoring_file import check_scoring
from hotlist.scoring.ruleset import Ruleset
from hotlist.store.hours import HeldStore, hour_of
from hotlist.store.stores import Stores
from hotlist.store.suspects import SuspectStore
from hotlist.store.windows import Plan, Told, Window, WindowStore

TEMPLATE: Final = Path(__file__).resolve().parents[2] / "template.yaml"
_REGION: Final = "eu-central-1"
_RULES: Final = """
temperature: {warm: 15, hot: 40}
rules:
  - id: offer
    title: {en: Asked for an offer, pl: Prosi o ofertę, de: Bittet um ein Angebot}
    event: contact_requested
    points: 45
  - id: prices
    title: {en: Looked at the prices, pl: Ogląda cennik, de: Sieht die Preise an}
    event: page_viewed
    where: {page_path: [{prefix: /pricing}]}
    points: 15
    max: 45
  - id: guide
    title: {en: Took the guide, pl: Pobiera poradnik, de: Holt den Leitfaden}
    event: form_submitted
    points: 20
  - id: demo
    title: {en: Asked for a demo, pl: Prosi o prezentację, de: Bittet um eine Vorführung}
    event: demo_requested
    points: 60
    decay: {half_life: 4d}
"""

_PEOPLE: Final[Mapping[str, Mapping[str, Any]]] = {
    "ada@byron.example": {
        "name": "Ada Byron",
        "company": "Analytical Engines Ltd",
        "phone": "+442079460123",
        "source": "google",
        "medium": "cpc",
        "campaign": "spring-2026",
    },
    "lukasz@sruby.example": {
        "name": "Łukasz Żak",
        "company": "Śruby & Synowie",
        "phone": "+48600100200",
        "source": "newsletter",
        "medium": "email",
    },
    "j.grossmann@werk.example": {
        "name": "Jürgen Großmann",
        "company": "Werk Süd GmbH",
        "phone": "+493012345678",
        "referrer": "https://www.google.com/",
    },
    "grace@hopper.example": {"name": "Grace Hopper", "company": "Compilers Inc"},
    "emilia@rossi.example": {"name": "Emilia Rossi", "company": "Rossi & Figli"},
    "rosa@gaerten.example": {
        "name": "Rosa Weber",
        "company": "Gärten am See",
        "consents": {"email": "1"},
        "source": "google",
        "medium": "cpc",
    },
    "jan@novak.example": {"name": "Jan Novák", "referrer": "https://www.facebook.com/"},
    "emil@berg.example": {"name": "Emil Berg", "source": "newsletter", "medium": "email"},
}
_STORIES: Final[Mapping[str, tuple[tuple[str, float], ...]]] = {
    "ada@byron.example": (("form_submitted", 52), ("page_viewed", 30), ("contact_requested", 3)),
    "lukasz@sruby.example": (("contact_requested", 160), ("page_viewed", 9), ("page_viewed", 8)),
    "j.grossmann@werk.example": (
        *(("page_viewed", 76), ("page_viewed", 75)),
        ("form_submitted", 21),
    ),
    "grace@hopper.example": (("demo_requested", 40),),
    "emilia@rossi.example": (("demo_requested", 64),),
    "rosa@gaerten.example": (("form_submitted", 4),),
    "jan@novak.example": (("form_submitted", 17),),
    "emil@berg.example": (("form_submitted", 33),),
}
"""What each of them did, and how many hours before the mail.

Two are hot since the last mail, one waits for an answer, one cools soon and one has cooled. Two
are new, and one was new in the time before.
"""

_TOLD: Final = {"lukasz@sruby.example": 60, "grace@hopper.example": 54, "emilia@rossi.example": 45}
"""Of whom the last mail has told, with how many points."""

_LAST_MAIL: Final = timedelta(hours=24)
_SAID: Final = {"jan@novak.example": "Could you call me back tomorrow?"}
"""The messages of those who wrote one. They were held."""


@contextmanager
def tables(at: datetime, recipient: str) -> Iterator[tuple[Any, dict[str, str], Ruleset]]:
    """A client of DynamoDB in memory, the names of its tables, and the rules.

    A recipient was told of some of the leads, and a message and some spam were held.
    """
    import boto3  # noqa: PLC0415 - most commands need none
    from moto import mock_aws  # noqa: PLC0415 - the same

    rules = ruleset.from_checked(check_scoring(_RULES).source or {})
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name=_REGION)
        names = dict(_made(dynamodb))
        settings = DigestSettings()
        for name, table in names.items():
            setattr(settings, f"{name}_table", table)
        stores = Stores.open(dynamodb, settings)
        for event in sorted(_events(at), key=lambda event: event.received_at):
            stores.events.put(event)
            Folder.open(stores, rules, partial(_later, event)).fold(event.subject)
        _has_been_told(dynamodb, names["deliveries"], recipient, at)
        _are_held(dynamodb, names["deliveries"], recipient, at)
        yield dynamodb, names, rules


def _has_been_told(dynamodb: Any, table: str, recipient: str, at: datetime) -> None:
    """The last mail, as its sending leaves it."""
    store, sent_at = WindowStore(dynamodb, table), at - _LAST_MAIL
    delivery_id = f"digest#{recipient}#{sent_at:%Y-%m-%d}"
    window = Window(sent_at - _LAST_MAIL, sent_at)
    shown = {subject(EMAIL, email): points for email, points in _TOLD.items()}
    store.plan(recipient, delivery_id, Plan(window, shown, hot=len(shown)), Told())
    store.sent(recipient, delivery_id, window, Told())


def _are_held(dynamodb: Any, table: str, recipient: str, at: datetime) -> None:
    """A message for which its hour had no room, and what was taken for spam."""
    suspects = SuspectStore(dynamodb, table)
    for event in _events(at):
        if event.tell:
            delivery_id = f"message#{event.subject}#{event.event_id}#{recipient}"
            HeldStore(dynamodb, table).hold(recipient, "message", delivery_id, event.received_at)
            for form in load_config("forms"):
                suspects.note(form, hour_of(event.received_at), ["1", "2", "3"])


def _later(event: Event) -> datetime:
    return event.received_at + timedelta(minutes=1)


def _made(dynamodb: Any) -> Iterator[tuple[str, str]]:
    """The tables of the template: the short name of each, and its name."""
    yaml = YAML()
    wanted = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode")
    for name, resource in yaml.load(TEMPLATE.read_text("utf-8"))["Resources"].items():
        if resource["Type"] == "AWS::DynamoDB::Table":
            said = resource["Properties"]
            given = {key: said[key] for key in wanted if key in said}
            own = f"{name}-{uuid.uuid4()}"
            dynamodb.create_table(TableName=own, **_plain(given))
            yield name.removesuffix("Table").lower(), own


def _plain(value: Any) -> Any:
    """What YAML has read, as the values that JSON knows."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else str(value)


def _events(at: datetime) -> Iterator[Event]:
    number = 0
    for email, story in _STORIES.items():
        for event_type, hours in story:
            number += 1
            is_view = event_type == "page_viewed"
            about = {"page_path": "/pricing"} if is_view else {"form": "sample", **_PEOPLE[email]}
            yield _event(number, email, event_type, at - timedelta(hours=hours), about)


def _event(
    number: int, email: str, event_type: str, at: datetime, about: Mapping[str, Any]
) -> Event:
    said, field = dict(about), ""
    if email in _SAID:
        said["form"], field = _where_messages_stand()
    event = Event(
        event_id=f"{times.to_ms(at):012x}{number:020x}",
        type=event_type,
        route=Route.BEACON if event_type == "page_viewed" else Route.FORM,
        occurred_at=at,
        received_at=at,
        subject=subject(EMAIL, email),
        email=email,
        phone=said.pop("phone", None),
        properties=said,
        texts={field: _SAID[email]} if email in _SAID else {},
        tell=email in _SAID,
    )
    return replace(event, expires_at=retention.expiry(event))


def _where_messages_stand() -> tuple[str, str]:
    """A form of the configuration, and its field for messages."""
    for form, said in load_config("forms").items():
        for field, one in said.get("fields", {}).items():
            if one["type"] == "message":
                return form, field
    return "sample", "message"
