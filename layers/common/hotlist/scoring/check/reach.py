"""What leads can reach by the rules: minimums that none reaches, or all, or cannot fall below.

For rulesets without other errors. Adjustments by hand are left out.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from hotlist.config.findings import Path_
from hotlist.scoring import values
from hotlist.scoring.check.lint import RETENTION, awards_of, each_rule, group_of, number, times
from hotlist.scoring.check.readers import GivenMinimums
from hotlist.scoring.check.report import Report
from hotlist.scoring.rules import TOTAL

_REARM: Final = values.amount("10%")
_POINT: Final = 1_000
_WEIGHTED: Final = 100 * _POINT

MAX_GRADES: Final = 300
"""Each is compared with each; of more of them the first ones are judged."""


@dataclass(frozen=True, slots=True)
class _Range:
    """The least and the most that there can be, infinite where there is no limit.

    A point has `unit` of them: groups count thousandths, the total hundredths of these.
    """

    least: float
    most: float
    unit: int = _POINT

    def held(self, bounds: Mapping[str, Any]) -> "_Range":
        scale = self.unit // _POINT
        low = bounds["min"] * scale if "min" in bounds else -math.inf
        high = bounds["max"] * scale if "max" in bounds else math.inf
        least, most = (min(max(end, low), high) for end in (self.least, self.most))
        return _Range(least, most, self.unit)

    def can_reach(self, minimum: int) -> bool:
        return 2 * minimum * self.unit <= 2 * self.most + self.unit

    def always_reaches(self, minimum: int) -> bool:
        return 2 * minimum * self.unit <= 2 * self.least + self.unit

    @property
    def lowest(self) -> float:
        """The least whole number that is shown."""
        return _shown(self.least, self.unit)

    @property
    def highest(self) -> float:
        """The greatest whole number that is shown."""
        return _shown(self.most, self.unit)


def _shown(points: float, unit: int) -> float:
    return (2 * points + unit) // (2 * unit) if math.isfinite(points) else points


Ranges = Mapping[str, _Range]


def check_reach(report: Report, ruleset: Mapping[str, Any]) -> None:
    _group_caps(report, ruleset)
    ranges = _ranges(ruleset)
    for path, temperature, own in _temperatures(ruleset):
        if own & {"warm", "hot"}:
            _warm_below_hot(report, path, temperature, own)
        for name in ("warm", "hot"):
            if name in own:
                _reachable(report, (*path, name), temperature[name], ranges)
                _not_for_all(report, (*path, name), temperature[name], ranges)
        if own & {"hot", "rearm"}:
            _rearm(report, path, temperature, own, ranges)
    for path, grades in _grades(ruleset):
        for name, minimums in grades.items():
            _reachable(report, (*path, name), minimums, ranges)
        _grades_in_order(report, path, grades)


def _segments(ruleset: Mapping[str, Any]) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
    for place, segment in enumerate(ruleset.get("segments", ())):
        if not segment.get("suspended"):
            yield ("segments", place), segment


def _temperatures(
    ruleset: Mapping[str, Any],
) -> Iterator[tuple[Path_, Mapping[str, Any], frozenset[str]]]:
    """Each temperature in force: where it stands, all of it, and the keys that stand there."""
    general = ruleset["temperature"]
    yield ("temperature",), general, frozenset(general)
    for path, segment in _segments(ruleset):
        own = segment.get("temperature", {})
        yield (*path, "temperature"), {**general, **own}, frozenset(own)


def _grades(ruleset: Mapping[str, Any]) -> Iterator[tuple[Path_, Mapping[str, GivenMinimums]]]:
    yield ("grades",), ruleset.get("grades", {})
    for path, segment in _segments(ruleset):
        yield (*path, "grades"), segment.get("grades", {})


# --- ranges -------------------------------------------------------------------------------


def _ranges(ruleset: Mapping[str, Any]) -> dict[str, _Range]:
    """What each group can be, and the total."""
    retention = ruleset.get("retention", RETENTION)
    sums = dict.fromkeys(ruleset["groups"], _Range(0, 0))
    for _, rule in each_rule(ruleset):
        own, so_far = _of_rule(rule, retention), sums[group_of(rule)]
        sums[group_of(rule)] = _Range(so_far.least + own.least, so_far.most + own.most)
    ranges = {name: one.held(ruleset["groups"][name]) for name, one in sums.items()}
    weights = {name: group.get("weight", 100) for name, group in ruleset["groups"].items()}
    total = _Range(
        sum(_product(weights[name], one.least) for name, one in ranges.items()),
        sum(_product(weights[name], one.most) for name, one in ranges.items()),
        _WEIGHTED,
    )
    return {**ranges, TOTAL: total.held(ruleset.get("total", {}))}


def _of_rule(rule: Mapping[str, Any], retention: int) -> _Range:
    points, often = (0, *awards_of(rule)), times(rule, retention)
    return _Range(_product(often, min(points)), _product(often, max(points))).held(rule)


def _product(one: float, other: float) -> float:
    """Nothing without limit is nothing."""
    return one * other if one and other else 0


# --- what is said -------------------------------------------------------------------------


def _group_caps(report: Report, ruleset: Mapping[str, Any]) -> None:
    most: dict[str, tuple[int, str]] = {}
    for _, rule in each_rule(ruleset):
        points = max(awards_of(rule), default=0)
        name = group_of(rule)
        most[name] = max((points, rule["id"]), most.get(name, (points, rule["id"])))
    for name, (points, rule_id) in most.items():
        if points > ruleset["groups"][name].get("max", math.inf):
            message = f"an award of {rule_id!r} gives {number(points)}, and never counts whole"
            what = f"write at least {number(points)}, unless it is meant so"
            report.warning(("groups", name, "max"), "cap", f"{message}; {what}")


def _warm_below_hot(
    report: Report, path: Path_, temperature: Mapping[str, Any], own: frozenset[str]
) -> None:
    if "warm" not in temperature:
        return
    warm, hot = temperature["warm"].least, temperature["hot"].least
    if TOTAL in warm and TOTAL in hot:
        is_below = warm[TOTAL] < hot[TOTAL]
    else:
        is_below = not hot or not _asks_no_more(hot, warm)
    if not is_below:
        what = "warm is not below hot" + (" by the total" if len(warm) + len(hot) > 2 else "")
        message = f"{what}; ask for less, or more for hot"
        report.error((*path, "warm" if "warm" in own else "hot"), "order", message)


def _asks_no_more(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    """Whether whatever reaches `other` reaches `one`."""
    return all(name in other and least <= other[name] for name, least in one.items())


def _grades_in_order(report: Report, path: Path_, grades: Mapping[str, GivenMinimums]) -> None:
    before: list[tuple[str, GivenMinimums]] = []
    for name, minimums in islice(grades.items(), MAX_GRADES):
        for earlier, easier in before:
            if _asks_no_more(easier.least, minimums.least):
                message = f"{earlier!r} before it asks for no more, so this is never given"
                report.error((*path, name), "order", f"{message}; write the best first")
                break
        before.append((name, minimums))


def _each_minimum(path: Path_, minimums: GivenMinimums) -> Iterator[tuple[Path_, str, int]]:
    for name, least in minimums.least.items():
        yield path if minimums.plain else (*path, name), name, least


def _reachable(report: Report, path: Path_, minimums: GivenMinimums, ranges: Ranges) -> None:
    for at, name, least in _each_minimum(path, minimums):
        if not ranges[name].can_reach(least):
            what = f"the rules give at most {ranges[name].highest} ({name})"
            report.error(at, "unreachable", f"no lead reaches {least}: {what}; write less")


def _is_for_all(minimums: GivenMinimums, ranges: Ranges) -> bool:
    return all(ranges[name].always_reaches(least) for name, least in minimums.least.items())


def _not_for_all(report: Report, path: Path_, minimums: GivenMinimums, ranges: Ranges) -> None:
    if _is_for_all(minimums, ranges):
        message = f"every lead is {path[-1]}, whatever is known of it; write a higher minimum"
        report.error(path, "unreachable", message)


def _rearm(
    report: Report,
    path: Path_,
    temperature: Mapping[str, Any],
    own: frozenset[str],
    ranges: Ranges,
) -> None:
    hot, rearm = temperature["hot"], temperature.get("rearm", _REARM)
    if _is_for_all(hot, ranges):
        return
    for name, least in hot.least.items():
        missed = least - ranges[name].lowest
        if missed > 0 and missed * _POINT >= rearm.of(abs(least) * _POINT):
            return
    lowest = ", ".join(f"{ranges[name].lowest} ({name})" for name in hot.least)
    message = f"no lead falls that far below hot, so each alerts once; the lowest is {lowest}"
    at = path
    if "rearm" in own:
        at = (*path, "rearm")
    elif "rearm" in temperature or path[0] != "temperature":
        at = (*path, "hot")
    report.error(at, "rearm", f"{message}; write a smaller `rearm`")
