"""The schema of sales.yaml, as pydantic models. Only the build uses this module."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hotlist.config.findings import BadConfig, Finding, Path_, Positions, model_findings, nearest
from hotlist.config.owners_reach import check_names, check_people, check_rules, owners_of
from hotlist.config.owners_schema import (
    OwnerEntry,
    Pattern,
    TeamEntry,
    check_fields,
    check_owners,
    pattern_of,
    territories_of,
)
from hotlist.config.public_holidays import UnknownPlace, public_holidays
from hotlist.config.recipient_schema import AbsenceEntry, CompanyEntry, Id, RecipientEntry
from hotlist.config.yaml import parse_yaml
from hotlist.scoring.check.report import Report

SOME_DAY: Final = date(2026, 1, 1)
"""Whoever checks a file without building it, and so without a clock, has the holidays from here."""

MOST_MAILS: Final = 1000
"""The largest cap: an hour's deliveries are one item."""

_SHORT: Final = "short"
"""What `send` was called before."""

Tell = Literal["owner", "team", "all"]


class CapsEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    message: Annotated[int, Field(ge=1, le=MOST_MAILS)] | None = None
    alert: Annotated[int, Field(ge=1, le=MOST_MAILS)] | None = None


class SalesFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    recipients: Annotated[list[RecipientEntry], Field(min_length=1)]
    on_empty: Literal["skip", "short", "weekly", "send"] = "skip"
    alert_on_rule_change: bool = False
    company: CompanyEntry | None = None
    fallback: Id | None = None
    tell: Tell | None = None
    caps: CapsEntry | None = None
    card_access: Literal["device", "link"] = "device"
    teams: dict[Id, TeamEntry] = {}
    territories: dict[Id, Pattern] = {}
    owners: Annotated[list[OwnerEntry], Field(max_length=200)] = []

    @model_validator(mode="after")
    def _unique(self) -> "SalesFile":
        ids = [recipient.id for recipient in self.recipients]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"two recipients have the id {twice[0]!r}; give each its own")
        return self

    @property
    def people(self) -> list[str]:
        return [recipient.id for recipient in self.recipients]

    @property
    def the_fallback(self) -> str:
        """Who gets what has no owner."""
        return self.fallback or self.recipients[0].id


def compile_sales(
    text: str,
    file: str = "sales.yaml",
    mailing: Mapping[str, str] | None = None,
    *,
    today: date = SOME_DAY,
) -> dict[str, Any]:
    """The checked settings of sales.yaml: see `check_sales`."""
    return check_sales(text, file, mailing, today=today)[0]


