"""Readers of the values that rules, groups and segments are made of.

Each says what is wrong with a value where it stands, and returns the value as the other checks
use it: durations in milliseconds, points in thousandths.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Final, Literal, TypeGuard
from zoneinfo import ZoneInfo

from hotlist.config.findings import Path_
from hotlist.config.zones import time_zone
from hotlist.events.vocabulary import TYPES, is_type
from hotlist.leads.lead import Temperature
from hotlist.scoring import values
from hotlist.scoring.check.report import (
    UNCLEAR,
    Reader,
    Report,
    Unclear,
    plain,
    read_mapping,
)
from hotlist.scoring.pattern import eventbridge
from hotlist.scoring.pattern.leaves import BadPattern
from hotlist.scoring.rules import ACTIVITY, TOTAL
from hotlist.scoring.values import Amount, quoted

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
_UTC: Final = ZoneInfo("UTC")

Within = int | Literal["day", "session"]


@dataclass(frozen=True, slots=True)
class GivenAward:
    """Which events give points: each N-th, or the N-th alone; neither for the latest event."""

    every: int | None = None
    at_count: int | None = None
    within: Within | None = None
    distinct: str | None = None


@dataclass(frozen=True, slots=True)
class GivenDecay:
    """How an award fades; nothing is given for `none`. Steps keep their key, age and worth."""

    half_life: int | None = None
    linear: int | None = None
    lose: Amount | None = None
    every: int | None = None
    steps: tuple[tuple[str, int, Amount], ...] = ()
    floor: Amount | None = None


@dataclass(frozen=True, slots=True)
class GivenMinimums:
    """What groups and the total must reach; `plain` if the file has one number, for the total."""

    least: Mapping[str, int]
    plain: bool


# --- single values ------------------------------------------------------------------------

read_points: Final = plain(values.points)
read_duration: Final = plain(values.duration)
read_amount: Final = plain(values.amount)
read_weight: Final = plain(values.weight)


def read_zone(report: Report, path: Path_, value: object) -> object:
    """A time zone that IANA has, and not only the machine that builds."""
    try:
        zone = values.zone(value)
        time_zone(zone.key)
    except ValueError as error:
        return report.error(path, "type", str(error))
    return zone


def read_lasts(report: Report, path: Path_, value: object) -> Any:
    """Milliseconds, or None for `none`."""
    return None if value == "none" else read_duration(report, path, value)


def read_flag(report: Report, path: Path_, value: object) -> bool | Unclear:
    if isinstance(value, bool):
        return value
    return report.error(path, "type", f"{quoted(value)} is not true or false; write one of them")


def read_string(report: Report, path: Path_, value: object) -> str | Unclear:
    if isinstance(value, str) and value:
        return value
    return report.error(
        path, "type", f"{quoted(value)} is no text; write one, in quotes if need be"
    )


def read_identifier(report: Report, path: Path_, value: object) -> str | Unclear:
    if isinstance(value, str) and _ID.match(value):
        return value
    instead = "write a-z, 0-9 and -, a letter or digit first"
    return report.error(path, "type", f"{quoted(value)} is no id; {instead}")


def read_title(report: Report, path: Path_, value: object) -> object:
    texts = list(value.values()) if isinstance(value, Mapping) else [value]
    if texts and all(isinstance(one, str) and one.strip() for one in texts):
        return value
    instead = "write a text, or a map of language to text like {en: Visit, pl: Wizyta}"
    return report.error(path, "type", f"{quoted(value)} is no title; {instead}")


def read_override(report: Report, path: Path_, value: object) -> object:
    if value in list(Temperature):
        return value
    return report.error(path, "type", f"{quoted(value)} is no temperature; write cold, warm or hot")


def read_active(report: Report, path: Path_, value: object) -> object:
    """A date or an instant, which stays as it is: which instant it is depends on the zone."""
    try:
        values.beginning(value, _UTC)
    except ValueError as error:
        return report.error(path, "type", str(error))
    return value


def list_of(read_one: Reader, what: str, *, least: int = 0) -> Reader:
    """The reader for a list, each item of which `read_one` reads."""

    def read(report: Report, path: Path_, value: object) -> object:
        if not isinstance(value, list) or len(value) < least:
            number = "; at least one" if least else ""
            return report.error(path, "type", f"write a list of {what}{number}")
        return [read_one(report, (*path, place), one) for place, one in enumerate(value)]

    return read


# --- matchers -----------------------------------------------------------------------------


def read_event(report: Report, path: Path_, value: Any) -> frozenset[str] | Unclear:
    if value == []:
        return report.error(path, "type", "an empty list matches no event; name a type")
    if not isinstance(value, list):
        return frozenset([value]) if _event_type(report, path, value) else UNCLEAR
    read = [_event_type(report, (*path, place), name) for place, name in enumerate(value)]
    return frozenset(value) if all(read) else UNCLEAR


def _event_type(report: Report, path: Path_, name: object) -> TypeGuard[str]:
    if not isinstance(name, str):
        instead = "write one like page_viewed, or a list of them"
        report.error(path, "type", f"{quoted(name)} is no type of event; {instead}")
        return False
    if name.startswith("score_"):
        message = f"{quoted(name)} changes scores by hand, and no matcher is about it; leave it out"
        report.error(path, "unknown-name", message)
        return False
    if name.startswith("custom:") and not is_type(name):
        instead = "after custom: write a-z, 0-9 and _, at most 64 of them"
        report.error(path, "unknown-name", f"{quoted(name)} is no type of event; {instead}")
        return False
    if name != ACTIVITY and not is_type(name):
        known = {ACTIVITY, *TYPES} - {one for one in TYPES if one.startswith("score_")}
        report.unknown(path, "unknown-name", "type of event", name, known)
        return False
    return True


def pattern_of(report: Report, path: Path_, value: object, *, ignore_case: bool) -> object:
    if not isinstance(value, Mapping):
        instead = 'write fields and their values, as in {form: ["ebook"]}'
        return report.error(path, "type", f"{quoted(value)} is no pattern; {instead}")
    try:
        eventbridge.compile(value, ignore_case=ignore_case)
    except BadPattern as error:
        return report.error((*path, *error.keys), "bad-pattern", error.reason)
    return _kept(report, path, value)


read_where: Final[Reader] = partial(pattern_of, ignore_case=False)
read_lead: Final[Reader] = partial(pattern_of, ignore_case=True)


def read_score(report: Report, path: Path_, value: object) -> object:
    """A list of values as under a field of a pattern."""
    if not isinstance(value, list):
        instead = 'write a list like [{numeric: [">", 30]}]'
        return report.error(
            path, "type", f"{quoted(value)} is no condition on the score; {instead}"
        )
    try:
        eventbridge.compile_values(value)
    except BadPattern as error:
        return report.error((*path, *error.keys), "bad-pattern", error.reason)
    return _kept(report, path, value)


def _kept(report: Report, path: Path_, value: object) -> object:
    """Refuse what the compiled JSON cannot keep, and merge keys, which would become fields."""
    for place, one in _inside(path, value):
        if place[-1] == "<<":
            message = "YAML 1.2 has no merge keys; write the fields out"
            return report.error(place, "bad-pattern", message)
        if isinstance(one, Decimal) and Decimal(repr(float(one))) != one:
            message = "a number of more digits than a double keeps; write at most 15"
            return report.error(place, "bad-pattern", message)
    return value


def _inside(path: Path_, value: object) -> Iterator[tuple[Path_, object]]:
    yield path, value
    entries: Sequence[tuple[Any, object]] = ()
    if isinstance(value, Mapping):
        entries = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    for key, one in entries:
        yield from _inside((*path, key), one)


def read_matcher(
    report: Report, path: Path_, value: Any, more: Mapping[str, Reader] | None = None
) -> dict[str, Any] | Unclear:
    read = read_mapping(
        report, path, value, {"event": read_event, "where": read_where, **(more or {})}
    )
    if isinstance(read, dict) and read.keys() <= set(more or {}) and read.keys() >= set(value):
        message = "an empty matcher matches everything; name an `event`, or a `where`"
        return report.error(path, "type", message)
    return read


def read_unless(report: Report, path: Path_, value: object) -> dict[str, Any] | Unclear:
    read = read_matcher(report, path, value, {"within": read_duration, "same": read_string})
    if isinstance(read, dict) and "same" in read and "within" not in read:
        message = "`same` asks about what follows; say how soon by `within`, as in within: 3d"
        report.error((*path, "same"), "wrong-kind", message)
    return read


# --- awards -------------------------------------------------------------------------------

_WORDS: Final = {
    "each": GivenAward(every=1),
    "once": GivenAward(at_count=1),
    "per_day": GivenAward(at_count=1, within="day"),
    "per_session": GivenAward(at_count=1, within="session"),
    "latest": GivenAward(),
}


def read_award(report: Report, path: Path_, value: object) -> GivenAward | Unclear:
    if isinstance(value, str) and value in _WORDS:
        return _WORDS[value]
    if not isinstance(value, Mapping):
        instead = f"write {', '.join(_WORDS)}, or a map like {{every: 3}}"
        return report.error(path, "type", f"{quoted(value)} is no award; {instead}")
    readers = {"at_count": _count, "every": _count, "within": _within, "distinct": read_string}
    read = read_mapping(report, path, value, readers)
    if isinstance(read, Unclear):
        return read
    if ("at_count" in read) == ("every" in read):
        if read.keys() >= set(value):
            message = "an award has one of `at_count` and `every`, as in {every: 3}"
            report.error(path, "type", message)
        return UNCLEAR
    return UNCLEAR if UNCLEAR in read.values() else GivenAward(**read)


def _count(report: Report, path: Path_, value: object) -> int | Unclear:
    try:
        count = values.whole(value)
    except ValueError:
        count = 0
    if count >= 1:
        return count
    return report.error(path, "type", f"{quoted(value)} is no count; write 1, 2, 3 or more")


def _within(report: Report, path: Path_, value: object) -> Any:
    return value if value in ("day", "session") else read_duration(report, path, value)


# --- decay --------------------------------------------------------------------------------

_KINDS: Final = ("half_life", "linear", "lose", "steps")


def read_decay(report: Report, path: Path_, value: object) -> GivenDecay | Unclear:
    if value == "none":
        return GivenDecay()
    if not isinstance(value, Mapping):
        instead = "write none, or a map like {half_life: 30d}"
        return report.error(path, "type", f"{quoted(value)} is no decay; {instead}")
    readers: dict[str, Reader] = {
        "half_life": read_duration,
        "linear": read_duration,
        "lose": _lose,
        "steps": _steps,
        "every": read_duration,
        "floor": read_amount,
    }
    read = read_mapping(report, path, value, readers)
    if isinstance(read, Unclear):
        return read
    kinds = [kind for kind in _KINDS if kind in read]
    if len(kinds) != 1:
        if kinds or read.keys() >= set(value):
            message = f"a decay has exactly one of {', '.join(_KINDS)}"
            report.error(path, "type", message)
        return UNCLEAR
    if "every" in read and kinds != ["lose"]:
        return report.error(
            (*path, "every"), "type", "`every` goes with `lose` alone; leave it out"
        )
    if kinds == ["lose"] and "every" not in read:
        return report.error(path, "type", "`every` is missing: how often it loses, as in every: 7d")
    return UNCLEAR if UNCLEAR in read.values() else GivenDecay(**read)


def _lose(report: Report, path: Path_, value: object) -> object:
    read = read_amount(report, path, value)
    if isinstance(read, Amount) and not read.points and not read.share:
        return report.error(path, "type", "it loses nothing; write points or a share like 10%")
    return read


def _steps(report: Report, path: Path_, value: object) -> object:
    if not isinstance(value, Mapping) or not value:
        instead = "write ages and what is left, as in {7d: 75%, 14d: 5}"
        return report.error(path, "type", f"{quoted(value)} are no steps; {instead}")
    read = []
    for key, worth in value.items():
        age = read_duration(report, (*path, key), key)
        read.append((key, age, read_amount(report, (*path, key), worth)))
    return UNCLEAR if any(UNCLEAR in step for step in read) else tuple(read)


# --- minimums -----------------------------------------------------------------------------


def read_minimums(
    report: Report, path: Path_, value: object, *, groups: frozenset[str] | None
) -> GivenMinimums | Unclear:
    """`groups` are the names that there are; None if that is unclear."""
    if not isinstance(value, Mapping):
        least = _minimum(report, path, value)
        return least if isinstance(least, Unclear) else GivenMinimums({TOTAL: least}, plain=True)
    read = {name: _minimum(report, (*path, name), least) for name, least in value.items()}
    for name in read:
        if groups is not None and name not in {*groups, TOTAL}:
            report.unknown((*path, name), "unknown-name", "group", name, {*groups, TOTAL})
    known = {name: least for name, least in read.items() if not isinstance(least, Unclear)}
    return GivenMinimums(known, plain=False) if len(known) == len(read) else UNCLEAR


def _minimum(report: Report, path: Path_, value: object) -> int | Unclear:
    try:
        return values.whole(value)
    except ValueError as error:
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return report.error(path, "type", str(error))
        instead = "write one like 40, or a map of groups and total"
        return report.error(path, "type", f"{quoted(value)} is no whole number; {instead}")
