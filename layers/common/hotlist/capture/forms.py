"""Forms: a raw submission becomes one event, or an error for each wrong field. Pure.

A form is as `config/forms_schema` has checked it at build: capture reads JSON and builds no models.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from hotlist.capture import answers
from hotlist.capture.answers import Answers
from hotlist.capture.context import (
    MAX_KEY,
    NAMES,
    BadFields,
    Received,
    context,
    instant,
    one,
    plain_text,
)
from hotlist.events import ids, retention, times, vocabulary
from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM, Route
from hotlist.identity import identifiers
from hotlist.identity.identifiers import EMAIL, PHONE, VISITOR

MAX_EXTRA: Final = 4_096


class Reading(NamedTuple):
    """What a submission says.

    `properties` and `flags` are those of its event; `answers` has the errors by field.
    """

    properties: dict[str, Any]
    flags: frozenset[str]
    answers: Answers
    consents: dict[str, Any]
    kept: dict[str, str]


def submission(
    name: str, form: Mapping[str, Any], raw: Mapping[str, Any], received: Received
) -> Event:
    """The event of a form's submission.

    `raw` has the fields as they were sent, texts from an HTML form or JSON values.

    :raises BadFields: with every field that is wrong.
    """
    reading = read_form(name, form, raw, received)
    said = reading.answers
    answers.require_contact(form, said)
    if said.errors:
        raise BadFields(said.errors)
    visitor = one(raw, "visitor_id", MAX_KEY)
    kinds = ((EMAIL, said.email), (PHONE, said.phone), (VISITOR, visitor))
    subject, *names = [identifiers.subject(kind, value) for kind, value in kinds if value]
    occurred_at = times.occurred(
        received.at, instant(one(raw, "occurred_at")), instant(one(raw, "sent_at"))
    )
    content = {
        "subject": subject,
        "names": names,
        "answers": said.values,
        "consents": reading.consents,
        **({"kept": reading.kept} if reading.kept else {}),
    }
    identified = ids.identify(
        route=Route.FORM,
        form=name,
        event_type=form["type"],
        key=one(raw, "event_id", MAX_KEY) or None,
        content=content,
        received_at=received.at,
        occurred_at=occurred_at,
    )
    return Event(
        event_id=identified.event_id,
        dedup=identified.dedup,
        type=form["type"],
        route=Route.FORM,
        occurred_at=occurred_at,
        received_at=received.at,
        subject=subject,
        names=tuple(names),
        properties=reading.properties,
        flags=reading.flags,
        expires_at=retention.expiry_of(
            form["type"], Route.FORM, reading.properties, reading.flags, received.at
        ),
        email=said.email,
        phone=said.phone,
        phone_country=said.phone_country,
    )


def read_form(
    name: str, form: Mapping[str, Any], raw: Mapping[str, Any], received: Received
) -> Reading:
    """What is kept of a submission; fields that are wrong stand in the errors of its answers."""
    said = answers.read(form, raw)
    consents, unread = answers.consents(form, raw)
    kept = said.kept | unread
    properties = {
        **context(raw, received),
        **said.values,
        "form": name,
        **_extra(form, raw, kept),
    }
    if consents:
        properties["consents"] = consents
    is_spam = "honeypot" in form and answers.is_written(raw.get(form["honeypot"]))
    flags = frozenset({SPAM}) if is_spam else frozenset[str]()
    return Reading(properties, flags, said, consents, kept)


def _extra(
    form: Mapping[str, Any], raw: Mapping[str, Any], kept: Mapping[str, str]
) -> dict[str, Any]:
    """What could not be read, then what the form does not declare, kept up to a bound."""
    extra: dict[str, str] = {}
    size = 0
    for name, value in (*kept.items(), *raw.items()):
        if name in extra or (name not in kept and _is_known(form, name)):
            continue
        text = answers.as_text(value)
        if size + len(name) + len(text) > MAX_EXTRA:
            continue
        size += len(name) + len(text)
        extra[plain_text(name, MAX_EXTRA)] = plain_text(text, MAX_EXTRA)
    return {"extra": extra} if extra else {}


def _is_known(form: Mapping[str, Any], name: str) -> bool:
    known = name in form["fields"] or name in NAMES or name in vocabulary.ENVELOPE
    return known or name == form.get("honeypot") or name.startswith(("consent_", "consents["))
