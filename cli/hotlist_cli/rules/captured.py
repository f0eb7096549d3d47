"""The event of a line as capture would have kept it: by the code that keeps it when live.

A line may have properties as a page sends them or as they are stored. What is stored is read
again as it is.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from hotlist.capture import forms
from hotlist.capture.answers import gathered
from hotlist.capture.context import Received
from hotlist.capture.tracked import read_action
from hotlist.events.event import Event
from hotlist.events.vocabulary import DERIVED, ENVELOPE, RESERVED, TEST, Route
from hotlist.identity import identifiers
from hotlist.identity.identifiers import BadIdentifier

Forms = Mapping[str, Mapping[str, Any]]
"""Checked forms by name."""

_ANY_TIME: Final = datetime.min.replace(tzinfo=UTC)
_NO_REGION: Final = "ZZ"  # a number without its country's prefix could be anybody's
_KEPT: Final = ("form", "extra", "kiosk")
_NOT_SENT: Final = frozenset(
    {*_KEPT, "page_path", "user_agent", "origin", "consents", "pending_consents"}
)
"""What a page does not send as a property, or sends in another shape than it is stored in."""


_PURPOSE: Final = re.compile(r"[a-z][a-z0-9_]*")
"""What a form may call the purpose of a consent."""


def captured(event: Event, known: Forms) -> Event:
    """The event with what is kept of its properties, and the contact that they name."""
    if event.route is Route.FORM:
        numbered = (_form_of(event, known) or {}).get("numbered", ())
        event = replace(event, properties=gathered(event.properties.items(), numbered))
    given = event.properties
    origin = given.get("origin")
    received = Received(
        at=_ANY_TIME,
        user_agent=_text(given.get("user_agent")),
        origin=origin if isinstance(origin, str) else None,
        is_test=given.get(TEST) is True,
    )
    if event.route is Route.BEACON:
        event = replace(event, properties=read_action(given, {}, received))
    elif event.route is Route.FORM:
        form = _form_of(event, known)
        event = _of_known(event, form, received) if form else _of_unknown(event, received)
    else:
        context = _read(given, (), received)
        del context["form"]
        event = _with_contact(replace(event, properties={**given, **context}))
    path = given.get("page_path")
    if isinstance(path, str) and path and "page_path" not in event.properties:
        event = replace(event, properties={**event.properties, "page_path": path})
    return event


def _form_of(event: Event, known: Forms) -> Mapping[str, Any] | None:
    name = event.properties.get("form")
    return known.get(name) if isinstance(name, str) else None


def _of_known(event: Event, form: Mapping[str, Any], received: Received) -> Event:
    """Of a form in forms.yaml. What the form would have refused stays as it is given."""
    given = event.properties
    sent, stored = _sent(given)
    said = forms.read_form(_text(given["form"]), form, sent, received)
    refused = {name: sent[name] for name in said.answers.errors if name in sent}
    properties = {**said.properties, **refused}
    texts = dict(said.texts)
    if extra := {**_mapping(given.get("extra")), **texts.get("extra", {})}:
        texts["extra"] = extra
    if consents := {**said.properties.get("consents", {}), **stored}:
        properties["consents"] = consents
    if pending := {**said.properties.get("pending_consents", {}), **_pending(given)}:
        properties["pending_consents"] = pending
    return replace(
        event,
        properties=properties,
        texts=texts,
        flags=event.flags | said.flags,
        email=said.answers.email,
        phone=said.answers.phone,
        phone_country=said.answers.phone_country,
    )


def _of_unknown(event: Event, received: Received) -> Event:
    """Of a form that is not known: each property that a form can have is an answer."""
    given = event.properties
    sent, stored = _sent(given)
    asked = [name.removeprefix("consent_") for name in sent if name.startswith("consent_")]
    said = sent.get("consents")
    listed = [said] if isinstance(said, str) else said if isinstance(said, list | dict) else []
    asked += [one for one in listed if isinstance(one, str)]
    read = _read(sent, filter(_PURPOSE.fullmatch, asked), received)
    answers = {
        name: value
        for name, value in sent.items()
        if name not in RESERVED | ENVELOPE | DERIVED and not name.startswith("consent_")
    }
    properties = {**answers, **{name: read[name] for name in read if name not in _KEPT}}
    properties |= {name: given[name] for name in _KEPT if name in given}
    if consents := {**read.get("consents", {}), **stored}:
        properties["consents"] = consents
    if pending := _pending(given):
        properties["pending_consents"] = pending
    return _with_contact(replace(event, properties=properties))


def _read(given: Mapping[str, Any], purposes: Iterable[str], received: Received) -> dict[str, Any]:
    """What capture keeps for a form without fields that asks for these consents."""
    consents = {purpose: {"version": "", "text": ""} for purpose in purposes}
    return forms.read_form("", {"fields": {}, "consents": consents}, given, received).properties


def _sent(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The properties as a page sends them, and beside them the consents that are stored."""
    sent = {name: value for name, value in given.items() if name not in _NOT_SENT}
    consents = given.get("consents")
    if not isinstance(consents, Mapping):
        return sent | ({"consents": consents} if consents else {}), {}
    stored = {name: one for name, one in consents.items() if isinstance(one, Mapping)}
    sent["consents"] = {name: one for name, one in consents.items() if name not in stored}
    return sent, stored


def _pending(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The consents that were stored as pending."""
    return _mapping(given.get("pending_consents"))


def _with_contact(event: Event) -> Event:
    """With e-mail, phone and its country, where a form, a server or an operator names them."""
    email, phone, country = None, None, None
    if event.route in (Route.FORM, Route.SERVER, Route.OPERATOR):
        with suppress(BadIdentifier):
            email = identifiers.normalise_email(_text(event.properties.get("email")))
        with suppress(BadIdentifier):
            said = _text(event.properties.get("phone"))
            phone, country = identifiers.normalise_phone(said, _NO_REGION) if said else (None, None)
    return replace(event, email=email, phone=phone, phone_country=country)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
