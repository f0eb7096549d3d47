"""Options as programs send them: objects, a list in a text, numbered boxes, boxes by label."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hotlist.capture import forms
from hotlist.capture.context import Received
from hotlist.config.forms_schema import compile_forms

FORM = compile_forms("""
f:
  fields:
    email: {type: email}
    t: {type: choices, options: {roof: Roof, battery: {en: Battery, pl: Bateria}}}
    u: {type: choices, options: {roof: Roof, battery: Battery}, from: ["ctl00$Main$cbl", Topics]}
    c: {type: choice, options: {roof: Roof, battery: Battery}}
    v: {type: choices, options: [value, label]}
    name: {type: text}
""")["f"]
BOTH = ["roof", "battery"]


def read(**sent: Any) -> forms.Reading:
    return forms.read_form("f", FORM, sent, Received(at=datetime(2026, 3, 2, tzinfo=UTC)))


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"t": [{"value": "roof"}, {"value": "Battery"}]}, {"t": BOTH}),
        ({"t": [{"value": "roof", "label": "Roof"}, "battery"]}, {"t": BOTH}),
        ({"t": [{"value": 1, "label": "Roof"}]}, {"t": ["roof"]}),
        ({"t": {"value": "roof", "label": "Roof"}}, {"t": ["roof"]}),
        ({"Topics": [{"value": "roof"}, {"value": "battery"}]}, {"u": BOTH}),
        ({"c": {"value": "roof", "label": "Roof"}}, {"c": "roof"}),
        ({"c": [{"value": "roof"}]}, {"c": "roof"}),
        ({"v": {"value": True, "label": False}}, {"v": ["value"]}),
        ({"t": '["roof","battery"]'}, {"t": BOTH}),
        ({"t": '[ "Roof", "Bateria" ]'}, {"t": BOTH}),
        ({"t": ['["roof"]', "battery"]}, {"t": BOTH}),
        ({"Topics": '["Roof"]'}, {"u": ["roof"]}),
        ({"t$0": "roof", "t$1": "Battery"}, {"t": BOTH}),
        ({"t$1": "battery", "t": "roof"}, {"t": BOTH}),
        ({"t": "roof", "t$1": "battery"}, {"t": BOTH}),
        ({"ctl00$Main$cbl$0": "Roof", "ctl00$Main$cbl$1": "Battery"}, {"u": BOTH}),
        ({"t": {"Roof": True, "Battery": False}}, {"t": ["roof"]}),
        ({"t[Roof]": "true", "t[bateria]": "false"}, {"t": ["roof"]}),
        ({"t": {"Roof": False, "battery": False}}, {}),
    ],
)
def test_options_are_read_as_programs_send_them(
    sent: dict[str, Any], expected: dict[str, Any]
) -> None:
    reading = read(**sent)
    assert (reading.answers.errors, reading.answers.values) == ({}, expected)
    assert "extra" not in reading.texts


@pytest.mark.parametrize(
    ("sent", "extra"),
    [
        ({"t$0": "on"}, {"t$0": "on"}),
        ({"name$0": "Ada"}, {"name$0": "Ada"}),
        ({"t$x": "roof"}, {"t$x": "roof"}),
        ({"t": {"roof": True, "Cellar": False}}, {"t[Cellar]": "false"}),
    ],
)
def test_what_is_no_option_is_kept(sent: dict[str, Any], extra: dict[str, str]) -> None:
    reading = read(**sent)
    assert (reading.answers.errors, reading.texts["extra"]) == ({}, extra)


@pytest.mark.parametrize(
    "said",
    ['["cellar"]', '["roof", {}]', '["roof"', "[" * 5000, '["[\\"roof\\"]"]', "[]", "[true]"],
)
def test_a_list_in_a_text_has_options_alone(said: str) -> None:
    assert list(read(t=said).answers.errors) == ["t"]


@pytest.mark.parametrize(
    "said",
    ["mailto:a@b.pl?subject=x", "<mailto:a@b.pl?subject=x y&body=a, b>", "MAILTO:A@B.pl?cc=c@d.pl"],
)
def test_a_link_with_a_subject_is_an_address(said: str) -> None:
    reading = read(email=said)
    assert (reading.answers.errors, reading.answers.email) == ({}, "a@b.pl")
    assert reading.texts["extra"] == {"email": said}


@pytest.mark.parametrize("said", ["a@b.pl?subject=x", "mailto:?to=a@b.pl", "mailto:a@b.pl,c@d.pl"])
def test_what_is_no_link_to_one_address_is_refused(said: str) -> None:
    assert list(read(email=said).answers.errors) == ["email"]
