"""IP addresses and ranges of them, as Event Ruler reads and compares them (its `CIDR`).

An address is its hexadecimal digits, 8 of them for IPv4, 32 for IPv6; a range is its first and
its last address, both included.
"""

import re
import string
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

Range = tuple[str, str]

_IPV4: Final = re.compile(r"[0-9]+(?:\.[0-9]+){3}")
_IPV4_LENGTH: Final = 15
_IPV6: Final = re.compile("[0-9a-fA-F:]+")
_IPV6_GROUPS: Final = 8
_IPV4_IN_IPV6: Final = "0" * 20 + "FFFF"
_MASK_BITS: Final = re.compile(r"[+-]?\d{1,99}")
_HEX_DIGITS: Final = string.digits + "ABCDEF"


def hex_address(text: str) -> str | None:
    """The address that a text is, or None: with Java, leading zeros do no harm, nor mean octal."""
    if _IPV4.fullmatch(text) and len(text) <= _IPV4_LENGTH:
        octets = [int(octet) for octet in text.split(".")]
        return "".join(f"{octet:02X}" for octet in octets) if max(octets) <= 0xFF else None
    if ":" not in text or not _IPV6.fullmatch(text):
        return None
    head, gap, tail = text.partition("::")
    left, right = head.split(":") if head else [], tail.split(":") if tail else []
    zeros = _IPV6_GROUPS - len(left) - len(right)
    if zeros < 1 if gap else zeros != 0:
        return None
    groups = [*left, *["0"] * zeros, *right]
    if not all(group and int(group, 16) <= 0xFFFF for group in groups):
        return None
    return "".join(f"{int(group, 16):04X}" for group in groups).removeprefix(_IPV4_IN_IPV6)


def cidr_range(cidr: str) -> Range | None:
    """The range that a text like `10.0.0.0/8` is, or None; a range of one address is none."""
    address, *masks = cidr.rstrip("/").split("/")
    digits = hex_address(address)
    if digits is None or len(masks) != 1 or not _MASK_BITS.fullmatch(masks[0]):
        return None
    width = 4 * len(digits)
    variable = width - int(masks[0])
    if not 0 < variable <= width:
        return None
    low = int(digits, 16) >> variable << variable
    high = low + (1 << variable) - 1
    return f"{low:0{len(digits)}X}", f"{high:0{len(digits)}X}"


def within(text: str, ranges: Sequence[Range]) -> bool:
    """Whether a text is an address in one of the ranges."""
    digits = hex_address(text)
    return digits is not None and any(
        low <= digits <= high for low, high in ranges if len(low) == len(digits)
    )


def runs_into(number: float | Decimal, ranges: Sequence[Range]) -> bool:
    """Whether the digits of a bare number lead into a range.

    Event Ruler compares digit by digit and stops when it is sure: it takes the number 15 for an
    address in 16.0.0.0/4, which is 10000000 to 1FFFFFFF.
    """
    try:
        text = str(number)
    except ValueError:  # an integer of more digits than Python converts
        return False
    run = text[: len(text) - len(text.lstrip(_HEX_DIGITS))]
    for low, high in ranges:
        digits = run[: len(low)]
        if low[: len(digits)] < digits < high[: len(digits)] or digits in (low, high):
            return True
    return False
