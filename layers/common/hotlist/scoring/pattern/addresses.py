"""IP addresses and ranges of them, as Event Ruler's `CIDR` reads and compares them.

An address is a pair: its width in bits (32 or 128) and its number.
"""

import re
import string
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

Range = tuple[int, int, int]
"""The width, and the first and the last number, both included."""

_IPV4_LENGTH: Final = 15
_IPV4_PARTS: Final = 4
_OCTETS: Final = {str(octet): octet for octet in range(256)}
_IPV6: Final = re.compile("[0-9a-fA-F:]+")
_IPV6_GROUPS: Final = 8
_IPV4_IN_IPV6: Final = 0xFFFF
_BITS: Final = re.compile(r"[+-]?\d{1,99}")
_HEX_DIGITS: Final = string.digits + "ABCDEF"


def address(text: str) -> tuple[int, int] | None:
    """The address that a text is, or None. As in Java, leading zeros are ignored: not octal."""
    if ":" in text:
        return _ipv6(text)
    parts = text.split(".") if len(text) <= _IPV4_LENGTH else ()
    if len(parts) != _IPV4_PARTS:
        return None
    number = 0
    for part in parts:
        octet = _OCTETS.get(part.lstrip("0") or part[-1:])
        if octet is None:
            return None
        number = number << 8 | octet
    return 32, number


def _ipv6(text: str) -> tuple[int, int] | None:
    if not _IPV6.fullmatch(text):
        return None
    head, gap, tail = text.partition("::")
    left, right = head.split(":") if head else [], tail.split(":") if tail else []
    zeros = _IPV6_GROUPS - len(left) - len(right)
    if zeros < 1 if gap else zeros != 0:
        return None
    number = 0
    for group in (*left, *["0"] * zeros, *right):
        if not group or len(group.lstrip("0")) > len("FFFF"):
            return None
        number = number << 16 | int(group, 16)
    return (32, number & 0xFFFFFFFF) if number >> 32 == _IPV4_IN_IPV6 else (128, number)


def cidr_range(cidr: str) -> Range | None:
    """The range that a text like `10.0.0.0/8` is, or None. One address alone is not a range."""
    text, *bits = cidr.rstrip("/").split("/")
    base = address(text)
    if base is None or len(bits) != 1 or not _BITS.fullmatch(bits[0]):
        return None
    width, number = base
    free = width - int(bits[0])
    if not 0 < free <= width:
        return None
    low = number >> free << free
    return width, low, low + (1 << free) - 1


def within(text: str, ranges: Sequence[Range]) -> bool:
    """Whether a text is an address in one of the ranges.

    Event Ruler compares hexadecimal digits from the left and stops as soon as they decide. It does
    not compare the widths: 2001:db8:: is in 32.1.0.0/16, since that is 20010000 to 2001FFFF.
    """
    found = address(text)
    if found is not None:
        width, number = found
        for range_width, low, high in ranges:
            if width == range_width:
                if low <= number <= high:
                    return True
            elif width > range_width:
                if low <= number >> width - range_width <= high:
                    return True
            elif low >> range_width - width < number < high >> range_width - width:
                return True
    return False


def runs_into(number: float | Decimal, ranges: Sequence[Range]) -> bool:
    """Whether Event Ruler takes a plain number for an address in one of the ranges.

    It compares hexadecimal digits from the left and stops as soon as they decide. So it takes the
    number 15 for an address in 16.0.0.0/4, which is 10000000 to 1FFFFFFF.
    """
    try:
        text = str(number)
    except ValueError:  # an integer of more digits than Python converts
        return False
    run = text[: len(text) - len(text.lstrip(_HEX_DIGITS))]
    for width, *limits in ranges:
        low, high = (f"{limit:0{width // 4}X}" for limit in limits)
        digits = run[: len(low)]
        if low[: len(digits)] < digits < high[: len(digits)] or digits in (low, high):
            return True
    return False
