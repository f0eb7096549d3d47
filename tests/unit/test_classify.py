"""Channels and bots, from the raw event alone."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, CHANNELS, SPAM, Route
from hotlist.leads import classify
from hotlist.leads.bots import Agent, agent_of

DATA: Final = Path(__file__).parents[1] / "data"
COLUMNS: Final = ("channel", "source", "medium", "campaign", "click_id", "referrer", "page_url")


def lines(name: str) -> list[str]:
    """The lines of a data file, without its comments."""
    text = (DATA / name).read_text("utf-8")
    return [line for line in text.split("\n") if line and not line.startswith("#")]


def event(properties: Mapping[str, Any], route: Route = Route.BEACON) -> Event:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Event(
        event_id="1", type="session_started", occurred_at=at, properties=properties, route=route
    )


HEADER, *CASES = (tuple(line.split("\t")) for line in lines("channels.tsv"))
PEOPLE: Final = lines("agents-people.txt")
BOTS: Final = [line.split("\t") for line in lines("agents-bots.txt")]


def test_the_data_is_as_large_as_it_was_and_says_nothing_twice() -> None:
    assert HEADER == COLUMNS
    assert {len(case) for case in CASES} == {len(COLUMNS)}
    for rows, least in ((CASES, 300), (PEOPLE, 80), (BOTS, 135)):
        assert len(rows) >= least
        assert len({str(row) for row in rows}) == len(rows)


@pytest.mark.parametrize("case", CASES, ids="|".join)
def test_the_channel_of_a_visit(case: tuple[str, ...]) -> None:
    said = dict(zip(COLUMNS, case, strict=True))
    expected, click = said.pop("channel"), said.pop("click_id")
    given = {name: value for name, value in said.items() if value} | ({click: "x"} if click else {})
    assert classify.channel(event(given)) == expected


def test_the_cases_have_every_channel() -> None:
    assert {case[0] for case in CASES} == CHANNELS


def test_the_docs_define_every_channel() -> None:
    docs = (DATA.parents[1] / "docs/scoring.md").read_text("utf-8")
    section = docs.partition("\n### Channels\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == CHANNELS


@pytest.mark.parametrize("value", [["google"], {"a": 1}, 7, True, None, "", " "])
def test_what_is_no_text_says_nothing(value: object) -> None:
    said = dict.fromkeys(["source", "medium", "campaign", "referrer", "page_url", "gclid"], value)
    assert classify.channel(event(said)) == "direct"


_WORDS = st.sampled_from(
    "google cpc paid social video email shopping-1 display facebook push sms x.com (none) "
    "https://mail.google.com/ https://[ android-app://com.google.android.gm".split()
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["referrer", "page_url", "source", "medium", "campaign", "gclid", "fbclid", "ttclid"]
        ),
        _WORDS | st.text() | st.integers(),
    )
)
def test_anything_has_a_channel(properties: dict[str, Any]) -> None:
    assert classify.channel(event(properties)) in CHANNELS


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_are_no_bots(agent: str) -> None:
    assert agent_of(agent) is Agent.PERSON


@pytest.mark.parametrize(("kind", "agent"), BOTS)
def test_bots_are_told_apart(kind: str, agent: str) -> None:
    assert agent_of(agent) == kind


CRAWLER: Final = "Mozilla/5.0 (compatible; Googlebot/2.1)"
LIBRARY: Final = "WordPress/6.5; https://shop.example"
PHONE: Final = "Mozilla/5.0 (Linux; Android 6.0; CUBOT MAX) Chrome/72.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("route", "agent", "is_bot"),
    [
        *((route, CRAWLER, True) for route in (Route.FORM, Route.BEACON, Route.LINK)),
        *((route, LIBRARY, True) for route in (Route.BEACON, Route.LINK)),
        (Route.FORM, LIBRARY, False),
        *((route, CRAWLER, False) for route in (Route.SERVER, Route.SES, Route.OPERATOR)),
        *((route, LIBRARY, False) for route in (Route.SERVER, Route.SES, Route.OPERATOR)),
        *((route, PHONE, False) for route in Route),
        *((route, agent, False) for route in Route for agent in ("", None, 7, [CRAWLER])),
    ],
)
def test_whose_agent_makes_a_bot_is_the_routes_matter(
    route: Route, agent: object, is_bot: bool
) -> None:
    flags = {BOT} if is_bot else set()
    assert classify.classify(event({"user_agent": agent}, route)).flags == flags
    assert classify.classify(event({}, route)).flags == set()


def test_flags_of_capture_stay() -> None:
    flagged = Event(
        event_id="1",
        type="form_submitted",
        occurred_at=datetime(2026, 3, 2, tzinfo=UTC),
        properties={"user_agent": "Googlebot/2.1"},
        flags=frozenset({SPAM}),
    )
    assert classify.classify(flagged).flags == {SPAM, BOT}
