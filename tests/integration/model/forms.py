"""The forms of a schedule that mail whoever sends them, and what somebody asks for by one."""

from random import Random
from typing import Any, Final

from hotlist.mail.lead_mails import Company

COMPANY: Final = Company("Example & Co.", "Long Street 1, 00-001 Warszawa", "office@example.com")
API: Final = "https://api.example.com"
VERSION: Final = "1"
REWARD: Final = "guide"
CRAWLER: Final = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

_TO_CONFIRM: Final[dict[str, Any]] = {
    purpose: {"version": VERSION, "text": {"en": f"News by {purpose}."}, "confirm": True}
    for purpose in ("email", "phone", "post", "tracking")
}
_A_REWARD: Final = {
    "id": REWARD,
    "kind": "address",
    "url": "https://shop.example/guide",
    "title": {"en": "The guide"},
    "deliver": "mail",
}
_A_RECEIPT: Final = {
    "subject": {"en": "We have it"},
    "text": {"en": "Thank you.\n\nMore at https://shop.example/next"},
}
FORMS: Final[dict[str, Any]] = {
    "ebook": {
        "version": "f1",
        "fields": {},
        "consents": _TO_CONFIRM,
        "reward": _A_REWARD,
        "receipt": _A_RECEIPT,
    },
    "talk": {"version": "f2", "fields": {}, "reward": _A_REWARD},
    "call": {"version": "f3", "fields": {}, "consents": _TO_CONFIRM, "receipt": _A_RECEIPT},
}
GONE: Final = "old"
"""A form that asked for everything, and that nobody has configured any more."""


def mails_of(form: str, pending: object) -> tuple[str, ...]:
    """What whoever sends a form is mailed, by the names that events have for it."""
    said = FORMS.get(form, FORMS["ebook"])
    purposes = list(pending) if isinstance(pending, dict) else []
    kinds = [kind for kind in ("reward", "receipt") if kind in said]
    return (*(f"confirm:{purpose}" for purpose in purposes), *kinds)


def asked(random: Random) -> dict[str, object]:
    """The properties of what somebody sends through one of these forms."""
    form = random.choice([*FORMS, "ebook", GONE])
    said: dict[str, object] = {"form": form}
    if form == "talk":
        return said
    purposes = [one for one in _TO_CONFIRM if random.random() < 0.4]
    if purposes:
        said["pending_consents"] = {one: {"version": VERSION} for one in purposes}
    if random.random() < 0.15:
        said["consents"] = {"tracking": {"version": VERSION}}
    return said
