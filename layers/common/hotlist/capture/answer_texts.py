"""What the pages of answers say, in each language. Data.

`{name}` stands for the lead's name. It is put in by the page, which keeps it apart.
"""

from collections.abc import Mapping
from typing import Final

ANSWER_TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "ask_title": "What came of {name}?",
        "nobody": "this lead",
        "ask": "Nothing is noted until you press a button.",
        "contacted": "Contacted",
        "contacted_help": "I have spoken with them, or written to them.",
        "meeting": "Meeting",
        "meeting_help": "We have met, or know when we will.",
        "won": "Won",
        "won_help": "They have bought.",
        "value": "Value, if you know it",
        "rejected": "Not relevant",
        "rejected_help": "Nothing will come of it.",
        "reason": "Reason",
        "reason_choose": "Choose",
        "no_budget": "No budget",
        "wrong_fit": "Does not fit us",
        "no_interest": "No interest",
        "unreachable": "Cannot be reached",
        "duplicate": "We have this lead already",
        "other": "Another reason",
        "snoozed": "Later",
        "snoozed_help": "The lead rests until that day.",
        "day": "Day",
        "do_wrong": "Nothing was noted. Press one of these buttons.",
        "undo_wrong": "Nothing was taken back: there is no such answer of yours.",
        "value_wrong": "Write one number, such as 12000 or 12000.50: nothing between the "
        "thousands, at most 12 digits before the point and two after it.",
        "reason_wrong": "Choose a reason.",
        "day_wrong": "Choose a day from {first} to {last}.",
        "wrong_title": "Nothing was noted yet",
        "noted_title": "Noted",
        "noted": "About {name}:",
        "noted_until": "{answer}, on {day}",
        "noted_more": "{answer}: {more}",
        "undo": "Take it back",
        "calendar": "Put the day into my calendar",
        "reminder": "Get back to {name}",
        "again": "Give another answer",
        "since": "You have given another answer since then. If this one is to hold, give it once "
        "more.",
        "undone_title": "Taken back",
        "undone": "It is as if you had not given this answer about {name}:",
        "undone_else": "The same answer of another day may still stand.",
        "undone_day": "If the day stands in your calendar, delete it there.",
        "full_title": "That is enough for today",
        "full": "You have answered about {name} so often today that nothing more is noted. Your "
        "last answer holds. Answer again tomorrow.",
    },
    "pl": {
        "ask_title": "Co wynikło z tego kontaktu: {name}?",
        "nobody": "ten lead",
        "ask": "Nic nie zostanie zapisane, dopóki nie naciśniesz przycisku.",
        "contacted": "Kontakt nawiązany",
        "contacted_help": "Rozmowa za nami albo wiadomość wysłana.",
        "meeting": "Spotkanie",
        "meeting_help": "Odbyło się albo jest umówione.",
        "won": "Wygrana",
        "won_help": "Doszło do sprzedaży.",
        "value": "Wartość, jeśli jest znana",
        "rejected": "Nieistotny",
        "rejected_help": "Nic z tego nie będzie.",
        "reason": "Powód",
        "reason_choose": "Wybierz",
        "no_budget": "Brak budżetu",
        "wrong_fit": "Nie pasuje do nas",
        "no_interest": "Brak zainteresowania",
        "unreachable": "Nie można się skontaktować",
        "duplicate": "Mamy już tego leada",
        "other": "Inny powód",
        "snoozed": "Później",
        "snoozed_help": "Do tego dnia lead poczeka.",
        "day": "Dzień",
        "do_wrong": "Nic nie zapisano. Naciśnij jeden z tych przycisków.",
        "undo_wrong": "Nic nie cofnięto: nie ma takiej Twojej odpowiedzi.",
        "value_wrong": "Wpisz jedną liczbę, na przykład 12000 albo 12000,50: bez znaków między "
        "tysiącami, najwyżej 12 cyfr przed przecinkiem i dwie po nim.",
        "reason_wrong": "Wybierz powód.",
        "day_wrong": "Wybierz dzień od {first} do {last}.",
        "wrong_title": "Jeszcze nic nie zapisano",
        "noted_title": "Zapisane",
        "noted": "Kontakt: {name}",
        "noted_until": "{answer}, dnia {day}",
        "noted_more": "{answer}: {more}",
        "undo": "Cofnij",
        "calendar": "Dodaj ten dzień do kalendarza",
        "reminder": "Wrócić do kontaktu: {name}",
        "again": "Odpowiedz jeszcze raz",
        "since": "Od tego czasu padła inna Twoja odpowiedź. Jeśli ma obowiązywać ta, odpowiedz tak "
        "jeszcze raz.",
        "undone_title": "Cofnięte",
        "undone": "Tak jakby tej odpowiedzi nie było. Kontakt: {name}",
        "undone_else": "Taka sama odpowiedź z innego dnia może nadal obowiązywać.",
        "undone_day": "Jeśli ten dzień jest w Twoim kalendarzu, usuń go stamtąd.",
        "full_title": "Na dziś wystarczy",
        "full": "Było już dziś tyle odpowiedzi, że nic więcej nie zapisujemy. Obowiązuje ostatnia "
        "z nich. Odpowiedz znowu jutro. Kontakt: {name}",
    },
    "de": {
        "ask_title": "Was wurde aus {name}?",
        "nobody": "diesem Lead",
        "ask": "Notiert wird erst etwas, wenn Sie einen Knopf drücken.",
        "contacted": "Kontaktiert",
        "contacted_help": "Ich habe mit der Person gesprochen oder ihr geschrieben.",
        "meeting": "Termin",
        "meeting_help": "Er war schon, oder er steht fest.",
        "won": "Gewonnen",
        "won_help": "Es wurde gekauft.",
        "value": "Wert, falls bekannt",
        "rejected": "Nicht relevant",
        "rejected_help": "Daraus wird nichts.",
        "reason": "Grund",
        "reason_choose": "Bitte wählen",
        "no_budget": "Kein Budget",
        "wrong_fit": "Passt nicht zu uns",
        "no_interest": "Kein Interesse",
        "unreachable": "Nicht erreichbar",
        "duplicate": "Diesen Lead haben wir schon",
        "other": "Anderer Grund",
        "snoozed": "Später",
        "snoozed_help": "Bis zu diesem Tag ruht der Lead.",
        "day": "Tag",
        "do_wrong": "Es wurde nichts notiert. Drücken Sie einen dieser Knöpfe.",
        "undo_wrong": "Es wurde nichts zurückgenommen: Eine solche Antwort von Ihnen gibt es "
        "nicht.",
        "value_wrong": "Schreiben Sie eine Zahl wie 12000 oder 12000,50: nichts zwischen den "
        "Tausendern, höchstens 12 Ziffern vor dem Komma und zwei danach.",
        "reason_wrong": "Wählen Sie einen Grund.",
        "day_wrong": "Wählen Sie einen Tag vom {first} bis zum {last}.",
        "wrong_title": "Noch nichts notiert",
        "noted_title": "Notiert",
        "noted": "Zu {name}:",
        "noted_until": "{answer}, am {day}",
        "noted_more": "{answer}: {more}",
        "undo": "Zurücknehmen",
        "calendar": "Den Tag in meinen Kalender eintragen",
        "reminder": "Wieder melden bei {name}",
        "again": "Noch einmal antworten",
        "since": "Seitdem haben Sie etwas anderes geantwortet. Soll diese Antwort gelten, geben "
        "Sie sie noch einmal.",
        "undone_title": "Zurückgenommen",
        "undone": "Es ist, als hätten Sie diese Antwort nicht gegeben. Zu {name}:",
        "undone_else": "Die gleiche Antwort von einem anderen Tag kann noch gelten.",
        "undone_day": "Falls der Tag in Ihrem Kalender steht, löschen Sie ihn dort.",
        "full_title": "Genug für heute",
        "full": "Sie haben zu {name} heute so oft geantwortet, dass nichts mehr notiert wird. Ihre "
        "letzte Antwort gilt. Antworten Sie morgen wieder.",
    },
}
"""Texts by language and by name. Each language has them all."""

MONTHS: Final[Mapping[str, str]] = {
    "en": "January February March April May June July August September October November December",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
    "listopada grudnia",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
"""The months as they stand in a day, parted by blanks."""

DAYS: Final[Mapping[str, str]] = {
    "en": "{day} {month} {year}",
    "pl": "{day} {month} {year}",
    "de": "{day}. {month} {year}",
}
"""How a day is written."""

SIGNS: Final[Mapping[str, tuple[str, str]]] = {
    "en": (",", "."),
    "pl": ("\N{NO-BREAK SPACE}", ","),
    "de": (".", ","),
}
"""What stands between thousands, and before the part of a number below one."""
