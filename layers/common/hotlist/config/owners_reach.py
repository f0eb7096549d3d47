"""What of sales.yaml is never reached. Only the build uses this module."""

from collections.abc import Collection, Iterator, Mapping, Sequence
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
from hotlist.scoring.check.conditions import Conditions, conditions_of, is_inside
from hotlist.scoring.check.report import Report

_ALL: Final = "all"
_TEAM: Final = "team"


def check_rules(
    report: Report, owners: Sequence[OwnerEntry], territories: Mapping[str, Pattern]
) -> list[OwnerEntry]:
    """Warn of rules that get no lead, for those before them take it. Returns the others."""
    reached: list[OwnerEntry] = []
    taken: list[tuple[str, Conditions | None]] = []
    for place, rule in enumerate(owners):
        ways = list(_ways(rule, territories))
        takers = [next((name for name, one in taken if is_inside(way, one)), None) for way in ways]
        names = dict.fromkeys(name for name in takers if name is not None)
        if None in takers:
            reached.append(rule)
            taken += ((name_of(rule, place), way) for way in ways)
        else:
            message = (
                f"no lead comes to this rule: all that fit it fit a rule before it, "
                f"{' or '.join(names)}; move it up or take it out"
            )
            report.warning(("owners", place), "unreachable", message)
    return reached


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
