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
    of_kiosk,
    one,
    plain_text,
    rest_of_agent,
    shortened,
)
from hotlist.events import ids, retention, sizes, times, vocabulary
from hotlist.events.event import Event
from hotlist.events.vocabulary import INTERNAL, SPAM, TEST, Route
from hotlist.identity import identifiers
from hotlist.identity.identifiers import EMAIL, PHONE, VISITOR

MAX_EXTRA: Final = 4_096
"""Bytes of JSON of what a form does not ask for."""

_MORE: Final = "…"
"""What a text that was cut ends with."""

NO_FILES: Final = "files are not taken"


class Reading(NamedTuple):
    """What a submission says.

    `properties`, `texts` and `flags` are those of its event; `answers` has the errors by field.
    `consents` are all that were given, with those that are still to be confirmed.
    `beside` has what could not be read and what the form does not declare, whole, by name.
    """

    properties: dict[str, Any]
    texts: dict[str, Any]
    flags: frozenset[str]
    answers: Answers
    consents: dict[str, Any]
    beside: dict[str, str]


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
    if received.files and form.get("files") == "refuse":
        said.errors |= _refused_files(form, received)
    if said.errors:
        raise BadFields(_told(said.errors, form, raw, received))
    visitor = "" if form.get("kiosk") else one(raw, "visitor_id", MAX_KEY)
    kinds = ((EMAIL, said.email), (PHONE, said.phone), (VISITOR, visitor))
    subject, *names = [identifiers.subject(kind, value) for kind, value in kinds if value]
    if received.is_test:
        names = []  # it claims no phone and no visitor
    occurred_at = times.occurred(
        received.at, instant(one(raw, "occurred_at")), instant(one(raw, "sent_at"))
    )
    content = {
        "subject": subject,
        "names": names,
        "answers": said.values,
        "consents": reading.consents,
        **({"beside": reading.beside} if reading.beside else {}),
        **({SPAM: True} if SPAM in reading.flags else {}),  # so it stands for nobody else's
    }
    identified = ids.identify(
        route=Route.FORM,
        form=name,
        event_type=form["type"],
        key=one(raw, "event_id", MAX_KEY) or None,
        content=content,
        received_at=received.at,
        occurred_at=occurred_at,
        told=[said.values, reading.consents],
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
        texts=reading.texts,
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
    raw = own_names(form, raw)
    said = answers.read(form, raw)
    consents, unread = answers.consents(form, raw)
    kept = said.kept | unread
    fields, answered, messages = form["fields"], said.values.copy(), {}
    for field in said.values:
        if fields[field]["type"] == "message":
            messages[field] = answered.pop(field)
    answered["form"] = name
    if consents:
        answered |= _consented(form, consents)
    if form.get("kiosk"):
        answered["kiosk"] = True
    is_spam = "honeypot" in form and answers.is_written(raw.get(form["honeypot"]))
    flags = frozenset({SPAM}) if is_spam else frozenset[str]()
    if received.is_test:
        said.values[TEST] = answered[TEST] = True
        flags |= {INTERNAL}
    found = context(raw, received)
    if form.get("kiosk"):
        found = of_kiosk(found)
    properties = shortened(found, answered, _room(said))
    room = sizes.TEXTS_BYTES
    if consents:
        from hotlist.capture import proof  # noqa: PLC0415 - for forms that ask for a consent

        proofs = {"consents": proof.of(form, consents, received, one(raw, "language"))}
        room -= sizes.json_bytes(proofs)
    if not sizes.surely_fits(messages, room - 2 * MAX_EXTRA):
        room -= sizes.json_bytes(messages)
        if room < 0:
            _refuse_longest(messages, room, said)
    noted = _with_files(form, raw, kept, received) if received.files else kept
    beside = _beside(form, raw, noted)
    texts = messages | ({"extra": extra} if (extra := _cut(beside, room)) else {})
    if consents:
        texts |= proofs
    if rest := rest_of_agent(received, properties):
        agent = sizes.cut(rest, sizes.TEXTS_BYTES - sizes.json_bytes(texts) - len(',"user_agent":'))
        texts |= {"user_agent": agent} if agent else {}
    return Reading(properties, texts, flags, said, consents, beside)


def _consented(form: Mapping[str, Any], consents: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of consents: those given, and those that have still to be confirmed."""
    given: dict[str, Any] = {}
    pending: dict[str, Any] = {}
    for purpose, consent in consents.items():
        awaits = "confirm" in form["consents"][purpose]
        (pending if awaits else given)[purpose] = consent
    said = {"consents": given, "pending_consents": pending}
    return {name: value for name, value in said.items() if value}


def own_names(form: Mapping[str, Any], raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was sent, each answer under its field's own name, objects as names with brackets."""
    has_names = "]" in "".join(raw) or any(map(_has_names, raw.values()))
    if not has_names and "from" not in form:
        return raw
    from hotlist.capture import sent_names  # noqa: PLC0415 - for names that few forms have

    trap = form.get("honeypot", "")
    return sent_names.own_names(form, raw, (*NAMES, *vocabulary.ENVELOPE, trap))


def _has_names(value: Any) -> bool:
    """Whether there are objects in it."""
    if isinstance(value, list):
        return any(isinstance(one, dict) for one in value)
    return isinstance(value, dict)


def to_lead(form: Mapping[str, Any], event: Event) -> tuple[str, ...]:
    """What whoever sent a form is mailed because of it, if they gave an address."""
    if event.email is None:
        return ()
    asked: tuple[str, ...] = ()
    if "pending_consents" in event.properties:
        pending: Any = event.properties["pending_consents"]
        asked += tuple(f"confirm:{purpose}" for purpose in pending)
    if "reward" in form and form["reward"]["deliver"] == "mail":
        asked += ("reward",)
    if "receipt" in form:
        asked += ("receipt",)
    return asked


def refusal(
    form: Mapping[str, Any], raw: Mapping[str, Any], received: Received
) -> tuple[int, str] | None:
    """The status and the reason if a form is not open at this time; None if it is open.

    `opens` and `closes` of a checked form are milliseconds since 1970.
    """
    if "opens" not in form and "closes" not in form:
        return None
    now = times.to_ms(received.at)
    is_early = now < form.get("opens", now)
    if not is_early and now < form.get("closes", now + 1):
        return None
    from hotlist.capture import faults, languages  # noqa: PLC0415 - most forms are open

    wanted = _languages(raw, received)
    if is_early:
        fault = faults.fault("not_open", at=form["opens_at"])
        return 403, faults.in_language(fault, wanted, _more(form))
    if "closed" in form:
        return 410, languages.best(form["closed"], wanted)
    return 410, faults.in_language(faults.fault("closed"), wanted, _more(form))


def next_page(form: Mapping[str, Any], raw: Mapping[str, Any], received: Received) -> str | None:
    """The page to go to after a form: of several that in the visitor's language."""
    if "redirect_urls" not in form:
        page: str | None = form.get("redirect_url")
        return page
    from hotlist.capture import languages  # noqa: PLC0415 - for forms with several pages

    return languages.best(form["redirect_urls"], _languages(raw, received))


def _told(
    errors: Mapping[str, str], form: Mapping[str, Any], raw: Mapping[str, Any], received: Received
) -> Mapping[str, str]:
    """The errors in the language of the page, else in one that the browser asks for."""
    from hotlist.capture import faults  # noqa: PLC0415 - most forms are right

    return faults.told(errors, _languages(raw, received), _more(form))


def _languages(raw: Mapping[str, Any], received: Received) -> tuple[str, ...]:
    """The languages of the visitor, the page's first."""
    from hotlist.capture import languages  # noqa: PLC0415 - most forms are right

    return languages.wanted(one(raw, "language"), received.accept_language)


def _more(form: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """The texts of errors that the configuration has, by language."""
    found: Mapping[str, Mapping[str, str]] = form.get("messages", {})
    return found


def _room(said: Answers) -> int:
    """How many bytes the properties of a submission may take."""
    contact = f"{said.email or ''}{said.phone or ''}"
    return sizes.SCORED_BYTES - sizes.ENVELOPE_BYTES - len(contact.encode())


def _refuse_longest(messages: Mapping[str, str], room: int, said: Answers) -> None:
    """Add an error to the longest message: together they have more than there is `room` for.

    The build has allowed three bytes for each character of theirs; an emoji takes four.
    """
    name = max(messages, key=lambda name: sizes.json_bytes(messages[name]))
    size = sizes.json_bytes(messages[name])
    most = len(messages[name]) * max(size + room, 0) // size
    from hotlist.capture import faults  # noqa: PLC0415 - most forms are right

    said.errors[name] = faults.fault("such", most=most)


def _beside(
    form: Mapping[str, Any], raw: Mapping[str, Any], kept: Mapping[str, str]
) -> dict[str, str]:
    """What could not be read, then what the form does not declare; nothing that is empty."""
    fields = form["fields"]
    if "consents" in raw:
        kept = {**kept, **answers.unasked(form, raw)}
    beside: dict[str, str] = {}
    for name, value in (*kept.items(), *raw.items()):
        if name not in kept and (name in fields or _is_known(form, name)):
            continue
        if name not in beside and (text := answers.as_text(value)):
            beside[plain_text(name, len(name))] = plain_text(text, len(text))
    return beside


def _cut(beside: Mapping[str, str], room: int) -> dict[str, str]:
    """As much of it as there is room for. What fits whole comes before what has to be cut."""
    if any(len(name) > sizes.MAX_NAME for name in beside):
        beside = _with_short_names(beside)
    room = min(room - len(',"extra":'), MAX_EXTRA) - len("{}")
    extra: dict[str, str] = {}
    long: list[str] = []
    for name, text in beside.items():
        size = len(name) + len(text)  # the least: it is quick to tell
        if size <= room:
            size = sizes.json_bytes(name) + sizes.json_bytes(text) + len(":,")
        if size > room:
            long.append(name)
        else:
            extra[name] = text
            room -= size
    for name in long:
        if len(name) > room:
            continue
        left = room - sizes.json_bytes(name) - len(":,")
        if begin := sizes.cut(beside[name], left - len(_MORE.encode())):
            extra[name] = begin + _MORE
            room = left - sizes.json_bytes(extra[name])
    return extra


def _with_short_names(beside: Mapping[str, str]) -> Mapping[str, str]:
    """The same, each name cut. What names that begin alike hold stands under one of them."""
    found: dict[str, str] = {}
    for name, text in beside.items():
        short = name if len(name) <= sizes.MAX_NAME else name[: sizes.MAX_NAME] + _MORE
        found[short] = f"{found[short]}, {text}" if short in found else text
    return found


def _with_files(
    form: Mapping[str, Any], raw: Mapping[str, Any], kept: Mapping[str, str], received: Received
) -> dict[str, str]:
    """What is kept, with a note of each file."""
    noted = dict(kept)
    for field, names in received.files.items():
        said = kept.get(field) or (
            "" if field in form["fields"] else answers.as_text(raw.get(field))
        )
        noted[field] = f"{said}{'; ' if said else ''}{names} ({NO_FILES})"
    return noted


def _refused_files(form: Mapping[str, Any], received: Received) -> dict[str, str]:
    """The errors of files. A name that the form does not declare is not repeated.

    `files`, the error of all such, comes last: a page marks with it what is not marked yet.
    """
    from hotlist.capture import faults  # noqa: PLC0415 - most forms come without files

    wrong = [field for field in form["fields"] if field in received.files]
    if len(wrong) < len(received.files):
        wrong.append("files")
    return dict.fromkeys(wrong, faults.fault("files"))


def _is_known(form: Mapping[str, Any], name: str) -> bool:
    """Whether it is something else than a field that is asked for."""
    known = name in NAMES or name in vocabulary.ENVELOPE or name == form.get("honeypot")
    if known or not name.startswith("consent"):
        return known or name == "_charset_"
    purpose = answers.purpose_of(name)
    return purpose is not None and purpose in form.get("consents", {})
