"""What `score` and `replay` work on: a ruleset, and histories of leads."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from hotlist.config.findings import BadConfig
from hotlist.config.forms_schema import compile_forms
from hotlist.scoring.ruleset import Ruleset, from_checked
from hotlist_cli.config import read_text
from hotlist_cli.rules.captured import Forms
from hotlist_cli.rules.check import listed, read_rules
from hotlist_cli.rules.history import BadHistory, History, read_histories


class BadInput(Exception):
    """Rules or events that cannot be used; the text has every reason, one on a line."""


class Inputs(NamedTuple):
    """Where the rules, the events and the forms are; `-` is stdin."""

    rules: str
    events: str
    forms: str | None = None


class Rules(NamedTuple):
    """A ruleset as it is checked, and the forms."""

    source: Mapping[str, Any]
    forms: Forms


def load(inputs: Inputs) -> tuple[Ruleset, list[History]]:
    """The ruleset and the histories that are there. :raises BadInput: with all reasons."""
    given = load_rules(inputs)
    try:
        histories = read_histories(inputs.events, given.forms)
    except BadHistory as error:
        raise BadInput(str(error)) from error
    return from_checked(given.source), histories


def load_rules(inputs: Inputs) -> Rules:
    """The rules and the forms that are there. :raises BadInput: with all reasons.

    Rules that contradict themselves can be tried, but not without a word.
    """
    checked = read_rules(Path(inputs.rules), inputs.forms)
    if checked.source is None:
        raise BadInput(listed(checked.findings))
    forms = _forms(inputs)
    if checked.findings:
        print(listed(checked.findings), file=sys.stderr)
    return Rules(checked.source, forms)


def _forms(inputs: Inputs) -> Forms:
    """The forms of the file that is named, or of forms.yaml beside the rules if that is there."""
    file = Path(inputs.forms or Path(inputs.rules).with_name("forms.yaml"))
    if inputs.forms is None and not file.exists():
        return {}
    try:
        return compile_forms(read_text(file), str(file))
    except BadConfig as error:
        raise BadInput(listed(error.findings)) from error
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise BadInput(f"{file}: cannot be read: {reason}") from error
