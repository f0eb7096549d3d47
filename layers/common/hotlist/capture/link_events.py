"""What a link records: the request by it, what was chosen on its page, and the event. Pure."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from hotlist.capture import form_page, link_page
from hotlist.capture.context import MAX_AGENT, one, plain_text
from hotlist.capture.http import Refused, Request
from hotlist.capture.link_page import ALL, OBJECT, SOME
from hotlist.events import ids, retention
from hotlist.events.event import Event
from hotlist.events.times import to_ms
from hotlist.events.vocabulary import Route
from hotlist.links.tokens import Token

Form = Mapping[str, Any]

_ASKED: Final = re.compile(r"[0-9]{1,15}\Z", re.ASCII)

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
    def asked(self) -> str:
        """The instant of the page, which its form sends: one page is answered once."""
        return str(to_ms(self.at))


def recorded(
    visit: Visit,
    event_type: str,
    about: Mapping[str, Any],
    *,
    chosen: str = "",
    texts: Mapping[str, Any] | None = None,
    flags: frozenset[str] = frozenset(),
) -> Event:
    """The event of what was `chosen` by a link. The same choice by the same link is one event."""
    key = hashlib.sha256(f"{visit.text} {event_type} {chosen}".encode()).hexdigest()
    identified = ids.identify(
        route=Route.LINK,
        form=visit.name,
        event_type=event_type,
        key=key,
        content=[visit.token.subject, about],
        received_at=visit.at,
        occurred_at=visit.at,
    )
    agent = plain_text(visit.request.headers.get("user-agent", ""), MAX_AGENT)
    event = Event(
        event_id=identified.event_id,
        dedup="" if event_type in _CHANGES else identified.dedup,
        type=event_type,
        route=Route.LINK,
        occurred_at=visit.at,
        received_at=visit.at,
        subject=visit.token.subject,
        properties={**about, **({"user_agent": agent} if agent else {})},
        texts=texts or {},
        flags=flags,
    )
    return replace(event, expires_at=retention.expiry(event))


def of_mail(visit: Visit) -> dict[str, str]:
    return {"form": visit.name, "mail": visit.token.said.get("mail", "")}


def fields_of(request: Request) -> Mapping[str, Any]:
    """What a page's form says; nothing if it cannot be read: an opt-out is never refused for it."""
    try:
        return request.fields()[0]
    except Refused:
        return {}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def choice_of(fields: Mapping[str, Any], *, has_chosen: bool) -> str:
    """What was chosen on the page, or by one click (RFC 8058), which ends everything."""
    for name, value in fields.items():
        said = value if isinstance(value, str) else ""
        if name.lower() == "list-unsubscribe" and said.strip().lower() == "one-click":
            return ALL
    said = one(fields, "do")
    return said if said in (ALL, OBJECT) else SOME if has_chosen else ""


def page_of(visit: Visit) -> str:
    """The instant of the page whose button was pressed, if it says one."""
    said = one(fields_of(visit.request), "asked")
    return said if _ASKED.match(said) else ""
