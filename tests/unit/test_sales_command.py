"""`hotlist sales`: who would own a lead and why, and what is never reached."""

from pathlib import Path
from typing import Final

import pytest

from hotlist_cli.__main__ import main

SALES: Final = """\
recipients:
  - {id: anna, name: A, email: a@example.com}
  - {id: ben, name: B, email: b@example.com, list: all}
  - {id: cleo, name: C, email: c@example.com}
teams: {north: {members: [anna, {id: ben, weight: 3}]}}
territories: {south: {country: [PL], postcode: [{prefix: "3"}]}}
owners:
  - {name: school, when: {email_class: [education]}, owner: cleo}
  - {when: {territory: south}, owner: anna}
  - {when: {company_size: [{numeric: [">=", 50]}]}, team: north}
"""
FORMS: Final = """\
contact: {fields: {email: {type: email}, company_size: {type: integer}}}
"""
SCORING: Final = """\
temperature: {hot: 40}
domains: {own: [example.com]}
rules: [{id: a, event: page_viewed, points: 1}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, SALES)
    (tmp_path / "forms.yaml").write_text(FORMS, "utf-8")
    (tmp_path / "scoring.yaml").write_text(SCORING, "utf-8")
    return tmp_path


def write(folder: Path, sales: str) -> None:
    (folder / "sales.yaml").write_text(sales, "utf-8")


def run(capsys: pytest.CaptureFixture[str], folder: Path, *given: str) -> tuple[int, list[str]]:
    status = main(["sales", *given, "--config", str(folder)])
    return status, capsys.readouterr().out.splitlines()


def test_why_a_rule_fits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = '{"country": "pl", "postcode": "30-001"}'
    asked = ("who", "--email", "Ada@Gmail.com", "--facts", facts)
    assert run(capsys, folder, *asked) == (
        0,
        [
            "1. rule school: does not fit",
            '   no: email_class is "freemail"; asked for is ["education"]',
            "2. rule 2: fits",
            "   in the territory south:",
            '     yes: country is "pl"; asked for is ["PL"]',
            '     yes: postcode is "30-001"; asked for is [{"prefix": "3"}]',
            "Owner: anna",
            "Mail about it goes to owner: now that is anna",
        ],
    )


def test_why_no_rule_fits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, lines = run(capsys, folder, "who", "--phone", "+48600100200")
    assert status == 0
    assert '   no: company_size is unknown; asked for is [{"numeric": [">=", 50]}]' in lines
    assert lines[-2:] == [
        "Owner: anna, the fallback, for no rule fits",
        "Mail about it goes to owner: now that is anna",
    ]


def test_within_a_team_it_needs_the_lead(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    size = ("--facts", '{"company_size": 50}')
    _, lines = run(capsys, folder, "who", *size)
    shares = "anna 25 %, ben 75 %"
    assert lines[-1] == f"Owner: one of a team, by the e-mail address or phone number: {shares}"
    found = set()
    for number in range(12):
        _, lines = run(capsys, folder, "who", *size, "--email", f"a{number}@gmail.com")
        found.add(lines[-2])
    assert found == {
        f"Owner: {one}, chosen by the lead's id in a team: {shares}" for one in ("anna", "ben")
    }


def test_a_class_of_the_rule_sets_own_is_known(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, SALES.replace("[education]", "[own]"))
    _, lines = run(capsys, folder, "who", "--email", "ada@example.com")
    assert "Owner: cleo" in lines


def test_whoever_is_absent_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    absent = "absence: [{from: 2000-01-01, to: 2999-12-31, stand_in: ben}]"
    write(folder, SALES.replace("a@example.com", f"a@example.com, {absent}") + "fallback: ben\n")
    facts = '{"country": "PL", "postcode": "30"}'
    _, lines = run(capsys, folder, "who", "--email", "ada@gmail.com", "--facts", facts)
    assert lines[-2:] == [
        "Mail about it goes to owner: now that is ben",
        "anna is absent, and ben stands in",
    ]


def test_without_rules_nobody_owns_anything(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, SALES.partition("teams:")[0])
    assert run(capsys, folder, "who", "--email", "ada@example.com") == (
        0,
        [
            "There are no rules for owners: no lead has an owner.",
            "Mail about it goes to all: now that is anna, ben, cleo",
        ],
    )


@pytest.mark.parametrize(
    "given",
    [
        ("--facts", "[1]"),
        ("--facts", "{"),
        ("--facts", "[" * 100_000),
        ("--facts", '{"a":' * 3_000 + "1" + "}" * 3_000),
        ("--facts", '{"country": "PL", "country": "DE"}'),
        ("--facts", '{"a": {"b": 1, "b": 1}}'),
        ("--facts", '{"company_size": NaN}'),
        ("--facts", '{"company_size": -Infinity}'),
        ("--facts", '{"company_size": 1e999}'),
        ("--facts", '{"a": [{"b": -1e400}]}'),
        ("--facts", '{"company_size": ' + "9" * 5_000 + "}"),
        ("--facts", '{"company_size": ' + "9" * 400 + "}"),
        ("--facts", '{"company": "\\ud800"}'),
        ("--facts", '{"company": "\udcff"}'),
        ("--email", "nobody"),
        ("--phone", "call me"),
        ("--facts", '{"email": "nobody"}'),
    ],
)
def test_a_wrong_call(
    folder: Path, given: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sales", "who", *given, "--config", str(folder)]) == 2
    said = capsys.readouterr()
    assert "Invalid value for --" in said.out + said.err


@pytest.mark.parametrize("command", ["who", "check"])
def test_a_file_that_cannot_be_used(
    folder: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, SALES.replace("owner: anna", "owner: ann"))
    status, lines = run(capsys, folder, command)
    assert status == 1
    said = "owners[1].owner: there is no recipient 'ann' here; did you mean 'anna'? [unknown-name]"
    assert lines == [f"{folder}/sales.yaml:9:32: error: {said}"]
    (folder / "sales.yaml").unlink()
    status, lines = run(capsys, folder, command)
    assert (status, "cannot be read" in lines[0]) == (1, True)


def unreached(capsys: pytest.CaptureFixture[str], folder: Path) -> list[tuple[str, str]]:
    """The place of each warning, and the beginning of what it says."""
    status, lines = run(capsys, folder, "check")
    assert status == 0
    assert lines[-1].endswith("no errors")
    told = [line.partition("warning: ")[2].partition(": ") for line in lines[:-1]]
    return [(place, " ".join(said.split()[:5])) for place, _, said in told]


def test_nothing_to_say(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, folder, "check") == (0, ["3 recipients, 3 rules, no errors"])


ABSENT: Final = "absence: [{from: 2026-01-01, to: 2026-01-02, stand_in: cleo}]"
NO_LEAD: Final = "no lead comes to this"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("  - {owner: ben}\n  - {when: {role: [ceo]}, owner: cleo}\n", ["owners[4]"]),
        ("  - {owner: ben}\n  - {owner: cleo}\n", ["owners[4]"]),
        ('  - {when: {company_size: [{numeric: [">=", 70]}]}, owner: cleo}\n', ["owners[3]"]),
        ('  - {when: {company_size: [{numeric: [">=", 20]}]}, owner: cleo}\n', []),
        ("  - {when: {territory: south, role: [ceo]}, owner: cleo}\n", ["owners[3]"]),
        ('  - {when: {country: [PL], postcode: ["30-001"]}, owner: cleo}\n', ["owners[3]"]),
        ("  - {when: {country: [PL]}, owner: cleo}\n", []),
        ("  - {when: {email_class: [Education], role: [ceo]}, owner: cleo}\n", ["owners[3]"]),
    ],
)
def test_rules_that_get_no_lead(
    folder: Path, rules: str, expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, SALES + rules)
    assert unreached(capsys, folder) == [(place, NO_LEAD) for place in expected]


def test_a_territory_is_reached_only_if_all_ways_are_taken(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SALES.replace("territories: {", "territories: {west: {country: [FR]}, ")
    write(folder, text + "  - {when: {territory: [south, west]}, owner: cleo}\n")
    assert unreached(capsys, folder) == []
    more = "  - {when: {territory: [west]}, owner: ben}\n"
    write(folder, text + more + "  - {when: {territory: [south, west]}, owner: cleo}\n")
    assert unreached(capsys, folder) == [("owners[4]", NO_LEAD)]


def test_names_that_nothing_names(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, SALES.replace("team: north", "owner: ben").replace("{territory: s", "{s"))
    write(folder, (folder / "sales.yaml").read_text("utf-8").replace("{south}", "{role: [ceo]}"))
    assert unreached(capsys, folder) == [
        ("teams.north", "no rule names the team"),
        ("territories.south", "no rule names the territory"),
    ]
    tell = (folder / "sales.yaml").read_text("utf-8") + "tell: team\n"
    write(folder, tell)
    assert [place for place, _ in unreached(capsys, folder)] == ["territories.south"]


@pytest.mark.parametrize(
    ("more", "is_told"),
    [
        ("", True),
        ("  - {owner: ben}\n  - {owner: cleo}\n", True),
        ("  - {when: {role: [ceo]}, owner: cleo}\n", False),
        ("fallback: cleo\n", False),
        ("tell: all\n", False),
        ("tell: team\n", True),
    ],
)
def test_people_who_get_nothing(
    folder: Path, more: str, is_told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, SALES.replace("owner: cleo", "owner: anna") + more)
    places = [place for place, _ in unreached(capsys, folder)]
    assert ("recipients[2]" in places) is is_told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("c@example.com}", "c@example.com, list: all}"),
        ("a@example.com", f"a@example.com, {ABSENT}"),
        ("teams: {", "tell: team\nteams: {south: {members: [anna, cleo]}, "),
    ],
)
def test_people_who_get_something_without_a_rule(
    folder: Path, old: str, new: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SALES.replace("owner: cleo", "owner: anna")
    write(folder, text.replace(old, new, 1))
    assert unreached(capsys, folder) == []


def test_a_form_that_tells_all_reaches_everybody(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, SALES.replace("owner: cleo", "owner: anna"))
    assert unreached(capsys, folder) == [("recipients[2]", "cleo owns no lead and")]
    (folder / "forms.yaml").write_text(FORMS.replace("{fields", "{tell: all, fields"), "utf-8")
    assert unreached(capsys, folder) == []


def test_the_help_names_all_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sales", "--help"]) == 0
    said = capsys.readouterr().out
    assert "who" in said
    assert "check" in said
    assert "digest" in said
