"""Mistakes in sales.yaml: each is told at its line and column, with what to write instead."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import pytest

from hotlist.config import public_holidays
from hotlist.config.findings import BadConfig, path_text, to_json
from hotlist.config.forms_schema import compile_forms
from hotlist.config.sales_schema import check_sales, compile_sales
from hotlist.config.yaml import parse_yaml
from hotlist.sales.team import from_checked

GOOD: Final = """\
recipients:
  - id: anna
    name: Anna
    email: a@example.com
    holidays: {country: DE, region: BY, dates: [2026-12-24]}
    quiet_hours: {from: "20:00", to: "07:00"}
    absence: [{from: 2026-12-01, to: 2026-12-14, stand_in: ben}]
    list: own
    top: 50
    csv: true
  - id: ben
    name: Ben
    email: b@example.com
    absence: [{from: 2026-12-15, to: 2026-12-20, stand_in: anna}]
fallback: ben
tell: team
caps: {message: 30, alert: 1000}
teams:
  north: {members: [anna, {id: ben, weight: 2}]}
territories:
  south: {country: [PL], postcode: [{prefix: "3"}]}
owners:
  - {name: one, when: {territory: south}, owner: anna}
  - {when: {company_size: [{numeric: [">=", 50]}]}, team: north}
"""


def test_the_good_file_is_good() -> None:
    checked, warnings = check_sales(GOOD)
    assert warnings == ()
    assert checked["owners"] == [
        {"name": "one", "territories": ["south"], "owner": "anna"},
        {"name": "2", "lead": {"company_size": [{"numeric": [">=", 50]}]}, "team": "north"},
    ]


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ("fallback: ben", "fallback: bne", "15:1: fallback", "did you mean 'ben'?"),
        ("tell: team", "tell: boss", "16:1: tell", "'owner', 'team' or 'all'"),
        ("message: 30", "message: 0", "17:8: caps.message", "greater than or equal to 1"),
        ("alert: 1000", "alert: 1001", "17:21: caps.alert", "less than or equal to 1000"),
        ("[anna, {", "[anne, {", "19:21: teams.north.members[0]", "did you mean 'anna'?"),
        ("{id: ben,", "{id: anna,", "19:27: teams.north.members[1]", "in the team twice"),
        ("weight: 2", "weight: 0", "19:37: teams.north.members[1].weight", "greater than or equal"),
        ("[anna, {id: ben, weight: 2}]", "[]", "19:11: teams.north.members", "at least 1"),
        ("[PL]", "PL", "21:11: territories.south.country", "list"),
        ("[{prefix:", "[{prefx:", "21:38: territories.south.postcode[0].prefx", "write one of"),
        ("{territory: south}", "{territory: suoth}", "23:24: owners[0].when.territory", "'south'"),
        ("{territory: south}", "{territory: 5}", "23:24: owners[0].when.territory", "the name of"),
        ("{territory: south}", "{territory: []}", "23:24: owners[0].when.territory", "name one"),
        ("{territory: south}", "{}", "23:5: owners[0]", "`when` is empty"),
        (", owner: anna}", ", owner: ann}", "23:43: owners[0].owner", "did you mean 'anna'?"),
        (", owner: anna}", "}", "23:5: owners[0]", "either an `owner` or a `team`"),
        (", owner: anna}", ", owner: anna, team: north}", "23:5: owners[0]", "either an `owner`"),
        ("team: north}", "team: nort}", "24:53: owners[1].team", "did you mean 'north'?"),
        ('[">=", 50]', '[">=", x]', "24:29: owners[1].when.company_size[0].numeric", "numbers"),
        ("- {when: {comp", "- {name: one, when: {comp", "24:6: owners[1].name", "its own"),
        (
            "- {when: {comp",
            "- {name: fallback, when: {comp",
            "24:6: owners[1].name",
            "where no rule",
        ),
        ("- {when: {comp", "- {name: moved, when: {comp", "24:6: owners[1].name", "where no rule"),
        ("name: one, when", 'name: "2", when', "23:6: owners[0].name", "rule 2 has no name"),
        (
            "{territory: south}",
            "{$or: [{country: [PL]}, {territory: [south]}]}",
            "23:48: owners[0].when.$or[1].territory",
            "at the top of a rule's `when`",
        ),
        (
            "{territory: south}",
            "{$or: [{$or: [{territory: south}, {city: [X]}]}, {city: [Y]}]}",
            "23:38: owners[0].when.$or[0].$or[0].territory",
            "at the top of a rule's `when`",
        ),
        (
            "{territory: south}",
            "{territory.name: [south]}",
            "23:24: owners[0].when.territory.name",
            "at the top of a rule's `when`",
        ),
        (
            "[PL], postcode",
            "[PL], territory: [x], postcode",
            "21:26: territories.south.territory",
            "at the top of a rule's `when`",
        ),
        (
            "{country: [PL], postcode",
            "{$or: [{territory: [x]}, {city: [X]}], postcode",
            "21:18: territories.south.$or[0].territory",
            "at the top of a rule's `when`",
        ),
        ("country: DE", "country: ED", "5:16: recipients[0].holidays.country", "as in PL"),
        ("country: DE", "country: de", "5:16: recipients[0].holidays.country", "mean 'DE'?"),
        (
            "country: DE, region: BY",
            "country: UK",
            "5:16: recipients[0].holidays.country",
            "GB (not",
        ),
        ("region: BY", "region: by", "5:29: recipients[0].holidays.region", "mean 'BY'?"),
        ("region: BY", "region: XX", "5:29: recipients[0].holidays.region", "there are"),
        ("country: DE, ", "", "5:5: recipients[0].holidays", "`region` needs the `country`"),
        ("{country: DE, region: BY, dates: [2026-12-24]}", "{}", "5:5: recipients[0].holidays", ""),
        ("[2026-12-24]", "[2026-02-30]", "5:49: recipients[0].holidays.dates[0]", "is no day"),
        (
            "[2026-12-24]",
            "[24.12.2026]",
            "5:49: recipients[0].holidays.dates[0]",
            "write one like 2026",
        ),
        ('to: "07:00"', 'to: "20:00"', "6:5: recipients[0].quiet_hours", "the same time"),
        ('"20:00"', '"24:00"', "6:19: recipients[0].quiet_hours.from", "is no time"),
        ('to: "07:00"', 'until: "07:00"', "6:5: recipients[0].quiet_hours", ""),
        ("stand_in: ben", "stand_in: bne", "7:50: recipients[0].absence[0].stand_in", "'ben'"),
        ("stand_in: ben", "stand_in: anna", "7:50: recipients[0].absence[0].stand_in", "own"),
        ("to: 2026-12-14", "to: 2026-11-14", "7:15: recipients[0].absence[0]", "last day"),
        (
            "[{from: 2026-12-01, to: 2026-12-14, stand_in: ben}]",
            "{}",
            "7:5: recipients[0].absence",
            "list",
        ),
        (", stand_in: anna", "", "14:15: recipients[1].absence[0].stand_in", "the fallback"),
        (
            "from: 2026-12-15",
            "from: 2026-12-14",
            "7:50: recipients[0].absence[0].stand_in",
            "anna → ben",
        ),
        ("list: own", "list: mine", "8:5: recipients[0].list", "'own' or 'all'"),
        ("top: 50", "top: 51", "9:5: recipients[0].top", "50"),
        ("csv: true", "csv: 'yes'", "10:5: recipients[0].csv", "boolean"),
        ("csv: true", "on_empty: never", "10:5: recipients[0].on_empty", "'weekly'"),
        ("south: {country", "South 1: {country", "21:3: territories.South 1: this", "pattern"),
        ("north: {members", "N: {members", "19:3: teams.N: this name is refused", "pattern"),
        ("- id: ben", "- id: anna", "11:5: recipients[1].id", "two recipients have the id 'anna'"),
        ("name: Ben", "name: ' '", "12:5: recipients[1].name", "nothing can be seen"),
        ("name: Ben", 'name: "\\u200b"', "12:5: recipients[1].name", "nothing can be seen"),
        ("csv: true", "weekdays: [mon, tue, mon]", "10:5: recipients[0].weekdays", "mon stands"),
        (
            "[2026-12-24]",
            "[2026-12-24, 2026-12-31, 2026-12-24]",
            "5:41: recipients[0].holidays.dates",
            "2026-12-24 stands here twice",
        ),
        (
            "{territory: south}",
            "{territory: [south, south]}",
            "23:43: owners[0].when.territory[1]",
            "south stands here twice",
        ),
    ],
)
def test_a_mistake_is_told_at_its_place(old: str, new: str, place: str, said: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(BadConfig) as error:
        compile_sales(GOOD.replace(old, new), "sales.yaml")
    lines = [str(one).removeprefix("sales.yaml:") for one in error.value.findings]
    assert any(line.startswith(place) and said in line for line in lines), lines


def keywords(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all keywords and names in a file."""
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in entries:
        if isinstance(value, dict):
            yield (*path, key)
        if isinstance(one, dict | list):
            yield from keywords(one, (*path, key))


