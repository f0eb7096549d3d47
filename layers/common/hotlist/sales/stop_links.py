"""The link in each digest by which its recipient stops it. Not pure: a key signs it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self

from hotlist.links.addresses import sendable
from hotlist.links.keys import LinkKeys
from hotlist.links.tokens import Key, Purpose, Token, sign
from hotlist.mail.render import Mail
from hotlist.runtime.settings import DigestSettings
from hotlist.sales.team import Recipient


@dataclass(frozen=True, slots=True)
class StopLinks:
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

    def added(self, mail: Mail, recipient: Recipient, key: Key | None, now: datetime) -> Mail:
        """The mail with its link. Without a key it has none: a digest does not wait for a key."""
        if key is None:
            return mail
        said = {"digest": "1", "lang": recipient.language}
        day = now.astimezone(UTC).date()
        token = Token(Purpose.DIGEST_OFF, "", day, recipient=recipient.id, said=said)
        return replace(
            mail, unsubscribe=sendable(f"{self.public_url}/unsubscribe/{sign(token, key)}")
        )
