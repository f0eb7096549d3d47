"""`hotlist rules score`: facts, numbers with every digit, and tables that add up."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hotlist_cli.rules.output import exact, table, to_json
from rules_command import event, rules

RULES = """\
temperature: {warm: 20, hot: 40}
groups: {fit: {}, engagement: {max: 50, decay: {half_life: 30d}}}
rules:
  - {id: boss, title: {pl: Szef, en: Decides}, lead: {role: [director]}, points: 10.5}
  - {id: ask, event: contact_requested, points: 20, override: hot, lasts: 14d}
  - {id: visit, event: page_viewed, points: 15, max: 45}
  - {id: odd, event: page_engaged, points: -0.125}
"""
COLUMNS = """lead total exact groups temperature grade stage segment override suspended
next_change_at contributions""".split()
LINE = "rule group event_id at raw decayed lost points".split()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("rules") / "scoring.yaml"
    made.write_text(RULES)
    return made


def scores(file: Path, *events: dict[str, Any], now: str = "31") -> list[Any]:
    options = ("--rules", file, "--events", "-", "--json", "--now", f"2026-03-{now}T00:00:00Z")
    return rules("score", *options, events=events).objects()


def seen(tmp_path: Path, *events: dict[str, Any], now: str = "31") -> dict[str, bool]:
    """Which of the facts that the patterns name a lead has: one rule for each, worth a point."""
    made = tmp_path / "facts.yaml"
    patterns = {
        "email": "{email: [ada@example.org]}",
        "domain": "{email_domain: [example.org]}",
        "class": "{email_class: [business]}",
        "phone": '{phone: ["+48600100200"]}',
        "has-phone": "{has_phone: [true]}",
        "country": "{phone_country: [pl]}",
        "raw-phone": '{phone: ["600 100 200"]}',
        "language": "{language: [pl]}",
        "first": "{first_touch: {source: [google]}}",
        "last": "{last_touch: {source: [news]}}",
        "channel": "{channel: [paid_search]}",
        "consent": "{consents: [email]}",
        "orders": "{orders: [2]}",
        "value": "{order_value: {EUR: [30.5]}}",
        "role": "{role: [cto]}",
        "city": "{city: [opole]}",
    }
    lines = "".join(f"  - {{id: {n}, lead: {p}, points: 1}}\n" for n, p in patterns.items())
    made.write_text("temperature: {hot: 99}\nrules:\n" + lines)
    (lead,) = scores(made, *events, now=now)
    found = {line["rule"] for line in lead["contributions"]}
    return {name: name in found for name in patterns}


def found(facts: dict[str, bool]) -> set[str]:
    return {name for name, is_there in facts.items() if is_there}


def form(number: int, **answers: Any) -> dict[str, Any]:
    return event(f"form{number}", "form_submitted", str(number), properties=answers)


# --- JSON -------------------------------------------------------------------------------


def test_a_score_has_all_its_keys_in_order(file: Path) -> None:
    (lead,) = scores(file, event("1", "page_viewed", "1"), now="31")
    assert list(lead) == COLUMNS
    assert [list(line) for line in lead["contributions"]] == [LINE]
    assert lead == {
        "lead": "ada",
        "total": 8,
        "exact": 7.5,
        "groups": {"fit": 0, "engagement": 8},
        "temperature": "cold",
        "grade": None,
        "stage": "awareness",
        "segment": None,
        "override": None,
        "suspended": False,
        "next_change_at": None,
        "contributions": [
            {
                "rule": "visit",
                "group": "engagement",
                "event_id": "1",
                "at": "2026-03-01T00:00:00.000Z",
                "raw": 15,
                "decayed": 7.5,
                "lost": 0,
                "points": 7.5,
            }
        ],
    }


def test_an_override_and_its_end(file: Path) -> None:
    (lead,) = scores(file, event("1", "contact_requested", "20"))
    assert (lead["temperature"], lead["override"], lead["stage"]) == ("hot", "ask", "intent")
    assert lead["next_change_at"] == "2026-04-03T00:00:00.000Z"


def test_leads_stand_in_the_order_of_their_first_line(file: Path) -> None:
    lines = [
        event("1", "page_viewed", "3", lead="c"),
        {"lead": "b", "facts": {}},
        event("2", "page_viewed", "1", lead="a"),
        event("3", "page_viewed", "1", lead="c"),
    ]
    assert [lead["lead"] for lead in scores(file, *lines)] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("16.5", "16.5"),
        ("16.50000", "16.5"),
        ("40", "40"),
        ("4E+1", "40"),
        ("-0.125", "-0.125"),
        ("0.000", "0"),
        ("-0.0", "0"),
        ("1E-5", "0.00001"),
        ("123456789012345678901234567890.12345", "123456789012345678901234567890.12345"),
    ],
)
def test_numbers_keep_every_digit(number: str, text: str) -> None:
    assert exact(Decimal(number)) == text
    assert to_json({"exact": Decimal(number), "no": None}) == f'{{"exact": {text}, "no": null}}'


# --- facts ------------------------------------------------------------------------------


def test_a_form_says_who_it_is(tmp_path: Path) -> None:
    answers = {
        "email": " Ada@Example.org ",
        "phone": "+48 600 100 200",
        "language": "pl",
        "role": "CTO",
        "city": "Opole",
        "source": "google",
        "medium": "cpc",
        "consents": {"email": {"version": "1"}},
    }
    facts = seen(tmp_path, form(1, **answers), form(2, source="news", role="", city=None))
    not_said = {"raw-phone", "orders", "value"}
    assert found(facts) == facts.keys() - not_said


def test_bad_identifiers_are_facts_all_the_same(tmp_path: Path) -> None:
    assert found(seen(tmp_path, form(1, email="ada@", phone="600 100 200"))) == {"raw-phone"}


def test_orders_count_once_each(tmp_path: Path) -> None:
    orders = [
        event(str(n), "order_completed", str(n), properties={"order_id": o, "value": v} | EUR)
        for n, o, v in [(1, "x", 20.25), (2, "x", 20.25), (3, "y", "10.25")]
    ]
    assert found(seen(tmp_path, *orders)) == {"orders", "value"}


EUR = {"currency": "EUR"}


@pytest.mark.parametrize(
    ("event_type", "properties", "is_known"),
    [
        ("demo_requested", {"role": "cto"}, True),
        ("custom:quiz", {"role": "cto", "form": "quiz"}, True),
        ("custom:quiz", {"role": "cto"}, False),
        ("page_viewed", {"role": "cto"}, False),
        ("email_clicked", {"role": "cto"}, False),
        ("order_completed", {"role": "cto"}, False),
        ("order_completed", {"facts": {"role": "cto"}}, True),
        ("lead_imported", {"facts": {"role": "cto"}}, True),
        ("page_viewed", {"facts": {"role": "cto"}}, False),
    ],
)
def test_who_is_believed(
    tmp_path: Path, event_type: str, properties: dict[str, Any], is_known: bool
) -> None:
    facts = seen(tmp_path, event("1", event_type, "1", properties=properties))
    assert facts["role"] is is_known


@pytest.mark.parametrize(
    ("more", "now", "is_known"),
    [
        ({}, "02", True),
        ({}, "01", True),
        ({"occurred_at": "2026-03-02T00:00:00.001Z"}, "02", False),
        ({"expires_at": "2026-03-02T00:00:00.001Z"}, "02", True),
        ({"expires_at": "2026-03-02T00:00:00Z"}, "02", False),
        ({"flags": ["spam"]}, "02", False),
        ({"flags": ["internal"]}, "02", False),
        ({"flags": ["bot"]}, "02", False),
        ({"occurred_at": "2019-03-02T00:00:00Z"}, "02", True),
    ],
)
def test_facts_are_of_events_that_are_there(
    tmp_path: Path, more: dict[str, Any], now: str, is_known: bool
) -> None:
    assert seen(tmp_path, form(1, role="cto") | more, now=now)["role"] is is_known


def test_facts_lines_win(tmp_path: Path) -> None:
    lines = [
        {"lead": "ada", "facts": {"role": "cfo", "city": "Opole"}},
        form(1, role="clerk", city="Kielce"),
        {"lead": "ada", "facts": {"role": "cto"}},
    ]
    assert found(seen(tmp_path, *lines)) == {"role", "city"}


def test_a_lead_is_suspended_and_resumed(file: Path) -> None:
    lines = [
        {"lead": "ada", "facts": {"role": "director"}},
        event("1", "score_suspended", "2"),
        event("2", "score_resumed", "4"),
    ]
    states = [scores(file, *lines, now=now)[0] for now in ("01", "03", "05")]
    assert [lead["suspended"] for lead in states] == [False, True, False]
    assert [lead["exact"] for lead in states] == [10.5, 0, 10.5]
    assert [lead["stage"] for lead in states] == ["awareness", "suspended", "awareness"]


# --- flags ------------------------------------------------------------------------------


def test_a_user_agent_makes_a_bot(file: Path) -> None:
    visit = event("1", "page_viewed", "1", properties={"user_agent": "Googlebot/2.1"})
    assert scores(file, visit, now="01")[0]["total"] == 0
    release = {"event_id": "1", "remove": "bot"}
    word = event("2", "event_reclassified", "2", properties=release)
    assert [scores(file, visit, word, now=now)[0]["total"] > 0 for now in ("01", "02")] == [
        False,
        True,
    ]


def test_operators_flag_and_release_events(file: Path) -> None:
    visit = event("1", "page_viewed", "1")
    flag = event("2", "event_reclassified", "2", properties={"event_id": "1", "add": ["spam"]})
    free = event("3", "event_reclassified", "4", properties={"event_id": "1", "remove": "spam"})
    for lines in ([visit, flag, free], [free, flag, visit]):
        totals = [scores(file, *lines, now=now)[0]["total"] for now in ("01", "03", "05")]
        assert [total > 0 for total in totals] == [True, False, True]


def test_a_word_of_operators_ends_with_its_event(file: Path) -> None:
    until = {"expires_at": "2026-03-03T00:00:00Z"}
    flag = event("2", "event_reclassified", "2", properties={"event_id": "1", "add": "spam"})
    lines = [event("1", "page_viewed", "1"), flag | until]
    assert [scores(file, *lines, now=now)[0]["total"] > 0 for now in ("02", "03")] == [False, True]


# --- for people -------------------------------------------------------------------------


def test_the_table_has_a_line_for_each_lead(file: Path) -> None:
    lines = [
        event("1", "contact_requested", "20"),
        event("1", "page_viewed", "30", lead="Żółw\n\x1b[1m"),
    ]
    options = ("--rules", file, "--events", "-", "--now", "2026-03-31T00:00:00Z")
    ran = rules("score", *options, events=lines)
    assert (ran.status, ran.err) == (0, "")
    head, *rows = ran.out.splitlines()
    assert head.split() == "lead total fit engagement temperature stage next change".split()
    assert re.split(r"  +", rows[0]) == [
        "ada",
        "16",
        "0",
        "16",
        "hot (ask)",
        "intent",
        "2026-04-03T00:00:00.000Z",
    ]
    assert re.split(r"  +", rows[1])[0] == r"Żółw\n\x1b[1m"
    assert len({line.index(word) for line, word in zip(rows, ("hot", "cold"), strict=True)}) == 1


def test_an_explanation_adds_up(file: Path) -> None:
    lines = [{"lead": "ada", "facts": {"role": "director"}}]
    lines += [event(str(n), "page_viewed", str(n)) for n in range(1, 9)]
    lines += [event("e", "page_engaged", "9")]
    options = ("--rules", file, "--events", "-", "--now", "2026-03-10T00:00:00Z")
    out = rules("score", *options, "--explain", events=lines).out
    (lead,) = scores(file, *lines, now="10")
    heading, head, *rows, total = out.split("\n\n")[1].splitlines()
    assert heading == f"ada: {lead['total']}, hot, awareness"
    assert head.split() == "rule group when event raw decayed lost points".split()
    points = [Decimal(row.split()[-1]) for row in rows]
    assert sum(points) == Decimal(total.split()[-1]) == Decimal(str(lead["exact"]))
    assert [float(p) for p in points] == [line["points"] for line in lead["contributions"]]
    assert rows[0].split()[:4] == ["Decides", "(boss)", "fit", "–"]
    assert len({row.rindex(".") for row in [*rows, total]}) == 1


def test_a_lead_without_points_has_no_lines(file: Path) -> None:
    ran = rules("score", "--rules", file, "--events", "-", "--explain", events=[NOBODY])
    assert ran.out.endswith("\nada: 0, cold, awareness\n  nothing counts\n")


NOBODY = {"lead": "ada", "facts": {}}


def test_wide_characters_take_two_columns() -> None:
    drawn = table(["name", "n"], [["日本", "1"], ["e\u0301", "22"]], numbers={"n"})
    assert drawn == "name   n\n日本   1\ne\u0301     22"


def ahead(file: Path, *events: dict[str, Any], now: str) -> str | None:
    """When the only lead changes next."""
    (score,) = scores(file, *events, now=now)
    change: str | None = score["next_change_at"]
    return change


def test_what_is_known_later_changes_the_temperature_too(tmp_path: Path) -> None:
    made = tmp_path / "scoring.yaml"
    made.write_text(
        "temperature: {warm: 20, hot: 40}\nrules:\n"
        "  - {id: visit, event: page_viewed, points: 50}\n"
        "  - {id: boss, lead: {role: [boss]}, points: 50}\n"
    )
    view = event("v", "page_viewed", "1")
    said = {"form": "x", "role": "boss"}
    suspended = event("s", "score_suspended", "10")
    assert ahead(made, view, suspended, now="05") == "2026-03-10T00:00:00.000Z"
    until = {**event("s", "score_suspended", "2"), "expires_at": "2026-03-06T00:00:00Z"}
    assert ahead(made, view, until, now="05") == "2026-03-06T00:00:00.000Z"
    role = {
        **event("f", "form_submitted", "2", properties=said),
        "expires_at": "2026-03-06T00:00:00Z",
    }
    assert ahead(made, role, now="05") == "2026-03-06T00:00:00.000Z"
    assert ahead(made, role, view, now="05") == scores(made, view, now="05")[0]["next_change_at"]
    later = event("f", "form_submitted", "9", properties=said)
    assert (
        ahead(made, event("e", "page_engaged", "1"), later, now="05") == "2026-03-09T00:00:00.000Z"
    )
    word = {"event_id": view["event_id"], "add": ["bot"]}
    assert ahead(made, view, event("w", "event_reclassified", "8", properties=word), now="05") == (
        "2026-03-08T00:00:00.000Z"
    )
