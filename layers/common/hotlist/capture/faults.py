"""What is wrong with an answer, told in the language of whoever gave it. Pure.

Only a submission with errors imports this module. A file of `config/messages/` adds a language, or
other words for one of these.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

Texts = Mapping[str, Mapping[str, str]]
"""Texts by language and by name."""

TEXTS: Final[Texts] = {
    "en": {
        "required": "this field is required",
        "yes": "this field needs a yes: {hint}",
        "contact": "an e-mail address or a phone number is needed",
        "email": "this is not an e-mail address",
        "phone": "this is not a phone number; write all its digits, with the country, as in "
        "+{code} …",
        "text": "this field is a text",
        "unstorable": "this text cannot be stored",
        "least": "at least {least} characters",
        "most": "at most {most} characters",
        "such": "at most {most} characters such as these",
        "one_of": "one of {options}",
        "some_of": "one or more of {options}",
        "fewest": "choose at least {least}",
        "at_once": "choose at most {most}",
        "whole": "this field is a whole number",
        "number": "this field is a number, such as 1250.5",
        "between": "from {least} to {most}",
        "date": "this field is a date, such as 2026-03-31",
        "url": "this is not the address of a page, such as https://www.example.com",
        "not_open": "This form is open from {at}.",
        "closed": "This form is closed.",
    },
    "pl": {
        "required": "To pole jest wymagane.",
        "yes": "To pole trzeba zaznaczyć.",
        "contact": "Podaj adres e-mail lub numer telefonu.",
        "email": "To nie jest adres e-mail.",
        "phone": "To nie jest numer telefonu. Wpisz wszystkie cyfry z numerem kraju: +{code} …",
        "text": "Wpisz tu tekst.",
        "unstorable": "Tego tekstu nie da się zapisać.",
        "least": "Minimalna liczba znaków: {least}.",
        "most": "Maksymalna liczba znaków: {most}.",
        "such": "Maksymalna liczba takich znaków: {most}.",
        "one_of": "Wybierz jedno z: {options}.",
        "some_of": "Wybierz spośród: {options}.",
        "fewest": "Minimalna liczba wybranych odpowiedzi: {least}.",
        "at_once": "Maksymalna liczba wybranych odpowiedzi: {most}.",
        "whole": "Wpisz liczbę całkowitą.",
        "number": "Wpisz liczbę, na przykład 1250,5.",
        "between": "Podaj wartość od {least} do {most}.",
        "date": "Wpisz datę w postaci 2026-03-31.",
        "url": "To nie jest adres strony, taki jak https://www.example.com.",
        "not_open": "Formularz będzie czynny od {at}.",
        "closed": "Formularz jest już zamknięty.",
    },
    "de": {
        "required": "Bitte füllen Sie dieses Feld aus.",
        "yes": "Bitte kreuzen Sie dieses Feld an.",
        "contact": "Bitte geben Sie eine E-Mail-Adresse oder eine Telefonnummer an.",
        "email": "Das ist keine E-Mail-Adresse.",
        "phone": "Das ist keine Telefonnummer. Geben Sie alle Ziffern mit der Landesvorwahl an: "
        "+{code} …",
        "text": "Bitte geben Sie hier einen Text ein.",
        "unstorable": "Dieser Text kann nicht gespeichert werden.",
        "least": "Mindestens {least} Zeichen.",
        "most": "Höchstens {most} Zeichen.",
        "such": "Höchstens {most} solche Zeichen.",
        "one_of": "Bitte wählen Sie: {options}.",
        "some_of": "Bitte wählen Sie aus: {options}.",
        "fewest": "Bitte wählen Sie mindestens {least}.",
        "at_once": "Bitte wählen Sie höchstens {most}.",
        "whole": "Bitte geben Sie eine ganze Zahl ein.",
        "number": "Bitte geben Sie eine Zahl ein, zum Beispiel 1250,5.",
        "between": "Von {least} bis {most}.",
        "date": "Bitte geben Sie ein Datum wie 2026-03-31 ein.",
        "url": "Das ist keine Adresse einer Seite wie https://www.example.com.",
        "not_open": "Dieses Formular ist ab {at} geöffnet.",
        "closed": "Dieses Formular ist geschlossen.",
    },
}
"""What stands in braces is put in; another language need not say it."""

_PUT_IN: Final = re.compile(r"\{(\w+)\}")
_MAX_ACCEPTED: Final = 500
_MAX_LANGUAGES: Final = 20
_WEIGHT: Final = re.compile(r"\s*q\s*=\s*(0(?:\.[0-9]{1,3})?|1(?:\.0{1,3})?)\s*\Z")


class Fault(str):
    """What is wrong, in English; with what it takes to say it in another language."""

    __slots__ = ("key", "values")

    key: str
    values: Mapping[str, Any]


def fault(key: str, english: str | None = None, **values: Any) -> Fault:
    """The fault of this name. `english` says it more exactly than the text of that name."""
    made = Fault(english or _filled(TEXTS["en"][key], values, ()))
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
        if text is None and language == "en":
            return str(why)
        text = text or TEXTS.get(language, {}).get(why.key)
        if text is not None:
            return _filled(text, why.values, languages)
    return str(why)


def languages(said: str, accepted: str) -> tuple[str, ...]:
    """The languages that somebody reads, the best first: that of the page, then the browser's."""
    weighed = []
    for one in accepted[:_MAX_ACCEPTED].split(",")[:_MAX_LANGUAGES]:
        tag, _, rest = one.partition(";")
        found = _WEIGHT.match(rest)
        weight = float(found[1]) if found else 0.0 if rest else 1.0
        if weight:
            weighed.append((-weight, _tag(tag)))
    weighed.sort(key=lambda pair: pair[0])
    return tuple(dict.fromkeys(filter(None, (_tag(said), *(tag for _, tag in weighed)))))


def best(texts: str | Mapping[str, str], wanted: Iterable[str]) -> str:
    """A text, or that of several by language which is read best; the first if none is read."""
    if isinstance(texts, str):
        return texts
    return next((texts[one] for one in wanted if one in texts), next(iter(texts.values()), ""))


def _tag(said: str) -> str:
    """`pl` of `pl-PL`, and of `pl_PL`."""
    return said.replace("_", "-").partition("-")[0].strip().lower()[:8]


def _filled(text: str, values: Mapping[str, Any], wanted: tuple[str, ...]) -> str:
    shown = {name: _shown(value, wanted) for name, value in values.items()}
    return _PUT_IN.sub(lambda found: shown.get(found[1], found[0]), text)


def _shown(value: Any, wanted: tuple[str, ...]) -> str:
    """Options are listed as the page calls them."""
    if isinstance(value, Mapping):
        return ", ".join(best(label, wanted) for label in value.values())
    return ", ".join(value) if isinstance(value, list) else str(value)
