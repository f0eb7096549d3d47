"""The languages that a visitor reads, and the texts in them. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from hotlist.capture.weights import weighed
from hotlist.events import visible

_MAX_TAG: Final = 100
_TAG: Final = re.compile(r"([a-z]{2,3})(?![^\W_])")


def wanted(said: str, accepted: str) -> tuple[str, ...]:
    """The languages that somebody reads, the best first: that of the page, then the browser's.

    `said` is what the page says, `accepted` the header of the browser.
    """
    weights = sorted(weighed(accepted), key=lambda pair: -pair[1])
    tags = (_language(tag) for tag, weight in weights if weight)
    return tuple(dict.fromkeys(filter(None, (_language(said), *tags))))


class Spoken(str):
    """A text with its language, which a page names where it is not its own."""

    __slots__ = ("language",)

    language: str


def spoken(text: str, language: str) -> Spoken:
    """A text of this language."""
    made = Spoken(text)
    made.language = language
    return made


def best(texts: str | Mapping[str, str], languages: Iterable[str]) -> str:
    """A text, or that of several by language which is read best; the first if none is read."""
    if isinstance(texts, str):
        return texts
    language = next((one for one in languages if one in texts), next(iter(texts), ""))
    return spoken(texts[language], language) if language else ""


def _language(said: str) -> str:
    """`pl` of `pl-PL`, `pl_PL` and `PL;q=1`; "" of what names no language, such as `polski`."""
    found = _TAG.match(visible.trimmed(said[:_MAX_TAG]).lower())
    return found[1] if found else ""
