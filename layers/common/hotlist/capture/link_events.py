"""What a link records: the request by it, what was chosen on its page, and the event. Pure."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_plus

from hotlist.capture import form_page, link_page
from hotlist.capture.context import MAX_AGENT, one, plain_text
from hotlist.capture.http import MAX_UPLOAD, Refused, Request
from hotlist.capture.link_page import ALL, OBJECT, SOME
from hotlist.events import ids, retention
from hotlist.events.event import Event
from hotlist.events.times import to_ms
from hotlist.events.vocabulary import INTERNAL, PREFETCH, TEST, Route
from hotlist.links.tokens import Token

Form = Mapping[str, Any]

PLACES: Final = 64
"""How often one link may say the same of consents on a UTC day. It holds for years, and what it
says is read with every fold."""

_TRIES: Final = 6
"""How many of these places are tried for a word."""

_TWICE: Final = timedelta(seconds=2)
"""How soon after the first a second press of the same page's button says nothing new."""

_GROUPS: Final = 16
"""How many kinds of agents have an event of their own on a day, by one link."""

_ASKED: Final = re.compile(r"[0-9]{1,15}\Z", re.ASCII)
_OF_A_PAGE: Final = ("do", "asked", "purpose")
"""What the form of our page sends."""

_CHANGES: Final = frozenset(
    {"consent_given", "consent_withdrawn", "unsubscribed", "profiling_objected"}
)
"""Each word on these counts, also one that repeats an earlier word: another may lie between."""


class Visit(NamedTuple):
    """A request by a link that has been verified. `form` is None if there is no such form now."""

    request: Request
    token: Token
    text: str
    form: Form | None
    at: datetime

    @property
    def name(self) -> str:
        return self.token.said.get("form", "")

    @property
    def who(self) -> form_page.Visitor:
        return link_page.reader(self.request.headers, self.token.said.get("lang", ""), self.form)

    @property
    def is_tracked(self) -> bool:
        return self.token.said.get("tracked") == "1"

    @property
    def is_test(self) -> bool:
        """Whether it is the link of a test: what it says is stored, and counts for nothing."""
        return self.token.said.get("test") == "1"

    @property
    def asked(self) -> str:
        """The instant of the page, which its form sends: one press of its button is one word."""
        return str(to_ms(self.at))


def recorded(
    visit: Visit,
    event_type: str,
    about: Mapping[str, Any],
    *,
    key: str = "",
    texts: Mapping[str, Any] | None = None,
    flags: frozenset[str] = frozenset(),
) -> Event:
    """The event of what a link says. On a UTC day, the same by the same link is one event.

    `key` tells apart what is not the same.
    """
    whole = hashlib.sha256(f"{visit.text} {event_type} {key}".encode()).hexdigest()
    identified = ids.identify(
        route=Route.LINK,
        form=visit.name,
        event_type=event_type,
        key=whole,
        content=[visit.token.subject, about],
        received_at=visit.at.replace(hour=0, minute=0, second=0, microsecond=0),
        occurred_at=visit.at,
    )
    agent = plain_text(visit.request.headers.get("user-agent", ""), MAX_AGENT)
    said = {**about, **({"user_agent": agent} if agent else {})}
    event = Event(
        event_id=identified.event_id,
        dedup="" if event_type in _CHANGES else identified.dedup,
        type=event_type,
        route=Route.LINK,
        occurred_at=visit.at,
        received_at=visit.at,
        subject=visit.token.subject,
        properties={**said, TEST: True} if visit.is_test else said,
        texts=texts or {},
        flags=flags | {INTERNAL} if visit.is_test else flags,
    )
    return replace(event, expires_at=retention.expiry(event))


def at_places(
    visit: Visit,
    event_type: str,
    about: Mapping[str, Any],
    *,
    choice: str = "",
    texts: Mapping[str, Any] | None = None,
) -> Iterator[Event]:
    """A word on consents, as the event of each place that it may take: the first free one is its.

    A page's word begins at the same place each time, so a second press finds the first.
    """
    asked = page_of(fields_of(visit.request))
    told = {**(texts or {}), **({"asked": asked} if asked else {})}
    for number in range(_TRIES):
        drawn = f"{asked} {visit.at.isoformat() if number else ''} {number}"
        place = int(hashlib.sha256(drawn.encode()).hexdigest()[:8], 16) % PLACES
        yield recorded(visit, event_type, about, key=f"{choice} {place}", texts=told)


def is_same_word(event: Event, stored: Event) -> bool:
    """Whether what stands at an event's place is the same press of a button, or the same put."""
    if event.texts.get("asked") != stored.texts.get("asked"):
        return False
    twice = _TWICE if "asked" in event.texts else timedelta(0)
    return abs(event.received_at - stored.received_at) <= twice


def noted(
    visit: Visit, event_type: str, about: Mapping[str, Any], agent: str, *, is_ahead: bool
) -> Event:
    """The event of what was opened, clicked or fetched.

    Whoever looks first stands for nobody else: agents have events of their own, but not as many as
    somebody can invent. `is_ahead` says that nobody has read the mail yet.
    """
    group = int(hashlib.sha256(agent.encode(errors="replace")).hexdigest()[:8], 16) % _GROUPS
    flags = frozenset({PREFETCH} if is_ahead else ())
    return recorded(visit, event_type, about, key=PREFETCH if is_ahead else str(group), flags=flags)


def of_mail(visit: Visit) -> dict[str, str]:
    return {"form": visit.name, "mail": visit.token.said.get("mail", "")}


class Ending(NamedTuple):
    """What somebody wants to end: `did` is `ALL`, `OBJECT`, `SOME`, or "" for nothing.

    `purposes` are those that were ticked. By one click, which a mail program offers (RFC 8058), no
    page was seen.
    """

    did: str
    purposes: frozenset[str]
    by_one_click: bool = False


def ending_of(request: Request) -> Ending:
    """What a POST of the link to unsubscribe says. A mail program may say it in any form."""
    fields = fields_of(request)
    purposes = fields.get("purpose")
    ticked = purposes if isinstance(purposes, list) else [purposes]
    said = one(fields, "do")
    if not any(name in fields for name in _OF_A_PAGE) and _is_one_click(request):
        return Ending(ALL, frozenset(), by_one_click=True)
    did = said if said in (ALL, OBJECT) else SOME
    return Ending(did, frozenset(text for text in ticked if isinstance(text, str)))


def pressed(request: Request) -> str:
    """The button of a page that was pressed: its `do`; "" if a body says none."""
    return one(fields_of(request), "do") or ""


def page_of(fields: Mapping[str, Any]) -> str:
    """The instant of the page whose button was pressed, if its form says one."""
    said = one(fields, "asked")
    return said if _ASKED.match(said) else ""


def fields_of(request: Request) -> Mapping[str, Any]:
    """What a page's form says; nothing if it cannot be read: an opt-out is never refused for it."""
    try:
        return request.fields()[0]
    except Refused:
        return {}


def _is_one_click(request: Request) -> bool:
    """Whether a body says `List-Unsubscribe=One-Click`, in whatever type, or nothing at all.

    Not every program that has the button sends its words as RFC 8058 wants them.
    """
    try:
        body = unquote_plus(request.raw_body(MAX_UPLOAD).decode(errors="replace")).lower()
    except Refused:
        return False
    return not body.strip() or ("list-unsubscribe" in body and "one-click" in body)
