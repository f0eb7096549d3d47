"""A plausible answer to each field of a form, as its checked spec asks for it. Pure."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final

import phonenumbers
from phonenumbers import PhoneNumberFormat

Spec = Mapping[str, Any]

_EMAILS: Final = ("hotlist.test@example.com", "t@example.com")
_URLS: Final = ("https://www.example.com/", "https://x.test")
_LONGEST_LABEL: Final = 63
"""Characters between the dots of a host's name."""
_WORDS: Final = {"message": "This is a test of the form.", "text": "Test", "hidden": "test"}


def submission(form: Spec, today: date) -> dict[str, Any]:
    """An answer to every field of a checked form, of each type as a page sends it.

    The trap stays empty, and no consent is given: a test is nobody's.
    """
    region = form.get("default_region", "US")
    return {name: _answer(spec, region, today) for name, spec in form["fields"].items()}


def _answer(spec: Spec, region: str, today: date) -> Any:
    kind = spec["type"]
    if kind == "phone":
        return _phone(region)
    if kind == "boolean":
        return True
    if kind == "date":
        return _within(spec, today.isoformat())
    if kind in ("integer", "decimal"):
        return _within(spec, 1)
    if "options" in spec:
        options = list(spec["options"])
        return options[: max(1, spec.get("min", 1))] if kind == "choices" else options[0]
    return _text(spec)


def _within(spec: Spec, value: Any) -> Any:
    """The value, or the limit beyond which it lies."""
    held = min(value, spec.get("max", value))
    return max(held, spec.get("min", held))


def _text(spec: Spec) -> str:
    """A text of the type that is neither too short nor too long."""
    least, most = spec.get("min", 0), spec.get("max", 1_000)
    made = _MADE.get(spec["type"], _words)
    fitting = (text for text in made(spec, least) if least <= len(text) <= most)
    return next(fitting, "")


def _words(spec: Spec, least: int) -> Iterator[str]:
    text = _WORDS.get(spec["type"], _WORDS["text"])
    text += "." * (least - len(text))
    yield from (text[:length].rstrip().ljust(length, ".") for length in range(len(text), 0, -1))


def _email(_: Spec, least: int) -> Iterator[str]:
    yield from _EMAILS
    yield "t" * (least - len("@example.com")) + "@example.com"


def _url(_: Spec, least: int) -> Iterator[str]:
    yield from _URLS
    host = "x" * min(max(1, least - len("https://.test")), _LONGEST_LABEL)
    yield f"https://{host}.test"
    yield f"https://{host[2:] or 'x'}.test/t".ljust(least, "t")


_MADE: Final[Mapping[str, Callable[[Spec, int], Iterator[str]]]] = {"email": _email, "url": _url}


def _phone(region: str) -> str:
    """The number that the library gives as an example of the country."""
    number: Any = phonenumbers.example_number(region) or phonenumbers.example_number("US")
    written: str = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return written
