"""The texts of the mails to leads, in each language that they may have."""

from collections.abc import Mapping
from typing import Final

LEAD_TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "confirm_subject": "{company}: please confirm your e-mail address",
        "confirm_text": "This e-mail address was entered in a form of {company}. Please confirm "
        "that it was you, and that you agree to this:",
        "confirm_button": "Confirm",
        "confirm_note": "The link holds for 7 days. If it was not you, do nothing: without your "
        "confirmation nothing is sent for this.",
        "reward_subject": "{title}",
        "reward_text": "You asked {company} for this: {title}.",
        "reward_button": "Get it",
        "reward_note": "The link holds for 30 days. If it was not you, do nothing.",
        "test": "This is a TEST: somebody has tried a form with your address.",
        "reason": "You get this mail because this e-mail address was entered in the form “{form}” "
        "of {company} on {day} (UTC).",
        "reason_untitled": "You get this mail because this e-mail address was entered in a form of "
        "{company} on {day} (UTC).",
        "unsubscribe": "Unsubscribe, or choose what you get",
    },
    "pl": {
        "confirm_subject": "{company}: potwierdź swój adres e-mail",
        "confirm_text": "Ten adres e-mail podano w formularzu: {company}. Prosimy o potwierdzenie, "
        "że to Państwo go podali i zgadzają się na to:",
        "confirm_button": "Potwierdzam",
        "confirm_note": "Link jest ważny 7 dni. Jeśli to nie Państwo, prosimy nic nie robić: bez "
        "potwierdzenia niczego w tej sprawie nie wyślemy.",
        "reward_subject": "{title}",
        "reward_text": "Zamówiono u nas ({company}): {title}.",
        "reward_button": "Odbierz",
        "reward_note": "Link jest ważny 30 dni. Jeśli to nie Państwo, prosimy nic nie robić.",
        "test": "To jest TEST: ktoś wypróbował formularz z Twoim adresem.",
        "reason": "Ta wiadomość została wysłana, ponieważ {day} (UTC) podano ten adres e-mail "
        "w formularzu „{form}”: {company}.",
        "reason_untitled": "Ta wiadomość została wysłana, ponieważ {day} (UTC) podano ten adres "
        "e-mail w formularzu: {company}.",
        "unsubscribe": "Wypisz się lub wybierz, co chcesz dostawać",
    },
    "de": {
        "confirm_subject": "{company}: Bitte bestätigen Sie Ihre E-Mail-Adresse",
        "confirm_text": "Diese E-Mail-Adresse wurde in einem Formular von {company} eingetragen. "
        "Bitte bestätigen Sie, dass Sie das waren und dass Sie dem zustimmen:",
        "confirm_button": "Bestätigen",
        "confirm_note": "Der Link gilt 7 Tage. Wenn Sie es nicht waren, tun Sie nichts: Ohne Ihre "
        "Bestätigung wird dafür nichts geschickt.",
        "reward_subject": "{title}",
        "reward_text": "Das wurde bei {company} angefordert: {title}.",
        "reward_button": "Abholen",
        "reward_note": "Der Link gilt 30 Tage. Wenn Sie es nicht waren, tun Sie nichts.",
        "test": "Dies ist ein TEST: jemand hat ein Formular mit Ihrer Adresse ausprobiert.",
        "reason": "Sie erhalten diese Mail, weil diese E-Mail-Adresse am {day} (UTC) im Formular "
        "„{form}“ von {company} eingetragen wurde.",
        "reason_untitled": "Sie erhalten diese Mail, weil diese E-Mail-Adresse am {day} (UTC) in "
        "einem Formular von {company} eingetragen wurde.",
        "unsubscribe": "Abmelden oder auswählen, was Sie bekommen",
    },
}
