"""Which of the rules that a pattern with `$or` makes are rules of their own to Event Ruler.

It adds them one by one under one name, and leaves out a rule that it takes for one it has. Its
`GenericMachine.addStep` goes by single matchers there, not by whole lists: beside `{"a": ["x"]}`,
`{"a": ["x", "y"]}` is nothing new, and `y` is never met.
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import Final, Self

from hotlist.scoring.pattern.values import Values

Rule = dict[str, Values]

MAX_STEPS: Final = 100_000
"""Matchers that are looked at; rules after that all count as rules of their own."""


def java_order(names: Iterable[str]) -> list[str]:
    """Names in the order of Java's strings, which is that of their UTF-16."""
    return sorted(names, key=lambda name: name.encode("utf-16-be", "surrogatepass"))


def own_rules(rules: list[Rule]) -> list[Rule]:
    """The rules that Event Ruler keeps of those that it is given in this order."""
    if len(rules) == 1:
        return rules
    known = _Known()
    return [rule for rule in rules if known.add(rule)]


class _State:
    """Where a matcher of a field leads, and the rules it does so for: to their end, or onward."""

    __slots__ = ("ends", "fields", "onward")

    def __init__(self) -> None:
        self.fields: dict[str, dict[Hashable, Self]] = {}
        self.ends: dict[Hashable, set[int]] = {}
        self.onward: dict[Hashable, set[int]] = {}


class _Known:
    def __init__(self) -> None:
        self._start = _State()
        self._rules = 0
        self._steps = 0

    def add(self, rule: Rule) -> bool:
        """Whether the rule is a new one; it is known from then on."""
        path = [(name, rule[name].matchers) for name in java_order(rule)]
        states: list[dict[_State, None]] = [{} for _ in path]
        if self._same(self._start, path, states, 0):
            return False
        self._rules += 1
        for (_, matchers), reached in zip(path, states, strict=True):
            for state in reached:
                to = state.ends if reached is states[-1] else state.onward
                for matcher in matchers:
                    to.setdefault(matcher, set()).add(self._rules)
        return True

    def _same(
        self,
        state: _State,
        path: list[tuple[str, list[Hashable]]],
        states: list[dict[_State, None]],
        level: int,
    ) -> set[int]:
        """The rules taken for the same from this field on; adds to the states of each field.

        Where a list leads to several states, it is chance which of them decides.
        """
        name, matchers = path[level]
        self._steps += len(matchers)
        if self._steps > MAX_STEPS:
            return set()
        reached = _reach(state.fields.setdefault(name, {}), matchers)
        states[level].update(reached)
        same = []
        for next_state in reached:
            if level == len(path) - 1:
                same.append(_rules(next_state.ends, matchers))
            else:
                onward = self._same(next_state, path, states, level + 1)
                same.append(onward & _rules(next_state.onward, matchers))
        return same[-1] if all(same) else set()


def _reach(known: dict[Hashable, _State], matchers: list[Hashable]) -> dict[_State, None]:
    """The states that the matchers lead to: all that are new, to that of the one before."""
    reached: dict[_State, None] = {}
    last = None
    for matcher in matchers:
        last = known.setdefault(matcher, last or _State())
        reached[last] = None
    return reached


def _rules(of: Mapping[Hashable, set[int]], matchers: list[Hashable]) -> set[int]:
    return set().union(*(of.get(matcher, ()) for matcher in matchers))
