"""One lead, with all that a salesperson wants to know of it. Pure.

A card holds values and no sentences. `lead_page` writes them as a page, and the command draws them
in a terminal.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any, Final

from hotlist.cards.ahead import NextChange, next_change
from hotlist.cards.curve import Curve, curve_of
from hotlist.cards.episodes import History, history_of, page_of
from hotlist.events.answers import REJECTED, WON, SalesAnswer, standing_answers
from hotlist.events.event import Event
from hotlist.leads import classify
from hotlist.leads.facts import TOUCH, Facts
from hotlist.leads.fold import View
from hotlist.leads.lead import Lead
from hotlist.leads.profile import Profile
from hotlist.mail.labels import field_labels
from hotlist.sales.outlook import outlook
from hotlist.sales.team import Recipient, Sales
from hotlist.scoring.engine import Score
from hotlist.scoring.explain import Contribution
from hotlist.scoring.history import is_void
from hotlist.scoring.rules import MANUAL
from hotlist.scoring.ruleset import ADJUSTED, Ruleset


class Giver(StrEnum):
    """What gives or takes points."""

    RULE = "rule"
    ADJUSTMENT = "adjustment"  # an operator has said so
    LIMIT = "limit"  # a bound of a group, or of the total


@dataclass(frozen=True, slots=True)
class PointsLine:
    """One line of the score: what gave the points, and when.

    `about` is the page or form of the event, or what an operator gave as the reason. `by` is the
    operator.
    """

    line: Contribution
    about: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """What one rule gives: its lines, the newest first, and their sum.

    `name` is the id of the rule. Of a limit it is the group, or "" for that of the total.
    `title` is in the language of the card's reader. `weight` is the percentage at which the points
    of its lines count.
    """

    giver: Giver
    name: str
    title: str
    points: Decimal
    lines: tuple[PointsLine, ...]
    weight: int = 100


@dataclass(frozen=True, slots=True)
class TopReason:
    """One of the rules that give most points, and when that happened last."""

    rule: str
    title: str
    points: Decimal
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Consent:
    """A purpose that the lead has agreed to, and since when that holds without a break."""

    purpose: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Touch:
    """How the lead came once: by which channel, and what the address said of it.

    `said` has some of `leads.facts.TOUCH`.
    """

    at: datetime
    channel: str | None
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of sales that stands. `by` is who gave it, "" if a server did.

    `value` is what was won, and `reason` why a lead was rejected.
    """

    said: SalesAnswer
    by: str
    value: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadCard:
    """A lead as it was at `lead.folded_at`.

    The points of all lines of `points` sum to `exact`, and `lead.total` is its rounding. `owner` is
    a name. `language` is the lead's own. `has_claimed` says that it was opened as the
    card of a caller whom this lead has taken in. A lead that is claimed or empty has nothing but
    `lead`.
    """

    lead: Lead
    language: str = ""
    has_claimed: bool = False
    exact: Decimal = Decimal(0)
    override: str = ""
    reasons: tuple[TopReason, ...] = ()
    points: tuple[Points, ...] = ()
    next: NextChange | None = None
    consents: tuple[Consent, ...] = ()
    first_touch: Touch | None = None
    last_touch: Touch | None = None
    owner: str = ""
    answers: tuple[Answer, ...] = ()
    snoozed_until: datetime | None = None
    history: History = field(default_factory=History)
    curve: Curve | None = None


NO_FORMS: Final[Mapping[str, Any]] = {}
_AMOUNT: Final = 15
"""Digits of an amount at most. What has more is no amount that anybody has won."""


