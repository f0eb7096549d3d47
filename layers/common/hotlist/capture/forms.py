"""Forms: the schema of forms.yaml: a raw submission turned into an event or field errors.

Capture reads the checked JSON and builds no models; pydantic checks the file at build time.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from hotlist.events import ids, retention, times, visible, vocabulary
from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM, Route
from hotlist.identity import identifiers
from hotlist.identity.identifiers import EMAIL, PHONE, VISITOR, BadIdentifier

MAX_CONTEXT: Final = 2_000
MAX_KEY: Final = 100
MAX_EXTRA: Final = 4_096

_CONTEXT: Final = (
    "page_url page_title session_id language source medium campaign term content gclid gbraid "
    "wbraid fbclid msclkid ttclid li_fat_id referrer landing_page"
).split()
"""What the page may say of itself and the visit, beside the form's own fields."""

_MAX_LENGTH: Final = {"message": 5_000}
_WHOLE: Final = re.compile(r"-?[0-9]{1,400}\Z")
_YES: Final = frozenset({"true", "on", "yes", "1"})


class Received(NamedTuple):
    """What is known of a request beside its body."""

    at: datetime
    user_agent: str = ""
    accept_language: str = ""
    origin: str | None = None


class BadFields(Exception):
    """A submission that is not taken: the reason by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in errors.items()))
        self.errors = errors


def submission(
    name: str, form: Mapping[str, Any], raw: Mapping[str, Any], received: Received
) -> Event:
    """The event of a form's submission.

    `raw` has the fields as they were sent, texts from an HTML form or JSON values.

    :raises BadFields: with every field that is wrong.
    """
    said = read_form(name, form, raw, received)
    contact, errors, properties = said.contact, said.errors, said.properties
    if not contact.email and not contact.phone and not errors:
        wanted = [field for field, spec in form["fields"].items() if spec["type"] in (EMAIL, PHONE)]
        errors[wanted[0]] = "an e-mail address or a phone number is needed"
    if errors:
        raise BadFields(errors)
    visitor = plain_text(raw.get("visitor_id"), MAX_KEY)
    kinds = ((EMAIL, contact.email), (PHONE, contact.phone), (VISITOR, visitor))
    subject, *names = [identifiers.subject(kind, value) for kind, value in kinds if value]
    content = {"answers": said.answers, "consents": properties.get("consents", {})}
    occurred_at = times.occurred(
        received.at, _instant(raw.get("occurred_at")), _instant(raw.get("sent_at"))
    )
    identified = ids.identify(
        route=Route.FORM,
        form=name,
        event_type=form["type"],
        key=plain_text(raw.get("event_id"), MAX_KEY) or None,
        content={"subject": subject, "names": names, **content},
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
        properties=properties,
        flags=said.flags,
        expires_at=retention.expiry_of(
            form["type"], Route.FORM, properties, said.flags, received.at
        ),
        email=contact.email,
        phone=contact.phone,
        phone_country=contact.phone_country,
    )


class Said(NamedTuple):
    """What a submission says: its event's properties and flags, and what is wrong by field."""

    properties: dict[str, Any]
    flags: frozenset[str]
    answers: dict[str, Any]
    contact: "_Contact"
    errors: dict[str, str]


def read_form(
    name: str, form: Mapping[str, Any], raw: Mapping[str, Any], received: Received
) -> Said:
    """What is kept of a submission. `errors` has the fields that are not taken."""
    answers, contact, errors = _answers(form, raw)
    properties = {
        **_context(raw, received),
        **answers,
        "form": name,
        **_extra(form, raw),
    }
    consents = _consents(form, raw)
    if consents:
        properties["consents"] = consents
    is_spam = bool(form.get("honeypot") and raw.get(form["honeypot"]))
    flags = frozenset({SPAM}) if is_spam else frozenset()
    return Said(properties, flags, answers, contact, errors)


def read_action(
    said: Mapping[str, Any], beside: Mapping[str, Any], received: Received
) -> dict[str, Any]:
    """What is kept of an action's properties. Its context may stand `beside` them as well."""
    return {**_context({**said, **beside}, received), **_actions(said)}


def tracked(raw: object, visitor_id: str, received: Received, sent_at: object) -> Event:
    """The event of one tracked action. :raises BadFields: if it is none that may be sent."""
    if not isinstance(raw, Mapping):
        raise BadFields({"events": "an event is an object"})
    event_type = raw.get("type")
    if not isinstance(event_type, str) or not vocabulary.may_send(Route.BEACON, event_type):
        raise BadFields({"type": "this type of event is not taken here"})
    said = raw.get("properties", {})
    if not isinstance(said, Mapping):
        raise BadFields({"properties": "properties are an object"})
    properties = read_action(said, raw, received)
    occurred_at = times.occurred(received.at, _instant(raw.get("occurred_at")), _instant(sent_at))
    key = plain_text(raw.get("event_id"), MAX_KEY) or None
    subject = identifiers.subject(VISITOR, visitor_id)
    identified = ids.identify(
        route=Route.BEACON,
        form="",
        event_type=event_type,
        key=key,
        content={"subject": subject, "properties": properties},
        received_at=received.at,
        occurred_at=occurred_at,
    )
    return Event(
        event_id=identified.event_id,
        dedup=identified.dedup if key else "",
        type=event_type,
        route=Route.BEACON,
        occurred_at=occurred_at,
        received_at=received.at,
        subject=subject,
        properties=properties,
        expires_at=retention.expiry_of(
            event_type, Route.BEACON, properties, frozenset(), received.at
        ),
    )


