"""What `hotlist forms try` fills in is taken by capture, whatever a form asks for."""

import json
from datetime import UTC, date, datetime
from typing import Any, Final

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlist.capture import forms
from hotlist.capture.context import Received
from hotlist.config.forms_schema import compile_forms
from hotlist_cli import plausible

NOW: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RECEIVED: Final = Received(at=NOW)
QUICK: Final = settings(max_examples=200, deadline=None)
OPTIONS: Final = ["small", "large", "none"]


def compiled(fields: dict[str, Any], **form: Any) -> dict[str, Any]:
    checked: dict[str, Any] = compile_forms(json.dumps({"f": {"fields": fields, **form}}))["f"]
    return checked


def stored(form: dict[str, Any]) -> dict[str, Any]:
    """The event's properties and texts; what capture refuses raises."""
    sent = json.loads(json.dumps(plausible.submission(form, NOW.date())))
    event = forms.submission("f", form, sent, RECEIVED)
    return {**event.properties, **event.texts}


def limits(least: int, most: int) -> st.SearchStrategy[dict[str, int]]:
    """`min` and `max`, one of them, or none."""
    number = st.integers(least, most)
    pairs = st.tuples(number, number).map(
        lambda pair: dict(zip(("min", "max"), sorted(pair), strict=True))
    )
    return st.one_of(
        st.just({}),
        pairs,
        number.map(lambda one: {"min": one}),
        number.map(lambda one: {"max": one}),
    )


def days(bounds: dict[str, int]) -> dict[str, str]:
    return {name: date.fromordinal(day).isoformat() for name, day in bounds.items()}


FIELDS: Final = st.one_of(
    limits(1, 300).map(lambda bounds: {"type": "text", **bounds}),
    limits(1, 3_000).map(lambda bounds: {"type": "message", **bounds}),
    limits(14, 300).map(lambda bounds: {"type": "url", **bounds}),
    limits(1, 300).map(lambda bounds: {"type": "hidden", **bounds}),
    limits(-(10**15), 10**15).map(lambda bounds: {"type": "integer", **bounds}),
    limits(-(10**15), 10**15).map(lambda bounds: {"type": "decimal", **bounds}),
    limits(1, date.max.toordinal()).map(lambda bounds: {"type": "date", **days(bounds)}),
    limits(1, 3).map(lambda bounds: {"type": "choices", "options": OPTIONS, **bounds}),
    st.sampled_from(
        [
            {"type": "boolean"},
            {"type": "choice", "options": OPTIONS},
            {"type": "choice", "options": {"s": "Small", "l": {"en": "Large", "pl": "Duży"}}},
            {"type": "choices", "options": {"s": "Small", "l": {"en": "Large", "pl": "Duży"}}},
            {"type": "hidden", "options": OPTIONS},
        ]
    ),
)


@given(
    FIELDS,
    limits(13, 76),
    st.sampled_from(["phone", "email", "none"]),
)
@QUICK
def test_every_required_field_is_answered_within_its_limits(
    field: dict[str, Any], lengths: dict[str, int], beside: str
) -> None:
    fields = {
        "asked": {**field, "required": True},
        "email": {"type": "email", "required": True, **lengths},
        **({"phone": {"type": "phone", "required": True}} if beside == "phone" else {}),
    }
    found = stored(compiled(fields))
    assert found["asked"] not in ("", [], None)
    assert found["email"]
    assert "extra" not in found, "capture could not read it"


@pytest.mark.parametrize("kind", ["url", "message", "text"])
@pytest.mark.parametrize("length", [14, 15, 16, 24, 25, 76, 77, 78, 300])
def test_an_answer_of_any_length_keeps_it(kind: str, length: int) -> None:
    asked = {"type": kind, "required": True, "min": length, "max": length}
    form = compiled({"asked": asked, "email": {"type": "email"}})
    assert len(stored(form)["asked"]) == length


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_a_phone_of_every_country_is_taken(region: str) -> None:
    form = compiled({"phone": {"type": "phone", "required": True}}, default_region=region)
    assert stored(form)["phone"].startswith("+")


def test_the_trap_stays_empty_and_nobody_consents() -> None:
    consents = {"email": {"version": "1", "text": "You may write to me."}}
    form = compiled({"email": {"type": "email"}}, honeypot="hp_confirm", consents=consents)
    assert plausible.submission(form, NOW.date()) == {"email": "hotlist.test@example.com"}


def test_what_other_answers_make_required_is_answered() -> None:
    fields = {
        "email": {"type": "email"},
        "company": {"type": "boolean"},
        "vat": {"type": "text", "required": {"if": {"company": [True]}}},
    }
    assert stored(compiled(fields))["vat"] == "Test"
