"""`hotlist rules score`: the score of each lead at an instant, and where it comes from."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from hotlist.scoring import engine
from hotlist.scoring.engine import Score
from hotlist.scoring.ruleset import Ruleset
from hotlist_cli.rules.facts import Known, known_at
from hotlist_cli.rules.history import History
from hotlist_cli.rules.inputs import Inputs, load
from hotlist_cli.rules.output import cell, decimals, say, table, to_json

LANGUAGE = "en"


def run(inputs: Inputs, now: datetime | None, *, explain: bool, as_json: bool) -> int:
    """Score all leads and print them."""
    ruleset, histories = load(inputs)
    now = now or datetime.now(UTC)
    scores = [(history.lead, _score(ruleset, history, now)) for history in histories]
    if as_json:
        for lead, score in scores:
            say(to_json(_object(lead, score)))
    elif not scores:
        say("no leads")
    else:
        say(_overview(ruleset, scores))
        if explain:
            for lead, score in scores:
                say(f"\n{_explanation(ruleset, lead, score)}")
    return 0


def _score(ruleset: Ruleset, history: History, now: datetime) -> Score:
    """The score at `now`. Its next change may also be one of what is known.

    So what happens to facts and flags later is looked at, one instant after the other.
    """
    known = known_at(history.events, history.facts, now)
    first = score = engine.score(ruleset, known.facts, known.events, now)
    while (at := _first(history, known, now)) is not None:
        if score.next_change_at is not None and score.next_change_at <= at:
            break
        before, known = known, known_at(history.events, history.facts, at)
        if (known.facts, known.events) != (before.facts, before.events):
            score = engine.score(ruleset, known.facts, known.events, at)
            if score.temperature is not first.temperature:
                return replace(first, next_change_at=at)
        now = at
    return replace(first, next_change_at=score.next_change_at)


def _first(history: History, known: Known, after: datetime) -> datetime | None:
    """When something happens next, or is known no longer."""
    instants = (known.until, *(event.occurred_at for event in history.events))
    return min((at for at in instants if at is not None and at > after), default=None)


def _object(lead: str, score: Score) -> dict[str, object]:
    """A score as JSON has it; the keys are in the order that docs/scoring.md gives."""
    return {
        "lead": lead,
        "total": score.total,
        "exact": score.exact,
        "groups": score.groups,
        "temperature": score.temperature,
        "grade": score.grade,
        "stage": score.stage,
        "segment": score.segment,
        "override": score.override,
        "suspended": score.suspended,
        "next_change_at": score.next_change_at,
        "contributions": [
            {
                "rule": line.rule,
                "group": line.group,
                "event_id": line.event_id,
                "at": line.at,
                "raw": line.raw,
                "decayed": line.decayed,
                "lost": line.lost,
                "points": line.points,
            }
            for line in score.contributions
        ],
    }


def _overview(ruleset: Ruleset, scores: Sequence[tuple[str, Score]]) -> str:
    groups = list(ruleset.groups)
    has_grades = any(score.grade is not None for _, score in scores)
    has_segments = any(score.segment is not None for _, score in scores)
    header = ["lead", "total", *groups, "temperature", "stage"]
    header += ["grade"] * has_grades + ["segment"] * has_segments + ["next change"]
    rows = []
    for lead, score in scores:
        row = [lead, score.total, *(score.groups[name] for name in groups)]
        row += [_temperature(score), score.stage]
        row += [score.grade] * has_grades + [score.segment] * has_segments
        rows.append([cell(value) for value in [*row, score.next_change_at]])
    return table(header, rows, numbers={"total", *groups})


def _temperature(score: Score) -> str:
    return f"{score.temperature} ({score.override})" if score.override else str(score.temperature)


def _explanation(ruleset: Ruleset, lead: str, score: Score) -> str:
    """The lines of a score as a table; their points sum to what stands below them."""
    heading = f"{cell(lead)}: {score.total}, {_temperature(score)}, {score.stage}"
    lines = score.contributions
    if not lines:
        return f"{heading}\n  nothing counts"
    columns = [
        [_rule(ruleset, line.rule) for line in lines],
        [cell(line.group) for line in lines],
        [cell(line.at) for line in lines],
        [cell(line.event_id) for line in lines],
        decimals(line.raw for line in lines),
        decimals(line.decayed for line in lines),
        decimals(line.lost for line in lines),
    ]
    *points, total = decimals([*(line.points for line in lines), score.exact])
    numbers = ["raw", "decayed", "lost", "points"]
    rows = [list(row) for row in zip(*columns, points, strict=True)]
    rows.append(["sum", *[""] * (len(columns) - 1), total])
    drawn = table(["rule", "group", "when", "event", *numbers], rows, numbers={*numbers})
    return heading + "".join(f"\n  {line}" for line in drawn.splitlines())


def _rule(ruleset: Ruleset, rule_id: str) -> str:
    title = ruleset.title(rule_id, LANGUAGE)
    return cell(title) if title == rule_id else f"{cell(title)} ({rule_id})"
