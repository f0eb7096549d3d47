"""What today's list and the device step say, in each language. Data."""

from collections.abc import Mapping
from typing import Final

LIST_TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "title": "Today’s list",
        "for": "{name}, {time}",
        "sums": "{hot} hot and waiting, {answered} hot and answered, {warm} warm",
        "at_least": "at least {count}",
        "none": "No lead is hot or warm now.",
        "unread": "The leads could not be read just now. Wait a moment, then load this page again.",
        "first": "These are the first {shown} of {count}.",
        "first_more": "These are the first {shown} of at least {count}. Not all leads could be "
        "read.",
        "name": "Lead",
        "points": "Points",
        "temperature": "Temperature",
        "stage": "Stage",
        "channel": "Came by",
        "owner": "Owner",
        "seen": "Last seen",
        "answer": "Answer",
        "contact": "Contact",
        "find": "Find",
        "all": "all",
        "sort": "Sort by",
        "as_listed": "as listed",
        "shown": "shown",
        "none_fits": "No lead fits. Change what you look for.",
        "filters": "Filter and sort",
        "no_owner": "nobody",
        "no_channel": "unknown",
        "bounced": "mail comes back",
        "step_title": "One step first",
        "step": "This page shows leads, so it opens only on a device of yours. We mail you a link "
        "that confirms this one, to:",
        "step_button": "Mail me a link for this device",
        "step_note": "The link is good for 15 minutes, and the device is then remembered for 30 "
        "days.",
        "mailed_title": "Look into your inbox",
        "mailed": "The link is on its way. Open it on this device within 15 minutes. It goes to:",
        "just": "A link was mailed in this quarter of an hour. If it does not come, look into the "
        "spam folder too, and ask again in a quarter of an hour. It goes to:",
        "full_title": "Enough for today",
        "full": "Five links were mailed today, and no more are until midnight (UTC). Each was good "
        "for 15 minutes. After that, use a device that is confirmed already, or ask tomorrow. They "
        "went to:",
        "off_title": "Your mail is turned off",
        "off": "Mail to you came back, or was reported as spam, so none is sent to you now, and no "
        "link either. Ask whoever looks after Hotlist in your company to turn it on again. Your "
        "address there is:",
        "open_title": "Open it on this device?",
        "open": "This device is then remembered for 30 days. Do it on devices of your own only.",
        "open_button": "Open it here",
        "stale_title": "This link has expired",
        "stale": "It was good for 15 minutes, for one page and one person. We can mail you another "
        "one, to:",
        "nothing_title": "Nothing is kept of this lead any more",
        "nothing": "Its time is over, or it was erased. Your other links still work.",
    },
    "pl": {
        "title": "Lista na dziś",
        "for": "{name}, {time}",
        "sums": "gorące, czekają: {hot}; gorące, z odpowiedzią: {answered}; ciepłe: {warm}",
        "at_least": "co najmniej {count}",
        "none": "Żaden lead nie jest teraz gorący ani ciepły.",
        "unread": "Nie udało się teraz odczytać leadów. Odczekaj chwilę i odśwież tę stronę.",
        "first": "To pierwsze {shown} z {count}.",
        "first_more": "To pierwsze {shown} z co najmniej {count}. Nie udało się odczytać "
        "wszystkich leadów.",
        "name": "Lead",
        "points": "Punkty",
        "temperature": "Temperatura",
        "stage": "Etap",
        "channel": "Skąd",
        "owner": "Opiekun",
        "seen": "Ostatnio",
        "answer": "Odpowiedź",
        "contact": "Kontakt",
        "find": "Szukaj",
        "all": "wszystkie",
        "sort": "Sortuj według",
        "as_listed": "jak na liście",
        "shown": "widać",
        "none_fits": "Nic nie pasuje. Zmień to, czego szukasz.",
        "filters": "Filtruj i sortuj",
        "no_owner": "nikt",
        "no_channel": "nie wiadomo",
        "bounced": "poczta wraca",
        "step_title": "Jeszcze jeden krok",
        "step": "Ta strona pokazuje leady, więc otwiera się tylko na Twoim urządzeniu. Wyślemy "
        "link, który je potwierdzi, na adres:",
        "step_button": "Wyślij mi link do tego urządzenia",
        "step_note": "Link działa 15 minut, a urządzenie będzie potem rozpoznawane przez 30 dni.",
        "mailed_title": "Sprawdź skrzynkę",
        "mailed": "Link jest w drodze. Otwórz go na tym urządzeniu w ciągu 15 minut. Adres:",
        "just": "W tym kwadransie link został już wysłany. Jeśli nie dotrze, sprawdź też spam i "
        "poproś ponownie za kwadrans. Adres:",
        "full_title": "Na dziś wystarczy",
        "full": "Wysłano dziś pięć linków i do północy (UTC) nie będzie więcej. Każdy działał 15 "
        "minut. Potem użyj urządzenia, które jest już potwierdzone, albo poproś jutro. Adres:",
        "off_title": "Twoja poczta jest wyłączona",
        "off": "Poczta do Ciebie wróciła albo została zgłoszona jako spam, więc nic do Ciebie nie "
        "wysyłamy, także linku. Poproś osobę, która w firmie zajmuje się Hotlistem, żeby włączyła "
        "ją znowu. Twój adres w Hotliście:",
        "open_title": "Otworzyć na tym urządzeniu?",
        "open": "Urządzenie będzie potem rozpoznawane przez 30 dni. Rób to tylko na własnych "
        "urządzeniach.",
        "open_button": "Otwórz tutaj",
        "stale_title": "Ten link stracił ważność",
        "stale": "Działał 15 minut, dla jednej strony i jednej osoby. Możemy wysłać następny, na "
        "adres:",
        "nothing_title": "Nie ma już danych tego leada",
        "nothing": "Jego czas minął albo został usunięty. Pozostałe linki nadal działają.",
    },
    "de": {
        "title": "Liste für heute",
        "for": "{name}, {time}",
        "sums": "{hot} heiß und offen, {answered} heiß und beantwortet, {warm} warm",
        "at_least": "mindestens {count}",
        "none": "Kein Lead ist gerade heiß oder warm.",
        "unread": "Die Leads konnten gerade nicht gelesen werden. Warten Sie einen Moment, und "
        "laden Sie die Seite noch einmal.",
        "first": "Das sind die ersten {shown} von {count}.",
        "first_more": "Das sind die ersten {shown} von mindestens {count}. Nicht alle Leads "
        "konnten gelesen werden.",
        "name": "Lead",
        "points": "Punkte",
        "temperature": "Temperatur",
        "stage": "Phase",
        "channel": "Kam über",
        "owner": "Zuständig",
        "seen": "Zuletzt da",
        "answer": "Antwort",
        "contact": "Kontakt",
        "find": "Suchen",
        "all": "alle",
        "sort": "Sortieren nach",
        "as_listed": "wie in der Liste",
        "shown": "angezeigt",
        "none_fits": "Nichts passt. Ändern Sie, wonach Sie suchen.",
        "filters": "Filtern und sortieren",
        "no_owner": "niemand",
        "no_channel": "unbekannt",
        "bounced": "Mail kommt zurück",
        "step_title": "Erst noch ein Schritt",
        "step": "Diese Seite zeigt Leads und öffnet sich darum nur auf einem Ihrer Geräte. Wir "
        "mailen Ihnen einen Link, der dieses bestätigt, an:",
        "step_button": "Link für dieses Gerät mailen",
        "step_note": "Der Link gilt 15 Minuten, und das Gerät wird danach 30 Tage lang "
        "wiedererkannt.",
        "mailed_title": "Sehen Sie in Ihr Postfach",
        "mailed": "Der Link ist unterwegs. Öffnen Sie ihn innerhalb von 15 Minuten auf diesem "
        "Gerät. Er geht an:",
        "just": "In dieser Viertelstunde wurde schon ein Link gemailt. Wenn er nicht ankommt, "
        "sehen Sie auch im Spam nach, und verlangen Sie in einer Viertelstunde einen neuen. Er "
        "geht an:",
        "full_title": "Genug für heute",
        "full": "Heute wurden fünf Links gemailt, und bis Mitternacht (UTC) kommen keine weiteren. "
        "Jeder galt 15 Minuten. Nehmen Sie danach ein Gerät, das schon bestätigt ist, oder "
        "verlangen Sie morgen einen neuen. Sie gingen an:",
        "off_title": "Ihre Mails sind abgestellt",
        "off": "Mails an Sie kamen zurück oder wurden als Spam gemeldet. Darum bekommen Sie "
        "zurzeit keine, auch keinen Link. Bitten Sie, wer sich in Ihrer Firma um Hotlist kümmert, "
        "sie wieder anzustellen. Ihre Adresse dort:",
        "open_title": "Auf diesem Gerät öffnen?",
        "open": "Das Gerät wird danach 30 Tage lang wiedererkannt. Tun Sie das nur auf eigenen "
        "Geräten.",
        "open_button": "Hier öffnen",
        "stale_title": "Dieser Link ist abgelaufen",
        "stale": "Er galt 15 Minuten, für eine Seite und eine Person. Wir können einen neuen "
        "mailen, an:",
        "nothing_title": "Von diesem Lead ist nichts mehr da",
        "nothing": "Seine Zeit ist um, oder er wurde gelöscht. Ihre anderen Links gehen weiterhin.",
    },
}
