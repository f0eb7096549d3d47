"""`hotlist lead`: look at one lead as sales sees it, with all that it was calculated from."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, time
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import unquote

import typer

from hotlist.cards.card import LeadCard, card_of
from hotlist.config.load import load_config
from hotlist.identity.identifiers import (
    EMAIL,
    PHONE,
    VISITOR,
    BadIdentifier,
    kind_of,
    normalise_email,
    normalise_phone,
    subject,
)
from hotlist.leads.fold import Folder, View
from hotlist.leads.lead import Lead, LeadState
from hotlist.runtime.phases import on_threads
from hotlist.sales import team
from hotlist.sales.team import Recipient, Sales
from hotlist.scoring.deployed import deployed
from hotlist.scoring.ruleset import Ruleset
from hotlist.store.deliveries import DeliveryStore
from hotlist.store.listed import ListedStore
from hotlist.store.stores import Stores
from hotlist_cli import ended, lead_json, lead_screen, outputs, previews, rewards
from hotlist_cli.local import running
from hotlist_cli.rules.output import cell, harmless, say, to_json

app = typer.Typer(help="A lead, as sales sees it.", rich_markup_mode="rich")

_OUTPUTS: Final = ("EventsTable", "LeadsTable", "IdentitiesTable", "DeliveriesTable")
_ID: Final = re.compile(r"(email|phone|visitor):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_KINDS: Final = (EMAIL, PHONE, VISITOR)
_LINK: Final = re.compile(r"mailto:([^?]*)", re.IGNORECASE)
_WHO: Final = "EMAIL|PHONE|ID"
_AN_ID: Final = "an id is email: or phone: and a UUID, as cards and logs have it"
_ANYWHERE: Final = "ZZ"
"""The region of which no number is: such a number needs its country's prefix."""

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)

OPERATOR: Final = Recipient(
    id="",
    name="",
    email="",
    language="en",
    timezone="UTC",
    digest=time(8),
    weekdays=frozenset(range(7)),
)


class Data(StrEnum):
    """Where a lead is looked for."""

    LOCAL = "local"
    LIVE = "live"


class _Names(NamedTuple):
    events_table: str
    leads_table: str
    identities_table: str
    deliveries_table: str


class UnknownLead(ended.Unknown):
    """There is no such lead. The message says what was looked for."""


class UnreadableItem(ended.Unknown):
    """Something that is stored cannot be read. The message says which item, and why."""


class Opened(NamedTuple):
    """The tables, which refuse to be written, and the configuration of this folder."""

    stores: Stores
    listed: ListedStore
    deliveries: DeliveryStore
    folder: Folder
    ruleset: Ruleset
    sales: Sales


class Found(NamedTuple):
    """A lead's card, and the id that was asked for if another lead has claimed that one."""

    card: LeadCard
    claimed: str | None


Data_ = Annotated[
    Data | None,
    typer.Option(
        "--from",
        help="local: the stack of `make up`; live: a deployed stack (default: live)",
    ),
]
Stack_ = Annotated[
    str | None, typer.Option(help=f"name of the deployed stack (default: {rewards.DEFAULT_STACK})")
]
Stage_ = Annotated[
    str | None, typer.Option(help="section of samconfig.toml: its stack, region and profile")
]
Folder_ = Annotated[Path, typer.Option("--config", help="folder of the YAML")]


@app.callback()
def lead() -> None:
    """A lead, as sales sees it."""


@app.command()
def show(  # noqa: PLR0917 - options have names
    who: Annotated[
        str,
        typer.Argument(
            metavar="EMAIL|PHONE|ID",
            help="its e-mail address, its phone number as in +48600100200, or its id",
        ),
    ],
    data: Data_ = None,
    stage: Stage_ = None,
    stack: Stack_ = None,
    recipient: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="as this recipient of sales.yaml reads it: language, time zone "
            "(default: English, UTC)",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object, for programs")] = False,
    folder: Folder_ = Path("config"),
) -> None:
    """Show the card of a lead: contact, points line by line, what changes next, history.

    The lead is calculated anew from its events, as the tables have them now, by the rules of this
    folder. Nothing is written. A number without its country is read as the forms' default_region
    says, if they all have the same. From a deployed stack it needs the rights
    cloudformation:DescribeStacks and, on its tables, dynamodb:Query, GetItem and BatchGetItem.

    Exit status: 0; 1 if there is no such lead or it could not be read; 2 for a wrong call.
    """
    with ended.told(), previews.compiled(folder):
        lead_id = _lead_id(who)
        with opened(data=data, stage=stage, stack=stack) as tables:
            reader = (
                OPERATOR if recipient is None else previews.recipient_of(tables.sales, recipient)
            )
            now = datetime.now(UTC)
            found = _found(tables, lead_id, reader, now, who)
    if as_json:
        say(to_json(lead_json.of_card(found.card, found.claimed)))
        return
    if found.claimed is not None:
        say(
            f"{cell(who)} is claimed: an e-mail address was given with this number. This is the"
            f" lead of that address, {found.card.lead.lead_id}.\n"
        )
    say(lead_screen.drawn(found.card, reader, now))