WHOLE: Final = (
    GOOD.replace("    csv: true\n", "    csv: true\n    language: pl\n    timezone: UTC\n")
    + "on_empty: skip\nalert_on_rule_change: true\n"
    + "company: {name: X, address: Y, reply_to: x@example.com}\n"
)


@pytest.mark.parametrize("path", list(keywords(parse_yaml(WHOLE, "")[0])), ids=path_text)
def test_a_keyword_without_a_value_is_refused_at_its_place(path: tuple[Any, ...]) -> None:
    """`when:` without a pattern would have a rule take every lead."""
    source = parse_yaml(WHOLE, "")[0]
    inner = source
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = None
    with pytest.raises(BadConfig) as error:
        compile_sales(to_json(source))
    found = [one for one in error.value.findings if "nothing stands after this" in one.message]
    assert [one.path for one in found] == [path_text(path)]
    assert len([one for one in error.value.findings if one.path == path_text(path)]) == 1


def test_a_keyword_without_a_value_is_told_where_it_stands() -> None:
    with pytest.raises(BadConfig, match=r"sales.yaml:3:11: owners\[0\].when: nothing stands after"):
        compile_sales(ONE + "owners: [{when: , owner: a}]\n")


def test_an_empty_value_inside_a_pattern_stays_one() -> None:
    assert compile_sales(ONE + "owners: [{when: {city: [null]}, owner: a}]\n")["owners"]


