"""A ruleset as the engine uses it, made of checked JSON.

The JSON has the shape of scoring.yaml. `check` refuses what this module does not read, so
nothing here is ignored in silence.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from hotlist.leads import Stage, Temperature
from hotlist.scoring import pattern, values

Matches = Callable[[Mapping[str, Any]], bool]

TOTAL: Final = "total"

STAGES: Final[tuple[tuple[Stage, frozenset[str]], ...]] = (
    (Stage.CUSTOMER, frozenset({"order_completed", "sales_won"})),
    (
        Stage.INTENT,
        frozenset(
            {
                "demo_requested",
                "contact_requested",
                "meeting_booked",
                "trial_started",
                "cart_updated",
                "cart_abandoned",
            }
        ),
    ),
    (Stage.CONSIDERATION, frozenset({"webinar_attended"})),
    (
        Stage.INTEREST,
        frozenset({"form_submitted", "file_downloaded", "email_clicked", "webinar_registered"}),
    ),
)
"""Which events reach which stage, the furthest first."""


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the score. Points are thousandths, times milliseconds."""

    name: str
    maximum: int | None
    half_life: int | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of events (`types` is not None) or of the lead. Units as in `Group`."""

    place: int
    rule_id: str
    group: str
    points: int
    types: frozenset[str] | None
    activity: bool
    where: Matches | None
    lead: Matches | None
    once: bool
    maximum: int | None
    half_life: int | None
    lasts: int | None
    override: Temperature | None


@dataclass(frozen=True, slots=True)
class Minimum:
    """What a group, or the total, must reach; and how far below counts as cooled."""

    group: str
    at_least: int
    rearm: Fraction


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A whole ruleset; `hash` is that of its content."""

    hash: str
    retention: int
    groups: Mapping[str, Group]
    rules: tuple[Rule, ...]
    warm: tuple[Minimum, ...]
    hot: tuple[Minimum, ...]
    titles: Mapping[str, str | Mapping[str, str]]

    def title(self, rule_id: str, language: str) -> str:
        """How a rule is told to people: in their language, or in the first that it has."""
        title = self.titles.get(rule_id, rule_id)
        if isinstance(title, str):
            return title
        return title.get(language) or next(iter(title.values()), rule_id)


def from_checked(source: Mapping[str, Any]) -> Ruleset:
    """The ruleset of a mapping that has been checked."""
    text = json.dumps(source, sort_keys=True, separators=(",", ":"), default=float)
    groups = {
        name: Group(name, _points(given, "max"), _half_life(given))
        for name, given in (source.get("groups") or {"fit": {}, "engagement": {}}).items()
    }
    temperature = source["temperature"]
    rearm = temperature.get("rearm", "10%")
    return Ruleset(
        hash=hashlib.sha256(text.encode()).hexdigest()[:16],
        retention=values.duration(source.get("retention", "396d")),
        groups=groups,
        rules=tuple(_rule(place, rule, groups) for place, rule in enumerate(source["rules"])),
        warm=_minimums(temperature.get("warm"), rearm),
        hot=_minimums(temperature["hot"], rearm),
        titles={rule["id"]: rule["title"] for rule in source["rules"] if "title" in rule},
    )


def _rule(place: int, rule: Mapping[str, Any], groups: Mapping[str, Group]) -> Rule:
    event = rule.get("event")
    names = [event] if isinstance(event, str) else event
    group = rule.get("group", "fit" if names is None else "engagement")
    half_life = _half_life(rule) if "decay" in rule else groups[group].half_life
    lasts = rule.get("lasts")
    override = rule.get("override")
    return Rule(
        place=place,
        rule_id=rule["id"],
        group=group,
        points=values.points(rule.get("points", 0)),
        types=None if names is None else frozenset(names),
        activity=names is not None and "activity" in names,
        where=pattern.compile(rule["where"]) if "where" in rule else None,
        lead=pattern.compile(rule["lead"], ignore_case=True) if "lead" in rule else None,
        once=rule.get("award") == "once",
        maximum=_points(rule, "max"),
        half_life=None if names is None else half_life,
        lasts=None if lasts in (None, "none") else values.duration(lasts),
        override=None if override is None else Temperature(override),
    )


def _points(given: Mapping[str, Any], name: str) -> int | None:
    return values.points(given[name]) if name in given else None


def _half_life(given: Mapping[str, Any]) -> int | None:
    decay = given.get("decay", "none")
    return None if decay == "none" else values.duration(decay["half_life"])


def _minimums(given: Any, rearm: Any) -> tuple[Minimum, ...]:
    if given is None:
        return ()
    named = given if isinstance(given, Mapping) else {TOTAL: given}
    return tuple(
        Minimum(
            name,
            values.whole(least),
            values.amount(rearm).of(abs(values.whole(least)) * 1000) / 1000,
        )
        for name, least in named.items()
    )
