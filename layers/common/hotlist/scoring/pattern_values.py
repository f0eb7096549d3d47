"""What the list under one field of a pattern accepts.

The semantics are those of AWS's Event Ruler 1.9 (github.com/aws/event-ruler: `JsonRuleCompiler`,
`ByteMachine`, `ComparableNumber`, `CIDR`, `EqualsIgnoreCaseParser`).
"""

import math
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import NoneType
from typing import Final, TypeGuard

from hotlist.scoring.ip_addresses import Range, cidr_range, hex_address, runs_into, within
from hotlist.scoring.pattern_texts import Constants, Emit, text_test

Keys = tuple[str | int, ...]
Number = int | float | Decimal

_SAFE_INTEGER: Final = 2**53
_LARGEST: Final = sys.float_info.max
_ANYTHING_BUT: Final = ("prefix", "suffix", "equals-ignore-case", "wildcard")
_KEYWORDS: Final = (*_ANYTHING_BUT, "anything-but", "numeric", "cidr", "exists", "exactly")


class BadPattern(ValueError):
    """A pattern that Event Ruler refuses; the message says what is wrong, where, what to write.

    `keys` leads to the place (`("detail", "role", 0, "prefix")`), `path` is the same as text
    (`detail.role[0].prefix`, empty for the pattern as a whole).
    """

    def __init__(self, keys: Keys, problem: str, instead: str) -> None:
        self.keys = keys
        path = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
        self.path = path.removeprefix(".")
        super().__init__(f"{self.path or 'the pattern'}: {problem}; write {instead}")


class Absent:
    """The type of `ABSENT`, which stands for a field without a value."""


ABSENT: Final = Absent()


def describe(value: object) -> str:
    """A value as an error message names it, without its possibly endless content."""
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if _is_number(value):
        return "a number"
    if isinstance(value, list):
        return "a list"
    return "an object" if isinstance(value, Mapping) else f"a {type(value).__name__}"


