r"""Tests of an event's text against a pattern's text, written as Python expressions over `value`.

Event Ruler compares the UTF-8 of JSON text with its quotes. So a pattern can match the quotes too:
the text `a` matches the prefix `a"`. Text of a pattern reaches an expression only as a bound
constant, never as code.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any, Final

Emit = Callable[["Constants"], str]
"""Writes an expression, and binds the constants that it uses."""

MAX_TESTS: Final = 64
"""How many tests one expression has at most."""

_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_BEYOND_16_BITS: Final = re.compile("[\U00010000-\U0010ffff]")
_WILDCARD: Final = re.compile(r"(?:[^*\\]|\\[*\\]|\*(?!\*))*")
_WILDCARD_PART: Final = re.compile(r"\\[*\\]|\*|[^*\\]+")

_GLOBALS: Final[dict[str, object]] = {}
"""The globals of all generated functions: empty, and one object, so that built-ins stay cached."""


class Constants:
    """The constants of one generated function: the default values of its parameters."""

    def __init__(self) -> None:
        self._values: list[object] = []

    def bind(self, value: object) -> str:
        """A name for the value."""
        self._values.append(value)
        return f"c{len(self._values) - 1}"

    def function(self, parameter: str, expression: str, unusual: str) -> Callable[[Any], bool]:
        """A function of one parameter that returns the value of `expression`.

        If the parameter lacks an attribute that `expression` uses, it returns that of `unusual`.
        """
        body = f" try: return {expression}\n except AttributeError: return {unusual}\n"
        function: Callable[[Any], bool] = self._function(parameter, body)
        return function

    def procedure(self, parameter: str, statements: Iterable[str]) -> Callable[[Any], Any]:
        """A function of one parameter with these statements."""
        return self._function(parameter, "".join(f" {statement}\n" for statement in statements))

    def _function(self, parameter: str, body: str) -> Callable[[Any], Any]:
        names = "".join(f", c{index}" for index in range(len(self._values)))
        code = _code(f"def match({parameter}{names}):\n{body}")
        return FunctionType(code, _GLOBALS, "match", tuple(self._values))


def any_of(emits: Sequence[Emit], constants: Constants) -> str:
    """An expression that tells whether `value` passes one of the tests.

    More than `MAX_TESTS` are split into several functions. One expression of all would take a
    thousand times the memory of the texts.
    """
    if len(emits) <= MAX_TESTS:
        return " or ".join(emit(constants) for emit in emits)
    functions = []
    for start in range(0, len(emits), MAX_TESTS):
        own = Constants()
        test = any_of(emits[start : start + MAX_TESTS], own)
        functions.append(own.function("value", test, "False"))
    return f"{constants.bind(lambda value: any(meets(value) for meets in functions))}(value)"


@lru_cache(maxsize=512)
def _code(source: str) -> CodeType:
    """The code of a generated function. Patterns of one shape share it, since compiling is slow."""
    (code,) = (c for c in compile(source, "<pattern>", "exec").co_consts if type(c) is CodeType)
    return code


def text_test(kind: str, texts: Collection[str]) -> Emit:
    """A test that tells whether `value` matches one of the texts.

    `kind` is a keyword of patterns, or two with a space between them.

    :raises ValueError: for a wildcard that Event Ruler refuses.
    """
    texts = [_as_utf8(text) for text in texts]
    if "equals-ignore-case" in kind:  # Event Ruler reads each half alone, which is not text
        texts = [_BEYOND_16_BITS.sub("??", text) for text in texts]
    emits = [_member(texts)] if kind == "exactly" else [_KINDS[kind](text) for text in texts]
    if not any("?" in text for text in texts):
        return lambda constants: any_of(emits, constants)
    return lambda constants: (
        f"(value := {constants.bind(_as_utf8)}(value)) is not None and ({any_of(emits, constants)})"
    )


def _member(texts: Collection[str]) -> Emit:
    return lambda constants: f"value in {constants.bind(frozenset(texts))}"


def _as_utf8(text: str) -> str:
    """Text as Java encodes it: half a surrogate pair becomes a question mark."""
    return text if text.isascii() else _LONE_SURROGATE.sub("?", text)


def _prefix(text: str) -> Emit:
    value = "f'{value}\"'" if text.endswith('"') else "value"
    return lambda constants: f"{value}.startswith({constants.bind(text)})"


def _suffix(text: str) -> Emit:
    value = "f'\"{value}'" if text.startswith('"') else "value"
    return lambda constants: f"{value}.endswith({constants.bind(text)})"


def _caseless(text: str, *, backwards: bool = False) -> str:
    """A regular expression of the text, each character in its lower or its upper form.

    A form can be several characters long. A character that is neither form, like the title-case Dž,
    does not even match itself. With `backwards` the expression is for the reversed text: to search
    for an end of a text would try every place in it.
    """
    step = -1 if backwards else 1
    forms = (
        (re.escape(char.lower()[::step]), re.escape(char.upper()[::step])) for char in text[::step]
    )
    return "".join(low if low == up else f"(?:{low}|{up})" for low, up in forms)


def _equal_caseless(text: str) -> Emit:
    if text.isascii():  # no other text may match it, even if its lower case is equal
        low = text.lower()
        return lambda constants: f"value.lower() == {constants.bind(low)} and value.isascii()"
    meets = re.compile(_caseless(text)).fullmatch
    return lambda constants: f"{constants.bind(meets)}(value) is not None"


def _prefix_caseless(text: str) -> Emit:
    value = "f'{value}\"'" if text.endswith('"') else "value"
    meets = re.compile(_caseless(text)).match
    return lambda constants: f"{constants.bind(meets)}({value}) is not None"


def _suffix_caseless(text: str) -> Emit:
    value = "f'\"{value}'" if text.startswith('"') else "value"
    meets = re.compile(_caseless(text, backwards=True)).match
    return lambda constants: f"{constants.bind(meets)}({value}[::-1]) is not None"


def _wildcard(text: str) -> Emit:
    if not _WILDCARD.fullmatch(text):
        raise ValueError(text)
    pieces = [""]
    for part in _WILDCARD_PART.findall(text):
        if part == "*":
            pieces.append("")
        else:
            pieces[-1] += part[-1] if part[0] == "\\" else part
    match pieces:
        case [whole]:
            return _member([whole])
        case [start, ""]:
            return lambda constants: f"value.startswith({constants.bind(start)})"
        case ["", end]:
            return lambda constants: f"value.endswith({constants.bind(end)})"
        case ["", inside, ""]:
            return lambda constants: f"{constants.bind(inside)} in value"
    return lambda constants: f"{constants.bind(_meets_in_order(pieces))}(value)"


def _meets_in_order(pieces: list[str]) -> Callable[[str], bool]:
    """A test that finds each piece between two stars at its earliest place, in linear time."""
    first, *inner, last = pieces
    start, rest = len(first), len(last)

    def meets(value: str) -> bool:
        if not (value.startswith(first) and value.endswith(last)):
            return False
        at, end = start, len(value) - rest
        for piece in inner:
            at = value.find(piece, at, end)
            if at < 0:
                return False
            at += len(piece)
        return at <= end

    return meets


_KINDS: Final[Mapping[str, Callable[[str], Emit]]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "wildcard": _wildcard,
    "equals-ignore-case": _equal_caseless,
    "prefix equals-ignore-case": _prefix_caseless,
    "suffix equals-ignore-case": _suffix_caseless,
}
