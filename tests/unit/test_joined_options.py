"""Several options in one text: an option with a comma stays whole, and the build sees doubts."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hotlist.capture import field_types, forms
from hotlist.capture.context import Received
from hotlist.config.forms_schema import check_forms, compile_forms

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HEAD = "f:\n  fields:\n    email: {type: email}\n    t: {type: choices, options: "


def read(options: str, said: Any) -> Any:
    form = compile_forms(f"{HEAD}{options}}}\n")["f"]
    raw = {"email": "a@example.org", "t": said}
    found = forms.read_form("f", form, raw, Received(at=NOW)).answers
    return found.errors or found.values["t"]


COMMA = '{a: "Roof, flat", b: Battery, c: {en: "Doors; windows, gates", pl: Drzwi}}'
DOUBT = '["Roof, flat", Roof, flat, "flat, red, old", red, old]'


@pytest.mark.parametrize(
    ("options", "said", "expected"),
    [
        (COMMA, "Roof, flat, Battery", ["a", "b"]),
        (COMMA, "Battery,Roof, flat", ["a", "b"]),
        (COMMA, "roof, flat,,BATTERY,", ["a", "b"]),
        (COMMA, "Doors; windows, gates, Roof, flat", ["a", "c"]),
        (COMMA, "Battery; Doors; windows, gates", ["b", "c"]),
        (COMMA, "Roof, flat\nDrzwi", ["a", "c"]),
        (COMMA, ["Roof, flat", "b, c"], ["a", "b", "c"]),
        (DOUBT, "Roof, flat, Roof", ["Roof, flat", "Roof"]),
        (DOUBT, "Roof, flat", ["Roof, flat"]),
        (DOUBT, "Roof\nflat", ["Roof", "flat"]),
        (DOUBT, "Roof, flat, red, old", ["Roof", "flat, red, old"]),
        (DOUBT, "Roof, flat, red", ["Roof, flat", "red"]),
    ],
)
def test_options_that_are_joined_are_read_whole(
    options: str, said: Any, expected: list[str]
) -> None:
    assert read(options, said) == expected


@pytest.mark.parametrize("said", ["Roof", "Roof, Battery", "flat, Roof", "Roof, flat, x", ",", ";"])
def test_a_part_of_an_option_is_none(said: str) -> None:
    assert read(COMMA, said) == {"t": "one or more of Roof, flat, Battery, Doors; windows, gates"}


def test_what_is_no_option_is_shown_beside_those_that_are() -> None:
    spec = {"type": "choices", "options": {"a": "Roof, flat", "b": "Battery"}}
    found = field_types.chosen(spec, "cellar, Roof, flat, Battery, flat")
    assert found == ({"a", "b"}, ["cellar", "flat"])


def test_the_longest_text_is_read_once() -> None:
    """A reading that tried each way of parting it would not end."""
    options = '["a, a", a, "a, a, b"]'
    assert read(options, "a, " * 20_000 + "b") == ["a, a", "a, a, b"]
    assert "t" in read(options, "a, " * 20_000 + "c")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ('["Roof, flat", Roof, flat]', ["'Roof, flat'", "'Roof' and 'flat'", "commas"]),
        ('["Roof; flat", Roof, FLAT]', ["'Roof; flat'", "'FLAT' and 'Roof'", "semicolons"]),
        ('{x: "a,b", y: {en: a, pl: c}, z: b}', ["'x'", "'y' and 'z'"]),
        ('["a, b", c, a, "b, c"]', ["'a, b' and 'c'", "'a' and 'b, c'"]),
        ('["Roof, flat", Battery]', None),
        ('["Roof, flat", Roof]', None),
        ('["a, b", "b, c", c]', None),
        ('["Roof, flat", "Roof; red", flat, red]', None),
        ('{"a,b": "a, b", c: C}', None),
        ("[roof, flat]", None),
    ],
)
def test_the_build_warns_of_options_that_could_be_read_in_two_ways(
    options: str, said: list[str] | None
) -> None:
    _, warnings = check_forms(f"{HEAD}{options}}}\n", "forms.yaml")
    if said is None:
        assert warnings == []
        return
    (finding,) = warnings
    assert (finding.path, finding.level, finding.line) == ("f.fields.t.options", "warning", 4)
    assert [one for one in said if one not in finding.message] == []
    assert "Write options without" in finding.message
