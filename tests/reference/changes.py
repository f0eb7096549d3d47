"""Section 10: the first instant at which something is different, if nothing more happens."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import takewhile
from math import ceil
from typing import Any

from hotlist.scoring import values
from reference.holding import Picture, Shown, shown
from reference.language import Facts, Happening, Rules, adjustment, groups_of, is_adjusting, span
from reference.view import View, worth

Judge = Callable[[Picture, Shown], object]
"""What is watched: it must grow, or fall, with the lines of a picture."""


def first_change(
    rules: Rules, facts: Facts, events: list[Happening], now: int, judge: Judge
) -> int | None:
    """The first millisecond after `now` at which the judgement differs from that of `now`."""

    def picture_at(at: int) -> Picture:
        return View(rules, facts, events, at).picture()

    def judged(picture: Picture, values_: list[Fraction]) -> object:
        return judge(picture, shown(rules, picture, values_))

    def change_inside(picture: Picture, start: int, end: int) -> int | None:
        """The first change in a stretch without breakpoints. The start has been judged already."""
        if end - start == 1:
            return None
        pairs = list(zip(worth(picture, start), worth(picture, end - 1), strict=True))
        lesser = judged(picture, [min(pair) for pair in pairs])
        greater = judged(picture, [max(pair) for pair in pairs])
        if lesser == greater:
            return None
        middle = (start + end) // 2
        found = change_inside(picture, start, middle)
        if found is not None:
            return found
        if judged(picture, worth(picture, middle)) != before:
            return middle
        return change_inside(picture, middle, end)

    at, picture = now, picture_at(now)
    before = judged(picture, worth(picture, now))
    for mark in breakpoints(rules, events, now):
        found = change_inside(picture, at, mark)
        if found is not None:
            return found
        if picture_at(mark - 1) != picture:
            raise AssertionError(f"there is a breakpoint missing between {at} and {mark}")
        at, picture = mark, picture_at(mark)
        if judged(picture, worth(picture, at)) != before:
            return at
    return None


def breakpoints(rules: Rules, events: list[Happening], now: int) -> list[int]:
    """All instants after `now` at which a worth may jump, and some others."""
    zone = values.zone(rules.get("timezone", "UTC"))
    retention = values.duration(rules.get("retention", "396d"))
    marks: set[int] = set()
    for rule in rules["rules"]:
        if "active_from" in rule:
            marks.add(values.beginning(rule["active_from"], zone))
        if "active_until" in rule:
            marks.add(values.ending(rule["active_until"], zone))
    waits = {0} | {
        values.duration(rule["unless"]["within"])
        for rule in rules["rules"]
        if "within" in rule.get("unless", {})
    }
    for event in events:
        gone = event.at + retention
        marks.add(gone)
        if event.expires_at is not None:
            marks.add(event.expires_at)
        for start in (event.at + wait for wait in waits):
            marks.add(start)
            for ages in _ages(rules, events):
                marks.update(takewhile(gone.__gt__, (start + age for age in ages)))
    return sorted(mark for mark in marks if mark > now)


def _ages(rules: Rules, events: list[Happening]) -> Iterator[Iterator[int]]:
    """The ages at which lines and silences may jump: rising ages for each of them."""
    said = [adjustment(rules, event) for event in events if is_adjusting(event)]
    parts = [*rules["rules"], *groups_of(rules).values()]
    given = [part for rule in rules["rules"] for part in (rule, *rule.get("first_of", ()))]
    sizes = [abs(values.points(part["points"])) for part in given if "points" in part]
    sizes += [abs(meant.points) for meant in said if meant]
    for lasts in [span(part.get("lasts")) for part in parts] + [a.lasts for a in said if a]:
        if lasts is not None:
            yield iter([lasts])
    for part in parts:
        decay = part.get("decay", "none")
        if "steps" in decay:
            yield iter(sorted(values.duration(step) for step in decay["steps"]))
        if "lose" in decay:
            yield _multiples(values.duration(decay["every"]), _steps(decay["lose"], sizes))
        if "inactive" in part:
            once = part.get("award", "once") == "once" or "at_count" in part["award"]
            yield _multiples(values.duration(part["inactive"]), 1 if once else 10**6)


def _steps(lose: Any, sizes: list[int]) -> int:
    """How many losses of this size leave nothing of the largest line."""
    return max((ceil(size / values.amount(lose).of(size)) for size in sizes if size), default=0)


def _multiples(length: int, times: int) -> Iterator[int]:
    return (length * k for k in range(1, times + 1))
