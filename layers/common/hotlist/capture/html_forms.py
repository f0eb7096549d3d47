"""The fields of an HTML form as it is encoded, urlencoded or multipart. Pure."""

from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_to_bytes

from hotlist.capture import answers, charsets, multipart
from hotlist.capture.multipart import BadMultipart, Part

MAX_FIELDS: Final = 300
_MAX_FILE: Final = 255
_MAX_NAMES: Final = 1_000
_CHARSET: Final = b"_charset_"
"""The hidden field in which a browser names the charset that it sends the form in."""


class Unreadable(Exception):
    """A body that is no form: the status of the answer, and a sentence of what to do."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Sent(NamedTuple):
    """The fields of a form, lists where a name stands several times; names of files by field."""

    fields: dict[str, Any]
    files: dict[str, str]


def read(raw: bytes, content_type: str, most_bytes: int, numbered: Collection[str] = ()) -> Sent:
    """What a form says. Its body may be so long without the contents of its files.

    `numbered` are names that `answers.gathered` leaves as they are.

    :raises Unreadable: if it says nothing that can be read.
    """
    kind, said = multipart.header(content_type)
    declared = said.get("charset", "")
    if kind == "multipart/form-data":
        try:
            parts = [*multipart.read(raw, content_type, MAX_FIELDS)]
        except BadMultipart as error:
            raise Unreadable(400, str(error)) from error
    else:
        parts = [*_urlencoded(raw)]
    files = [part for part in parts if part.file is not None]
    if len(raw) - sum(len(part.content) for part in files) > most_bytes:
        raise Unreadable(413, f"The body is larger than {most_bytes} bytes.")
    codec = _codec(declared) if declared else _of_browser(parts)
    texts = [part for part in parts if part.file is None and part.name != _CHARSET]
    try:
        return Sent(
            answers.gathered((_text(part, codec) for part in texts), numbered),
            _names_of_files(files, codec),
        )
    except UnicodeError as error:
        raise Unreadable(
            400,
            "The fields cannot be decoded: they are not in the charset that they are said to have, "
            'which is UTF-8 where none is named. Add accept-charset="utf-8" to the form.',
        ) from error


def _urlencoded(raw: bytes) -> Iterable[Part]:
    if raw.count(b"&") >= MAX_FIELDS:
        raise Unreadable(400, f"The body has more than {MAX_FIELDS} fields; send fewer.")
    for one in raw.replace(b"+", b" ").split(b"&"):
        if one:
            name, _, value = one.partition(b"=")
            yield Part(unquote_to_bytes(name), unquote_to_bytes(value))


def _codec(label: str) -> str:
    if (codec := charsets.codec_of(label)) is None:
        raise Unreadable(415, "This charset is not taken; send UTF-8.")
    return codec


def _of_browser(parts: Iterable[Part]) -> str:
    """The charset that the browser names in a hidden field. Scripts leave that field empty."""
    named = (one.content for one in parts if one.name == _CHARSET and one.file is None)
    labels = (name.decode("latin-1") for name in named)
    return next(filter(None, map(charsets.codec_of, labels)), charsets.UTF8)


def _text(part: Part, codec: str) -> tuple[str, str]:
    own = _codec(part.charset) if part.charset else codec
    return charsets.decoded(part.name, codec), charsets.decoded(part.content, own)


def _names_of_files(files: Iterable[Part], codec: str) -> dict[str, str]:
    """The names of files, with commas, by field. Where no file was chosen there is none."""
    named = [
        (part.name.decode(codec, "replace"), _shown((part.file or b"").decode(codec, "replace")))
        for part in files
        if part.file or part.content
    ]
    gathered = answers.gathered(named)
    return {name: answers.as_text(names)[:_MAX_NAMES] for name, names in gathered.items()}


def _shown(name: str) -> str:
    shown: str | None = answers.combined("text", name[:_MAX_FILE])
    return shown or "a file without a name"
