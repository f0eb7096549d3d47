"""Answers of the types that few forms have: numbers with a point, dates, addresses, lists. Pure.

Each function takes the field's spec and what was sent, without blanks around it.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from hotlist.capture.faults import fault

MOST: Final = 10**15
"""A number is between minus this and this, unless its form says less."""

DIGITS: Final = 15
"""So many digits of a number with a point are kept: a double holds them."""

MAX_URL: Final = 500

_NUMBER: Final = re.compile(r"[-+]?(?:[0-9]{1,40}(?:[.,][0-9]{0,40})?|[.,][0-9]{1,40})\Z")
_THOUSANDS: Final = re.compile(r"[-+]?[0-9]{1,3},[0-9]{3}\Z")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_SEPARATORS: Final = ("\n", ";", ",")
"""What some programs put between options, that which parts the most first."""

_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_PORT: Final = re.compile(r":[0-9]{1,5}(?:[/?#]|\Z)")
_NOT_IN_URL: Final = re.compile(r"[\s\x00-\x20\x7f\\<>\"`{}|^]")


def decimal(spec: Mapping[str, Any], value: Any) -> int | float:
    """A number; a whole one is an int, so that `2`, `2.0` and `2,0` are one answer.

    A comma may stand for the point, but before three digits: there it may part thousands.
    """
    if isinstance(value, str):
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
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _bad("text")
    text = str(value)
    if "options" in spec and text not in spec["options"]:
        raise _bad("one_of", options=spec["options"])
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _bad("unstorable") from error
    return _of_length(spec, text, spec.get("max", MAX_URL))


def option(spec: Mapping[str, Any], value: Any) -> str | None:
    """The option that is meant: its value, or what the page calls it; None if none is."""
    options, text = spec["options"], str(value)
    if text in options:
        return text
    if isinstance(options, Mapping):
        for one, label in options.items():
            if text in (label.values() if isinstance(label, Mapping) else (label,)):
                return str(one)
    return None


def choices(spec: Mapping[str, Any], value: Any) -> list[str]:
    """Some of the options, each once and in the form's order. Some programs join them."""
    options = spec["options"]
    chosen: set[str] = set()
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, bool) or not isinstance(one, str | int | float):
            raise _bad("some_of", options=options)
        found = _meant(spec, one)
        if not found or None in found:
            raise _bad("some_of", options=options)
        chosen.update(filter(None, found))
    if len(chosen) < spec.get("min", 0):
        raise _bad("fewest", least=spec["min"])
    if len(chosen) > spec.get("max", len(options)):
        raise _bad("at_once", most=spec["max"])
    return [one for one in options if one in chosen]


def chosen(spec: Mapping[str, Any], value: Any) -> set[str]:
    """The options that are meant by what was sent, whatever else stands beside them."""
    several = value if isinstance(value, list) else [value]
    texts = [one for one in several if isinstance(one, str | int | float)]
    if spec["type"] == "choices":
        return {*filter(None, (found for one in texts for found in _meant(spec, one)))}
    return {*filter(None, (option(spec, one) for one in texts))}


def choice(spec: Mapping[str, Any], value: Any) -> str:
    """One of the options that the page calls else than by their values."""
    found = None if isinstance(value, bool | list | dict) else option(spec, value)
    if found is None:
        raise _bad("one_of", options=spec["options"])
    return found


def _meant(spec: Mapping[str, Any], value: Any) -> list[str | None]:
    """The option of a value, or those that it joins; None for each that is none."""
    found = option(spec, value)
    if found is not None:
        return [found]
    for separator in _SEPARATORS:
        if separator in str(value):
            parts = filter(None, map(str.strip, str(value).split(separator)))
            return [one for part in parts for one in _meant(spec, part)]
    return [None]


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
