"""Rulesets for tests of their check, and what it finds in them."""

from typing import Final

from hotlist.scoring.check import check_scoring

HEAD: Final = "temperature: {warm: 20, hot: 40}\n"
BASE: Final = "rules:\n  - {id: base, event: page_viewed, points: 5}\n"
"""A rule that gives any number of points to the group engagement."""

FIT: Final = "  - {id: fit, lead: {role: [owner]}, points: 30}\n"


def found(text: str) -> list[str]:
    """Each finding as `code path`, warnings with `(warning)` before."""
    findings = check_scoring(text).findings
    return [
        f"{'(warning) ' if one.level == 'warning' else ''}{one.code} {one.path}".rstrip()
        for one in findings
    ]


def with_rule(keywords: str, head: str = HEAD) -> str:
    """A ruleset with one more rule, `rules[1]`."""
    return f"{head}{BASE}  - {{id: one, {keywords}}}\n"


def top(keywords: str, head: str = HEAD) -> str:
    """A ruleset with one more line at the top level."""
    return f"{head}{keywords}\n{BASE}"


def event_rule(keywords: str, head: str = HEAD) -> str:
    """As `with_rule`, with an event and 10 points."""
    return with_rule(f"event: email_clicked, points: 10, {keywords}", head)


def bands(*bands: str, keywords: str = "event: email_clicked") -> str:
    return with_rule(f"{keywords}, first_of: [{', '.join(bands)}]")


def where(pattern: str) -> str:
    """A band on the fields of the event."""
    return f"{{where: {{{pattern}}}, points: 1}}"


def seats(*operands: object) -> str:
    """A band on the seats that a company has, by comparisons: `seats(">=", 20)`."""
    written = ", ".join(f'"{one}"' if isinstance(one, str) else str(one) for one in operands)
    return where(f"seats: [{{numeric: [{written}]}}]")
