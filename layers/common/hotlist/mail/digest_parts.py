"""What stands in a digest beside its hot leads: small numbers, and the list as a file. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from hotlist.leads.lead import Lead
from hotlist.mail.formats import formats
from hotlist.mail.layout import Figure
from hotlist.mail.lead_card import Details, Title, rounded
from hotlist.mail.mime import Attachment
from hotlist.mail.texts import CHANNEL_LABELS, TEXTS
from hotlist.mail.wording import short, whole
from hotlist.sales.numbers import Compared, Numbers
from hotlist.sales.team import Recipient

MOST_CHANNELS: Final = 4
"""Channels that have a number of their own. The others share one."""

COLUMNS: Final = (
    *("section", "name", "company", "email", "phone", "may", "points", "change", "temperature"),
    *("stage", "reasons", "channel", "campaign", "owner", "created", "hot_since", "last_seen"),
    "cools",
)
"""The columns of the file: docs/sales.md says what each has."""

MOST_IN_A_CELL: Final = 500
"""Characters of a text in the file. Addresses and numbers are whole."""

_SEPARATORS: Final = {"en": ","}
"""What spreadsheets in this language part cells by. In most others it is a semicolon."""

_FORMULA: Final = re.compile(
    r"""(?:^|[;,|"\t；，､、｜＂])[\s\u200c\u200d]*(?=[=+\-@|＝＋－﹢﹣＠﹫])"""
)
"""A sign that makes a formula of what follows, where a cell begins.

A program that parts cells by another sign than the file does begins one within a text.
"""


def figures(found: Numbers, recipient: Recipient) -> list[Figure]:
    """The numbers above a digest: hot leads, new ones, and these by channel."""
    words, names = TEXTS[recipient.language], CHANNEL_LABELS[recipient.language]
    made = [
        _figure(words["hot_number"], found.hot, recipient),
        _figure(words["new_number"], found.new, recipient),
    ]
    most = MOST_CHANNELS if len(found.channels) == MOST_CHANNELS else MOST_CHANNELS - 1
    for channel, counted in found.channels[:most]:
        name = words["no_channel"] if channel is None else names.get(channel, channel)
        made.append(_figure(name, counted, recipient))
    if others := [counted for _, counted in found.channels[most:]]:
        before = sum(one.before or 0 for one in others)
        rest = Compared(sum(one.latest for one in others), before)
        made.append(_figure(words["other_channels"], rest, recipient))
    return made


def compared(found: Numbers, recipient: Recipient) -> str:
    """Since when the numbers count, and what the changes compare that stand beside them."""
    words = TEXTS[recipient.language]
    at = formats(recipient.language).moment(found.since, ZoneInfo(recipient.timezone))
    has_hot, *of_new = (bool(one.change) for one in figures(found, recipient))
    has_new = any(of_new)
    name = {
        (True, True): "compared",
        (False, True): "compared_new",
        (True, False): "compared_hot",
    }.get((has_hot, has_new))
    since = words["counted_since"].format(since=at)
    return since if name is None else f"{since} {words[name]}"


def _figure(label: str, counted: Compared, recipient: Recipient) -> Figure:
    ours = formats(recipient.language)
    change = 0 if counted.before is None else counted.latest - counted.before
    return Figure(
        label=label,
        value=ours.number(counted.latest),
        change=ours.change(change) if change else "",
        is_up=change > 0 if change else None,
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A lead of the file: the section it stands in, and what is known of it."""

    section: str
    lead: Lead
    details: Details


def as_file(rows: Iterable[Row], recipient: Recipient, title: Title, now: datetime) -> Attachment:
    """The leads of a digest as a CSV file: UTF-8 with a byte order mark, which Excel asks for.

    Its instants are in the recipient's time zone, and its cells are parted as in their language.
    An apostrophe stands before what a program could take for a formula.
    """
    zone = ZoneInfo(recipient.timezone)
    text = io.StringIO()
    parts = _SEPARATORS.get(recipient.language, ";")
    writer = csv.writer(text, delimiter=parts, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(_cells(row, recipient, title, zone))
    return Attachment(
        name=f"hotlist-{now.astimezone(zone):%Y-%m-%d}.csv",
        subtype="csv",
        data=text.getvalue().encode("utf-8-sig", "replace"),
        parameters=(("charset", "utf-8"),),
    )


def _cells(row: Row, recipient: Recipient, title: Title, zone: ZoneInfo) -> Sequence[Any]:
    lead, known, contact = row.lead, row.details, row.lead.contact

    def local(at: datetime | None) -> str:
        return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"

    reasons = (
        f"{short(title(one.rule, recipient.language))} {points:+}"
        for one in lead.reasons
        if (points := rounded(one.points))
    )
    return (
        row.section,
        *map(_text, (contact.name, contact.company)),
        *map(_guarded, map(whole, (contact.email, contact.phone))),
        lead.may,
        lead.total,
        "" if known.change is None else known.change,
        lead.temperature.value,
        lead.stage.value,
        _text("; ".join(reasons)),
        _text(lead.channel),
        _text(known.campaign),
        _text(known.owner),
        *map(local, (lead.created_at, lead.alerting.hot_since, lead.last_event_at)),
        local(known.cools_at),
    )


def _text(value: str | None) -> str:
    """A text of others as a cell: one line that no program takes for a formula."""
    return _guarded(short(whole(value), MOST_IN_A_CELL))


def _guarded(text: str) -> str:
    return _FORMULA.sub(r"\g<0>'", text)
