"""`hotlist lead list`: today's list of hot and warm leads, of one recipient or of everybody."""

import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import starmap
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hotlist.cards.list_page import ListInWords, RowInWords, in_words
from hotlist.cards.today import Entry, Today, today, whose
from hotlist_cli import ended, previews
from hotlist_cli.lead import OPERATOR, Data_, Folder_, Stack_, Stage_, opened
from hotlist_cli.rules.output import cell, harmless, say, to_json

_SECONDS: Final = 60.0
"""How long the index is read, and how long its leads are. What was read by then is the list."""


def show_list(  # noqa: PLR0917 - options have names
    data: Data_ = None,
    stage: Stage_ = None,
    stack: Stack_ = None,
    recipient: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="the list of this recipient of sales.yaml, in their language and time zone "
            "(default: everybody's, in English and UTC)",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object, for programs")] = False,
    folder: Folder_ = Path("config"),
) -> None:
    """List the hot and warm leads, the most urgent first: 2,000 at most.

    Points are as they are stored, a day old at most. Nothing is written. From a deployed stack it
    needs the rights cloudformation:DescribeStacks; on the Leads table and its index, dynamodb:Query
    and BatchGetItem; for a list of one's own leads, BatchGetItem on the Deliveries table.

    Exit status: 0; 1 if the list could not be read; 2 for a wrong call.
    """
    now, until = datetime.now(UTC), time.monotonic() + _SECONDS
    with (
        ended.told(),
        previews.compiled(folder),
        opened(data=data, stage=stage, stack=stack) as tables,
    ):
        sales = tables.sales
        reader = OPERATOR if recipient is None else previews.recipient_of(sales, recipient)
        everybody = [one.id for one in sales.recipients]
        disabled = tables.deliveries.disabled(everybody) if reader.list_own else ()
        is_mine = whose(sales, reader, now, disabled)
        best = tables.listed.best(is_mine, lambda: time.monotonic() >= until)
        found = tables.listed.read(best, lambda: time.monotonic() >= until + _SECONDS)
        made = today(found.leads, sales, is_mine, now, found.rest)
    if as_json:
        say(to_json(_object(made, now)))
        return
    say(_drawn(in_words(made, reader, now)))


def _object(made: Today, now: datetime) -> dict[str, Any]:
    return {
        "as_of": now,
        "count": made.count,
        "is_all": made.is_all,
        "leads": [_lead(entry, now) for entry in made.entries],
    }


def _lead(entry: Entry, now: datetime) -> dict[str, Any]:
    lead, said = entry.lead, entry.lead.answer
    return {
        "lead_id": lead.lead_id,
        "name": lead.contact.name,
        "company": lead.contact.company,
        "email": lead.contact.email,
        "phone": lead.contact.phone,
        "may": lead.may.value,
        "bounced": lead.bounced,
        "total": lead.total,
        "temperature": lead.temperature.value,
        "is_answered": lead.is_answered(now),
        "stage": lead.stage.value,
        "channel": lead.channel,
        "owner": {"id": lead.owner, "name": entry.owner or None},
        "last_event_at": lead.last_event_at,
        "folded_at": lead.folded_at,
        "answer": None
        if said is None
        else {"type": said.type, "at": said.at, "by": said.by, "until": said.until},
    }


def _drawn(said: ListInWords) -> str:
    """The list as a table if the terminal is wide enough; else each lead has lines of its own."""
    console = Console(highlight=False, emoji=False, markup=False)
    rows = [[cell(one) for one in _texts(row)] for row in said.rows]
    grid = _grid(said.columns, rows)
    is_wide = grid.__rich_measure__(console, console.options).maximum <= console.width
    with console.capture() as got:
        console.print(_text(said.sums))
        if said.first:
            console.print(_text(said.first))
        if is_wide and rows:
            console.print(grid)
        for row in () if is_wide else rows:
            console.print(_block(said.columns, row))
    return "\n".join(line.rstrip() for line in got.get().splitlines())


def _texts(row: RowInWords) -> tuple[str, ...]:
    """What is told of a lead, by column."""
    return (
        " · ".join(one for one in (row.name, row.company) if one),
        row.points,
        row.temperature,
        row.stage,
        row.channel,
        row.owner,
        row.seen,
        row.answer,
        " ".join(one for one in (row.phone, row.email, row.bounced) if one),
    )


def _grid(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, label in enumerate(columns):
        grid.add_column(_text(label), justify="right" if number == 1 else "left", no_wrap=True)
    for row in rows:
        grid.add_row(*map(_text, row))
    return grid


def _block(columns: Sequence[str], row: Sequence[str]) -> Group:
    """A lead: its name, what is known of it with the label of each, and how to reach it."""
    name, *facts, contact = row
    told = starmap(_fact, zip(columns[1:-1], facts, strict=True))
    return Group(
        Text(),
        _text(name, "bold"),
        Padding(_text(", ".join(one for one in told if one)), (0, 0, 0, 2)),
        *([Padding(_text(contact), (0, 0, 0, 2))] if contact else []),
    )


def _fact(label: str, value: str) -> str:
    return f"{label}: {value}" if value else ""


def _text(text: str, style: str = "") -> Text:
    return Text(harmless(text), style)
