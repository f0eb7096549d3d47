"""Makes random cases: a ruleset, facts, events, and an instant at which to score."""

from dataclasses import dataclass
from random import Random
from typing import Any

from hotlist.events.event import Event
from hotlist.events.times import from_ms
from hotlist.events.vocabulary import BOT, INTERNAL, PREFETCH, SPAM
from reference.changes import breakpoints
from reference.drawing import TYPES, Draw
from reference.language import history
from reference.rulesets import ruleset


@dataclass(frozen=True)
class Case:
    """What a score is calculated from. `events` come in any order, some of them twice."""

    ruleset: dict[str, Any]
    facts: dict[str, object]
    events: tuple[Event, ...]
    now: int
    armed: bool = True
    rearms_at: int | None = None


def case(seed: int) -> Case:
    """The case of a seed."""
    draw = Draw(Random(seed))
    made = ruleset(draw)
    events = _events(draw, made)
    now = _now(draw, made, events)
    armed = draw.maybe(0.5)
    later = None if armed or draw.maybe(0.3) else now + draw.one(-1000, -1, 0, 1, 1000)
    return Case(made, _facts(draw), tuple(events), now, armed, later)


def _now(draw: Draw, made: dict[str, Any], events: list[Event]) -> int:
    """An instant: often one at which something jumps, or a millisecond beside it."""
    at = draw.instant(18)
    first, last = draw.base + draw.number(0, 12) * draw.unit_ms, draw.base + 26 * draw.unit_ms
    marks = breakpoints(made, history(events), first)
    marks = [mark for mark in marks if mark <= last]
    if marks and draw.maybe(0.7):
        at = draw.random.choice(marks) + draw.one(-1, 0, 0, 0, 1)
    return at


def _facts(draw: Draw) -> dict[str, object]:
    facts: dict[str, object] = {
        "role": draw.one("ceo", "CEO", "Cto", "student", None, 5),
        "email_domain": draw.one(
            *("gmail.com", "Mail.WP.pl.", "own.example", "a.own.example", "rival.example"),
            *("friend.example", "free.example", "uni.edu.pl", "acme.example", "notown.example"),
            *("mailinator.com", None, 7),
        ),
        "employees": draw.one(1, 5, 10, 10.0, 50, "10", None),
        "stage": draw.one("customer", "rejected"),
        "email_class": draw.one("freemail", "OWN", None),
        "tags": draw.one(["x", "y"], ["y"], []),
        "suspended": draw.one(False, False, False, "true", 1, True),
    }
    chances = {"stage": 0.1, "email_class": 0.15, "suspended": 0.15}
    return {name: value for name, value in facts.items() if draw.maybe(chances.get(name, 0.6))}


def _events(draw: Draw, made: dict[str, Any]) -> list[Event]:
    events = []
    for number in range(draw.one(0, 2, 4, 6, 8, 8, 10, 10, 12, 12)):
        kind = draw.one(*draw.types)
        if draw.maybe(0.2):
            kind = draw.one(*TYPES, *("score_adjusted", "score_reset") * 5)
        at = draw.instant()
        if kind.startswith("score_"):
            properties = _adjustment(draw, kind, made)
        else:
            properties = _properties(draw)
        flags = {
            flag
            for flag, chance in ((BOT, 0.1), (PREFETCH, 0.03), (SPAM, 0.03), (INTERNAL, 0.03))
            if draw.maybe(chance)
        }
        expires_at = at + draw.number(-2, 24) * draw.unit_ms // 2 if draw.maybe(0.12) else None
        events.append(
            Event(
                event_id=f"{draw.one(*'abcdefgh')}{number}",
                type=kind,
                occurred_at=from_ms(at),
                properties=properties,
                flags=frozenset(flags),
                expires_at=None if expires_at is None else from_ms(expires_at),
            )
        )
    events += draw.some(events, 0, 2) if events and draw.maybe(0.3) else []
    draw.random.shuffle(events)
    return events


def _properties(draw: Draw) -> dict[str, object]:
    properties: dict[str, object] = {
        "p": draw.one("a", "a", "a", "b", "b", "ab", "A", 1, 1.0, "1", True, None, "skip"),
        "n": draw.one(0, 1, 2, 3, 3.0, 4, "3", None),
        "m": draw.one("m1", "m1", "m2", 1, 1.0, True, {"x": 1, "y": 2}, {"y": 2, "x": 1.0}, [1]),
        "session_id": draw.one("s1", "s1", "s2", None, 1),
        "o": draw.one({"x": 1}, {"x": 2}, None),
    }
    chances = {"p": 0.8, "n": 0.5, "m": 0.6, "session_id": 0.6, "o": 0.2}
    return {name: value for name, value in properties.items() if draw.maybe(chances[name])}


def _adjustment(draw: Draw, kind: str, made: dict[str, Any]) -> dict[str, object]:
    groups = [*made.get("groups", {"fit": {}, "engagement": {}})]
    properties: dict[str, object] = {}
    if draw.maybe(0.6):
        odd = ("manual", "nope", 5, None) if draw.maybe(0.25) else groups
        properties["group"] = draw.one(*groups, *odd)
    if kind == "score_reset":
        return properties
    properties |= {draw.one("add", "set"): draw.points(), "reason": "x", "author": "y"}
    if draw.maybe(0.35):
        properties["lasts"] = draw.duration(1, 8)
    if draw.maybe(0.2):
        properties |= draw.one(
            {"add": 3, "set": 3},
            {"add": None},
            {"add": 4, "set": None},
            {"set": "5"},
            {"add": True, "set": None},
            {"add": 1.2345},
            {"set": 1_000_000_000, "add": None},
            {"lasts": "5m"},
            {"lasts": None},
            {"lasts": 5},
            {"lasts": "none"},
        )
    return properties
