"""docs/scoring.md: every example is checked and scored, and nothing of the language is missing."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from hotlist.events.event import Event
from hotlist.events.vocabulary import OPERATOR_TYPES, TYPES, Route, is_activity
from hotlist.leads import classify
from hotlist.leads.lead import Alerting
from hotlist.leads.profile import facts_at
from hotlist.scoring import engine, ruleset
from hotlist.scoring.check.scoring_file import compile_scoring
from hotlist.scoring.explain import Contribution
from hotlist.scoring.pattern import eventbridge
from rules_command import rules
from scoring_examples import (
    DAY0,
    Fence,
    Table,
    code,
    framed,
    read_history,
    read_page,
    scored,
    value,
)

ROOT: Final = Path(__file__).parents[2]
TEXT: Final = (ROOT / "docs" / "scoring.md").read_text(encoding="utf-8")
PAGE: Final = read_page(TEXT)
EXAMPLES: Final = [fence for fence in PAGE.fences if fence.language == "yaml"]
TABLES: Final = [*PAGE.tables, *(table for fence in PAGE.fences for table in fence.tables)]

KEYWORDS: Final = {
    "top level": "timezone retention temperature grades segments groups total rules ignore domains "
    "stages shadow",
    "temperature": "warm hot rearm",
    "segment": "id lead temperature grades suspended",
    "group": "min max weight decay lasts",
    "total": "min max",
    "event rule": "id title group event where lead points first_of award decay lasts max min "
    "override unless active_from active_until humans_only",
    "silence rule": "id inactive award first_of points min score",
    "lead rule": "id lead points first_of override active_until",
    "band": "points where lead score",
    "matcher": "event where",
    "unless": "event where within same",
    "award": "at_count every within distinct",
    "decay": "half_life linear lose every steps floor",
}
"""What must stand in an example, by place."""

WORDS: Final = {
    "award": "each once per_day per_session latest",
    "within": "day session",
    "override": "cold hot",
    "decay": "none",
    "lasts": "none",
}

CODES: Final = (
    "yaml unknown-key type unknown-name duplicate-id bad-pattern wrong-kind never-fires bands gap "
    "cap order unreachable rearm lasts-after-decay too-many-steps endless-override unknown-value "
    "unread-field"
)


def tables(*header: str) -> Iterator[Table]:
    found = [table for table in TABLES if table.header[: len(header)] == header]
    assert found, f"no table with the columns {header}"
    yield from found


def rows(*header: str) -> list[Any]:
    return [
        pytest.param(*row, id=f"line {table.line + 2 + place}")
        for table in tables(*header)
        for place, row in enumerate(table.rows)
    ]


def findings(text: str, folder: Path) -> set[str]:
    """The codes of all that the check finds, and their levels."""
    file = folder / "scoring.yaml"
    file.write_text(text, encoding="utf-8")
    found = json.loads(rules("check", file, "--json").out)
    return {one["code"] + (" (warning)" if one["level"] == "warning" else "") for one in found}


def by_line(example: Fence) -> str:
    return f"line {example.line}: {example.heading}"


# --- what the examples come to --------------------------------------------------------------


@pytest.mark.parametrize("example", EXAMPLES, ids=by_line)
def test_an_example_gives_the_points_that_stand_below_it(example: Fence, tmp_path: Path) -> None:
    text = framed(example.text)
    assert findings(text, tmp_path) == set()
    made = ruleset.from_checked(compile_scoring(text))
    assert example.tables, "no table of what happens stands below it"
    for table in example.tables:
        for record in table.records if table.header[0] == "what happens" else ():
            score, found = scored(made, record)
            assert found == record, f"in the table at line {table.line}"
    for table in example.tables:
        if table.header[0] == "line":
            lines = [_line(line) for line in score.contributions]
            assert lines == list(table.rows)
        elif table.header[0] == "points, look by look":
            assert [(looks, str(_alerts(made, looks))) for looks, _ in table.rows] == [*table.rows]


def test_the_ruleset_in_the_readme_is_one(tmp_path: Path) -> None:
    page = read_page((ROOT / "README.md").read_text(encoding="utf-8"))
    (text,) = [one.text for one in page.fences if one.text.startswith("temperature:")]
    assert findings(text, tmp_path) == set()


def _line(line: Contribution) -> tuple[str, ...]:
    return line.rule, *map(str, (line.raw, line.decayed, line.lost, line.points))


def _alerts(made: ruleset.Ruleset, looks: str) -> int:
    alerting, alerts, events = Alerting(), 0, []
    for hour, points in enumerate(map(int, looks.split(", "))):
        at = DAY0 + timedelta(hours=hour)
        events.append(
            Event(
                event_id=f"{hour}",
                type="score_adjusted",
                occurred_at=at,
                properties={"set": points},
            )
        )
        look = engine.look(made, {}, events, at, alerting)
        alerting, alerts = look.alerting, alerts + look.crossed
    return alerts


VALUES: Final = {
    "points": "- {id: a, event: page_viewed, points: VALUE}",
    "duration": "retention: VALUE",
    "percentage": "groups: {fit: {weight: VALUE}}",
    "amount": "- {id: a, event: page_viewed, points: 9, decay: {half_life: 9d, floor: VALUE}}",
    "minimum": "temperature: {hot: 50, warm: VALUE}",
    "date": "- {id: a, event: page_viewed, points: 9, active_from: VALUE}",
    "instant": "- {id: a, event: page_viewed, points: 9, active_from: VALUE}",
    "boolean": "- {id: a, event: page_viewed, points: 9, humans_only: VALUE}",
    "matcher": "ignore: [VALUE]",
    "pattern": "- {id: a, event: page_viewed, points: 9, where: VALUE}",
}
"""Where a value of each kind may stand."""


@pytest.mark.parametrize(("name", "good", "bad", "meaning"), rows("value", "like this"))
def test_values_are_taken_and_refused(
    name: str, good: str, bad: str, meaning: str, tmp_path: Path
) -> None:
    for one in code(good):
        found = findings(framed(VALUES[name].replace("VALUE", one)), tmp_path)
        assert found <= {"unreachable"}, one  # a minimum of -10 is there for every lead
    for one in code(bad):
        wrong = findings(framed(VALUES[name].replace("VALUE", one)), tmp_path)
        assert wrong & {"type", "bad-pattern"}, one


def test_every_kind_of_value_has_examples() -> None:
    (table,) = tables("value", "like this")
    assert [row[0] for row in table.rows] == list(VALUES)


@pytest.mark.parametrize(("asked", "what", "fits", "others"), rows("pattern", "what it asks"))
def test_patterns_fit_what_they_say(asked: str, what: str, fits: str, others: str) -> None:
    matches = eventbridge.compile(value(code(asked)[0]))
    assert [one for one in code(fits) if not matches(value(one))] == []
    assert [one for one in code(others) if matches(value(one))] == []


def test_every_matcher_has_a_pattern() -> None:
    (table,) = tables("pattern", "what it asks")
    asked = " ".join(row[0] for row in table.rows)
    words = "prefix suffix wildcard equals-ignore-case anything-but numeric exists cidr exactly $or"
    assert [word for word in words.split() if f"{{{word}:" not in asked] == []


# --- what the check says --------------------------------------------------------------------


@pytest.mark.parametrize(("name", "why", "wrong", "right"), rows("code", "what is wrong"))
def test_the_check_says_what_the_page_says(
    name: str, why: str, wrong: str, right: str, tmp_path: Path
) -> None:
    assert findings(_of_cell(wrong), tmp_path) == {name.replace("`", "")}
    assert findings(_of_cell(right), tmp_path) == set()


def _of_cell(cell: str) -> str:
    """The ruleset that the pieces in a cell make: keywords of the top level, then rules."""
    pieces = code(cell)
    made = [f"- {piece}\n" for piece in pieces if piece.startswith("{id:")]
    top = "\n".join(piece for piece in pieces if not piece.startswith("{id:"))
    return framed("\n".join([*[top] * bool(top), *["rules:"] * bool(made)]) + "\n" + "".join(made))


def test_every_code_is_explained() -> None:
    said = {row[0].split("`")[1] for table in tables("code", "what is wrong") for row in table.rows}
    assert said == set(CODES.split())


# --- nothing is missing ---------------------------------------------------------------------


def _used(source: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each keyword in a ruleset, with its place."""
    places: list[tuple[str, Any]] = [
        ("top level", source),
        ("temperature", source["temperature"]),
        ("total", source.get("total", {})),
        *(("group", group) for group in source.get("groups", {}).values()),
        *(("segment", segment) for segment in source.get("segments", ())),
        *(("matcher", matcher) for matcher in source.get("ignore", ())),
    ]
    for rule in source["rules"]:
        kind = "silence" if "inactive" in rule else "event" if "event" in rule else "lead"
        places += [(f"{kind} rule", rule), *(("band", band) for band in rule.get("first_of", ()))]
        places += [("award", rule.get("award")), ("decay", rule.get("decay"))]
        places += [("unless", rule.get("unless"))]
    for place, given in places:
        if isinstance(given, Mapping):
            yield from ((place, name) for name in given)


