"""Makes the bytes of a mail. No value is parsed on its way into a mail.

The modern classes of `email` decode encoded-words in the values that they get, so a lead's name
could write headers. The old classes (`compat32`) keep a value as it is. The values are encoded to
ASCII here before these classes get them.
"""

import re
from base64 import b64encode, encodebytes
from collections.abc import Sequence
from dataclasses import dataclass
from email.charset import QP, Charset
from email.message import Message
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from typing import Any, Final

_POLICY: Final = compat32.clone(linesep="\r\n")
_UTF8: Final = Charset("utf-8")
_UTF8.body_encoding = QP
# Quoted-printable writes every `=` as `=3D`, and base64 has one at the end of a line alone. So no
# body has a line like one of these. Neither of them begins like the other.
_BOUNDARY: Final = "=_hotlist"
_OUTER_BOUNDARY: Final = "=_mixed"

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+"
_ADDRESS: Final = re.compile(
    rf"(?=.{{3,254}}\Z){_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\Z"
)
_ATOMS: Final = re.compile(rf"{_ATOM}(?: {_ATOM})*\Z")
_PRINTABLE: Final = re.compile(r"[!-~]+(?: [!-~]+)*\Z")
_ENCODED: Final = "=?"
"""The beginning of an encoded-word (RFC 2047). Mail programs decode what follows."""

_MOST_PLAIN: Final = 64
"""Longer ASCII texts are encoded too, so that no line of a header is folded inside them."""

_WORD: Final = 39
"""Bytes of UTF-8 in one encoded-word. With its header's name it stays below 78 characters."""

_URL: Final = re.compile(r"https?://[!-~]+\Z")
_NOT_IN_URL: Final = re.compile(r"[<>,]")
_MOST_LINE: Final = 998
"""Characters of a line (RFC 5322)."""

_FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")

_CONTROLS: Final = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)))
_NOT_TEXT: Final = dict.fromkeys((*range(0xD800, 0xE000), 0xFEFF))
"""Lone surrogates, which UTF-8 cannot write, and the byte order mark, which readers drop."""

_IN_BODIES: Final = _CONTROLS | _NOT_TEXT | {ord("\n"): "\n", ord("\t"): "\t"}
_IN_HEADERS: Final = dict.fromkeys(_CONTROLS, " ") | _NOT_TEXT | {0x2028: " ", 0x2029: " "}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail. `parameters` are those of its type, as `{"method": "PUBLISH"}`.

    Its name has ASCII letters, digits, `.`, `_` and `-`.
    """

    name: str
    subtype: str
    data: bytes
    maintype: str = "text"
    parameters: tuple[tuple[str, str], ...] = ()


class _Header:
    """A value that is written as it is. The generator asks a header to encode itself."""

    def __init__(self, line: str) -> None:
        self._line = line

    def encode(self, **_: object) -> str:
        return self._line


def assemble(
    *,
    subject: str,
    text: str,
    html: str,
    sender: tuple[str, str],
    recipient: tuple[str, str],
    reply_to: str | None = None,
    unsubscribe: str | None = None,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """The bytes of a mail with a text part and an HTML part, and with files after them.

    `sender` and `recipient` are pairs of a name and an address. `reply_to` is left out if a header
    cannot carry it. `unsubscribe` is the address that takes an RFC 8058 one-click request.

    :raises ValueError: if a header cannot carry the sender's or the recipient's address, the
        address to unsubscribe at, or the name of a file.
    """
    mime: Message[Any, Any] = Message(policy=_POLICY)
    mime["Subject"] = _unstructured(subject)
    mime["From"] = _mailbox(*sender)
    mime["To"] = _mailbox(*recipient)
    if reply_to is not None and fits_header(reply_to):
        mime["Reply-To"] = reply_to
    if unsubscribe is not None:
        mime["List-Unsubscribe"] = _unfolded("List-Unsubscribe", unsubscribe)
        mime["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mime["Auto-Submitted"] = "auto-generated"
    mime["MIME-Version"] = "1.0"
    bodies: Message[Any, Any] = mime
    if attachments:
        mime.add_header("Content-Type", "multipart/mixed", boundary=_OUTER_BOUNDARY)
        bodies = Message(policy=_POLICY)
        mime.attach(bodies)
    bodies.add_header("Content-Type", "multipart/alternative", boundary=_BOUNDARY)
    for kind, body in (("plain", text), ("html", html)):
        part = MIMENonMultipart("text", kind, policy=_POLICY)
        part.set_payload(body_text(body), _UTF8)
        bodies.attach(part)
    for attachment in attachments:
        mime.attach(_file(attachment))
    return mime.as_bytes(policy=_POLICY)


def _file(attachment: Attachment) -> MIMENonMultipart:
    if not _FILE_NAME.match(attachment.name):
        raise ValueError("the name of a file in a mail has ASCII letters, digits and . _ - alone")
    part = MIMENonMultipart(
        attachment.maintype, attachment.subtype, policy=_POLICY, **dict(attachment.parameters)
    )
    part["Content-Transfer-Encoding"] = "base64"
    part.add_header("Content-Disposition", "attachment", filename=attachment.name)
    part.set_payload(encodebytes(attachment.data).decode())
    return part


def _unfolded(name: str, url: str) -> _Header:
    """An address in a header, on one line: what is folded or encoded inside is another address."""
    line = f"<{url}>"
    if not _URL.match(url) or _NOT_IN_URL.search(url) or len(f"{name}: {line}") > _MOST_LINE:
        raise ValueError(f"a {name} header cannot carry this address; use a short https one")
    return _Header(line)


def fits_header(address: str) -> bool:
    """Whether every mail program reads the address as it is: plain ASCII, without quotes."""
    return _ADDRESS.match(address) is not None and _ENCODED not in address


def header_text(text: str) -> str:
    """The text as one line, without controls and lone surrogates."""
    return " ".join(text.translate(_IN_HEADERS).split())


def body_text(text: str) -> str:
    r"""The text with every line ended by `\n`, without controls and lone surrogates."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").translate(_IN_BODIES)
    return lines if lines.endswith("\n") else lines + "\n"


def _unstructured(text: str) -> str:
    line = header_text(text)
    return line if _is_plain(line, _PRINTABLE) else _encoded(line)


def _mailbox(name: str, address: str) -> str:
    if not fits_header(address):
        raise ValueError("a mail header cannot carry this address; use plain ASCII, no quotes")
    line = header_text(name)
    if not line:
        return address
    return f"{line if _is_plain(line, _ATOMS) else _encoded(line)} <{address}>"


def _is_plain(line: str, pattern: re.Pattern[str]) -> bool:
    short = len(line) <= _MOST_PLAIN
    return short and _ENCODED not in line and pattern.match(line) is not None


def _encoded(line: str) -> str:
    """The line as encoded-words of whole characters. Readers drop the spaces between them."""
    words, data = [], b""
    for character in line:
        one = character.encode()
        if len(data) + len(one) > _WORD:
            words.append(data)
            data = b""
        data += one
    words.append(data)
    return " ".join(f"=?utf-8?b?{b64encode(word).decode()}?=" for word in words if word)
