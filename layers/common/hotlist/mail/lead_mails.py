"""Renders the mails to leads, as HTML and as text from the same contents.

Nothing that a visitor wrote is in them but the address that they go to. Whoever wrote it may be a
stranger to whoever reads it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, Self

from hotlist.events.event import Event
from hotlist.events.visible import one_line
from hotlist.links.invitation import calendar
from hotlist.mail.formats import formats
from hotlist.mail.layout import PREVIEW_END, template
from hotlist.mail.mime import Attachment
from hotlist.mail.render import TEST_MARK, Mail
from hotlist.mail.texts import LEAD_TEXTS
from hotlist.mail.wording import short
from hotlist.scoring.ruleset import in_language

_MAX_SUBJECT: Final = 200
_MAX_PREHEADER: Final = 150
_FALLBACK: Final = "en"


@dataclass(frozen=True, slots=True)
class Company:
    """Who mails leads. The law asks for the postal address in each mail."""

    name: str
    address: str
    reply_to: str | None = None

    @classmethod
    def from_checked(cls, source: Mapping[str, Any]) -> Self | None:
        """That of sales.yaml, as the build has checked it, or None."""
        given = source.get("company")
        return None if given is None else cls(**given)


@dataclass(frozen=True, slots=True)
class Links:
    """Where the links of a mail lead. `action` is what it is for; `pixel` is seldom there.

    `to` says for each address in the form's own texts where a click on it leads: to itself, or
    there by way of us.
    """

    unsubscribe: str
    action: str = ""
    pixel: str = ""
    to: Mapping[str, str] = field(default_factory=dict)


class Piece(NamedTuple):
    """A part of a text, and where it leads if it is an address."""

    text: str
    url: str = ""


def language_of(event: Event, form: Mapping[str, Any]) -> str:
    """The language of the mails about an event: one that both the form and we have texts in.

    It is that in which a consent was read, else that of the page, else the form's first. A form
    without texts by language has them in that of its page.
    """
    spoken = [one for one in form.get("languages", ()) if one in LEAD_TEXTS]
    proofs = event.texts.get("consents")
    read = [
        proof.get("language")
        for proof in (proofs.values() if isinstance(proofs, Mapping) else ())
        if isinstance(proof, Mapping)
    ]
    known = spoken or [_FALLBACK, *LEAD_TEXTS]
    wanted = (*read, event.properties.get("language"))
    return next((one for one in wanted if isinstance(one, str) and one in known), known[0])


def confirm(
    event: Event, purpose: str, form: Mapping[str, Any], company: Company, links: Links
) -> Mail:
    """Asks whether whoever has this address consents to a purpose."""
    language = language_of(event, form)
    words = _said("confirm", form, language, company=company.name)
    return _render(
        event,
        language,
        form,
        company,
        links,
        subject=words["subject"],
        text=words["text"],
        quote=_asked_for(event, purpose, form, language),
        button=words["button"],
        note=words["note"],
    )


def reward(
    event: Event,
    form: Mapping[str, Any],
    company: Company,
    links: Links,
    now: datetime,
) -> Mail:
    """Has the link to what was promised for the address, and an invitation itself as a file."""
    language = language_of(event, form)
    title = in_language(form["reward"]["title"], language)
    words = _said("reward", form, language, company=company.name, title=title)
    return _render(
        event,
        language,
        form,
        company,
        links,
        subject=words["subject"],
        text=words["text"],
        button=words["button"],
        note=words["note"],
        attachments=_files(form["reward"], language, now),
    )


def receipt(event: Event, form: Mapping[str, Any], company: Company, links: Links) -> Mail:
    """Says that a form has come in, in the words of the form."""
    language = language_of(event, form)
    given = form["receipt"]
    return _render(
        event,
        language,
        form,
        company,
        links,
        subject=in_language(given["subject"], language),
        text=in_language(given["text"], language),
    )


def _files(given: Mapping[str, Any], language: str, now: datetime) -> list[Attachment]:
    """What of a reward is in its mail: an invitation, which calendars take from there."""
    if given.get("kind") != "invitation":
        return []
    data = calendar(given["event"], language, now).encode()
    parameters = (("method", "PUBLISH"), ("charset", "utf-8"))
    return [Attachment("invitation.ics", "calendar", data, parameters=parameters)]


def pieces(text: str, to: Mapping[str, str]) -> list[Piece]:
    """The text in pieces, of which the addresses of `to` are links. The longest address counts."""
    if not to:
        return [Piece(text)]
    longest_first = sorted(to, key=lambda url: (-len(url), url))
    parts = re.split(f"({'|'.join(map(re.escape, longest_first))})", text)
    return [Piece(part, to.get(part, "")) for part in parts if part]


def _first_line(text: str) -> str:
    lines = (one_line(line) for line in text.splitlines())
    return short(next(filter(None, lines), ""), _MAX_PREHEADER)


def _said(kind: str, form: Mapping[str, Any], language: str, **names: str) -> dict[str, str]:
    """The words of a mail: the form's own where it has some, which are no patterns, else ours."""
    own = form.get("mail", {}).get(kind, {})
    ours = LEAD_TEXTS[language]
    return {
        part: in_language(own.get(part, ""), language) or _filled(ours[f"{kind}_{part}"], **names)
        for part in ("subject", "text", "button", "note")
    }


def _filled(pattern: str, **names: object) -> str:
    """A text of ours with these names. One that ends in a stop ends its sentence: `sp. z o.o.`."""
    for name, value in names.items():
        if str(value).endswith((".", "!", "?", "…")):
            pattern = pattern.replace(f"{{{name}}}.", f"{{{name}}}")
    return pattern.format(**names)


def _asked_for(event: Event, purpose: str, form: Mapping[str, Any], language: str) -> str:
    """The text of a consent: as the visitor has read it, else as the form has it now."""
    proofs = event.texts.get("consents")
    proof = proofs.get(purpose) if isinstance(proofs, Mapping) else None
    read = proof.get("text") if isinstance(proof, Mapping) else None
    if isinstance(read, str) and read:
        return read
    return in_language(form.get("consents", {}).get(purpose, {}).get("text", ""), language)


def _render(
    event: Event,
    language: str,
    form: Mapping[str, Any],
    company: Company,
    links: Links,
    *,
    subject: str,
    text: str,
    quote: str = "",
    button: str = "",
    note: str = "",
    attachments: Iterable[Attachment] = (),
) -> Mail:
    words = LEAD_TEXTS[language]
    heading = short(one_line(subject), _MAX_SUBJECT)
    title = in_language(form.get("title", ""), language)  # its name is for machines
    reason = _filled(
        words["reason" if title else "reason_untitled"],
        form=title,
        company=company.name,
        day=formats(language).long_day(event.received_at.astimezone(UTC).date()),
    )
    values = {
        "language": language,
        "words": words,
        "subject": heading,
        "heading": heading,
        "preheader": _first_line(text),
        "spacer": PREVIEW_END,
        "paragraphs": [
            pieces(one.strip("\n"), links.to) for one in text.split("\n\n") if one.strip()
        ],
        "quote": quote,
        "button": button,
        "note": note,
        "test": words["test"] if event.is_test else "",
        "reason": reason,
        "company": company,
        "action": links.action,
        "unsubscribe": links.unsubscribe,
        "pixel": links.pixel,
    }
    return Mail(
        subject=f"{TEST_MARK}: {heading}" if event.is_test else heading,
        html=template("lead.html").render(values),
        text=template("lead.txt").render(values),
        reply_to=company.reply_to,
        unsubscribe=links.unsubscribe,
        attachments=tuple(attachments),
    )
