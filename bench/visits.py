"""Makes events of leads, as the Events table and its stream have them. A seed decides them all."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hotlist.events.event import Event, event_key
from hotlist.events.retention import TRACKING, expiry
from hotlist.events.vocabulary import Route
from hotlist.store.events import to_item

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
SPAN: Final = timedelta(days=80)

_HOST: Final = "https://www.example.com"
_AGENT: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36"
)
_TYPES: Final = {
    "page_viewed": 46,
    "page_engaged": 14,
    "session_started": 12,
    "element_clicked": 5,
    "email_delivered": 4,
    "email_opened": 5,
    "email_clicked": 3,
    "form_submitted": 4,
    "file_downloaded": 2,
    "cart_updated": 2,
    "custom:video_watched": 2,
    "webinar_registered": 1,
}
_MAIL: Final = ("email_delivered", "email_opened", "email_clicked", "file_downloaded")
_FORMS: Final = ("form_submitted", "webinar_registered")
_PATHS: Final = (
    *("/", "/", "/index.html", "/about", "/contact", "/blog/five-ways-to-save-energy"),
    *("/pricing", "/pricing/enterprise", "/products/mill-3000/specs", "/products/lathe-20"),
    *("/docs/start", "/docs/api/events", "/careers/engineer", "/jobs"),
    *("/blog/case-study-lublin", "/files/price-list.pdf"),
)
_CAMES: Final[Sequence[dict[str, str]]] = (
    {},
    {},
    {"source": "google", "medium": "organic", "referrer": "https://www.google.com/"},
    {
        "source": "google",
        "medium": "cpc",
        "campaign": "mills-2026",
        "term": "cnc mill",
        "content": "spring-wide-banner-b",
        "gclid": "EAIaIQobChMI7Zq6v_3hgwMVkQaiAx2LzQ5uEAA",
    },
    {"source": "Newsletter", "medium": "email", "campaign": "2026-02", "content": "top-link"},
    {"source": "partner", "medium": "referral", "referrer": "https://partner.example.net/list"},
)


def history(count: int) -> list[Event]:
    """`count` events of one lead, spread evenly over 80 days, in sessions of six."""
    drawn = random.Random(count)
    return [_event(drawn, n, NOW - SPAN * ((count - n - 0.5) / count)) for n in range(count)]


def records(count: int) -> list[dict[str, Any]]:
    """`count` INSERT records of the Events stream."""
    return [record(event, n) for n, event in enumerate(history(count))]


def _event(drawn: random.Random, number: int, at: datetime) -> Event:
    (name,) = drawn.choices([*_TYPES], weights=[*_TYPES.values()])
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    visitor = f"v#0190{drawn.getrandbits(48):012x}{drawn.getrandbits(64):016x}"
    event = Event(
        event_id=f"{int(at.timestamp() * 1000):012x}{drawn.getrandbits(80):020x}",
        type=name,
        occurred_at=at,
        received_at=at + timedelta(seconds=2),
        properties=_properties(drawn, name, number),
        expires_at=at + TRACKING,
        route=Route.LINK if name in _MAIL else Route.FORM if name in _FORMS else Route.BEACON,
        subject="e#ada.lovelace@example.org" if name in (*_MAIL, *_FORMS) else visitor,
        names=(visitor,) if name in _FORMS else (),
        email="ada.lovelace@example.org" if name in _FORMS else None,
        dedup=f"key:{drawn.getrandbits(80):020x}",
    )
    return Event(**{**_fields(event), "expires_at": expiry(event)})


def _fields(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in Event.__slots__}


def _properties(drawn: random.Random, name: str, number: int) -> dict[str, Any]:
    if name in _MAIL:
        link = drawn.choice(["/offer/mills", "/blog/new", "/unsubscribe"])
        return {"campaign": "welcome-3", "mail": "follow-up", "link": f"{_HOST}{link}"}
    path = drawn.choice(_PATHS)
    came = drawn.choice(_CAMES)
    context: dict[str, Any] = {
        "page_url": f"{_HOST}{path}?ref=x",
        "page_path": path,
        "page_title": "Machines that last",
        "session_id": f"0190a1b2-7c3d-7{number // 6:03x}-8e4f-5a6b7c8d9e0f",
        **came,
        "landing_page": f"{_HOST}/",
        "language": drawn.choice(["pl", "pl", "en", "de"]),
        "user_agent": _AGENT,
        "origin": _HOST,
    }
    return {**context, **_own(drawn, name)}


def _own(drawn: random.Random, name: str) -> dict[str, Any]:
    """What an event of this type says beside where it happened."""
    match name:
        case "page_engaged":
            return {"seconds": drawn.choice([6, 9, 25, 61, 140, 700])}
        case "element_clicked":
            element = drawn.choice(["menu", "calculate", "quote-mill", "video"])
            return {"element": element, "value": drawn.choice([0, 900, 2500.5])}
        case "cart_updated":
            categories = drawn.choice([["machines", "parts"], ["parts"]])
            items = [{"sku": f"A-{n}", "category": c} for n, c in enumerate(categories)]
            return {"total": drawn.choice([99.9, 500, 12000]), "items": items}
        case "custom:video_watched":
            return {"video": "mill-3000-tour", "percent": drawn.choice([10, 50, 75, 100])}
        case "form_submitted" | "webinar_registered":
            return _answers(drawn)
    return {}


def _answers(drawn: random.Random) -> dict[str, Any]:
    given: dict[str, Any] = {
        "form": drawn.choice(["ebook", "contact", "newsletter"]),
        "name": "Ada Lovelace",
        "role": drawn.choice(["director", "manager", "student", "engineer"]),
        "company_size": drawn.choice([3, 50, 800]),
        "budget": drawn.choice([0, 5000, 25000]),
        "timeline": drawn.choice(["now", "this-month", "this-year"]),
        "interests": drawn.choice([["machines", "training"], ["training"], []]),
        "message": "Please call me about your machines.",
    }
    if drawn.random() < 0.7:
        given["company"] = "Engines Ltd"
    if drawn.random() < 0.4:
        given |= {"fleet": "12", "country": drawn.choice(["PL", "FR"])}
    return given


def record(event: Event, number: int) -> dict[str, Any]:
    """The event's INSERT record of the stream."""
    image = to_item(event)
    return {
        "eventID": f"{number:032x}",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1",
        "dynamodb": {
            "ApproximateCreationDateTime": event.received_at.timestamp(),
            "Keys": {"subject": {"S": event.subject}, "event_key": {"S": event_key(event)}},
            "NewImage": image,
            "SequenceNumber": f"{700000000000000000000 + number}",
            "SizeBytes": len(json.dumps(image)),
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": "arn:aws:dynamodb:eu-central-1:123456789012:table/hotlist-EventsTable-"
        "1ABCDEF/stream/2026-01-01T00:00:00.000",
    }