def _found(tables: Opened, lead_id: str, reader: Recipient, now: datetime, who: str) -> Found:
    """The card of a lead, or that of the lead that has claimed it.

    :raises UnknownLead: if there is neither.
    """
    view = _view(tables, lead_id, now)
    claimed = None
    if view.lead.claimed_by is not None:
        claimed, view = lead_id, _view(tables, view.lead.claimed_by, now)
    if view.lead.state is LeadState.EMPTY and not view.events:
        raise UnknownLead(
            f"there is no lead {cell(who)}; look at the spelling, and at the stack that was asked"
        )
    card = card_of(
        view,
        sales=tables.sales,
        ruleset=tables.ruleset,
        recipient=reader,
        now=now,
        forms=load_config("forms"),
    )
    return Found(card, claimed)


def _view(tables: Opened, lead_id: str, now: datetime) -> View:
    """A lead as of now, also one that no fold has stored: a number that came with an address.

    :raises UnreadableItem: if something that is stored of it is not what Hotlist writes.
    """
    unknown = Lead(lead_id=lead_id, state=LeadState.EMPTY, folded_at=_NEVER, expires_at=_NEVER)
    try:
        stored = tables.stores.leads.get(lead_id)
        return tables.folder.view(stored or unknown, now)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        items = harmless(", ".join(getattr(error, "__notes__", ())))
        if not items:
            raise
        raise UnreadableItem(
            f"{items} cannot be read: {cell(f'{type(error).__name__}: {error}')}; "
            "look at it in its table, and restore it"
        ) from error


def _lead_id(who: str) -> str:
    """The id of the lead that somebody has written."""
    text = _pasted(who.strip())
    kind = kind_of(text.lower())
    if kind in _KINDS and "@" not in text:
        if kind == VISITOR:
            raise typer.BadParameter(
                "a visitor is no lead; write the e-mail address or the number of the lead",
                param_hint=_WHO,
            )
        if not _ID.match(text.lower()):
            raise typer.BadParameter(f"{cell(who)}: this is not an id; {_AN_ID}", param_hint=_WHO)
        return text.lower()
    try:
        if "@" in text:
            return subject(EMAIL, normalise_email(text))
        return subject(PHONE, normalise_phone(text.removeprefix("tel:"), _region())[0])
    except BadIdentifier as error:
        a_number = f"write it with its country, as in +48600100200, or an id: {_AN_ID}"
        more = "write it as in ada@example.org" if "@" in text else a_number
        said = f"{cell(who)}: {error}; {more}"
        raise typer.BadParameter(said, param_hint=_WHO) from error


def _pasted(text: str) -> str:
    """What was meant by a link that writes to an address, or by a line of a mail's header."""
    link = _LINK.match(text)
    text = unquote(link[1]) if link else text
    return parseaddr(text)[1] or text if text.endswith(">") else text


def _region() -> str:
    """The region of numbers without a prefix, if all forms have the same one."""
    forms: Mapping[str, Any] = load_config("forms")
    regions = {form["default_region"] for form in forms.values()}
    return regions.pop() if len(regions) == 1 else _ANYWHERE


@contextmanager
def opened(*, data: Data | None, stage: str | None, stack: str | None) -> Iterator[Opened]:
    """The tables of a stack, within `previews.compiled`; they can only be read."""
    said = {} if stage is None else rewards.of_stage(stage)
    name = stack or said.get("stack_name", rewards.DEFAULT_STACK)

    def client(service: str) -> Any:
        return running.client(service) if data is Data.LOCAL else rewards.client(service, said)

    values = outputs.of_stack(client("cloudformation"), name, *_OUTPUTS)
    dynamodb, names = previews.read_only(client("dynamodb")), _Names(*values)
    stores = Stores.open(dynamodb, names)
    listed = ListedStore(dynamodb, names.leads_table, on_threads)
    ruleset = deployed().live
    sales = team.from_checked(load_config("sales"))
    folder = Folder.open(stores, ruleset, lambda: datetime.now(UTC))
    deliveries = DeliveryStore(dynamodb, names.deliveries_table)
    yield Opened(stores, listed, deliveries, folder, ruleset, sales)