def check_sales(
    text: str,
    file: str = "sales.yaml",
    mailing: Mapping[str, str] | None = None,
    *,
    today: date = SOME_DAY,
    forms: Mapping[str, Any] | None = None,
    domains: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """The checked settings of sales.yaml, and what is merely doubtful in it.

    `mailing` has the forms that mail their visitors, each with its keyword that says so. `forms`
    are the checked ones, `domains` the classes of addresses in scoring.yaml. Public holidays are
    those of the year of `today` and of five more.

    :raises BadConfig: with everything that is wrong in the file.
    """
    source, positions = parse_yaml(text, file)
    try:
        checked = SalesFile.model_validate(source)
    except ValidationError as error:
        raise BadConfig(model_findings(error, positions)) from error
    report = Report(positions)
    wrong = [*_wrong_absences(positions, checked)]
    if mailing and checked.company is None:
        form, why = next(iter(mailing.items()))
        message = (
            f"the form {form!r} mails its visitors (`{why}`), and each mail says who writes it; "
            "add company: {name: …, address: …}, with the postal address in one line"
        )
        wrong.append(positions.finding(("company",), message, "no-company"))
    if checked.the_fallback not in checked.people:
        fallback = checked.the_fallback
        report.unknown(("fallback",), "unknown-name", "recipient", fallback, checked.people)
    check_owners(report, checked.people, checked.teams, checked.territories, checked.owners)
    calendars = _calendars(report, checked, today)
    if not report.has_errors and not wrong:
        check_fields(report, checked.territories, checked.owners, forms, domains)
        _check_reach(report, checked, forms)
    wrong += (one for one in report.findings if one.level == "error")
    if wrong:
        raise BadConfig(wrong)
    return _compiled(checked, calendars), report.findings


def _check_reach(report: Report, checked: SalesFile, forms: Mapping[str, Any] | None) -> None:
    by_forms = [one.get("tell") for one in (forms or {}).values()]
    own = checked.tell or ("owner" if checked.owners else "all")
    tells = {own, *(tell for tell in by_forms if isinstance(tell, str))}
    reached = check_rules(report, checked.owners, checked.territories)
    check_names(report, checked.owners, checked.teams, checked.territories, tells)
    own_leads = {checked.the_fallback, *owners_of(reached, checked.teams)}
    check_people(report, checked.recipients, own_leads, checked.teams, tells)


# --- absences -------------------------------------------------------------------------------


def _wrong_absences(positions: Positions, checked: SalesFile) -> Iterator[Finding]:
    people, is_clear = checked.people, checked.the_fallback in checked.people
    for place, recipient in enumerate(checked.recipients):
        before: list[AbsenceEntry] = []
        for number, absence in enumerate(recipient.absence):
            at: Path_ = ("recipients", place, "absence", number)
            stand_in = absence.stand_in
            message = None
            if stand_in is not None and stand_in not in people:
                near = nearest(stand_in, people)
                hint = f"did you mean {near!r}?" if near else f"there are {', '.join(people)}"
                message = f"there is no recipient {stand_in!r} here; {hint}"
            elif (stand_in or checked.the_fallback) == recipient.id:
                why = "their own stand-in" if stand_in else "the fallback, who stands in for others"
                message = f"{recipient.id} is {why}; name somebody else as stand_in"
            if message is not None:
                is_clear = False
                yield positions.finding((*at, "stand_in"), message, "stand-in")
            if any(_overlap(absence, other) for other in before):
                message = "two absences share days; write them as one"
                yield positions.finding(at, message, "absence")
            before.append(absence)
    for at, circle in _circles(checked) if is_clear else ():
        message = (
            f"{' → '.join(circle)} stand in for one another on the same days, and nobody is "
            "left; name somebody who is there"
        )
        yield positions.finding((*at, "stand_in"), message, "stand-in")


def _circles(checked: SalesFile) -> Iterator[tuple[Path_, list[str]]]:
    """Where an absent person's stand-in is absent too, and so on, back to one who was asked."""
    by_id = {one.id: one for one in checked.recipients}
    for place, recipient in enumerate(checked.recipients):
        for number, absence in enumerate(recipient.absence):
            chain, days = [recipient.id], (absence.begins, absence.ends)
            found = _circle(by_id, checked.the_fallback, chain, absence, days)
            if found:
                yield ("recipients", place, "absence", number), found


def _circle(
    by_id: Mapping[str, RecipientEntry],
    fallback: str,
    chain: list[str],
    absence: AbsenceEntry,
    days: tuple[str, str],
) -> list[str]:
    """The people of a circle that closes on some of these days; none if there is none."""
    stand_in = absence.stand_in or fallback
    if stand_in in chain:
        return [*chain, stand_in]
    for other in by_id[stand_in].absence:
        begins, ends = max(days[0], other.begins), min(days[1], other.ends)
        if begins <= ends:
            found = _circle(by_id, fallback, [*chain, stand_in], other, (begins, ends))
            if found:
                return found
    return []


def _overlap(one: AbsenceEntry, other: AbsenceEntry) -> bool:
    return one.begins <= other.ends and other.begins <= one.ends


# --- what the functions read ----------------------------------------------------------------


def _calendars(report: Report, checked: SalesFile, today: date) -> dict[str, dict[str, Any]]:
    """The public holidays of each place that is named, by its name in `_place`."""
    found: dict[str, dict[str, Any]] = {}
    for place, recipient in enumerate(checked.recipients):
        given = recipient.holidays
        if given is None or given.country is None or _place(recipient) in found:
            continue
        try:
            known = public_holidays(given.country, given.region, today.year)
        except UnknownPlace as error:
            at = ("recipients", place, "holidays", error.key)
            report.error(at, "unknown-name", str(error))
        else:
            dates = [day.isoformat() for day in known.dates]
            found[_place(recipient)] = {"dates": dates, "until": known.until.isoformat()}
    return found


def _place(recipient: RecipientEntry) -> str:
    given = recipient.holidays
    parts = () if given is None else (given.country, given.region)
    return "-".join(part for part in parts if part)


def _compiled(checked: SalesFile, calendars: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with all defaults."""
    made = checked.model_dump(by_alias=True, exclude_none=True)
    on_empty = _no_longer_send(checked.on_empty)
    for recipient, compiled in zip(checked.recipients, made["recipients"], strict=True):
        compiled["on_empty"] = _no_longer_send(recipient.on_empty or on_empty)
        compiled.setdefault("list", "own" if checked.owners else "all")
        for absence in compiled["absence"]:
            absence.setdefault("stand_in", checked.the_fallback)
        if recipient.holidays is not None:
            compiled["holidays"] = {"dates": recipient.holidays.dates}
            if recipient.holidays.country is not None:
                compiled["holidays"]["calendar"] = _place(recipient)
    return made | {
        "on_empty": on_empty,
        "calendars": dict(calendars),
        "fallback": checked.the_fallback,
        "tell": checked.tell or ("owner" if checked.owners else "all"),
        "teams": {
            name: [one.model_dump() for one in team.members] for name, team in checked.teams.items()
        },
        "owners": _rules(checked.owners),
    }


def _rules(owners: Sequence[OwnerEntry]) -> list[dict[str, Any]]:
    made = []
    for number, rule in enumerate(owners, 1):
        when = rule.when or {}
        one: dict[str, Any] = {"name": rule.name or str(number)}
        if lead := pattern_of(when):
            one["lead"] = lead
        if named := territories_of(when):
            one["territories"] = named
        made.append(one | ({"owner": rule.owner} if rule.owner else {"team": rule.team}))
    return made


def _no_longer_send(on_empty: str) -> str:
    return _SHORT if on_empty == "send" else on_empty
