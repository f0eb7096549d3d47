"""`hotlist sales`: who would own a lead and why, what of sales.yaml is never reached, digests."""

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from hotlist.config.findings import BadConfig, Finding
from hotlist.identity.identifiers import (
    EMAIL,
    PHONE,
    BadIdentifier,
    normalise_email,
    normalise_phone,
    subject,
)
from hotlist.sales import team
from hotlist.sales.owners import OwnerRule, Owners
from hotlist.scoring.check.scoring_file import check_scoring
from hotlist.scoring.domains import email_class
from hotlist.scoring.pattern import eventbridge
from hotlist_cli import digest_switch
from hotlist_cli.config import forms_of, read_text, sales_of
from hotlist_cli.rules import json_lines
from hotlist_cli.rules.check import listed
from hotlist_cli.rules.output import cell, say

app = typer.Typer(help="Who gets mail, and whose a lead is.", rich_markup_mode="rich")
app.add_typer(digest_switch.app, name="digest")

_Folder = Annotated[Path, typer.Option("--config", help="folder of the YAML")]
_HERE: Final = Path("config")
_NO_LEAD: Final = ""


@app.callback()
def sales() -> None:
    """Who gets mail, and whose a lead is."""


@app.command()
def check(folder: _Folder = _HERE) -> None:
    """Check sales.yaml as the build does, and say what is never reached.

    That are rules after one that takes all their leads, teams and territories that nothing
    names, and people who get neither leads nor alerts.

    Exit status: 0 if it can be used, 1 if not.
    """
    checked, findings = _checked(folder)
    if findings:
        say(listed(findings))
    if checked is None:
        raise typer.Exit(1)
    counts = ((len(checked[name]), name) for name in ("recipients", "owners"))
    people, rules = (f"{number} {_noun(name, number)}" for number, name in counts)
    say(f"{people}, {rules}, no errors")


@app.command()
def who(
    email: Annotated[str | None, typer.Option(help="the lead's e-mail address")] = None,
    phone: Annotated[str | None, typer.Option(help="its phone number, as in +48600100200")] = None,
    facts: Annotated[
        str, typer.Option(metavar="JSON", help="""what is known of it: '{"country": "PL"}'""")
    ] = "{}",
    folder: _Folder = _HERE,
) -> None:
    """Say who would own a lead, and why: each rule, and whether it fits.

    An e-mail address or a phone number gives facts too, such as its domain. Within a team the
    owner follows from the address, or from the number if there is none.
    The owner of a lead that sales was told of is stored with it, and stays.

    Exit status: 0, 1 if sales.yaml cannot be used, 2 for a wrong call.
    """
    given = _facts(facts)
    checked, findings = _checked(folder)
    if checked is None:
        say(listed(findings))
        raise typer.Exit(1)
    key, known = _known(email, phone, given, folder)
    owners, people = Owners.from_checked(checked), team.from_checked(checked)
    if not owners.rules:
        say("There are no rules for owners: no lead has an owner.")
        _say_whom(people, None)
        return
    for number, (rule, source) in enumerate(zip(owners.rules, checked["owners"], strict=True), 1):
        fits = rule.fits(known)
        say(f"{number}. {_named(rule, number)}: {'fits' if fits else 'does not fit'}")
        for line in _reasons(source, checked["territories"], known):
            say(f"   {line}")
        if fits:
            break
    say(_owner(owners, key, known))
    if key:
        owner, _ = owners.of(key, known)
        _say_whom(people, owner)


def _checked(folder: Path) -> tuple[dict[str, Any] | None, tuple[Finding, ...]]:
    """The compiled sales.yaml, None if it cannot be used, and everything found."""
    file = folder / "sales.yaml"
    try:
        text = read_text(file)
        return sales_of(text, str(file), forms=_forms(folder), domains=_domains(folder))
    except BadConfig as error:
        return None, error.findings
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        return None, (Finding(1, 1, "", reason, "yaml", "error", str(file)),)


def _forms(folder: Path) -> dict[str, Any] | None:
    """The checked forms; None if they cannot be used: the build says why."""
    try:
        file = folder / "forms.yaml"
        return forms_of(read_text(file), str(file))[0]
    except (OSError, BadConfig):
        return None


def _domains(folder: Path) -> dict[str, Any] | None:
    """The classes of addresses in scoring.yaml; None if it cannot be used."""
    try:
        source = check_scoring(read_text(folder / "scoring.yaml")).source
    except OSError:
        return None
    return None if source is None else source.get("domains", {})


