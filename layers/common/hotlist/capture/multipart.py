"""The parts of a body of the type multipart/form-data (RFC 7578). Pure.

Bytes are scanned once from the left, so a body costs what its length says, whatever is in it.
"""

import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

MAX_HEAD: Final = 4_096
"""Bytes of the headers of a part."""

_MAX_BOUNDARY: Final = 70
_TAIL: Final = re.compile(rb"--|[ \t]*\r\n")
_FOLD: Final = re.compile(r"\r\n[ \t]+")
# Without a closing quote a value goes to the end: it is read once, not anew after each semicolon.
_PARAMETER: Final = re.compile(
    r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*+)"?|([^;]*))', re.DOTALL
)
_ESCAPED: Final = re.compile(r'\\(["\\])')
_BY_BROWSERS: Final = (("%22", '"'), ("%0D", "\r"), ("%0A", "\n"))
_TEXTS: Final = re.compile(r"text/.*|application/(?:.*\+)?json|")


class BadMultipart(ValueError):
    """The body is no multipart/form-data. The message says why and what to do."""


class Part(NamedTuple):
    """A field, its name and content as bytes in the charset of the form.

    `charset` is its own, "" if it names none. `file` is the name of a file, None for a text.
    """

    name: bytes
    content: bytes
    charset: str = ""
    file: bytes | None = None


def header(value: str) -> tuple[str, dict[str, str]]:
    """A header's value, in lower case, and its parameters: of several of one name the first."""
    kind, _, _ = value.partition(";")
    said: dict[str, str] = {}
    at = len(kind)
    while 0 <= at < len(value):
        if found := _PARAMETER.match(value, at):
            name, quoted, plain = found.groups()
            said.setdefault(name.lower(), plain.strip() if quoted is None else quoted)
            at = found.end()
        at = value.find(";", at + (not found))
    return kind.strip().lower(), said


def read(raw: bytes, content_type: str, most: int) -> Iterator[Part]:
    """The parts of a body, at most so many.

    :raises BadMultipart: if it is none, or has more parts.
    """
    boundary = _ESCAPED.sub(r"\1", header(content_type)[1].get("boundary", ""))
    if not 1 <= len(boundary) <= _MAX_BOUNDARY or not boundary.isascii():
        raise BadMultipart("The Content-Type has no boundary of 1 to 70 characters; add it.")
    mark = b"\r\n--" + boundary.encode()
    raw = b"\r\n" + raw
    _, at, is_last = _next(raw, mark, 0)
    count = 0
    while not is_last:
        count += 1
        if count > most:
            raise BadMultipart(f"The body has more than {most} fields; send fewer.")
        # Where there is no content, the line end after the headers is that of the boundary.
        blank = raw.find(b"\r\n\r\n", at, at + MAX_HEAD)
        if blank < 0:
            raise BadMultipart(
                f"The headers of a part do not end within {MAX_HEAD} bytes; end them with an empty "
                "line."
            )
        start, after, is_last = _next(raw, mark, blank + 2)
        yield _part(raw[at:blank], raw[blank + 4 : start])
        at = after


def _next(raw: bytes, mark: bytes, at: int) -> tuple[int, int, bool]:
    """Where the next boundary begins and ends, and whether it is the last one.

    A line that only begins like a boundary is none.
    """
    while (start := raw.find(mark, at)) >= 0:
        at = start + len(mark)
        if tail := _TAIL.match(raw, at):
            return start, tail.end(), tail[0] == b"--"
    raise BadMultipart("The body does not end with its boundary; send it whole.")


def _part(head: bytes, content: bytes) -> Part:
    headers = _headers(head.decode("latin-1"))
    kind, said = header(headers.get("content-disposition", ""))
    name = _named(said, "name")
    if kind != "form-data" or name is None:
        raise BadMultipart('A part has no header Content-Disposition: form-data; name="…".')
    own, of_type = header(headers.get("content-type", ""))
    file = _named(said, "filename")
    if file is None and not _TEXTS.fullmatch(own):
        file = b""
    if file is not None:
        return Part(name, content, file=file)
    return Part(name, _decoded(content, headers), of_type.get("charset", ""))


def _headers(head: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for line in _FOLD.sub(" ", head).split("\r\n"):
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or name in said:
            raise BadMultipart("A part has a header twice, or one without a colon.")
        said[name] = value.strip()
    return said


def _named(said: Mapping[str, str], key: str) -> bytes | None:
    """A name as it was before it was written into a header: by browsers, programs or RFC 5987."""
    name = said.get(key)
    if name is None:
        extended = said.get(f"{key}*")
        return None if extended is None else unquote_to_bytes(extended.rpartition("'")[2])
    name = _ESCAPED.sub(r"\1", name)
    for written, meant in _BY_BROWSERS:
        name = name.replace(written, meant)
    return name.encode("latin-1")


def _decoded(content: bytes, headers: Mapping[str, str]) -> bytes:
    match headers.get("content-transfer-encoding", "binary").lower():
        case "binary" | "7bit" | "8bit":
            return content
        case "base64":
            try:
                return binascii.a2b_base64(content)
            except ValueError as error:
                raise BadMultipart("A part is not in base64, as it says; encode it.") from error
        case "quoted-printable":
            return binascii.a2b_qp(content)
        case _:
            raise BadMultipart("A part has an encoding that is not taken; send it as 8bit.")
