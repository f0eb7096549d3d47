"""What forms say: the errors of fields, the pages for plain forms, and the names of fields. Data.

Only an answer that needs words imports this module. A file of `config/messages/` adds a language,
or other words for some of these.
"""

from collections.abc import Iterable, Mapping
from typing import Final

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
        "files": "files are not taken; send the form without them",
        "unread": "what was sent is no yes and no no; tick the box if you mean yes",
        "page_again_title": "Please have another look",
        "page_again": "Your form has not been sent yet. Correct what is marked, then send it "
        "again.",
        "page_error": "Error:",
        "page_required": "(required)",
        "page_choose": "Please choose",
        "page_send": "Send",
        "page_files": "Files",
        "page_thanks_title": "Thank you",
        "page_thanks": "We have received what you sent.",
        "page_back": "Back to the page",
        "page_later_title": "Please send it once more",
        "page_later": "Your form could not be stored just now. Nothing that you wrote is "
        "lost: wait a moment, then send it again.",
        "page_closed_title": "This form is not open",
        "page_refused_title": "This did not work",
        "page_other_site": "This form cannot be sent from the page that you came from.",
        "page_unknown": "This form does not exist, or not any more.",
        "page_too_long": "This is too long. Go back, shorten it and send it again.",
        "page_damaged": "Your form arrived damaged. Go back and send it again.",
        "page_problem": "Some fields are not right.",
        "label_name": "Name",
        "label_email": "E-mail",
        "label_phone": "Phone",
        "label_company": "Company",
        "label_message": "Message",
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
        "files": "Nie przyjmujemy plików. Wyślij formularz bez nich.",
        "unread": "Nie udało się odczytać odpowiedzi. Zaznacz pole, jeśli się zgadzasz.",
        "page_again_title": "Sprawdź jeszcze raz",
        "page_again": "Formularz nie został jeszcze wysłany. Popraw zaznaczone pola i wyślij "
        "ponownie.",
        "page_error": "Błąd:",
        "page_required": "(wymagane)",
        "page_choose": "Wybierz",
        "page_send": "Wyślij",
        "page_files": "Pliki",
        "page_thanks_title": "Dziękujemy",
        "page_thanks": "Otrzymaliśmy Twoje zgłoszenie.",
        "page_back": "Wróć na stronę",
        "page_later_title": "Wyślij jeszcze raz",
        "page_later": "Nie udało się teraz zapisać formularza. Nic z tego, co wpisano, nie "
        "przepadło: odczekaj chwilę i wyślij go ponownie.",
        "page_closed_title": "Formularz jest nieczynny",
        "page_refused_title": "To się nie udało",
        "page_other_site": "Tego formularza nie można wysłać ze strony, z której został otwarty.",
        "page_unknown": "Tego formularza nie ma lub już go usunięto.",
        "page_too_long": "To zbyt długie. Wróć, skróć tekst i wyślij ponownie.",
        "page_damaged": "Formularz dotarł uszkodzony. Wróć i wyślij go ponownie.",
        "page_problem": "Niektóre pola wymagają poprawy.",
        "label_name": "Imię i nazwisko",
        "label_email": "E-mail",
        "label_phone": "Telefon",
        "label_company": "Firma",
        "label_message": "Wiadomość",
    },
    "de": {
        "required": "Bitte füllen Sie dieses Feld aus.",
        "yes": "Bitte kreuzen Sie dieses Feld an.",
        "contact": "Bitte geben Sie eine E-Mail-Adresse oder eine Telefonnummer an.",
        "email": "Das ist keine E-Mail-Adresse.",
        "phone": "Das ist keine Telefonnummer. Geben Sie alle Ziffern mit der Landesvorwahl "
        "an: +{code} …",
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
        "files": "Dateien werden nicht angenommen. Bitte senden Sie das Formular ohne Dateien.",
        "unread": "Die Antwort ist weder ja noch nein. Bitte kreuzen Sie an, wenn Sie zustimmen.",
        "page_again_title": "Bitte noch einmal prüfen",
        "page_again": "Ihr Formular wurde noch nicht gesendet. Korrigieren Sie, was markiert "
        "ist, und senden Sie es erneut.",
        "page_error": "Fehler:",
        "page_required": "(Pflichtfeld)",
        "page_choose": "Bitte wählen",
        "page_send": "Senden",
        "page_files": "Dateien",
        "page_thanks_title": "Vielen Dank",
        "page_thanks": "Wir haben Ihre Angaben erhalten.",
        "page_back": "Zurück zur Seite",
        "page_later_title": "Bitte noch einmal senden",
        "page_later": "Ihr Formular konnte gerade nicht gespeichert werden. Nichts davon ist "
        "verloren: Warten Sie einen Moment und senden Sie es erneut.",
        "page_closed_title": "Dieses Formular ist nicht geöffnet",
        "page_refused_title": "Das hat nicht geklappt",
        "page_other_site": "Dieses Formular kann von der vorigen Seite aus nicht gesendet werden.",
        "page_unknown": "Dieses Formular gibt es nicht oder nicht mehr.",
        "page_too_long": "Das ist zu lang. Gehen Sie zurück, kürzen Sie es und senden Sie es "
        "erneut.",
        "page_damaged": "Ihr Formular kam beschädigt an. Gehen Sie zurück und senden Sie es "
        "erneut.",
        "page_problem": "Einige Felder stimmen noch nicht.",
        "label_name": "Name",
        "label_email": "E-Mail",
        "label_phone": "Telefon",
        "label_company": "Firma",
        "label_message": "Nachricht",
    },
}
"""What stands in braces is put in; another language need not say it. A page is in a language that
has all texts of pages. `label_` is what a field of that name is called that has no label of its
own.
"""

DEFAULT: Final = "en"


def told(name: str, languages: Iterable[str], more: Texts) -> str:
    """A text of this name in the first of these languages that has it, else in English.

    `more` are the texts of the configuration; they come before our own.
    """
    for language in (*languages, DEFAULT):
        text = more.get(language, {}).get(name) or TEXTS.get(language, {}).get(name)
        if text is not None:
            return text
    return ""
