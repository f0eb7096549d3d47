"""The schema of teams, territories and owners in sales.yaml, and what is wrong across them.

Only the build uses this module.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from hotlist.config.findings import Path_
from hotlist.config.recipient_schema import Id
from hotlist.leads.lead import FALLBACK, MOVED
from hotlist.scoring.check.occurring import check_lead_words
from hotlist.scoring.check.readers import read_lead
from hotlist.scoring.check.report import Report
from hotlist.scoring.check.unread import check_lead_unread

TERRITORY: Final = "territory"
"""The keyword of `when` beside the facts: no fact of that name can be asked for in a rule."""

Pattern = dict[str, Any]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class MemberEntry(_Entry):
    id: Id
    weight: Annotated[int, Field(ge=1, le=1000)] = 1


def _with_weight(given: Any) -> Any:
    return {"id": given} if isinstance(given, str) else given


_Member = Annotated[
    MemberEntry, BeforeValidator(_with_weight, json_schema_input_type=Id | MemberEntry)
]


class TeamEntry(_Entry):
    members: Annotated[list[_Member], Field(min_length=1, max_length=1000)]


class OwnerEntry(_Entry):
    name: Id | None = None
    when: Pattern | None = None
    owner: Id | None = None
    team: Id | None = None

    @model_validator(mode="after")
    def _one(self) -> "OwnerEntry":
        if (self.owner is None) == (self.team is None):
            raise ValueError("a rule names either an `owner` or a `team`; write one of them")
        if self.when == {}:
            raise ValueError("`when` is empty; leave it out, then the rule fits every lead")
        return self


def territories_of(when: Mapping[str, Any]) -> list[Any]:
    """The territories that a `when` names: any of them fits."""
    named = when.get(TERRITORY, [])
    return named if isinstance(named, list) else [named]


def pattern_of(when: Mapping[str, Any]) -> Pattern:
    """What a `when` asks of the facts, beside its territory."""
    return {name: given for name, given in when.items() if name != TERRITORY}


def check_owners(
    report: Report,
    people: Sequence[str],
    teams: Mapping[str, TeamEntry],
    territories: Mapping[str, Pattern],
    owners: Sequence[OwnerEntry],
) -> None:
    """Say what names nobody, and which patterns are none."""
    for name, team in teams.items():
        seen: set[str] = set()
        for place, member in enumerate(team.members):
            at: Path_ = ("teams", name, "members", place)
            if member.id not in people:
                report.unknown(at, "unknown-name", "recipient", member.id, people)
            elif member.id in seen:
                message = f"{member.id!r} is in the team twice; write one entry, with a weight"
                report.error(at, "duplicate-id", message)
            seen.add(member.id)
    for name, pattern in territories.items():
        _check_pattern(report, ("territories", name), pattern)
    _check_names(report, owners)
    for place, rule in enumerate(owners):
        at = ("owners", place)
        if rule.owner is not None and rule.owner not in people:
            report.unknown((*at, "owner"), "unknown-name", "recipient", rule.owner, people)
        if rule.team is not None and rule.team not in teams:
            _unknown(report, (*at, "team"), "team", rule.team, teams)
        if rule.when is not None:
            _check_when(report, (*at, "when"), rule.when, territories)


def check_fields(
    report: Report,
    territories: Mapping[str, Pattern],
    owners: Sequence[OwnerEntry],
    forms: Mapping[str, Any] | None,
    domains: Mapping[str, Any] | None,
) -> None:
    """Warn of words that never occur, and refuse fields that are kept for people alone."""
    patterns = [(("territories", name), pattern) for name, pattern in territories.items()]
    asked: list[tuple[Path_, Pattern]] = [*patterns]
    for place, rule in enumerate(owners):
        asked.append((("owners", place, "when"), pattern_of(rule.when or {})))
    check_lead_words(report, asked, domains)
    for path, pattern in asked:
        check_lead_unread(report, path, pattern, forms)


def _check_when(
    report: Report, path: Path_, when: Mapping[str, Any], territories: Mapping[str, Pattern]
) -> None:
    if TERRITORY in when:
        named = territories_of(when)
        if not named:
            report.error((*path, TERRITORY), "type", "an empty list names no territory; name one")
        for place, name in enumerate(named):
            at = (
                (*path, TERRITORY, place)
                if isinstance(when[TERRITORY], list)
                else (*path, TERRITORY)
            )
            if not isinstance(name, str):
                instead = "write the name of one, or a list of names"
                report.error(at, "type", f"this is no territory; {instead}")
            elif name not in territories:
                _unknown(report, at, "territory", name, territories)
            elif name in named[:place]:
                report.error(at, "duplicate-id", f"{name} stands here twice; write it once")
    if pattern := pattern_of(when):
        _check_pattern(report, path, pattern)


def _check_pattern(report: Report, path: Path_, pattern: Pattern) -> None:
    """Refuse what is no pattern over facts; a territory is none, and it is named elsewhere."""
    misplaced = [*_misplaced(path, pattern)]
    for at in misplaced:
        message = (
            f"`{TERRITORY}` stands at the top of a rule's `when` alone, and no fact has that name; "
            "list several there, as in territory: [north, south], or write a rule for each case"
        )
        report.error(at, "unknown-key", message)
    if not misplaced:
        read_lead(report, path, pattern)


def _misplaced(path: Path_, pattern: Mapping[str, Any]) -> Iterator[Path_]:
    """Where a pattern asks for the fact `territory`. What is inside another fact is not that."""
    for name, given in pattern.items():
        if name.partition(".")[0] == TERRITORY:
            yield (*path, name)
        elif name == "$or" and isinstance(given, list):
            for place, one in enumerate(given):
                if isinstance(one, Mapping):
                    yield from _misplaced((*path, name, place), one)


def _check_names(report: Report, owners: Sequence[OwnerEntry]) -> None:
    """Refuse names that do not say which rule it was. A rule without a name has its number."""
    by_name: dict[str, int] = {}
    for place, rule in enumerate(owners):
        name = name_of(rule, place)
        at = ("owners", place, "name")
        if name in (FALLBACK, MOVED):
            message = f"leads keep {name!r} as `owner_rule` where no rule gave the owner"
            report.error(at, "duplicate-id", f"{message}; call the rule else")
        if name in by_name:
            other = by_name[name]
            given = place if rule.name is not None else other
            what = f"two rules have the name {name!r}"
            if owners[other].name != rule.name:
                what = f"rule {name} has no name, so its number {name!r} is its name"
            report.error(("owners", given, "name"), "duplicate-id", f"{what}; give each its own")
        by_name.setdefault(name, place)


def name_of(rule: OwnerEntry, place: int) -> str:
    """What leads keep as `owner_rule`: a rule's name, or its number."""
    return rule.name or str(place + 1)


def _unknown(report: Report, at: Path_, what: str, name: str, known: Mapping[str, Any]) -> None:
    if known:
        report.unknown(at, "unknown-name", what, name, known)
    else:
        keyword = "teams" if what == "team" else "territories"
        report.error(at, "unknown-name", f"there is no {what} {name!r}; add it under `{keyword}`")
