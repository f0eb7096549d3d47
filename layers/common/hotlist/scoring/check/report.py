"""What the check of a ruleset has found, and how it goes on where something is wrong."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, Literal

from hotlist.config.findings import Finding, Path_, Positions, nearest
from hotlist.scoring.values import quoted

Code = Literal[
    "yaml",
    "unknown-key",
    "type",
    "unknown-name",
    "duplicate-id",
    "bad-pattern",
    "wrong-kind",
    "never-fires",
    "bands",
    "gap",
    "cap",
    "order",
    "unreachable",
    "rearm",
    "lasts-after-decay",
    "too-many-steps",
    "endless-override",
    "unknown-value",
    "unread-field",
    "absence",
    "stand-in",
    "same-address",
]

_MAX_HINTS: Final = 200
"""A file with more mistakes than this is read by no one to its end; hints take time."""

_MAX_LISTED: Final = 50
"""So many known names stand in a finding."""


class Unclear:
    """The type of `UNCLEAR`, which stands where something is wrong that has been said."""


UNCLEAR: Final = Unclear()


class Report:
    """Collects findings; one place gets each code once."""

    def __init__(self, positions: Positions) -> None:
        self._positions = positions
        self._findings: dict[tuple[Path_, Code], Finding] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(sorted(self._findings.values()))

    @property
    def has_errors(self) -> bool:
        return any(finding.level == "error" for finding in self._findings.values())

    def error(self, path: Path_, code: Code, message: str) -> Unclear:
        self._add(path, code, message, "error")
        return UNCLEAR

    def warning(self, path: Path_, code: Code, message: str) -> None:
        self._add(path, code, message, "warning")

    def unknown(
        self, path: Path_, code: Code, what: str, name: str, known: Collection[str]
    ) -> str | None:
        """Say that there is no `what` called `name`. Returns the name that may be meant."""
        near = self.near(name, known)
        if name == "<<":
            self.error(path, code, "YAML 1.2 has no merge keys; write the keys out")
            return None
        hint = f"did you mean {near!r}?" if near else f"there are {_listed(known)}"
        self.error(path, code, f"there is no {what} {quoted(name)} here; {hint}")
        return near

    def near(self, name: str, known: Collection[str]) -> str | None:
        """The one of these names that may be meant."""
        return None if len(self._findings) > _MAX_HINTS else nearest(name, known)

    def _add(self, path: Path_, code: Code, message: str, level: str) -> None:
        finding = self._positions.finding(path, message, code, level)
        self._findings.setdefault((path, code), finding)


def _listed(known: Collection[str]) -> str:
    names = sorted(known)
    more = f" and {len(names) - _MAX_LISTED:,} more" if len(names) > _MAX_LISTED else ""
    return ", ".join(names[:_MAX_LISTED]) + more


Reader = Callable[[Report, Path_, Any], Any]
"""Reads the value at a path. Returns it as the other checks use it, or `UNCLEAR`."""


def read_mapping(
    report: Report,
    path: Path_,
    value: object,
    readers: Mapping[str, Reader],
    required: Collection[str] = (),
) -> dict[str, Any] | Unclear:
    """Read a map by a reader for each of its keywords.

    A key that is not known stands as `UNCLEAR` for the keyword that it is like, so that this
    is not said to be missing too.
    """
    if not isinstance(value, Mapping):
        return report.error(path, "type", f"write a map of {', '.join(sorted(readers))}")
    read = {
        name: readers[name](report, (*path, name), given)
        for name, given in value.items()
        if name in readers
    }
    for name in value:
        if name not in readers:
            near = report.unknown((*path, name), "unknown-key", "keyword", name, readers)
            if near is not None:
                read.setdefault(near, UNCLEAR)
    for name in required:
        if name not in read:
            report.error(path, "type", f"`{name}` is missing")
    return read


def plain(parse: Callable[[Any], object]) -> Reader:
    """The reader for a value that `parse` takes, or refuses by a ValueError."""

    def read(report: Report, path: Path_, value: object) -> object:
        try:
            return parse(value)
        except ValueError as error:
            return report.error(path, "type", str(error))

    return read


def clear(value: Any) -> Any:
    """The value, or None for what is unclear."""
    return None if value is UNCLEAR else value
