"""Which language somebody reads: that of the page, else what the browser wants most."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.capture import languages
from hotlist.capture.context import Received, context

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def fact(said: object, accepted: str) -> str | None:
    raw = {} if said is None else {"language": said}
    found: str | None = context(raw, Received(at=NOW, accept_language=accepted)).get("language")
    return found


@pytest.mark.parametrize(
    ("said", "accepted", "expected"),
    [
        ("", "pl-PL,pl;q=0.9,en-US;q=0.8,en;q=0.7", "pl"),
        ("", "pl", "pl"),
        ("", "PL-pl", "pl"),
        ("", "zh-Hant-TW, zh;q=0.9", "zh"),
        ("", "fil-PH,en;q=0.5", "fil"),
        ("", "en;q=0.1,pl", "pl"),
        ("", "en;q=0.1, de;Q=0.8 , pl;q=.9", "pl"),
        ("", "en;q=0.7,de;Q=0.8", "de"),
        ("", "en;q=0.85,pl;q=.9", "pl"),
        ("", "en;q=0.,pl;q=0.1", "pl"),
        ("", "en;level=1;q=0.2,pl;q=0.3", "pl"),
        ("", "pl;q=0", None),
        ("", "pl;q=0,de;q=0.0,en;q=0.1", "en"),
        ("", "pl;q=2,en;q=0.1", "en"),
        ("", "pl;q=x", None),
        ("", ",,,pl", "pl"),
        ("", " , *,\tpl-PL", "pl"),
        ("", "*", None),
        ("", "*;q=0.5, de;q=0.1", "de"),
        ("", "x-klingon, pl", "pl"),
        ("", "", None),
        ("de-AT", "pl", "de"),
        ("de_AT", "pl", "de"),
        ("de_AT.UTF-8", "pl", "de"),
        ("DE", "pl", "de"),
        (" de\u200b", "pl", "de"),
        ("<b>", "pl", "pl"),
        ("5", "en;q=0.1,pl", "pl"),
        (5, "pl", "pl"),
        ("polski", "", None),
        ("polski", "en", "en"),
        ("pl<b>", "", "pl"),
        ("ąę", "pl", "pl"),
        ("*", "", None),
    ],
)
def test_the_language_of_a_lead_is_that_of_its_answers(
    said: object, accepted: str, expected: str | None
) -> None:
    assert fact(said, accepted) == expected
    assert next(iter(languages.wanted(str(said), accepted)), None) == expected


parts = st.sampled_from("pl PL pl-PL en de * ; , _ - q=0 q=0.5 Q=.9 ;q=1 <b> x polski ż".split())


@given(said=st.lists(parts).map("".join), accepted=st.lists(parts | st.just(" ")).map("".join))
def test_the_short_way_reads_what_the_long_one_reads(said: str, accepted: str) -> None:
    assert fact(said, accepted) == next(iter(languages.wanted(said, accepted)), None)


def test_the_usual_header_needs_no_more_than_the_short_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(languages, "wanted", None)
    assert fact(None, "pl-PL,pl;q=0.9,en-US;q=0.8,en;q=0.7") == "pl"
    assert fact("de", "") == "de"
