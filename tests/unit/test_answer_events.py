"""What the form of an answer says, and what is wrong with it."""

from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.capture.answer_events import REASONS, Days, read
from hotlist.capture.context import BadFields

NEXT: Final = Days(date(2026, 3, 29), date(2027, 3, 28), ZoneInfo("Europe/Warsaw"))


def wrong(**fields: Any) -> dict[str, str]:
    with pytest.raises(BadFields) as failed:
        read(fields, NEXT)
    return dict(failed.value.errors)


@pytest.mark.parametrize("do", ["", "Won", "undo", "sales_won", None, 1, ["x"], {"won": "on"}])
def test_an_answer_is_one_of_five(do: Any) -> None:
    assert wrong(do=do) == {"do": "do_wrong"}
    assert wrong() == {"do": "do_wrong"}


def test_two_answers_say_no_more_than_their_name() -> None:
    more = {"value": "x", "reason": "x", "day": "x"}
    assert read({"do": "contacted", **more}, NEXT) == ("sales_contacted", {})
    assert read({"do": "meeting", **more}, NEXT) == ("sales_meeting", {})


@pytest.mark.parametrize(("typed", "value"), [
    ("12000", 12000),
    (" 12000 ", 12000),
    ("12 000", 12000),
    ("12\u00a0000,50", 12000.5),
    ("1\u202f234\u202f567.25", 1234567.25),
    ("0", 0),
    ("000", 0),
    ("+5", 5),
    ("12,5", 12.5),
    ("12.50", 12.5),
    ("12,00", 12),
    (",5", 0.5),
    ("5,", 5),
    ("0,125", 0.125),
    ("1234,567", 1234.567),
    ("000999999999999", 999999999999),
    ("999999999999.99", 999999999999.99),
    (12000, 12000),
    (12.5, 12.5),
    (["", "7"], 7),
])  # fmt: skip
def test_a_value_is_read_as_it_was_meant(typed: Any, value: float) -> None:
    content = read({"do": "won", "value": typed}, NEXT).content
    assert content == {"value": value}
    assert type(content["value"]) is type(value)


@pytest.mark.parametrize("typed", ["", "  ", "\u200b", None, []])
def test_a_value_may_be_missing(typed: Any) -> None:
    assert read({"do": "won", "value": typed}, NEXT).content == {}


@pytest.mark.parametrize("typed", [
    *("-1", "-0", "1e5", "12k", "abc", "1 000 00", "NaN", "inf", ".", ",", "+", "0x1F", "²", "١٢"),
    *("12 000 zł", "€5", "1.2.3", "1'000", "1_000", "12;5", "1000000000000", "1234567890123,5"),
    *("12.000", "12,000", "1.234.567", "1,234,567.89", "9" * 5_000, "1." + "0" * 60),
])  # fmt: skip
def test_what_is_no_value_or_could_be_two_is_asked_again(typed: str) -> None:
    assert wrong(do="won", value=typed) == {"value": "value_wrong"}


@given(st.text(max_size=30))
def test_any_other_text_is_a_number_or_is_asked_again(typed: str) -> None:
    try:
        content = read({"do": "won", "value": typed}, NEXT).content
    except BadFields:
        return
    assert content == {} or 0 <= content["value"] < 10**12


def test_a_reason_is_one_of_six() -> None:
    assert len(REASONS) == 6
    for reason in REASONS:
        said = read({"do": "rejected", "reason": reason}, NEXT)
        assert said == ("sales_rejected", {"reason": reason})
    for other in ("", "No budget", "no_budget,other", None):
        assert wrong(do="rejected", reason=other) == {"reason": "reason_wrong"}


def test_a_lead_is_put_off_until_a_day_begins() -> None:
    said = read({"do": "snoozed", "day": "2026-12-03"}, NEXT)
    assert said == (
        "sales_snoozed",
        {"until": "2026-12-02T23:00:00.000Z", "day": "2026-12-03"},
    )
    for day in ("2026-03-29", "2027-03-28"):
        assert read({"do": "snoozed", "day": day}, NEXT).content["day"] == day


@pytest.mark.parametrize("typed", [
    *("", None, "tomorrow", "2026-03-28", "2027-03-29", "2026-02-30", "2026-13-01", "9999-12-31"),
    *("20261203", "2026-W49-4", "2026-12-03T00:00", "3.12.2026", "２０２６-12-03", "0000-00-00"),
])  # fmt: skip
def test_what_is_no_day_or_too_far_is_asked_again(typed: Any) -> None:
    assert wrong(do="snoozed", day=typed) == {"day": "day_wrong"}
