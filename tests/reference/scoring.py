"""Calculates the score of a lead at an instant, as it is shown."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hotlist.events.event import Event
from hotlist.scoring import values
from reference.changes import first_change
from reference.holding import Picture, Shown, shown
from reference.language import Facts, Happening, Rules, groups_of, history
from reference.view import View, worth


def decimal(value: Fraction) -> Decimal:
    """The number as a Decimal. Points are whole hundred-thousandths, so this is exact."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    if Fraction(exact) != value:
        raise AssertionError(f"{value} is no decimal")
    return exact


def contributions(rules: Rules, picture: Picture, result: Shown, at: int) -> list[dict[str, Any]]:
    """The lines as they are shown."""
    groups = groups_of(rules)
    shown_lines = []
    for line, points in zip(picture.lines, result.points, strict=True):
        weight = values.weight(groups.get(line.group, {}).get("weight", "100%"))
        decayed = line.decayed(at)
        shown_lines.append(
            {
                "rule": line.rule,
                "group": line.group,
                "event_id": line.event_id,
                "at": line.at,
                "raw": decimal(Fraction(line.raw, 1000)),
                "decayed": decimal(decayed),
                "lost": decimal(decayed * weight / 100 - points),
                "points": decimal(points),
            }
        )
    for name, group, points in result.limits:
        empty = {"event_id": None, "at": None, "raw": Decimal(0), "decayed": Decimal(0)}
        lost = {"lost": decimal(-points), "points": decimal(points)}
        shown_lines.append({"rule": name, "group": group, **empty, **lost})
    return shown_lines


def at_instant(rules: Rules, facts: Facts, events: list[Happening], at: int) -> dict[str, Any]:
    """The score at an instant, without the next change of its temperature."""
    picture = View(rules, facts, events, at).picture()
    if picture.suspended:
        return {
            "total": 0,
            "exact": Decimal(0),
            "groups": dict.fromkeys(groups_of(rules), 0),
            "temperature": "cold",
            "grade": None,
            "stage": picture.stage,
            "segment": picture.segment,
            "override": None,
            "suspended": True,
            "contributions": [],
        }
    result = shown(rules, picture, worth(picture, at))
    return {
        "total": result.total,
        "exact": decimal(result.exact),
        "groups": result.groups,
        "temperature": result.temperature,
        "grade": result.grade,
        "stage": picture.stage,
        "segment": picture.segment,
        "override": picture.override and picture.override[0],
        "suspended": False,
        "contributions": contributions(rules, picture, result, at),
    }


def score(rules: Rules, facts: Facts, events: Iterable[Event], now: int) -> dict[str, Any]:
    """The score at `now`, milliseconds since 1970, and when its temperature changes."""
    ordered = history(events)
    next_change_at = first_change(rules, facts, ordered, now, lambda _, result: result.temperature)
    return {**at_instant(rules, facts, ordered, now), "next_change_at": next_change_at}
