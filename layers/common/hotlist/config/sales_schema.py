"""The schema of sales.yaml, as pydantic models. Only the build uses this module."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from hotlist.config.absences import check_absences
from hotlist.config.findings import BadConfig, Finding, read_model
from hotlist.config.owners_reach import check_names, check_people, check_rules, owners_of
from hotlist.config.owners_schema import (
    OwnerEntry,
    Pattern,
    TeamEntry,
    check_fields,
    check_owners,
    name_of,
    pattern_of,
    territories_of,
)
from hotlist.config.public_holidays import UnknownPlace, public_holidays
from hotlist.config.recipient_schema import CompanyEntry, Id, RecipientEntry
from hotlist.config.yaml import parse_yaml
from hotlist.scoring.check.report import Report

SOME_DAY: Final = date(2026, 1, 1)
"""Whoever checks a file without building it, and so without a clock, has the holidays from here."""

MOST_MAILS: Final = 1000
"""The largest cap: an hour's deliveries are one item."""

MOST_PEOPLE: Final = 1000
"""The most recipients: each run of the digest looks at all of them."""

_SHORT: Final = "short"
"""What `send` was called before."""

Tell = Literal["owner", "team", "all"]


class CapsEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    message: Annotated[int, Field(ge=1, le=MOST_MAILS)] | None = None
    alert: Annotated[int, Field(ge=1, le=MOST_MAILS)] | None = None


class SalesFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    recipients: Annotated[list[RecipientEntry], Field(min_length=1, max_length=MOST_PEOPLE)]
    on_empty: Literal["skip", "short", "weekly", "send"] = "skip"
    alert_on_rule_change: bool = False
    company: CompanyEntry | None = None
    fallback: Id | None = None
    tell: Tell | None = None
    caps: CapsEntry | None = None
    teams: dict[Id, TeamEntry] = {}
    territories: dict[Id, Pattern] = {}
    owners: Annotated[list[OwnerEntry], Field(max_length=200)] = []

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
    checked = read_model(SalesFile.model_validate, source, positions)
    report = Report(positions)
    wrong = []
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
    _check_people(report, checked.recipients)
    check_absences(report, checked.recipients, checked.the_fallback)
    check_owners(report, checked.people, checked.teams, checked.territories, checked.owners)
    calendars = _calendars(report, checked, today)
    if not report.has_errors and not wrong:
        check_fields(report, checked.territories, checked.owners, forms, domains)
        _check_reach(report, checked, forms)
    wrong += (one for one in report.findings if one.level == "error")
    if wrong:
        raise BadConfig(wrong)
    return _compiled(checked, calendars), report.findings


def _check_people(report: Report, recipients: Sequence[RecipientEntry]) -> None:
    """Refuse two of one id. Two of one address may be meant: a mailbox that many people read."""
    ids: set[str] = set()
    addresses: dict[str, str] = {}
    for place, one in enumerate(recipients):
        if one.id in ids:
            message = f"two recipients have the id {one.id!r}; give each its own"
            report.error(("recipients", place, "id"), "duplicate-id", message)
        ids.add(one.id)
        other = addresses.setdefault(one.email.lower(), one.id)
        if other != one.id:
            message = (
                f"{other} has the same address, so what goes to both comes there twice; take one "
                "of them out, unless several people read this mailbox"
            )
            report.warning(("recipients", place, "email"), "same-address", message)


def _check_reach(report: Report, checked: SalesFile, forms: Mapping[str, Any] | None) -> None:
    by_forms = [one.get("tell") for one in (forms or {}).values()]
    own = checked.tell or ("owner" if checked.owners else "all")
    tells = {own, *(tell for tell in by_forms if isinstance(tell, str))}
    reached = check_rules(report, checked.owners, checked.territories)
    check_names(report, checked.owners, checked.teams, checked.territories, tells)
    own_leads = {checked.the_fallback, *owners_of(reached, checked.teams)}
    check_people(report, checked.recipients, own_leads, checked.teams, tells)


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
    for place, rule in enumerate(owners):
        when = rule.when or {}
        one: dict[str, Any] = {"name": name_of(rule, place)}
        if lead := pattern_of(when):
            one["lead"] = lead
        if named := territories_of(when):
            one["territories"] = named
        made.append(one | ({"owner": rule.owner} if rule.owner else {"team": rule.team}))
    return made


def _no_longer_send(on_empty: str) -> str:
    return _SHORT if on_empty == "send" else on_empty
