"""Reading JSON lines that anyone may have written: strictly, within bounds, with the reason."""

import json
import math
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO, Final

MAX_LINE: Final = 4_000_000
MAX_LEVELS: Final = 100
MAX_DIGITS: Final = 1_000

_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_:-]+\Z")


class BadLine(ValueError):
    """A line that cannot be used; each reason says what to write instead."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__("\n".join(reasons))


def lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, by their number; one that is too long only in part."""
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        rest = line
        while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE + 1)
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line.strip():
            yield number, line


def parse(line: bytes, like: str = '{"lead": "ada", …}') -> dict[str, Any]:
    """The object that a line holds, `like` an example.

    :raises BadLine: if there is none, or one beyond bounds.
    """
    if len(line) > MAX_LINE:
        raise BadLine(f"the line is longer than {MAX_LINE:,} bytes; write one object on each line")
    try:
        value = json.loads(
            line.decode("utf-8"),
            parse_int=_int,
            parse_float=_float,
            parse_constant=lambda name: _Refused(f"{name} is no JSON", "a number or null"),
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as error:
        raise BadLine(f"not UTF-8, at byte {error.start + 1}; save it as UTF-8") from error
    except json.JSONDecodeError as error:
        instead = f"write one object on the line, as in {like}"
        raise BadLine(f"no JSON, at column {error.colno}: {error.msg}; {instead}") from error
    except RecursionError as error:
        raise BadLine(_TOO_DEEP) from error
    _check(value)
    if not isinstance(value, dict):
        raise BadLine(f"no object; write one, as in {like}")
    return value


_TOO_DEEP: Final = f"values lie deeper than {MAX_LEVELS} levels; write flatter ones"


class _Refused:
    """Stands for a value that is refused, until its place is known."""

    def __init__(self, reason: str, instead: str) -> None:
        self.reason = reason
        self.instead = instead


def _int(text: str) -> object:
    if len(text) > MAX_DIGITS:
        return _Refused(f"a number of {len(text):,} digits", f"one of at most {MAX_DIGITS:,}")
    return int(text)


def _float(text: str) -> object:
    number = float(text)
    if math.isfinite(number):
        return number
    try:
        large = Decimal(text)
    except InvalidOperation:  # an exponent that not even a Decimal has
        large = Decimal("Infinity")
    if large.is_finite() and large.adjusted() < MAX_DIGITS:
        return int(large)
    return _Refused("a number beyond all bounds", f"one of at most {MAX_DIGITS:,} digits")


def _object(pairs: list[tuple[str, object]]) -> object:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        return _Refused(f"the key {twice[:60]!r} stands twice", "it once")
    return made


def _check(whole: object) -> None:
    """Refuse what is too deep, or was refused already."""
    waiting: list[tuple[object, str, int]] = [(whole, "", 0)]
    while waiting:
        value, path, level = waiting.pop()
        if isinstance(value, _Refused):
            place = f"{path}: " if path else ""
            raise BadLine(f"{place}{value.reason}; write {value.instead}")
        if level > MAX_LEVELS:
            raise BadLine(_TOO_DEEP)
        if isinstance(value, dict):
            waiting += [(v, _under(path, k), level + 1) for k, v in value.items()]
        elif isinstance(value, list):
            waiting += [(v, f"{path}[{place}]", level + 1) for place, v in enumerate(value)]


def _under(path: str, key: str) -> str:
    key = key if _PLAIN_KEY.match(key) else repr(key[:60])
    return f"{path}.{key}" if path else key