@dataclass(slots=True)
class Values:
    """The values and matchers of one list, any of which accepts a value of an event.

    `numbers` holds doubles, and numbers that no double stands for as tuples of one. The `other`
    tests are those of `anything-but`, each for values of its own kind; all else passes it.
    With `ignore_case`, text is lower-cased on both sides before anything else.
    """

    ignore_case: bool
    texts: set[str] = field(default_factory=set)
    text_tests: list[Emit] = field(default_factory=list)
    other_texts: list[Emit] = field(default_factory=list)
    addresses: list[Range] = field(default_factory=list)
    numbers: set[float | tuple[Number]] = field(default_factory=set)
    number_ranges: list[tuple[float, float]] = field(default_factory=list)
    other_numbers: list[frozenset[object]] = field(default_factory=list)
    constants: set[bool | None] = field(default_factory=set)
    present: bool = False
    absent: bool = False
    _test: Callable[[object], bool] | None = None

    @classmethod
    def of(cls, values: object, keys: Keys, *, ignore_case: bool) -> "Values":
        """Read the list that stands at `keys`; raises `BadPattern`."""
        if not isinstance(values, list):
            raise BadPattern(keys, f"{describe(values)} is no list of values", 'one, as in ["a"]')
        if not values:
            raise BadPattern(keys, "an empty list accepts nothing", 'a value, as in ["a"]')
        accepted = cls(ignore_case)
        for index, value in enumerate(values):
            accepted._add(value, (*keys, index))
        return accepted

    def _add(self, value: object, keys: Keys) -> None:
        if isinstance(value, str):
            text = self._fold(value)
            if address := hex_address(text):
                self.addresses.append((address, address))  # however an event spells it
            else:
                self.texts.add(text)
        elif value is None or isinstance(value, bool):
            self.constants.add(value)
        elif _is_number(value):
            double = _double(value)
            if double is not None and not math.isfinite(double):
                raise BadPattern(keys, "not a finite number", "a number or text")
            self.numbers.add((value,) if double is None else double)
        elif isinstance(value, Mapping):
            self._add_matcher(value, keys)
        else:
            raise BadPattern(keys, f"{describe(value)} is no value", "text, a number or a matcher")

    def _add_matcher(self, matcher: Mapping[object, object], keys: Keys) -> None:
        keyword, operand, keys = _only_entry(matcher, _KEYWORDS, keys)
        if keyword == "numeric":
            self._add_numeric(operand, keys)
        elif keyword == "anything-but":
            self._add_anything_but(operand, keys)
        elif keyword == "cidr":
            addresses = cidr_range(_text(operand, keys))
            if addresses is None:
                instead = "an address and at most 31 bits (127 for IPv6), as in 10.0.0.0/8"
                raise BadPattern(keys, "no range of IP addresses", instead)
            self.addresses.append(addresses)
        elif keyword == "exists":
            if not isinstance(operand, bool):
                raise BadPattern(keys, f"{describe(operand)} is not allowed", "true or false")
            self.present |= operand
            self.absent |= not operand
        elif keyword == "exactly":
            self.texts.add(self._fold(_text(operand, keys)))
        else:
            if keyword in ("prefix", "suffix") and isinstance(operand, Mapping):
                inner, operand, keys = _only_entry(operand, ("equals-ignore-case",), keys)
                keyword = f"{keyword} {inner}"
            self.text_tests.append(self._text_test(keyword, operand, keys))

    def _add_numeric(self, operand: object, keys: Keys) -> None:
        match [_comparable(term) for term in operand] if isinstance(operand, list) else []:
            case ["=", float(equal)]:
                self.numbers.add(equal)
                return
            case [(">" | ">=") as over, float(low)]:
                under, high = "<=", _LARGEST
            case [("<" | "<=") as under, float(high)]:
                over, low = ">=", -_LARGEST
            case [(">" | ">=") as over, float(low), ("<" | "<=") as under, float(high)]:
                pass
            case _:
                instead = '["=", 1], [">", 0], ["<", 1] or [">=", 0, "<", 10]'
                raise BadPattern(keys, "no comparison with numbers of at most 17 digits", instead)
        if low >= high:
            raise BadPattern(keys, "the range is empty", "the lower limit first")
        bottom = math.nextafter(low, math.inf) if over == ">" else low
        top = math.nextafter(high, -math.inf) if under == "<" else high
        self.number_ranges.append((bottom, top))

    def _add_anything_but(self, operand: object, keys: Keys) -> None:
        kind = "exactly"
        if isinstance(operand, Mapping):
            kind, operand, keys = _only_entry(operand, _ANYTHING_BUT, keys)
        refused = operand if isinstance(operand, list) else [operand]
        if not refused:
            raise BadPattern(keys, "an empty list refuses nothing", "what is not wanted")
        if kind == "exactly" and all(_is_number(value) for value in refused):
            numbers = frozenset(map(_comparable, refused))
            if not all(isinstance(number, float) for number in numbers):
                raise BadPattern(keys, "a number that cannot be compared", "at most 17 digits")
            self.other_numbers.append(numbers)
        elif not all(isinstance(value, str) for value in refused):
            only = "only text or only numbers" if kind == "exactly" else "only text"
            raise BadPattern(keys, "not all values are of a kind that is allowed here", only)
        elif kind in ("prefix", "suffix") and "" in refused:
            raise BadPattern(keys, "an empty text refuses every text", "at least one character")
        else:
            tests = [self._text_test(kind, text, keys) for text in refused]
            self.other_texts.append(lambda constants: f"not ({_either(tests, constants)})")

    def _text_test(self, kind: str, operand: object, keys: Keys) -> Emit:
        try:
            return text_test(kind, self._fold(_text(operand, keys)))
        except ValueError as error:
            ...

    def _fold(self, text: str) -> str:
        return text.lower() if self.ignore_case else str(text)
