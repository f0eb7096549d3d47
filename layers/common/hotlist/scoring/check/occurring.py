"""Conditions that no lead and no event can fit, for the words that they ask for never occur."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from hotlist.config.findings import Path_
from hotlist.events.vocabulary import CHANNELS
from hotlist.leads.facts import TOUCH
from hotlist.leads.lead import Stage
from hotlist.scoring.check.closed_words import (
    MEANT_CHANNELS,
    MEANT_CLASSES,
    MEANT_STAGES,
    Domains,
    Languages,
    Paths,
    Pieces,
    Vocabulary,
    Words,
)
from hotlist.scoring.check.lint import each_rule
from hotlist.scoring.check.report import Report, clear
from hotlist.scoring.domains import CLASSES
from hotlist.scoring.values import quoted

_TOUCHES: Final = ("first_touch", "last_touch")
_AFFIXES: Final = ("prefix", "suffix")
_OF_TEXT: Final = ("exactly", "equals-ignore-case", "wildcard", *_AFFIXES)
_SAYING: Final = {
    "prefix": "no {noun} begins with {text}",
    "suffix": "no {noun} ends with {text}",
    "wildcard": "no {noun} is like {text}",
}
_STARS: Final = re.compile(r"\\(.)|\*", re.DOTALL)


def check_words(report: Report, ruleset: Mapping[str, Any]) -> None:
    """Warn of each word that can never occur."""
    leads = _of_leads(report, clear(ruleset.get("domains", {})))
    events = _Judge(report, {"language": Languages(), "page_path": Paths()}, ignore_case=False)
    for path, given in _conditions(ruleset):
        if path[-1] == "lead":
            _lead(report, leads, path, given)
        else:
            for at, field, values in _fields(given, path, ""):
                events.judge(at, field, values)


def check_lead_words(
    report: Report,
    patterns: Iterable[tuple[Path_, Mapping[str, Any]]],
    domains: Mapping[str, Any] | None,
) -> None:
    """Warn of each word of these patterns over facts that can never occur.

    `domains` are those of scoring.yaml: they name classes of addresses. None if nobody knows.
    """
    leads = _of_leads(report, domains)
    for path, pattern in patterns:
        _lead(report, leads, path, pattern)


def _lead(report: Report, judge: "_Judge", path: Path_, pattern: Mapping[str, Any]) -> None:
    for at, field, values in _fields(pattern, path, ""):
        _touch(report, at, field, values)
        judge.judge(at, field, values)


def _of_leads(report: Report, domains: Mapping[str, Any] | None) -> "_Judge":
    of_leads: dict[str, Vocabulary] = {
        "channel": Words("channel", CHANNELS, MEANT_CHANNELS, report.near),
        "stage": Words("stage", [stage.value for stage in Stage], MEANT_STAGES, report.near),
        "language": Languages(),
        "email_domain": Domains(),
        "page_path": Paths(),
    }
    if domains is not None:
        classes = {*CLASSES, *(name.lower() for name in domains if isinstance(name, str))}
        noun = "class of e-mail addresses"
        of_leads["email_class"] = Words(noun, classes, MEANT_CLASSES, report.near)
    return _Judge(report, of_leads, ignore_case=True)


def _conditions(ruleset: Mapping[str, Any]) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
    """Every `lead` and `where` of a ruleset that can be judged."""
    for path, one in _places(ruleset):
        for name in ("lead", "where"):
            given = one.get(name) if isinstance(one, Mapping) else None
            if isinstance(given, Mapping):
                yield (*path, name), given


def _places(ruleset: Mapping[str, Any]) -> Iterator[tuple[Path_, Any]]:
    """Whatever may have conditions."""
    for path, rule in each_rule(ruleset):
        yield path, rule
        yield (*path, "unless"), rule.get("unless")
        yield from _each(rule, path, "first_of")
    yield from _each(ruleset, (), "segments")
    yield from _each(ruleset, (), "ignore")
    stages = clear(ruleset.get("stages")) or {}
    for name in stages:
        yield from _each(stages, ("stages",), name)


def _each(given: Mapping[str, Any], path: Path_, name: str) -> Iterator[tuple[Path_, Any]]:
    for place, one in enumerate(clear(given.get(name)) or ()):
        yield (*path, name, place), one


def _fields(
    pattern: Mapping[str, Any], path: Path_, before: str
) -> Iterator[tuple[Path_, str, list[Any]]]:
    """The lists of values in a pattern, each with its path and its field in dots."""
    for key, given in pattern.items():
        at, field = (*path, key), f"{before}.{key}" if before else key
        if isinstance(given, Mapping):
            yield from _fields(given, at, field)
        elif isinstance(given, list):
            if key == "$or" and all(isinstance(one, Mapping) for one in given):
                for place, one in enumerate(given):
                    yield from _fields(one, (*at, place), before)
            else:
                yield at, field, given


def _touch(report: Report, at: Path_, field: str, values: list[Any]) -> None:
    touch, _, name = field.partition(".")
    if touch not in _TOUCHES or all(_asks_absence(one) for one in values):
        return
    if not name:
        message = (
            f"{touch} has fields; ask for one of them, as in {{{touch}: {{source: [google]}}}}"
        )
        report.warning(at, "unknown-value", message)
    elif name not in TOUCH:
        near = report.near(name, TOUCH)
        hint = f"did you mean {near!r}?" if near else f"there are {', '.join(sorted(TOUCH))}"
        report.warning(at, "unknown-value", f"{touch} has no field {quoted(name)}; {hint}")


def _asks_absence(one: object) -> bool:
    return isinstance(one, Mapping) and one.get("exists") is False


class _Judge:
    """Judges the values of fields by what can stand in them."""

    def __init__(
        self, report: Report, vocabularies: Mapping[str, Vocabulary], *, ignore_case: bool
    ) -> None:
        self._report = report
        self._vocabularies = vocabularies
        self._ignore_case = ignore_case

    def judge(self, path: Path_, field: str, values: list[Any]) -> None:
        name, _, inner = field.partition(".")
        vocabulary = self._vocabularies.get(name)
        if vocabulary is None:
            return
        if inner:
            message = f"{name} is a text and has no fields; ask for it as in {{{name}: [...]}}"
            self._report.warning(path, "unknown-value", message)
            return
        for place, one in enumerate(values):
            self._value(vocabulary, (*path, place), one)

    def _value(self, vocabulary: Vocabulary, path: Path_, one: object) -> None:
        if not isinstance(one, Mapping):
            self._text(vocabulary, path, "exactly", one)
            return
        ((keyword, operand),) = one.items()
        path = (*path, keyword)
        if keyword == "anything-but":
            self._anything_but(vocabulary, path, operand)
        elif keyword in _OF_TEXT:
            self._text(vocabulary, path, keyword, operand)
        elif keyword in ("numeric", "cidr"):
            what = "number" if keyword == "numeric" else "IP address"
            advice = vocabulary.advice("")
            self._warn(path, f"a {vocabulary.noun} is no {what}", advice)

    def _anything_but(self, vocabulary: Vocabulary, path: Path_, operand: object) -> None:
        keyword = "exactly"
        if isinstance(operand, Mapping):
            ((keyword, operand),) = operand.items()
            path = (*path, keyword)
        refused: list[Pieces | None] = []
        for place, one in enumerate(operand if isinstance(operand, list) else [operand]):
            at = (*path, place) if isinstance(operand, list) else path
            refused.append(self._text(vocabulary, at, keyword, one, is_refused=True))
        if isinstance(vocabulary, Words) and vocabulary.refuses_all(refused):
            self._warn(path, f"no {vocabulary.noun} is left", "refuse fewer of them")

    def _text(
        self,
        vocabulary: Vocabulary,
        path: Path_,
        keyword: str,
        operand: object,
        *,
        is_refused: bool = False,
    ) -> Pieces | None:
        """Warn if no text fits this keyword and operand. Returns the pieces of those that do."""
        ignore_case = self._ignore_case
        if isinstance(operand, Mapping):
            ((inner, operand),) = operand.items()
            path, ignore_case = (*path, inner), True
        if isinstance(operand, str):
            ignore_case |= keyword == "equals-ignore-case"
            pieces = _pieces(keyword, operand.lower() if ignore_case else operand)
            if vocabulary.occurs(pieces):
                return pieces
        said = _SAYING.get(keyword, "{text} is no {noun}")
        said = said.format(noun=vocabulary.noun, text=quoted(operand))
        is_hint = isinstance(operand, str) and keyword != "suffix"
        advice = vocabulary.advice(str(operand) if is_hint else "")
        self._warn(path, f"{said}, so it need not be refused" if is_refused else said, advice)
        return None

    def _warn(self, path: Path_, what: str, advice: str) -> None:
        self._report.warning(path, "unknown-value", f"{what}; {advice}")


def _pieces(keyword: str, text: str) -> Pieces:
    """What a condition on a text is, as `closed_words` has it."""
    if keyword in _AFFIXES:
        return (text, "") if keyword == "prefix" else ("", text)
    if keyword != "wildcard":
        return (text,)
    pieces, at = [""], 0
    for found in _STARS.finditer(text):
        pieces[-1] += text[at : found.start()] + (found[1] or "")
        at = found.end()
        if found[1] is None:
            pieces.append("")
    pieces[-1] += text[at:]
    return tuple(pieces)
