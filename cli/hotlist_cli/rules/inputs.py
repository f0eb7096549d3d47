"""What `score` and `replay` work on: a ruleset, and histories of leads."""

import sys
from pathlib import Path
from typing import NamedTuple

from hotlist.scoring.ruleset import Ruleset, from_checked
from hotlist_cli.rules.check import listed, read_rules
from hotlist_cli.rules.history import BadHistory, History, read_histories


class BadInput(Exception):
    """Rules or events that cannot be used; the text has every reason, one on a line."""


class Inputs(NamedTuple):
    """Where the rules and the events are; `-` is stdin."""

    rules: Path
    events: str


def load(inputs: Inputs) -> tuple[Ruleset, list[History]]:
    """The ruleset and the histories that are there. :raises BadInput: with all reasons.

    Rules that contradict themselves can be tried, but not without a word.
    """
    checked = read_rules(inputs.rules)
    if checked.source is None:
        raise BadInput(listed(checked.findings))
    if checked.findings:
        print(listed(checked.findings), file=sys.stderr)
    try:
        histories = read_histories(inputs.events)
    except BadHistory as error:
        raise BadInput(str(error)) from error
    return from_checked(checked.source), histories
