"""The link keys of the stack's secret: read when the first link is, and seldom again. Not pure."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, Self

from botocore.exceptions import BotoCoreError, ClientError

from hotlist.links.secret import BadSecret, Secret
from hotlist.links.tokens import BadToken, Key, Purpose, Token, key_id_of, sign, verified
from hotlist.runtime.clients import aws_client

AGAIN: Final = timedelta(minutes=1)
"""How long a text that no key has signed makes nobody read the secret once more."""
FAILED: Final = timedelta(seconds=5)
"""How long nobody without keys tries to read the secret again. A call that hangs takes longer."""
KEPT: Final = timedelta(hours=1)
"""How old the keys in memory get. So a rotation needs no deployment."""

TROUBLES: Final = (BotoCoreError, ClientError, BadSecret)
"""What reading the secret may raise. All of it may pass."""


class LinkKeys:
    """Signs tokens with the newest key, and reads tokens of all keys that are kept.

    To make one is free. Whatever needs a key may raise one of `TROUBLES`, if there is no key in
    memory and the secret cannot be read.
    """

    def __init__(self, client: Any, arn: str, clock: Callable[[], datetime]) -> None:
        """`client` is one of Secrets Manager."""
        self._client = client
        self._arn = arn
        self._clock = clock
        self._secret: Secret | None = None
        self._failed: tuple[datetime, Exception] | None = None
        self._asked_at: datetime | None = None

    @classmethod
    def open(cls, arn: str, clock: Callable[[], datetime]) -> Self:
        """With a client that is made when the secret is first read."""
        return cls(None, arn, clock)

    def newest(self) -> Key:
        """The key that signs."""
        return self._kept().signing(self._clock())

    def sign(self, token: Token) -> str:
        """The token as text. ValueError for one that is too long."""
        return sign(token, self.newest())

    def read(self, text: str, purpose: Purpose, now: datetime) -> Token:
        """The token of a text that one of the keys has signed for this purpose.

        :raises BadToken: if none has.
        :raises Expired: if one has, and its time is over at `now`.
        """
        key_id = key_id_of(text)
        try:
            return verified(text, purpose, _named(self._kept(), key_id), now)
        except BadToken:
            if not self._may_ask_again():
                raise
            try:
                secret = self.ask()
            except TROUBLES as error:
                raise BadToken from error  # no key that we know has signed it
        return verified(text, purpose, _named(secret, key_id), now)

    def read_first(
        self, texts: Sequence[str], purpose: Callable[[str], Purpose], now: datetime
    ) -> tuple[Token, str]:
        """The first of these texts that is a token for its purpose, and the text.

        :raises BadToken, Expired: if none is, as `read` of the last one.
        """
        for text in texts[:-1]:
            with suppress(BadToken):
                return self.read(text, purpose(text), now), text
        return self.read(texts[-1], purpose(texts[-1]), now), texts[-1]

    def ask(self) -> Secret:
        """What the secret says now. It has a key."""
        self._asked_at = self._clock()
        if self._client is None:
            self._client = aws_client("secretsmanager")
        answer = self._client.get_secret_value(SecretId=self._arn)
        secret = Secret.of(answer["SecretString"])
        secret.signing(self._asked_at)  # a secret without keys never takes the place of one with
        self._secret = secret
        return secret

    def _kept(self) -> Secret:
        """What is in memory. If it is old it is read anew, where that is possible.

        If nothing is, and reading has just failed, it fails the same way without another call.
        """
        if self._secret is None:
            if self._failed is not None and self._clock() < self._failed[0] + FAILED:
                raise self._failed[1].with_traceback(None)
            try:
                return self.ask()
            except TROUBLES as error:
                self._failed = self._clock(), error
                raise
        if self._asked_at is None or self._asked_at + KEPT <= self._clock():
            with suppress(*TROUBLES):
                return self.ask()
        return self._secret

    def _may_ask_again(self) -> bool:
        return self._asked_at is None or self._asked_at + AGAIN <= self._clock()


def _named(secret: Secret, key_id: str) -> Key:
    """:raises BadToken: if the secret has no key of this id."""
    for key in secret.keys.values():
        if key.key_id == key_id:
            return key
    raise BadToken
