"""What the list under one field of a pattern (a leaf) accepts.

The semantics are those of AWS's Event Ruler 1.9 (github.com/aws/event-ruler: `JsonRuleCompiler`,
`ByteMachine`, `ComparableNumber`, `CIDR`, `EqualsIgnoreCaseParser`).
"""

import math
import sys
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import NoneType
from typing import Final, Self, TypeGuard

from hotlist.scoring.pattern.addresses import Range, address, cidr_range, runs_into, within
from hotlist.scoring.pattern.text_tests import Constants, Emit, any_of, text_test

Keys = tuple[str | int, ...]
Number = int | float | Decimal

_SAFE_INTEGER: Final = 2**53
_PLAIN: Final = frozenset((str, int, float, bool, NoneType))
_LARGEST: Final = sys.float_info.max
_SMALLEST: Final = math.ulp(0.0)
"""Java writes this double as 4.9E-324, so Event Ruler does not find it equal to 5e-324."""
_AFFIXES: Final = ("prefix", "suffix")
_ANYTHING_BUT: Final = (*_AFFIXES, "equals-ignore-case", "wildcard")
_KEYWORDS: Final = (*_ANYTHING_BUT, "anything-but", "numeric", "cidr", "exists", "exactly")


class BadPattern(ValueError):
    """Event Ruler refuses the pattern. The message says where, what is wrong, and what to write.

    `keys` leads to the place, like `("detail", "role", 0, "prefix")`. `path` is the same as text,
    like `detail.role[0].prefix`; it is empty for the pattern as a whole. `reason` is the message
    without the path.
    """

    def __init__(self, keys: Keys, problem: str, instead: str) -> None:
        self.keys = keys
        path = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
        self.path = path.removeprefix(".")
        self.reason = f"{problem}; write {instead}"
        super().__init__(f"{self.path or 'the pattern'}: {self.reason}")


class Absent:
    """The type of `ABSENT`, which stands for a field without a value."""


ABSENT: Final = Absent()


