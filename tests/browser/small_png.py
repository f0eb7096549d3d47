"""Makes a screenshot small: a PNG with a palette of the colours that it has most of."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Final

_HEAD: Final = b"\x89PNG\r\n\x1a\n"
_RGB, _PALETTE = 2, 3
_MOST: Final = 256
_STEP: Final = 8
"""Colours are told apart by so much of each of their parts."""

Colour = tuple[int, int, int]


def smaller(png: bytes) -> bytes:
    """The picture in at most 256 colours. It takes what Chromium writes: 8 bits of each of RGB."""
    parts = dict[bytes, bytes]()
    for name, data in _parts(png):
        parts[name] = parts.get(name, b"") + data
    width, height, depth, kind = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    if (depth, kind) != (8, _RGB):
        raise ValueError(f"a PNG of {depth} bits and colour type {kind}, not of 8 and {_RGB}")
    rows = [*_rows(zlib.decompress(parts[b"IDAT"]), width)]
    seen = Counter(_rough(colour) for row in rows for colour in row)
    palette = [colour for colour, _ in seen.most_common(_MOST)]

    @cache
    def place(colour: Colour) -> int:
        return min(range(len(palette)), key=lambda one: _distance(palette[one], colour))

    pixels = b"".join(b"\0" + bytes(place(_rough(colour)) for colour in row) for row in rows)
    return _HEAD + b"".join(
        _part(name, data)
        for name, data in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, _PALETTE, 0, 0, 0)),
            (b"PLTE", bytes(value for colour in palette for value in colour)),
            (b"IDAT", zlib.compress(pixels, 9)),
            (b"IEND", b""),
        )
    )


def _parts(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_HEAD)
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += size + 12


def _part(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _rows(data: bytes, width: int) -> Iterator[list[Colour]]:
    """The rows of pixels, without the filters that PNG puts before each row."""
    size = 3 * width
    above = bytes(size)
    for at in range(0, len(data), size + 1):
        row = bytearray(data[at + 1 : at + 1 + size])
        for place, value in enumerate(row):
            left = row[place - 3] if place > 2 else 0
            corner = above[place - 3] if place > 2 else 0
            row[place] = (value + _guess(data[at], left, above[place], corner)) % 256
        above = bytes(row)
        yield [(row[one], row[one + 1], row[one + 2]) for one in range(0, size, 3)]


def _guess(kind: int, left: int, above: int, corner: int) -> int:
    """What a filter of PNG adds to a byte: that left of it, above it, or between them."""
    if kind < 4:
        return (0, left, above, (left + above) // 2)[kind]
    whole = left + above - corner
    return min((left, above, corner), key=lambda one: abs(whole - one))


def _rough(colour: Colour) -> Colour:
    red, green, blue = (min(255, round(value / _STEP) * _STEP) for value in colour)
    return red, green, blue


def _distance(one: Colour, other: Colour) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
