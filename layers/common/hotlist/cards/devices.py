"""What opens a card: a link that its recipient was mailed, or a device that has opened one. Pure.

A mail can be forwarded. So its link shows nothing by itself. A button mails the recipient another
link, at the address in sales.yaml, which is good for a quarter of an hour. Whoever opens that one
gets a cookie, and the cookie opens all pages of that recipient.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from hotlist.links.tokens import Purpose, Token
from hotlist.sales.team import Recipient

GOOD_FOR: Final = timedelta(minutes=15)
KEPT: Final = timedelta(days=30)

PARAMETER: Final = "device"
"""The name of the mailed token in an address, and in the form of its page."""

ROUTES: Final[Mapping[Purpose, str]] = {Purpose.CARD: "leads", Purpose.LIST: "lists"}
"""The first part of the path of each page."""

PURPOSES: Final[Mapping[str, Purpose]] = {route: purpose for purpose, route in ROUTES.items()}

_MINUTE: Final = 60
_MINUTES: Final = re.compile(r"[0-9]{1,12}\Z", re.ASCII)
_DIGITS: Final = 16
_SHORT: Final = 2


@dataclass(frozen=True, slots=True)
class Page:
    """A page that a link opens: a card (`leads`) or a list (`lists`), for one recipient.

    `subject` is the lead, "" for a list, and `day` that of the mail with its link.
    """

    route: str
    subject: str
    day: date
    recipient: str

    @classmethod
    def of(cls, token: Token) -> "Page":
        """The page of a verified token."""
        return cls(ROUTES[token.purpose], token.subject, token.day, token.recipient or "")

    def token(self) -> Token:
        """What its link says."""
        return Token(PURPOSES[self.route], self.subject, self.day, recipient=self.recipient)


def device_token(page: Page, recipient: Recipient, now: datetime) -> Token:
    """What a mailed link says: it is for this page, and from this minute on."""
    said = {
        "at": str(int(now.timestamp()) // _MINUTE),
        "of": f"{page.route} {page.day.isoformat()}",
        "to": _address(recipient),
    }
    day = now.astimezone(UTC).date()
    return Token(Purpose.DEVICE, page.subject, day, recipient=recipient.id, said=said)


def is_for(token: Token, page: Page, recipient: Recipient) -> bool:
    """Whether a verified token of a mailed link is for this page."""
    return (
        token.recipient == page.recipient == recipient.id
        and token.subject == page.subject
        and token.said.get("of") == f"{page.route} {page.day.isoformat()}"
        and token.said.get("to") == _address(recipient)
    )


def is_fresh(token: Token, now: datetime) -> bool:
    """Whether a mailed link is still good."""
    at = token.said.get("at", "")
    if not _MINUTES.match(at):
        return False
    sent_at = int(at) * _MINUTE
    return sent_at <= now.timestamp() < sent_at + GOOD_FOR.total_seconds()


def cookie_token(recipient: Recipient, now: datetime) -> Token:
    """What the cookie of a device says."""
    day, said = now.astimezone(UTC).date(), {"to": _address(recipient)}
    return Token(Purpose.COOKIE, "", day, recipient=recipient.id, said=said)


def is_of(token: Token, recipient: Recipient) -> bool:
    """Whether a verified cookie is this recipient's, got by a mail to their present address."""
    return token.recipient == recipient.id and token.said.get("to") == _address(recipient)


def cookie_name(recipient: Recipient) -> str:
    """One for each recipient: a browser can serve two. It has nobody's id in it."""
    digits = hashlib.sha256(f"device {recipient.id}".encode()).hexdigest()[:_DIGITS]
    return f"__Host-hotlist-{digits}"


def set_cookie(recipient: Recipient, token: str) -> str:
    """The header that keeps a cookie. No page of another site, and no script, can read it."""
    age = int(KEPT.total_seconds())
    return (
        f"{cookie_name(recipient)}={token}; Max-Age={age}; Path=/; Secure; HttpOnly; SameSite=Lax"
    )


def cookie_of(sent: str, recipient: Recipient) -> str:
    """The token in the cookies that a browser sent, or ""."""
    name = cookie_name(recipient)
    for part in sent.split(";"):
        given, _, value = part.strip().partition("=")
        if given == name:
            return value.strip()
    return ""


def masked(email: str) -> str:
    """An address that its owner knows again, and nobody else: `a…@example.com`.

    Of a mailbox with one or two letters nothing is shown: one letter would be most of it.
    """
    local, _, domain = email.rpartition("@")
    shown = local[:1] if len(local) > _SHORT else ""
    return f"{shown}…@{domain}"


def _address(recipient: Recipient) -> str:
    """A hash of the recipient's address: another address has other devices."""
    return hashlib.sha256(f"address {recipient.email}".encode()).hexdigest()[:_DIGITS]
