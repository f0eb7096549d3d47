"""Renders the mails to sales about one lead, as HTML and as text from the same contents. Pure.

`digest_mail` renders the one about many, with the same page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from hotlist.events.event import Event
from hotlist.leads.facts import name_in
from hotlist.leads.lead import Contact, Lead, May
from hotlist.mail import layout, mime
from hotlist.mail.formats import formats
from hotlist.mail.layout import Section, template
from hotlist.mail.lead_card import (
    NO_DETAILS,
    UNDER_THE_MAIL,
    Details,
    Shown,
    Title,
    contact_card,
    lead_card,
    temperature,
)
from hotlist.mail.texts import COUNTED, TEXTS
from hotlist.mail.wording import as_written, undeclared
from hotlist.mail.wording import short as _short
from hotlist.sales.team import Recipient
from hotlist.sales.to_send import AlertNow

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
        points = counted("points", lead.total, recipient)
        at = moment(now.turned_hot_at, recipient) if now.turned_hot_at else ""
        heading = words["was_hot"].format(name=shown.name, at=at, points=points)
        eyebrow = words["taken_in" if now.taken_in else "cooled"]
    else:
        heading, eyebrow = words["turned_hot"].format(name=shown.name), words["call_now"]
    return page(
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
    return page(
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
    at = moment(hour + timedelta(hours=1), recipient)
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
        since=moment(hour, recipient),
        until=ours.time(until),
    )
    said = counted("held_why", most, recipient)
    return page(
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


def moment(at: datetime, recipient: Recipient) -> str:
    return formats(recipient.language).moment(at, ZoneInfo(recipient.timezone))


def counted(name: str, count: int, recipient: Recipient) -> str:
    """The words of this name for a number of things."""
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


def page(
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
