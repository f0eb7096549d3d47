"""What arrives under a name that Hotlist itself reads, and is not what it reads there. Pure.

A page may ask people for a `source` or for `content`. What they answer is for sales to read.
"""

import re
from typing import Any, Final

from hotlist.capture import answers, paths
from hotlist.capture.context import MAX_CONTEXT, MAX_KEY, instant

MAX_CAMPAIGN: Final = 100
"""How many characters a value of a campaign has at most. A longer one is an answer as well."""

_INSTANTS: Final = frozenset({"sent_at", "occurred_at"})
_KEYS: Final = frozenset({"event_id", "visitor_id"})
_SHORT: Final = frozenset({"source", "medium", "campaign", "term", "content"})
_WITH_BLANKS: Final = frozenset({"page_title", "campaign", "term"})
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?![^\W_])")


def is_misplaced(name: str, value: Any) -> bool:
    """Whether a value is more, or else, than what Hotlist takes under this name.

    So is what would be cut, several that differ, a text of several words where there is one word,
    and what is no text, no instant, no language, or no address of a page.
    """
    if isinstance(value, list):
        said = [one for one in value if answers.is_written(one) or one in (0, False)]
        if len({answers.as_text(one) for one in said}) > 1:
            return True
        value = said[-1] if said else None
    text = answers.as_text(value)
    if not text:
        return False
    if isinstance(value, bool | dict | list):
        return True
    if name in _INSTANTS:
        return instant(text) is None
    most = MAX_KEY if name in _KEYS else MAX_CAMPAIGN if name in _SHORT else MAX_CONTEXT
    if len(text) > most or len(text.splitlines()) > 1:
        return True
    if name not in _WITH_BLANKS and len(text.split()) > 1:
        return True
    if name == "language":
        return _LANGUAGE.match(text) is None
    return name == "page_url" and not _has_path(text)


def _has_path(url: str) -> bool:
    try:
        return bool(paths.page_path(url))
    except ValueError:
        return False
