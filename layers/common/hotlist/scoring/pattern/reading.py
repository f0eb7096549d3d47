"""Reads a pattern to its rules: one or more, since `$or` multiplies them."""

from collections.abc import Mapping
from typing import Final

from hotlist.scoring.pattern.choices import Rule, own_rules
from hotlist.scoring.pattern.values import BadPattern, Keys, Values, describe

MAX_FIELDS: Final = 256
"""Of one rule: Event Ruler refuses more."""

MAX_RULES: Final = 1000
"""EventBridge refuses more combinations of `$or`; Event Ruler has no limit."""

MAX_LEVELS: Final = 500
"""Of a pattern. JSON parsers have such limits too: Event Ruler's refuses 1,000."""

_OR: Final = "$or"
_NOT_IN_OR: Final = frozenset(
    (
        *("exactly", "prefix", "suffix", "equals-ignore-case", "wildcard", "anything-but"),
        *("exists", "numeric", "cidr", "=", "<", "<=", ">", ">=", "regex", "not-wildcard"),
        *("not-equals-ignore-case", "date-after", "date-on-or-after", "date-before"),
        *("date-on-or-before", "in-date-range", "ip-address-in-range", "ip-address-not-in-range"),
    )
)
"""Names that make Event Ruler take a `$or` around them for a field."""


def rules(pattern: object, *, ignore_case: bool) -> list[Rule]:
    """The rules of a pattern, any of which may match; raises `BadPattern`."""
    try:
        return _Reader(ignore_case=ignore_case, or_is_field=False).rules(pattern)
    except BadPattern:
        # Event Ruler then asks its older compiler, which knows no $or.
        try:
            older = _Reader(ignore_case=ignore_case, or_is_field=True).rules(pattern)
        except BadPattern:
            older = []
        if not older:
            raise
        return older


class _Reader:
    """Reads patterns in the order in which they are written: a field given again is replaced."""

    def __init__(self, *, ignore_case: bool, or_is_field: bool) -> None:
        self._ignore_case = ignore_case
        self._or_is_field = or_is_field

    def rules(self, pattern: object) -> list[Rule]:
        return own_rules(self._read(pattern, (), (), [{}], in_or=False))

    def _read(
        self, node: object, keys: Keys, path: tuple[str, ...], rules: list[Rule], *, in_or: bool
    ) -> list[Rule]:
        """Add the fields below `node` to each rule; `path` is `keys` without $or and indices."""
        if not isinstance(node, Mapping):
            raise BadPattern(keys, f"{describe(node)} is no pattern", 'fields, as in {"a": ["b"]}')
        if not node:
            raise BadPattern(keys, "an object without fields", 'a field, as in {"a": ["b"]}')
        for key, value in node.items():
            if not isinstance(key, str):
                raise BadPattern((*keys, str(key)), f"{describe(key)} as key", "a text as key")
            here = (*keys, key)
            if len(here) + key.count(".") > MAX_LEVELS:
                raise BadPattern(here, f"more than {MAX_LEVELS} levels", "a flatter pattern")
            if key == _OR and not self._or_is_field:
                rules = self._read_or(value, here, path, rules)
            elif in_or and key in _NOT_IN_OR:
                raise BadPattern(here, "a matcher directly in $or", 'a field, as in {"a": [{..}]}')
            elif isinstance(value, Mapping):
                rules = self._read(value, here, (*path, key), rules, in_or=in_or)
            else:
                values = Values.of(
                    value, here, ignore_case=self._ignore_case, older=self._or_is_field
                )
                base = ".".join(path)
                for rule in rules:
                    rule[f"{base}.{key}" if base else key] = values
                    if len(rule) > MAX_FIELDS:
                        raise BadPattern((), f"more than {MAX_FIELDS} fields", "two patterns")
        return rules

    def _read_or(
        self, choices: object, keys: Keys, path: tuple[str, ...], rules: list[Rule]
    ) -> list[Rule]:
        if not isinstance(choices, list) or len(choices) <= 1:
            raise BadPattern(keys, "no choice between objects", "a list of at least two objects")
        chosen: list[Rule] = []
        for index, choice in enumerate(choices):
            copies = [dict(rule) for rule in rules]
            chosen += self._read(choice, (*keys, index), path, copies, in_or=True)
            if len(chosen) > MAX_RULES:
                raise BadPattern(keys, f"more than {MAX_RULES} combinations", "fewer choices")
        return chosen
