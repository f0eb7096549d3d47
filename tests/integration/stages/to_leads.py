"""Forms that mail leads, what somebody sends through them, and the mails that come of it."""

from dataclasses import replace
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Final

from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.identity import identifiers
from hotlist.links.tokens import Key, Purpose, Token, sign, verified
from hotlist.mail.lead_mails import Company
from hotlist.mail.queue import Letter, ToLead
from hotlist.mail.ses import delivery_hash
from integration.stages.notify import ADA, Notify, a_message

KEY: Final = Key("1", b"a secret of tests alone")
COMPANY: Final = Company("Example & Co.", "Long Street 1, 00-001 Warszawa", "office@example.com")
ADDRESS: Final = "ada@example.org"

FORMS: Final[dict[str, Any]] = {
    "ebook": {
        "type": "form_submitted",
        "fields": {},
        "consents": {
            "email": {"version": "1", "text": {"en": "News by mail."}, "confirm": True},
            "phone": {"version": "1", "text": "News by phone.", "confirm": True},
            "post": {"version": "1", "text": "News by post.", "confirm": True},
            "fax": {"version": "1", "text": "News by fax.", "confirm": True},
        },
        "reward": {
            "id": "guide",
            "kind": "file",
            "title": {"en": "The guide", "pl": "Poradnik", "de": "Der Leitfaden"},
            "deliver": "mail",
        },
        "receipt": {"subject": {"en": "We have it"}, "text": {"en": "Thank you.\n\nWe call."}},
    }
}
KINDS: Final = ("confirm:email", "reward", "receipt")
TAGS: Final = {"confirm:email": "confirm", "reward": "reward", "receipt": "receipt"}


class Keys:
    """Signs links with the key of tests."""

    def sign(self, token: Token) -> str:
        return sign(token, KEY)


def has_forms(notify: Notify, **changes: Any) -> None:
    """The function has forms that mail leads, and a key. `changes` are those of its mailer."""
    known: dict[str, Any] = {"forms": FORMS, "company": COMPANY, "links": Keys()}
    to_leads = replace(notify.app.consumer.to_leads, **(known | changes))
    notify.app.consumer = replace(notify.app.consumer, to_leads=to_leads)


def sent_form(number: int = 1, address: str = ADDRESS, **changes: Any) -> Event:
    """What somebody sent through the form: it asks for all that the form mails."""
    properties = {
        "form": "ebook",
        "name": "<b>Eve</b> says http://evil.example",
        "language": "en",
        "pending_consents": {"email": {"version": "1"}, "phone": {"version": "1"}},
    }
    properties |= changes.pop("properties", {})
    fields: dict[str, Any] = {
        "type": "form_submitted",
        "tell": False,
        "to_lead": KINDS,
        "email": address,
        "subject": identifiers.subject("email", address),
        "dedup": "",
        "properties": properties,
    }
    return a_message(f"{number:032x}", **(fields | changes))


def word(number: int, event_type: str, at: datetime, **properties: Any) -> Event:
    """What the lead said by a link, or SES of it."""
    is_ses = event_type in ("email_bounced", "email_complained")
    return a_message(
        f"{number:032x}",
        type=event_type,
        route=Route.SES if is_ses else Route.LINK,
        email=None,
        subject=ADA,
        tell=False,
        dedup="",
        occurred_at=at,
        received_at=at,
        properties=properties,
    )


def letters(event: Event, *whats: str) -> list[Letter]:
    return [Letter(ToLead(event.subject, event.event_id, one)) for one in whats or event.to_lead]


def mails(notify: Notify) -> list[EmailMessage]:
    """The mails that were sent, as whoever receives them reads them."""
    raw = (one["Content"]["Raw"]["Data"] for one in notify.ses.sent)
    return [message_from_bytes(one, _class=EmailMessage, policy=policy.default) for one in raw]


def tags(sent: dict[str, Any]) -> dict[str, str]:
    return {tag["Name"]: tag["Value"] for tag in sent["EmailTags"]}


def token_of(url: str, purpose: Purpose, now: datetime) -> Token:
    return verified(url.rpartition("/")[2], purpose, KEY, now)


def report(kind: str, delivery_id: str, message: str = "m1", **detail: Any) -> dict[str, Any]:
    """What EventBridge brings of SES about a mail to a lead."""
    named = {"audience": ["lead"], "event": ["e"], "delivery": [delivery_hash(delivery_id)]}
    mail = {"messageId": message, "timestamp": detail.pop("sent_at", None), "tags": named}
    return {"source": "aws.ses", "detail": {"eventType": kind, "mail": mail, **detail}}
