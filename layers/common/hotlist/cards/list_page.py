"""Today's list as a page: a sorted table, and with script one that is sorted and filtered. Pure.

On a phone each row is a card. The page has one style sheet and one script, both its own; `policy`
says so to the browser.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

from hotlist.cards import pages
from hotlist.cards.list_words import LIST_TEXTS
from hotlist.cards.today import Entry, Today
from hotlist.events.times import to_ms
from hotlist.leads.lead import Counted, Stage, Temperature
from hotlist.mail.formats import formats
from hotlist.mail.lead_card import CALLED, MAILED, answer_text
from hotlist.mail.texts import CHANNEL_NAMES, STAGE_NAMES, TEMPERATURES, TEXTS
from hotlist.mail.wording import name_of, short, whole
from hotlist.sales.team import Recipient

MAX_ROWS: Final = 3_500_000
"""Bytes of all rows together, as Lambda sends them. It answers with 6 MB at most. A list of 2,000
ordinary leads has a third of it; long and odd names make it shorter."""

LinkOf = Callable[[str], str]
"""The address of a lead's card, by the id of the lead."""

_COLUMNS: Final = (
    ("name", False),
    ("points", True),
    ("temperature", True),
    ("stage", True),
    ("channel", False),
    ("owner", False),
    ("seen", True),
    ("answer", False),
    ("contact", False),
)
"""The columns, and whether the first press on one puts the largest first."""

_FILTERS: Final = (
    ("temperature", ""),
    ("stage", ""),
    ("channel", "no_channel"),
    ("owner", "no_owner"),
)
"""The columns that are filtered, and what those leads are called of which nothing stands there."""

_PLAIN: Final = ("name", "contact")
_STEPS: Final = {stage: place for place, stage in enumerate(Stage)}
_HEAT: Final = {Temperature.HOT: "h", Temperature.WARM: "w", Temperature.COLD: ""}


@dataclass(frozen=True, slots=True)
class RowInWords:
    """The texts of a lead. `tel` and `mailto` are "" where that is not allowed.

    `rank`, `step`, `seen_at` and `total` are what a column is sorted by.
    """

    lead_id: str
    name: str
    company: str
    total: int
    points: str
    rank: int
    heat: str
    temperature: str
    step: int
    stage: str
    channel: str
    owner: str
    seen_at: int
    seen: str
    answer: str
    phone: str
    tel: str
    email: str
    mailto: str
    bounced: str


@dataclass(frozen=True, slots=True)
class ListInWords:
    """A list in the language and time zone of its reader.

    `sums` are of all leads, `first` says that not all of them are shown.
    """

    columns: tuple[str, ...]
    sums: str
    first: str
    rows: tuple[RowInWords, ...]


def in_words(
    today: Today, recipient: Recipient, now: datetime, shown: int | None = None
) -> ListInWords:
    """The texts of a list, of which its first `shown` leads are shown."""
    words, ours = LIST_TEXTS[recipient.language], formats(recipient.language)
    entries = today.entries[:shown]
    first = ""
    if len(entries) < today.count or not today.is_all:
        kind = "first" if today.is_all else "first_more"
        few, many = ours.number(len(entries)), ours.number(today.count)
        first = words[kind].format(shown=few, count=many)

    def told(number: Counted) -> str:
        count = ours.number(number.count)
        return count if number.is_all else words["at_least"].format(count=count)

    sums = words["sums"].format(
        hot=told(today.waiting), answered=told(today.answered), warm=told(today.warm)
    )
    if not entries:
        sums = words["none" if today.is_all else "unread"]
    return ListInWords(
        columns=tuple(words[name] for name, _ in _COLUMNS),
        sums=sums,
        first=first if entries else "",
        rows=tuple(_row(entry, recipient, now) for entry in entries),
    )


