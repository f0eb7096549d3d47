"""Renders the mails to sales, as HTML and as text from the same contents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import escape

from hotlist.events.event import Event
from hotlist.leads.facts import name_in
from hotlist.leads.lead import Contact, Lead, May
from hotlist.mail import layout, mime
from hotlist.mail.formats import Formats, formats
from hotlist.mail.layout import Card, Figure, Section, template
from hotlist.mail.lead_card import (
    NO_DETAILS,
    UNDER_THE_MAIL,
    Details,
    Shown,
    Title,
    allowed,
    contact_card,
    lead_card,
    refuses,
    temperature,
)
from hotlist.mail.texts import COUNTED, TEMPERATURES, TEXTS
from hotlist.mail.unsent_part import HeldLine, UnsentPart
from hotlist.mail.wording import as_written, reached_by, undeclared
from hotlist.mail.wording import name_of as _name
from hotlist.mail.wording import short as _short
from hotlist.sales.gone import Gone
from hotlist.sales.team import Recipient
from hotlist.sales.to_send import AlertNow

MAX_HTML: Final = 88_000
"""Bytes of a mail's HTML. Gmail cuts a mail off at 102 KB, and transport adds some."""

_MAX_ANSWER: Final = 5_000

TEST_MARK: Final = "TEST"
"""What the subject of a test submission's mail begins with, in every language."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A rendered mail, ready to be sent. `unsubscribe` is where its reader ends such mails."""

    subject: str
    html: str
    text: str
    reply_to: str | None = None
    unsubscribe: str | None = None
    attachments: tuple[mime.Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A lead that is hot no longer, in one line for a reader.

    `warning` says what it must not be contacted by.
    """

    lead_id: str
    name: str
    contact: str
    reason: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class DigestMail:
    """A rendered hot list, and for how many of its cards and of what is gone it had room.

    `shown` are the hot leads that it has in full, by id.
    """

    mail: Mail
    cards: int
    gone: int
    shown: frozenset[str]


def card(
    lead: Lead,
    recipient: Recipient,
    title: Title,
    as_of: datetime | None = None,
    *,
    now: datetime | None = None,
    details: Details = NO_DETAILS,
) -> Card:
    """A lead of a digest as its recipient sees it (`lead_card`)."""
    return lead_card(lead, recipient, title, as_of=as_of, now=now, details=details)


def gone_line(one: Gone, recipient: Recipient) -> Line:
    """A lead that is hot no longer, and why, in its reader's language.

    It comes without address and number if it must not be contacted by either.
    """
    words = TEXTS[recipient.language]
    name = _name(one.contact, words["unknown"])
    reason = words[f"gone_{one.why}"].format(
        name=_name(one.into or Contact(), words["another"]),
        temperature=TEMPERATURES[recipient.language][one.lead.temperature.value],
    )
    contact = "" if one.may is May.NEITHER else reached_by(one.contact, name)
    warning = ""
    if refuses(one.may, one.contact) and one.contact != Contact():
        warning = allowed(one.may, one.contact, recipient.language)
    return Line(one.lead.lead_id, name, contact, reason, warning)


def digest(
    cards: Sequence[Card],
    more: int,
    recipient: Recipient,
    now: datetime,
    gone: Sequence[Line] = (),
    *,
    unsent: UnsentPart | None = None,
    figures: Sequence[Figure] = (),
    note: str = "",
    sections: Sequence[Section] = (),
    unseen: int = 0,
    stop: str = "",
) -> DigestMail:
    """The daily hot list of one recipient, best lead first.

    `more` is how many leads are hot now beside those of the cards; those of `gone` are hot no
    longer. `unseen` leads are hot beside all of these, and nobody knows to which section they
    belong. `figures` stand above all, with a `note`, `sections` behind the leads that are hot, and
    `stop` is the address by which its reader ends it. If
    the mail is longer than `MAX_HTML`, the part that takes most room loses its last entries. Cards
    and messages that are left out are counted; of leads that are gone the next mail tells.
    """
    held = unsent or UnsentPart(recipient)
    words = TEXTS[recipient.language]
    parts = [Section(words["hot_now"], cards=cards, more=more, hot=len(cards) + more), *sections]
    if unseen:
        told = _counted("not_looked_at", unseen, recipient)
        parts.append(Section(after=[told], hot=unseen))
    make = partial(_digest, recipient, now, figures, note, stop)
    mail = make(parts, gone, held)
    while len(mail.html.encode()) > MAX_HTML and (any(map(_room_of, parts)) or gone or held.lines):
        sizes = (*map(_room_of, parts), _room(gone), _room(held.lines))
        place = sizes.index(max(sizes))
        if place < len(parts):
            parts[place] = _cut(parts[place])
        elif place == len(parts):
            gone = gone[: len(gone) * 9 // 10]
        else:
            held = held.cut(len(held.lines) * 9 // 10)
        mail = make(parts, gone, held)
    shown = frozenset(card.lead_id for part in parts if part.hot for card in part.cards)
    return DigestMail(mail, len(parts[0].cards), len(gone), shown)


def _cut(part: Section) -> Section:
    """A section with a tenth less of its cards, or of its lines if it has no cards."""
    cards, lines = part.cards, part.lines
    if cards:
        cards = cards[: len(cards) * 9 // 10]
    else:
        lines = lines[: len(lines) * 9 // 10]
    left_out = len(part.cards) - len(cards) + len(part.lines) - len(lines)
    return replace(part, cards=cards, lines=lines, more=part.more + left_out)


def _room_of(part: Section) -> int:
    """How many bytes of HTML the entries of a section take."""
    return sum(_size(card.html) for card in part.cards) + _room(part.lines)


def _size(text: str) -> int:
    return len(text.encode())


def _room(lines: Iterable[Line | HeldLine | layout.Line]) -> int:
    """How many bytes of HTML the texts of these lines take."""
    return sum(_size(escape(text)) for line in lines for text in astuple(line))


def _digest(  # noqa: PLR0917 - the first five are given once
    recipient: Recipient,
    now: datetime,
    figures: Sequence[Figure],
    note: str,
    stop: str,
    parts: Sequence[Section],
    gone: Sequence[Line],
    unsent: UnsentPart,
) -> Mail:
    words, ours = TEXTS[recipient.language], formats(recipient.language)
    today = now.astimezone(ZoneInfo(recipient.timezone)).date()
    count = sum(part.hot for part in parts)
    best = [card for part in parts if part.hot for card in part.cards]
    heading = _counted("hot_leads", count, recipient) if count else words["nobody"]
    named = f": {best[0].name}" if best else ""
    legend = words["changes"] if any(one.has_change for one in best) else ""
    shown = [_counted_section(part, words, ours) for part in parts if not _is_empty(part)]
    if shown and legend:
        shown[0] = replace(shown[0], legend=legend)
    return _render(
        recipient,
        subject=f"{words['hot_list']} {ours.day(today)} – {heading}{named}",
        eyebrow=f"{words['hot_list']} · {ours.full_day(today)}",
        heading=heading,
        preheader=", ".join(_named(one, ours) for one in best[:3]),
        note=note,
        figures=figures,
        sections=[
            *shown,
            *([_gone_section(gone, words)] if gone else []),
            *([] if unsent.is_empty else [_unsent_section(unsent, words)]),
        ],
        footer=words["footer"].format(
            name=recipient.name, time=ours.time(recipient.digest), zone=recipient.timezone
        ),
        stop=stop,
    )


def _is_empty(part: Section) -> bool:
    return not (part.cards or part.lines or part.more or part.notes or part.after)


def _counted_section(part: Section, words: Mapping[str, str], ours: Formats) -> Section:
    """The section with the number of its leads, and with how many of them it does not show."""
    more = [words["more"].format(count=ours.number(part.more))] if part.more else []
    count = part.count or ours.number(len(part.cards) + len(part.lines) + part.more)
    return replace(part, count=count, after=[*more, *part.after])


def _named(card: Card, ours: Formats) -> str:
    return card.name if card.points is None else f"{card.name} ({ours.number(card.points)})"


def _gone_section(gone: Sequence[Line], words: Mapping[str, str]) -> Section:
    lines = [
        layout.Line(one.name, one.contact, said=one.reason, warning=one.warning) for one in gone
    ]
    return Section(words["gone"], lines=lines)


def _unsent_section(unsent: UnsentPart, words: Mapping[str, str]) -> Section:
    """What was not mailed: messages, some of them in lines, alerts, and what was taken for spam."""
    return Section(
        words["held"],
        notes=[unsent.messages] if unsent.messages else [],
        lines=[layout.Line(one.name, one.contact, one.at, one.said) for one in unsent.lines],
        after=[said for said in (unsent.more, unsent.alerts, unsent.suspects) if said],
    )


def alert(
    now: AlertNow,
    recipient: Recipient,
    title: Title,
    note: str = "",
    *,
    details: Details = NO_DETAILS,
) -> Mail:
    """A lead that turned hot, as it is now. `note` says what the mail is not about."""
    words, lead = TEXTS[recipient.language], now.lead
    shown = lead_card(lead, recipient, title, details=details, level=UNDER_THE_MAIL)
    if now.cooled:
        points = _counted("points", lead.total, recipient)
        at = _moment(now.turned_hot_at, recipient) if now.turned_hot_at else ""
        heading = words["was_hot"].format(name=shown.name, at=at, points=points)
        eyebrow = words["taken_in" if now.taken_in else "cooled"]
    else:
        heading, eyebrow = words["turned_hot"].format(name=shown.name), words["call_now"]
    return _render(
        recipient,
        subject=heading
        if now.cooled
        else f"{heading} ({formats(recipient.language).number(lead.total)})",
        eyebrow=eyebrow,
        heading=heading,
        preheader=shown.reasons,
        sections=[Section(cards=[shown], after=[note] if note else [])],
        footer=words["footer_alert"],
        reply_to=_reply_to(lead.contact.email, lead),
    )


def message(
    event: Event,
    labels: Mapping[str, str],
    recipient: Recipient,
    lead: Lead | None = None,
    note: str = "",
    *,
    details: Details = NO_DETAILS,
) -> Mail:
    """What somebody wrote through a form; `labels` names its fields in their order.

    `lead` is who wrote, as it is now, if it has been folded. `note` as for an alert.
    """
    words = TEXTS[recipient.language]
    said = {**event.properties, **event.texts}  # older events have their messages in the former
    contact = Contact(name_in(said), str(said.get("company") or ""), event.email, event.phone)
    named = {"name"} if _short(said.get("name") or "") else {"first_name", "last_name"}
    answers = as_written(said.get("extra"), labels, _MAX_ANSWER)
    answers += [
        (label, _answer(said[field], words))
        for field, label in labels.items()
        if field in said and field not in named | {"email", "phone", "company"}
    ]
    preheader = answers[-1][1][:120] if answers else ""
    if more := undeclared(said.get("extra"), labels, _MAX_ANSWER):
        answers.append((words["undeclared"], more))
    shown = contact_card(
        contact,
        recipient,
        Shown(
            points=None if lead is None else lead.total,
            temperature="" if lead is None else temperature(lead, recipient),
            bounced=words["bounced"] if lead is not None and lead.bounced else "",
            answers=answers,
            may=None if lead is None else lead.may,
            subject=TEXTS.get(details.language, words)["answer_subject"],
            facts=[(words["owner"], _short(details.owner))] if details.owner else [],
        ),
    )
    reply_to = _reply_to(event.email, lead)
    heading = words["message_from"].format(name=shown.name)
    if event.is_test:
        heading, note = f"{TEST_MARK}: {heading}", " ".join(filter(None, (words["test"], note)))
    return _render(
        recipient,
        subject=heading,
        eyebrow=f"{shown.name} {words['wrote'].format(form=_short(said.get('form', '')))}",
        heading=heading,
        preheader=preheader,
        sections=[Section(cards=[shown], after=[note] if note else [])],
        footer=words["footer_message"] if reply_to else "",
        reply_to=reply_to,
    )


def last_of_hour(kind: str, most: int, hour: datetime, recipient: Recipient) -> str:
    """The note in the last mail of a kind (`message`, `alert`) in an hour."""
    at = _moment(hour + timedelta(hours=1), recipient)
    return TEXTS[recipient.language][f"last_{kind}"].format(count=most, at=at)


def more(
    kind: str, hour: datetime, recipient: Recipient, *, count: int, is_more: bool, most: int
) -> Mail:
    """How many mails of a kind were held back in an hour; `is_more` than `count`."""
    words, ours = TEXTS[recipient.language], formats(recipient.language)
    told = ours.number(count)
    until = (hour + timedelta(hours=1)).astimezone(ZoneInfo(recipient.timezone))
    form = COUNTED[recipient.language][f"held_{kind}"][ours.plural(count)]
    heading = form.format(
        count=words["more_than"].format(count=told) if is_more else told,
        since=_moment(hour, recipient),
        until=ours.time(until),
    )
    said = _counted("held_why", most, recipient)
    return _render(
        recipient,
        subject=heading,
        eyebrow=words["held"],
        heading=heading,
        preheader=said,
        note=said,
        footer="",
    )


def _number(number: int, recipient: Recipient) -> str:
    return formats(recipient.language).number(number)


def _moment(at: datetime, recipient: Recipient) -> str:
    return formats(recipient.language).moment(at, ZoneInfo(recipient.timezone))


def _counted(name: str, count: int, recipient: Recipient) -> str:
    return formats(recipient.language).counted(COUNTED[recipient.language][name], count)


def _answer(value: object, words: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return words["yes" if value else "no"]
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return _short(value, _MAX_ANSWER)


def _reply_to(email: str | None, lead: Lead | None) -> str | None:
    """The address; None if the lead may not be mailed, or a header cannot carry it as it is."""
    if lead is not None and lead.may in {May.CALL, May.NEITHER}:
        return None
    return email if email and mime.fits_header(email) else None


def _render(
    recipient: Recipient, *, reply_to: str | None = None, stop: str = "", **contents: Any
) -> Mail:
    values = {
        "note": "",
        "figures": (),
        "sections": (),
        **contents,
        "language": recipient.language,
        "words": TEXTS[recipient.language],
        "stop": stop,
        "subject": _short(contents["subject"], 200).replace("\n", " "),
        "spacer": layout.PREVIEW_END,
    }
    return Mail(
        subject=values["subject"],
        html=template("mail.html").render(values),
        text=template("mail.txt").render(values),
        reply_to=reply_to,
        unsubscribe=stop or None,
    )
