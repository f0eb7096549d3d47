"""The charsets of web pages, as browsers read and write them. Pure."""

import codecs
import re
from collections.abc import Mapping
from typing import Final

UTF8: Final = "utf-8"
_ISO: Final = {
    **{str(part): f"iso8859-{part}" for part in (*range(2, 9), 10, 13, 14, 15, 16)},
    "1": "cp1252",
    "9": "cp1254",
    "11": "cp874",
}
"""The codecs of the parts of ISO 8859. Browsers take three of them for charsets of Windows."""

_LATIN: Final = {
    "1": "1",
    "2": "2",
    "3": "3",
    "4": "4",
    "5": "9",
    "6": "10",
    "7": "13",
    "8": "14",
    "9": "15",
    "10": "16",
}
"""The parts by the numbers of Latin alphabets."""

_PART: Final = re.compile(r"(?:cs)?iso[-_]?8859[-_]?([0-9]{1,2})(?:-?([ei]))?(?::[0-9]{4})?")
_ALPHABET: Final = re.compile(r"(?:csiso)?(?:latin-?|l)([0-9]{1,2})")
_WINDOWS: Final = re.compile(r"(?:windows-|(?:x-)?cp)(125[0-8])")
_BOTH_WAYS: Final = ("6", "8")
"""Parts of languages that are written from right to left. `-e` and `-i` say how it is done."""

_OTHERS: Final[Mapping[str, str]] = {
    # A page in UTF-16 sends its forms in UTF-8.
    UTF8: "utf-8 utf8 utf-16 utf16 utf-16le utf-16be utf16le utf16be utf-16-le utf-16-be utf16-le "
    "utf16-be unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8 csunicode "
    "iso-10646-ucs-2 ucs-2 unicode unicodefeff unicodefffe",
    "cp1252": "ascii us-ascii ansi_x3.4-1968 cp819 ibm819 iso-ir-100",
    "cp1254": "iso-ir-148",
    "iso8859-2": "iso-ir-101",
    "iso8859-3": "iso-ir-109",
    "iso8859-4": "iso-ir-110",
    "iso8859-5": "iso-ir-144 cyrillic csisolatincyrillic",
    "iso8859-6": "iso-ir-127 arabic csisolatinarabic asmo-708 ecma-114",
    "iso8859-7": "iso-ir-126 greek greek8 csisolatingreek ecma-118 elot_928 sun_eu_greek",
    "iso8859-8": "iso-ir-138 hebrew csisolatinhebrew visual logical",
    "iso8859-10": "iso-ir-157",
    "cp874": "windows-874 dos-874 tis-620",
    "cp866": "866 cp866 ibm866 csibm866",
    "koi8-r": "koi8-r koi8_r koi8 koi cskoi8r",
    "koi8-u": "koi8-u koi8-ru",
    "mac-roman": "macintosh mac x-mac-roman csmacintosh",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gb18030": "gb18030 gbk x-gbk gb2312 gb_2312 gb_2312-80 csgb2312 csiso58gb231280 chinese "
    "iso-ir-58",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "euc-jp": "euc-jp x-euc-jp cseucpkdfmtjapanese",
    "iso-2022-jp": "iso-2022-jp csiso2022jp",
    "cp932": "shift_jis shift-jis sjis x-sjis csshiftjis ms932 ms_kanji windows-31j",
    "cp949": "euc-kr cseuckr korean iso-ir-149 ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 "
    "csksc56011987 windows-949",
}
"""Codecs by the labels that the WHATWG's Encoding Standard knows, beside those with a number.

Python would take others for a charset, such as unicode_escape or punycode.
"""

_REFERENCE: Final = re.compile(r"&#([0-9]{2,7});")
_LAST: Final = 0x10FFFF


def codec_of(label: str) -> str | None:
    """The codec of a charset by a label of it; None if no web page has that charset."""
    wanted = label.strip().lower()
    if wanted == UTF8:
        return UTF8
    if found := _PART.fullmatch(wanted):
        is_wrong = found[2] and found[1] not in _BOTH_WAYS
        return None if is_wrong else _ISO.get(found[1])
    if found := _ALPHABET.fullmatch(wanted):
        return _ISO.get(_LATIN.get(found[1], ""))
    if found := _WINDOWS.fullmatch(wanted):
        return f"cp{found[1]}"
    return next((codec for codec, labels in _OTHERS.items() if wanted in labels.split()), None)


def _control(error: UnicodeError) -> tuple[str, int]:
    """The control that browsers read for a byte that a charset of Windows leaves empty."""
    if isinstance(error, UnicodeDecodeError) and 0x80 <= error.object[error.start] <= 0x9F:
        return chr(error.object[error.start]), error.start + 1
    raise error


_CONTROLS: Final = "hotlist.controls"
codecs.register_error(_CONTROLS, _control)


def decoded(raw: bytes, codec: str) -> str:
    """The text of some bytes. :raises UnicodeError: if they are none in this charset.

    A browser writes `&#1078;` for a character that the page's charset does not have: it is that
    character again.
    """
    is_windows = codec.startswith(("cp125", "cp874"))
    text = raw.decode(codec, _CONTROLS if is_windows else "strict")
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
