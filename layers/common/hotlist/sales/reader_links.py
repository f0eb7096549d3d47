"""The links in a mail to sales that are its reader's own. Not pure: a key signs them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from hotlist.links.addresses import sendable
from hotlist.links.keys import LinkKeys
from hotlist.links.tokens import Key, Purpose, Token, sign
from hotlist.runtime.settings import DigestSettings
from hotlist.sales.team import Recipient


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

    def stop(self, recipient: Recipient, key: Key, now: datetime) -> str:
        """The address by which a recipient stops their digests."""
        said = {"digest": "1", "lang": recipient.language}
        day = now.astimezone(UTC).date()
        token = Token(Purpose.DIGEST_OFF, "", day, recipient=recipient.id, said=said)
        return sendable(f"{self.public_url}/unsubscribe/{sign(token, key)}")
