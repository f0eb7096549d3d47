"""Renders the mails to sales, as HTML and as text from the same contents."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import escape

from hotlist.events.event import Event
from hotlist.leads.lead import Contact, Lead, Reason
from hotlist.leads.profile import name_in
from hotlist.mail import mime
from hotlist.mail.texts import CHANNEL_NAMES, STAGE_NAMES, TEMPERATURES, TEXTS
from hotlist.mail.unsent_part import HeldLine, UnsentPart
from hotlist.mail.wording import as_written, reached_by, undeclared
from hotlist.mail.wording import name_of as _name
from hotlist.mail.wording import short as _short
from hotlist.mail.wording import when as _when
from hotlist.sales.gone import Gone
from hotlist.sales.team import Recipient
from hotlist.sales.to_send import AlertNow

MAX_HTML: Final = 88_000
"""Bytes of a mail's HTML. Gmail cuts a mail off at 102 KB, and transport adds some."""

_MAX_ANSWER: Final = 5_000

TEST_MARK: Final = "TEST"
"""What the subject of a test submission's mail begins with, in every language."""

Title = Callable[[str, str], str]
"""(rule id, language) → the title of the rule."""


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
class Card:
    """One lead in a mail, rendered for one reader. `name` and `points` are for the subject."""

    lead_id: str
    name: str
    points: int | None
    html: str
    text: str
    reasons: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A lead that is hot no longer, in one line for a reader."""

    lead_id: str
    name: str
    contact: str
    reason: str


@dataclass(frozen=True, slots=True)
class DigestMail:
    """A rendered hot list, and for how many of its cards and of what is gone it had room."""

    mail: Mail
    cards: int
    gone: int


def card(lead: Lead, recipient: Recipient, title: Title, as_of: datetime | None = None) -> Card:
    """A lead as its recipient sees it, in the recipient's language and time zone.

    With `as_of` it is marked as it was calculated at that instant.
    """
    words, contact = TEXTS[recipient.language], lead.contact
    zone = ZoneInfo(recipient.timezone)
    facts = [
        (words["hot_since"], _when(lead.alerting.hot_since, zone)),
        (words["last_seen"], _when(lead.last_event_at, zone)),
        (words["came_by"], CHANNEL_NAMES[recipient.language].get(lead.channel or "", lead.channel)),
        (words["stage"], STAGE_NAMES[recipient.language][lead.stage.value]),
    ]
    return _card(
        recipient,
        contact,
        lead_id=lead.lead_id,
        as_of=words["as_of"].format(time=_when(as_of, zone)) if as_of else "",
        points=lead.total,
        temperature=_temperature(lead, recipient),
        bounced=words["bounced"] if lead.bounced else "",
        reasons=list(_reasons(lead.reasons, recipient.language, title)),
        facts=[(label, value) for label, value in facts if value],
    )


def gone_line(one: Gone, recipient: Recipient) -> Line:
    """A lead that is hot no longer, and why, in its reader's language."""
    words = TEXTS[recipient.language]
    name = _name(one.contact, words["unknown"])
    reason = words[f"gone_{one.why}"].format(
        name=_name(one.into or Contact(), words["another"]),
        temperature=TEMPERATURES[recipient.language][one.lead.temperature.value],
    )
    return Line(one.lead.lead_id, name, reached_by(one.contact, name), reason)


