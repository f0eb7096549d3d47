"""The answers a field can have: for conditions, and where options are joined. For the build."""

from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from hotlist.capture import answers
from hotlist.capture.field_types import SEPARATORS, Options
from hotlist.config.field_schema import is_day

_NAMES: Final = {",": "commas", ";": "semicolons", "\n": "line ends"}
_Words = dict[tuple[str, ...], str]
"""Options by the parts of what they may be called."""


def wrong_condition(spec: Mapping[str, Any], value: object, region: str) -> str | None:
    """Why no answer of a field can be this value; None if one can.

    `region` is the country of the form's phone numbers.
    """
    if (wrong := _wrong_type(spec, value)) or "options" in spec:
        return wrong
    return _not_held(spec, value, region)


def _not_held(spec: Mapping[str, Any], value: object, region: str) -> str | None:
    """Why a field would not hold this value if it were sent, by what capture makes of it."""
    required = spec["required"] is True if spec["type"] == "boolean" else True
    form = {"fields": {"it": {**spec, "required": required}}, "default_region": region}
    read = answers.read(form, {"it": value})
    if read.errors:
        return f"is refused: {read.errors['it']}"
    held = read.values["it"]
    return None if held == value else f"is stored as {held!r}; write that"


def _wrong_type(spec: Mapping[str, Any], value: object) -> str | None:
    kind = spec["type"]
    if "options" in spec:
        listed = ", ".join(spec["options"])
        return None if value in [*spec["options"]] else f"is none of its options: {listed}"
    if kind == "boolean":
        return None if isinstance(value, bool) else "is no boolean; write true or false"
    if kind == "integer":
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return None if is_whole else "is no whole number; write one"
    if kind == "decimal":
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return None if is_number else "is no number; write one"
    if kind == "date":
        return None if is_day(value) else "is no date; write one as in 2026-03-31"
    return None if isinstance(value, str) else "is no text; write it in quotes"


def read_twice(spec: Mapping[str, Any]) -> str | None:
    """Why several options with a separator between them could be read in two ways; None if not."""
    named = Options.of(spec).named
    for separator in SEPARATORS:
        if any(separator in text for text in named):
            words: _Words = {}
            for text, option in named.items():
                parts = (part.strip().casefold() for part in text.split(separator))
                words.setdefault(tuple(filter(None, parts)), option)
            words.pop((), None)
            if found := _two_readings(words):
                one, other = (" and ".join(map(repr, sorted(options))) for options in found)
                return (
                    f"what some programs send for several options, with {_NAMES[separator]} "
                    f"between them, could mean {one}, or {other}; the longer option is read. "
                    f"Write options without {_NAMES[separator]}"
                )
    return None


def _two_readings(words: _Words) -> tuple[set[str], set[str]] | None:
    """Two sets of options that the same parts stand for; None if there are none.

    One reading is always ahead of the other. What it is ahead by is all that counts for what can
    follow, so each such rest is looked at once.
    """
    waiting = deque(
        (longer[len(word) :], {words[longer]}, {words[word]})
        for word in words
        for longer in words
        if longer != word and longer[: len(word)] == word
    )
    seen = set()
    while waiting:
        rest, ahead, behind = waiting.popleft()
        if rest in seen:
            continue
        seen.add(rest)
        for word, option in words.items():
            if word == rest and ahead != behind | {option}:
                return ahead, behind | {option}
            if len(word) < len(rest) and rest[: len(word)] == word:
                waiting.append((rest[len(word) :], ahead, behind | {option}))
            elif len(word) > len(rest) and word[: len(rest)] == rest:
                waiting.append((word[len(rest) :], behind | {option}, ahead))
    return None
