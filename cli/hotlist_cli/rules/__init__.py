"""`hotlist rules`: check a ruleset, score leads with it, replay what it would have done."""

import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape

from hotlist_cli.rules import check, fields, replays, score
from hotlist_cli.rules.inputs import BadInput, Inputs
from hotlist_cli.rules.workers import MAX_PROCESSES

_EVENTS: Final = """\
EVENTS has one JSON object on each line, in any order. An event:
  {"lead": "ada", "event_id": "1", "type": "page_viewed",
   "occurred_at": "2026-03-28T12:00:00+01:00",
   "properties": {"page_path": "/pricing"}}
with `flags` (a list of bot, spam, internal) and `expires_at` as needed.
What is known of a lead beside its events, which wins over what forms say:
  {"lead": "ada", "facts": {"role": "director", "company_size": 120}}
Properties may be written as a page sends them or as they are stored: they
are read as when live.
Events with one id in one lead are one event, and must be identical.
"""
_CHECK: Final = """\
example:
  hotlist rules check config/scoring.yaml
  config/scoring.yaml:14:5: error: rules[0].titel: there is no keyword
  'titel' here; did you mean 'title'? [unknown-key]

Of the forms.yaml beside it, if it is there, it reads which fields are
messages: no rule reads them.

--json prints a list of {code, level, line, column, path, message}.
Exit status: 0 without errors (there may be warnings), 1 with errors.
"""
_SCORE: Final = f"""\
example:
  hotlist rules score --rules config/scoring.yaml --events events.jsonl \\
    --now 2026-04-01T00:00:00Z --explain

{_EVENTS}
--json prints one object for each lead on a line: lead, total, exact,
groups, temperature, grade, stage, segment, override, suspended,
next_change_at, contributions.
Exit status: 0, or 1 if the rules or the events cannot be used (every reason
on stderr).
"""
_REPLAY: Final = f"""\
example:
  hotlist rules replay --rules config/scoring.yaml --events events.jsonl
prints with --json, on one line:
  {{"lead": "ada", "at": "2026-03-28T11:00:00.000Z",
   "temperature": "hot", "total": 65, "alert": true}}

Each lead starts cold. It is looked at when an event happens and when its
temperature changes by itself; shown are changes of temperature and alerts.

The file may be larger than the memory: each process has one lead at a time.
Its lines are first sorted by lead into temporary files, which need as much
room as the file. TMPDIR says where they are. What is printed is the same for
any number of processes.

{_EVENTS}
Exit status: 0, or 1 if the rules or the events cannot be used (every reason
on stderr).
"""


app = typer.Typer(
    help="Check, score and replay a ruleset on this machine: nothing is deployed.",
    rich_markup_mode="rich",
)


def _instant(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return fields.instant(text)
    except ValueError as error:
        print(f"{option}: {error}", file=sys.stderr)
        raise typer.Exit(2) from error


def _about(summary: str, more: str) -> str:
    """The help of a command: what it is for, and an example that keeps its lines."""
    blocks = more.strip().split("\n\n")
    return "\n\n".join([summary, *(f"\b\n{escape(block)}" for block in blocks)])


Rules = Annotated[str, typer.Option("--rules", metavar="FILE", help="the ruleset, a YAML file")]
Events = Annotated[
    str, typer.Option("--events", metavar="EVENTS", help="a file of JSON lines; - reads stdin")
]
FormsFile = Annotated[
    str | None,
    typer.Option(
        "--forms",
        metavar="FILE",
        help="the forms, a YAML file (default: forms.yaml beside the rules, if it is there)",
    ),
]
Lines = Annotated[bool, typer.Option("--json", help="print JSON lines, with every digit")]


@app.command("check", help=_about("What is wrong in a ruleset, and where.", _CHECK))
def check_file(
    file: Annotated[str, typer.Argument(metavar="FILE", help="the ruleset, a YAML file")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="print the findings as JSON")] = False,
) -> None:
    _run(lambda: check.run(Path(file), as_json=as_json))


@app.command("score", help=_about("Score leads from a file of events.", _SCORE))
def score_leads(
    rules: Rules,
    events: Events,
    *,
    forms: FormsFile = None,
    as_json: Lines = False,
    now: Annotated[
        str | None, typer.Option(metavar="T", help="score as of this instant (default: now)")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="show where the points come from")
    ] = False,
) -> None:
    inputs = Inputs(rules, events, forms)
    at = _instant("--now", now)
    _run(lambda: score.run(inputs, at, explain=explain, as_json=as_json))


@app.command(
    "replay",
    help=_about("Temperatures and alerts, as the live system would have seen them.", _REPLAY),
)
def replay_leads(
    rules: Rules,
    events: Events,
    *,
    forms: FormsFile = None,
    as_json: Lines = False,
    until: Annotated[
        str | None,
        typer.Option(metavar="T", help="the last instant looked at (default: the last event's)"),
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=MAX_PROCESSES,
            help="how many processes share the leads (default: one for each processor)",
        ),
    ] = None,
) -> None:
    inputs, at = (
        Inputs(rules, events, forms),
        _instant("--until", until),
    )
    _run(lambda: replays.run(inputs, at, as_json=as_json, processes=processes))


def _run(run: Callable[[], int]) -> None:
    """End the command with the status of its work, or with that of what kept it from working."""
    raise typer.Exit(_status(run))


def _status(run: Callable[[], int]) -> int:
    try:
        status = run()
        sys.stdout.flush()
    except BadInput as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:  # `… | head` has read enough; nothing more can be written
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return status