class _Contact:
    """Filled in as the fields are read."""

    email: str | None = None
    phone: str | None = None
    phone_country: str | None = None


def _answers(
    form: Mapping[str, Any], raw: Mapping[str, Any]
) -> tuple[dict[str, Any], _Contact, dict[str, str]]:
    answers: dict[str, Any] = {}
    contact = _Contact()
    errors: dict[str, str] = {}
    for name, spec in form["fields"].items():
        value = raw.get(name)
        if isinstance(value, str):
            # A page's script ends lines with \n, the same form without it with \r\n.
            value = visible.trimmed(value).replace("\r\n", "\n")
        if value is None or value == "":
            if spec.get("required"):
                errors[name] = "this field is required"
            continue
        try:
            answers[name] = _answer(spec, value, form.get("default_region", "US"), contact)
        except (BadIdentifier, ValueError) as error:
            errors[name] = str(error)
    return answers, contact, errors


def _answer(spec: Mapping[str, Any], value: Any, region: str, contact: _Contact) -> Any:
    kind = spec["type"]
    if kind == "boolean":
        return value if isinstance(value, bool) else str(value).lower() in _YES
    if kind == "integer":
        return _integer(spec, value)
    if not isinstance(value, str):
        raise ValueError("this field is a text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("this text cannot be stored") from None
    most = spec.get("max", _MAX_LENGTH.get(kind, 1_000))
    if len(value) > most:
        raise ValueError(f"at most {most} characters")
    if len(value) < spec.get("min", 0):
        raise ValueError(f"at least {spec['min']} characters")
    if kind == "email":
        contact.email = identifiers.normalise_email(value)
        return contact.email
    if kind == "phone":
        contact.phone, contact.phone_country = identifiers.normalise_phone(value, region)
        return contact.phone
    if kind == "choice" and value not in spec["options"]:
        raise ValueError(f"one of {', '.join(spec['options'])}")
    return value


def _integer(spec: Mapping[str, Any], value: Any) -> int:
    if isinstance(value, str) and _WHOLE.match(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("this field is a whole number")
    if not spec.get("min", -(10**15)) <= value <= spec.get("max", 10**15):
        raise ValueError(f"from {spec.get('min', -(10**15))} to {spec.get('max', 10**15)}")
    return value


def _context(raw: Mapping[str, Any], received: Received) -> dict[str, Any]:
    context: dict[str, Any] = {}
    for name in _CONTEXT:
        if name in raw and (value := plain_text(raw[name], MAX_CONTEXT)):
            context[name] = value
    url = context.get("page_url")
    if url:
        try:
            context["page_path"] = urlsplit(url).path or "/"
        except ValueError:
            del context["page_url"]
    accepted = plain_text(received.accept_language, MAX_CONTEXT).partition(",")[0]
    if language := _language(context.pop("language", "") or accepted):
        context["language"] = language
    if received.user_agent:
        context["user_agent"] = plain_text(received.user_agent, 512)
    if received.origin is not None:
        context["origin"] = plain_text(received.origin, 256)
    return context


def _language(said: str) -> str:
    """`pl` of `pl-PL;q=0.9`, and of `pl_PL`."""
    return re.split("[-_;]", said)[0].strip().lower()[:8].rstrip()


def _actions(said: Mapping[str, Any]) -> dict[str, Any]:
    """An action's own properties: plain values, bounded."""
    return {
        own: plain_text(value, MAX_CONTEXT) if isinstance(value, str) else value
        for name, value in list(said.items())[:50]
        if (own := plain_text(name, 64)) not in vocabulary.RESERVED
        and isinstance(value, str | int | float | bool)
    }


def _extra(form: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """What the form does not declare, kept up to a bound."""
    extra: dict[str, str] = {}
    size = 0
    for name, value in raw.items():
        known = name in form["fields"] or name in _CONTEXT or name in vocabulary.ENVELOPE
        if known or name == form.get("honeypot") or name.startswith("consent_"):
            continue
        text = value if isinstance(value, str) else str(value)
        size += len(name) + len(text)
        if size > MAX_EXTRA:
            break
        extra[plain_text(name, MAX_EXTRA)] = plain_text(text, MAX_EXTRA)
    return {"extra": extra} if extra else {}


def _consents(form: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    said = raw.get("consents")
    given: set[str] = set()
    if isinstance(said, list):
        given = {purpose for purpose in said if isinstance(purpose, str)}
    elif isinstance(said, Mapping):
        given = {purpose for purpose, yes in said.items() if yes is True}
    return {
        purpose: {"version": offered["version"]}
        for purpose, offered in form.get("consents", {}).items()
        if purpose in given or str(raw.get(f"consent_{purpose}", "")).lower() in _YES
    }


def plain_text(value: object, most: int) -> str:
    """The text, cut, without what UTF-8 cannot write (halves of characters); "" for no text."""
    if not isinstance(value, str):
        return ""
    return value[:most].encode("utf-8", "ignore").decode()


def _instant(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return times.from_text(value)
    except (ValueError, OverflowError):
        return None
