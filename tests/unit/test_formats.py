"""The mails' formats are those of the CLDR, and the file of them is what Babel has now."""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st

from hotlist.mail.formats import formats
from hotlist_cli import cldr

WARSAW: Final = ZoneInfo("Europe/Warsaw")
languages = pytest.mark.parametrize("language", cldr.LANGUAGES)
DAYS: Final = [date(2024, 1, 1) + timedelta(days=number) for number in range(1100)]


def test_the_file_is_what_the_cldr_has() -> None:
    assert cldr.FILE.read_text("utf-8") == cldr.text(), "run `make formats`"
    assert cldr.LICENCE.read_text("utf-8") == cldr.licence(), "run `make formats`"
    assert "UNICODE LICENSE" in cldr.licence()


@languages
def test_each_day_of_three_years_is_written_as_babel_writes_it(language: str) -> None:
    ours = formats(language)
    for day in DAYS:
        assert ours.day(day) == cldr.plain(format_skeleton("MMMd", day, locale=language))
        assert ours.day_of_year(day) == cldr.plain(format_skeleton("yMMMd", day, locale=language))
        assert ours.long_day(day) == cldr.plain(format_date(day, "long", language))
        assert ours.full_day(day) == cldr.plain(format_date(day, "full", language))
        assert ours.weekday(day) == cldr.plain(format_date(day, "EEEE", language))


@languages
def test_each_minute_of_a_day_is_written_as_babel_writes_it(language: str) -> None:
    for minute in range(24 * 60):
        at = time(*divmod(minute, 60))
        assert formats(language).time(at) == cldr.plain(format_time(at, "short", locale=language))


@languages
@given(st.integers(-(10**15), 10**15))
def test_a_whole_number_is_written_as_babel_writes_it(language: str, number: int) -> None:
    written = cldr.plain(format_decimal(number, locale=language))
    assert formats(language).number(number) == written
    assert formats(language).change(number) == ("+" if number > 0 else "") + written


@languages
@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=6))
def test_a_number_with_places_is_written_as_babel_writes_it(language: str, value: Decimal) -> None:
    ours = formats(language)
    if round(value, 3):  # Babel writes a zero that was less than one as -0
        assert ours.number(value, 3) == cldr.plain(format_decimal(value, locale=language))
    if round(value, 2):
        assert ours.percent(value) == cldr.plain(format_percent(value, locale=language))


@languages
def test_what_rounds_to_zero_has_no_sign(language: str) -> None:
    assert formats(language).number(Decimal("-0.4")) == "0"


@languages
@given(st.one_of(st.integers(0, 3000), st.integers(0, 10**18)))
def test_a_word_beside_a_number_takes_the_form_that_babel_says(language: str, count: int) -> None:
    assert formats(language).plural(count) == Locale(language).plural_form(count)


def test_polish_has_three_forms_for_whole_numbers() -> None:
    forms = {"one": "{count} lead", "few": "{count} leady", "many": "{count} leadów"}
    told = {count: formats("pl").counted(forms, count) for count in (0, 1, 2, 5, 12, 22, 1001)}
    assert told == {
        0: "0 leadów",
        1: "1 lead",
        2: "2 leady",
        5: "5 leadów",
        12: "12 leadów",
        22: "22 leady",
        1001: "1\xa0001 leadów",
    }


@languages
def test_a_day_nearby_is_told_as_people_say_it(language: str) -> None:
    ours, today = formats(language), date(2026, 3, 29)
    near = json.loads(cldr.FILE.read_text("utf-8"))[language]["near"]
    for days in range(-8, 9):
        day = today + timedelta(days=days)
        if abs(days) <= 1:
            expected = near[str(days)]
        elif abs(days) < 7:
            expected = ours.weekday(day)
        else:
            expected = ours.day(day)
        assert ours.near_day(day, today) == expected


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["yesterday, 11:30\xa0PM", "today, 12:10\xa0AM", "Friday, 6:30\xa0AM",
         "Mar 29, 2025"]),
        ("pl", ["wczoraj, 23:30", "dzisiaj, 00:10", "piątek, 06:30", "29 mar 2025"]),
        ("de", ["gestern, 23:30", "heute, 00:10", "Freitag, 06:30", "29. März 2025"]),
    ],
)  # fmt: skip
def test_a_moment_is_told_by_the_readers_own_day(language: str, told: list[str]) -> None:
    now = datetime(2026, 3, 29, 5, 30, tzinfo=UTC)
    moments = [
        datetime(2026, 3, 28, 22, 30, tzinfo=UTC),  # a day is another one in Warsaw
        datetime(2026, 3, 28, 23, 10, tzinfo=UTC),
        datetime(2026, 3, 27, 5, 30, tzinfo=UTC),
        datetime(2025, 3, 29, 12, 0, tzinfo=UTC),
    ]
    assert [formats(language).moment(at, WARSAW, now) for at in moments] == told


def test_an_english_moment_is_no_german_one() -> None:
    at = datetime(2026, 11, 28, 9, 5, tzinfo=UTC)
    told = [formats(one).moment(at, WARSAW) for one in ("en", "pl", "de")]
    assert told == ["Nov 28, 10:05\xa0AM", "28 lis, 10:05", "28. Nov., 10:05"]
