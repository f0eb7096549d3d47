"""`hotlist rules`: check a ruleset, score leads with it, replay what it would have done."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from hotlist_cli.rules import check, fields, replay, score
from hotlist_cli.rules.inputs import BadInput

_EVENTS: Final = """\
EVENTS has one JSON object on each line, in any order. An event:
  {"lead": "ada", "event_id": "1", "type": "page_viewed",
   "occurred_at": "2026-03-28T12:00:00+01:00", "properties": {"page_path": "/pricing"}}
with `flags` (a list of bot, spam, internal) and `expires_at` as needed. What is known of a
lead beside its events, which wins over what forms say:
  {"lead": "ada", "facts": {"role": "director", "company_size": 120}}
Properties may be written as a page sends them or as they are stored: they are read as when live.
Events with one id in one lead are one event, and must be identical.
"""
_CHECK: Final = """\
example:
  hotlist rules check config/scoring.yaml
  config/scoring.yaml:14:5: error: rules[0].titel: there is no keyword 'titel' here; did you
  mean 'title'? [unknown-key]

--json prints a list of {code, level, line, column, path, message}.
Exit status: 0 without errors (there may be warnings), 1 with errors.
"""
_SCORE: Final = f"""\
example:
  hotlist rules score --rules config/scoring.yaml --events events.jsonl \\
    --now 2026-04-01T00:00:00Z --explain

{_EVENTS}
--json prints one object for each lead on a line: lead, total, exact, groups, temperature,
grade, stage, segment, override, suspended, next_change_at, contributions.
Exit status: 0, or 1 if the rules or the events cannot be used (every reason on stderr).
"""
_REPLAY: Final = f"""\
example:
  hotlist rules replay --rules config/scoring.yaml --events events.jsonl --json
  {{"lead": "ada", "at": "2026-03-28T11:00:00.000Z", "temperature": "hot", "total": 65,
   "alert": true}}

Each lead starts cold. It is looked at when an event happens and when its temperature changes
by itself; shown are changes of temperature and alerts.

{_EVENTS}
Exit status: 0, or 1 if the rules or the events cannot be used (every reason on stderr).
"""


def add_parser(subparsers: Any) -> None:
    """Add the command `rules` and what it can do."""
    about = "check, score and replay a ruleset on this machine"
    rules = subparsers.add_parser("rules", help=about, description=f"{about}: nothing is deployed")
    commands = rules.add_subparsers(metavar="COMMAND", required=True)

    parser = _command(commands, "check", check.run, "what is wrong in a ruleset, and where", _CHECK)
    parser.add_argument("file", metavar="FILE", type=Path, help="the ruleset, a YAML file")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    parser = _command(commands, "score", score.run, "score leads from a file of events", _SCORE)
    _add_inputs(parser)
    parser.add_argument(
        "--now", metavar="T", type=_instant, help="score as of this instant (default: now)"
    )
    parser.add_argument("--explain", action="store_true", help="show where the points come from")

    about = "temperatures and alerts, as the live system would have seen them"
    parser = _command(commands, "replay", replay.run, about, _REPLAY)
    _add_inputs(parser)
    parser.add_argument(
        "--until",
        metavar="T",
        type=_instant,
        help="the last instant looked at; later events are left out (default: the last event's)",
    )


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], about: str, more: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=about,
        description=f"{about[0].upper()}{about[1:]}.",
        epilog=more,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=lambda arguments: _run(run, arguments))
    return parser


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rules", metavar="FILE", type=Path, required=True, help="the ruleset, a YAML file"
    )
    parser.add_argument(
        "--events", metavar="EVENTS", required=True, help="a file of JSON lines; - reads stdin"
    )
    parser.add_argument(
        "--forms",
        metavar="FILE",
        type=Path,
        help="the forms, a YAML file (default: forms.yaml beside the rules, if it is there)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON lines, with every digit")


def _instant(text: str) -> Any:
    try:
        return fields.instant(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _run(run: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    try:
        status = run(arguments)
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
