"""The shape of a ruleset: its keywords, the types of their values, and the names in it."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from hotlist.config.findings import Path_, nearest
from hotlist.leads.lead import Stage
from hotlist.scoring.check import readers
from hotlist.scoring.check.report import Reader, Report, Unclear, read_mapping
from hotlist.scoring.check.rule_schema import read_rule
from hotlist.scoring.rules import DEFAULT_GROUPS, TOTAL
from hotlist.scoring.values import quoted

_NO_GROUPS: Final = (TOTAL, "manual", "", "<<")
STAGES: Final = frozenset(
    {Stage.INTEREST.value, Stage.CONSIDERATION.value, Stage.INTENT.value, Stage.CUSTOMER.value}
)
_DOMAIN_NEVER_HAS: Final = frozenset("@/*:,; \t\r\n")


def read_ruleset(report: Report, source: object) -> dict[str, Any] | Unclear:
    """The ruleset as the other checks use it: what is wrong in it is said and `UNCLEAR`.

    It has the shape of the file, but groups are always given, and values are those of
    `readers`.
    """
    groups = _group_names(source)
    minimums = partial(readers.read_minimums, groups=groups)
    temperature: dict[str, Reader] = {
        "warm": minimums,
        "hot": minimums,
        "rearm": readers.read_amount,
    }
    grades = _map_of(minimums, "grades, best first, as in {A: 60, B: {}}")
    segment: dict[str, Reader] = {
        "id": readers.read_identifier,
        "lead": readers.read_lead,
        "temperature": partial(read_mapping, readers=temperature),
        "grades": grades,
        "suspended": readers.read_flag,
    }
    ruleset: dict[str, Reader] = {
        "timezone": readers.read_zone,
        "retention": readers.read_duration,
        "temperature": partial(read_mapping, readers=temperature, required=("hot",)),
        "grades": grades,
        "segments": _with_ids(
            partial(read_mapping, readers=segment, required=("id", "lead")), "segments", least=0
        ),
        "groups": _groups,
        "total": partial(read_mapping, readers=_BOUNDS),
        "rules": _with_ids(partial(read_rule, groups=groups), "rules", least=1),
        "ignore": readers.list_of(readers.read_matcher, "matchers, as in [{event: page_viewed}]"),
        "domains": _map_of(
            readers.list_of(_domain, "domains, as in [example.com]"),
            "classes to their domains, as in {freemail: [example.com]}",
        ),
        "stages": _stages,
        "shadow": readers.read_string,
    }
    read = read_mapping(report, (), source, ruleset, ("temperature", "rules"))
    if isinstance(read, dict):
        read.setdefault("groups", {name: {} for name in DEFAULT_GROUPS})
    return read


def _group_names(source: object) -> frozenset[str] | None:
    """The names that there are for groups; None if that is unclear."""
    if not isinstance(source, Mapping):
        return None
    if "groups" in source:
        given = source["groups"]
        return frozenset(given) if isinstance(given, Mapping) and given else None
    if any(nearest(name, ("groups",)) for name in source):
        return None
    return frozenset(DEFAULT_GROUPS)


_BOUNDS: Final[Mapping[str, Reader]] = {"min": readers.read_points, "max": readers.read_points}
_GROUP: Final[Mapping[str, Reader]] = {
    **_BOUNDS,
    "weight": readers.read_weight,
    "decay": readers.read_decay,
    "lasts": readers.read_lasts,
}


def _map_of(read_one: Reader, what: str) -> Reader:
    """The reader for a map of names of the file's own to what `read_one` reads."""

    def read(report: Report, path: Path_, value: object) -> object:
        if not isinstance(value, Mapping):
            return report.error(path, "type", f"write a map of {what}")
        return {name: read_one(report, (*path, name), one) for name, one in value.items()}

    return read


def _with_ids(read_one: Reader, what: str, *, least: int) -> Reader:
    """The reader for a list of what has an id of its own."""
    read_list = readers.list_of(read_one, what, least=least)

    def read(report: Report, path: Path_, value: object) -> object:
        found = read_list(report, path, value)
        first: dict[str, int] = {}
        for place, one in enumerate(found if isinstance(found, list) else ()):
            name = one.get("id") if isinstance(one, Mapping) else None
            if isinstance(name, str) and name in first:
                message = f"{what}[{first[name]}] is called {name!r} too; write another id"
                report.error((*path, place, "id"), "duplicate-id", message)
            elif isinstance(name, str):
                first[name] = place
        return found

    return read


def _groups(report: Report, path: Path_, value: object) -> object:
    if not isinstance(value, Mapping) or not value:
        return report.error(path, "type", "write a map of groups, as in {fit: {max: 40}}")
    for name in _NO_GROUPS:
        if name in value:
            message = f"{name!r} is no name for a group; call it otherwise"
            report.error((*path, name), "unknown-name", message)
    return {
        name: {} if group is None else read_mapping(report, (*path, name), group, _GROUP)
        for name, group in value.items()
    }


def _domain(report: Report, path: Path_, value: object) -> object:
    if isinstance(value, str) and value.strip(".") and not _DOMAIN_NEVER_HAS & set(value):
        return value
    return report.error(path, "type", f"{quoted(value)} is no domain; write one like example.com")


def _stages(report: Report, path: Path_, value: object) -> object:
    stages = _map_of(
        readers.list_of(readers.read_matcher, "matchers, as in [{event: page_viewed}]"),
        "stages and their matchers, as in {intent: [{event: demo_requested}]}",
    )
    known = value
    if isinstance(value, Mapping):
        known = {name: one for name, one in value.items() if name in STAGES}
        for name in value.keys() - known.keys():
            if name in (Stage.AWARENESS, Stage.REJECTED):
                message = f"{name!r} takes no matchers; it follows from the others"
                report.error((*path, name), "unknown-name", message)
            else:
                report.unknown((*path, name), "unknown-name", "stage", name, STAGES)
    return stages(report, path, known)