def describe(value: object) -> str:
    """A value as an error message names it. It is short, however large the value is."""
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
    """The values and matchers of one list. A value of an event is accepted if one of them does so.

    `numbers` holds doubles; a number that is equal to no double is in it as a tuple of one.
    `other_texts` and `other_numbers` are those of `anything-but`: each tests values of its own kind
    and accepts all others. With `ignore_case`, text is lower-cased on both sides first. `matchers`
    are all entries of the list, as far as Event Ruler tells them apart. `older`: the list is read
    as Event Ruler's older compiler reads it, which knows fewer matchers.
    """

    ignore_case: bool
    older: bool = False
    matchers: list[Hashable] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)
    text_tests: list[Emit] = field(default_factory=list)
    other_texts: list[Emit] = field(default_factory=list)
    addresses: list[Range] = field(default_factory=list)
    numbers: set[float | tuple[Number]] = field(default_factory=set)
    number_ranges: list[tuple[float, float]] = field(default_factory=list)
    other_numbers: list[frozenset[float]] = field(default_factory=list)
    constants: set[bool | None] = field(default_factory=set)
    present: bool = False
    absent: bool = False
    _test: Callable[[object], bool] | None = None

    @classmethod
    def of(cls, values: object, keys: Keys, *, ignore_case: bool, older: bool = False) -> Self:
        """Read the list that stands at `keys`.

        :raises BadPattern: for what Event Ruler refuses.
        """
        if not isinstance(values, list):
            raise BadPattern(keys, f"{describe(values)} is not a list", 'values, as in ["a"]')
        if not values:
            raise BadPattern(keys, "an empty list accepts nothing", 'a value, as in ["a"]')
        accepted = cls(ignore_case, older)
        for index, value in enumerate(values):
            accepted._add(value, (*keys, index))
        return accepted

    def _add(self, value: object, keys: Keys) -> None:
        if isinstance(value, str):
            text = self._fold(value)
            if found := address(text):  # then an event may spell the address in another way
                width, number = found
                self.addresses.append((width, number, number))
                self.matchers.append(("address", found))
            else:
                self._add_text(text)
        elif value is None or isinstance(value, bool):
            self.constants.add(value)
            self.matchers.append(("constant", repr(value)))
        elif _is_number(value):
            double = _double(value)
            if double is not None and math.isnan(double):
                raise BadPattern(keys, "not a number", "a number or text")
            exact = value if double is None else double
            self.numbers.add(exact if isinstance(exact, float) else (exact,))
            self.matchers.append(("number", exact))
        elif isinstance(value, Mapping):
            self._add_matcher(value, keys)
        else:
            problem = f"{describe(value)} is not a value"
            raise BadPattern(keys, problem, "text, a number or a matcher")

    def _add_text(self, text: str) -> None:
        self.texts.add(text)
        self.matchers.append(("exactly", text))

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
                raise BadPattern(keys, "not a range of IP addresses", instead)
            self.addresses.append(addresses)
            self.matchers.append(("cidr", addresses))
        elif keyword == "exists":
            if not isinstance(operand, bool):
                raise BadPattern(keys, f"{describe(operand)} is not allowed", "true or false")
            self.present |= operand
            self.absent |= not operand
            self.matchers.append(("exists", operand))
        elif keyword == "exactly":
            self._add_text(self._fold(_text(operand, keys)))
        else:
            if keyword in _AFFIXES and isinstance(operand, Mapping):
                inner, operand, keys = _only_entry(operand, ("equals-ignore-case",), keys)
                keyword = f"{keyword} {inner}"
            text = _text(operand, keys)
            self.text_tests.append(self._text_test(keyword, [text], keys))
            self.matchers.append((keyword, self._fold(text)))

    def _add_numeric(self, operand: object, keys: Keys) -> None:
        match [_comparable(term) for term in operand] if isinstance(operand, list) else []:
            case ["=", float(equal)]:
                self.numbers.add(equal)
                self.matchers.append(("number", equal))
                return
            case [(">" | ">=") as over, float(low)]:
                under, high = "<=", _LARGEST
            case [("<" | "<=") as under, float(high)]:
                over, low = ">=", -_LARGEST
            case [(">" | ">=") as over, float(low), ("<" | "<=") as under, float(high)]:
                pass
            case _:
                instead = '["=", 1], [">", 0], ["<", 1] or [">=", 0, "<", 10]'
                problem = "not a comparison with numbers of at most 17 digits"
                raise BadPattern(keys, problem, instead)
        if low >= high:
            raise BadPattern(keys, "the range is empty", "the lower limit first")
        bottom = math.nextafter(low, math.inf) if over == ">" else low
        top = math.nextafter(high, -math.inf) if under == "<" else high
        if bottom == _SMALLEST:
            bottom *= 2
        if top == -_SMALLEST:
            top *= 2
        self.number_ranges.append((bottom, top))
        self.matchers.append(("numeric", over, low, under, high))

    def _add_anything_but(self, operand: object, keys: Keys) -> None:
        kind = "exactly"
        if isinstance(operand, Mapping):
            kind, operand, keys = _only_entry(operand, _ANYTHING_BUT, keys)
        refused = operand if isinstance(operand, list) else [operand]
        if self.older and (kind == "wildcard" or (kind in _AFFIXES and refused is operand)):
            raise BadPattern(keys, "not allowed if $or is a field", "one text, prefix or suffix")
        if not refused:
            # Event Ruler then uses the state of the matcher before it, if there is one.
            if kind == "exactly" or not self.matchers:
                raise BadPattern(keys, "an empty list refuses nothing", "the values to refuse")
            self.matchers.append(("anything-but", kind, None))
            return
        if kind == "exactly" and all(_is_number(value) for value in refused):
            doubles = [d for d in map(_comparable, refused) if isinstance(d, float)]
            if len(doubles) < len(refused):
                raise BadPattern(keys, "a number that cannot be compared", "at most 17 digits")
            self.other_numbers.append(frozenset(doubles))
            self.matchers.append(("anything-but", "numeric", self.other_numbers[-1]))
            return
        texts = [value for value in refused if isinstance(value, str)]
        if len(texts) < len(refused):
            only = "only text or only numbers" if kind == "exactly" else "only text"
            raise BadPattern(keys, "the list has values of a kind that is not allowed here", only)
        if kind in _AFFIXES and "" in texts:
            raise BadPattern(keys, "an empty text refuses every text", "at least one character")
        refuses = self._text_test(kind, texts, keys)
        self.other_texts.append(lambda constants: f"not ({refuses(constants)})")
        self.matchers.append(("anything-but", kind, frozenset(map(self._fold, texts))))

    def _text_test(self, kind: str, texts: Iterable[str], keys: Keys) -> Emit:
        try:
            return text_test(kind, [self._fold(text) for text in texts])
        except ValueError:
            instead = r"one * for any text, \* for a star, \\ for a backslash"
            problem = r"** has no meaning, and \ has none before another character"
            raise BadPattern(keys, problem, instead) from None

    def _fold(self, text: str) -> str:
        return text.lower() if self.ignore_case else str(text)

    def accepts(self, value: object) -> bool:
        """Whether one value, or `ABSENT`, is accepted. Objects and arrays are not values."""
        return self._compiled()(value)

    def accepts_plain_list(self, value: object) -> bool | None:
        """Whether one of a list's values is accepted; None if it is not a list of plain values."""
        if type(value) is not list:
            return None
        if not value:
            return self.absent
        if not _PLAIN.issuperset(map(type, value)):
            return None
        return any(map(self._compiled(), value))

    def _compiled(self) -> Callable[[object], bool]:
        if self._test is None:
            constants = Constants()
            unusual = f"{constants.bind(self._accepts_unusual)}(value)"
            expression = self.expression("value", unusual, constants)
            self._test = constants.function("value", expression, unusual)
        return self._test

    def _accepts_unusual(self, value: object) -> bool:
        if isinstance(value, str):
            return self.accepts(str.__str__(value))
        if not _is_number(value):
            return self.present
        double = _double(value)
        return self._accepts_literal(value) if double is None else self.accepts(double)

    def _accepts_literal(self, number: Number) -> bool:
        """Whether a number that is equal to no double is accepted. It is compared by its digits."""
        anything = self.present or self.other_texts or self.other_numbers
        return bool(anything) or (number,) in self.numbers or runs_into(number, self.addresses)

    def expression(self, source: str, otherwise: str, constants: Constants) -> str:
        """An expression that tells whether the value of the expression `source` is accepted.

        The expression `otherwise` decides for values that are not plain JSON values or `ABSENT`:
        lists, large integers, `Decimal`, and subclasses of JSON's types.
        """
        known: dict[type, bool] = {Absent: self.absent, dict: self.absent}
        text, number = self._text_expression(constants), self._number_expression(constants)
        branches = []
        if number in ("True", "False"):
            known[float] = number == "True"
            if known[float] or not self.numbers:
                known[int] = known[float]
        else:
            branches.append(f"({number}) if type(value) is int{self._guard()}")
            branches.append(f"({number}) if type(value) is float")
        if text in ("True", "False"):
            known[str] = text == "True"
        else:
            branches.insert(0, f"({text}) if type(value) is str")
        booleans = self.constants - {None}
        if self.present or self.other_texts or self.other_numbers:
            known[NoneType] = known[bool] = True
        else:
            known[NoneType] = None in self.constants
            known[bool] = len(booleans) == len((True, False))
        if len(booleans) == 1 and not known[bool]:
            del known[bool]
            branches.append(f"value is {booleans.pop()} if type(value) is bool")
        branches.append(f"known if (known := {constants.bind(known.get)}(type(value))) is not None")
        branches[0] = branches[0].replace("type(value)", f"type(value := {source})")
        return f"{' else '.join(branches)} else {otherwise}"

    def _guard(self) -> str:
        """A condition that keeps out integers that may equal no double."""
        limits = [
            limit for limits in (*self.number_ranges, *self.other_numbers) for limit in limits
        ]
        limits += [number for number in self.numbers if isinstance(number, float)]
        literal = any(isinstance(number, tuple) for number in self.numbers)
        if literal or self.addresses or any(abs(limit) > _SAFE_INTEGER for limit in limits):
            return f" and -{_SAFE_INTEGER} <= value <= {_SAFE_INTEGER}"
        return ""

    def _text_expression(self, constants: Constants) -> str:
        if self.present or self.other_numbers:
            return "True"
        tests = [f"value in {constants.bind(frozenset(self.texts))}"] if self.texts else []
        if matchers := [*self.text_tests, *self.other_texts]:
            tests.append(any_of(matchers, constants))
        if self.addresses:
            tests.append(f"{constants.bind(within)}(value, {constants.bind(self.addresses)})")
        test = " or ".join(tests) or "False"
        if self.ignore_case and tests:
            return f"(value := value.lower()) is not None and ({test})"
        return test

    def _number_expression(self, constants: Constants) -> str:
        """The test of doubles, and of integers that are equal to a double."""
        if self.present or self.other_texts:
            return "True"
        doubles = frozenset(number for number in self.numbers if isinstance(number, float))
        bind = constants.bind
        tests = [f"value in {bind(doubles)}"] if doubles else []
        if self.number_ranges:
            tests.append(any_of([_between(*limits) for limits in self.number_ranges], constants))
        if self.other_numbers:
            tests.append(any_of([_none_of(refused) for refused in self.other_numbers], constants))
        if self.addresses and not tests:  # a number that is compared is never an address
            tests.append(f"{constants.bind(runs_into)}(value, {constants.bind(self.addresses)})")
        return " or ".join(tests) or "False"


