"""The shape of a rule: its kind, and the keywords that the kind takes."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, Final, Literal

from hotlist.config.findings import Path_, nearest
from hotlist.scoring.check import readers
from hotlist.scoring.check.readers import GivenAward
from hotlist.scoring.check.report import (
    UNCLEAR,
    Reader,
    Report,
    Unclear,
    read_mapping,
)
from hotlist.scoring.values import quoted

Kind = Literal["event", "silence", "lead"]

KIND: Final = "kind"
"""Under this key, which is no keyword, a rule that was read has its kind."""

_ALL: Final = frozenset(
    {"id", "title", "group", "lead", "points", "first_of", "override"}
    | {"active_from", "active_until"}
)
_OF_EVENTS: Final = _ALL | {"event", "where", "award", "max", "min", "humans_only"}
_TAKES: Final[Mapping[Kind, frozenset[str]]] = {
    "event": _OF_EVENTS | {"unless", "decay", "lasts"},
    "silence": _OF_EVENTS | {"inactive", "score"},
    "lead": _ALL,
}
_BAND_TAKES: Final[Mapping[Kind, frozenset[str]]] = {
    "event": frozenset({"points", "where", "lead"}),
    "silence": frozenset({"points", "lead", "score"}),
    "lead": frozenset({"points", "lead"}),
}
_WHAT: Final[Mapping[Kind, str]] = {
    "event": "a rule about an `event`",
    "silence": "a rule about silence (`inactive`)",
    "lead": "a rule about the `lead`",
}
_SILENCE_AWARDS: Final = (GivenAward(every=1), GivenAward(at_count=1))


def read_rule(
    report: Report, path: Path_, value: object, *, groups: frozenset[str] | None
) -> dict[str, Any] | Unclear:
    """Read a rule; `groups` are the names that there are, None if that is unclear."""
    given = _meant(value) if isinstance(value, Mapping) else {}
    kind: Kind = "silence" if "inactive" in given else "event" if "event" in given else "lead"
    is_about = kind != "lead" or "lead" in given or _bands_are_about_leads(given)
    everything: dict[str, Reader] = {
        "id": readers.read_identifier,
        "title": readers.read_title,
        "group": partial(_group, groups=groups),
        "event": readers.read_event,
        "where": readers.read_where,
        "lead": readers.read_lead,
        "inactive": readers.read_duration,
        "score": readers.read_score,
        "unless": readers.read_unless,
        "points": readers.read_points,
        "max": readers.read_points,
        "min": readers.read_points,
        "first_of": readers.list_of(
            partial(_band, kind=kind if is_about else None), "bands and their points", least=1
        ),
        "award": readers.read_award,
        "decay": readers.read_decay,
        "lasts": readers.read_lasts,
        "override": readers.read_override,
        "humans_only": readers.read_flag,
        "active_from": readers.read_active,
        "active_until": readers.read_active,
    }
    takes = _TAKES[kind] if is_about else everything.keys()
    read = _of_kind(
        report, path, value, keywords=everything, takes=takes, what=_WHAT[kind], required="id"
    )
    if isinstance(read, Unclear):
        return read
    read[KIND] = kind
    if not _has_strange_key(value, everything):
        _about_and_giving(report, path, read, is_about=is_about)
    _together(report, path, read)
    if "group" not in read and groups is not None:
        default = default_group(kind)
        if default not in groups and is_about:
            message = f"say which group: there is no {default!r}, where it would belong"
            read["group"] = report.error(path, "unknown-name", message)
    return read


def default_group(kind: Kind) -> str:
    return "fit" if kind == "lead" else "engagement"


def _of_kind(
    report: Report,
    path: Path_,
    value: object,
    *,
    keywords: Mapping[str, Reader],
    takes: Collection[str],
    what: str,
    required: str,
) -> dict[str, Any] | Unclear:
    """As `read_mapping`; a keyword that this kind does not take is said to be one, and left."""
    own = value
    if isinstance(value, Mapping):
        own = {name: one for name, one in value.items() if name in takes or name not in keywords}
        for name in value.keys() - own.keys():
            message = f"{what} takes no `{name}`; leave it out"
            report.error((*path, name), "wrong-kind", message)
    known = {name: one for name, one in keywords.items() if name in takes}
    return read_mapping(report, path, own, known, (required,))


def _about_and_giving(
    report: Report, path: Path_, read: Mapping[str, Any], *, is_about: bool
) -> None:
    if not is_about:
        message = "the rule is about nothing; name an `event`, `inactive` or a `lead`"
        report.error(path, "wrong-kind", message)
    elif not read.keys() & {"points", "first_of", "override"}:
        message = "the rule gives nothing; write `points`, bands (`first_of`) or an `override`"
        report.error(path, "wrong-kind", message)


def _together(report: Report, path: Path_, read: Mapping[str, Any]) -> None:
    if {"points", "first_of"} <= read.keys():
        message = "a rule has `points` or bands, which have their own; leave one of them out"
        report.error((*path, "first_of"), "wrong-kind", message)
    award = read.get("award")
    is_silence_award = not isinstance(award, GivenAward) or award in _SILENCE_AWARDS
    if read[KIND] == "silence" and not is_silence_award:
        message = "of silences, each gives points or the first; write each or once"
        report.error((*path, "award"), "wrong-kind", message)


def _group(
    report: Report, path: Path_, value: object, *, groups: frozenset[str] | None
) -> str | Unclear:
    if not isinstance(value, str):
        return report.error(path, "type", f"{quoted(value)} is no name of a group; write one")
    if groups is not None and value not in groups:
        report.unknown(path, "unknown-name", "group", value, groups)
        return UNCLEAR
    return value


def _band(
    report: Report, path: Path_, value: object, *, kind: Kind | None
) -> dict[str, Any] | Unclear:
    everything: dict[str, Reader] = {
        "points": readers.read_points,
        "where": readers.read_where,
        "lead": readers.read_lead,
        "score": readers.read_score,
    }
    takes = everything.keys() if kind is None else _BAND_TAKES[kind]
    what = "" if kind is None else f"a band of {_WHAT[kind]}"
    return _of_kind(
        report, path, value, keywords=everything, takes=takes, what=what, required="points"
    )


# --- what a misspelt key is meant for -----------------------------------------------------

_ABOUT: Final = ("event", "inactive", "lead")


def _meant(value: Mapping[str, Any]) -> dict[str, Any]:
    """The rule, where a key that is nearly one of those that make its kind is taken for it."""
    keywords = _OF_EVENTS | _TAKES["event"] | _TAKES["silence"]
    meant = dict(value)
    for name in value.keys() - keywords:
        near = nearest(name, keywords)
        if near in _ABOUT:
            meant.setdefault(near, value[name])
    return meant


def _has_strange_key(value: object, keywords: Mapping[str, Any]) -> bool:
    names = value if isinstance(value, Mapping) else {}
    return any(name not in keywords and nearest(name, keywords) is None for name in names)


def _bands_are_about_leads(given: Mapping[str, Any]) -> bool:
    bands = given.get("first_of")
    return isinstance(bands, list) and any(
        isinstance(band, Mapping) and "lead" in band for band in bands
    )
