"""`hotlist digest`: look at somebody's digest before it is mailed, or mail it to yourself."""

import re
import webbrowser
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import typer

from hotlist.config.load import load_config
from hotlist.mail import mime
from hotlist.mail.render import TEST_MARK, Mail
from hotlist.sales import team
from hotlist.scoring.deployed import deployed
from hotlist.scoring.ruleset import Ruleset
from hotlist_cli import ended, outputs, previews, rewards, sample_leads
from hotlist_cli.local import running
from hotlist_cli.rules.output import cell, say

app = typer.Typer(help="The digest of one recipient.", rich_markup_mode="rich")

_OUTPUTS: Final = tuple(f"{name.capitalize()}Table" for name in previews.TABLES)
_STACK: Final = rewards.DEFAULT_STACK
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9._-]")


class Data(StrEnum):
    """Where the leads of a digest come from."""

    SAMPLE = "sample"
    LOCAL = "local"
    LIVE = "live"


class NotWritten(OSError):
    """A file of a preview cannot be written. The message says which and why."""


class Source(NamedTuple):
    """Tables, the rules of their leads, and what a test is mailed with, if there is something."""

    dynamodb: Any
    tables: Mapping[str, str]
    ruleset: Ruleset
    ses: Any = None
    sender: str = ""


_Recipient = Annotated[str, typer.Option(metavar="ID", help="their id in sales.yaml")]
_Data = Annotated[
    Data | None,
    typer.Option(
        "--from",
        help="sample: made-up leads, without AWS; local: the stack of `make up`; live: a deployed "
        "stack (default: live with --stage or --stack, else sample)",
    ),
]
_Stack = Annotated[str | None, typer.Option(help=f"name of the deployed stack (default: {_STACK})")]
_Stage = Annotated[
    str | None, typer.Option(help="section of samconfig.toml: its stack, region and profile")
]
_At = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="as in 2026-03-02T07:30, their local time (default: now)"),
]
_Folder = Annotated[Path, typer.Option("--config", help="folder of the YAML")]


@app.callback()
def digest() -> None:
    """The digest of one recipient."""


@app.command()
def preview(  # noqa: PLR0917 - options have names
    recipient: _Recipient,
    at: _At = None,
    data: _Data = None,
    stage: _Stage = None,
    stack: _Stack = None,
    folder: _Folder = Path("config"),
    out: Annotated[str, typer.Option(help="folder for the files")] = ".build/preview",
    open_it: Annotated[bool, typer.Option("--open", help="show it in the browser")] = False,
) -> None:
    """Write somebody's digest as a page and as text, as it would be mailed at a time.

    The configuration is that of this folder. Leads are shown as the tables have them now, with the
    points that they have at that time. Nothing is stored and nothing is mailed. From a deployed
    stack it needs the rights cloudformation:DescribeStacks and, on its tables and their index,
    dynamodb:Query and BatchGetItem.

    Exit status: 0, also if there is nothing to tell; 1 if something could not be read.
    """
    if not out.strip():
        raise typer.BadParameter("name a folder; . is the current one", param_hint="--out")
    with ended.told():
        made = _made(recipient, at=at, data=data, stage=stage, stack=stack, folder=folder)[0]
    if made.mail is None:
        say(f"Nobody is hot and nothing else is to be told: {cell(recipient)} gets no mail.")
    else:
        with ended.told():
            page = _write(made.mail, Path(out), recipient)
        say(f"{cell(made.mail.subject)}\n{page}")
        if open_it:
            webbrowser.open(page.resolve().as_uri())
    _end(made)


@app.command()
def send(  # noqa: PLR0917 - options have names
    recipient: _Recipient,
    test: Annotated[bool, typer.Option("--test", help="required: only tests are sent so")] = False,
    at: _At = None,
    data: _Data = None,
    stage: _Stage = None,
    stack: _Stack = None,
    folder: _Folder = Path("config"),
) -> None:
    """Mail somebody's digest as a test, to their own address in sales.yaml and to no other.

    The subject says TEST. What the recipient has been told is not changed: their next digest comes
    as it would have, and SES's reports of the test are not taken in. From a deployed stack it needs
    the rights of `preview` and ses:SendRawEmail. From `sample`, made-up leads are mailed
    by that stack.

    Exit status: 0 if it was mailed, 1 if not, 2 for a wrong call.
    """
    if not test:
        raise typer.BadParameter(
            "digests are sent by the stack alone; write --test to mail one as a test",
            param_hint="--test",
        )
    with ended.told():
        made, source = _made(
            recipient, at=at, data=data, stage=stage, stack=stack, folder=folder, mails=True
        )
        if made.mail is not None:
            _send(made.mail, made.recipient, source)
    if made.mail is None:
        say(f"Nobody is hot and nothing else is to be told: nothing to mail to {cell(recipient)}.")
    else:
        say(f"Mailed to {cell(made.recipient.email)}: {TEST_MARK}: {cell(made.mail.subject)}")
    _end(made)


