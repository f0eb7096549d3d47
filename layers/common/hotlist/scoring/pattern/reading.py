"""Reads a pattern into its alternatives: one, or several if it has `$or`."""

from collections.abc import Mapping
from typing import Final

from hotlist.scoring.pattern.choices import Alternative, distinct
from hotlist.scoring.pattern.leaves import BadPattern, Keys, Values, describe

MAX_PATTERN_FIELDS: Final = 256
"""How many fields one alternative may have. Event Ruler refuses more."""

MAX_ALTERNATIVES: Final = 1000
"""EventBridge refuses more combinations of `$or`; Event Ruler has no limit."""

MAX_LEVELS: Final = 500
"""How deep a pattern may be. JSON parsers have such limits too: Event Ruler's refuses 1,000."""

_OR: Final = "$or"
_NOT_IN_OR: Final = frozenset(
    (
        *("exactly", "prefix", "suffix", "equals-ignore-case", "wildcard", "anything-but"),
        *("exists", "numeric", "cidr", "=", "<", "<=", ">", ">=", "regex", "not-wildcard"),
        *("not-equals-ignore-case", "date-after", "date-on-or-after", "date-before"),
        *("date-on-or-before", "in-date-range", "ip-address-in-range", "ip-address-not-in-range"),
    )
)
"""Directly inside `$or`, these names make Event Ruler read the `$or` as a field."""


def alternatives(pattern: object, *, ignore_case: bool) -> list[Alternative]:
    """The alternatives of a pattern. An event matches the pattern if it matches one of them.

    :raises BadPattern: for what Event Ruler refuses.
    """
    try:
        return _Reader(ignore_case=ignore_case, or_is_field=False).alternatives(pattern)
    except BadPattern:
        # Event Ruler then tries its older compiler, which does not know $or.
        try:
            older = _Reader(ignore_case=ignore_case, or_is_field=True).alternatives(pattern)
        except BadPattern:
            older = []
        if not older:
            raise
        return older


class _Reader:
    """Reads patterns in the order in which they are written. A field replaces an earlier one."""

    def __init__(self, *, ignore_case: bool, or_is_field: bool) -> None:
        self._ignore_case = ignore_case
        self._or_is_field = or_is_field

    def alternatives(self, pattern: object) -> list[Alternative]:
        return distinct(self._read(pattern, (), (), [{}], in_or=False))

    def _read(
        self,
        node: object,
        keys: Keys,
        path: tuple[str, ...],
        alternatives: list[Alternative],
        *,
        in_or: bool,
    ) -> list[Alternative]:
        """Add the fields below `node` to each alternative.

        `keys` leads to `node`; `path` is the same without `$or` and indices.
        """
        if not isinstance(node, Mapping):
            problem = f"{describe(node)} is not a pattern"
            raise BadPattern(keys, problem, 'fields, as in {"a": ["b"]}')
        if not node:
            raise BadPattern(keys, "an object without fields", 'a field, as in {"a": ["b"]}')
        for key, value in node.items():
            if not isinstance(key, str):
                raise BadPattern((*keys, str(key)), f"{describe(key)} as key", "a text as key")
            here = (*keys, key)
            if len(here) + key.count(".") > MAX_LEVELS:
                raise BadPattern(here, f"more than {MAX_LEVELS} levels", "a flatter pattern")
            if key == _OR and not self._or_is_field:
                alternatives = self._read_or(value, here, path, alternatives)
            elif in_or and key in _NOT_IN_OR:
                raise BadPattern(here, "a matcher directly in $or", 'a field, as in {"a": [{..}]}')
            elif isinstance(value, Mapping):
                alternatives = self._read(value, here, (*path, key), alternatives, in_or=in_or)
            else:
                values = Values.of(
                    value, here, ignore_case=self._ignore_case, older=self._or_is_field
                )
                base = ".".join(path)
                for alternative in alternatives:
                    alternative[f"{base}.{key}" if base else key] = values
                    if len(alternative) > MAX_PATTERN_FIELDS:
                        raise BadPattern(
                            (), f"more than {MAX_PATTERN_FIELDS} fields", "two patterns"
                        )
        return alternatives

    def _read_or(
        self, choices: object, keys: Keys, path: tuple[str, ...], alternatives: list[Alternative]
    ) -> list[Alternative]:
        if not isinstance(choices, list) or len(choices) <= 1:
            problem = "$or needs objects to choose from"
            raise BadPattern(keys, problem, "a list of at least two objects")
        chosen: list[Alternative] = []
        for index, choice in enumerate(choices):
            copies = [dict(alternative) for alternative in alternatives]
            chosen += self._read(choice, (*keys, index), path, copies, in_or=True)
            if len(chosen) > MAX_ALTERNATIVES:
                raise BadPattern(
                    keys, f"more than {MAX_ALTERNATIVES} combinations", "fewer choices"
                )
        return chosen
