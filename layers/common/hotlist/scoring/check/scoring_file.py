"""Runs all checks over a scoring.yaml, and compiles the file if nothing is wrong in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hotlist.config.findings import BadConfig, Finding
from hotlist.config.yaml import parse_yaml
from hotlist.scoring.check.lint import lint
from hotlist.scoring.check.occurring import check_words
from hotlist.scoring.check.reach import check_reach
from hotlist.scoring.check.report import Report
from hotlist.scoring.check.schema import read_ruleset
from hotlist.scoring.check.unread import check_unread

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


def check_scoring(
    text: str, file: str = "scoring.yaml", forms: Mapping[str, Any] | None = None
) -> Checked:
    """Everything that is wrong or doubtful in a ruleset. Never raises.

    `forms` are the checked ones: of their fields those for messages are read by no rule.
    """
    try:
        source, positions = parse_yaml(text, file)
    except BadConfig as error:
        return Checked(None, error.findings)
    report = Report(positions)
    ruleset = read_ruleset(report, source)
    if isinstance(ruleset, dict):
        lint(report, ruleset)
        check_words(report, ruleset)
        check_unread(report, ruleset, forms)
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
