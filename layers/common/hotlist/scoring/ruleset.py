"""Makes the ruleset that the engine uses, from YAML or JSON.

`load` checks its source first. `from_checked` takes what the build has checked, so that functions
start without the checker.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import ceil
from typing import Any, Final
from zoneinfo import ZoneInfo

from hotlist.events.event import Event
from hotlist.events.vocabulary import TYPES
from hotlist.leads.lead import Stage, Temperature
from hotlist.scoring import values
from hotlist.scoring.decay import Decay
from hotlist.scoring.domains import Classes, classes
from hotlist.scoring.pattern import eventbridge
from hotlist.scoring.rules import (
    ACTIVITY,
    DAY,
    DEFAULT_GROUPS,
    DEFAULT_RETENTION,
    MANUAL,
    SESSION,
    TOTAL,
    UNBOUNDED,
    Award,
    Band,
    Bounds,
    Group,
    Interest,
    Matcher,
    Matches,
    Minimum,
    Minimums,
    Relevance,
    Rule,
    Scale,
    Unless,
)

STAGES: Final = (Stage.CUSTOMER, Stage.INTENT, Stage.CONSIDERATION, Stage.INTEREST)
"""The stages that an event can reach, the furthest first."""

DEFAULT_STAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "interest": ("form_submitted", "file_downloaded", "email_clicked", "webinar_registered"),
    "consideration": ("webinar_attended", "sales_contacted"),
    "intent": (
        *("demo_requested", "contact_requested", "meeting_booked", "sales_meeting"),
        *("trial_started", "cart_updated", "cart_abandoned"),
    ),
    "customer": ("order_completed", "sales_won"),
}

_UNNAMED: Final = "custom:"
"""Stands for all types that no matcher names. They are all treated alike."""

_Reader = Callable[[Mapping[str, Any]], list[Interest]]

ADJUSTED: Final = "score_adjusted"
"""The name of a line for an operator's adjustment, in the place of a rule's id."""


@dataclass(frozen=True)
class Ruleset:
    """A whole ruleset. `hash` is that of its content.

    `retention` is in milliseconds. `scales` are those of the segments in order; the last one is for
    all other leads. `sees_stage`: some condition asks for the lead's stage. `asked` has the facts
    that the score may depend on.
    """

    hash: str
    zone: ZoneInfo
    retention: int
    groups: Mapping[str, Group]
    total: Bounds
    rules: tuple[Rule, ...]
    ignore: tuple[Matcher, ...]
    domains: Classes
    stages: tuple[tuple[Stage, tuple[Matcher, ...]], ...]
    scales: tuple[Scale, ...]
    sees_stage: bool
    asked: frozenset[str]
    titles: Mapping[str, str | Mapping[str, str]]

    def title(self, rule_id: str, language: str) -> str:
        """The title of a rule: in this language, else in the first that it has, else its id."""
        return in_language(self.titles.get(rule_id, rule_id), language) or rule_id

    def seen(self, event: Event) -> list[Interest]:
        """Why this event matters: if it is ignored, then the stages, then the rules."""
        read = self._readers.get(event.type) or self._reader(event.type)
        return read(event.properties)

    @cached_property
    def overriding(self) -> tuple[Rule, ...]:
        """The rules that decide the temperature while they have an award, in file order."""
        return tuple(rule for rule in self.rules if rule.override is not None)

    @cached_property
    def judged(self) -> tuple[Rule, ...]:
        """The rules of silence whose points depend on the total."""
        return tuple(rule for rule in self.rules if rule.is_silence and rule.is_judged)

    @cached_property
    def weights(self) -> Mapping[str, int]:
        """The weight of each group, in percents. `MANUAL` is for adjustments of the total."""
        return {MANUAL: 100} | {group.name: group.weight for group in self.groups.values()}

    @cached_property
    def _readers(self) -> dict[str, _Reader]:
        """The compiled matchers by type of event. They are made for the first event of a type."""
        return {}

    def _reader(self, event_type: str) -> _Reader:
        name = event_type if event_type in self._named_types else _UNNAMED
        if name not in self._readers:
            asked = [(interest, one.where) for interest, one in self._interests if one.takes(name)]
            self._readers[name] = eventbridge.compile_all(asked)
        return self._readers[name]

    @cached_property
    def _interests(self) -> list[tuple[Interest, Matcher]]:
        interests = [(Interest(Relevance.IGNORE, 0), matcher) for matcher in self.ignore]
        for place, (_, matchers) in enumerate(self.stages):
            interests += [(Interest(Relevance.STAGE, place), matcher) for matcher in matchers]
        for rule in self.rules:
            if rule.matcher is not None:
                interests.append((Interest(Relevance.MATCH, rule.place), rule.matcher))
            if rule.unless is not None:
                interests.append((Interest(Relevance.ABSENCE, rule.place), rule.unless.matcher))
        return interests

    @cached_property
    def _named_types(self) -> frozenset[str]:
        return TYPES.union(*(matcher.types or () for _, matcher in self._interests))


def load(source: Mapping[str, Any] | str) -> Ruleset:
    """The ruleset of a YAML text, or of a mapping of the same shape. It is checked first.

    :raises hotlist.config.findings.BadConfig: (a ValueError) with everything that is wrong in it.
    """
    from hotlist.scoring.check.scoring_file import compile_scoring  # noqa: PLC0415 - not part of what runs in Lambda

    text = source if isinstance(source, str) else json.dumps(source, default=float)
    return from_checked(compile_scoring(text, "scoring.yaml"))


def from_checked(source: Mapping[str, Any]) -> Ruleset:
    """The ruleset, from a mapping that the build has checked."""
    text = json.dumps(source, sort_keys=True, separators=(",", ":"), default=float)
    zone = values.zone(source.get("timezone", "UTC"))
    groups = {
        name: _group(name, given or {})
        for name, given in (source.get("groups") or DEFAULT_GROUPS).items()
    }
    rules = source["rules"]
    segments = source.get("segments") or []
    leads = [given["lead"] for given in segments]
    leads += [band.get("lead") for rule in rules for band in rule.get("first_of", [])]
    leads += [rule.get("lead") for rule in rules]
    given_stages = {**DEFAULT_STAGES, **(source.get("stages") or {})}
    return Ruleset(
        hash=hashlib.sha256(text.encode()).hexdigest()[:16],
        zone=zone,
        retention=values.duration(source.get("retention", DEFAULT_RETENTION)),
        groups=groups,
        total=_bounds(source.get("total") or {}),
        rules=tuple(_rule(place, rule, groups, zone) for place, rule in enumerate(rules)),
        ignore=tuple(_matcher(given, None) for given in source.get("ignore") or []),
        domains=classes(source.get("domains") or {}),
        stages=tuple(
            (stage, tuple(_matcher(given, ACTIVITY) for given in given_stages[stage]))
            for stage in STAGES
        ),
        scales=(*(_scale(source, segment) for segment in segments), _scale(source, {})),
        sees_stage='"stage' in json.dumps(leads, default=float),
        asked=frozenset({"suspended", "email_domain", "email_class", *_asked(leads)}),
        titles={rule["id"]: rule["title"] for rule in rules if "title" in rule},
    )


def _asked(pattern: object) -> Iterator[str]:
    """The keys in patterns, and what stands before a dot in them. Not all of them are facts."""
    if isinstance(pattern, Mapping):
        for name, part in pattern.items():
            yield from accumulate(name.split("."), "{}.{}".format)
            yield from _asked(part)
    elif isinstance(pattern, list):
        for part in pattern:
            yield from _asked(part)


def in_language(text: str | Mapping[str, str], language: str) -> str:
    """A text of the configuration: in this language, else in the first that it has, else ""."""
    if isinstance(text, str):
        return text
    return text.get(language) or next(iter(text.values()), "")


def _group(name: str, given: Mapping[str, Any]) -> Group:
    return Group(
        name=name,
        bounds=_bounds(given),
        weight=values.weight(given.get("weight", "100%")),
        decay=Decay.of(given.get("decay", "none")),
        lasts=_lasts(given.get("lasts", "none")),
    )


def _rule(
    place: int, given: Mapping[str, Any], groups: Mapping[str, Group], zone: ZoneInfo
) -> Rule:
    is_silence = "inactive" in given
    is_event = "event" in given and not is_silence
    group = groups[given.get("group", "engagement" if is_event or is_silence else "fit")]
    decay = Decay.of(given["decay"]) if "decay" in given else group.decay
    lasts = _lasts(given["lasts"]) if "lasts" in given else group.lasts
    override = given.get("override")
    start, end = given.get("active_from"), given.get("active_until")
    return Rule(
        place=place,
        rule_id=given["id"],
        group=group.name,
        matcher=_matcher(given, ACTIVITY) if is_event or is_silence else None,
        inactive=values.duration(given["inactive"]) if is_silence else None,
        lead=_lead(given),
        score=eventbridge.compile_values(given["score"]) if "score" in given else None,
        unless=_unless(given["unless"]) if "unless" in given else None,
        bands=tuple(map(_band, given.get("first_of") or [{"points": given.get("points", 0)}])),
        award=_award(given.get("award", "once" if is_silence else "each")),
        decay=decay if is_event else None,
        lasts=lasts if is_event else None,
        bounds=_bounds(given),
        override=None if override is None else Temperature(override),
        active_from=None if start is None else values.beginning(start, zone),
        active_until=None if end is None else values.ending(end, zone),
        humans_only=given.get("humans_only", True),
    )


def _band(given: Mapping[str, Any]) -> Band:
    return Band(
        points=values.points(given["points"]),
        where=eventbridge.compile(given["where"]) if "where" in given else None,
        lead=_lead(given),
        score=eventbridge.compile_values(given["score"]) if "score" in given else None,
    )


def _unless(given: Mapping[str, Any]) -> Unless:
    within = values.duration(given["within"]) if "within" in given else None
    return Unless(_matcher(given, ACTIVITY), within, given.get("same"))


_AWARDS: Final[Mapping[str, Award]] = {
    "each": Award(1),
    "once": Award(1, stops=True),
    "per_day": Award(1, stops=True, within=DAY),
    "per_session": Award(1, stops=True, within=SESSION),
    "latest": Award(None),
}


def _award(given: Any) -> Award:
    if isinstance(given, str):
        return _AWARDS[given]
    within = given.get("within")
    return Award(
        count=int(given.get("at_count") or given["every"]),
        stops="at_count" in given,
        within=within if within in (None, DAY, SESSION) else values.duration(within),
        distinct=given.get("distinct"),
    )


def _matcher(given: Any, default: str | None) -> Matcher:
    """The matcher for the name of a type, or for a mapping with `event` and `where`."""
    if isinstance(given, str):
        return Matcher(frozenset({given}), None)
    named = given.get("event", default)
    types = [named] if isinstance(named, str) else named
    return Matcher(
        types=None if types is None else frozenset(types),
        where=given.get("where"),
    )


def _lead(given: Mapping[str, Any]) -> Matches | None:
    return eventbridge.compile(given["lead"], ignore_case=True) if "lead" in given else None


def _scale(source: Mapping[str, Any], segment: Mapping[str, Any]) -> Scale:
    temperature = {**source["temperature"], **(segment.get("temperature") or {})}
    margin = values.amount(temperature.get("rearm", "10%"))
    grades = segment["grades"] if "grades" in segment else source.get("grades")
    return Scale(
        segment=segment.get("id"),
        lead=_lead(segment),
        hot=_minimums(temperature["hot"], margin),
        warm=_minimums(temperature["warm"], margin) if "warm" in temperature else (),
        grades=tuple((name, _minimums(asked, margin)) for name, asked in (grades or {}).items()),
        suspended=segment.get("suspended", False),
    )


def _minimums(given: Any, margin: values.Amount) -> Minimums:
    named = given if isinstance(given, Mapping) else {TOTAL: given}
    return tuple(
        Minimum(name, least, max(1, ceil(margin.of(abs(least) * 1000) / 1000)))
        for name, least in ((name, values.whole(asked)) for name, asked in named.items())
    )


def _bounds(given: Mapping[str, Any]) -> Bounds:
    least, most = given.get("min"), given.get("max")
    if least is None and most is None:
        return UNBOUNDED
    return Bounds(
        None if least is None else values.points(least),
        None if most is None else values.points(most),
    )


def _lasts(given: Any) -> int | None:
    return None if given == "none" else values.duration(given)
