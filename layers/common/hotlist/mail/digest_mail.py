"""The daily hot list as a mail: its sections, as many of its leads as there is room for. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from markupsafe import escape

from hotlist.leads.lead import Contact, Lead, May
from hotlist.mail import layout, render
from hotlist.mail.formats import Formats, formats
from hotlist.mail.layout import Card, Figure, Section
from hotlist.mail.lead_card import (
    NO_DETAILS,
    Details,
    Title,
    allowed,
    answer_text,
    lead_card,
    refuses,
)
from hotlist.mail.texts import TEMPERATURES, TEXTS
from hotlist.mail.unsent_part import HeldLine, UnsentPart
from hotlist.mail.wording import name_of, reached_by
from hotlist.sales.gone import Gone, Why
from hotlist.sales.team import Recipient

MAX_HTML: Final = 88_000
"""Bytes of a mail's HTML. Gmail cuts a mail off at 102 KB, and transport adds some."""


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
    is_answered: bool = False


@dataclass(frozen=True, slots=True)
class DigestMail:
    """A rendered hot list, and for how many of its cards and of what is gone it had room.

    `shown` are the hot leads that it has in full, by id.
    """

    mail: render.Mail
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


def gone_line(
    one: Gone, recipient: Recipient, answered_by: str = "", now: datetime | None = None
) -> Line:
    """A lead that is hot no longer or was answered, and why, in its reader's language.

    It comes without address and number if it must not be contacted by either.
    """
    words = TEXTS[recipient.language]
    name = name_of(one.contact, words["unknown"])
    if one.answer is not None:
        reason = answer_text(one.answer, answered_by, recipient, now)
    else:
        reason = words[f"gone_{one.why}"].format(
            name=name_of(one.into or Contact(), words["another"]),
            temperature=TEMPERATURES[recipient.language][one.lead.temperature.value],
        )
    contact = "" if one.may is May.NEITHER else reached_by(one.contact, name)
    warning = ""
    if refuses(one.may, one.contact) and one.contact != Contact():
        warning = allowed(one.may, one.contact, recipient.language)
    return Line(one.lead.lead_id, name, contact, reason, warning, one.why is Why.ANSWERED)


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
    today: str = "",
) -> DigestMail:
    """The daily hot list of one recipient, best lead first.

    `more` is how many leads are hot now beside those of the cards; those of `gone` are hot no
    longer. `unseen` leads are hot beside all of these, and nobody knows to which section they
    belong. `figures` stand above all, with a `note`, `sections` behind the leads that are hot, and
    `stop` is the address by which its reader ends it, and `today` that of their list. If
    the mail is longer than `MAX_HTML`, the part that takes most room loses its last entries. Cards
    and messages that are left out are counted; of leads that are gone the next mail tells.
    """
    held = unsent or UnsentPart(recipient)
    words = TEXTS[recipient.language]
    parts = [Section(words["hot_now"], cards=cards, more=more, hot=len(cards) + more), *sections]
    if unseen:
        told = render.counted("not_looked_at", unseen, recipient)
        parts.append(Section(after=[told], hot=unseen))
    make = partial(_digest, recipient, now, figures, note, stop, today)
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
    return sum(_size(escape(str(text))) for line in lines for text in astuple(line))


def _digest(  # noqa: PLR0917 - the first six are given once
    recipient: Recipient,
    now: datetime,
    figures: Sequence[Figure],
    note: str,
    stop: str,
    list_link: str,
    parts: Sequence[Section],
    gone: Sequence[Line],
    unsent: UnsentPart,
) -> render.Mail:
    words, ours = TEXTS[recipient.language], formats(recipient.language)
    today = now.astimezone(ZoneInfo(recipient.timezone)).date()
    count = sum(part.hot for part in parts)
    best = [card for part in parts if part.hot for card in part.cards]
    heading = render.counted("hot_leads", count, recipient) if count else words["nobody"]
    named = f": {best[0].name}" if best else ""
    legend = words["changes"] if any(one.has_change for one in best) else ""
    shown = [_counted_section(part, words, ours) for part in parts if not _is_empty(part)]
    if shown and legend:
        shown[0] = replace(shown[0], legend=legend)
    return render.page(
        recipient,
        subject=f"{words['hot_list']} {ours.day(today)} – {heading}{named}",
        eyebrow=f"{words['hot_list']} · {ours.full_day(today)}",
        heading=heading,
        preheader=", ".join(_named(one, ours) for one in best[:3]),
        note=note,
        figures=figures,
        sections=[
            *shown,
            *_gone_sections(gone, words),
            *([] if unsent.is_empty else [_unsent_section(unsent, words)]),
        ],
        footer=words["footer"].format(
            name=recipient.name, time=ours.time(recipient.digest), zone=recipient.timezone
        ),
        stop=stop,
        today=list_link,
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


def _gone_sections(gone: Sequence[Line], words: Mapping[str, str]) -> Iterable[Section]:
    """Who was answered, and who is hot no longer."""
    for heading, is_answered in (("taken", True), ("gone", False)):
        lines = [
            layout.Line(one.name, one.contact, said=one.reason, warning=one.warning)
            for one in gone
            if one.is_answered is is_answered
        ]
        if lines:
            yield Section(words[heading], lines=lines)


def _unsent_section(unsent: UnsentPart, words: Mapping[str, str]) -> Section:
    """What was not mailed: messages, some of them in lines, alerts, and what was taken for spam."""
    return Section(
        words["held"],
        notes=[unsent.messages] if unsent.messages else [],
        lines=[layout.Line(one.name, one.contact, one.at, one.said) for one in unsent.lines],
        after=[said for said in (unsent.more, unsent.alerts, unsent.suspects) if said],
    )
