"""The words of the mails in German."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "hot_list": "Heiße Liste",
    "nobody": "Heute ist niemand heiß.",
    "more": "und {count} weitere",
    "turned_hot": "{name} ist heiß",
    "call_now": "Ein Lead ist gerade heiß geworden",
    "message_from": "Nachricht von {name}",
    "undeclared": "Außerdem gesendet",
    "test": "Dies ist ein TEST des Formulars. Es gibt keinen Lead, und niemand wartet darauf.",
    "wrote": "schreibt über das Formular „{form}“",
    "last_seen": "Zuletzt gesehen",
    "hot_since": "Heiß seit",
    "came_by": "Kam über",
    "stage": "Stufe",
    "unknown": "Jemand",
    "bounced": "Mails dorthin kommen zurück",
    "another": "einem anderen Lead",
    "as_of": "Stand {time}",
    "gone": "Nicht mehr heiß",
    "gone_cooled": "abgekühlt, jetzt {temperature}",
    "gone_claimed": "gehört jetzt zu {name}",
    "gone_ended": "vorbei: nichts, was zählt, ist noch gespeichert",
    "gone_corrected": "von Hand korrigiert",
    "gone_objected": "hat dem Profiling widersprochen",
    "yes": "ja",
    "no": "nein",
    "footer": "Hotlist schickt dies an {name} um {time} ({zone}).",
    "stop": "Diese tägliche Mail abbestellen",
    "was_hot": "{name} wurde heiß am {at}; jetzt {points}",
    "cooled": "Ein Lead wurde heiß und ist wieder abgekühlt",
    "taken_in": "Ein Anrufer wurde heiß, dessen E-Mail-Adresse inzwischen bekannt ist",
    "last_message": "Dies ist Nachricht {count} in dieser Stunde. Vor {at} kommen keine weiteren;"
    " danach sagt eine Mail, wie viele zurückgehalten wurden.",
    "last_alert": "Dies ist Alarm {count} in dieser Stunde. Vor {at} kommen keine weiteren; "
    "danach sagt eine Mail, wie viele zurückgehalten wurden.",
    "held": "Zurückgehalten",
    "more_than": "mehr als {count}",
    "unsent_messages": "Nachrichten, die das Stundenlimit zurückhielt: {count}",
    "unsent_alerts": "Alarme, die das Stundenlimit zurückhielt: {count}",
    "suspects": "Als Spam zurückgehalten, nach Formular: {forms}",
    "footer_alert": "Hotlist schickt dies einmal, wenn ein Lead heiß wird.",
    "footer_message": "Antworten Sie auf diese Mail, um dem Absender zu antworten.",
    "hot_now": "Jetzt heiß",
    "change": "{change} seit der letzten Liste",
    "changes": "Die Zahl mit Vorzeichen bei den Punkten ist die Änderung seit der letzten Liste.",
    "campaign": "Kampagne",
    "owner": "Zuständig",
    "may_both": "Anruf und Mail erlaubt",
    "may_call": "Anruf erlaubt, Mail nicht",
    "may_mail": "Mail erlaubt, Anruf nicht",
    "may_neither": "Weder Anruf noch Mail erlaubt",
    "called": "Anruf erlaubt",
    "mailed": "Mail erlaubt",
    "not_called": "Anruf nicht erlaubt",
    "not_mailed": "Mail nicht erlaubt",
    "answer_subject": "Ihre Nachricht",
    "mail_subject": "Ihr Interesse an unserem Angebot",
    "may_unknown": "Derzeit ist nicht bekannt, ob Kontakt erlaubt ist",
    "was_quiet": "Wurde in Ihren Ruhezeiten heiß",
    "cools": "Kühlt {day} ab, wenn nichts geschieht",
    "new_leads": "Neu seit der letzten Liste",
    "unanswered": "Heiß, seit Tagen ohne Antwort",
    "cooling": "Kühlt bald ab",
    "new_number": "neue Leads",
    "hot_number": "heiße Leads",
    "counted_since": "Seit {since}.",
    "compared": "Zahlen mit Vorzeichen vergleichen neue Leads mit ebenso langer Zeit davor, "
    "heiße mit der letzten Liste.",
    "compared_new": "Zahlen mit Vorzeichen vergleichen neue Leads mit ebenso langer Zeit davor.",
    "compared_hot": "Die Zahl mit Vorzeichen vergleicht heiße Leads mit der letzten Liste.",
    "answer": "Antwort",
    "do_answer": "Antworten",
    "do_contacted": "Kontaktiert",
    "do_meeting": "Termin",
    "do_won": "Gewonnen",
    "do_rejected": "Nicht relevant",
    "do_snoozed": "Später",
    "said_contacted": "kontaktiert",
    "said_meeting": "Termin",
    "said_won": "gewonnen",
    "said_rejected": "nicht relevant",
    "said_snoozed": "zurückgestellt",
    "said_until": "zurückgestellt bis {day}",
    "is_back": "War bis {day} zurückgestellt",
    "card": "Karte",
    "today": "Die heutige Liste öffnen",
    "taken": "Beantwortet",
    "no_channel": "unbekannt",
    "other_channels": "andere Wege",
    "device_subject": "Hotlist auf diesem Gerät öffnen",
    "device_text": "Jemand hat einen Ihrer Links zu Hotlist geöffnet und diese Mail verlangt. "
    "Wenn Sie es waren, öffnen Sie diesen Link innerhalb von 15 Minuten auf demselben Gerät.",
    "device_button": "Hier öffnen",
    "device_note": "Das Gerät wird danach 30 Tage lang wiedererkannt. Wenn Sie es nicht waren, "
    "tun Sie nichts und leiten Sie diese Mail nicht weiter: Wer den Link öffnet, sieht Ihre Leads.",
    "device_footer": "Hotlist schickt das an {name}, wenn es verlangt wird, höchstens fünfmal am "
    "Tag.",
}

COUNTED: Final[Mapping[str, Mapping[str, str]]] = {
    "hot_leads": {"one": "{count} heißer Lead", "other": "{count} heiße Leads"},
    "points": {"one": "{count} Punkt", "other": "{count} Punkte"},
    "points_alone": {"one": "Punkt", "other": "Punkte"},
    "held_message": {
        "one": "{count} Nachricht zurückgehalten, {since} bis {until}",
        "other": "{count} Nachrichten zurückgehalten, {since} bis {until}",
    },
    "held_alert": {
        "one": "{count} Alarm zurückgehalten, {since} bis {until}",
        "other": "{count} Alarme zurückgehalten, {since} bis {until}",
    },
    "held_why": {
        "one": "Hotlist schickt höchstens {count} Mail einer Art in der Stunde. Was "
        "zurückgehalten wurde, ist gespeichert und wird nicht später geschickt.",
        "other": "Hotlist schickt höchstens {count} Mails einer Art in der Stunde. Was "
        "zurückgehalten wurde, ist gespeichert und wird nicht später geschickt.",
    },
    "not_looked_at": {
        "one": "und {count} weiterer heißer Lead, den diese Mail nicht geprüft hat",
        "other": "und {count} weitere heiße Leads, die diese Mail nicht geprüft hat",
    },
    "waited": {
        "one": "{count} Arbeitstag ohne Antwort",
        "other": "{count} Arbeitstage ohne Antwort",
    },
}
"""Texts beside a number, by the form that words take beside it (`formats.plural`)."""

ON_DAYS: Final = (
    "am Montag",
    "am Dienstag",
    "am Mittwoch",
    "am Donnerstag",
    "am Freitag",
    "am Samstag",
    "am Sonntag",
)
"""The days of the week within a sentence, from Monday."""

TEMPERATURES: Final[Mapping[str, str]] = {
    "cold": "kalt",
    "warm": "warm",
    "hot": "heiß",
}

STAGE_NAMES: Final[Mapping[str, str]] = {
    "awareness": "Aufmerksamkeit",
    "interest": "Interesse",
    "consideration": "Erwägung",
    "intent": "Kaufabsicht",
    "customer": "Kunde",
    "rejected": "abgelehnt",
    "suspended": "ausgesetzt",
}

CHANNEL_NAMES: Final[Mapping[str, str]] = {
    "paid_search": "eine bezahlte Suchanzeige",
    "organic_search": "eine Suchmaschine",
    "paid_social": "eine Anzeige in einem sozialen Netz",
    "organic_social": "ein soziales Netz",
    "paid_video": "eine Anzeige in einem Video",
    "organic_video": "ein Video",
    "paid_shopping": "eine Produktanzeige",
    "organic_shopping": "einen Marktplatz oder Preisvergleich",
    "paid_other": "eine andere Anzeige",
    "display": "ein Banner",
    "email": "eine E-Mail",
    "affiliate": "einen Partner",
    "referral": "einen Link auf einer anderen Seite",
    "sms": "eine SMS",
    "audio": "eine Audioanzeige oder einen Podcast",
    "push": "eine Push-Nachricht",
    "other": "eine andere Kampagne",
    "direct": "einen direkten Besuch",
}

CHANNEL_LABELS: Final[Mapping[str, str]] = {
    "paid_search": "Suchanzeigen",
    "organic_search": "Suchmaschinen",
    "paid_social": "soziale Anzeigen",
    "organic_social": "soziale Netze",
    "paid_video": "Videoanzeigen",
    "organic_video": "Videos",
    "paid_shopping": "Produktanzeigen",
    "organic_shopping": "Preisvergleiche",
    "paid_other": "andere Anzeigen",
    "display": "Banner",
    "email": "E-Mail",
    "affiliate": "Partner",
    "referral": "Links anderer Seiten",
    "sms": "SMS",
    "audio": "Audioanzeigen",
    "push": "Push-Nachrichten",
    "other": "andere Kampagnen",
    "direct": "direkte Besuche",
}
"""The names of channels beside a number."""

LEAD_TEXTS: Final[Mapping[str, str]] = {
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
}