def _sources() -> list[Mapping[str, Any]]:
    return [value(framed(example.text)) for example in EXAMPLES]


def test_every_keyword_stands_in_an_example() -> None:
    used = {pair for source in _sources() for pair in _used(source)}
    asked = {(place, name) for place, names in KEYWORDS.items() for name in names.split()}
    assert asked - used == set()


def test_every_keyword_is_explained_in_a_table() -> None:
    cells = [row[0] for table in tables("keyword") for row in table.rows]
    explained = {name for cell in cells for name in code(cell)}
    places = KEYWORDS.keys() - {"decay"}
    assert {name for place in places for name in KEYWORDS[place].split()} - explained == set()
    decays = " ".join(row[0] for table in tables("decay") for row in table.rows)
    assert [name for name in KEYWORDS["decay"].split() if f"{name}:" not in decays] == []


def test_every_word_stands_in_an_example() -> None:
    given = [rule for source in _sources() for rule in source["rules"]]
    given += [rule["award"] for rule in given if isinstance(rule.get("award"), dict)]
    for name, words in WORDS.items():
        used = {one[name] for one in given if isinstance(one.get(name), str)}
        assert set(words.split()) - used == set(), name


def test_every_link_into_the_page_leads_somewhere() -> None:
    titles = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) - anchors == set()


