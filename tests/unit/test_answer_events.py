"""What the form of an answer says, and what is wrong with it."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.capture import answer_page
from hotlist.capture.answer_events import (
    PLACES,
    REASONS,
    Days,
    Said,
    answered,
    days_until,
    id_at,
    page_at,
    places_before,
    read,
    undone,
)
from hotlist.capture.answer_page import Asked
from hotlist.capture.answer_texts import ANSWER_TEXTS, SIGNS
from hotlist.capture.context import BadFields
from hotlist.capture.form_page import Visitor
from hotlist.capture.http import Request
from hotlist.capture.link_events import Visit
from hotlist.events.times import to_ms
from hotlist.links.tokens import Purpose, Token

NEXT: Final = Days(date(2026, 3, 29), date(2027, 3, 28), ZoneInfo("Europe/Warsaw"))
NOON: Final = datetime(2026, 3, 28, 12, tzinfo=UTC)
DAY: Final = timedelta(days=1)


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
    ("12.5000", 12.5),
    ("1234,560", 1234.56),
    ("0.01", 0.01),
    ("000999999999999", 999999999999),
    ("999999999999.99", 999999999999.99),
    ("999999999999.990000", 999999999999.99),
    (12000, 12000),
    (12.5, 12.5),
    (999999999999.99, 999999999999.99),
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
    *("0,125", "1234,567", "0.001", "1." + "0" * 24 + "1", 1e-25, 0.1 + 0.2, 1e300),
])  # fmt: skip
def test_what_is_no_value_or_could_be_two_is_asked_again(typed: Any) -> None:
    assert wrong(do="won", value=typed) == {"value": "value_wrong"}


@given(st.text(max_size=30))
def test_any_other_text_is_a_number_or_is_asked_again(typed: str) -> None:
    try:
        content = read({"do": "won", "value": typed}, NEXT).content
    except BadFields:
        return
    assert content == {} or 0 <= content["value"] < 10**12


@given(st.integers(0, 10**14 - 1), st.sampled_from(sorted(ANSWER_TEXTS)))
def test_a_value_is_stored_and_shown_as_it_was_typed(cents: int, language: str) -> None:
    typed = f"{cents // 100}.{cents % 100:02}"
    said = read({"do": "won", "value": typed}, NEXT)
    assert Decimal(repr(said.content["value"])) == Decimal(typed)
    page = answer_page.noted(Asked("Ada"), said, "0" * 32, Visitor((language,)))
    (shown,) = re.findall(r"<blockquote>.*: (.*?)</blockquote>", page)
    thousands, point = SIGNS[language]
    plain = html.unescape(shown).replace(thousands, "").replace(point, ".")
    assert plain == (typed.rstrip("0").rstrip(".") if "." in typed else typed)


# --- places ---------------------------------------------------------------------------------


def visit(at: datetime) -> Visit:
    token = Token(Purpose.ANSWER, "email:ada", NOON.date(), recipient="anna")
    request = Request("", "POST", "", {}, {}, None, is_base64=False, host="")
    return Visit(request, token, "", None, at)


def test_the_places_before_an_answer_are_those_of_its_day() -> None:
    late = visit(NOON + 3 * DAY)
    ids = [id_at(late, NOON.date(), place) for place in range(PLACES)]
    assert places_before(late, ids[0]) == []
    assert places_before(late, ids[3]) == [ids[2], ids[1], ids[0]]
    assert places_before(late, ids[3][:-1] + "x") == []


@pytest.mark.parametrize(("asked", "is_one"), [
    (NOON, True),
    (NOON - timedelta(hours=36), True),  # the mail's day began where its reader is
    (NOON + timedelta(milliseconds=1), False),
    (NOON - timedelta(hours=36, milliseconds=1), False),
    (NOON - 400 * DAY, False),
])  # fmt: skip
def test_a_page_is_from_the_life_of_its_link(asked: datetime, is_one: bool) -> None:
    found = page_at({"asked": str(to_ms(asked))}, visit(NOON))
    assert found == (asked if is_one else None)


@pytest.mark.parametrize("asked", [
    *("", "x", "-1", "1.5", "1e3", "9" * 15, "9" * 16, "１", "0", None, True, {}, [], " "),
])  # fmt: skip
def test_what_is_no_instant_of_a_page_is_none(asked: Any) -> None:
    assert page_at({"asked": asked}, visit(NOON)) is None
    assert page_at({}, visit(NOON)) is None


def test_the_days_since_a_page_end_before_the_request() -> None:
    now = visit(NOON + 2 * DAY)
    assert days_until(now, NOON) == [NOON.date(), NOON.date() + DAY]
    assert days_until(visit(NOON), NOON) == []


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


def test_what_takes_an_answer_back_ends_with_it() -> None:
    answer = answered(visit(NOON), Said("sales_won", {}), 0, None)
    later = undone(visit(NOON + 3 * DAY), answer)
    assert later.expires_at == answer.expires_at
    assert later.properties["event_id"] == answer.event_id
