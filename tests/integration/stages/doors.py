"""What tests of cards and lists open, and how they look at all that is stored."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from fast_mail_parser import parse_email

from hotlist.cards import devices
from hotlist.links.tokens import Key, Token
from integration.stages.card import Answer, Browser, Card
from integration.stages.notify import Notify

DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
OTHER_KEY: Final = Key("1", b"o" * 64)
"""That of another stack, under the same id."""

HELD_BY: Final = "Ada Byron"
STEP: Final = "Jeszcze jeden krok"


def mailed(card: Card, notify: Notify) -> str:
    """The link in the mail of the only letter that was queued."""
    (letter,) = card.letters()
    notify.now = card.now
    notify.ses.sent.clear()
    notify.tell(letter)
    (mail,) = notify.ses.sent
    text = parse_email(mail["Content"]["Raw"]["Data"]).text_plain[0]
    (found,) = re.findall(r"https://api\.example\.com/\S+", text)
    return str(found)


def confirmed(card: Card, notify: Notify, path: str) -> Browser:
    """A browser whose device is confirmed by the mail to the recipient of a link."""
    browser = Browser(card)
    browser.mail(path)
    assert browser.follow(mailed(card, notify))["statusCode"] == 303
    return browser


def shows_nothing(answer: Answer) -> bool:
    body = answer.get("body", "")
    return not any(word in body for word in (HELD_BY, "ada@", "600100200", "Bo ", "bo@"))


def state(card: Card) -> dict[str, Any]:
    """All that is stored, and what is queued."""
    settings, client = card.app.settings, card.score.dynamodb
    tables = (
        settings.events_table,
        settings.leads_table,
        settings.identities_table,
        settings.deliveries_table,
    )
    found = {name: client.scan(TableName=name)["Items"] for name in tables}
    asked = card.sqs.get_queue_attributes(QueueUrl=card.queue, AttributeNames=["All"])
    return {**found, "queue": asked["Attributes"]["ApproximateNumberOfMessages"]}


def cookie(card: Card, recipient: str, **changes: Any) -> Token:
    return replace(devices.cookie_token(card.recipient(recipient), card.now), **changes)
