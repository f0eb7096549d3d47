"""What a mail to sales consists of, and the templates that lay it out.

A reader's words are already in what stands here. The templates are those of `templates/`:
`make looks` has written their styles into them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup

PREVIEW_END: Final = "\xa0\u200c" * 60
"""What nobody sees, behind a preheader: programs would show the mail's next texts there."""

_LINKED: Final = re.compile(
    r"(?<=\S)(?=[@＠]\S)|(?<=\S)(?=[.。．｡]\S)(?!(?<=\d)\.\d)|(?<=[A-Za-z])(?=[:：]\S)"
)
"""Where programs find an address: before an @, before a dot that is none of a number, and before
the colon of `https:`."""


@dataclass(frozen=True, slots=True)
class Card:
    """One lead in a mail, rendered for one reader. `name` and `points` are for the subject."""

    lead_id: str
    name: str
    points: int | None
    html: str
    text: str
    reasons: str = ""
    has_change: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody in one line: how to reach them, when something was, and under it what.

    `warning` says what they must not be contacted by.
    """

    name: str
    contact: str = ""
    at: str = ""
    said: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A small number with its change. `is_up` says whether that is good news; None for neither."""

    label: str
    value: str
    change: str = ""
    is_up: bool | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a mail: notes, cards, lines, and notes `after` them.

    `count` stands beside the heading. `legend` explains signs that only the HTML has. A section
    without a heading goes on with what is before it. Of a digest's section, `more` leads are not
    shown; as many as `hot` of all of its leads are hot.
    """

    heading: str = ""
    count: str = ""
    notes: Sequence[str] = ()
    cards: Sequence[Card] = ()
    lines: Sequence[Line] = ()
    after: Sequence[str] = ()
    legend: str = ""
    more: int = 0
    hot: int = 0


@cache
def template(name: str) -> Template:
    """A template by its name; those that end in `.html` escape what they are given."""
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["lines"] = _lines
    environment.filters["plain"] = _plain
    return environment


def _plain(text: str) -> Markup:
    """A text of others as HTML in which no program finds something to make a link of.

    Where it looks like an address, an element that shows nothing parts it. Copies do not have it,
    and long addresses break there. Lines stay lines.
    """
    lines = (Markup("<wbr>").join(_LINKED.split(line)) for line in text.splitlines())
    return Markup("<br>").join(lines)


def _lines(text: str) -> Markup:
    """A text as HTML that keeps its lines: Outlook for Windows knows no `white-space`."""
    return Markup("<br>").join(text.splitlines())