def test_every_event_is_listed() -> None:
    (table,) = tables("event", "`activity`")
    listed = {code(row[0])[0]: row[1] for row in table.rows}
    known = {name for name in TYPES if not name.startswith("score_")} | {"custom:anything"}
    assert listed == {name: "yes" if is_activity(name) else "no" for name in known}
    corrected = {name for table in tables("event", "properties") for row in table.rows
                 for name in code(row[0])}  # fmt: skip
    assert corrected == {name for name in OPERATOR_TYPES if name.startswith("score_")}


def test_every_fact_is_listed() -> None:
    order = {"order_id": "1", "value": 5, "currency": "PLN"}
    asked = Event(
        event_id="1",
        type="contact_requested",
        occurred_at=DAY0,
        properties={"language": "pl", "source": "fair", "consents": {"email": {}}},
        email="ada@acme.example",
        phone="+48601234567",
        phone_country="PL",
    )
    more = [
        Event(event_id="2", type="order_completed", occurred_at=DAY0, properties=order),
        Event(event_id="3", type="score_suspended", occurred_at=DAY0, route=Route.OPERATOR),
        Event(event_id="4", type="reward_claimed", occurred_at=DAY0, route=Route.LINK),
    ]
    facts, _ = facts_at([asked, *more], DAY0, classify.channel)
    (table,) = tables("fact", "what it is")
    fields = {"order_id", "value", "currency"}  # of a form here, for it is all one route
    derived = {"email_class", "stage"}
    assert {code(row[0])[0] for row in table.rows} == facts.keys() - fields | derived


@pytest.mark.parametrize(("name", "what", "asked", "fits"), rows("fact", "what it is"))
def test_facts_are_asked_for_as_the_page_says(name: str, what: str, asked: str, fits: str) -> None:
    (lead,), (known,) = code(asked), code(fits)
    rule = {"id": "a", "lead": value(lead), "points": 1}
    made = ruleset.from_checked({"temperature": {"hot": 1}, "rules": [rule]})
    history = read_history(f"`{known}`")
    score = engine.score(made, history.facts, (), DAY0)
    assert score.total == (0 if name == "`suspended`" else 1)
    assert score.suspended == (name == "`suspended`")
