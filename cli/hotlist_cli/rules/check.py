"""`hotlist rules check`: the same check as the build, with every finding at its place.

Of the one file that it is given: the build reads the `shadow` that a file names, too.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from hotlist.config.findings import Finding
from hotlist.scoring.check.scoring_file import Checked, check_scoring
from hotlist_cli.config import read_text
from hotlist_cli.rules.output import cell, say, to_json


def run(arguments: argparse.Namespace) -> int:
    """0: it can be used, 1: it cannot."""
    checked = read_rules(arguments.file)
    if arguments.json:
        names = ("code", "level", "line", "column", "path", "message")
        say(to_json([{name: getattr(one, name) for name in names} for one in checked.findings]))
    else:
        if checked.findings:
            say(listed(checked.findings))
        if checked.source is not None and not checked.has_errors:
            say(f"{_count(len(checked.source['rules']), 'rule')}, no errors")
    return 1 if checked.has_errors else 0


def read_rules(file: Path) -> Checked:
    """Check a file; one that cannot be read is a finding like others."""
    try:
        text = read_text(file)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = error.strerror if isinstance(error, OSError) else str(error)
        unreadable = Finding(1, 1, "", f"cannot be read: {reason}", "yaml", "error", str(file))
        return Checked(None, (unreadable,))
    return check_scoring(text, str(file))


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
