"""What a card says, in the order in which it is read. Pure: texts, for a page as for a terminal."""

from collections.abc import Mapping
from dataclasses import dataclass

from hotlist.cards.history_words import Told


@dataclass(frozen=True, slots=True)
class Reach:
    """How to reach a lead. `tel` and `mailto` are "" where that is not allowed."""

    name: str
    company: str
    phone: str
    number: str
    tel: str
    email: str
    mailto: str
    subject: str
    allowed: str
    is_warning: bool
    bounced: str


@dataclass(frozen=True, slots=True)
class LineInWords:
    """A line of the score: when, for what, how much; `beside` says what it was and what cut it.

    Each text of `about` stands for itself: one from right to left turns no other around.
    """

    at: str
    about: tuple[str, ...]
    points: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class PointsInWords:
    """What one rule gives, in all and line by line. `times` is how many lines there are."""

    title: str
    points: str
    times: str
    lines: tuple[LineInWords, ...]


@dataclass(frozen=True, slots=True)
class CurveInWords:
    """What a curve is called, what it shows, and the labels in its picture."""

    title: str
    says: str
    start: str
    now: str
    end: str
    total: str
    warm: str
    hot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardInWords:
    """All texts of a card, in the order in which a salesperson needs them.

    `words` has headings. `facts`, `touches` are pairs of a label and a value, and `deeds` pairs of
    an answer, as links call it, and its button. What is empty is left out.
    """

    words: Mapping[str, str]
    reach: Reach
    points: str
    unit: str
    temperature: str
    heat: str
    notices: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    override: str
    reasons: tuple[LineInWords, ...]
    answers: tuple[Told, ...]
    deeds: tuple[tuple[str, str], ...]
    snoozed: str
    ahead: tuple[str, ...]
    curve: CurveInWords | None
    lines: tuple[PointsInWords, ...]
    sum: str
    rounded: str
    history: tuple[Told, ...]
    older: str
    consents: tuple[tuple[str, str], ...]
    touches: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    owner: str
    owner_rule: str
    as_of: str

    @property
    def is_live(self) -> bool:
        """Whether there is anything to tell beside how to reach the lead."""
        return bool(self.points)
