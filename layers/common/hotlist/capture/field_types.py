"""Answers of the types that few forms have: numbers with a point, dates, addresses, lists. Pure.

Each function takes the field's spec and what was sent, without blanks around it.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from hotlist.capture.faults import fault

MOST: Final = 10**15
"""A number is between minus this and this, unless its form says less."""

DIGITS: Final = 15
"""So many digits of a number with a point are kept: a double holds them."""

MAX_URL: Final = 500
MAX_OTHERS: Final = 20
MAX_OTHER: Final = 200
"""So many answers that are no options a page shows again, and so many characters of each."""

_NUMBER: Final = re.compile(r"[-+]?(?:[0-9]{1,40}(?:[.,][0-9]{0,40})?|[.,][0-9]{1,40})\Z")
_THOUSANDS: Final = re.compile(r"[-+]?[0-9]{1,3},[0-9]{3}\Z")
_WHOLE: Final = re.compile(r"[-+]?[0-9]{1,400}(?:[.,]0{0,40})?\Z")
_ROUND: Final = re.compile(r"[-+]?[1-9][0-9]{0,2}[.,]000\Z")
"""Twelve or twelve thousand, as in `12,000` and `12.000`: that depends on who reads it."""

_BLANKS: Final = " \N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}"
_GROUPS: Final = re.compile(rf"[-+]?[0-9]{{1,3}}(?:[{_BLANKS}][0-9]{{3}})+(?![0-9{_BLANKS}])")
_ADDRESS: Final = re.compile(
    r"(?:[^<>]*<)?\s*(?:mailto:)?\s*([^\s<>,;]+?)\s*>?[\s.,;]*\Z", re.IGNORECASE
)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
SEPARATORS: Final = "\n;,"
"""What some programs put between options."""

_SEPARATOR: Final = re.compile(f"[{SEPARATORS}]")

_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_PORT: Final = re.compile(r":[0-9]{1,5}(?:[/?#]|\Z)")
_NOT_IN_URL: Final = re.compile(r"[\s\x00-\x20\x7f\\<>\"`{}|^]")


def decimal(spec: Mapping[str, Any], value: Any) -> int | float:
    """A number; a whole one is an int, so that `2`, `2.0` and `2,0` are one answer.

    A comma may stand for the point, but before three digits: there it may part thousands. Blanks
    part nothing else.
    """
    if isinstance(value, str):
        value = _without_blanks(value)
        if not _NUMBER.match(value) or _THOUSANDS.match(value):
            raise _bad("number")
        value = float(value.replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _bad("number")
    least, most = spec.get("min", -MOST), spec.get("max", MOST)
    if not least <= value <= most:
        raise _bad("between", least=least, most=most)
    value = float(f"{value:.{DIGITS}g}")
    return int(value) if value.is_integer() else value


def bare_address(text: str) -> str:
    """The e-mail address of a text that was copied: `Ada <a@example.org>`, `mailto:a@example.org`.

    A stop, a comma or a semicolon after it is none of it.
    """
    found = _ADDRESS.match(text)
    return found[1] if found else text


def whole(value: str | float) -> int:
    """A whole number that is written with more than its digits: `12.0`, `12,0`, `+12`, `12 000`."""
    if isinstance(value, str):
        value = _without_blanks(value)
        if not _WHOLE.match(value) or _ROUND.match(value):
            raise _bad("whole")
        return int(value.replace(",", ".").partition(".")[0])
    if not value.is_integer():
        raise _bad("whole")
    return int(value)


def _without_blanks(text: str) -> str:
    """A number without the blanks between its thousands."""
    if not (found := _GROUPS.match(text)):
        return text
    return re.sub(f"[{_BLANKS}]", "", found[0]) + text[found.end() :]


def day(spec: Mapping[str, Any], value: Any) -> str:
    """A date of ISO 8601, as the date input of a browser sends it."""
    if not isinstance(value, str) or not _DATE.match(value):
        raise _bad("date")
    try:
        date.fromisoformat(value)
    except ValueError as error:
        raise _bad("date") from error
    least, most = spec.get("min", value), spec.get("max", value)
    if not least <= value <= most:
        raise _bad("between", least=spec.get("min", "…"), most=spec.get("max", "…"))
    return value


def url(spec: Mapping[str, Any], value: Any) -> str:
    """The address of a page. One without `https://` gets it, as a browser's address bar does."""
    if not isinstance(value, str) or _NOT_IN_URL.search(value):
        raise _bad("url")
    scheme = _SCHEME.match(value)
    if not scheme or _PORT.match(value, scheme.end() - 1):
        value = f"https://{value.removeprefix('//')}"
    try:
        value.encode()
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:  # half a character, or no address
        raise _bad("url") from error
    is_host = "." in host.strip(".") and ".." not in host and not host.startswith((".", "-"))
    if parts.scheme not in ("http", "https") or not is_host or "@" in parts.netloc:
        raise _bad("url")
    return _of_length(spec, value, MAX_URL)


def hidden(spec: Mapping[str, Any], value: Any) -> str:
    """What the page itself has set: one of its options, or a text."""
    if not isinstance(value, str | int | float):
        raise _bad("text")
    text = str(value).lower() if isinstance(value, bool) else str(value)  # as JSON writes it
    if "options" in spec and text not in spec["options"]:
        raise _bad("one_of", options=spec["options"])
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _bad("unstorable") from error
    return _of_length(spec, text, spec.get("max", MAX_URL))


