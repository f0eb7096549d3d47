"""Check scoring.yaml before anything runs on it: every key, value and name, and the sense.

First `schema` reads the file and says what is no ruleset in it. Then `lint` judges what each
rule and group says, as far as it could be read, and `reach` what all of them come to.
"""

from dataclasses import dataclass
from typing import Any

from hotlist.findings import BadConfig, Finding
from hotlist.scoring.lint import lint
from hotlist.scoring.reach import check_reach
from hotlist.scoring.report import Report
from hotlist.scoring.schema import read_ruleset
from hotlist.yaml_source import parse_yaml


@dataclass(frozen=True, slots=True)
class Checked:
    """The ruleset as the file has it, None if it has errors; and all findings, by place."""

    source: dict[str, Any] | None
    findings: tuple[Finding, ...]


def check_scoring(text: str, file: str = "scoring.yaml") -> Checked:
    """Everything that is wrong or doubtful in a ruleset. Never raises."""
    try:
        source, positions = parse_yaml(text, file)
    except BadConfig as error:
        return Checked(None, error.findings)
    report = Report(positions)
    ruleset = read_ruleset(report, source)
    if isinstance(ruleset, dict):
        lint(report, ruleset)
        if not report.has_errors:
            check_reach(report, ruleset)
    return Checked(None if report.has_errors else source, report.findings)


def compile_scoring(text: str, file: str = "scoring.yaml") -> dict[str, Any]:
    """The checked ruleset. :raises BadConfig: with everything that is wrong in it."""
    checked = check_scoring(text, file)
    if checked.source is None:
        raise BadConfig(checked.findings)
    return checked.source
