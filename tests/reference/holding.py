"""Steps 9 to 15: bounds, weights and the total; temperature and grade."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from hotlist.scoring import values
from reference.fading import Line
from reference.language import Rules, groups_of, minimums


@dataclass(frozen=True)
class Picture:
    """A lead at an instant, before its lines lose points.

    `temperature` and `grades` are the minimums that apply. `override` is the rule that overrides
    the temperature, with its temperature.
    """

    stage: str
    segment: str | None
    suspended: bool
    temperature: Mapping[str, Any]
    grades: Mapping[str, Any]
    lines: tuple[Line, ...]
    override: tuple[str, str] | None


@dataclass(frozen=True)
class Shown:
    """The score of a picture, as it is shown.

    `points` are those of its lines. `limits` are additional lines for what no line could give:
    name, group and points.
    """

    exact: Fraction
    total: int
    groups: dict[str, int]
    temperature: str
    grade: str | None
    points: list[Fraction]
    limits: list[tuple[str, str | None, Fraction]]


def rounded(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def hold(points: list[Fraction], places: Sequence[int], bounds: Rules) -> Fraction:
    """Keep the sum of the points at these places within bounds. Returns what no line could give."""
    total = sum((points[place] for place in places), Fraction(0))
    wanted = total
    if "max" in bounds:
        wanted = min(wanted, Fraction(values.points(bounds["max"]), 1000))
    if "min" in bounds:
        wanted = max(wanted, Fraction(values.points(bounds["min"]), 1000))
    change = wanted - total
    for place in reversed(places):
        if change < 0 < points[place]:
            taken = min(-change, points[place])
            points[place] -= taken
            change += taken
        elif points[place] < 0 < change:
            given = min(change, -points[place])
            points[place] += given
            change -= given
    return change


def shown(rules: Rules, picture: Picture, worth: Sequence[Fraction]) -> Shown:
    """The score of a picture. `worth` has the worth of each line after decay."""
    lines = picture.lines
    points = list(worth)
    for rule in rules["rules"]:
        own = [n for n, line in enumerate(lines) if line.rule == rule["id"] and line.place >= 0]
        if hold(points, own, rule):
            raise AssertionError("a rule's bounds hold 0, so they leave nothing over")
    groups: dict[str, int] = {}
    limits: list[tuple[str, str | None, Fraction]] = []
    weights: dict[str | None, Fraction] = {}
    for name, group in groups_of(rules).items():
        own = [n for n, line in enumerate(lines) if line.group == name]
        left = hold(points, own, group)
        groups[name] = rounded(sum((points[n] for n in own), left))
        weights[name] = Fraction(values.weight(group.get("weight", "100%")), 100)
        if left:
            limits.append((f"limit of {name}", name, left))
    everything = [points[n] * weights.get(line.group, 1) for n, line in enumerate(lines)]
    everything += [left * weights[name] for _, name, left in limits]
    left = hold(everything, range(len(everything)), rules.get("total", {}))
    limits = [
        (limit, name, points)
        for (limit, name, _), points in zip(limits, everything[len(lines) :], strict=True)
    ]
    if left:
        limits.append(("limit of the total", None, left))
    exact = sum(everything, left)
    values_shown = {**groups, "total": rounded(exact)}
    return Shown(
        exact=exact,
        total=rounded(exact),
        groups=groups,
        temperature=_temperature(picture, values_shown),
        grade=next(
            (grade for grade, least in picture.grades.items() if _reached(least, values_shown)),
            None,
        ),
        points=everything[: len(lines)],
        limits=limits,
    )


def _temperature(picture: Picture, values_shown: Mapping[str, int]) -> str:
    if picture.suspended:
        return "cold"
    if picture.override:
        return picture.override[1]
    for name in ("hot", "warm"):
        if name in picture.temperature and _reached(picture.temperature[name], values_shown):
            return name
    return "cold"


def _reached(least: Any, values_shown: Mapping[str, int]) -> bool:
    return all(values_shown[name] >= minimum for name, minimum in minimums(least).items())
