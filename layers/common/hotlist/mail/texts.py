"""The texts of the mails, in each language that a recipient may choose."""

from collections.abc import Mapping, Sequence
from typing import Final

from hotlist.mail.words import de, en, pl

_LANGUAGES: Final = {"en": en, "pl": pl, "de": de}

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    language: words.TEXTS for language, words in _LANGUAGES.items()
}

COUNTED: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    language: words.COUNTED for language, words in _LANGUAGES.items()
}
"""Texts beside a number: for each language and text, by the form that words take beside it."""

TEMPERATURES: Final[Mapping[str, Mapping[str, str]]] = {
    language: words.TEMPERATURES for language, words in _LANGUAGES.items()
}

STAGE_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    language: words.STAGE_NAMES for language, words in _LANGUAGES.items()
}

CHANNEL_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    language: words.CHANNEL_NAMES for language, words in _LANGUAGES.items()
}

CHANNEL_LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    language: words.CHANNEL_LABELS for language, words in _LANGUAGES.items()
}
"""The names of channels beside a number."""

ON_DAYS: Final[Mapping[str, Sequence[str]]] = {
    language: words.ON_DAYS for language, words in _LANGUAGES.items()
}
"""The days of the week within a sentence, from Monday."""

LEAD_TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    language: words.LEAD_TEXTS for language, words in _LANGUAGES.items()
}
"""The texts of the mails to leads."""
