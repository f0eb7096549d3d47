"""A lead in a mail to sales, in the language and time zone of its reader. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from hotlist.events.answers import DOINGS, SalesAnswer
from hotlist.leads.lead import Contact, Lead, May, Reason, Temperature
from hotlist.mail.formats import formats
from hotlist.mail.layout import Card, template
from hotlist.mail.texts import (
    CHANNEL_NAMES,
    COUNTED,
    ON_DAYS,
    STAGE_NAMES,
    TEMPERATURES,
    TEXTS,
)
from hotlist.mail.wording import name_of, short, whole
from hotlist.sales.team import Recipient

Title = Callable[[str, str], str]
"""(rule id, language) → the title of the rule."""

CALLED: Final = frozenset({May.BOTH, May.CALL})
MAILED: Final = frozenset({May.BOTH, May.MAIL})

UNDER_A_SECTION: Final = 3
"""The level of the heading that a card has under that of a section."""

UNDER_THE_MAIL: Final = 2


@dataclass(frozen=True, slots=True)
class LeadLinks:
    """The addresses of a lead's card, and of the page that takes an answer; "" for none."""

    card: str = ""
    answer: str = ""


NO_LINKS: Final = LeadLinks()


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What is told of a lead beside what is stored with it. Nothing of it has to be known.

    `change` are the points since its reader's last list. `reasons_at` has for a rule when that
    happened which it gives its points for. `language` is the lead's own. `cools_at` is when it is
    hot no longer if nothing happens, and `waited` for how many days of work nobody has answered it.
    `back_on` is the day until which it was put off, if that is news. `was_quiet` says that it
    turned hot in its reader's quiet hours. `answered_by` is the name of whoever gave the lead's
    answer. With `has_buttons` each answer has a link of its own.
    """

    change: int | None = None
    reasons_at: Mapping[str, datetime] = field(default_factory=dict)
    campaign: str = ""
    owner: str = ""
    language: str = ""
    cools_at: datetime | None = None
    waited: int | None = None
    back_on: date | None = None
    was_quiet: bool = False
    answered_by: str = ""
    links: LeadLinks = NO_LINKS
    has_buttons: bool = True


NO_DETAILS: Final = Details()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a card shows, as texts. What is empty is left out.

    `notes` are what its reader should know first. `facts` are pairs of a label and a value; the
    label may be empty.
    """

    lead_id: str = ""
    level: int = UNDER_THE_MAIL
    points: int | None = None
    change: int | None = None
    temperature: str = ""
    as_of: str = ""
    may: May | None = None
    bounced: str = ""
    notes: Sequence[str] = ()
    subject: str = ""
    reasons: Sequence[Mapping[str, str]] = ()
    answers: Sequence[tuple[str, str]] = ()
    facts: Sequence[tuple[str, str]] = ()
    links: LeadLinks = NO_LINKS
    has_buttons: bool = True


def lead_card(
    lead: Lead,
    recipient: Recipient,
    title: Title,
    *,
    as_of: datetime | None = None,
    now: datetime | None = None,
    details: Details = NO_DETAILS,
    level: int = UNDER_A_SECTION,
) -> Card:
    """A lead as its recipient sees it. With `as_of` it is marked as calculated at that instant.

    With `now` days nearby are told as people say them.
    """
    language = recipient.language
    words, ours, zone = TEXTS[language], formats(language), ZoneInfo(recipient.timezone)

    def when(at: datetime | None) -> str:
        return "" if at is None else ours.moment(at, zone, now)

    is_hot = lead.temperature is Temperature.HOT
    as_of_when = words["as_of"].format(time=ours.moment(as_of, zone)) if as_of else ""
    facts = [
        (words["stage"], STAGE_NAMES[language][lead.stage.value]),
        (words["came_by"], CHANNEL_NAMES[language].get(lead.channel or "", lead.channel or "")),
        (words["campaign"], short(details.campaign)),
        (words["last_seen"], when(lead.last_event_at)),
        (words["hot_since"], when(lead.alerting.hot_since) if is_hot else ""),
        (words["owner"], short(details.owner)),
        (words["answer"], answer_text(lead.answer, details.answered_by, recipient, now)),
    ]
    reasons = _reasons(lead.reasons, recipient, title, {
        rule: when(at) for rule, at in details.reasons_at.items()
    })  # fmt: skip
    shown = Shown(
        lead_id=lead.lead_id,
        level=level,
        points=lead.total,
        change=details.change,
        temperature=temperature(lead, recipient),
        as_of=as_of_when,
        may=lead.may,
        bounced=words["bounced"] if lead.bounced else "",
        notes=list(_notes(details, recipient, now)),
        subject=TEXTS.get(details.language, words)["mail_subject"],
        reasons=list(reasons),
        facts=[(label, value) for label, value in facts if value],
        links=details.links,
        has_buttons=details.has_buttons,
    )
    return contact_card(lead.contact, recipient, shown)


