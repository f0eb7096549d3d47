"""What the pages of links in mails say, in each language. Data."""

from collections.abc import Mapping
from typing import Final

LINK_TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "confirm_title": "Please confirm",
        "confirm": "This was asked for with your e-mail address. It holds once you confirm it.",
        "confirm_button": "I confirm",
        "confirm_else": "If it was not you, close this page. Nothing happens then.",
        "confirmed_title": "Thank you",
        "confirmed": "Your consent is confirmed. You can take it back at any time: each of our "
        "mails has a link for it.",
        "unsubscribe_title": "What shall we stop?",
        "unsubscribe": "Tick what you take back, or end everything at once. It holds from now on.",
        "unsubscribe_boxes": "Consents",
        "unsubscribe_some": "End what is ticked",
        "unsubscribe_all": "End everything",
        "unsubscribe_nothing": "Nothing is ticked yet.",
        "object": "We count visits and answers, so that our people know whom to call first. You "
        "can object to it. Then we do so no more, for good.",
        "object_button": "Do not profile me",
        "ended_title": "Done",
        "ended_all": "You get no more advertising from us.",
        "ended_some": "You have taken back:",
        "objected": "You are not profiled any more.",
        "more": "Change something else",
        "reward_title": "Here it is",
        "reward": "You asked for this:",
        "reward_button": "Get it",
        "digest_title": "The daily hot list",
        "digest": "It is mailed each working day to:",
        "digest_stop": "Stop it",
        "digest_resume": "Send it again",
        "digest_back": "If it has been stopped, this brings it back.",
        "digest_else": "Alerts and messages go on either way. If this is not your name, close this "
        "page. Nothing happens then.",
        "digest_stopped": "The daily hot list is not mailed any more. Alerts and messages go on. "
        "It was stopped for:",
        "digest_resumed": "The daily hot list is mailed again to:",
        "missing_title": "It is not there yet",
        "missing": "What you asked for is not ready. We have been told. Please try this link again "
        "in a day.",
        "bad_title": "This link does not work",
        "bad": "It is not whole, or not one of ours. Open it once more from the mail itself, or "
        "copy all of it into the browser.",
        "expired_title": "This link has expired",
        "expired_confirm": "It held for seven days. Please fill in the form once more; you will "
        "get a new mail.",
        "expired_reward": "Please fill in the form once more; you will get a new link.",
        "expired": "Please use the link in a newer mail of ours.",
        "gone": "What this link was for is no longer there. Please look at our website, or answer "
        "our mail.",
        "gone_recipient": "This link belongs to somebody who is no longer on the team. Nothing is "
        "shown, and nothing was noted.",
        "gone_unsubscribe": "It is too old. Use the link in a newer mail of ours, or answer one of "
        "our mails and write that you want no more. That is enough.",
        "later_title": "Please try again",
        "later": "This did not work just now, and nothing is lost. Wait a moment, then try again.",
        "gift_later": "What you asked for cannot be shown just now. Your answers are safe. Load "
        "this page again in a minute, and send the form once more if the browser asks.",
        "test": "This link is from a test mail. What you do here is kept as a test, and changes "
        "nothing.",
    },
    "pl": {
        "confirm_title": "Prosimy o potwierdzenie",
        "confirm": "Ktoś podał w tej sprawie Twój adres e-mail. Zgoda jest ważna dopiero po "
        "potwierdzeniu.",
        "confirm_button": "Potwierdzam",
        "confirm_else": "Jeśli to nie Ty, zamknij tę stronę. Nic się wtedy nie stanie.",
        "confirmed_title": "Dziękujemy",
        "confirmed": "Zgoda jest potwierdzona. Możesz ją w każdej chwili wycofać: w każdej naszej "
        "wiadomości jest do tego link.",
        "unsubscribe_title": "Z czego chcesz zrezygnować?",
        "unsubscribe": "Zaznacz zgody, które wycofujesz, albo wycofaj wszystkie naraz. Zmiana "
        "działa od razu.",
        "unsubscribe_boxes": "Zgody",
        "unsubscribe_some": "Wycofaj zaznaczone",
        "unsubscribe_all": "Wycofaj wszystkie",
        "unsubscribe_nothing": "Nic nie jest jeszcze zaznaczone.",
        "object": "Liczymy odwiedziny i odpowiedzi, żeby wiedzieć, do kogo zadzwonić najpierw. "
        "Możesz się temu sprzeciwić. Wtedy przestaniemy, na stałe.",
        "object_button": "Nie profilujcie mnie",
        "ended_title": "Gotowe",
        "ended_all": "Nie dostaniesz od nas więcej reklam.",
        "ended_some": "Wycofane zgody:",
        "objected": "Nie jesteś już profilowana ani profilowany.",
        "more": "Zmień coś jeszcze",
        "reward_title": "Proszę bardzo",
        "reward": "Zamówione materiały:",
        "reward_button": "Pobierz",
        "digest_title": "Codzienna lista gorących leadów",
        "digest": "W dni robocze dostaje ją:",
        "digest_stop": "Nie wysyłajcie jej",
        "digest_resume": "Wysyłajcie znowu",
        "digest_back": "Jeśli lista nie przychodzi, tu można ją przywrócić.",
        "digest_else": "Alerty i wiadomości i tak będą przychodzić. Jeśli to nie Twoje nazwisko, "
        "zamknij tę stronę. Nic się wtedy nie stanie.",
        "digest_stopped": "Codzienna lista nie będzie już wysyłana. Alerty i wiadomości będą nadal "
        "przychodzić. Listy nie dostanie:",
        "digest_resumed": "Codzienną listę znowu dostaje:",
        "missing_title": "Jeszcze tego nie ma",
        "missing": "To, o co prosisz, nie jest jeszcze gotowe. Już o tym wiemy. Spróbuj użyć tego "
        "linku jutro.",
        "bad_title": "Ten link nie działa",
        "bad": "Jest niepełny albo nie pochodzi od nas. Otwórz go jeszcze raz prosto z wiadomości "
        "albo skopiuj do przeglądarki w całości.",
        "expired_title": "Ten link wygasł",
        "expired_confirm": "Był ważny siedem dni. Wypełnij formularz jeszcze raz, a dostaniesz "
        "nową wiadomość.",
        "expired_reward": "Wypełnij formularz jeszcze raz, a dostaniesz nowy link.",
        "expired": "Użyj linku z nowszej wiadomości od nas.",
        "gone": "Tego, do czego prowadził ten link, już nie ma. Zajrzyj na naszą stronę albo "
        "odpowiedz na naszą wiadomość.",
        "gone_recipient": "Ten link należy do osoby, której nie ma już w zespole. Niczego nie "
        "pokazujemy i nic nie zostało zapisane.",
        "gone_unsubscribe": "Jest za stary. Użyj linku z nowszej wiadomości albo odpowiedz na "
        "jedną z nich i napisz, że nie chcesz ich więcej. To wystarczy.",
        "later_title": "Spróbuj jeszcze raz",
        "later": "Teraz się nie udało, ale nic nie przepadło. Odczekaj chwilę i spróbuj jeszcze "
        "raz.",
        "gift_later": "Nie możemy teraz pokazać zamówionych materiałów. Odpowiedzi są zapisane. "
        "Odśwież tę stronę za minutę, a jeśli przeglądarka zapyta, wyślij formularz jeszcze raz.",
        "test": "Ten link pochodzi z wiadomości testowej. To, co tu zrobisz, zapiszemy jako test. "
        "Niczego to nie zmieni.",
    },
    "de": {
        "confirm_title": "Bitte bestätigen Sie",
        "confirm": "Darum wurde mit Ihrer E-Mail-Adresse gebeten. Es gilt erst, wenn Sie es "
        "bestätigen.",
        "confirm_button": "Ich bestätige",
        "confirm_else": "Wenn Sie es nicht waren, schließen Sie diese Seite. Dann geschieht "
        "nichts.",
        "confirmed_title": "Vielen Dank",
        "confirmed": "Ihre Einwilligung ist bestätigt. Sie können sie jederzeit widerrufen: Jede "
        "unserer E-Mails hat dafür einen Link.",
        "unsubscribe_title": "Was sollen wir beenden?",
        "unsubscribe": "Kreuzen Sie an, was Sie widerrufen, oder beenden Sie alles auf einmal. Es "
        "gilt ab sofort.",
        "unsubscribe_boxes": "Einwilligungen",
        "unsubscribe_some": "Angekreuztes beenden",
        "unsubscribe_all": "Alles beenden",
        "unsubscribe_nothing": "Es ist noch nichts angekreuzt.",
        "object": "Wir zählen Besuche und Antworten, damit wir wissen, wen wir zuerst anrufen. Sie "
        "können dem widersprechen. Dann tun wir es nicht mehr, auf Dauer.",
        "object_button": "Kein Profil von mir",
        "ended_title": "Erledigt",
        "ended_all": "Sie bekommen keine Werbung mehr von uns.",
        "ended_some": "Sie haben widerrufen:",
        "objected": "Von Ihnen wird kein Profil mehr gebildet.",
        "more": "Noch etwas ändern",
        "reward_title": "Bitte sehr",
        "reward": "Darum haben Sie gebeten:",
        "reward_button": "Abrufen",
        "digest_title": "Die tägliche Liste heißer Leads",
        "digest": "Sie geht an Arbeitstagen an:",
        "digest_stop": "Nicht mehr senden",
        "digest_resume": "Wieder senden",
        "digest_back": "Wenn sie abbestellt ist, kommt sie hiermit wieder.",
        "digest_else": "Alarme und Nachrichten kommen so oder so weiter. Wenn das nicht Ihr Name "
        "ist, schließen Sie diese Seite. Dann geschieht nichts.",
        "digest_stopped": "Die tägliche Liste wird nicht mehr gesendet. Alarme und Nachrichten "
        "kommen weiter. Abbestellt ist sie für:",
        "digest_resumed": "Die tägliche Liste geht wieder an:",
        "missing_title": "Noch nicht da",
        "missing": "Was Sie möchten, ist noch nicht bereit. Wir wissen Bescheid. Bitte versuchen "
        "Sie diesen Link morgen noch einmal.",
        "bad_title": "Dieser Link funktioniert nicht",
        "bad": "Er ist nicht vollständig oder nicht von uns. Öffnen Sie ihn noch einmal aus der "
        "E-Mail selbst, oder kopieren Sie ihn ganz in den Browser.",
        "expired_title": "Dieser Link ist abgelaufen",
        "expired_confirm": "Er galt sieben Tage. Bitte füllen Sie das Formular noch einmal aus; "
        "Sie bekommen dann eine neue E-Mail.",
        "expired_reward": "Bitte füllen Sie das Formular noch einmal aus; Sie bekommen dann einen "
        "neuen Link.",
        "expired": "Bitte nehmen Sie den Link in einer neueren E-Mail von uns.",
        "gone": "Wofür dieser Link war, gibt es nicht mehr. Bitte sehen Sie auf unsere Website, "
        "oder antworten Sie auf unsere E-Mail.",
        "gone_recipient": "Dieser Link gehört jemandem, der nicht mehr im Team ist. Es wird nichts "
        "gezeigt, und es wurde nichts notiert.",
        "gone_unsubscribe": "Er ist zu alt. Nehmen Sie den Link in einer neueren E-Mail, oder "
        "antworten Sie auf eine und schreiben Sie, dass Sie keine mehr möchten. Das genügt.",
        "later_title": "Bitte noch einmal versuchen",
        "later": "Das ging gerade nicht; verloren ist nichts. Warten Sie einen Augenblick und "
        "versuchen Sie es noch einmal.",
        "gift_later": "Was Sie möchten, können wir gerade nicht zeigen. Ihre Antworten sind "
        "gespeichert. Laden Sie diese Seite in einer Minute neu, und senden Sie das Formular noch "
        "einmal, wenn der Browser danach fragt.",
        "test": "Dieser Link ist aus einer Test-E-Mail. Was Sie hier tun, gilt als Test und ändert "
        "nichts.",
    },
}
"""Texts by language and by name. Each language has them all."""
