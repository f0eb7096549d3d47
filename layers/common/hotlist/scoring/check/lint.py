"""What a ruleset says that contradicts itself, rule by rule and group by group.

Works on what `schema` has read. What is unclear is left out: its mistake has been said.
"""

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

from hotlist.config.findings import Path_
from hotlist.events.vocabulary import is_activity
from hotlist.scoring import values
from hotlist.scoring.check.bands import check_bands
from hotlist.scoring.check.conditions import conditions_of, is_inside
from hotlist.scoring.check.readers import GivenAward, GivenDecay
from hotlist.scoring.check.report import UNCLEAR, Report, clear
from hotlist.scoring.check.rule_schema import KIND, default_group
from hotlist.scoring.rules import ACTIVITY, DEFAULT_RETENTION
from hotlist.scoring.values import Amount

RETENTION: Final = values.duration(DEFAULT_RETENTION)
MAX_STEPS: Final = 1_000

_ANY_ACTIVITY: Final = frozenset({ACTIVITY})


def lint(report: Report, ruleset: Mapping[str, Any]) -> None:
    retention = clear(ruleset.get("retention", RETENTION))
    groups = clear(ruleset["groups"]) or {}
    for name, group in groups.items():
        if isinstance(group, Mapping):
            _group(report, ("groups", name), group, retention)
    if isinstance(total := ruleset.get("total"), Mapping):
        _bounds(report, ("total",), total)
    zone = clear(ruleset.get("timezone", ZoneInfo("UTC")))
    for path, rule in each_rule(ruleset):
        if zone is not None:
            _active_time(report, path, rule, zone)
        if retention is not None:
            _shorter_than_retention(report, path, rule, retention)
            _silences(report, path, rule, retention)
        _distinct(report, path, rule)
        _unless(report, path, rule)
        _caps(report, path, rule)
        check_bands(report, path, rule)
        group = groups.get(group_of(rule), UNCLEAR)
        if rule[KIND] == "event" and isinstance(group, Mapping):
            _fading(report, path, rule, group, retention)


def each_rule(ruleset: Mapping[str, Any]) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
    """The rules that can be judged, each with its path."""
    for place, rule in enumerate(clear(ruleset.get("rules")) or ()):
        if isinstance(rule, Mapping):
            yield ("rules", place), rule


def group_of(rule: Mapping[str, Any]) -> Any:
    """The name of a rule's group, or `UNCLEAR`."""
    return rule.get("group", default_group(rule[KIND]))


def awards_of(rule: Mapping[str, Any]) -> list[int]:
    """The points that single awards of a rule give, of its bands or its own."""
    if "first_of" in rule:
        bands = clear(rule["first_of"]) or ()
        given = [band.get("points", UNCLEAR) for band in bands if isinstance(band, Mapping)]
    else:
        given = [rule.get("points", 0)]
    return [points for points in given if isinstance(points, int)]


# --- time ---------------------------------------------------------------------------------


def _active_time(report: Report, path: Path_, rule: Mapping[str, Any], zone: ZoneInfo) -> None:
    begin, end = clear(rule.get("active_from")), clear(rule.get("active_until"))
    if begin is None or end is None:
        return
    try:
        is_empty = values.ending(end, zone) <= values.beginning(begin, zone)
    except (ValueError, OverflowError):  # at the end of the calendar, and local
        return
    if is_empty:
        message = f"it does not end after it begins, on {begin}; write a later end"
        report.error((*path, "active_until"), "never-fires", message)


def _shorter_than_retention(
    report: Report, path: Path_, rule: Mapping[str, Any], retention: int
) -> None:
    award, unless = rule.get("award"), rule.get("unless")
    given = {
        ("inactive",): rule.get("inactive"),
        ("award", "within"): award.within if isinstance(award, GivenAward) else None,
        ("unless", "within"): unless.get("within") if isinstance(unless, Mapping) else None,
    }
    for keys, length in given.items():
        if isinstance(length, int) and length >= retention:
            message = "events are not kept for so long; write less than `retention`"
            report.error((*path, *keys), "never-fires", message)


