"""How large an event may be, and how large a text is. Pure.

What a fold reads of an event is bounded, and so is what it does not read. So the memory of a fold
is known before it begins.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

SCORED_BYTES: Final = 4_096
"""What scoring reads of an event: its item without `texts`, names and values in UTF-8."""

ENVELOPE_BYTES: Final = 480
"""The most that this item takes beside its e-mail, its phone and the JSON of its properties."""

ANSWERS_BYTES: Final = 3_072
"""What the answers of a form may take of it, at four bytes a character; an action's own
properties too. The rest is for the context."""

TEXTS_BYTES: Final = 16_384
"""What an event has beside that and scoring never reads: the JSON of its `texts`."""

MAX_CHARACTERS: Final[Mapping[str, int]] = {"text": 500, "message": 5_000, "email": 254}
"""How long an answer may be where its form does not say so, by the type of the field."""

MAX_NAME: Final = 200
"""How many characters of a name are kept where its form does not declare it."""

as_json: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":")
).encode


def json_bytes(value: Any) -> int:
    """The size of a value as JSON in UTF-8."""
    text = as_json(value)
    return len(text) if text.isascii() else len(text.encode())


def most_bytes(value: Any) -> int:
    """What a value takes at most: as JSON in UTF-8, and as Python holds it.

    One emoji makes Python hold four bytes for each character of a text.
    """
    text = as_json(value)
    return len(text) if text.isascii() else 4 * len(text)


def surely_fits(properties: Mapping[str, Any], room: int) -> bool:
    """Whether properties are so short that whatever they hold has room. It is quick to tell.

    Beside a character that is not ASCII, a quotation mark takes most: eight bytes.
    """
    return 8 * len(str(properties)) <= room


def cut(text: str, room: int) -> str:
    """As much of the beginning of a text as surely fits into so many bytes."""
    while text and (size := most_bytes(text)) > room:
        text = text[: len(text) * max(room, 0) // size]
    return text
