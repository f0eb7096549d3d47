"""What a mail to sales consists of, and the templates that lay it out.

A reader's words are already in what stands here. The templates are those of `templates/`:
`make looks` has written their styles into them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup

PREVIEW_END: Final = "\xa0\u200c" * 60
"""What nobody sees, behind a preheader: programs would show the mail's next texts there."""


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
    return environment


def _lines(text: str) -> Markup:
    """A text as HTML that keeps its lines: Outlook for Windows knows no `white-space`."""
    return Markup("<br>").join(text.splitlines())
