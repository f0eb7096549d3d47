"""A phone number in what somebody wrote into a field, and how its country writes it. Pure.

People write an extension after it, a second number, or words around it. The first number that is
valid is theirs. Imported where there is a phone: the library is slow to import.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import Leniency, PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher

MAX_TEXT: Final = 250
_MAX_TRIES: Final = 20
_ENOUGH: Final = 6
"""Digits from which a part of a longer text may be a number: fewer are an extension or a time."""

_CHUNK: Final = re.compile(r"(?:\+\s*)*[(\d][\d\s()./-]*")
_TRUNK: Final = re.compile(r"\(\s*0\s*\)")
_ABROAD: Final = re.compile(r"\(?\s*(?:(?:\+\s*)+(?:00)?|00|011(?=\s*[1-9]))")
_CODE_TWICE: Final = re.compile(r"\+\s*(\d{1,3})[\s-]*(?:00)?(?=\1)")
_VANITY: Final = re.compile(r"\+?[\d\s().-]{4,}(?:[A-Z][\s.-]?){3,}[A-Z\d\s.-]*")
_JOINED: Final = re.compile(r"[,;|·•_*'´]+")
_WORD: Final = re.compile(r"[^\W_]+")
_INTRODUCING: Final = frozenset(
    "tel tél telefon téléphone telefone teléfono telefono phone ph fon mobile mobil móvil mob cell "
    "cel cellulare handy kom komórka gsm nr numer number no тел телефон моб".split()
)


class Phone(NamedTuple):
    """A number as E.164, its country, and whether the text says more, such as an extension."""

    number: str
    country: str | None
    has_more: bool


def read(text: str, region: str) -> Phone | None:
    """The first valid number of the text; None if there is none.

    `region` is the country of numbers without a prefix.
    """
    said = _plain(text[:MAX_TEXT])
    for part in _parts(said):
        number = _number(part, region)
        if number is not None:
            return _phone(number, said.replace(part, " ", 1))
    if _VANITY.fullmatch(said) and (number := _parsed(said, region)):
        return _phone(number, "")
    for found in PhoneNumberMatcher(said, region, Leniency.VALID, _MAX_TRIES):
        return _phone(found.number, said.replace(found.raw_string, " ", 1))
    joined = _JOINED.sub(" ", said)  # 600,100,200
    if _CHUNK.fullmatch(joined) and (number := _number(joined, region)):
        return _phone(number, "")
    for chunk in _CHUNK.findall(joined):
        if first := _first_of_two(chunk, region):
            return first
    return None


def country_code(region: str) -> int:
    """The code with which the numbers of a country begin: 48 for PL."""
    code: int = phonenumbers.country_code_for_region(region)
    return code


def national(number: str) -> str:
    """A number of E.164 as it is written in its own country; as it is if it is none."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_valid_number(parsed):
        return number
    return str(phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL))


def _first_of_two(chunk: str, region: str) -> Phone | None:
    """The first of two numbers that only blanks keep apart; both begin alike, with 0 or without."""
    groups = chunk.split()
    for place in range(1, len(groups)):
        first, second = (" ".join(part) for part in (groups[:place], groups[place:]))
        is_alike = first.startswith("0") <= second.startswith("0")
        if is_alike and (number := _number(first, region)) and _number(second, region):
            return _phone(number, second)
    return None


def _phone(number: PhoneNumber, rest: str) -> Phone:
    words = {word.casefold() for word in _WORD.findall(rest)}
    return Phone(
        phonenumbers.format_number(number, PhoneNumberFormat.E164),
        phonenumbers.region_code_for_number(number),
        bool(words - _INTRODUCING) or number.extension is not None,
    )


def _plain(text: str) -> str:
    """Full-width signs, dashes, brackets and blanks as ASCII has them; what is unseen, left out."""
    plain = []
    for char in unicodedata.normalize("NFKC", text):
        kind = unicodedata.category(char)
        if kind == "Pd" or char == "\u2212":
            plain.append("-")
        elif kind in ("Ps", "Pe"):
            plain.append("(" if kind == "Ps" else ")")
        elif kind == "Nd":
            plain.append(str(unicodedata.digit(char)))
        elif kind != "Cf":
            plain.append(char)
    return "".join(plain).replace("(+", "+").strip()


def _parts(said: str) -> Iterator[str]:
    """Where numbers may stand: between words, commas and signs; then between slashes."""
    chunks = [chunk.strip(" \t\r\n./-") for chunk in _CHUNK.findall(said)]
    for chunk in chunks:
        if len(chunks) > 1 and _digits(chunk) < _ENOUGH:
            continue
        pieces = [piece.strip() for piece in re.split(r"[/\r\n]+", chunk)]
        if len(pieces) > 1 and _digits(pieces[0]) > _ENOUGH and _is_apart(pieces[1]):
            yield pieces[0]
        yield chunk
        yield from (piece for piece in pieces if _digits(piece) >= _ENOUGH)
        head, _, last = chunk.rpartition("-")  # 22 555 01 10-12
        if _digits(last) < _ENOUGH < _digits(head):
            yield head


def _is_apart(piece: str) -> bool:
    """Whether what follows a slash is a number of its own, or other last digits of the first."""
    return _digits(piece) > _ENOUGH or 0 < _digits(piece) <= 3


def _digits(text: str) -> int:
    return sum(char.isdigit() for char in text)


def _number(part: str, region: str) -> PhoneNumber | None:
    """The number as it is written, else without a trunk zero, else as from abroad."""
    ways = [_TRUNK.sub(" ", part), part]
    if abroad := _ABROAD.match(part):
        ways += ["+" + _TRUNK.sub(" ", part[abroad.end() :])]
    if twice := _CODE_TWICE.match(part):  # a page wrote the code into the field already
        ways.append("+" + part[twice.end() :])
    ways.append(part.lstrip(" 0"))
    for way in ways:
        if number := _parsed(way, region):
            return number
    return None


def _parsed(text: str, region: str) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) and number.italian_leading_zero:
        number.italian_leading_zero = number.number_of_leading_zeros = None
    return number if phonenumbers.is_valid_number(number) else None
