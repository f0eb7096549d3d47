"""Which alternatives of a pattern with `$or` Event Ruler keeps.

Event Ruler adds the alternatives one by one under one name. It leaves out an alternative that it
takes for one it has. Its `GenericMachine.addStep` compares single matchers there, not whole lists.
So after `{"a": ["x"]}` it leaves out `{"a": ["x", "y"]}`, and the value `y` never matches.
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import Final, Self

from hotlist.scoring.pattern.leaves import Values

Alternative = dict[str, Values]

MAX_COMPARED: Final = 100_000
"""How many matchers are compared at most. All alternatives after them are kept."""


def java_order(names: Iterable[str]) -> list[str]:
    """Names in the order of Java's strings, which is that of their UTF-16."""
    return sorted(names, key=lambda name: name.encode("utf-16-be", "surrogatepass"))


def distinct(alternatives: list[Alternative]) -> list[Alternative]:
    """The alternatives that Event Ruler keeps if it gets them in this order."""
    if len(alternatives) == 1:
        return alternatives
    known = _Known()
    return [alternative for alternative in alternatives if known.add(alternative)]


class _State:
    """A state of Event Ruler's machine.

    `fields` has the next state by field and matcher. `ends` and `onward` have, by matcher, the
    numbers of the alternatives that end here, and of those that go on.
    """

    __slots__ = ("ends", "fields", "onward")

    def __init__(self) -> None:
        self.fields: dict[str, dict[Hashable, Self]] = {}
        self.ends: dict[Hashable, set[int]] = {}
        self.onward: dict[Hashable, set[int]] = {}


class _Known:
    def __init__(self) -> None:
        self._start = _State()
        self._alternatives = 0
        self._steps = 0

    def add(self, alternative: Alternative) -> bool:
        """Add an alternative. False if Event Ruler takes it for one that it has."""
        path = [(name, alternative[name].matchers) for name in java_order(alternative)]
        states: list[dict[_State, None]] = [{} for _ in path]
        if self._same(self._start, path, states, 0):
            return False
        self._alternatives += 1
        for (_, matchers), reached in zip(path, states, strict=True):
            for state in reached:
                to = state.ends if reached is states[-1] else state.onward
                for matcher in matchers:
                    to.setdefault(matcher, set()).add(self._alternatives)
        return True

    def _same(
        self,
        state: _State,
        path: list[tuple[str, list[Hashable]]],
        states: list[dict[_State, None]],
        level: int,
    ) -> set[int]:
        """The known alternatives that are equal to this one from the field `level` on.

        Adds the states that are reached to `states`, by field. If a list leads to several states,
        Event Ruler lets one of them decide by chance; here the last one decides.
        """
        name, matchers = path[level]
        self._steps += len(matchers)
        if self._steps > MAX_COMPARED:
            return set()
        reached = _reach(state.fields.setdefault(name, {}), matchers)
        states[level].update(reached)
        same = []
        for next_state in reached:
            if level == len(path) - 1:
                same.append(_alternatives(next_state.ends, matchers))
            else:
                onward = self._same(next_state, path, states, level + 1)
                same.append(onward & _alternatives(next_state.onward, matchers))
        return same[-1] if all(same) else set()


def _reach(known: dict[Hashable, _State], matchers: list[Hashable]) -> dict[_State, None]:
    """The states that the matchers lead to. A new matcher leads to the state of the one before."""
    reached: dict[_State, None] = {}
    last = None
    for matcher in matchers:
        last = known.setdefault(matcher, last or _State())
        reached[last] = None
    return reached


def _alternatives(of: Mapping[Hashable, set[int]], matchers: list[Hashable]) -> set[int]:
    return set().union(*(of.get(matcher, ()) for matcher in matchers))
