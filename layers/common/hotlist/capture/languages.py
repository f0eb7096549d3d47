"""The languages that a visitor reads, and the texts in them. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

_MAX_ACCEPTED: Final = 500
_MAX_LANGUAGES: Final = 20
_WEIGHT: Final = re.compile(r"\s*q\s*=\s*(0(?:\.[0-9]{1,3})?|1(?:\.0{1,3})?)\s*\Z")


def wanted(said: str, accepted: str) -> tuple[str, ...]:
    """The languages that somebody reads, the best first: that of the page, then the browser's."""
    weighed = []
    for one in accepted[:_MAX_ACCEPTED].split(",")[:_MAX_LANGUAGES]:
        tag, _, rest = one.partition(";")
        found = _WEIGHT.match(rest)
        weight = float(found[1]) if found else 0.0 if rest else 1.0
        if weight:
            weighed.append((-weight, _tag(tag)))
    weighed.sort(key=lambda pair: pair[0])
    return tuple(dict.fromkeys(filter(None, (_tag(said), *(tag for _, tag in weighed)))))


def best(texts: str | Mapping[str, str], languages: Iterable[str]) -> str:
    """A text, or that of several by language which is read best; the first if none is read."""
    if isinstance(texts, str):
        return texts
    return next((texts[one] for one in languages if one in texts), next(iter(texts.values()), ""))


def _tag(said: str) -> str:
    """`pl` of `pl-PL`, and of `pl_PL`."""
    return said.replace("_", "-").partition("-")[0].strip().lower()[:8]
