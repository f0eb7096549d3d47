"""`hotlist rules check`: the same check as the build, with every finding at its place."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from hotlist.findings import MAX_BYTES, Finding
from hotlist.scoring.check import Checked, check_scoring
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
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            return _unreadable(file, f"the file is larger than {MAX_BYTES:,} bytes")
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return _unreadable(file, f"cannot be read: {reason}")
    # What is no UTF-8 is a finding of the check, at its line.
    return check_scoring(content.decode("utf-8-sig", "surrogateescape"), str(file))


def _unreadable(file: Path, message: str) -> Checked:
    return Checked(None, (Finding(1, 1, "", message, "yaml", "error", str(file)),))


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
