"""What stands in a digest beside its hot leads: small numbers, and the list as a file. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from hotlist.events import visible
from hotlist.leads.lead import Lead
from hotlist.mail.formats import formats
from hotlist.mail.layout import Figure
from hotlist.mail.lead_card import Details, Title
from hotlist.mail.mime import Attachment
from hotlist.mail.texts import CHANNEL_LABELS, TEXTS
from hotlist.mail.wording import MAX_NAME, short
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

_SIGNS: Final = "=+\\-@|＝＋－＠"
_FORMULA: Final = re.compile(rf"(^|[;,\t\r\n|\"'])(\s*)(?=[{_SIGNS}])")
"""What begins so is a formula to some program that opens the file: a cell, and also a part of it
for a program that takes another sign for the separator.
"""

_LONGEST: Final = 500

_SEPARATORS: Final[Mapping[str, str]] = {"en": ",", "pl": ";", "de": ";"}
"""What Excel takes for the separator where a language is spoken."""


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
    """What the numbers count, and what their changes compare."""
    since = formats(recipient.language).moment(found.since, ZoneInfo(recipient.timezone))
    are_compared = [found.new, *(counted for _, counted in found.channels)]
    if any(_change(one) for one in are_compared):
        name = "compared_new" if found.hot.before is None else "compared"
    else:
        name = "compared_hot" if _change(found.hot) else "since"
    return TEXTS[recipient.language][name].format(since=since)


def _figure(label: str, counted: Compared, recipient: Recipient) -> Figure:
    ours = formats(recipient.language)
    change = _change(counted)
    return Figure(
        label=label,
        value=ours.number(counted.latest),
        change=ours.change(change) if change else "",
        is_up=change > 0 if change else None,
    )


def _change(counted: Compared) -> int:
    return 0 if counted.before is None else counted.latest - counted.before


@dataclass(frozen=True, slots=True)
class Row:
    """A lead of the file: the section it stands in, and what is known of it."""

    section: str
    lead: Lead
    details: Details


def as_file(rows: Iterable[Row], recipient: Recipient, title: Title, now: datetime) -> Attachment:
    """The leads of a digest as a CSV file: UTF-8 with a byte order mark, which Excel asks for.

    Its instants are in the recipient's time zone. Texts that a program could take for a formula
    begin with an apostrophe. Its separator is the one of the recipient's language.
    """
    zone = ZoneInfo(recipient.timezone)
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=_SEPARATORS[recipient.language],
        lineterminator="\r\n",
        quoting=csv.QUOTE_ALL,
    )
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
        f"{short(title(one.rule, recipient.language))} "
        f"{one.points.quantize(Decimal(1), ROUND_HALF_UP):+}"
        for one in lead.reasons
    )
    return (
        row.section,
        _text(contact.name),
        _text(contact.company),
        _text(contact.email, _LONGEST),  # one that is cut off is another address
        _text(contact.phone),
        lead.may,
        lead.total,
        "" if known.change is None else known.change,
        lead.temperature.value,
        lead.stage.value,
        _text("; ".join(reasons), _LONGEST),
        _text(lead.channel),
        _text(known.campaign),
        _text(known.owner),
        *map(local, (lead.created_at, lead.alerting.hot_since, lead.last_event_at)),
        local(known.cools_at),
    )


def _text(value: str | None, most: int = 0) -> str:
    """A text of others as a cell: one line that no program takes for a formula."""
    told = short(visible.one_line(value or ""), most or MAX_NAME)
    return _FORMULA.sub(r"\1\2'", told)
