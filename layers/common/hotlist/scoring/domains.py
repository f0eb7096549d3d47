"""Finds the class of an e-mail domain. A domain includes its subdomains.

The built-in lists are in domains.txt beside this module. `make domains` writes that file from
public lists that the project keeps. The file is read when the first domain is classified.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

BUSINESS: Final = "business"
_FIRST: Final = ("own", "competitor")
_BUILT_IN: Final = ("disposable", "freemail", "education")
"""The built-in lists in the order in which they are searched: `disposable` wins."""
CLASSES: Final = frozenset({*_FIRST, *_BUILT_IN, BUSINESS})
"""The classes that exist whatever scoring.yaml says."""


@dataclass(frozen=True, slots=True)
class Classes:
    """Lists of domains, one for each class, in the order in which they are searched.

    `places` has, for each domain as ASCII, the place of the first class that lists it.
    """

    names: tuple[str, ...]
    places: Mapping[str, int]

    def of(self, domain: str) -> str | None:
        """The first class that lists this domain or one above it, or None. `domain` is ASCII."""
        found = [self.places[name] for name in _and_above(domain) if name in self.places]
        return self.names[min(found)] if found else None


NONE: Final = Classes((), {})


def classes(given: Mapping[str, Collection[str]]) -> Classes:
    """The classes of these lists: `own` first, then `competitor`, then the others in order."""
    names = sorted(given, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        for domain in given[name]:
            places.setdefault(to_ascii(domain), place)
    return Classes(tuple(names), places)


def email_class(domain: str, extra: Mapping[str, Collection[str]] | Classes = NONE) -> str:
    """The class of a domain: one of `extra`, or else a built-in one, or else `business`.

    `extra` are the lists of scoring.yaml. For many calls, make them `Classes` once.
    """
    name = to_ascii(domain)
    own = extra if isinstance(extra, Classes) else classes(extra)
    return own.of(name) or built_in().of(name) or BUSINESS


@cache
def built_in() -> Classes:
    """The lists `disposable`, `freemail` and `education`."""
    text = Path(__file__).with_suffix(".txt").read_text(encoding="ascii")
    places: dict[str, int] = {}
    for section in text.split("\n[")[1:]:
        name, _, listed = section.partition("]\n")
        places |= dict.fromkeys(listed.split(), _BUILT_IN.index(name))
    return Classes(_BUILT_IN, places)


def to_ascii(domain: str) -> str:
    """A domain as it is compared: ASCII, lower case, no dot at its end."""
    name = domain.strip()
    if not name.isascii():
        import idna  # noqa: PLC0415 - needed for few domains, slow to import

        with suppress(idna.IDNAError, UnicodeError):  # not a domain, so it is in no list
            name = idna.encode(name, uts46=True).decode()
    return name.lower().removesuffix(".")


def _and_above(domain: str) -> Iterator[str]:
    """The domain and each one above it."""
    while domain:
        yield domain
        domain = domain.partition(".")[2]
