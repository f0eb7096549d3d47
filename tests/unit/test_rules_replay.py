"""`hotlist rules replay`: looks where the live system would have looked, and no others."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlist.events.times import to_text
from hotlist.scoring.course import Course, Sight
from rules_command import Ran, event, rules

RULES = """\
temperature: {warm: 20, hot: 40, rearm: 10}
groups: {fit: {}, engagement: {decay: {half_life: 10d}}}
rules:
  - {id: boss, lead: {role: [director]}, points: 25}
  - {id: ask, event: contact_requested, override: hot, lasts: 2d}
  - {id: visit, event: page_viewed, points: 20}
"""
Line = tuple[str, str, int, bool]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("rules") / "scoring.yaml"
    made.write_text(RULES)
    return made


def replayed(file: Path, *events: dict[str, Any], until: str | None = None) -> Ran:
    end = [] if until is None else ["--until", until]
    return rules("replay", "--rules", file, "--events", "-", "--json", *end, events=events)


def changes(file: Path, *events: dict[str, Any], until: str | None = None) -> list[Line]:
    """At (day of March and time), temperature, total and alert of each line."""
    return [
        (
            line["at"].removeprefix("2026-03-").removesuffix(":00.000Z").replace("T", " "),
            line["temperature"],
            line["total"],
            line["alert"],
        )
        for line in replayed(file, *events, until=until).objects()
    ]


VISITS = [event(str(n), "page_viewed", "1", properties={"n": n}) for n in range(2)]


def test_a_line_has_these_keys(file: Path) -> None:
    (line,) = replayed(file, *VISITS).objects()
    assert list(line.items()) == [
        ("lead", "ada"),
        ("at", "2026-03-01T00:00:00.000Z"),
        ("temperature", "hot"),
        ("total", 40),
        ("alert", True),
    ]


def test_one_instant_is_one_look(file: Path) -> None:
    assert changes(file, VISITS[0]) == [("01 00:00", "warm", 20, False)]
    assert changes(file, *VISITS, *VISITS) == [("01 00:00", "hot", 40, True)]


def test_what_fades_is_seen_when_it_changes(file: Path) -> None:
    until = "2026-03-31T00:00:00Z"
    ends = event("9", "contact_requested", "3")
    lines = replayed(file, *VISITS, ends, until=until).objects()
    assert [(line["temperature"], line["total"], line["alert"]) for line in lines] == [
        ("hot", 40, True),
        ("warm", 39, False),
        ("hot", 35, False),  # had not cooled by ten points
        ("warm", 30, False),
        ("cold", 19, False),
    ]
    assert lines[2]["at"] == "2026-03-03T00:00:00.000Z"
    assert lines[3]["at"] == "2026-03-05T00:00:00.000Z"


def test_a_lead_that_cooled_between_looks_alerts_again(file: Path) -> None:
    asked = [event("a", "contact_requested", "1"), event("b", "contact_requested", "6")]
    assert changes(file, *asked) == [
        ("01 00:00", "hot", 0, True),
        ("03 00:00", "cold", 0, False),
        ("06 00:00", "hot", 0, True),
    ]


VISIT = "{id: visit, event: page_viewed, points: 50, lasts: 20d}"
CART = "event: cart_abandoned, unless: {event: order_completed, within: 1d}"


@pytest.mark.parametrize(
    ("rule", "before", "at"),
    [
        (f"{{id: cart, {CART}, points: -30}}", [("page_viewed", "1"), ("cart_abandoned", "3")], 4),
        (
            "{id: call, event: contact_requested, points: 50, lasts: 1d}",
            [("contact_requested", "1")],
            2,
        ),
        ("{id: quiet, inactive: 2d, points: -30}", [("page_viewed", "1")], 3),
        ("{id: quiet, inactive: 2d, award: each, points: -15}", [("page_viewed", "1")], 5),
    ],
    ids=["what waited for an order begins", "the points end", "a silence", "a second silence"],
)
def test_a_lead_that_cools_as_an_event_makes_it_hot_alerts_again(
    tmp_path: Path, rule: str, before: list[tuple[str, str]], at: int
) -> None:
    """Nobody sees it cold: it would have been, at the instant of the event, without it."""
    file = tmp_path / "scoring.yaml"
    file.write_text(f"temperature: {{hot: 30, rearm: 5}}\nrules:\n- {VISIT}\n- {rule}\n")
    lines = [event(str(n), kind, day) for n, (kind, day) in enumerate(before)]
    on_time, early = (
        replayed(file, *lines, event("9", "page_viewed", time)).objects()
        for time in (f"{at}", f"{at - 1} 23:59")
    )
    days = [line["at"][:10] for line in on_time if line["alert"]]
    assert days == ["2026-03-01", f"2026-03-0{at}"]
    assert [line["at"][:10] for line in early if line["alert"]] == ["2026-03-01"]


def test_nothing_is_looked_at_after_the_end(file: Path) -> None:
    asked = [event("a", "contact_requested", "1"), event("b", "contact_requested", "6")]
    assert len(changes(file, *asked, until="2026-03-05T23:59:59.999Z")) == 2
    assert len(changes(file, *asked, until="2026-03-06T00:00:00Z")) == 3
    assert changes(file, *asked, until="2026-02-06T00:00:00Z") == []
    assert len(changes(file, *asked, until="2026-03-08T00:00:00Z")) == 4


def test_the_end_is_the_last_event_of_all_leads(file: Path) -> None:
    lines = [event("1", "contact_requested", "1"), event("2", "page_viewed", "5", lead="bob")]
    seen = [(line["lead"], line["temperature"]) for line in replayed(file, *lines).objects()]
    assert seen == [("ada", "hot"), ("ada", "cold"), ("bob", "warm")]


def test_facts_begin_and_end_with_their_events(file: Path) -> None:
    form = event("1", "form_submitted", "2", properties={"role": "director"})
    until = {"expires_at": "2026-03-04T12:30:00Z"}
    lines = [event("0", "page_engaged", "1"), form | until]
    assert changes(file, *lines, until="2026-03-31T00:00:00Z") == [
        ("02 00:00", "warm", 25, False),
        ("04 12:30", "cold", 0, False),
    ]


def test_a_word_of_operators_counts_from_its_time_to_its_end(file: Path) -> None:
    word = event("9", "event_reclassified", "1 06:00", properties={"event_id": "0", "add": "spam"})
    until = {"expires_at": "2026-03-01T12:00:00Z"}
    lines = [event("0", "contact_requested", "1"), word | until]
    assert changes(file, *lines, until="2026-03-01T18:00:00Z") == [
        ("01 00:00", "hot", 0, True),
        ("01 06:00", "cold", 0, False),
        ("01 12:00", "hot", 0, True),
    ]


def test_given_facts_hold_all_the_time(file: Path) -> None:
    facts = {"lead": "ada", "facts": {"role": "director"}}
    assert changes(file, event("1", "page_engaged", "1"), facts) == [
        ("01 00:00", "warm", 25, False)
    ]
    assert changes(file, facts) == []


def test_the_table_says_the_same(file: Path) -> None:
    ran = rules("replay", "--rules", file, "--events", "-", events=VISITS)
    assert ran.out.splitlines() == [
        "lead  at                        temperature  total",
        "ada   2026-03-01T00:00:00.000Z  hot             40  alert",
    ]
    quiet = rules("replay", "--rules", file, "--events", "-")
    assert quiet == (0, "no lead changed its temperature\n", "")


def test_a_change_that_is_not_ahead_ends_the_replay(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = Course.look

    def stuck(self: Course, facts: Any, at: datetime, *given: Any, **named: Any) -> Sight:
        return look(self, facts, at, *given, **named)._replace(next_at=at)

    monkeypatch.setattr(Course, "look", stuck)
    assert len(changes(file, *VISITS, until="2027-03-01T00:00:00Z")) == 1


# --- what must always hold --------------------------------------------------------------

HISTORIES = st.lists(
    st.builds(
        lambda kind, hour, minute, more: event(
            f"{kind}{hour}{minute}", kind, f"{1 + hour // 24} {hour % 24:02}:{minute:02}", **more
        ),
        st.sampled_from(["page_viewed", "contact_requested", "form_submitted", "score_suspended"]),
        st.integers(0, 24 * 12),
        st.sampled_from([0, 30]),
        st.sampled_from([{}, {}, {"flags": ["bot"]}, {"expires_at": "2026-03-09T00:00:00Z"}]),
    ),
    max_size=6,
    unique_by=lambda one: str(one["event_id"]),
)
END = "2026-03-25T00:00:00Z"


@settings(deadline=None, max_examples=50)
@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(
    file: Path, events: list[dict[str, Any]], random: Any
) -> None:
    shuffled = random.sample(events, len(events))
    assert changes(file, *events, until=END) == changes(file, *shuffled, until=END)


@settings(deadline=None, max_examples=50)
@given(HISTORIES, st.lists(st.integers(0, 24 * 60), max_size=5))
def test_the_temperature_is_that_of_the_last_line(
    file: Path, events: list[dict[str, Any]], probes: list[int]
) -> None:
    lines = replayed(file, *events, until=END).objects()
    times = [line["at"] for line in lines]
    assert times == sorted(times)
    assert [line["alert"] for line in lines if line["temperature"] != "hot"].count(True) == 0
    start = datetime(2026, 3, 1, tzinfo=UTC)
    for at in [*times, *(to_text(start + timedelta(minutes=20 * n)) for n in probes)]:
        given_rules = ("--rules", file, "--events", "-", "--json", "--now", at)
        (score,) = rules("score", *given_rules, events=events).objects() or [{}]
        last = [line["temperature"] for line in lines if line["at"] <= at]
        assert score.get("temperature", "cold") == (last or ["cold"])[-1]