def _made(
    recipient: str,
    *,
    at: str | None,
    data: Data | None,
    stage: str | None,
    stack: str | None,
    folder: Path,
    mails: bool = False,
) -> tuple[previews.Preview, Source]:
    """The digest, and where it came from. Whom a test is mailed by is asked for with `mails`."""
    is_live = stage is not None or stack is not None
    chosen = data or (Data.LIVE if is_live else Data.SAMPLE)
    said = {} if stage is None else rewards.of_stage(stage)
    name = stack or said.get("stack_name", _STACK)
    with previews.compiled(folder):
        zone = previews.recipient_of(team.from_checked(load_config("sales")), recipient).timezone
        instant = _instant(at, zone)
        poster = _poster(chosen, said, name) if mails else (None, "")
        if chosen is Data.SAMPLE:
            with sample_leads.tables(instant, recipient) as (dynamodb, tables, rules):
                source = Source(dynamodb, tables, rules, *poster)
                return _of(source, recipient, instant, all_theirs=True), source
        client = running.client if chosen is Data.LOCAL else lambda one: rewards.client(one, said)
        values = outputs.of_stack(client("cloudformation"), name, *_OUTPUTS)
        tables = dict(zip(previews.TABLES, values, strict=True))
        source = Source(client("dynamodb"), tables, deployed().live, *poster)
        return _of(source, recipient, instant), source


def _of(
    source: Source, recipient: str, at: datetime, *, all_theirs: bool = False
) -> previews.Preview:
    held, rules = previews.read_only(source.dynamodb), source.ruleset
    return previews.digest_of(held, source.tables, recipient, rules, at, all_theirs=all_theirs)


def _poster(chosen: Data, said: Mapping[str, str], stack: str) -> tuple[Any, str]:
    """What a test is mailed with, and from whom."""
    if chosen is Data.LOCAL:
        sender = outputs.parameter(running.client("cloudformation"), stack, "Sender")
        return running.client("sesv2"), sender
    sender = outputs.parameter(rewards.client("cloudformation", said), stack, "Sender")
    return rewards.client("sesv2", said), sender


def _instant(text: str | None, zone: str) -> datetime:
    """The instant of `--at`, in the recipient's zone if it names none."""
    if text is None:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or not 2000 <= at.year < 2100:
        raise typer.BadParameter(
            f"{cell(text)} is no time of this century; write one as in 2026-03-02T07:30",
            param_hint="--at",
        )
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _write(mail: Mail, out: Path, recipient: str) -> Path:
    """The files of a mail: the page, the text, and what is attached. Returns the page.

    :raises NotWritten: if one of them cannot be written.
    """
    page = out / f"{_NOT_IN_A_NAME.sub('_', recipient)}.html"
    try:
        out.mkdir(parents=True, exist_ok=True)
        page.write_text(mail.html, "utf-8")
        page.with_suffix(".txt").write_text(mail.text, "utf-8")
        for one in mail.attachments:
            (out / one.name).write_bytes(one.data)
    except OSError as error:
        where, why = cell(str(error.filename or out)), error.strerror
        raise NotWritten(f"{where} cannot be written: {why}; name another folder: --out") from error
    return page


def _send(mail: Mail, to: team.Recipient, source: Source) -> None:
    """Mail it, without the stack's configuration set: so no report of it comes to the stack."""
    data = mime.assemble(
        subject=f"{TEST_MARK}: {mail.subject}",
        text=mail.text,
        html=mail.html,
        sender=("Hotlist", source.sender),
        recipient=(to.name, to.email),
        reply_to=mail.reply_to,
        attachments=mail.attachments,
    )
    source.ses.send_email(
        FromEmailAddress=source.sender,
        Destination={"ToAddresses": [to.email]},
        Content={"Raw": {"Data": data}},
    )


def _end(made: previews.Preview) -> None:
    for note in made.notes:
        say(f"Note: {note}.")
    for trouble in made.troubles:
        typer.echo(f"could not be read or shown: {trouble}", err=True)
    if made.troubles:
        raise typer.Exit(1)
