"""What is wrong with an answer, told in the language of whoever gave it. Pure.

Only a submission with errors imports this module. `form_texts` has the words.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from hotlist.capture.form_texts import DEFAULT, TEXTS, Texts
from hotlist.capture.languages import best, spoken

_PUT_IN: Final = re.compile(r"\{(\w+)\}")


class Fault(str):
    """What is wrong, in English; with what it takes to say it in another language."""

    __slots__ = ("key", "values")

    key: str
    values: Mapping[str, Any]


def fault(key: str, english: str | None = None, **values: Any) -> Fault:
    """The fault of this name. `english` says it more exactly than the text of that name."""
    made = Fault(english or _filled(TEXTS[DEFAULT][key], values, ()))
    made.key, made.values = key, values
    return made


def told(errors: Mapping[str, str], languages: Iterable[str], more: Texts) -> dict[str, str]:
    """The errors by field in the first of these languages that there is, else in English.

    `more` are the texts of the configuration.
    """
    wanted = tuple(languages)
    return {name: in_language(why, wanted, more) for name, why in errors.items()}


def in_language(why: str, languages: tuple[str, ...], more: Texts) -> str:
    """One error in the first of these languages that there is, else as it stands."""
    if not isinstance(why, Fault):
        return why
    for language in languages:
        text = more.get(language, {}).get(why.key)
        if text is None and language == DEFAULT:
            break
        text = text or TEXTS.get(language, {}).get(why.key)
        if text is not None:
            return spoken(_filled(text, why.values, languages), language)
    return spoken(str(why), DEFAULT)


def _filled(text: str, values: Mapping[str, Any], wanted: tuple[str, ...]) -> str:
    shown = {name: _shown(value, wanted) for name, value in values.items()}
    return _PUT_IN.sub(lambda found: shown.get(found[1], found[0]), text)


def _shown(value: Any, wanted: tuple[str, ...]) -> str:
    """Options are listed as the page calls them."""
    if isinstance(value, Mapping):
        return ", ".join(best(label, wanted) for label in value.values())
    return ", ".join(value) if isinstance(value, list) else str(value)
