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

from hotlist.events import retention
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.identity.identifiers import EMAIL, subject
from hotlist.leads.fold import Folder
from hotlist.runtime.settings import DigestSettings
from hotlist.scoring import ruleset
from hotlist.scoring.check.scoring_file import check_scoring
from hotlist.scoring.ruleset import Ruleset
from hotlist.store.stores import Stores

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
}
_STORIES: Final = (
    (("form_submitted", 52), ("page_viewed", 30), ("contact_requested", 3)),
    (("contact_requested", 80), ("page_viewed", 9), ("page_viewed", 8)),
    (("page_viewed", 76), ("page_viewed", 75), ("form_submitted", 21)),
    (("contact_requested", 200),),
)
"""What each of them did, and how many hours before the mail."""


@contextmanager
def tables(at: datetime) -> Iterator[tuple[Any, dict[str, str], Ruleset]]:
    """A client of DynamoDB in memory, the names of its tables, and the rules."""
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
        yield dynamodb, names, rules


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
    for (email, said), story in zip(_PEOPLE.items(), _STORIES, strict=True):
        for event_type, hours in story:
            number += 1
            happened = at - timedelta(hours=hours)
            is_view = event_type == "page_viewed"
            about = {"page_path": "/pricing"} if is_view else {"form": "sample", **said}
            phone = None if is_view else about.pop("phone", None)
            event = Event(
                event_id=f"{number:032x}",
                type=event_type,
                route=Route.BEACON if is_view else Route.FORM,
                occurred_at=happened,
                received_at=happened,
                subject=subject(EMAIL, email),
                email=email,
                phone=phone,
                properties=about,
            )
            yield replace(event, expires_at=retention.expiry(event))
