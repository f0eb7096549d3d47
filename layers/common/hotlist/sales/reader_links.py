"""The links in a mail to sales that are its reader's own. Not pure: a key signs them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Self

from hotlist.links.addresses import sendable
from hotlist.links.answer_token import answer_token
from hotlist.links.keys import LinkKeys
from hotlist.links.tokens import Key, Purpose, Token, sign
from hotlist.mail.lead_card import NO_LINKS, LeadLinks
from hotlist.runtime.settings import DigestSettings
from hotlist.sales.team import Recipient


@dataclass(frozen=True, slots=True)
class MailLinks:
    """The links of one mail to a recipient, which end some days after its `day`."""

    recipient: Recipient
    key: Key
    day: date
    public_url: str

    @property
    def stop(self) -> str:
        """The address by which the recipient stops their digests."""
        said = {"digest": "1", "lang": self.recipient.language}
        return self._address("unsubscribe", self._token(Purpose.DIGEST_OFF, "", said))

    @property
    def today(self) -> str:
        """The address of the recipient's list."""
        return self._address("lists", self._token(Purpose.LIST, "", {}))

    def of_lead(self, lead_id: str, name: str) -> LeadLinks:
        """The addresses of a lead's card, and of the page that takes an answer about it."""
        answer = answer_token(
            lead_id,
            self.day,
            recipient=self.recipient.id,
            name=name,
            language=self.recipient.language,
        )
        return LeadLinks(
            card=self._address("leads", self._token(Purpose.CARD, lead_id, {})),
            answer=self._address("answers", answer),
        )

    def _token(self, purpose: Purpose, subject: str, said: dict[str, str]) -> Token:
        return Token(purpose, subject, self.day, recipient=self.recipient.id, said=said)

    def _address(self, route: str, token: Token) -> str:
        return sendable(f"{self.public_url}/{route}/{sign(token, self.key)}")


@dataclass(frozen=True, slots=True)
class ReaderLinks:
    """Makes the links. `public_url` is where they lead, without a slash at its end."""

    keys: LinkKeys
    public_url: str

    @classmethod
    def open(cls, settings: DigestSettings, clock: Callable[[], datetime]) -> Self:
        """With the keys and the address of the stack."""
        return cls(LinkKeys.open(settings.link_secret_arn, clock), settings.public_url)

    def key(self) -> Key:
        """The key that signs now. It raises what reading the secret raises (`keys.TROUBLES`)."""
        return self.keys.newest()

    def of(self, recipient: Recipient, key: Key | None, now: datetime) -> MailLinks | None:
        """The links of a recipient's mail; None without a key, for which no mail waits."""
        if key is None:
            return None
        return MailLinks(recipient, key, now.astimezone(UTC).date(), self.public_url)


def of_lead(links: MailLinks | None, lead_id: str, name: str) -> LeadLinks:
    """The links of a lead, if there are any."""
    return NO_LINKS if links is None else links.of_lead(lead_id, name)
