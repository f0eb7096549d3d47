"""Makes the bytes of a mail. No value is parsed on its way into a mail.

The modern classes of `email` decode encoded-words in the values that they get, so a lead's name
could write headers. The old classes (`compat32`) keep a value as it is. The values are encoded to
ASCII here before these classes get them.
"""

import re
from base64 import b64encode
from email.charset import QP, Charset
from email.message import Message
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from typing import Final

_POLICY: Final = compat32.clone(linesep="\r\n")
_UTF8: Final = Charset("utf-8")
_UTF8.body_encoding = QP
# Quoted-printable writes every `=` as `=3D`, so no body has a line like this one.
_BOUNDARY: Final = "=_hotlist"

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

_CONTROLS: Final = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)))
_NOT_TEXT: Final = dict.fromkeys((*range(0xD800, 0xE000), 0xFEFF))
"""Lone surrogates, which UTF-8 cannot write, and the byte order mark, which readers drop."""

_IN_BODIES: Final = _CONTROLS | _NOT_TEXT | {ord("\n"): "\n", ord("\t"): "\t"}
_IN_HEADERS: Final = dict.fromkeys(_CONTROLS, " ") | _NOT_TEXT | {0x2028: " ", 0x2029: " "}


def assemble(
    *,
    subject: str,
    text: str,
    html: str,
    sender: tuple[str, str],
    recipient: tuple[str, str],
    reply_to: str | None = None,
) -> bytes:
    """The bytes of a mail with a text part and an HTML part.

    `sender` and `recipient` are pairs of a name and an address. `reply_to` is left out if a header
    cannot carry it.

    :raises ValueError: if a header cannot carry the sender's or the recipient's address.
    """
    mime = Message(policy=_POLICY)
    mime["Subject"] = _unstructured(subject)
    mime["From"] = _mailbox(*sender)
    mime["To"] = _mailbox(*recipient)
    if reply_to is not None and fits_header(reply_to):
        mime["Reply-To"] = reply_to
    mime["Auto-Submitted"] = "auto-generated"
    mime["MIME-Version"] = "1.0"
    mime.add_header("Content-Type", "multipart/alternative", boundary=_BOUNDARY)
    for kind, body in (("plain", text), ("html", html)):
        part = MIMENonMultipart("text", kind, policy=_POLICY)
        part.set_payload(body_text(body), _UTF8)
        mime.attach(part)
    return mime.as_bytes(policy=_POLICY)


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
