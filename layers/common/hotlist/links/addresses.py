"""The addresses to which the links of a form's mails may lead: those that its configuration has.

A link carries the name of an address, which is a hash of it, and not the address. So it leads
nowhere else, and nowhere at all once the configuration does not have the address any more.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit, urlunsplit

_ADDRESS: Final = re.compile(r"https?://[^\s<>\"']+")
_STOPS: Final = ".,;:!?…”“„’‘»«›‹"
_OPENED_BY: Final[Mapping[str, str]] = {")": "(", "]": "[", "}": "{"}
_NOT_PLAIN: Final = re.compile(r"[^\x21-\x7e]+")
_NAME_DIGITS: Final = 16
_MAILS: Final = ("receipt", "mail")
"""What of a form is written in its mails."""


def name_of(address: str) -> str:
    """The name by which a link carries an address: `to` of its token."""
    return hashlib.sha256(address.encode()).hexdigest()[:_NAME_DIGITS]


def addresses(form: Mapping[str, Any]) -> dict[str, str]:
    """The addresses by name: of the reward, of the next page, and in the texts of mails."""
    return {name_of(one): one for one in _named(form)}


def sendable(url: str) -> str:
    """The address as a header has it: in ASCII, the host's name in its own form (IDNA, `xn--`).

    What is in ASCII stays as it is, so an address that was encoded once is not encoded again. A
    name that can be no host's is percent-encoded, as a path is.
    """
    if not _NOT_PLAIN.search(url):
        return url
    scheme, place, *rest = urlsplit(url)
    user, at, host = place.rpartition("@")
    name, colon, port = host.partition(":")
    return urlunsplit((scheme, f"{_plain(user)}{at}{_host(name)}{colon}{port}", *map(_plain, rest)))


def _plain(part: str) -> str:
    return _NOT_PLAIN.sub(lambda run: quote(run[0], errors="replace"), part)


def _host(name: str) -> str:
    import idna  # noqa: PLC0415 - few addresses need it

    try:
        return idna.encode(name, uts46=True).decode()
    except UnicodeError:
        return _plain(name)


def _named(form: Mapping[str, Any]) -> Iterator[str]:
    reward = form.get("reward", {})
    if "url" in reward:
        yield reward["url"]
    for text in (*_texts(form.get("redirect_url")), *_texts(form.get("redirect_urls"))):
        yield text
    for part in _MAILS:
        for text in _texts(form.get(part)):
            yield from filter(None, map(_ended, _ADDRESS.findall(text)))


def _ended(found: str) -> str:
    """An address without the signs of the sentence around it; "" if nothing is left.

    A closing bracket is the address's own if it is opened there: `https://a.example/Roof_(form)`.
    """
    while found and (found[-1] in _STOPS or _is_closed_outside(found)):
        found = found[:-1]
    return found if found.partition("://")[2] else ""


def _is_closed_outside(found: str) -> bool:
    opening = _OPENED_BY.get(found[-1])
    return opening is not None and found.count(found[-1]) > found.count(opening)


def _texts(value: object) -> Iterator[str]:
    """All texts in a value of the configuration."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
