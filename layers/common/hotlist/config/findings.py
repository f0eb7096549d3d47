"""Findings: what is wrong in a configuration file, and where. Only the build uses this module."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final, TypeVar

from pydantic import ValidationError

MAX_BYTES: Final = 1_000_000
MAX_NODES: Final = 100_000

Path_ = tuple[str | int, ...]
M = TypeVar("M")


_OF_KEY: Final = "[key]"
"""What pydantic puts behind the path of a key that is wrong itself."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that is wrong in a file. Lines and columns count from 1.

    `path` leads to the value, like `rules[3].points`. `message` says what to write instead. `code`
    is the kind of finding, `level` is `error` or `warning`.
    """

    line: int
    column: int
    path: str
    message: str
    code: str = "type"
    level: str = "error"
    file: str = ""

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        level = "" if self.level == "error" else f"{self.level}: "
        return f"{self.file}:{self.line}:{self.column}: {level}{place}{self.message} [{self.code}]"


class BadConfig(ValueError):
    """The file cannot be used. `findings` has every reason."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(sorted(findings))
        super().__init__("\n".join(map(str, self.findings)))


class Positions:
    """The line and column of each value of a YAML file, by its path of keys and indices."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._places: dict[Path_, tuple[int, int]] = {(): (1, 1)}

    def put(self, path: Path_, line: int, column: int) -> None:
        self._places[path] = (line + 1, column + 1)

    def has(self, path: Sequence[str | int]) -> bool:
        """Whether the file has a value at this path."""
        return tuple(path) in self._places

    def finding(
        self, path: Sequence[str | int], message: str, code: str = "type", level: str = "error"
    ) -> Finding:
        """A finding at this path, or at the nearest value above it that the file has."""
        at = tuple(path)
        while at not in self._places:
            at = at[:-1]
        line, column = self._places[at]
        return Finding(line, column, path_text(path), message, code, level, self.file)


def path_text(path: Sequence[str | int]) -> str:
    """`('rules', 3, 'points')` → `rules[3].points`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def nearest(name: str, known: Collection[str]) -> str | None:
    """The known name that is most similar to this one, or None."""
    near = get_close_matches(name[:100].lower(), known, 1)
    return near[0] if near else None


def read_model(read: Callable[[Any], M], source: object, positions: Positions) -> M:
    """What a model of pydantic makes of a file.

    A keyword without a value is refused wherever it stands. It may be one whose value somebody
    forgot, and a model cannot tell it from one that is left out.

    :raises BadConfig: with everything that is wrong.
    """
    empty = [*_without_value(source, positions, ())]
    try:
        made = read(source)
    except ValidationError as error:
        told = {one.path for one in empty}
        wrong = [one for one in _model_findings(error, positions) if one.path not in told]
        raise BadConfig([*empty, *wrong]) from error
    if empty:
        raise BadConfig(empty)
    return made


def _without_value(value: object, positions: Positions, path: Path_) -> Iterator[Finding]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            if one is None:
                message = "nothing stands after this; write its value, or take it out"
                yield positions.finding((*path, key), message)
            else:
                yield from _without_value(one, positions, (*path, key))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from _without_value(one, positions, (*path, place))


def _model_findings(error: ValidationError, positions: Positions) -> Iterator[Finding]:
    """The findings for an error of pydantic, each with its place in the file."""
    for one in error.errors(include_url=False):
        path = [part for part in one["loc"] if isinstance(part, int | str)]
        code = "unknown-key" if one["type"] == "extra_forbidden" else "type"
        message = "there is no such key here; remove it" if code == "unknown-key" else one["msg"]
        message = message.removeprefix("Value error, ")
        if path[-1:] == [_OF_KEY] and not positions.has(path):
            path, message = path[:-1], f"this name is refused: {message}"
        yield positions.finding(path, message, code)


def to_json(mapping: Mapping[str, Any]) -> str:
    """The JSON text of a checked configuration, in the order of the file."""
    return json.dumps(mapping, ensure_ascii=False, indent=1, default=_number) + "\n"


def _number(value: object) -> float:
    """A Decimal as a double, since JSON has no Decimal. The check refuses what loses a digit."""
    assert isinstance(value, Decimal), type(value)  # noqa: S101
    return float(value)