def test_two_of_one_address_are_doubtful() -> None:
    """A mailbox that many read may be meant."""
    twice = ONE + "  - {id: b, name: B, email: A@Example.com}\n"
    _, (warning,) = check_sales(twice)
    assert (warning.line, warning.path) == (3, "recipients[1].email")
    assert "a has the same address" in warning.message


def test_a_rule_may_be_called_by_its_own_number() -> None:
    rules = "owners: [{when: {city: [X]}, owner: a}, {name: '2', owner: a}]\n"
    assert [rule["name"] for rule in compile_sales(ONE + rules)["owners"]] == ["1", "2"]
    with pytest.raises(BadConfig, match=r"owners\[1\].name: rule 1 has no name"):
        compile_sales(ONE + rules.replace("'2'", "'1'"))


def test_what_is_inside_another_fact_may_be_called_like_the_keyword() -> None:
    """A purpose of consent, for one."""
    rules = "owners: [{when: {consents: {territory: {version: ['1']}}}, owner: a}]\n"
    assert compile_sales(ONE + rules)["owners"][0]["lead"]["consents"]


def test_absences_that_share_days_are_refused() -> None:
    more = "stand_in: ben}, {from: 2026-12-14, to: 2026-12-24, stand_in: ben}]"
    with pytest.raises(BadConfig, match="two absences share days"):
        compile_sales(
            GOOD.replace("stand_in: ben}]", more).replace(
                "12-15, to: 2026-12-20", "12-25, to: 2026-12-26"
            )
        )


def test_two_people_stand_in_for_each_other_on_other_days() -> None:
    assert compile_sales(GOOD)["recipients"][1]["absence"][0]["stand_in"] == "anna"