def digest(
    cards: Sequence[Card],
    more: int,
    recipient: Recipient,
    now: datetime,
    gone: Sequence[Line] = (),
    *,
    unsent: UnsentPart | None = None,
) -> DigestMail:
    """The daily hot list of one recipient, best lead first.

    `more` is how many leads are hot beside those of the cards; those of `gone` are hot no
    longer. If the mail is longer than `MAX_HTML`, the part that takes most room loses its last
    entries. Cards and messages that are left out are counted; of leads that are gone the next
    mail tells.
    """
    held = unsent or UnsentPart(recipient)
    mail = _digest(cards, more, recipient, now, gone, unsent=held)
    while len(mail.html.encode()) > MAX_HTML and (cards or gone or held.lines):
        sizes = (sum(_size(card.html) for card in cards), _room(gone), _room(held.lines))
        if max(sizes) == sizes[0]:
            most = len(cards) * 9 // 10
            cards, more = cards[:most], more + len(cards) - most
        elif max(sizes) == sizes[1]:
            gone = gone[: len(gone) * 9 // 10]
        else:
            held = held.cut(len(held.lines) * 9 // 10)
        mail = _digest(cards, more, recipient, now, gone, unsent=held)
    return DigestMail(mail, len(cards), len(gone))


def _size(text: str) -> int:
    return len(text.encode())


def _room(lines: Iterable[Line | HeldLine]) -> int:
    """How many bytes of HTML the texts of these lines take."""
    return sum(_size(escape(text)) for line in lines for text in astuple(line))


def _digest(
    cards: Sequence[Card],
    more: int,
    recipient: Recipient,
    now: datetime,
    gone: Sequence[Line],
    *,
    unsent: UnsentPart,
) -> Mail:
    words = TEXTS[recipient.language]
    count = len(cards) + more
    heading = words["hot_leads_1"] if count == 1 else words["hot_leads"].format(count=count)
    if not count:
        heading = words["nobody"]
    best = f": {cards[0].name}" if cards else ""
    day = now.astimezone(ZoneInfo(recipient.timezone)).strftime("%d.%m.")
    return _render(
        recipient,
        subject=f"{words['hot_list']} {day} – {heading}{best}",
        eyebrow=words["hot_list"],
        heading=heading,
        preheader=", ".join(f"{one.name} ({one.points})" for one in cards[:3]),
        cards=cards,
        more=words["more"].format(count=more) if more else "",
        gone=gone,
        unsent=None if unsent.is_empty else unsent,
        footer=words["footer"].format(
            name=recipient.name, time=f"{recipient.digest:%H:%M}", zone=recipient.timezone
        ),
    )


def alert(now: AlertNow, recipient: Recipient, title: Title, note: str = "") -> Mail:
    """A lead that turned hot, as it is now. `note` says what the mail is not about."""
    words, lead = TEXTS[recipient.language], now.lead
    shown = card(lead, recipient, title)
    if now.cooled:
        at = _when(now.turned_hot_at, ZoneInfo(recipient.timezone))
        heading = words["was_hot"].format(name=shown.name, at=at, points=lead.total)
        eyebrow = words["taken_in" if now.taken_in else "cooled"]
    else:
        heading, eyebrow = words["turned_hot"].format(name=shown.name), words["call_now"]
    return _render(
        recipient,
        subject=heading if now.cooled else f"{heading} ({lead.total})",
        eyebrow=eyebrow,
        heading=heading,
        preheader=shown.reasons,
        cards=[shown],
        more=note,
        footer=words["footer_alert"],
        reply_to=_reply_to(lead.contact.email),
    )


def message(
    event: Event,
    labels: Mapping[str, str],
    recipient: Recipient,
    lead: Lead | None = None,
    note: str = "",
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
    shown = _card(
        recipient,
        contact,
        points=None if lead is None else lead.total,
        temperature="" if lead is None else _temperature(lead, recipient),
        bounced=words["bounced"] if lead is not None and lead.bounced else "",
        answers=answers,
    )
    reply_to = _reply_to(event.email)
    heading = words["message_from"].format(name=shown.name)
    if event.is_test:
        heading, note = f"{TEST_MARK}: {heading}", " ".join(filter(None, (words["test"], note)))
    return _render(
        recipient,
        subject=heading,
        eyebrow=f"{shown.name} {words['wrote'].format(form=_short(said.get('form', '')))}",
        heading=heading,
        preheader=preheader,
        cards=[shown],
        more=note,
        footer=words["footer_message"] if reply_to else "",
        reply_to=reply_to,
    )


def last_of_hour(kind: str, most: int, hour: datetime, recipient: Recipient) -> str:
    """The note in the last mail of a kind (`message`, `alert`) in an hour."""
    until = hour + timedelta(hours=1)
    at = _when(until, ZoneInfo(recipient.timezone))
    return TEXTS[recipient.language][f"last_{kind}"].format(count=most, at=at)


def more(
    kind: str, hour: datetime, recipient: Recipient, *, count: int, is_more: bool, most: int
) -> Mail:
    """How many mails of a kind were held back in an hour; `is_more` than `count`."""
    words, zone = TEXTS[recipient.language], ZoneInfo(recipient.timezone)
    heading = words[f"held_{kind}"].format(
        count=words["more_than"].format(count=count) if is_more else count,
        since=_when(hour, zone),
        until=f"{(hour + timedelta(hours=1)).astimezone(zone):%H:%M}",
    )
    said = words["held_why"].format(count=most)
    return _render(
        recipient,
        subject=heading,
        eyebrow=words["held"],
        heading=heading,
        preheader=said,
        cards=[],
        more=said,
        footer="",
    )


def _card(
    recipient: Recipient,
    contact: Contact,
    *,
    lead_id: str = "",
    as_of: str = "",
    points: int | None = None,
    temperature: str = "",
    bounced: str = "",
    reasons: Sequence[Mapping[str, object]] = (),
    answers: Sequence[tuple[str, str]] = (),
    facts: Sequence[tuple[str, str]] = (),
) -> Card:
    words = TEXTS[recipient.language]
    email, phone = _short(contact.email or ""), _short(contact.phone or "")
    shown = {
        "name": _name(contact, words["unknown"]),
        "company": _short(contact.company or ""),
        "email": email,
        "bounced": bounced if email else "",
        "phone": phone,
        "tel": "".join(c for c in phone if c in "+0123456789"),
        "as_of": as_of,
        "points": points,
        "temperature": temperature,
        "reasons": reasons,
        "answers": answers,
        "facts": facts,
    }
    return Card(
        lead_id=lead_id,
        name=str(shown["name"]),
        points=points,
        html=template("card.html").render(card=shown, words=words),
        text=template("card.txt").render(card=shown, words=words),
        reasons=", ".join(str(reason["title"]) for reason in reasons),
    )


def _reasons(reasons: Iterable[Reason], language: str, title: Title) -> Iterable[dict[str, object]]:
    for reason in reasons:
        points = reason.points.quantize(Decimal(1), ROUND_HALF_UP)
        yield {"points": points, "title": _short(title(reason.rule, language))}


def _temperature(lead: Lead, recipient: Recipient) -> str:
    return TEMPERATURES[recipient.language][lead.temperature.value]


def _answer(value: object, words: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return words["yes" if value else "no"]
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return _short(value, _MAX_ANSWER)


def _reply_to(email: str | None) -> str | None:
    """The address, or None if a header cannot carry it as it is."""
    return email if email and mime.fits_header(email) else None


def _render(recipient: Recipient, *, reply_to: str | None = None, **contents: Any) -> Mail:
    values = {
        "gone": (),
        "unsent": None,
        **contents,
        "language": recipient.language,
        "words": TEXTS[recipient.language],
        "subject": _short(contents["subject"], 200).replace("\n", " "),
    }
    return Mail(
        subject=values["subject"],
        html=template("mail.html").render(values),
        text=template("mail.txt").render(values),
        reply_to=reply_to,
    )


@cache
def template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template(name)
