"""Examples of the rules language as Markdown has them: histories in a cell, what they come to.

A history reads like this, days counted from `DAY0`:

    `{role: owner}`; day 0: `page_viewed {page_path: /pricing}` × 2; days 3, 5: `email_clicked`

First what is known of the lead, then what happens; `(bot)` after an event is its flag, and
`nothing` is no event at all.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from hotlist.config.findings import BadConfig
from hotlist.config.yaml import parse_yaml
from hotlist.events.event import Event
from hotlist.scoring import engine
from hotlist.scoring.engine import Score
from hotlist.scoring.ruleset import Ruleset

DAY0: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""A Monday."""

_SPAN: Final = r"`([^`]+)`(?: × (\d+))?(?: \((\w+)\))?"
_PART: Final = re.compile(rf"(?:(?:days? )?([^`]+): )?({_SPAN}(?:, {_SPAN})*)\Z")


class History(NamedTuple):
    """What is known of a lead, what happened, and the last instant of that."""

    facts: dict[str, Any]
    events: tuple[Event, ...]

    @property
    def last(self) -> datetime:
        return max((event.occurred_at for event in self.events), default=DAY0)


class Table(NamedTuple):
    """A table of Markdown, at a line of its file, and the heading above it."""

    line: int
    heading: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def records(self) -> list[dict[str, str]]:
        """The rows, by column."""
        return [dict(zip(self.header, row, strict=True)) for row in self.rows]


class Fence(NamedTuple):
    """A fenced block, the tables below it, and the heading above it."""

    line: int
    heading: str
    language: str
    text: str
    tables: list[Table]


class Page(NamedTuple):
    """A page of Markdown; `tables` are those that belong to no fenced block."""

    fences: list[Fence]
    tables: list[Table]


def read_page(text: str) -> Page:
    """A table belongs to the last fenced block before it, if no heading stands between them."""
    page = Page([], [])
    lines = text.split("\n")
    heading, tables, at = "", page.tables, 0
    while at < len(lines):
        line, start = lines[at], at
        at += 1
        if line.startswith("```"):
            while lines[at] != "```":
                at += 1
            content = "\n".join(lines[start + 1 : at]) + "\n"
            tables = []
            page.fences.append(Fence(start + 2, heading, line[3:], content, tables))
            at += 1
        elif line.startswith("#"):
            heading, tables = line.lstrip("# "), page.tables
        elif line.startswith("|"):
            while lines[at].startswith("|"):
                at += 1
            header, _, *rows = map(_cells, lines[start:at])
            tables.append(Table(start + 1, heading, header, tuple(rows)))
    return page


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip("|").split("|"))


def code(cell: str) -> list[str]:
    """The texts in a cell that are set as code."""
    return re.findall(r"`([^`]+)`", cell)


def value(text: str) -> Any:
    """A value of YAML as JSON has it."""
    return json.loads(json.dumps(parse_yaml(text, "example")[0], default=float))


def instant(text: str) -> datetime:
    """`3`, `day 3`, `3 14:00` (UTC) or an instant with an offset."""
    found = re.fullmatch(r"(?:day )?(\d+)(?: (\d\d):(\d\d))?", text.strip())
    if found is None:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    at = DAY0 + timedelta(days=int(found[1]))
    return at if found[2] is None else at.replace(hour=int(found[2]), minute=int(found[3]))


def read_history(cell: str) -> History:
    """The history that a cell tells."""
    facts: dict[str, Any] = {}
    events: list[Event] = []
    times = [DAY0]
    for part in [] if cell == "nothing" else cell.split("; "):
        found = _PART.match(part)
        assert found, f"no history: {part!r} in {cell!r}"
        if found[1]:
            times = [instant(one) for one in re.split(r", | and ", found[1])]
        for what, count, flag in re.findall(_SPAN, found[2]):
            if what.startswith("{"):
                facts |= value(what)
                continue
            for at in times * int(count or 1):
                events.append(_event(f"{len(events):04}", what, at, flag))
    return History(facts, tuple(events))


def _event(event_id: str, what: str, at: datetime, flag: str) -> Event:
    event_type, _, properties = what.partition(" ")
    return Event(
        event_id=event_id,
        type=event_type,
        occurred_at=at,
        properties=value(properties) if properties else {},
        flags=frozenset([flag] if flag else []),
    )


def scored(rules: Ruleset, record: dict[str, str]) -> tuple[Score, dict[str, str]]:
    """The score of a history on its `day`, and the other cells of its row as they should be."""
    cells = dict(record)
    history = read_history(cells.pop("what happens"))
    day = cells.pop("day", None)
    score = engine.score(
        rules, history.facts, history.events, instant(day) if day else history.last
    )
    found: dict[str, object] = {**score.groups, "points": score.total}
    found |= {"exactly": score.exact.normalize(), "until": _until(score.next_change_at)}
    for name in ("temperature", "grade", "stage", "segment", "override"):
        found[name] = getattr(score, name) or "none"
    return score, {**record, **{name: str(found[name]) for name in cells}}


def _until(at: datetime | None) -> str:
    if at is None:
        return "for ever"
    days, rest = divmod(at - DAY0, timedelta(days=1))
    return f"day {days}" if not rest else f"day {days} {at:%H:%M}"


_TEMPERATURE: Final = "temperature: {warm: 20, hot: 40}"
_RULE: Final = "{id: the-rest, event: custom:the_rest, points: 1, group: GROUP}"
"""Gives points without end, so that anything can be reached, and never happens in the examples."""


def framed(text: str) -> str:
    """A piece of a ruleset, rules alone or keywords of the top level, as a whole one."""
    if text.startswith("- "):
        text = f"rules:\n{text}"
    lacks_rules = re.search(r"^rules:", text, re.MULTILINE) is None
    lacks_temperature = re.search(r"^temperature:", text, re.MULTILINE) is None
    if not lacks_rules and not lacks_temperature:
        return text
    rule = _RULE.replace("GROUP", _group(text))
    if lacks_rules:
        text = f"{text}\nrules:\n- {rule}\n"
    else:
        text = re.sub(r"^rules:\n( *)- ", rf"rules:\n\1- {rule}\n\1- ", text, flags=re.MULTILINE)
    return f"{_TEMPERATURE}\n{text}" if lacks_temperature else text


def _group(text: str) -> str:
    """A group that a rule of the frame may be in."""
    try:
        groups = parse_yaml(text, "example")[0].get("groups")
    except (BadConfig, AttributeError):
        groups = None
    return next(iter(groups)) if isinstance(groups, dict) and groups else "fit"