def card_of(
    view: View,
    *,
    sales: Sales,
    ruleset: Ruleset,
    recipient: Recipient,
    now: datetime,
    forms: Mapping[str, Any] = NO_FORMS,
) -> LeadCard:
    """The card of a lead for one reader. `view` has the lead and what it was calculated from.

    `now` is the time of the reader. Whether a lead is still put off is asked of it. `forms` are the
    checked forms: they say what their fields are called.
    """
    lead, profile, score = view.lead, view.profile, view.score
    names = {one.id: one.name for one in sales.recipients}
    owner = lead.ownership.owner
    named = "" if owner is None else sales.name_of(owner)
    if profile is None or score is None:
        return LeadCard(lead=lead, owner=named)
    facts = Facts(profile.events, classify.channel)
    seen = outlook(lead, profile, score)
    said = lead.answer
    ahead = next_change(ruleset, profile, score, lead.folded_at)
    return LeadCard(
        lead=lead,
        language=seen.language,
        exact=score.exact,
        override=""
        if score.override is None
        else ruleset.title(score.override, recipient.language),
        reasons=tuple(
            TopReason(
                one.rule,
                ruleset.title(one.rule, recipient.language),
                one.points,
                seen.reasons_at.get(one.rule),
            )
            for one in lead.reasons
        ),
        points=tuple(_points(score, profile, ruleset, recipient.language)),
        next=ahead,
        consents=tuple(_consents(facts, profile)),
        first_touch=_touch(facts.first_touch),
        last_touch=_touch(facts.last_touch),
        owner=named,
        answers=tuple(_answers(profile.events, sales)),
        snoozed_until=said.until if said is not None and said.holds(now) else None,
        history=history_of(
            profile.events,
            view.events,
            names=names,
            labels=lambda form: field_labels(
                forms.get(form, {}).get("fields", {}), recipient.language
            ),
            is_void=partial(is_void, ruleset),
        ),
        curve=curve_of(lead, profile, score, ruleset),
    )


# --- points -----------------------------------------------------------------------------------


def _points(score: Score, profile: Profile, ruleset: Ruleset, language: str) -> Iterable[Points]:
    """The lines of the score by what gives them: what gives most first, limits last."""
    known = {rule.rule_id for rule in ruleset.rules}
    events = {event.event_id: event for event in profile.events}
    found: dict[tuple[Giver, str], list[Contribution]] = {}
    for line in score.contributions:
        found.setdefault(_giver(line, known), []).append(line)
    order = [*Giver]
    made = [
        Points(
            giver=giver,
            name=name,
            title=ruleset.title(name, language) if giver is Giver.RULE else "",
            points=sum((line.points for line in lines), Decimal(0)),
            weight=100 if giver is Giver.LIMIT else ruleset.weights[lines[0].group or MANUAL],
            lines=tuple(
                _line(line, events) for line in sorted(lines, key=_newest_first, reverse=True)
            ),
        )
        for (giver, name), lines in found.items()
    ]
    last = order.index(Giver.LIMIT)
    return sorted(made, key=lambda one: (order.index(one.giver) == last, -one.points))


def _giver(line: Contribution, known: set[str]) -> tuple[Giver, str]:
    if line.rule in known:
        return Giver.RULE, line.rule
    if line.rule == ADJUSTED:
        return Giver.ADJUSTMENT, ADJUSTED
    return Giver.LIMIT, line.group or ""


def _newest_first(line: Contribution) -> tuple[bool, datetime | str, str]:
    return line.at is not None, line.at or "", line.event_id or ""


def _line(line: Contribution, events: Mapping[str, Event]) -> PointsLine:
    event = events.get(line.event_id or "")
    if event is None:
        return PointsLine(line)
    if line.rule == ADJUSTED:
        return PointsLine(line, _text(event, "reason"), _text(event, "author"))
    return PointsLine(line, _text(event, "form") or page_of(event))


# --- the rest ---------------------------------------------------------------------------------


def _answers(events: Sequence[Event], sales: Sales) -> Iterable[Answer]:
    said = {event.event_id: event for event in events}
    for one in standing_answers(events):
        event = said[one.event_id]
        yield Answer(
            said=one,
            by=sales.answerer(one),
            value=_amount(event.properties.get("value")) if one.type == WON else None,
            reason=_text(event, "reason") if one.type == REJECTED else "",
        )


def _consents(facts: Facts, profile: Profile) -> Iterable[Consent]:
    given = profile.facts.get("consents")
    for purpose in given if isinstance(given, list) else ():
        source = facts.agreed.get(str(purpose))
        yield Consent(str(purpose), None if source is None else source.occurred_at)


def _touch(event: Event | None) -> Touch | None:
    if event is None:
        return None
    said = {name: text for name in TOUCH if (text := _text(event, name))}
    return Touch(event.occurred_at, classify.channel(event), said)


def _text(event: Event, name: str) -> str:
    value = event.properties.get(name)
    return value if isinstance(value, str) else ""


def _amount(value: Any) -> Decimal | None:
    """A number that somebody may have won; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    amount = Decimal(str(value)) if not isinstance(value, int) or abs(value) < 10**_AMOUNT else None
    if amount is None or not amount.is_finite() or abs(amount.adjusted()) >= _AMOUNT:
        return None
    return amount