@pytest.mark.parametrize(
    ("days", "is_circle"),
    [
        (("2026-01-01", "2026-01-05"), True),
        (("2026-01-05", "2026-01-09"), True),
        (("2026-01-06", "2026-01-09"), False),
    ],
)
def test_a_circle_of_three_is_refused_where_it_closes(
    days: tuple[str, str], is_circle: bool
) -> None:
    absent = {"a": "2026-01-01, to: 2026-01-09, stand_in: b"}
    absent["b"] = "2026-01-03, to: 2026-01-05, stand_in: c"
    absent["c"] = f"{days[0]}, to: {days[1]}, stand_in: a"
    people = "".join(
        f"  - {{id: {one}, name: X, email: x@example.com, absence: [{{from: {given}}}]}}\n"
        for one, given in absent.items()
    )
    if is_circle:
        with pytest.raises(BadConfig, match="a → b → c → a"):
            compile_sales(f"recipients:\n{people}")
    else:
        assert compile_sales(f"recipients:\n{people}")


ONE: Final = "recipients:\n  - {id: a, name: A, email: a@example.com}\n"


def test_what_a_file_without_owners_means() -> None:
    checked = compile_sales(ONE + "on_empty: send\n")
    assert (checked["tell"], checked["fallback"], checked["on_empty"]) == ("all", "a", "short")
    assert checked["recipients"][0]["list"] == "all"
    assert checked["recipients"][0]["on_empty"] == "short"
    assert compile_sales(ONE + "owners: [{owner: a}]\n")["tell"] == "owner"
    assert compile_sales(ONE + "owners: [{owner: a}]\n")["recipients"][0]["list"] == "own"


def test_a_card_opens_by_a_device_unless_the_file_says_otherwise() -> None:
    assert compile_sales(ONE)["card_access"] == "device"
    assert from_checked(compile_sales(ONE)).card_access == "device"
    assert from_checked(compile_sales(ONE + "card_access: link\n")).card_access == "link"
    with pytest.raises(BadConfig, match=r"card_access: .*'device' or 'link'"):
        compile_sales(ONE + "card_access: none\n")


def test_a_word_that_never_occurs_is_doubtful() -> None:
    text = ONE + "owners: [{when: {email_class: [private], channel: [seo]}, owner: a}]\n"
    _, warnings = check_sales(text, domains={})
    assert [(one.line, one.path) for one in warnings] == [
        (3, "owners[0].when.email_class[0]"),
        (3, "owners[0].when.channel[0]"),
    ]


def test_a_message_of_a_form_is_no_fact() -> None:
    forms = compile_forms("f: {fields: {email: {type: email}, why: {type: message}}}")
    text = ONE + "owners: [{when: {why: [roof]}, owner: a}]\n"
    with pytest.raises(BadConfig, match="message field of the form f"):
        check_sales(text, forms=forms)


def holidays_of(text: str, today: date) -> Any:
    return compile_sales(text, today=today)["calendars"]


def test_holidays_are_those_of_the_year_of_the_build_and_of_five_more() -> None:
    text = ONE.replace("}", ", holidays: {country: PL}}")
    found = holidays_of(text, date(2026, 12, 31))["PL"]
    assert (found["dates"][0], found["dates"][-1]) == ("2026-01-01", "2031-12-26")
    assert found["until"] == "2031-12-31"
    assert "2030-04-22" in found["dates"]  # Easter Monday
    assert holidays_of(text, date(2027, 1, 1))["PL"]["until"] == "2032-12-31"


def test_a_region_has_its_own_holidays() -> None:
    text = ONE.replace("}", ", holidays: {country: DE, region: BY}}")
    assert "2026-01-06" in holidays_of(text, date(2026, 1, 1))["DE-BY"]["dates"]
    without = holidays_of(text.replace(", region: BY", ""), date(2026, 1, 1))
    assert "2026-01-06" not in without["DE"]["dates"]


def test_what_a_country_has_not_announced_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some are announced year by year, so the package has less than six years of them."""
    known = public_holidays.public_holidays("LK", None, 2024)
    assert known.dates
    assert known.until.year == known.dates[-1].year
    monkeypatch.setattr(public_holidays, "YEARS", 1)
    assert public_holidays.public_holidays("PL", None, 2026).until == date(2026, 12, 31)


def test_a_country_without_any_holidays_is_known_to_have_none() -> None:
    assert public_holidays.public_holidays("UA", None, 2026).until == date(2031, 12, 31)
