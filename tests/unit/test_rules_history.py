"""Files of events: what is taken, and what is refused with line, reason and remedy."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hotlist.events.vocabulary import FLAGS, TYPES
from hotlist_cli.__main__ import main
from hotlist_cli.rules.json_lines import MAX_LINE
from rules_command import Ran, event, lines, rules

RULES = """\
temperature: {warm: 5, hot: 20}
rules:
  - {id: visit, event: page_viewed, points: 5}
  - {id: odd, event: page_viewed, where: {x: [{numeric: ["=", 1]}, {exists: false}]}, points: 1}
  - {id: boss, lead: {role: [director]}, points: 10}
"""
VISIT = event("1", "page_viewed", "1")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("rules") / "scoring.yaml"
    made.write_text(RULES)
    return made


def score(file: Path, events: Any, *more: str) -> Ran:
    now = ["--now", "2026-03-31T00:00:00Z"]
    return rules("score", "--rules", file, "--events", "-", "--json", *now, *more, events=events)


# --- what is taken ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + lines([VISIT]),
        b"\n  \n\r\n" + lines([VISIT]),
        lines([VISIT]).replace(b"\n", b"\r\n"),
        lines([VISIT]).rstrip(),
        lines([VISIT, VISIT]),
        lines([VISIT, VISIT | {"occurred_at": "2026-03-01T01:00:00+01:00", "flags": []}]),
        lines([VISIT | {"expires_at": None, "properties": {}}]),
    ],
)
def test_this_is_one_visit(file: Path, content: bytes) -> None:
    assert [lead["total"] for lead in score(file, content).objects()] == [6]


def test_events_come_from_a_file_too(file: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_bytes(lines([VISIT]))
    ran = rules("score", "--rules", file, "--events", events, "--json")
    assert [lead["lead"] for lead in ran.objects()] == ["ada"]


def test_nothing_is_no_lead(file: Path) -> None:
    assert score(file, b"") == (0, "", "")
    assert rules("score", "--rules", file, "--events", "-").out == "no leads\n"
    assert rules("replay", "--rules", file, "--events", "-", "--json").out == ""


def test_one_id_may_stand_in_two_leads(file: Path) -> None:
    other = event("1", "page_viewed", "2", lead="bob")
    assert [lead["lead"] for lead in score(file, [VISIT, other]).objects()] == ["ada", "bob"]


@pytest.mark.parametrize(
    "value",
    [int("7" * 400), -int("7" * 999), float("1e300"), 1e-300, "\ud800", [[[2]]], "x" * 9999],
)
def test_any_property_is_taken(file: Path, value: object) -> None:
    order = event("1", "order_completed", "1", properties={"x": value, "role": value})
    visit = VISIT | {"event_id": "2", "properties": {"x": value, "role": value}}
    (lead,) = score(file, [order, visit]).objects()
    assert lead["total"] == (6 if isinstance(value, list) else 5)  # the page's lists are not kept


@pytest.mark.parametrize("text", ["1" * 400 + ".5", "1e400", "1.0", "10e-1"])
def test_numbers_are_taken_as_they_are_written(file: Path, text: str) -> None:
    content = lines([VISIT | {"properties": {"x": "?"}}]).replace(b'"?"', text.encode())
    (lead,) = score(file, content).objects()
    assert lead["total"] == (6 if float(text) == 1 else 5)


def test_a_lead_is_shown_as_it_was_written(file: Path) -> None:
    for name in ("Łucja", "\ud800", "\x1b[31m\n", '"'):
        assert [lead["lead"] for lead in score(file, [VISIT | {"lead": name}]).objects()] == [name]
        table = rules("score", "--rules", file, "--events", "-", events=[VISIT | {"lead": name}])
        assert (table.status, len(table.out.splitlines())) == (0, 2)
        assert "\x1b" not in table.out


# --- what is refused --------------------------------------------------------------------


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in VISIT.items() if key != name}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"nope", "no JSON, at column 1"),
        (b'{"lead": "a"', "no JSON, at column 13"),
        (b"[1]", "no object"),
        (b"\xff", "not UTF-8"),
        (b'{"lead": "\xc3"}', "not UTF-8"),
        (b"\xff\xfe{\0}\0", "not UTF-8"),
        (b"[" * 100_000, "deeper than 100 levels"),
        (b'{"x": ' * 150 + b"1" + b"}" * 150, "deeper than 100 levels"),
        (b'{"lead": "a", "lead": "b"}', "the key 'lead' stands twice"),
        (b'{"facts": {"a": [{"b": NaN}]}}', "facts.a[0].b: NaN is no JSON"),
        (b'{"facts": {"a b": -Infinity}}', "facts.'a b': -Infinity is no JSON"),
        (b'{"facts": {"a": 1' + b"0" * 10_000 + b"}}", "facts.a: a number of 10,001 digits"),
        (b'{"facts": {"a": 1e9999}}', "facts.a: a number beyond all bounds"),
        (b'{"facts": {"a": 1e99999999999999999999}}', "facts.a: a number beyond all bounds"),
        (b'{"lead": "' + b"x" * MAX_LINE + b'"}', "longer than 4,000,000 bytes"),
        (without("lead"), "`lead` is missing"),
        (without("event_id"), "`event_id` is missing"),
        (without("type"), "`type` is missing"),
        (without("occurred_at"), "`occurred_at` is missing"),
        (VISIT | {"lead": ""}, "`lead` is ''"),
        (VISIT | {"lead": " "}, "`lead` is ' '"),
        (VISIT | {"event_id": 1}, "`event_id` is 1"),
        (VISIT | {"type": None}, "`type` is null"),
        (VISIT | {"type": "page_view"}, "is no type of event; did you mean 'page_viewed'?"),
        (VISIT | {"type": "custom:Demo!"}, "'custom:Demo!' is no type of event"),
        (VISIT | {"type": "activity"}, "'activity' is no type of event"),
        (VISIT | {"occurred_at": "2026-03-28T12:00:00"}, "write one with its offset"),
        (VISIT | {"occurred_at": "2026-03-28"}, "is no instant"),
        (VISIT | {"occurred_at": "2026-02-30T12:00:00Z"}, "is no instant"),
        (VISIT | {"occurred_at": "2026-03-28x12:00:00Z"}, "is no instant"),
        (VISIT | {"occurred_at": "0001-01-01T00:00:00+14:00"}, "is no instant"),
        (VISIT | {"occurred_at": 1774695600}, "is no instant"),
        (VISIT | {"occurred_at": None}, "`occurred_at`: null is no instant"),
        (VISIT | {"expires_at": "soon"}, "`expires_at`: 'soon' is no instant"),
        (VISIT | {"flags": ["bto"]}, "`flags`: 'bto' is none; write a list of bot, spam, internal"),
        (VISIT | {"flags": "bot"}, "`flags`: 'bot' is none"),
        (VISIT | {"flags": [["bot"]]}, "`flags`: a list is none"),
        (VISIT | {"properties": []}, "`properties` is a list; write an object"),
        (VISIT | {"properties": None}, "`properties` is null"),
        (VISIT | {"propertis": {}}, "no key 'propertis' here; did you mean 'properties'?"),
        ({"lead": "ada", "fact": {}}, "no key 'fact' here; did you mean 'facts'?"),
        ({"lead": "ada", "facts": 3}, "`facts` is 3; write an object"),
        ({"lead": "ada", "facts": {}, "type": "x"}, "no key 'type' here; there are facts, lead"),
    ],
)  # fmt: skip
def test_a_bad_line_is_refused_at_its_place(file: Path, content: Any, reason: str) -> None:
    bad = content if isinstance(content, bytes) else lines([content])
    ran = score(file, lines([event("0", "page_viewed", "1")]) + b"\n" + bad)
    assert (ran.status, ran.out) == (1, "")
    assert all(line.startswith("-:3: ") for line in ran.err.splitlines())
    assert reason in ran.err


@pytest.mark.parametrize(
    "other",
    [
        {"type": "page_engaged"},
        {"occurred_at": "2026-03-02T00:00:00Z"},
        {"flags": ["spam"]},
        {"expires_at": "2026-04-02T00:00:00Z"},
        {"properties": {"a": 1, "b": [True]}},
        {"properties": {"a": 1, "b": [1, 2]}},
        {"properties": {"a": 1}},
    ],
)
def test_one_id_is_one_event(file: Path, other: dict[str, Any]) -> None:
    first = VISIT | {"properties": {"a": 1, "b": [1]}}
    same = VISIT | {"properties": {"b": [1.0], "a": 1}}
    ran = score(file, [first, same, first | other])
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("-:3: the event '1' of this lead stands on line 1 too")


def test_all_that_is_wrong_is_said_at_once(file: Path) -> None:
    bad = {"lead": "", "type": "x", "occurred_at": "x", "flags": 1, "propertis": 1}
    assert len(score(file, [bad]).err.splitlines()) == 6
    assert len(score(file, [bad] * 50).err.splitlines()) == 20


@pytest.mark.parametrize("name", ["absent.jsonl", ".", "nul\0", ""])
def test_a_file_that_cannot_be_read_is_said(file: Path, tmp_path: Path, name: str) -> None:
    ran = rules("replay", "--rules", file, "--events", tmp_path / name)
    assert (ran.status, ran.out) == (1, "")
    assert "cannot be read: " in ran.err


def test_a_closed_stdin_is_said(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["rules", "score", "--rules", str(file), "--events", "-"]) == 1
    assert capsys.readouterr() == ("", "-: cannot be read: stdin is closed\n")


def test_bad_rules_are_said_as_check_says_them(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(RULES.replace("points", "poinst"))
    said = rules("check", bad).out
    for command in ("score", "replay"):
        assert rules(command, "--rules", bad, "--events", "-") == (1, "", said)


@pytest.mark.parametrize("at", ["", "yesterday", "2026-03-28", "2026-03-28T12:00:00", "1"])
def test_a_bad_instant_is_a_wrong_call(file: Path, at: str) -> None:
    given_rules = ("--rules", file, "--events", "-")
    for command in (["score", "--now"], ["replay", "--until"]):
        ran = rules(*command, at, *given_rules)
        assert (ran.status, ran.out) == (2, "")
        assert "is no instant; write one with its offset" in ran.err


# --- whatever comes ---------------------------------------------------------------------

NAMES = st.text() | st.sampled_from(
    "email phone language consents facts purpose user_agent source event_id add remove order_id "
    "value currency x role channel suspended".split()
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["1e999", "ada@example.org", "+48600100200", "email", "bot", "a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
INSTANTS = st.sampled_from(
    [
        "2026-03-01T00:00:00Z",
        "2026-03-01T00:00:00.0009+01:00",
        "20260302T101112Z",
        "1969-07-20 20:17Z",
    ]
)
PROPERTIES = st.dictionaries(NAMES, JSON, max_size=4)
GOOD_EVENTS = st.fixed_dictionaries(
    {
        "lead": st.sampled_from(["ada", "bob"]),
        "event_id": st.sampled_from("abcdef"),
        "type": st.sampled_from([*sorted(TYPES), "custom:x"]),
        "occurred_at": INSTANTS,
    },
    optional={
        "properties": PROPERTIES,
        "flags": st.lists(st.sampled_from(sorted(FLAGS))),
        "expires_at": INSTANTS | st.none(),
    },
)
FACTS = st.fixed_dictionaries({"lead": st.sampled_from(["ada", "bob"]), "facts": PROPERTIES})
ODD = st.tuples(GOOD_EVENTS | FACTS, PROPERTIES).map(lambda pair: pair[0] | pair[1])
ANY = (
    st.binary(max_size=100)
    | st.lists(st.binary(max_size=20) | JSON.map(lambda v: json.dumps(v).encode())).map(b"\n".join)
    | st.lists(GOOD_EVENTS | FACTS | ODD, max_size=4).map(lines)
)
DISTINCT = st.lists(GOOD_EVENTS | FACTS, max_size=6, unique_by=lambda one: str(one.get("event_id")))
ORDER = {"value": "1e999999999", "currency": "EUR"}
CONTACT = {"email": "\ud800@example.org", "phone": "+" * 999}


@settings(deadline=None)
@given(ANY)
def test_anything_is_scored_or_refused(file: Path, content: bytes) -> None:
    ran = score(file, content)
    if ran.status == 0:
        assert all(lead["lead"] for lead in ran.objects())
    else:
        assert (ran.status, ran.out) == (1, "")
        assert all(line.startswith("-:") for line in ran.err.splitlines())


@settings(deadline=None)
@given(DISTINCT)
@example([event("1", "order_completed", "1", properties=ORDER)])
@example([event("1", "form_submitted", "1", properties=CONTACT)])
def test_what_is_well_formed_is_scored(file: Path, events: list[dict[str, Any]]) -> None:
    leads = list(dict.fromkeys(one["lead"] for one in events))
    assert [lead["lead"] for lead in score(file, events).objects()] == leads
    given_rules = ("--rules", file, "--events", "-")
    assert rules("replay", *given_rules, "--json", events=events).status == 0
    assert rules("score", *given_rules, "--explain", events=events).status == 0