def _silences(report: Report, path: Path_, rule: Mapping[str, Any], retention: int) -> None:
    if times(rule, retention) > MAX_STEPS and rule[KIND] == "silence":
        message = f"it is awarded more than {MAX_STEPS:,} times; write a longer time, or award once"
        report.error((*path, "inactive"), "too-many-steps", message)


def times(rule: Mapping[str, Any], retention: int) -> float:
    """How often a rule gives points at most."""
    award, length = rule.get("award"), rule.get("inactive")
    if rule[KIND] == "silence":
        if award != GivenAward(every=1) or not isinstance(length, int):
            return 1
        return (retention - 1) // length
    if rule[KIND] == "lead":
        return 1
    if award is None or not isinstance(award, GivenAward) or award.every is not None:
        return math.inf
    return math.inf if award.within in ("day", "session") else 1


def _distinct(report: Report, path: Path_, rule: Mapping[str, Any]) -> None:
    award = rule.get("award")
    if (
        isinstance(award, GivenAward)
        and award.distinct is not None
        and award.distinct == award.within
    ):
        message = f"a {award.within} has just one {award.distinct}; count something else in it"
        report.error((*path, "award", "distinct"), "never-fires", message)


def _unless(report: Report, path: Path_, rule: Mapping[str, Any]) -> None:
    unless, own = rule.get("unless"), rule.get("event")
    if not isinstance(unless, Mapping) or not isinstance(own, frozenset) or "within" in unless:
        return
    other = unless.get("event", _ANY_ACTIVITY)
    if not isinstance(other, frozenset) or not all(_is_among(name, other) for name in own):
        return
    if is_inside(conditions_of(rule, ("where",)), conditions_of(unless, ("where",))):
        message = "what the rule is about takes its points away at once; write another event"
        report.error((*path, "unless"), "never-fires", f"{message}, or `within`")


def _is_among(name: str, types: frozenset[str]) -> bool:
    return name in types or (ACTIVITY in types and is_activity(name))


# --- bounds -------------------------------------------------------------------------------


def _bounds(report: Report, path: Path_, given: Mapping[str, Any]) -> None:
    least, most = clear(given.get("min")), clear(given.get("max"))
    if least is not None and most is not None and least >= most:
        message = f"min is not below max, which is {number(most)}; write less"
        report.error((*path, "min"), "cap", message)


def _caps(report: Report, path: Path_, rule: Mapping[str, Any]) -> None:
    least, most = clear(rule.get("min")), clear(rule.get("max"))
    awards = (0, *awards_of(rule))
    if most is not None and most < max(awards):
        what = f"a single award gives {number(max(awards))}" if max(awards) else "max is below 0"
        message = f"{what}; write at least {number(max(awards))}"
        report.error((*path, "max"), "cap", message)
    if least is not None and least > min(awards):
        what = f"a single award gives {number(min(awards))}" if min(awards) else "min is above 0"
        message = f"{what}; write at most {number(min(awards))}"
        report.error((*path, "min"), "cap", message)
    _bounds(report, path, rule)


def number(thousandths: int | Fraction) -> str:
    """Points as people write them."""
    return f"{float(Fraction(thousandths) / 1000):.3f}".rstrip("0").rstrip(".")


# --- fading -------------------------------------------------------------------------------


def _group(report: Report, path: Path_, group: Mapping[str, Any], retention: int | None) -> None:
    _bounds(report, path, group)
    decay, lasts = group.get("decay"), group.get("lasts")
    if not isinstance(decay, GivenDecay):
        return
    _steps_fall(report, (*path, "decay", "steps"), decay)
    if isinstance(lasts, int):
        _pair(report, decay, lasts, (*path, "decay"), (*path, "lasts"))
    if decay.lose and decay.lose.share and lasts is not UNCLEAR:
        # As often whatever is given: an adjustment may be of any size.
        ends = _ends(lasts, retention)
        _lose(report, (*path, "decay"), decay, points=10**12, ends=ends)