def _facts(text: str) -> dict[str, Any]:
    try:
        given = json_lines.parse(text.encode("utf-8", "surrogateescape"), '{"country": "PL"}')
        json.dumps(given, ensure_ascii=False).encode("utf-8")
    except json_lines.BadLine as error:
        raise typer.BadParameter(str(error), param_hint="--facts") from error
    except UnicodeEncodeError as error:
        said = "half a character (\\ud800 to \\udfff) stands here; write the whole one"
        raise typer.BadParameter(said, param_hint="--facts") from error
    if any(isinstance(one, int) and abs(one) > sys.float_info.max for one in _values(given)):
        said = "a number is larger than those that a rule can ask for; write a smaller one"
        raise typer.BadParameter(said, param_hint="--facts")
    return given


def _values(given: object) -> Iterator[object]:
    """The values inside maps and lists, which are not deep: `json_lines` has seen to it."""
    if isinstance(given, dict | list):
        for one in given.values() if isinstance(given, dict) else given:
            yield from _values(one)
    else:
        yield given


def _known(
    email: str | None, phone: str | None, given: Mapping[str, Any], folder: Path
) -> tuple[str, dict[str, Any]]:
    """The lead's id, if an identifier is known, and the facts: those that are given win."""
    found: dict[str, Any] = {}
    key = _NO_LEAD
    phone = phone if phone is not None else _text(given, "phone")
    email = email if email is not None else _text(given, "email")
    try:
        if phone is not None:
            number, country = normalise_phone(phone, "ZZ")
            key = subject(PHONE, number)
            found |= {"phone": number, "has_phone": True, "phone_country": country}
    except BadIdentifier as error:
        said = f"{error}; write it with its country, as in +48600100200"
        raise typer.BadParameter(said, param_hint="--phone") from error
    try:
        if email is not None:
            address = normalise_email(email)
            key = subject(EMAIL, address)
            found |= {"email": address, "email_domain": address.rpartition("@")[2]}
    except BadIdentifier as error:
        raise typer.BadParameter(str(error), param_hint="--email") from error
    known = {**found, **given}
    domain = known.get("email_domain")
    if "email_class" not in known and isinstance(domain, str):
        known["email_class"] = email_class(domain, _domains(folder) or {})
    return key, {name: value for name, value in known.items() if value is not None}


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    return value if isinstance(value, str) else None


# --- in plain words -------------------------------------------------------------------------


def _named(rule: OwnerRule, number: int) -> str:
    return f"rule {number}" if rule.name == str(number) else f"rule {cell(rule.name)}"


def _reasons(
    rule: Mapping[str, Any], territories: Mapping[str, Any], known: Mapping[str, Any]
) -> Iterator[str]:
    """Why a rule fits or not: one line for each field that it asks for."""
    if "lead" not in rule and "territories" not in rule:
        yield "it asks for nothing"
    yield from _fields(rule.get("lead", {}), known)
    for name in rule.get("territories", ()):
        is_there = eventbridge.compile(territories[name], ignore_case=True)(known)
        yield f"{'in' if is_there else 'not in'} the territory {cell(name)}:"
        yield from (f"  {line}" for line in _fields(territories[name], known))


def _fields(pattern: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    for name, asked in pattern.items():
        fits = eventbridge.compile({name: asked}, ignore_case=True)(known)
        shown = cell(json.dumps(asked, ensure_ascii=False, default=float))
        has = f"is {cell(json.dumps(known[name], ensure_ascii=False))}" if name in known else ""
        what = "one of several patterns" if name == "$or" else f"{cell(name)} {has or 'is unknown'}"
        yield f"{'yes' if fits else 'no'}: {what}; asked for is {shown}"


def _owner(owners: Owners, key: str, known: Mapping[str, Any]) -> str:
    rule = next((one for one in owners.rules if one.fits(known)), None)
    if rule is None:
        return f"Owner: {owners.fallback}, the fallback, for no rule fits"
    if len(rule.members) == 1:
        return f"Owner: {rule.members[0].id}"
    total = sum(member.weight for member in rule.members)
    shares = ", ".join(f"{one.id} {100 * one.weight / total:.0f} %" for one in rule.members)
    if not key:
        return f"Owner: one of a team, by the e-mail address or phone number: {shares}"
    return f"Owner: {owners.of(key, known)[0]}, chosen by the lead's id in a team: {shares}"


def _say_whom(people: team.Sales, owner: str | None) -> None:
    """Who gets mail about the lead at this moment."""
    now = datetime.now(UTC)
    told = people.whom(people.tell, owner, now, ())
    names = ", ".join(
        f"{one.id} (no alert now: quiet hours)" if one.is_quiet(now) else one.id for one in told
    )
    say(f"Mail about it goes to {people.tell}: now that is {names}")
    absent = next((one for one in people.recipients if one.id == owner), None)
    if absent is not None and (stand_in := absent.stand_in(now)):
        say(f"{owner} is absent, and {stand_in} stands in")


def _noun(name: str, number: int) -> str:
    word = {"recipients": "recipient", "owners": "rule"}[name]
    return word if number == 1 else f"{word}s"