class Options(NamedTuple):
    """The options of a field by what they may be called.

    `named` has their values and what the page calls them; `small` the same names in small letters,
    where these leave no doubt.
    """

    named: Mapping[str, str]
    small: Mapping[str, str]

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> "Options":
        options = spec["options"]
        named: dict[str, str] = {}
        for one in options if isinstance(options, Mapping) else ():
            label = options[one]
            for text in label.values() if isinstance(label, Mapping) else (label,):
                named.setdefault(text, one)
        named |= {one: one for one in options}
        small: dict[str, set[str]] = {}
        for text, one in named.items():
            small.setdefault(text.casefold(), set()).add(one)
        return cls(named, {text: one for text, (one, *more) in small.items() if not more})

    def meant(self, text: str) -> str | None:
        """The option that is meant; None if none is."""
        return self.named.get(text) or self.small.get(text.casefold())

    @property
    def parts(self) -> int:
        """Into how many parts separators split the option that has the most."""
        return 1 + max(len(_SEPARATOR.findall(text)) for text in self.named)


def choices(spec: Mapping[str, Any], value: Any) -> list[str]:
    """Some of the options, each once and in the form's order. Some programs join them."""
    options, offered = spec["options"], Options.of(spec)
    chosen: set[str] = set()
    for one in value if isinstance(value, list) else [value]:
        if not _is_text(one):
            raise _bad("some_of", options=options)
        found = [meant for _, meant in _meant(offered, str(one))]
        if not found or None in found:
            raise _bad("some_of", options=options)
        chosen.update(filter(None, found))
    if len(chosen) < spec.get("min", 0):
        raise _bad("fewest", least=spec["min"])
    if len(chosen) > spec.get("max", len(options)):
        raise _bad("at_once", most=spec["max"])
    return [one for one in options if one in chosen]


def chosen(spec: Mapping[str, Any], value: Any) -> tuple[set[str], list[str]]:
    """The options that are meant by what was sent, and what else was sent, shortened."""
    offered = Options.of(spec)
    several = value if isinstance(value, list) else [value]
    texts = [str(one) for one in several if _is_text(one)]
    if spec["type"] == "choices":
        found = [pair for one in texts for pair in _meant(offered, one)]
    else:
        found = [(one, offered.meant(one)) for one in texts]
    others = dict.fromkeys(text[:MAX_OTHER] for text, meant in found if meant is None and text)
    return {meant for _, meant in found if meant is not None}, [*others][:MAX_OTHERS]


def choice(spec: Mapping[str, Any], value: Any) -> str:
    """One of the options that is not written as its value."""
    found = Options.of(spec).meant(str(value)) if _is_text(value) else None
    if found is None:
        raise _bad("one_of", options=spec["options"])
    return found


def _is_text(value: Any) -> bool:
    """Whether it is a text, or a number, which is read as one."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _meant(offered: Options, text: str) -> list[tuple[str, str | None]]:
    """A text, or those that it joins, each with its option; None for what is none.

    An option may hold a separator itself. Of all readings that one counts which leaves the least
    unread, and of these the one with the fewest, and so the longest, options.
    """
    found = offered.meant(text)
    if found is not None:
        return [(text, found)]
    ends = [*(one.start() for one in _SEPARATOR.finditer(text)), len(text)]
    starts = [0, *(end + 1 for end in ends[:-1])]
    most = offered.parts
    costs = [(0, 0)] * (len(ends) + 1)
    steps: list[tuple[int, str, str | None]] = []
    for at in range(len(ends) - 1, -1, -1):
        part = text[starts[at] : ends[at]].strip()
        unread, read = costs[at + 1]
        best = (unread + bool(part), read)
        step: tuple[int, str, str | None] = (at + 1, part, None)
        for after in range(at + 1, min(at + most, len(ends)) + 1) if part else ():
            joined = text[starts[at] : ends[after - 1]].strip()
            meant = offered.meant(joined)
            unread, read = costs[after]
            if meant is not None and (unread, read + 1) <= best:
                best, step = (unread, read + 1), (after, joined, meant)
        costs[at] = best
        steps.append(step)
    steps.reverse()
    pairs: list[tuple[str, str | None]] = []
    at = 0
    while at < len(steps):
        at, joined, meant = steps[at]
        if joined:
            pairs.append((joined, meant))
    return pairs or [(text, None)]


def _bad(key: str, **values: Any) -> ValueError:
    return ValueError(fault(key, **values))


def _of_length(spec: Mapping[str, Any], text: str, most: int) -> str:
    most = spec.get("max", most)
    if len(text) > most:
        raise _bad("most", most=most)
    if len(text) < spec.get("min", 0):
        raise _bad("least", least=spec["min"])
    return text


READ: Final[Mapping[str, Callable[[Mapping[str, Any], Any], Any]]] = {
    "decimal": decimal,
    "date": day,
    "url": url,
    "hidden": hidden,
    "choice": choice,
    "choices": choices,
}
"""The function for each type of fields."""
