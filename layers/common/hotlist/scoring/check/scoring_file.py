"""Check scoring.yaml before anything runs on it: every key, value and name, and the sense.

First `schema` reads the file and says what is no ruleset in it. Then `lint` judges what each
rule and group says, as far as it could be read, `occurring` whether the words that it asks for
ever occur, and `reach` what all of them come to.
"""

from dataclasses import dataclass
from typing import Any, Final

from hotlist.config.findings import BadConfig, Finding
from hotlist.config.yaml import parse_yaml
from hotlist.scoring.check.lint import lint
from hotlist.scoring.check.occurring import check_words
from hotlist.scoring.check.reach import check_reach
from hotlist.scoring.check.report import Report
from hotlist.scoring.check.schema import read_ruleset

CONTRADICTIONS: Final = frozenset({"never-fires", "bands", "order", "unreachable", "rearm"})
"""Errors of a ruleset that has a meaning all the same: it can be tried, but not deployed."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The ruleset as the file has it, None if it cannot be scored by; all findings, by place."""

    source: dict[str, Any] | None
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        """Whether it may not be deployed."""
        return any(one.level == "error" for one in self.findings)


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
        check_words(report, ruleset)
        if not report.has_errors:
            check_reach(report, ruleset)
    errors = {one.code for one in report.findings if one.level == "error"}
    return Checked(source if errors <= CONTRADICTIONS else None, report.findings)


def compile_scoring(text: str, file: str = "scoring.yaml") -> dict[str, Any]:
    """The checked ruleset. :raises BadConfig: with everything that is wrong in it."""
    checked = check_scoring(text, file)
    if checked.source is None or checked.has_errors:
        raise BadConfig(checked.findings)
    return checked.source
