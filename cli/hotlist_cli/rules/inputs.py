"""What `score` and `replay` work on: a ruleset, and histories of leads."""

import argparse
import sys
from pathlib import Path

from hotlist.config.findings import BadConfig
from hotlist.config.forms_schema import compile_forms
from hotlist.scoring.ruleset import Ruleset, from_checked
from hotlist_cli.config import read_text
from hotlist_cli.rules.captured import Forms
from hotlist_cli.rules.check import listed, read_rules
from hotlist_cli.rules.history import BadHistory, History, read_histories


class BadInput(Exception):
    """Rules or events that cannot be used; the text has every reason, one on a line."""


def load(arguments: argparse.Namespace) -> tuple[Ruleset, list[History]]:
    """The ruleset and the histories that the arguments name. :raises BadInput: with all reasons.

    Rules that contradict themselves can be tried, but not without a word.
    """
    checked = read_rules(arguments.rules)
    if checked.source is None:
        raise BadInput(listed(checked.findings))
    forms = _forms(arguments)
    if checked.findings:
        print(listed(checked.findings), file=sys.stderr)
    try:
        histories = read_histories(arguments.events, forms)
    except BadHistory as error:
        raise BadInput(str(error)) from error
    return from_checked(checked.source), histories


def _forms(arguments: argparse.Namespace) -> Forms:
    """The forms of the file that is named, or of forms.yaml beside the rules if that is there."""
    file: Path = arguments.forms or arguments.rules.with_name("forms.yaml")
    if arguments.forms is None and not file.exists():
        return {}
    try:
        return compile_forms(read_text(file), str(file))
    except BadConfig as error:
        raise BadInput(listed(error.findings)) from error
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise BadInput(f"{file}: cannot be read: {reason}") from error
