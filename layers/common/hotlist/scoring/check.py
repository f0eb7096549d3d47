"""Check scoring.yaml before anything runs on it: every key, value and name in it.

A keyword of the language that is not built yet is refused with a message of its own.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Any, Final

from hotlist.events import is_type
from hotlist.findings import BadConfig, Finding, Positions
from hotlist.leads import Temperature
from hotlist.scoring import pattern, values
from hotlist.scoring.rules import TOTAL
from hotlist.yaml_source import parse_yaml

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
_GROUP: Final = re.compile(r"[a-z][a-z0-9_]*\Z")

_TOP: Final = frozenset({"temperature", "retention", "groups", "rules"})
_TEMPERATURE: Final = frozenset({"warm", "hot", "rearm"})
_GROUP_KEYS: Final = frozenset({"max", "decay"})
_LEAD_RULE: Final = frozenset({"id", "title", "group", "lead", "points", "override"})
_EVENT_RULE: Final = _LEAD_RULE | {"event", "where", "award", "max", "decay", "lasts"}

_LATER: Final = {
    "timezone": "local days",
    "grades": "grades",
    "segments": "segments",
    "total": "bounds of the total",
    "ignore": "ignored events",
    "domains": "classes of domains of your own",
    "stages": "stages of your own",
    "shadow": "shadow rulesets",
    "min": "lower bounds",
    "weight": "weights",
    "inactive": "silence rules",
    "score": "conditions on the score",
    "unless": "absence",
    "first_of": "bands",
    "active_from": "active times",
    "active_until": "active times",
    "humans_only": "rules that count bots",
}
"""Keywords of the language that a later version builds, and what they are about."""


def compile_scoring(text: str, file: str = "scoring.yaml") -> dict[str, Any]:
    """The checked ruleset. :raises BadConfig: with everything that is wrong in it."""
    source, positions = parse_yaml(text, file)
    checker = _Checker(positions)
    checker.ruleset(source)
    if checker.findings:
        raise BadConfig(checker.findings)
    checked: dict[str, Any] = source
    return checked


class _Checker:
    """Collects what is wrong; each method checks one kind of place."""

    def __init__(self, positions: Positions) -> None:
        self._positions = positions
        self.findings: list[Finding] = []
        self._groups: set[str] = {"fit", "engagement"}

    def ruleset(self, source: Any) -> None:
        if not self._mapping((), source, _TOP):
            return
        for name in ("temperature", "rules"):
            if name not in source:
                self._wrong((), f"`{name}` is missing")
        self._value(("retention",), source, values.duration)
        if "groups" in source:
            self._group_map(source["groups"])
        if "temperature" in source:
            self._temperature(source["temperature"])
        rules = source.get("rules", [{}])
        if not isinstance(rules, list) or not rules:
            self._wrong(("rules",), "rules are a list of at least one rule")
            return
        seen: set[str] = set()
        for place, rule in enumerate(rules):
            self._rule(("rules", place), rule, seen)

    def _group_map(self, groups: Any) -> None:
        if not isinstance(groups, Mapping) or not groups:
            self._wrong(("groups",), "groups are a map of name to group")
            return
        self._groups = set(groups)
        for name, group in groups.items():
            path = ("groups", name)
            if name in (TOTAL, "manual") or not _GROUP.match(name):
                self._wrong(path, f"{name!r} is no name for a group", "unknown-name")
            if group is not None and self._mapping(path, group, _GROUP_KEYS):
                self._value((*path, "max"), group, values.points)
                self._decay(path, group)

    def _temperature(self, temperature: Any) -> None:
        path = ("temperature",)
        if not self._mapping(path, temperature, _TEMPERATURE):
            return
        if "hot" not in temperature:
            self._wrong(path, "`hot` is missing: the points from which a lead is hot")
        for name in ("warm", "hot"):
            if name in temperature:
                self._minimums((*path, name), temperature[name])
        if "rearm" in temperature:
            self._try((*path, "rearm"), lambda: values.amount(temperature["rearm"]))
        warm, hot = temperature.get("warm"), temperature.get("hot")
        if isinstance(warm, int) and isinstance(hot, int) and warm >= hot:
            self._wrong((*path, "warm"), f"warm is not below hot, which is {hot}", "order")

    def _minimums(self, path: Sequence[str | int], given: Any) -> None:
        if not isinstance(given, Mapping):
            self._try(path, lambda: values.whole(given))
            return
        if not given:
            self._wrong(path, "no minimum at all: write a number, or groups and their minimums")
        for name, least in given.items():
            if name != TOTAL and name not in self._groups:
                self._unknown((*path, name), name, {*self._groups, TOTAL}, "group")
            self._try((*path, name), partial(values.whole, least))

    def _rule(self, path: tuple[str | int, ...], rule: Any, seen: set[str]) -> None:
        is_event = isinstance(rule, Mapping) and "event" in rule
        if not self._mapping(path, rule, _EVENT_RULE if is_event else _LEAD_RULE):
            return
        rule_id = rule.get("id")
        if not isinstance(rule_id, str) or not _ID.match(rule_id):
            self._wrong((*path, "id"), "an id is needed, of a-z, 0-9 and -")
        elif rule_id in seen:
            self._wrong((*path, "id"), f"another rule is called {rule_id!r}", "duplicate-id")
        else:
            seen.add(rule_id)
        if not is_event and "lead" not in rule:
            self._wrong(path, "a rule is about an `event` or a `lead`", "wrong-kind")
        if "points" not in rule and "override" not in rule:
            self._wrong(path, "a rule gives `points`, or an `override`", "wrong-kind")
        group = rule.get("group", "engagement" if is_event else "fit")
        if group not in self._groups:
            self._unknown((*path, "group"), str(group), self._groups, "group")
        self._title(path, rule)
        self._event(path, rule)
        for name, ignore_case in (("where", False), ("lead", True)):
            if name in rule:
                self._pattern((*path, name), rule[name], ignore_case=ignore_case)
        self._value((*path, "points"), rule, values.points)
        self._value((*path, "max"), rule, values.points)
        if rule.get("award", "each") not in ("each", "once"):
            self._later((*path, "award"), "awards but `each` and `once`")
        if rule.get("override", "hot") not in set(Temperature):
            self._wrong((*path, "override"), "an override is cold, warm or hot")
        if rule.get("lasts") != "none":
            self._value((*path, "lasts"), rule, values.duration)
        self._decay(path, rule)
        self._cap(path, rule)

    def _title(self, path: tuple[str | int, ...], rule: Mapping[str, Any]) -> None:
        title = rule.get("title", "")
        texts = title.values() if isinstance(title, Mapping) and title else [title]
        if not all(isinstance(text, str) for text in texts):
            self._wrong((*path, "title"), "a title is a text, or a map of language to text")

    def _event(self, path: tuple[str | int, ...], rule: Mapping[str, Any]) -> None:
        if "event" not in rule:
            return
        given = rule["event"]
        names = given if isinstance(given, list) and given else [given]
        for name in names:
            if not isinstance(name, str) or not (name == "activity" or is_type(name)):
                self._wrong((*path, "event"), f"{name!r} is no type of event", "unknown-name")
            elif name.startswith("score_"):
                self._wrong((*path, "event"), "rules cannot score score_* events", "unknown-name")

    def _pattern(self, path: tuple[str | int, ...], given: Any, *, ignore_case: bool) -> None:
        if not isinstance(given, Mapping):
            self._wrong(path, "a pattern is a map of fields to lists of values")
            return
        try:
            pattern.compile(given, ignore_case=ignore_case)
        except pattern.BadPattern as error:
            self._wrong(path, str(error), "bad-pattern")
        if ignore_case and "stage" in given:
            self._later((*path, "stage"), "conditions on the stage")

    def _decay(self, path: tuple[str | int, ...], given: Mapping[str, Any]) -> None:
        decay = given.get("decay", "none")
        if decay == "none":
            return
        if not isinstance(decay, Mapping) or set(decay) != {"half_life"}:
            self._later((*path, "decay"), "kinds of decay but `half_life`")
            return
        self._value((*path, "decay", "half_life"), decay, values.duration)

    def _cap(self, path: tuple[str | int, ...], rule: Mapping[str, Any]) -> None:
        most, points = rule.get("max"), rule.get("points", 0)
        try:
            if most is not None and (most < 0 or most < points):
                self._wrong((*path, "max"), f"below a single award of {points}", "cap")
        except TypeError:
            return  # said already: one of them is no number

    # --- saying what is wrong -----------------------------------------------------------

    def _mapping(self, path: Sequence[str | int], given: Any, keys: frozenset[str]) -> bool:
        if not isinstance(given, Mapping):
            self._wrong(path, "a map of keywords to values belongs here")
            return False
        for name in given:
            if name in keys:
                continue
            if name in _LATER:
                self._later((*path, name), _LATER[name])
            else:
                self._unknown((*path, name), name, keys, "keyword", "unknown-key")
        return True

    def _value(
        self, path: Sequence[str | int], given: Mapping[str, Any], parse: Callable[[Any], object]
    ) -> None:
        name = str(path[-1])
        if name in given:
            self._try(path, lambda: parse(given[name]))

    def _try(self, path: Sequence[str | int], parse: Callable[[], object]) -> None:
        try:
            parse()
        except ValueError as error:
            self._wrong(path, str(error))

    def _later(self, path: Sequence[str | int], what: str) -> None:
        self._wrong(path, f"not built yet: {what}. Leave it out", "wrong-kind")

    def _unknown(
        self,
        path: Sequence[str | int],
        name: str,
        known: set[str] | frozenset[str],
        kind: str,
        code: str = "unknown-name",
    ) -> None:
        near = get_close_matches(name, known, 1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(sorted(known))}"
        self._wrong(path, f"there is no {kind} {name!r} here{hint}", code)

    def _wrong(self, path: Sequence[str | int], message: str, code: str = "type") -> None:
        self.findings.append(self._positions.finding(path, message, code))
