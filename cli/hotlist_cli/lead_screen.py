"""Draws the card of a lead in a terminal, with the words of its page."""

import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hotlist.cards.card import LeadCard
from hotlist.cards.card_in_words import CardInWords, LineInWords, Reach
from hotlist.cards.card_words import in_words
from hotlist.cards.curve import Curve
from hotlist.cards.history_words import Told, joined
from hotlist.sales.team import Recipient
from hotlist_cli.rules.output import harmless

_BARS: Final = "▁▂▃▄▅▆▇█"
_WIDEST: Final = 100
_COLUMNS: Final = 60
"""How many instants the curve shows at most."""

_COLOURS: Final = {"hot": "bold red", "warm": "yellow", "cold": "cyan"}


def drawn(card: LeadCard, reader: Recipient, now: datetime) -> str:
    """The card, in colours if they can be seen."""
    said = in_words(card, reader, now)
    width = min(_WIDEST, shutil.get_terminal_size((80, 24)).columns)
    console = Console(highlight=False, width=width, emoji=False, markup=False)
    with console.capture() as got:
        for part in _parts(card, said, min(_COLUMNS, width - 4)):
            console.print(part)
    encoding = sys.stdout.encoding or "utf-8"
    text = "\n".join(line.rstrip() for line in got.get().splitlines())
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _parts(card: LeadCard, said: CardInWords, columns: int) -> Iterable[RenderableType]:
    words = said.words
    yield _head(said)
    for notice in said.notices:
        yield _text(notice, "bold yellow")
    if said.is_live:
        yield _section(words["reach"], _reach(said.reach, words["no_contact"]))
        why: list[RenderableType] = [_text(said.override)] if said.override else []
        why += [_line(one) for one in said.reasons]
        yield _section(words["why"], [*why, _pairs(said.facts)])
        answers: list[RenderableType] = [_text(said.snoozed, "bold")] if said.snoozed else []
        answers += [_told(one) for one in said.answers]
        yield _section(words["answers"], answers or [_text(words["no_answers"], "dim")])
        yield _section(words["ahead"], [_text(one) for one in said.ahead])
        if card.curve is not None and said.curve is not None:
            bars, legend = _bars(card.curve, columns), _text(said.curve.says, "dim")
            yield _section(said.curve.title, [bars, legend])
        yield _section(words["points"], [_points(said)])
        history = [_told(one) for one in said.history]
        older = [_text(said.older, "dim")] if said.older else []
        yield _section(words["history"], [*history, *older])
        consents = [_pairs(said.consents)] if said.consents else [_text(words["no_consents"])]
        yield _section(words["consents"], consents)
        for heading, rows in said.touches:
            yield _section(f"{words['touches']}: {heading}", [_pairs(rows)])
        owner = f"{said.owner} {said.owner_rule}".strip() or words["no_owner"]
        yield _section(words["owner"], [_text(owner)])
    yield _text(f"\n{said.as_of}", "dim")
    yield _text(card.lead.lead_id, "dim")


def _head(said: CardInWords) -> Text:
    head = _text(said.reach.name, "bold")
    if said.points:
        head.append("  ")
        score = f"{said.points} {said.unit}, {said.temperature}"
        head.append_text(_text(score, _COLOURS.get(said.heat, "")))
    if said.reach.company:
        head.append_text(_text(f"\n{said.reach.company}"))
    return head


def _reach(reach: Reach, nothing: str) -> list[RenderableType]:
    ways = []
    if reach.phone:
        whole = f" ({reach.number})" if reach.number != reach.phone else ""
        ways.append(_text(f"{reach.phone}{whole}"))
    if reach.email:
        bounced = f" ({reach.bounced})" if reach.bounced else ""
        ways.append(_text(f"{reach.email}{bounced}"))
    allowed = [_text(reach.allowed, "bold yellow" if reach.is_warning else "")]
    return [*(allowed if reach.allowed else []), *(ways or [_text(nothing)])]


def _points(said: CardInWords) -> Table:
    """The lines under the rule that they are of, and their sum."""
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True)
    for one in said.lines:
        is_single = len(one.lines) == 1
        title = _text(one.title)
        title.append_text(
            _text(f"  {_beside(one.lines[0])}" if is_single else f"  {one.times}", "dim")
        )
        table.add_row(title, _text(one.points, "bold"))
        for line in () if is_single else one.lines:
            table.add_row(_text(f"    {_beside(line)}", "dim"), _text(line.points, "dim"))
    table.add_row(_text(said.words["sum"], "bold"), _text(said.sum, "bold"))
    if said.rounded:
        table.add_row(_text(""), _text(said.rounded, "dim"))
    return table


def _beside(line: LineInWords) -> str:
    return " · ".join(filter(None, (*line.about, line.at, line.beside)))


def _line(one: LineInWords) -> Text:
    text = _text(f"{one.points}  {' '.join(one.about)}")
    text.append_text(_text(f"  {one.at}" if one.at else "", "dim"))
    return text


def _told(one: Told) -> RenderableType:
    text = _text(f"{one.at}  ", "dim")
    text.append_text(_text(one.text, "bold"))
    text.append_text(_text(f": {joined(one.about)}" if one.about else ""))
    text.append_text(_text(f" ({one.note})" if one.note else "", "dim"))
    if not one.answers:
        return text
    return Group(text, Padding(_pairs(one.answers), (0, 0, 0, 4)))


def _pairs(pairs: Sequence[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for label, value in pairs:
        table.add_row(_text(label, "dim"), _text(value))
    return table


def _section(title: str, parts: Sequence[RenderableType]) -> RenderableType:
    return Group(
        _text(f"\n{title}", "bold underline"), *(Padding(one, (0, 0, 0, 2)) for one in parts)
    )


def _bars(curve: Curve, columns: int) -> Text:
    """The curve as a row of bars; what comes is dim."""
    start, end = curve.points[0].at, curve.points[-1].at
    most = max(1, *(one.total for one in curve.points))
    text = Text()
    place = 0
    for column in range(columns):
        at = start + (end - start) * column / max(1, columns - 1)
        while place + 1 < len(curve.points) and curve.points[place + 1].at <= at:
            place += 1
        height = max(0, curve.points[place].total) * (len(_BARS) - 1) // most
        text.append(_BARS[height], "dim" if at > curve.present else "")
    return text


def _text(text: str, style: str = "") -> Text:
    """Whoever wrote it: harmless to a terminal."""
    return Text(harmless(text), style)