def _fading(
    report: Report,
    path: Path_,
    rule: Mapping[str, Any],
    group: Mapping[str, Any],
    retention: int | None,
) -> None:
    """The decay and `lasts` in force for a rule; the group's own pair is judged with the group."""
    lasts = rule["lasts"] if "lasts" in rule else group.get("lasts")
    if clear(rule.get("override")) and lasts is None:
        message = "it holds as long as events are kept; say how long by `lasts`, as in lasts: 14d"
        report.warning((*path, "override"), "endless-override", message)
    decay = rule.get("decay", group.get("decay"))
    decay_path = (*(path if "decay" in rule else ("groups", group_of(rule))), "decay")
    if not isinstance(decay, GivenDecay):
        return
    if "decay" in rule:
        _steps_fall(report, (*decay_path, "steps"), decay)
    if isinstance(lasts, int) and ("decay" in rule or "lasts" in rule):
        own_lasts = (*path, "lasts") if "lasts" in rule else None
        _pair(report, decay, lasts, decay_path if "decay" in rule else None, own_lasts)
    if lasts is not UNCLEAR:
        whose = "an award" if "decay" in rule else f"an award of {rule.get('id')!r}"
        for points in awards_of(rule):
            ends = _ends(lasts, retention)
            _lose(report, decay_path, decay, points=abs(points), ends=ends, whose=whose)


def _pair(
    report: Report,
    decay: GivenDecay,
    lasts: int,
    decay_path: Path_ | None,
    lasts_path: Path_ | None,
) -> None:
    """A decay and a `lasts` that are in force together; a path is None if it is elsewhere."""
    for key, age, _ in decay.steps:
        if age >= lasts:
            at = (*decay_path, "steps", key) if decay_path else lasts_path
            message = f"the award is gone by the step at {key}; leave it out, or let it last"
            report.error(at or (), "never-fires", message)
    has_floor = decay.floor is not None and (decay.floor.points or decay.floor.share)
    if decay.linear is not None and decay.linear <= lasts and not has_floor:
        message = "the decay has taken all by the time that `lasts` ends it"
        what = "write a shorter `lasts`, or give the decay a `floor`"
        report.warning(lasts_path or decay_path or (), "lasts-after-decay", f"{message}; {what}")


def _steps_fall(report: Report, path: Path_, decay: GivenDecay) -> None:
    for (before, age, worth), (key, next_age, next_worth) in zip(
        decay.steps, decay.steps[1:], strict=False
    ):
        if next_age <= age:
            message = f"it is not after the step at {before}; write the steps by their age"
            report.error((*path, key), "order", message)
        elif _size(next_worth) > _size(worth):
            message = f"more is left than at {before}; an award only falls (a share is more than"
            report.error((*path, key), "order", f"{message} any points)")


def _size(worth: Amount) -> tuple[bool, Fraction]:
    """By which amounts compare: a percentage counts as more than any points."""
    if worth.share is None:
        return False, Fraction(worth.points)
    return True, worth.share


def _ends(lasts: int | None, retention: int | None) -> float:
    """The age at which an award is gone."""
    return min(end for end in (lasts, retention, math.inf) if end is not None)


def _lose(
    report: Report,
    path: Path_,
    decay: GivenDecay,
    *,
    points: int,
    ends: float,
    whose: str = "an award",
) -> None:
    if decay.lose is None or decay.every is None or math.isinf(ends):
        return
    floor = min(Fraction(points), decay.floor.of(points)) if decay.floor else Fraction(0)
    lost = decay.lose.of(points)
    steps = -((floor - points) // lost) if points else 0
    if min(steps, (ends - 1) // decay.every) > MAX_STEPS:
        message = f"{whose} loses more than {MAX_STEPS:,} times; lose more, or less often"
        report.error(path, "too-many-steps", message)
