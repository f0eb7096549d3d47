"""The charsets of web pages, as browsers read and write them. Pure."""

import re
from typing import Final

UTF8: Final = "utf-8"
_LABELS: Final = re.compile(
    r"utf-?(?:8|16(?:-?[lb]e)?)|(?:us-)?ascii|latin-?\d\d?|iso-?8859-?\d\d?|(?:windows-|cp)125\d"
    r"|windows-874|koi8-[ru]|gbk|gb2312|gb18030|big5(?:-hkscs)?|euc-(?:jp|kr)|shift_jis"
    r"|iso-2022-jp|tis-620"
)
"""Python would take others for a charset, such as unicode_escape or punycode."""

_READ_AS: Final = (
    (re.compile(r"utf.*"), UTF8),  # a page in UTF-16 sends its forms in UTF-8
    (re.compile(r"(?:us-)?ascii|latin-?1|iso-?8859-?1"), "cp1252"),
    (re.compile(r"latin-?5|iso-?8859-?9"), "cp1254"),
    (re.compile(r"gbk|gb2312"), "gb18030"),
    (re.compile(r"big5.*"), "big5hkscs"),
    (re.compile(r"shift_jis"), "cp932"),
    (re.compile(r"euc-kr"), "cp949"),
    (re.compile(r"tis-620|iso-?8859-?11|windows-874"), "cp874"),
)
"""What browsers take some labels for, by the WHATWG's Encoding Standard."""

_REFERENCE: Final = re.compile(r"&#([0-9]{2,7});")
_LAST: Final = 0x10FFFF


def codec_of(label: str) -> str | None:
    """The codec of a charset by a label of it; None if no web page has that charset."""
    wanted = label.strip().lower()
    if not _LABELS.fullmatch(wanted):
        return None
    codec = next((codec for labels, codec in _READ_AS if labels.fullmatch(wanted)), wanted)
    try:
        "".encode(codec)
    except LookupError:
        return None
    return codec


def decoded(raw: bytes, codec: str) -> str:
    """The text of some bytes. :raises UnicodeError: if they are none in this charset.

    A browser writes `&#1078;` for a character that the page's charset does not have: it is that
    character again.
    """
    text = raw.decode(codec)
    if codec == UTF8 or "&#" not in text:
        return text
    return _REFERENCE.sub(lambda found: _character(found[0], int(found[1]), codec), text)


def _character(written: str, number: int, codec: str) -> str:
    if number > _LAST or 0xD800 <= number <= 0xDFFF:
        return written
    try:
        chr(number).encode(codec)
    except UnicodeEncodeError:
        return chr(number)
    return written
