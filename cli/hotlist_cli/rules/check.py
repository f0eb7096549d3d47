"""`hotlist rules check`: the same check as the build, with every finding at its place.

Of the one file that it is given, with the forms.yaml beside it: the build reads the `shadow` that a
file names, too.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hotlist.config.findings import Finding
from hotlist.config.forms_schema import compile_forms
from hotlist.scoring.check.scoring_file import Checked, check_scoring
from hotlist_cli.config import read_text
from hotlist_cli.rules.output import cell, say, to_json


def run(file: Path, *, as_json: bool) -> int:
    """0: it can be used, 1: it cannot."""
    checked = read_rules(file)
    if as_json:
        names = ("code", "level", "line", "column", "path", "message")
        say(to_json([{name: getattr(one, name) for name in names} for one in checked.findings]))
    else:
        if checked.findings:
            say(listed(checked.findings))
        if checked.source is not None and not checked.has_errors:
            say(f"{_count(len(checked.source['rules']), 'rule')}, no errors")
    return 1 if checked.has_errors else 0


def read_rules(file: Path, forms: str | None = None) -> Checked:
    """Check a file; one that cannot be read is a finding like others.

    `forms` names the file of the forms. Without it forms.yaml beside the rules is read.
    """
    try:
        text = read_text(file)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = error.strerror if isinstance(error, OSError) else str(error)
        unreadable = Finding(1, 1, "", f"cannot be read: {reason}", "yaml", "error", str(file))
        return Checked(None, (unreadable,))
    return check_scoring(text, str(file), _forms(Path(forms or file.with_name("forms.yaml"))))


def _forms(file: Path) -> dict[str, Any] | None:
    """The checked forms; None if there are none, or they are wrong: the build says so."""
    try:
        return compile_forms(read_text(file), str(file))
    except (OSError, ValueError):  # ValueError: BadConfig, or a name that no file can have
        return None


def listed(findings: Sequence[Finding]) -> str:
    """Findings as text, one on a line."""
    lines = []
    for one in findings:
        place = f"{cell(one.path)}: " if one.path else ""
        message = " ".join(one.message.split())
        where = f"{one.file}:{one.line}:{one.column}"
        lines.append(f"{where}: {one.level}: {place}{message} [{one.code}]")
    return "\n".join(lines)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
