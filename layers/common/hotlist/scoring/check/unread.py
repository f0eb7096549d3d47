"""Conditions on what is kept for people and that no rule reads: messages, and what is undeclared.

The types of fields are those of the forms, where they are known.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from hotlist.config.findings import Path_
from hotlist.events import vocabulary
from hotlist.events.vocabulary import TYPES, Route
from hotlist.scoring.check.lint import each_rule
from hotlist.scoring.check.readers import GivenAward
from hotlist.scoring.check.report import Report, clear
from hotlist.scoring.pattern import eventbridge
from hotlist.scoring.rules import ACTIVITY

MESSAGE: Final = "message"
_EXTRA: Final = (
    "`extra` has what a form does not declare, and gives no points; declare the field in forms.yaml"
)
_CONSENTS: Final = (
    "of a consent no rule reads more than its version; ask for that, as in "
    '{{consents: {{{purpose}: {{version: ["1"]}}}}}}'
)

Types = frozenset[str] | None
"""Types of events; None for any."""


def check_unread(
    report: Report, ruleset: Mapping[str, Any], forms: Mapping[str, Any] | None = None
) -> None:
    """Refuse conditions on fields that no rule reads. `forms` are the checked ones."""
    judge = _Judge(report, forms or {})
    for path, rule in each_rule(ruleset):
        _rule(judge, path, rule)
    for path, segment in _each(ruleset, (), "segments"):
        judge.lead((*path, "lead"), segment.get("lead"))
    stages = clear(ruleset.get("stages")) or {}
    matchers = [*_each(ruleset, (), "ignore")]
    matchers += [one for name in stages for one in _each(stages, ("stages",), name)]
    for path, matcher in matchers:
        judge.where((*path, "where"), matcher.get("where"), _types(matcher))


def check_lead_unread(
    report: Report, path: Path_, pattern: Mapping[str, Any], forms: Mapping[str, Any] | None
) -> None:
    """Refuse what a pattern over facts asks of fields that no rule reads."""
    _Judge(report, forms or {}).lead(path, pattern)


def _rule(judge: "_Judge", path: Path_, rule: Mapping[str, Any]) -> None:
    types, own, unless = _types(rule), rule.get("where"), rule.get("unless")
    judge.lead((*path, "lead"), rule.get("lead"))
    judge.where((*path, "where"), own, types)
    for at, band in _each(rule, path, "first_of"):
        judge.where((*at, "where"), band.get("where"), types, own)
        judge.lead((*at, "lead"), band.get("lead"))
    award = rule.get("award")
    if isinstance(award, GivenAward) and award.distinct is not None:
        judge.name((*path, "award", "distinct"), award.distinct, types, own)
    if isinstance(unless, Mapping):
        judge.where((*path, "unless", "where"), unless.get("where"), _types(unless))
        if isinstance(same := unless.get("same"), str):
            judge.name((*path, "unless", "same"), same, types, own)


def _types(matcher: Mapping[str, Any]) -> Types:
    given = matcher.get("event")
    return given if isinstance(given, frozenset) and ACTIVITY not in given else None


def _each(given: Mapping[str, Any], path: Path_, name: str) -> Iterator[tuple[Path_, Any]]:
    for place, one in enumerate(clear(given.get(name)) or ()):
        if isinstance(one, Mapping):
            yield (*path, name, place), one


class _Judge:
    def __init__(self, report: Report, forms: Mapping[str, Any]) -> None:
        self._report = report
        self._forms = forms

    def where(self, path: Path_, pattern: object, types: Types, outer: object = None) -> None:
        """Judge the fields of a `where`. What an `outer` one asks holds for its events too."""
        if not isinstance(pattern, Mapping):
            return
        for at, field, names in _fields(pattern, path, "", self._senders(types, outer)):
            self._field(at, field, types, names)

    def name(self, path: Path_, field: str, types: Types, where: object) -> None:
        """Judge the property that is named at this path."""
        self._field(path, field, types, self._senders(types, where))

    def lead(self, path: Path_, pattern: object) -> None:
        """Judge the fields of a `lead`: a message is no fact."""
        if not isinstance(pattern, Mapping):
            return
        for at, field, _ in _fields(pattern, path, "", ()):
            name = field.partition(".")[0]
            if not self._read_of(name, self._forms):
                self._message(at, name, self._messages_of(name, self._forms))

    def _field(self, at: Path_, field: str, types: Types, names: list[str]) -> None:
        name, *inner = field.split(".")
        if name == "extra":
            self._report.error(at, "unread-field", _EXTRA)
        elif name == "consents" and len(inner) > 1 and inner[1:] != ["version"]:
            self._report.error(at, "unread-field", _CONSENTS.format(purpose=inner[0]))
        elif not self._read_of(name, names):
            own = self._messages_of(name, names)
            is_elsewhere = not self._read_of(name, self._forms) and self._is_of_forms(types)
            self._message(at, name, own or self._messages_of(name, self._forms) * is_elsewhere)

    def _message(self, at: Path_, name: str, forms: list[str]) -> None:
        """Refuse a message field, if these forms have it."""
        if forms:
            message = (
                f"`{name}` is a message field of the form{'s' * (len(forms) > 1)} "
                f"{', '.join(forms)}: people read it, and no rule does; ask for another field, "
                "or give it the type text in forms.yaml"
            )
            self._report.error(at, "unread-field", message)

    def _senders(self, types: Types, where: object) -> list[str]:
        """The forms whose events a rule about these types, with this `where`, may be about."""
        names = [
            name for name, form in self._forms.items() if types is None or form["type"] in types
        ]
        return _fitting(where, names) if isinstance(where, Mapping) else names

    def _is_of_forms(self, types: Types) -> bool:
        """Whether forms send such events. A type of the file's own is one only if a form has it."""
        own = {form["type"] for form in self._forms.values()}
        return types is None or any(
            one in own or (one in TYPES and vocabulary.may_send(Route.FORM, one)) for one in types
        )

    def _messages_of(self, field: str, names: Iterable[str]) -> list[str]:
        return [name for name in names if self._type(name, field) == MESSAGE]

    def _read_of(self, field: str, names: Iterable[str]) -> list[str]:
        return [name for name in names if self._type(name, field) not in (None, MESSAGE)]

    def _type(self, name: str, field: str) -> str | None:
        spec = self._forms[name]["fields"].get(field)
        return None if spec is None else str(spec["type"])


def _fields(
    pattern: Mapping[str, Any], path: Path_, before: str, names: Iterable[str]
) -> Iterator[tuple[Path_, str, list[str]]]:
    """The lists of values in a pattern: each with its path, its field, and the forms that fit."""
    names = list(names) if before else _fitting(pattern, names)
    for key, given in pattern.items():
        at, field = (*path, key), f"{before}.{key}" if before else str(key)
        if isinstance(given, Mapping):
            yield from _fields(given, at, field, names)
        elif isinstance(given, list):
            if key == "$or" and all(isinstance(one, Mapping) for one in given):
                for place, one in enumerate(given):
                    yield from _fields(one, (*at, place), before, names)
            else:
                yield at, field, names


def _fitting(pattern: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """Those of these forms whose events a pattern lets through by their `form`."""
    asked = pattern.get("form")
    if not isinstance(asked, list):
        return list(names)
    fits = eventbridge.compile({"form": asked})
    return [name for name in names if fits({"form": name})]
