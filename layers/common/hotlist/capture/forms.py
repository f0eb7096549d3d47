"""Forms: the schema of forms.yaml: a raw submission turned into an event or field errors.

Capture reads the checked JSON and builds no models; pydantic checks the file at build time.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from hotlist.capture import answers, paths
from hotlist.events import ids, retention, times, vocabulary
from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM, Route
from hotlist.identity import identifiers
from hotlist.identity.identifiers import EMAIL, PHONE, VISITOR

MAX_CONTEXT: Final = 2_000
MAX_KEY: Final = 100
MAX_EXTRA: Final = 4_096

_CONTEXT: Final = (
    "page_url page_title session_id language source medium campaign term content gclid gbraid "
    "wbraid fbclid msclkid ttclid li_fat_id referrer landing_page"
).split()
"""What the page may say of itself and the visit, beside the form's own fields."""

_WRITTEN: Final[Mapping[str, Callable[[str], str]]] = {
    "page_title": paths.composed,
    "referrer": paths.readable_url,
    "landing_page": paths.readable_url,
    **dict.fromkeys(("source", "medium", "campaign", "term", "content"), paths.campaign),
}
"""How some of it is made into what people write; the rest stays as it was sent."""

_FILES: Final = frozenset({"file", "file_name", "filename"})
_LINKS: Final = frozenset({"href", "url", "link", "src"})
_ADDRESSES: Final = ("http://", "https://")
"""Whatever an action calls it, a text that begins so is an address."""


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
    said = answers.read(form, raw)
    if said.errors:
        raise BadFields(said.errors)
    consents, unread = answers.consents(form, raw)
    kept = said.kept | unread
    visitor = _one(raw, "visitor_id", MAX_KEY)
    kinds = ((EMAIL, said.email), (PHONE, said.phone), (VISITOR, visitor))
    subject, *names = [identifiers.subject(kind, value) for kind, value in kinds if value]
    properties = {
        **_context(raw, received),
        **said.values,
        "form": name,
        **_extra(form, raw, kept),
    }
    if consents:
        properties["consents"] = consents
    occurred_at = times.occurred(
        received.at, _instant(_one(raw, "occurred_at")), _instant(_one(raw, "sent_at"))
    )
    content = {"subject": subject, "names": names, "answers": said.values, "consents": consents}
    identified = ids.identify(
        route=Route.FORM,
        form=name,
        event_type=form["type"],
        key=_one(raw, "event_id", MAX_KEY) or None,
        content=content | ({"kept": kept} if kept else {}),
        received_at=received.at,
        occurred_at=occurred_at,
    )
    is_spam = "honeypot" in form and answers.is_written(raw.get(form["honeypot"]))
    flags = frozenset({SPAM}) if is_spam else frozenset()
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
        flags=flags,
        expires_at=retention.expiry_of(form["type"], Route.FORM, properties, flags, received.at),
        email=said.email,
        phone=said.phone,
        phone_country=said.phone_country,
    )


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
    properties = {**_context({**said, **raw}, received), **_actions(said)}
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


def _context(raw: Mapping[str, Any], received: Received) -> dict[str, Any]:
    context: dict[str, Any] = {}
    for name in _CONTEXT:
        if name in raw and (value := _one(raw, name)):
            if name in _WRITTEN:
                value = plain_text(_WRITTEN[name](value), MAX_CONTEXT)
            if value:
                context[name] = value
    url = context.get("page_url")
    if url:
        try:
            context["page_path"] = plain_text(paths.page_path(url), MAX_CONTEXT)
        except ValueError:
            del context["page_url"]
    accepted = plain_text(received.accept_language, MAX_CONTEXT).partition(",")[0]
    language = context.get("language") or accepted
    if language:
        context["language"] = language.partition("-")[0].partition(";")[0].strip().lower()[:8]
    if received.user_agent:
        context["user_agent"] = plain_text(received.user_agent, 512)
    if received.origin is not None:
        context["origin"] = plain_text(received.origin, 256)
    return context


def _actions(said: Mapping[str, Any]) -> dict[str, Any]:
    """An action's own properties: plain values, bounded."""
    return {
        own: _action(own, value) if isinstance(value, str) else value
        for name, value in list(said.items())[:50]
        if (own := plain_text(name, 64)) not in vocabulary.RESERVED
        and isinstance(value, str | int | float | bool)
    }


def _action(name: str, value: str) -> str:
    """An action's text. Names of files and addresses are as people write them."""
    text = plain_text(value, MAX_CONTEXT)
    if name in _FILES:
        text = paths.file_name(text)
    elif text.startswith(_ADDRESSES) or (name in _LINKS and text.startswith("/")):
        text = paths.readable_url(text)
    return plain_text(paths.composed(text), MAX_CONTEXT)


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
        size += len(name) + len(text)
        if size > MAX_EXTRA:
            break
        extra[plain_text(name, MAX_EXTRA)] = plain_text(text, MAX_EXTRA)
    return {"extra": extra} if extra else {}


def _is_known(form: Mapping[str, Any], name: str) -> bool:
    known = name in form["fields"] or name in _CONTEXT or name in vocabulary.ENVELOPE
    return known or name == form.get("honeypot") or name.startswith(("consent_", "consents["))


def _one(raw: Mapping[str, Any], name: str, most: int = MAX_CONTEXT) -> str:
    """What a name holds beside the fields: of several texts the last that is not empty."""
    value = raw.get(name)
    return plain_text(answers.combined("text", value) if isinstance(value, list) else value, most)


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
