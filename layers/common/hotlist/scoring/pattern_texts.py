r"""Tests of text, as Python expressions over `value`: how a pattern's text is met by an event's.

Event Ruler compares the UTF-8 of JSON text with its quotes, so a pattern can meet the quotes too:
the prefix `a"` is met by the text `a`. Patterns come in through bound constants alone.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import CodeType
from typing import Any, Final

Emit = Callable[["Constants"], str]
"""Writes an expression, with its constants bound."""

_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_BEYOND_16_BITS: Final = re.compile("[\U00010000-\U0010ffff]")
_WILDCARD: Final = re.compile(r"(?:[^*\\]|\\[*\\]|\*(?!\*))*")
_WILDCARD_TOKEN: Final = re.compile(r"\\[*\\]|\*|[^*\\]+")


class Constants:
    """The constants of one generated function."""

    def __init__(self) -> None:
        self._values: dict[str, object] = {}

    def bind(self, value: object) -> str:
        """A name for the value, of letters and digits."""
        name = f"c{len(self._values)}"
        self._values[name] = value
        return name

    def function(self, parameter: str, expression: str) -> Callable[[Any], bool]:
        """The function of one parameter that returns the expression."""
        function: Callable[[Any], bool] = eval(  # noqa: S307 (the source has only our own words)
            _code(f"lambda {parameter}: {expression}"), self._values
        )
        return function


@lru_cache(maxsize=512)
def _code(source: str) -> CodeType:
    """Patterns of one shape share their code, which costs more than all the rest to make."""
    return compile(source, "<pattern>", "eval")


def text_test(kind: str, text: str) -> Emit:
    """How a matcher's text is met: `kind` is a keyword, or two with a space between them.

    Raises `ValueError` for a wildcard that Event Ruler does not read.
    """
    text = _as_utf8(text)
    if "equals-ignore-case" in kind:
        text = _BEYOND_16_BITS.sub("??", text)  # Ruler takes them by halves, which are no text
    emit = _KINDS[kind](text)
    if "?" not in text:
        return emit
    return lambda constants: f"(value := {constants.bind(_as_utf8)}(value), {emit(constants)})[1]"


def _as_utf8(text: str) -> str:
    """Text as Java encodes it: half a surrogate pair becomes a question mark."""
    return text if text.isascii() else _LONE_SURROGATE.sub("?", text)


def _equal(text: str) -> Emit:
    return lambda constants: f"value == {constants.bind(text)}"


def _prefix(text: str) -> Emit:
    value = "f'{value}\"'" if text.endswith('"') else "value"
    return lambda constants: f"{value}.startswith({constants.bind(text)})"


def _suffix(text: str) -> Emit:
    value = "f'\"{value}'" if text.startswith('"') else "value"
    return lambda constants: f"{value}.endswith({constants.bind(text)})"


def _caseless(text: str) -> str:
    """Each character in its lower or its upper form, which can be several characters long.

    A character that is neither, like the title-case Dž, is not even met by itself.
    """
    forms = ((re.escape(char.lower()), re.escape(char.upper())) for char in text)
    return "".join(low if low == up else f"(?:{low}|{up})" for low, up in forms)


def _equal_caseless(text: str) -> Emit:
    meets = re.compile(_caseless(text)).fullmatch
    return lambda constants: f"{constants.bind(meets)}(value) is not None"


def _prefix_caseless(text: str) -> Emit:
    value = "f'{value}\"'" if text.endswith('"') else "value"
    meets = re.compile(_caseless(text)).match
    return lambda constants: f"{constants.bind(meets)}({value}) is not None"


def _suffix_caseless(text: str) -> Emit:
    value = "f'\"{value}'" if text.startswith('"') else "value"
    meets = re.compile(_caseless(text) + r"\Z").search
    return lambda constants: f"{constants.bind(meets)}({value}) is not None"


def _wildcard(text: str) -> Emit:
    if not _WILDCARD.fullmatch(text):
        raise ValueError(text)
    pieces = [""]
    for token in _WILDCARD_TOKEN.findall(text):
        if token == "*":
            pieces.append("")
        else:
            pieces[-1] += token[-1] if token[0] == "\\" else token
    match pieces:
        case [whole]:
            return _equal(whole)
        case [start, ""]:
            return lambda constants: f"value.startswith({constants.bind(start)})"
        case ["", end]:
            return lambda constants: f"value.endswith({constants.bind(end)})"
        case ["", inside, ""]:
            return lambda constants: f"{constants.bind(inside)} in value"
    return lambda constants: f"{constants.bind(_meets_in_order(pieces))}(value)"


def _meets_in_order(pieces: list[str]) -> Callable[[str], bool]:
    """Takes the earliest place for each piece between two stars: no going back, so linear."""
    first, *inner, last = pieces

    def meets(value: str) -> bool:
        at, end = len(first), len(value) - len(last)
        if at > end or not value.startswith(first) or not value.endswith(last):
            return False
        for piece in inner:
            at = value.find(piece, at, end)
            if at < 0:
                return False
            at += len(piece)
        return True

    return meets


_KINDS: Final[Mapping[str, Callable[[str], Emit]]] = {
    "exactly": _equal,
    "prefix": _prefix,
    "suffix": _suffix,
    "wildcard": _wildcard,
    "equals-ignore-case": _equal_caseless,
    "prefix equals-ignore-case": _prefix_caseless,
    "suffix equals-ignore-case": _suffix_caseless,
}
