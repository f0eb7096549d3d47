"""Lines grouped by their lead in temporary files, so that memory holds one part at a time.

All lines of a lead are in one part, in the order of the file. A part that is too large for the
memory is split again, unless it has a single lead.
"""

import json
import struct
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple
from zlib import crc32

PARTS: Final = 64
MAX_PART: Final = 8_000_000
"""How many bytes of lines a part may have before it is split."""

_BITS: Final = 6
_MAX_DEPTH: Final = 4
"""Each depth takes other six bits of a hash that has 32."""

_HEAD: Final = struct.Struct(">QII")


class Line(NamedTuple):
    """A line of the file. `lead` is empty if none can be read; then the line is no good."""

    number: int
    lead: bytes
    text: bytes


class Part(NamedTuple):
    """A file of lines. `is_mixed`: it has lines of more than one lead."""

    path: Path
    size: int
    is_mixed: bool
    depth: int


def line_of(number: int, text: bytes) -> tuple[Line, object]:
    """The line with its lead, and what it gives as `occurred_at`. Nothing is checked here."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        return Line(number, b"", text), None
    lead = given.get("lead")
    name = lead.encode("utf-8", "surrogatepass") if isinstance(lead, str) and lead.strip() else b""
    return Line(number, name, text), given.get("occurred_at")


def grouped(lines: Iterable[Line]) -> list[list[Line]]:
    """The lines of each lead, in the order in which leads appear first."""
    groups: dict[bytes, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.lead, []).append(line)
    return list(groups.values())


def partition(lines: Iterable[Line], folder: Path, depth: int = 0) -> list[Part]:
    """Write the lines to the parts, which are files in this folder."""
    folder.mkdir()
    sizes, leads = [0] * PARTS, [b""] * PARTS
    mixed = [False] * PARTS
    with ExitStack() as stack:
        paths = [folder / f"{place:02}" for place in range(PARTS)]
        files = [stack.enter_context(path.open("wb", 1 << 16)) for path in paths]
        for line in lines:
            place = (crc32(line.lead) >> _BITS * depth) % PARTS
            files[place].write(_HEAD.pack(line.number, len(line.lead), len(line.text)))
            files[place].write(line.lead + line.text)
            mixed[place] |= sizes[place] > 0 and leads[place] != line.lead
            leads[place] = line.lead
            sizes[place] += _HEAD.size + len(line.lead) + len(line.text)
    return [Part(*one, depth) for one in zip(paths, sizes, mixed, strict=True) if one[1]]


def read(part: Part) -> Iterator[Line]:
    """The lines of a part, in the order of the file."""
    with part.path.open("rb", 1 << 16) as file:
        while head := file.read(_HEAD.size):
            number, of_lead, of_text = _HEAD.unpack(head)
            yield Line(number, _exactly(file, of_lead), _exactly(file, of_text))


def smaller(part: Part) -> list[Part]:
    """The part, or if it is too large the smaller parts that take its place."""
    if part.size <= MAX_PART or not part.is_mixed or part.depth >= _MAX_DEPTH:
        return [part]
    made = partition(read(part), part.path.with_name(f"{part.path.name}-parts"), part.depth + 1)
    part.path.unlink()
    return [one for each in made for one in smaller(each)]


def _exactly(file: BinaryIO, size: int) -> bytes:
    found = file.read(size)
    if len(found) < size:
        raise OSError(f"{file.name} is shorter than it was")
    return found
