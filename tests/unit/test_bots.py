"""The list of bots' names, how it is made, and what asking it costs."""

import gc
import json
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.leads.bots import Agent, agent_of
from hotlist_cli import crawlers

LONGEST: Final = 512
"""What capture keeps of a user agent."""


def test_the_written_list_is_that_of_the_locked_package() -> None:
    assert crawlers.TEXT.read_text("utf-8") == crawlers.text(), "run `make bots`"
    assert crawlers.LICENCE.read_text("utf-8") == crawlers.licence(), "run `make bots`"


def source() -> list[dict[str, Any]]:
    (file,) = (f for f in metadata.files("crawler-user-agents") or () if f.name.endswith("ts.json"))
    entries: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))
    return entries


def test_every_agent_of_the_source_is_a_bots_but_those_left_out() -> None:
    missed = {
        entry["pattern"]
        for entry in source()
        for agent in entry["instances"]
        if agent_of(agent) is Agent.PERSON
    }
    assert missed == crawlers._PEOPLE


def test_what_is_left_out_or_moved_is_in_the_source() -> None:
    patterns = {entry["pattern"] for entry in source()}
    named = crawlers._PEOPLE | crawlers._SERVERS | crawlers._CRAWLERS | crawlers._REWRITTEN.keys()
    assert named - patterns == set()


@pytest.mark.parametrize("pattern", [r"a\db", "a.*b", "a(b|c)d", "[a-c]bot", "x$"])
def test_a_pattern_that_is_no_plain_text_is_refused(pattern: str) -> None:
    with pytest.raises(crawlers.NotPlain, match="_REWRITTEN"):
        list(crawlers.names({"pattern": pattern}))


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        (r"Foo\/1\.0 \(x", ["foo/1.0 (x"]),
        ("[fF]oo", ["foo"]),
        ("^Foo|Bar", ["^foo", "bar"]),
        ("(foo|FOO) [bB]ar", ["foo bar"]),
        (" Foo", ["foo"]),
    ],
)
def test_a_plain_pattern_becomes_texts(pattern: str, names: list[str]) -> None:
    assert list(crawlers.names({"pattern": pattern})) == names


def test_a_name_is_not_found_within_a_word_nor_an_agents_first_word_later() -> None:
    assert agent_of("Mozilla/5.0 Panasonic") is Agent.PERSON  # the list has `sonic`
    assert agent_of("Viber/27") is Agent.CRAWLER  # the list has `^viber`
    assert agent_of("Mozilla/5.0 Viber/27") is Agent.PERSON


@given(st.text(max_size=LONGEST))
def test_any_text_is_somebodys(agent: str) -> None:
    assert agent_of(agent) in Agent


HOSTILE: Final = (
    *("x", "-", "a.", "a-", "@a", "se", " se", "m bo ", "http://bo", "link ", "android 1;"),
    *("adr 1; aa-aa;", "android 1", "check", "wordpress", "1@", "(", "google-", "page-", "cubo"),
)


@pytest.mark.parametrize("part", HOSTILE)
def test_no_agent_takes_long(part: str) -> None:
    agent = (part * LONGEST)[:LONGEST]
    best = 1.0
    gc.disable()
    try:
        for _ in range(5):
            started = time.process_time()
            agent_of.__wrapped__(agent)
            best = min(best, time.process_time() - started)
    finally:
        gc.enable()
    assert best < 0.01  # a quadratic pattern takes longer


def test_what_is_remembered_is_bounded() -> None:
    assert agent_of.cache_parameters()["maxsize"] == 1_024


def test_capture_does_not_load_it() -> None:
    app = Path(__file__).parents[2] / "layers/common"
    code = "import sys, hotlist.capture.capture as _; print('hotlist.leads.bots' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=app, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
