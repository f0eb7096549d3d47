"""The words of the mails in English."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "hot_list": "Hot list",
    "nobody": "Nobody is hot today.",
    "more": "and {count} more",
    "turned_hot": "{name} is hot",
    "call_now": "A lead has just turned hot",
    "message_from": "Message from {name}",
    "undeclared": "Also sent",
    "test": "This is a TEST of the form. It made no lead, and nobody waits for an answer.",
    "wrote": "wrote through the form “{form}”",
    "last_seen": "Last seen",
    "hot_since": "Hot since",
    "came_by": "Came by",
    "stage": "Stage",
    "unknown": "Somebody",
    "bounced": "mail to it comes back",
    "another": "another lead",
    "as_of": "as of {time}",
    "gone": "No longer hot",
    "gone_cooled": "cooled down, now {temperature}",
    "gone_claimed": "now part of {name}",
    "gone_ended": "over: nothing that counts is kept any more",
    "gone_corrected": "corrected by hand",
    "gone_objected": "objected to being profiled",
    "yes": "yes",
    "no": "no",
    "footer": "Hotlist sends this to {name} at {time} ({zone}).",
    "stop": "Stop this daily mail",
    "was_hot": "{name} turned hot on {at}; now {points}",
    "cooled": "A lead turned hot and has cooled since",
    "taken_in": "A caller turned hot, whose e-mail address is known since",
    "last_message": "This is message {count} of this hour. No more are mailed before {at}; then "
    "one mail says how many were held back.",
    "last_alert": "This is alert {count} of this hour. No more are mailed before {at}; then one "
    "mail says how many were held back.",
    "held": "Held back",
    "more_than": "more than {count}",
    "unsent_messages": "Messages that were not mailed, because the hour was full: {count}",
    "unsent_alerts": "Alerts that were not mailed, because the hour was full: {count}",
    "suspects": "Held back as spam, by form: {forms}",
    "footer_alert": "Hotlist sends this once, when a lead turns hot.",
    "footer_message": "Answer this mail to answer the sender.",
    "hot_now": "Hot now",
    "change": "{change} since your last list",
    "changes": "The signed number beside the points is the change since your last list.",
    "campaign": "Campaign",
    "owner": "Owner",
    "may_both": "May be called and mailed",
    "may_call": "May be called, not mailed",
    "may_mail": "May be mailed, not called",
    "may_neither": "May be neither called nor mailed",
    "called": "May be called",
    "mailed": "May be mailed",
    "not_called": "May not be called",
    "not_mailed": "May not be mailed",
    "answer_subject": "Your message",
    "mail_subject": "Your interest in our offer",
    "may_unknown": "Not known at present whether it may be contacted",
    "was_quiet": "Turned hot in your quiet hours",
    "cools": "Cools {day} unless something happens",
    "new_leads": "New since your last list",
    "unanswered": "Hot without an answer for days",
    "cooling": "Cooling soon",
    "new_number": "new leads",
    "hot_number": "hot leads",
    "counted_since": "Since {since}.",
    "compared": "Signed numbers compare new leads with as long a time before, and hot leads "
    "with your last list.",
    "compared_new": "Signed numbers compare new leads with as long a time before.",
    "compared_hot": "The signed number compares hot leads with your last list.",
    "answer": "Answer",
    "do_answer": "Answer",
    "do_contacted": "Contacted",
    "do_meeting": "Meeting",
    "do_won": "Won",
    "do_rejected": "Not relevant",
    "do_snoozed": "Later",
    "said_contacted": "contacted",
    "said_meeting": "meeting",
    "said_won": "won",
    "said_rejected": "not relevant",
    "said_snoozed": "put off",
    "said_until": "put off until {day}",
    "is_back": "Was put off until {day}",
    "card": "Card",
    "today": "Open today’s list",
    "taken": "Answered",
    "no_channel": "unknown",
    "other_channels": "other ways",
    "device_subject": "Open Hotlist on this device",
    "device_text": "Somebody has opened a link of yours in Hotlist and asked for this mail. If it "
    "was you, open this link on the same device within 15 minutes.",
    "device_button": "Open it here",
    "device_note": "The device is then remembered for 30 days. If it was not you, do nothing, and "
    "forward this mail to nobody: who opens its link sees your leads.",
    "device_footer": "Hotlist sends this to {name} when it is asked for, five times a day at most.",
}

COUNTED: Final[Mapping[str, Mapping[str, str]]] = {
    "hot_leads": {"one": "{count} hot lead", "other": "{count} hot leads"},
    "points": {"one": "{count} point", "other": "{count} points"},
    "points_alone": {"one": "point", "other": "points"},
    "held_message": {
        "one": "{count} message held back, {since} to {until}",
        "other": "{count} messages held back, {since} to {until}",
    },
    "held_alert": {
        "one": "{count} alert held back, {since} to {until}",
        "other": "{count} alerts held back, {since} to {until}",
    },
    "held_why": {
        "one": "Hotlist mails at most {count} of a kind in an hour. What was held back is stored, "
        "and is not mailed later.",
        "other": "Hotlist mails at most {count} of a kind in an hour. What was held back is "
        "stored, and is not mailed later.",
    },
    "not_looked_at": {
        "one": "and {count} more hot lead that this mail did not look at",
        "other": "and {count} more hot leads that this mail did not look at",
    },
    "waited": {
        "one": "{count} working day without an answer",
        "other": "{count} working days without an answer",
    },
}
"""Texts beside a number, by the form that words take beside it (`formats.plural`)."""

ON_DAYS: Final = (
    "on Monday",
    "on Tuesday",
    "on Wednesday",
    "on Thursday",
    "on Friday",
    "on Saturday",
    "on Sunday",
)
"""The days of the week within a sentence, from Monday."""

TEMPERATURES: Final[Mapping[str, str]] = {
    "cold": "cold",
    "warm": "warm",
    "hot": "hot",
}

STAGE_NAMES: Final[Mapping[str, str]] = {
    "awareness": "awareness",
    "interest": "interest",
    "consideration": "consideration",
    "intent": "intent",
    "customer": "customer",
    "rejected": "rejected",
    "suspended": "suspended",
}

CHANNEL_NAMES: Final[Mapping[str, str]] = {
    "paid_search": "a paid search result",
    "organic_search": "a search engine",
    "paid_social": "an ad in a social network",
    "organic_social": "a social network",
    "paid_video": "an ad in a video",
    "organic_video": "a video",
    "paid_shopping": "an ad of a product",
    "organic_shopping": "a marketplace or price comparison",
    "paid_other": "another ad",
    "display": "a banner",
    "email": "an e-mail",
    "affiliate": "an affiliate",
    "referral": "a link on another site",
    "sms": "a text message",
    "audio": "an audio ad or podcast",
    "push": "a push notification",
    "other": "another campaign",
    "direct": "a direct visit",
}

CHANNEL_LABELS: Final[Mapping[str, str]] = {
    "paid_search": "paid search",
    "organic_search": "search engines",
    "paid_social": "social ads",
    "organic_social": "social networks",
    "paid_video": "video ads",
    "organic_video": "videos",
    "paid_shopping": "product ads",
    "organic_shopping": "marketplaces",
    "paid_other": "other ads",
    "display": "banners",
    "email": "e-mail",
    "affiliate": "affiliates",
    "referral": "links on other sites",
    "sms": "text messages",
    "audio": "audio ads",
    "push": "push notifications",
    "other": "other campaigns",
    "direct": "direct visits",
}
"""The names of channels beside a number."""

LEAD_TEXTS: Final[Mapping[str, str]] = {
    "confirm_subject": "{company}: please confirm your e-mail address",
    "confirm_text": "This e-mail address was entered in a form of {company}. Please confirm that "
    "it was you, and that you agree to this:",
    "confirm_button": "Confirm",
    "confirm_note": "The link holds for 7 days. If it was not you, do nothing: without your "
    "confirmation nothing is sent for this.",
    "reward_subject": "{title}",
    "reward_text": "You asked {company} for this: {title}.",
    "reward_button": "Get it",
    "reward_note": "The link holds for 30 days. If it was not you, do nothing.",
    "test": "This is a TEST: somebody has tried a form with your address.",
    "reason": "You get this mail because this e-mail address was entered in the form “{form}” of "
    "{company} on {day} (UTC).",
    "reason_untitled": "You get this mail because this e-mail address was entered in a form of "
    "{company} on {day} (UTC).",
    "unsubscribe": "Unsubscribe, or choose what you get",
}
