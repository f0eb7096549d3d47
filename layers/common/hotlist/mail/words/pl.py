"""The words of the mails in Polish."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "hot_list": "Gorąca lista",
    "nobody": "Dziś nie ma gorących leadów.",
    "more": "i jeszcze {count}",
    "turned_hot": "{name} – gorący lead",
    "call_now": "Lead właśnie stał się gorący",
    "message_from": "Wiadomość: {name}",
    "undeclared": "Przysłano też",
    "test": "To jest TEST formularza. Nie powstał żaden lead i nikt nie czeka na odpowiedź.",
    "wrote": "pisze przez formularz „{form}”",
    "last_seen": "Ostatnio",
    "hot_since": "Gorący od",
    "came_by": "Źródło",
    "stage": "Etap",
    "unknown": "Ktoś",
    "bounced": "wiadomości na ten adres wracają",
    "another": "inny lead",
    "as_of": "stan z {time}",
    "gone": "Już nie gorące",
    "gone_cooled": "ostygł, teraz {temperature}",
    "gone_claimed": "teraz to ta sama osoba co {name}",
    "gone_ended": "koniec: nie ma już niczego, co się liczy",
    "gone_corrected": "poprawione ręcznie",
    "gone_objected": "sprzeciw wobec profilowania",
    "yes": "tak",
    "no": "nie",
    "footer": "Hotlist wysyła to do: {name}, o {time} ({zone}).",
    "stop": "Nie chcę już tej codziennej wiadomości",
    "was_hot": "{name}: gorący od {at}; teraz {points}",
    "cooled": "Lead stał się gorący i już ostygł",
    "taken_in": "Gorący był telefon, którego adres e-mail jest już znany",
    "last_message": "To wiadomość nr {count} w tej godzinie. Kolejne nie zostaną wysłane przed "
    "{at}; potem jeden mail poda, ile wstrzymano.",
    "last_alert": "To alert nr {count} w tej godzinie. Kolejne nie zostaną wysłane przed {at}; "
    "potem jeden mail poda, ile wstrzymano.",
    "held": "Wstrzymane",
    "more_than": "ponad {count}",
    "unsent_messages": "Wiadomości niewysłane z powodu limitu na godzinę: {count}",
    "unsent_alerts": "Alerty niewysłane z powodu limitu na godzinę: {count}",
    "suspects": "Wstrzymane jako spam, według formularza: {forms}",
    "footer_alert": "Hotlist wysyła to raz, gdy lead staje się gorący.",
    "footer_message": "Odpowiedz na tę wiadomość, aby odpisać nadawcy.",
    "hot_now": "Gorące teraz",
    "change": "{change} od poprzedniej listy",
    "changes": "Liczba ze znakiem przy punktach to zmiana od poprzedniej listy.",
    "campaign": "Kampania",
    "owner": "Opiekun",
    "may_both": "Można dzwonić i pisać",
    "may_call": "Można dzwonić, nie można pisać",
    "may_mail": "Można pisać, nie można dzwonić",
    "may_neither": "Nie można ani dzwonić, ani pisać",
    "called": "Można dzwonić",
    "mailed": "Można pisać",
    "not_called": "Nie można dzwonić",
    "not_mailed": "Nie można pisać",
    "answer_subject": "Państwa wiadomość",
    "mail_subject": "Państwa zainteresowanie naszą ofertą",
    "may_unknown": "Nie wiadomo teraz, czy można się kontaktować",
    "was_quiet": "Stał się gorący w godzinach ciszy",
    "cools": "Ostygnie {day}, jeśli nic się nie wydarzy",
    "new_leads": "Nowe od poprzedniej listy",
    "unanswered": "Gorące, od dni bez odpowiedzi",
    "cooling": "Stygną",
    "new_number": "nowe leady",
    "hot_number": "gorące leady",
    "counted_since": "Od {since}.",
    "compared": "Liczby ze znakiem porównują nowe leady z równie długim czasem przedtem, a "
    "gorące z poprzednią listą.",
    "compared_new": "Liczby ze znakiem porównują nowe leady z równie długim czasem przedtem.",
    "compared_hot": "Liczba ze znakiem porównuje gorące leady z poprzednią listą.",
    "answer": "Odpowiedź",
    "do_answer": "Odpowiedz",
    "do_contacted": "Po kontakcie",
    "do_meeting": "Spotkanie",
    "do_won": "Wygrany",
    "do_rejected": "Nieistotny",
    "do_snoozed": "Później",
    "said_contacted": "po kontakcie",
    "said_meeting": "spotkanie",
    "said_won": "wygrany",
    "said_rejected": "nieistotny",
    "said_snoozed": "odłożony",
    "said_until": "odłożony do {day}",
    "is_back": "Był odłożony do {day}",
    "card": "Karta",
    "today": "Otwórz dzisiejszą listę",
    "taken": "Z odpowiedzią",
    "no_channel": "nieznane",
    "other_channels": "inne źródła",
    "device_subject": "Otwórz Hotlist na tym urządzeniu",
    "device_text": "Ktoś otworzył Twój link do Hotlist i poprosił o tę wiadomość. Jeśli to Ty, "
    "otwórz ten link na tym samym urządzeniu w ciągu 15 minut.",
    "device_button": "Otwórz tutaj",
    "device_note": "Urządzenie będzie potem rozpoznawane przez 30 dni. Jeśli to nie Ty, nic nie "
    "rób i nikomu nie przekazuj tej wiadomości: kto otworzy ten link, zobaczy Twoje leady.",
    "device_footer": "Hotlist wysyła to do: {name} na prośbę, najwyżej pięć razy dziennie.",
}

COUNTED: Final[Mapping[str, Mapping[str, str]]] = {
    "hot_leads": {
        "one": "{count} gorący lead",
        "few": "{count} gorące leady",
        "many": "{count} gorących leadów",
    },
    "points": dict.fromkeys(("one", "few", "many"), "{count} pkt"),
    "points_alone": dict.fromkeys(("one", "few", "many"), "pkt"),
    "held_message": {
        "one": "{count} wstrzymana wiadomość, od {since} do {until}",
        "few": "{count} wstrzymane wiadomości, od {since} do {until}",
        "many": "{count} wstrzymanych wiadomości, od {since} do {until}",
    },
    "held_alert": {
        "one": "{count} wstrzymany alert, od {since} do {until}",
        "few": "{count} wstrzymane alerty, od {since} do {until}",
        "many": "{count} wstrzymanych alertów, od {since} do {until}",
    },
    "held_why": {
        "one": "Hotlist wysyła najwyżej {count} mail jednego rodzaju na godzinę. To, co "
        "wstrzymano, jest zapisane i nie zostanie wysłane później.",
        "few": "Hotlist wysyła najwyżej {count} maile jednego rodzaju na godzinę. To, co "
        "wstrzymano, jest zapisane i nie zostanie wysłane później.",
        "many": "Hotlist wysyła najwyżej {count} maili jednego rodzaju na godzinę. To, co "
        "wstrzymano, jest zapisane i nie zostanie wysłane później.",
    },
    "not_looked_at": {
        "one": "i jeszcze {count} gorący lead, którego ten mail nie sprawdził",
        "few": "i jeszcze {count} gorące leady, których ten mail nie sprawdził",
        "many": "i jeszcze {count} gorących leadów, których ten mail nie sprawdził",
    },
    "waited": {
        "one": "{count} dzień roboczy bez odpowiedzi",
        "few": "{count} dni robocze bez odpowiedzi",
        "many": "{count} dni roboczych bez odpowiedzi",
    },
}
"""Texts beside a number, by the form that words take beside it (`formats.plural`)."""

ON_DAYS: Final = (
    "w poniedziałek",
    "we wtorek",
    "w środę",
    "w czwartek",
    "w piątek",
    "w sobotę",
    "w niedzielę",
)
"""The days of the week within a sentence, from Monday."""

TEMPERATURES: Final[Mapping[str, str]] = {
    "cold": "zimny",
    "warm": "ciepły",
    "hot": "gorący",
}

STAGE_NAMES: Final[Mapping[str, str]] = {
    "awareness": "świadomość",
    "interest": "zainteresowanie",
    "consideration": "rozważanie",
    "intent": "zamiar zakupu",
    "customer": "klient",
    "rejected": "odrzucony",
    "suspended": "wstrzymany",
}

CHANNEL_NAMES: Final[Mapping[str, str]] = {
    "paid_search": "płatny wynik wyszukiwania",
    "organic_search": "wyszukiwarka",
    "paid_social": "reklama w mediach społecznościowych",
    "organic_social": "media społecznościowe",
    "paid_video": "reklama w filmie",
    "organic_video": "film",
    "paid_shopping": "reklama produktu",
    "organic_shopping": "sklep lub porównywarka cen",
    "paid_other": "inna reklama",
    "display": "baner reklamowy",
    "email": "e-mail",
    "affiliate": "program partnerski",
    "referral": "link na innej stronie",
    "sms": "SMS",
    "audio": "reklama dźwiękowa lub podcast",
    "push": "powiadomienie push",
    "other": "inna kampania",
    "direct": "wejście bezpośrednie",
}

CHANNEL_LABELS: Final[Mapping[str, str]] = {
    "paid_search": "płatne wyniki",
    "organic_search": "wyszukiwarki",
    "paid_social": "reklamy społecznościowe",
    "organic_social": "media społecznościowe",
    "paid_video": "reklamy wideo",
    "organic_video": "filmy",
    "paid_shopping": "reklamy produktów",
    "organic_shopping": "porównywarki cen",
    "paid_other": "inne reklamy",
    "display": "banery",
    "email": "e-mail",
    "affiliate": "partnerzy",
    "referral": "linki na stronach",
    "sms": "SMS",
    "audio": "reklamy audio",
    "push": "powiadomienia push",
    "other": "inne kampanie",
    "direct": "wejścia bezpośrednie",
}
"""The names of channels beside a number."""

LEAD_TEXTS: Final[Mapping[str, str]] = {
    "confirm_subject": "{company}: potwierdź swój adres e-mail",
    "confirm_text": "Ten adres e-mail podano w formularzu: {company}. Prosimy o potwierdzenie, że"
    " to Państwo go podali i zgadzają się na to:",
    "confirm_button": "Potwierdzam",
    "confirm_note": "Link jest ważny 7 dni. Jeśli to nie Państwo, prosimy nic nie robić: bez "
    "potwierdzenia niczego w tej sprawie nie wyślemy.",
    "reward_subject": "{title}",
    "reward_text": "Zamówiono u nas ({company}): {title}.",
    "reward_button": "Odbierz",
    "reward_note": "Link jest ważny 30 dni. Jeśli to nie Państwo, prosimy nic nie robić.",
    "test": "To jest TEST: ktoś wypróbował formularz z Twoim adresem.",
    "reason": "Ta wiadomość została wysłana, ponieważ {day} (UTC) podano ten adres e-mail w "
    "formularzu „{form}”: {company}.",
    "reason_untitled": "Ta wiadomość została wysłana, ponieważ {day} (UTC) podano ten adres "
    "e-mail w formularzu: {company}.",
    "unsubscribe": "Wypisz się lub wybierz, co chcesz dostawać",
}