def list_page(today: Today, recipient: Recipient, now: datetime, link_of: LinkOf) -> str:
    """The page of a list, in the language and time zone of its reader."""
    words, ours = LIST_TEXTS[recipient.language], formats(recipient.language)
    said = in_words(today, recipient, now)
    rows = list(_rows(said.rows, link_of))
    if len(rows) < len(said.rows):
        said = in_words(today, recipient, now, len(rows))
    at = ours.moment(now, ZoneInfo(recipient.timezone))
    places = {name: place for place, (name, _) in enumerate(_COLUMNS)}
    downs = [is_down for _, is_down in _COLUMNS]
    return (
        pages.templates()
        .get_template("list.html")
        .render(
            words=words,
            language=recipient.language,
            style=style(recipient.language)[0],
            script=script()[0],
            subtitle=words["for"].format(name=recipient.name, time=at),
            sums=said.sums,
            first=said.first,
            columns=list(zip(said.columns, downs, strict=True)),
            filters=[
                (places[name], words[name], words[nothing] if nothing else "")
                for name, nothing in _FILTERS
            ],
            rows=Markup("\n").join(rows),
        )
    )


def policy(language: str) -> str:
    """The Content-Security-Policy of the page: its own style and script, and nothing else."""
    return (
        f"default-src 'none'; style-src 'sha256-{style(language)[1]}'; "
        f"script-src 'sha256-{script()[1]}'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def style(language: str) -> tuple[str, str]:
    """The style in a language, which has the labels of the cards of a phone, and its hash.

    A name, a number and an address say by themselves what they are.
    """
    words = LIST_TEXTS[language]
    labels = [
        (place, words[name]) for place, (name, _) in enumerate(_COLUMNS, 1) if name not in _PLAIN
    ]
    return pages.hashed(pages.templates().get_template("list.css").render(labels=labels))


@cache
def script() -> tuple[str, str]:
    """The script and its hash."""
    return pages.hashed(pages.templates().get_template("list.js").render())


def _rows(rows: Iterable[RowInWords], link_of: LinkOf) -> Iterator[Markup]:
    """The rows in their order, until there is no room for more."""
    template, room = pages.templates().get_template("list_row.html"), MAX_ROWS
    for row in rows:
        written = template.render(one=row, link=link_of(row.lead_id))
        room -= len(json.dumps(written, ensure_ascii=False).encode("utf-8", "replace"))
        if room < 0:
            return
        yield Markup(written)  # noqa: S704 - the template has escaped it


def _row(entry: Entry, recipient: Recipient, now: datetime) -> RowInWords:
    lead, language = entry.lead, recipient.language
    words, ours, zone = LIST_TEXTS[language], formats(language), ZoneInfo(recipient.timezone)
    contact, seen = lead.contact, lead.last_event_at
    email, phone = whole(contact.email), whole(contact.phone)
    is_called, is_mailed = lead.may in CALLED, lead.may in MAILED and not lead.bounced
    return RowInWords(
        lead_id=lead.lead_id,
        name=name_of(contact, TEXTS[language]["unknown"]),
        company=short(contact.company or ""),
        total=lead.total,
        points=ours.number(lead.total),
        rank=-entry.rank,
        heat=_HEAT[lead.temperature],
        temperature=TEMPERATURES[language][lead.temperature.value],
        step=_STEPS[lead.stage],
        stage=STAGE_NAMES[language][lead.stage.value],
        channel=CHANNEL_NAMES[language].get(lead.channel or "", lead.channel or ""),
        owner=short(entry.owner),
        seen_at=0 if seen is None else to_ms(seen),
        seen="" if seen is None else ours.moment(seen, zone, now),
        answer=answer_text(lead.answer, entry.answered_by, recipient, now),
        phone=short(phone),
        tel="".join(one for one in phone if one in "+0123456789") if is_called else "",
        email=short(email),
        mailto=email if is_mailed else "",
        bounced=words["bounced"] if email and lead.bounced else "",
    )
