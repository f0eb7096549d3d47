"""Removes blanks and invisible characters from texts. A text of nothing else counts as empty."""

import unicodedata
from typing import Final

_ASCII_BLANKS: Final = "".join(map(chr, (*range(0x21), 0x7F)))

# Unicode's default ignorables that are no format characters (Cf), and the empty braille pattern.
_IGNORABLE: Final = frozenset(
    map(
        chr,
        (
            *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x2800, 0x3164, 0xFFA0),
            *(*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9)),
        ),
    )
)
_TAGS_AND_SELECTORS: Final = (chr(0xE0000), chr(0xE0FFF))
# Format characters that are visible: signs of Arabic, Syriac and Kaithi numbers and verses.
_SEEN: Final = frozenset(
    map(chr, (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD))
)
_JOINERS: Final = frozenset("\u200c\u200d")
"""ZWNJ and ZWJ. Inside a word they shape letters and emoji."""


def is_hidden(character: str) -> bool:
    """Whether a character is a blank, a control or a lone surrogate, or shows nothing by itself."""
    if character.isascii():
        return character in _ASCII_BLANKS
    first, last = _TAGS_AND_SELECTORS
    if character in _IGNORABLE or first <= character <= last or character.isspace():
        return True
    return unicodedata.category(character) in ("Cc", "Cf", "Cs") and character not in _SEEN


def trimmed(text: str) -> str:
    """The text without blanks and invisible characters at its ends; "" if it shows nothing.

    A variation selector at the end stays if it follows the symbol or ideograph that it changes.
    """
    if text.isascii():
        return text.strip(_ASCII_BLANKS)
    start, end = 0, len(text)
    while start < end and is_hidden(text[start]):
        start += 1
    while start < end and is_hidden(text[end - 1]):
        end -= 1
    if start < end < len(text) and _is_selector(text[end]):
        end += unicodedata.category(text[end - 1]) in ("So", "Lo")
    return text[start:end]


def one_line(text: str) -> str:
    """The text as one line. Controls and line ends become spaces; invisible formatting is dropped.

    ZWJ and ZWNJ stay inside a word.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    words = "".join(map(_in_line, text)).split()
    return " ".join(word for word in map(trimmed, words) if word)


def _in_line(character: str) -> str:
    category = unicodedata.category(character)
    if character in _JOINERS or character in _SEEN:
        return character
    if category in ("Cf", "Cs"):
        return ""
    return character if character.isprintable() else " "


def _is_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
