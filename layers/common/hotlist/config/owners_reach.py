"""What of sales.yaml is never reached. Only the build uses this module."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from hotlist.config.owners_schema import (
    OwnerEntry,
    Pattern,
    TeamEntry,
    name_of,
    pattern_of,
    territories_of,
)
from hotlist.config.recipient_schema import RecipientEntry
from hotlist.scoring.check.conditions import (
    Condition,
    Conditions,
    conditions_of,
    is_in,
    is_inside,
    merged,
    overlap,
)
from hotlist.scoring.check.report import Report

_Taken = tuple[str, Conditions | None]
"""The name of a rule, and what it asks for; None for what is not clear."""

_ANYTHING: Final = Condition(({"exists": True}, {"exists": False}), ignore_case=True)
"""What a field is that nothing is asked of."""

_MAX_NAMED: Final = 6

_MAX_WAYS: Final = 500
"""How many rules are compared, one that names territories as often as it names them."""

_ALL: Final = "all"
_TEAM: Final = "team"


def check_rules(
    report: Report, owners: Sequence[OwnerEntry], territories: Mapping[str, Pattern]
) -> list[OwnerEntry]:
    """Warn of rules that get no lead, for those before them take it. Returns the others."""
    reached: list[OwnerEntry] = []
    taken: list[_Taken] = []
    for place, rule in enumerate(owners):
        if len(taken) > _MAX_WAYS:
            reached.append(rule)
            continue
        ways = list(_ways(rule, territories))
        takers = [_takers(way, taken) for way in ways]
        names = dict.fromkeys(name for one in takers for name in one)
        if not all(takers):
            reached.append(rule)
            taken += ((name_of(rule, place), way) for way in ways)
        else:
            message = (
                f"no lead comes to this rule: all that fit it fit a rule before it, "
                f"{' or '.join([*names][:_MAX_NAMED])}; move it up or take it out"
            )
            report.warning(("owners", place), "unreachable", message)
    return reached


def _takers(way: Conditions | None, taken: Sequence[_Taken]) -> list[str]:
    """The names of rules that take all that fit these conditions; none if something may be left.

    One rule may do so, or several together that differ in one field: what they ask of it is then
    as if one rule asked for any of it.
    """
    if way is None:
        return []
    known = [(name, one) for name, one in taken if one is not None]
    alone = next((name for name, one in known if is_inside(way, one)), None)
    if alone is not None:
        return [alone]
    by_field: dict[tuple[str, str], list[tuple[str, Condition]]] = {}
    for name, one in known:
        all_narrower = (f for f, given in one.items() if not _contains(given, way.get(f)))
        narrower = [*islice(all_narrower, 2)]
        if len(narrower) == 1 and is_inside(_without(way, narrower[0]), _without(one, narrower[0])):
            by_field.setdefault(narrower[0], []).append((name, one[narrower[0]]))
    for field, able in by_field.items():
        asked = way.get(field, _ANYTHING)
        if (
            "." in field[1] or not field[1]
        ):  # of arrays of objects, nothing is certain; nor of `$or`
            continue
        named: dict[str, None] = {}
        for value in asked.given:
            one_by_one = _of_value(value, able)
            if not one_by_one:
                break
            named |= dict.fromkeys(one_by_one)
        else:
            return [*named]
    return []


def _of_value(value: Any, able: Sequence[tuple[str, Condition]]) -> list[str]:
    """Whose conditions together take all that fits this value of a list; nobody's if none do."""
    asked = Condition((value,), ignore_case=True)
    alone = next((name for name, one in able if one.contains(asked)), None)
    if alone is not None:
        return [alone]
    numbers = [(name, one.intervals) for name, one in able if one.intervals and asked.intervals]
    joined = merged([one for _, intervals in numbers for one in intervals])
    if not asked.intervals or not all(is_in(one, joined) for one in asked.intervals):
        return []
    return [name for name, intervals in numbers if overlap(intervals, asked.intervals)]


def _contains(outer: Condition, inner: Condition | None) -> bool:
    return inner is not None and outer.contains(inner)


def _without(conditions: Conditions, field: tuple[str, str]) -> Conditions:
    return {name: one for name, one in conditions.items() if name != field}


def check_names(
    report: Report,
    owners: Sequence[OwnerEntry],
    teams: Mapping[str, TeamEntry],
    territories: Mapping[str, Pattern],
    tells: Collection[str],
) -> None:
    """Warn of teams and territories that nothing names. `tells` are the ways in which mail goes."""
    named = {rule.team for rule in owners}
    for name in teams:
        if name not in named and _TEAM not in tells:
            message = f"no rule names the team {name!r}, and no mail goes to teams; take it out"
            report.warning(("teams", name), "unreachable", message)
    used = {name for rule in owners for name in territories_of(rule.when or {})}
    for name in territories:
        if name not in used:
            message = f"no rule names the territory {name!r}; take it out"
            report.warning(("territories", name), "unreachable", message)


def check_people(
    report: Report,
    recipients: Sequence[RecipientEntry],
    reached: Collection[str],
    teams: Mapping[str, TeamEntry],
    tells: Collection[str],
) -> None:
    """Warn of people who get no mail about any lead. `reached` own some, or stand in."""
    if _ALL in tells:
        return
    getting = set(reached)
    getting |= {absence.stand_in or "" for one in recipients for absence in one.absence}
    if _TEAM in tells:
        of_teams = (team for team in map(_members, teams.values()) if not team.isdisjoint(getting))
        getting = getting.union(*of_teams)
    for place, one in enumerate(recipients):
        if one.id not in getting and one.list_ != _ALL:
            message = (
                f"{one.id} owns no lead and gets no alert: name them in a rule or a team, write "
                "`list: all` for a digest of all leads, or take them out"
            )
            report.warning(("recipients", place), "unreachable", message)


def owners_of(rules: Sequence[OwnerEntry], teams: Mapping[str, TeamEntry]) -> set[str]:
    """Everybody who owns a lead by one of these rules."""
    return {rule.owner for rule in rules if rule.owner}.union(
        *(_members(teams[rule.team]) for rule in rules if rule.team)
    )


def _members(team: TeamEntry) -> set[str]:
    return {member.id for member in team.members}


def _ways(rule: OwnerEntry, territories: Mapping[str, Pattern]) -> Iterator[Conditions | None]:
    """The conditions of a rule, one for each of its territories; None for what is not clear."""
    own = _conditions(pattern_of(rule.when or {}))
    named: list[Any] = territories_of(rule.when or {})
    if not named:
        yield own
    for name in named:
        there = _conditions(territories[name])
        is_clear = own is not None and there is not None and own.keys().isdisjoint(there)
        yield {**(own or {}), **(there or {})} if is_clear else None


def _conditions(pattern: Pattern) -> Conditions | None:
    return conditions_of({"lead": pattern} if pattern else {})
