"""Explains a score: one line for what each award, adjustment and bound gives or takes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from hotlist.events.times import from_ms
from hotlist.leads.lead import Reason
from hotlist.scoring.rules import Bounds
from hotlist.scoring.ruleset import ADJUSTED, Ruleset
from hotlist.scoring.timeline import Grant

REASONS: Final = 3
UNIT: Final = 100_000
"""Weighted points are whole numbers of hundred-thousandths."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """A line of the score. The `points` of all lines add up to the score's `exact`.

    `raw` are the points of the award, and `decayed` what is left of them at its age. `points` are
    `decayed` times the weight, without `lost`, which is what bounds took. `event_id` is None for a
    silence; `event_id` and `at` are None for a rule of the lead. A line `limit of …` has what a
    bound gives or takes beyond all other lines. That of the total's bound has no group.
    """

    rule: str
    group: str | None
    event_id: str | None
    at: datetime | None
    raw: Decimal
    decayed: Decimal
    lost: Decimal
    points: Decimal


@dataclass(slots=True)
class _Line:
    """A line in the making. `points` are thousandths until the weight multiplies them."""

    rule: str
    group: str | None
    grant: Grant | None
    weight: int
    decayed: int
    points: int


def contributions(
    ruleset: Ruleset, given: Iterable[tuple[str, Grant]], now: int
) -> tuple[Contribution, ...]:
    """The lines of the score. `given`: the awards and adjustments with their groups, in order."""
    names = [*(rule.rule_id for rule in ruleset.rules), ADJUSTED]
    lines = [
        _Line(
            rule=names[grant.place],
            group=group,
            grant=grant,
            weight=ruleset.weights[group],
            decayed=(worth := grant.worth(now)),
            points=worth,
        )
        for group, grant in given
    ]
    for rule in ruleset.rules:
        if rule.bounds != (None, None):
            _hold([line for line in lines if line.rule == rule.rule_id], rule.bounds)
    limits = []
    for name, group in ruleset.groups.items():
        left = _hold([line for line in lines if line.group == name], group.bounds)
        if left:
            limits.append(_Line(f"limit of {name}", name, None, group.weight, 0, left))
    lines += limits
    for line in lines:
        line.points *= line.weight
    left = _hold(lines, ruleset.total, 100)
    if left:
        lines.append(_Line("limit of the total", None, None, 100, 0, left))
    return tuple(map(_told, lines))


def reasons(ruleset: Ruleset, lines: Sequence[Contribution]) -> tuple[Reason, ...]:
    """The rules that give most points, at most `REASONS`. Equal ones stand in the file's order."""
    sums = {rule.rule_id: Decimal(0) for rule in ruleset.rules}
    for line in lines:
        if line.rule in sums:
            sums[line.rule] += line.points
    best = sorted(sums.items(), key=lambda pair: -pair[1])[:REASONS]
    return tuple(Reason(rule, points) for rule, points in best if points > 0)


def decimal(hundred_thousandths: int) -> Decimal:
    """Exact points."""
    return Decimal(hundred_thousandths) / UNIT


def _hold(lines: Sequence[_Line], bounds: Bounds, unit: int = 1) -> int:
    """Change the lines so that their sum is within bounds, the newest line first.

    The result is what no line can give or take.
    """
    total = sum(line.points for line in lines)
    missing = bounds.hold(total, unit) - total
    for line in reversed(lines):
        if missing == 0:
            break
        if missing < 0:
            change = max(missing, -max(0, line.points))
        else:
            change = min(missing, max(0, -line.points))
        line.points += change
        missing -= change
    return missing


def _told(line: _Line) -> Contribution:
    grant = line.grant
    return Contribution(
        rule=line.rule,
        group=line.group,
        event_id=grant.event_id or None if grant else None,
        at=None if grant is None or grant.at is None else from_ms(grant.at),
        raw=Decimal(grant.points) / 1000 if grant else Decimal(0),
        decayed=Decimal(line.decayed) / 1000,
        lost=decimal(line.decayed * line.weight - line.points),
        points=decimal(line.points),
    )