def _between(low: float, high: float) -> Emit:
    smallest = f" and -{_SMALLEST!r} != value != {_SMALLEST!r}"
    if low > _SMALLEST or high < -_SMALLEST:
        smallest = ""
    return lambda constants: f"{constants.bind(low)} <= value <= {constants.bind(high)}{smallest}"


def _none_of(refused: frozenset[float]) -> Emit:
    return lambda constants: f"value not in {constants.bind(refused)}"


def _only_entry(
    entries: Mapping[object, object], allowed: Collection[str], keys: Keys
) -> tuple[str, object, Keys]:
    """The only key of an object, its operand, and the keys that lead to the operand."""
    if len(entries) != 1:
        raise BadPattern(keys, f"{len(entries)} keywords in one object", "one in each {}")
    ((keyword, operand),) = entries.items()
    if not isinstance(keyword, str) or keyword not in allowed:
        problem = "not a keyword that is allowed here"
        raise BadPattern((*keys, str(keyword)), problem, f"one of {', '.join(allowed)}")
    return keyword, operand, (*keys, keyword)


def _text(operand: object, keys: Keys) -> str:
    if not isinstance(operand, str):
        raise BadPattern(keys, f"{describe(operand)} is not allowed", 'text, as in "a"')
    return operand


# Event Ruler compares a number as a double if the double has the same decimal digits.


def _is_number(value: object) -> TypeGuard[Number]:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _double(number: Number) -> float | None:
    """The double with the same digits as a number, or None; NaN if the number is not finite."""
    if isinstance(number, float):
        return None if abs(number) == _SMALLEST else float.__float__(number)
    if isinstance(number, Decimal) and not number.is_finite():
        return math.nan
    try:
        double = float(number)
    except OverflowError:
        return None
    if not math.isfinite(double) or Decimal(repr(double)) != number:
        return None
    return _double(double)


def _comparable(term: object) -> object:
    """A number as its double, None if it cannot be compared, and anything else as it is."""
    if not _is_number(term):
        return term
    double = _double(term)
    return double if double is not None and math.isfinite(double) else None
