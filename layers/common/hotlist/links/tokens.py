"""Tokens of signed links: who may do what until when. Pure.

A token is base64url without padding. Its bytes are the length of the key's id, that id, a MAC of 16
bytes, and JSON: `[subject, recipient, day, said]`. Each purpose has a MAC key of its own, which
HKDF (RFC 5869) makes of the secret. So a token of one purpose is none of another.

A token has letters, digits, `-` and `_`, and ends with a letter or a digit: mail programs leave a
sign at the end of an address out. The same contents always make the same token.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import Final, NamedTuple
from urllib.parse import unquote

from hotlist.events import visible

MAX_TOKEN: Final = 1_000
"""Characters."""

_MAC: Final = 16
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]*[A-Za-z0-9]\Z")
_RUN: Final = re.compile(r"[A-Za-z0-9_-]*[A-Za-z0-9]")
_SOFT_BREAK: Final = re.compile(r"=\r?\n")
"""How a mail breaks a line that goes on in the next one (quoted-printable)."""
_KEY_ID: Final = re.compile(r"[A-Za-z0-9]{1,16}\Z", re.ASCII)


class Purpose(StrEnum):
    """What a link is for."""

    CONFIRM = "confirm"
    UNSUBSCRIBE = "unsubscribe"
    REWARD = "reward"
    DOWNLOAD = "download"
    OPENED = "opened"
    CLICKED = "clicked"
    DIGEST_OFF = "digest_off"
    ANSWER = "answer"
    CARD = "card"
    LIST = "list"
    DEVICE = "device"
    COOKIE = "cookie"


VALID: Final[Mapping[Purpose, timedelta | None]] = {
    Purpose.CONFIRM: timedelta(days=7),
    Purpose.UNSUBSCRIBE: None,
    Purpose.REWARD: timedelta(days=30),
    Purpose.DOWNLOAD: timedelta(days=7),
    Purpose.OPENED: timedelta(days=90),
    Purpose.CLICKED: timedelta(days=90),
    Purpose.DIGEST_OFF: None,
    Purpose.ANSWER: timedelta(days=7),
    Purpose.CARD: timedelta(days=7),
    Purpose.LIST: timedelta(days=7),
    Purpose.DEVICE: timedelta(days=1),  # it says itself when its quarter of an hour began
    Purpose.COOKIE: timedelta(days=30),
}
"""How long after its day a link holds. One without an end holds as long as its key is kept."""


class BadToken(ValueError):
    """It was never made with any of our keys for this purpose."""


class Expired(ValueError):
    """It was good until some day. `token` says what for."""

    def __init__(self, token: "Token") -> None:
        super().__init__(f"a link of {token.day}")
        self.token = token


class Key(NamedTuple):
    """A key by its id, which each token names."""

    key_id: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class Token:
    """What a link says. `said` holds ids and names, and no personal data.

    `subject` is whom it is about, `recipient` the id of the recipient to whom it was sent if that
    is somebody of ours, `day` the UTC day of its mail.
    """

    purpose: Purpose
    subject: str
    day: date
    recipient: str | None = None
    said: Mapping[str, str] = field(default_factory=dict)


def sign(token: Token, key: Key) -> str:
    """The token as text.

    :raises ValueError: if it is longer than `MAX_TOKEN`, or the key's id is no id.
    """
    if not _KEY_ID.match(key.key_id):
        raise ValueError("the id of a key has 1 to 16 letters and digits")
    content = [token.subject, token.recipient, token.day.isoformat(), dict(token.said)]
    for salt in count():
        data = json.dumps([*content, *([salt] if salt else [])], separators=(",", ":")).encode()
        head = bytes([len(key.key_id)]) + key.key_id.encode()
        text = _to_text(head + _mac(key, token.purpose, data) + data)
        if _TOKEN.match(text):
            break
    if len(text) > MAX_TOKEN:
        raise ValueError(f"a token has at most {MAX_TOKEN} characters, not {len(text)}")
    return text


def readings(text: str) -> tuple[str, ...]:
    """The texts that the end of an address may mean as a token, the likeliest first.

    A mail program breaks a long address into lines, so blanks and soft breaks within it are none.
    It takes for a part of it what stands around it: brackets, stops, the next word. So a token ends
    where another character stands, or at the first blank if it is not broken.
    """
    plain = unquote(text) if "%" in text else text
    whole = "".join(one for one in _SOFT_BREAK.sub("", plain) if not visible.is_hidden(one))
    cut = plain.split(maxsplit=1)[0] if plain.strip() else ""
    found = (_RUN.search(one) for one in (whole, cut))
    return tuple(dict.fromkeys(one[0] for one in found if one)) or ("",)


def key_id_of(text: str) -> str:
    """The id of the key that a token names. :raises BadToken: if it is no token."""
    return _parts(text)[0]


def claimed(text: str) -> Mapping[str, str]:
    """What a text claims to say, which nobody has verified; {} if it is no token.

    It is good for choosing what to verify the text for, and for nothing else.
    """
    try:
        content = json.loads(_parts(text)[2])
    except (ValueError, RecursionError):
        return {}
    said = content[3] if isinstance(content, list) and len(content) > 3 else None
    return said if isinstance(said, dict) else {}


def verified(text: str, purpose: Purpose, key: Key, now: datetime) -> Token:
    """The token of a text that this key has signed for this purpose.

    :raises BadToken: if it has not.
    :raises Expired: if it has, and its time is over at `now`.
    """
    key_id, mac, data = _parts(text)
    if key_id != key.key_id or not hmac.compare_digest(mac, _mac(key, purpose, data)):
        raise BadToken
    subject, recipient, day, said, *_ = json.loads(data)
    token = Token(purpose, subject, date.fromisoformat(day), recipient, said)
    valid = VALID[purpose]
    if valid is not None:
        ends = datetime.combine(token.day, datetime.min.time(), UTC) + timedelta(days=1) + valid
        if now >= ends:
            raise Expired(token)
    return token


def derived(secret: bytes, purpose: str) -> bytes:
    """The 32 bytes of the key for one purpose, by HKDF with SHA-256."""
    return hkdf(secret, salt=b"", info=f"hotlist {purpose}".encode(), length=32)


def hkdf(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 with SHA-256. The library that has it, cryptography, is 4 MB."""
    extracted = hmac.digest(salt or bytes(32), secret, hashlib.sha256)
    block, made = b"", b""
    for number in range(1, -(-length // 32) + 1):
        block = hmac.digest(extracted, block + info + bytes([number]), hashlib.sha256)
        made += block
    return made[:length]


def _mac(key: Key, purpose: Purpose, data: bytes) -> bytes:
    return hmac.digest(derived(key.secret, purpose), data, hashlib.sha256)[:_MAC]


def _parts(text: str) -> tuple[str, bytes, bytes]:
    """The key's id, the MAC and the data of a text. :raises BadToken: if it is no token."""
    if len(text) > MAX_TOKEN or not _TOKEN.match(text):
        raise BadToken
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise BadToken from error
    if _to_text(raw) != text:  # unused bits at the end are 0: one token is one text
        raise BadToken
    size = raw[0]
    key_id, mac, data = raw[1 : 1 + size], raw[1 + size :][:_MAC], raw[1 + size + _MAC :]
    if not data or not key_id.isalnum() or not key_id.isascii():
        raise BadToken
    return key_id.decode(), mac, data


def _to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
