"""`hotlist lead list`: today's list of hot and warm leads, of one recipient or of everybody."""

import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hotlist.cards.list_page import ListInWords, in_words
from hotlist.cards.today import Entry, Today, is_listed, today
from hotlist_cli import ended, previews
from hotlist_cli.lead import OPERATOR, Data_, Folder_, Stack_, Stage_, opened
from hotlist_cli.rules.output import cell, say, to_json

_SECONDS: Final = 60.0
"""How long the reading may take. What was read by then is the list."""


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
    needs the rights cloudformation:DescribeStacks and, on the Leads table and its index,
    dynamodb:Query and BatchGetItem.

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
        shows = partial(is_listed, sales, reader, now=now)
        best = tables.listed.best(
            lambda owner: shows(owner=owner), lambda: time.monotonic() >= until
        )
        found = tables.listed.read(best.lead_ids)
        made = today(found, best.count, sales, reader, now, is_all=best.is_all)
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
    """The list as a table; only the terminal's width cuts it."""
    console = Console(highlight=False, emoji=False, markup=False)
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, label in enumerate(said.columns):
        grid.add_column(label, justify="right" if number == 1 else "left", overflow="fold")
    for row in said.rows:
        contact = " ".join(one for one in (row.phone, row.email) if one)
        name = " · ".join(one for one in (row.name, row.company) if one)
        texts = (
            name,
            row.points,
            row.temperature,
            row.stage,
            row.channel,
            row.owner,
            row.seen,
            row.answer,
            contact,
        )
        grid.add_row(*(Text(cell(one)) for one in texts))
    with console.capture() as got:
        console.print(Text(said.sums))
        if said.first:
            console.print(Text(said.first))
        if said.rows:
            console.print(grid)
    return got.get().rstrip("\n")