def contact_card(contact: Contact, recipient: Recipient, shown: Shown) -> Card:
    """Somebody with all that is to be shown of them."""
    language = recipient.language
    words, ours = TEXTS[language], formats(language)
    email, phone = whole(contact.email), whole(contact.phone)
    is_called = shown.may is None or shown.may in CALLED
    is_mailed = shown.may is None or shown.may in MAILED
    said = "" if shown.may is None else allowed(shown.may, contact, language)
    is_refused = shown.may is not None and refuses(shown.may, contact)
    facts = [("", said)] if said and not is_refused else []
    facts += shown.facts
    points = "" if shown.points is None else ours.number(shown.points)
    change = ours.change(shown.change) if shown.change else ""
    values: dict[str, Any] = {
        "level": shown.level,
        "name": name_of(contact, words["unknown"]),
        "company": short(contact.company or ""),
        "email": short(email),
        "mailto": email if is_mailed else "",
        "subject": shown.subject or words["mail_subject"],
        "bounced": shown.bounced if email else "",
        "phone": short(_national(phone)),
        "number": short(phone),
        "tel": "".join(c for c in phone if c in "+0123456789") if is_called else "",
        "warning": said if is_refused else "",
        "points": points,
        "unit": _counted("points_alone", shown.points, language),
        "pointed": _counted("points", shown.points, language),
        "change": change,
        "changed": words["change"].format(change=change) if change else "",
        "temperature": shown.temperature,
        "as_of": shown.as_of,
        "notes": shown.notes,
        "reasons": shown.reasons,
        "answers": shown.answers,
        "facts": facts,
        "page": shown.links.card,
        "card_word": words["card"],
        "answer_word": words["do_answer"],
        "answer": shown.links.answer,
        "actions": list(_actions(shown, words)),
    }
    return Card(
        lead_id=shown.lead_id,
        name=values["name"],
        points=shown.points,
        html=template("card.html").render(card=values),
        text=template("card.txt").render(card=values),
        reasons=", ".join(reason["title"] for reason in shown.reasons),
        has_change=bool(change),
    )


def allowed(may: May, contact: Contact, language: str) -> str:
    """What may be done, in words: of the ways alone by which somebody can be reached."""
    words, phone, email = TEXTS[language], contact.phone, contact.email
    if may is May.UNKNOWN or (phone and email):
        return words[f"may_{may}"]
    if phone:
        return words["called" if may in CALLED else "not_called"]
    if email:
        return words["mailed" if may in MAILED else "not_mailed"]
    return ""


def refuses(may: May, contact: Contact) -> bool:
    """Whether a known way must not be used, or nobody knows."""
    is_refused = (contact.phone and may not in CALLED) or (contact.email and may not in MAILED)
    return may is May.UNKNOWN or bool(is_refused)


def _actions(shown: Shown, words: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """The answers that may be given, each with its address; one for all without buttons."""
    if not shown.links.answer:
        return
    if not shown.has_buttons:
        yield words["do_answer"], shown.links.answer
        return
    for do in DOINGS:
        yield words[f"do_{do}"], f"{shown.links.answer}?do={do}"


def answer_text(
    answer: SalesAnswer | None, name: str, recipient: Recipient, now: datetime | None
) -> str:
    """What sales said of a lead, who and when; "" for nothing."""
    if answer is None:
        return ""
    words, ours = TEXTS[recipient.language], formats(recipient.language)
    zone = ZoneInfo(recipient.timezone)
    said = words[f"said_{answer.type.removeprefix('sales_')}"]
    day = answer.day_in(zone)
    if day is not None and (now is None or answer.holds(now)):
        said = words["said_until"].format(day=ours.day(day))
    return ", ".join(filter(None, (said, short(name), ours.moment(answer.at, zone, now))))


def _notes(details: Details, recipient: Recipient, now: datetime | None) -> Iterable[str]:
    """What a reader should know before all else of a lead."""
    language, zone = recipient.language, ZoneInfo(recipient.timezone)
    if details.back_on is not None:
        back = formats(language).day(details.back_on)
        yield TEXTS[language]["is_back"].format(day=back)
    if details.was_quiet:
        yield TEXTS[language]["was_quiet"]
    if details.waited is not None:
        yield _counted("waited", details.waited, language)
    if details.cools_at is not None and now is not None:
        day, today = details.cools_at.astimezone(zone).date(), now.astimezone(zone).date()
        on = formats(language).coming_day(day, today, ON_DAYS[language])
        yield TEXTS[language]["cools"].format(day=on)


def temperature(lead: Lead, recipient: Recipient) -> str:
    return TEMPERATURES[recipient.language][lead.temperature.value]


def _reasons(
    reasons: Iterable[Reason], recipient: Recipient, title: Title, at: Mapping[str, str]
) -> Iterable[dict[str, str]]:
    for reason in reasons:
        if points := rounded(reason.points):
            yield {
                "points": formats(recipient.language).change(points),
                "title": short(title(reason.rule, recipient.language)),
                "at": at.get(reason.rule, ""),
            }


def rounded(points: Decimal) -> Decimal:
    """The points of a reason as people see them. One of 0 is none."""
    return points.quantize(Decimal(1), ROUND_HALF_UP)


def _counted(name: str, count: int | None, language: str) -> str:
    if count is None:
        return ""
    return formats(language).counted(COUNTED[language][name], count)


def _national(phone: str) -> str:
    if not phone:
        return ""
    from hotlist.identity import phones  # noqa: PLC0415 - slow to import

    return phones.national(phone)
