"""Letters in the OutboxQueue, the mails that they become, and an SES that refuses them."""

from datetime import timedelta
from typing import Any

from fast_mail_parser import parse_email

from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM, Route
from hotlist.identity import identifiers
from integration.stages.notify import EVERYBODY, MOST, NOW, Notify, a_message

BEN = "ben@example.com"
CALLER = identifiers.subject("phone", "+48600100200")


def refuse(notify: Notify, code: str, status: int, *addresses: str) -> None:
    notify.ses.refuse = dict.fromkeys(addresses or EVERYBODY, (code, status))


def made_spam() -> Event:
    """An operator calls the message spam, a second after it came."""
    said = {"event_id": "1" * 32, "add": [SPAM]}
    return a_message(
        "2" * 32,
        type="event_reclassified",
        route=Route.OPERATOR,
        properties=said,
        tell=False,
        occurred_at=NOW + timedelta(seconds=1),
    )


# --- mails --------------------------------------------------------------------------------


def text_of(sent: dict[str, Any]) -> str:
    return str(parse_email(sent["Content"]["Raw"]["Data"]).text_plain[0])


def subjects(notify: Notify) -> list[str]:
    return [parse_email(one["Content"]["Raw"]["Data"]).subject for one in notify.ses.sent]


def to_ben(notify: Notify) -> str:
    """The one mail that Ben got, as text."""
    (mail,) = [one for one in notify.ses.sent if one["Destination"]["ToAddresses"] == [BEN]]
    return text_of(mail)


# --- caps ---------------------------------------------------------------------------------


def fill(notify: Notify, kind: str, *recipients: str) -> None:
    """Take every place of this hour."""
    for recipient in recipients or ("anna", "ben"):
        for number in range(MOST):
            notify.app.consumer.hours.take_place(recipient, kind, f"other{number}", notify.now)
