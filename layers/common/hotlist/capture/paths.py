"""Addresses and campaign values as people write them, not as browsers send them. Pure.

A browser sends `/oferta/śruby` as `/oferta/%C5%9Bruby`. Whoever writes a rule writes what they read
in the address bar. So text is percent-decoded once, as UTF-8, and put into the composed form (NFC).
"""

import re
import unicodedata
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from hotlist.events import visible

_ESCAPES: Final = r"(?:%[0-9A-Fa-f]{2})+"  # compiled when first needed: most addresses have none
_IN_SEGMENT: Final = "/"
_IN_URL: Final = "/?#%;&=+"
_ASCII: Final = "".join(map(chr, range(128)))
_MAX_COMPOSED: Final = 10_000
"""Composing accents in a row takes the square of the time: for so many a seventh of a second."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS: Final = "\u200c\u200d"
"""They show nothing either, but Persian words and some emoji are spelt with them."""


def page_path(url: str) -> str:
    """The path of a page's address: `/a//b;jsessionid=1/%C5%82?x` → `/a/b/ł`.

    Dot segments are resolved as browsers do it. Path parameters are dropped, slashes in a row are
    one slash. Letter case and a slash at the end stay.

    :raises ValueError: if it can be no address.
    """
    return _path(urlsplit(url.strip()).path, _IN_SEGMENT) or "/"


def readable_url(url: str) -> str:
    """The address with its path as `page_path` gives it; of the query only letters are decoded.

    It is still an address: what separates its parts stays encoded. A text that is no address of a
    page stays as it is, but for NFC.
    """
    try:
        scheme, host, path, query, fragment = urlsplit(url.strip())
    except ValueError:
        return composed(url)
    if scheme not in ("http", "https", ""):
        return composed(url)
    query, fragment = (composed(decoded(part, _ASCII)) for part in (query, fragment))
    return urlunsplit((scheme, host, _path(path, _IN_URL), query, fragment))


def campaign(text: str) -> str:
    """The value of `utm_campaign` and its like, as its author wrote it.

    A script has decoded it already; a hidden field may hold it as it stands in the address. Where
    there is an escape, and none for a blank, a plus is a blank.
    """
    plain = decoded(text, "")
    if plain != text and "%20" not in text:
        plain = decoded(text.replace("+", " "), "")
    return composed(visible.trimmed(plain))


def file_name(text: str) -> str:
    """The name of a file, decoded like a part of a path."""
    return composed(decoded(text, _IN_SEGMENT))


def composed(text: str) -> str:
    """The text in NFC: a Mac may send `ó` as a letter and an accent. It is one letter."""
    if text.isascii() or len(text) > _MAX_COMPOSED:
        return text
    return unicodedata.normalize("NFC", text)


def decoded(text: str, kept: str) -> str:
    """The text percent-decoded once, as UTF-8.

    What is not UTF-8 stays as it came. So does what shows nothing, and the characters `kept`.
    """
    if "%" not in text:
        return text
    return re.sub(_ESCAPES, lambda run: _decoded_run(run[0], kept), text)


def _decoded_run(run: str, kept: str) -> str:
    text, place = "", 0
    for char in bytes.fromhex(run.replace("%", "")).decode("utf-8", "surrogateescape"):
        length = 3 * len(char.encode("utf-8", "surrogateescape"))
        is_shown = char in _JOINERS or unicodedata.category(char) not in _UNSEEN
        text += char if is_shown and char not in kept else run[place : place + length]
        place += length
    return text


def _path(path: str, kept: str) -> str:
    if not path.isascii() or any(sign in path for sign in ("%", ";", "//", "/.", "\\")):
        parts = path.replace("\\", "/").split("/")  # browsers take a backslash for a slash
        segments = [segment.partition(";")[0] for segment in _without_dots(parts)]
        path = re.sub("//+", "/", "/".join(decoded(segment, kept) for segment in segments))
    return composed(path)


def _without_dots(segments: list[str]) -> list[str]:
    """`.` and `..` resolved, also encoded; whatever leads above the first folder leads to it."""
    found: list[str] = []
    for place, segment in enumerate(segments):
        plain = segment.lower().replace("%2e", ".").partition(";")[0]
        if plain not in (".", ".."):
            found.append(segment)
            continue
        if plain == ".." and len(found) > 1:
            found.pop()
        if place == len(segments) - 1:
            found.append("")
    return found
