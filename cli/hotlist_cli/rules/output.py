"""What the command prints: tables for people, and JSON lines that keep every digit."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Final

from hotlist.events.times import to_text

_MOST: Final = 80
_NONE: Final = "–"


def say(text: str) -> None:
    """Print text also where it has characters that the terminal's encoding lacks."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding))


# --- JSON -------------------------------------------------------------------------------


def to_json(value: object) -> str:
    """JSON on one line, in ASCII; a Decimal keeps all its digits, which `json` cannot do.

    JSON has no infinity and nothing that is no number: they are null.
    """
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{json.dumps(k)}: {to_json(v)}' for k, v in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(to_json, value))}]"
    if isinstance(value, Decimal):
        return exact(value)
    if isinstance(value, datetime):
        return json.dumps(to_text(value))
    if isinstance(value, float) and not isfinite(value):
        return "null"
    return json.dumps(value)


def exact(number: Decimal) -> str:
    """All digits of a number, without exponent and needless zeros: `16.5`, `40`, `-0.125`."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


# --- tables -----------------------------------------------------------------------------


_BLANKS: Final = str.maketrans({"\xa0": " ", "\u202f": " ", "\u2009": " "})
"""Blanks of numbers and times that a terminal would show as codes."""


def harmless(text: str) -> str:
    """A text on its lines, whoever wrote it: what it could do to a terminal shows as a code."""
    return "".join(
        one if one.isprintable() or one == "\n" else one.encode("unicode_escape").decode()
        for one in text.translate(_BLANKS)
    )


def cell(value: object) -> str:
    """A value in a table: on one line and harmless to a terminal, whoever wrote it."""
    if value is None:
        return _NONE
    text = to_text(value) if isinstance(value, datetime) else str(value)
    text = text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
    return harmless(text).replace("\n", "\\n")


def decimals(column: Iterable[Decimal]) -> list[str]:
    """Numbers with as many decimals as the one that has most: their points stand in line."""
    texts = [exact(number) for number in column]
    most = max((len(text.partition(".")[2]) for text in texts), default=0)
    return [f"{Decimal(text):.{most}f}" for text in texts]


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: set[str]) -> str:
    """Lines of columns; those that `numbers` names stand to the right."""
    lines = [header, *rows]
    widths = [0] * len(header)
    for line in lines:
        widths = wider(widths, line)
    return "\n".join(table_line(header, line, widths, numbers=numbers) for line in lines)


def wider(widths: Sequence[int], line: Sequence[str]) -> list[int]:
    """The widths of columns, with another line."""
    return [max(width, _width(text)) for width, text in zip(widths, line, strict=True)]


def table_line(
    header: Sequence[str], line: Sequence[str], widths: Sequence[int], *, numbers: set[str]
) -> str:
    """One line of a table with these widths."""
    cells = []
    for name, text, width in zip(header, line, widths, strict=True):
        space = " " * (width - _width(text))
        cells.append(space + text if name in numbers else text + space)
    return "  ".join(cells).rstrip()


def _width(text: str) -> int:
    """Columns of a terminal: two for most characters of East Asia, none for accents."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) != 0 for c in text)
