"""What the pages for plain forms say, and in which language. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from hotlist.capture.context import MAX_CONTEXT, one, plain_text

MAX_URL: Final = 4_096
_DEFAULT: Final = "en"
_MAX_LANGUAGES: Final = 20
_WEIGHT: Final = re.compile(r"\s*q\s*=\s*(0(?:\.[0-9]{1,3})?|1(?:\.0{1,3})?)\s*")

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "again_title": "Please have another look",
        "again": "Your form has not been sent yet. Correct what is marked, then send it again.",
        "error": "Error:",
        "required": "(required)",
        "choose": "Please choose",
        "send": "Send",
        "files": "Files",
        "thanks_title": "Thank you",
        "thanks": "We have received what you sent.",
        "back": "Back to the page",
        "later_title": "Please send it once more",
        "later": "Your form could not be stored just now. Nothing that you wrote is lost: "
        "wait a moment, then send it again.",
        "refused_title": "This did not work",
        "403": "This form cannot be sent from the page that you came from.",
        "404": "This form does not exist, or not any more.",
        "413": "This is too long. Go back, shorten it and send it again.",
        "else": "Your form arrived damaged. Go back and send it again.",
        "problem": "Some fields are not right.",
    },
    "pl": {
        "again_title": "Sprawdź jeszcze raz",
        "again": "Formularz nie został jeszcze wysłany. Popraw zaznaczone pola i wyślij ponownie.",
        "error": "Błąd:",
        "required": "(wymagane)",
        "choose": "Wybierz",
        "send": "Wyślij",
        "files": "Pliki",
        "thanks_title": "Dziękujemy",
        "thanks": "Otrzymaliśmy Twoje zgłoszenie.",
        "back": "Wróć na stronę",
        "later_title": "Wyślij jeszcze raz",
        "later": "Nie udało się teraz zapisać formularza. Nic z tego, co wpisano, nie przepadło: "
        "odczekaj chwilę i wyślij go ponownie.",
        "refused_title": "To się nie udało",
        "403": "Tego formularza nie można wysłać ze strony, z której został otwarty.",
        "404": "Tego formularza nie ma lub już go usunięto.",
        "413": "To zbyt długie. Wróć, skróć tekst i wyślij ponownie.",
        "else": "Formularz dotarł uszkodzony. Wróć i wyślij go ponownie.",
        "problem": "Niektóre pola wymagają poprawy.",
    },
    "de": {
        "again_title": "Bitte noch einmal prüfen",
        "again": "Ihr Formular wurde noch nicht gesendet. Korrigieren Sie, was markiert ist, und "
        "senden Sie es erneut.",
        "error": "Fehler:",
        "required": "(Pflichtfeld)",
        "choose": "Bitte wählen",
        "send": "Senden",
        "files": "Dateien",
        "thanks_title": "Vielen Dank",
        "thanks": "Wir haben Ihre Angaben erhalten.",
        "back": "Zurück zur Seite",
        "later_title": "Bitte noch einmal senden",
        "later": "Ihr Formular konnte gerade nicht gespeichert werden. Nichts davon ist verloren: "
        "Warten Sie einen Moment und senden Sie es erneut.",
        "refused_title": "Das hat nicht geklappt",
        "403": "Dieses Formular kann von der vorigen Seite aus nicht gesendet werden.",
        "404": "Dieses Formular gibt es nicht oder nicht mehr.",
        "413": "Das ist zu lang. Gehen Sie zurück, kürzen Sie es und senden Sie es erneut.",
        "else": "Ihr Formular kam beschädigt an. Gehen Sie zurück und senden Sie es erneut.",
        "problem": "Einige Felder stimmen noch nicht.",
    },
}
"""The texts of the frame. Those of a form are its own."""

LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {"name": "Name", "email": "E-mail", "phone": "Phone", "message": "Message"},
    "pl": {
        "name": "Imię i nazwisko",
        "email": "E-mail",
        "phone": "Telefon",
        "company": "Firma",
        "message": "Wiadomość",
    },
    "de": {
        "name": "Name",
        "email": "E-Mail",
        "phone": "Telefon",
        "company": "Firma",
        "message": "Nachricht",
    },
}
"""What a field is called that has no label of its own, by language and name."""


class Visitor(NamedTuple):
    """Who is answered: the languages they read, the best first, and a page to go back to."""

    languages: tuple[str, ...]
    back: str = ""

    @property
    def frame(self) -> str:
        """The language of what stands around the form."""
        return next((one for one in self.languages if one in TEXTS), _DEFAULT)

    def of(self, texts: object) -> str:
        """A text, or that of several by language which they read best; "" if there is none."""
        if not isinstance(texts, Mapping):
            return texts if isinstance(texts, str) else ""
        wanted = (*self.languages, *texts)
        return next((str(texts[one]) for one in wanted if one in texts), "")


def visitor(headers: Mapping[str, str], raw: Mapping[str, Any]) -> Visitor:
    """Whom a request is from. The language of their page comes before those of the browser."""
    accepted = headers.get("accept-language", "")[:MAX_CONTEXT].split(",")[:_MAX_LANGUAGES]
    weighed = [(_weight(rest), _tag(tag)) for tag, _, rest in (a.partition(";") for a in accepted)]
    best = sorted((pair for pair in weighed if pair[0]), key=lambda pair: -pair[0])
    wanted = [_tag(one(raw, "language")), *(tag for _, tag in best)]
    return Visitor(tuple(dict.fromkeys(filter(None, wanted))), _back(headers))


def _weight(parameters: str) -> float:
    """How much a language is wanted: 1 if nothing is said of it, 0 for what is no weight."""
    if not parameters:
        return 1.0
    found = _WEIGHT.fullmatch(parameters)
    return float(found[1]) if found else 0.0


def _tag(said: str) -> str:
    """`pl` of `pl-PL`, and of `pl_PL`."""
    return said.replace("_", "-").partition("-")[0].strip().lower()[:8]


def _back(headers: Mapping[str, str]) -> str:
    """Where the visitor came from, as far as the browser says so; or nothing."""
    for name in ("referer", "origin"):
        url = plain_text(headers.get(name), MAX_URL)
        if url.lower().startswith(("https://", "http://")):
            return url
    return ""
