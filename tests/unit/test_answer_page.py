"""The pages of answers: each language has all texts, and what strangers wrote stays text."""

import re
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from hotlist.capture import answer_page
from hotlist.capture.answer_events import REASONS, Days, Said
from hotlist.capture.answer_page import Asked
from hotlist.capture.answer_texts import ANSWER_TEXTS, DAYS, MONTHS, SIGNS
from hotlist.capture.form_page import Visitor
from hotlist.capture.link_texts import LINK_TEXTS
from hotlist.events.answers import DOINGS

EVIL: Final = '"><script>alert(1)</script>{name}{first}'
WHO: Final = Visitor(("pl",))
ENGLISH: Final = Visitor(("en",))
ADA: Final = Asked("Ada Lovelace")
NEXT: Final = Days(date(2026, 3, 29), date(2027, 3, 28), ZoneInfo("Europe/Warsaw"))
SNOOZED: Final = Said("sales_snoozed", {"until": "2026-12-02T23:00:00.000Z", "day": "2026-12-03"})
FIELD: Final = re.compile(r"\{(\w+)\}")


def buttons(page: str) -> list[str]:
    return re.findall(r'<button name="do" value="(\w+)"', page)


def quoted(page: str) -> str:
    (found,) = re.findall(r"<blockquote>(.*?)</blockquote>", page)
    return str(found)


# --- words ----------------------------------------------------------------------------------


def test_every_language_has_all_texts_and_puts_in_the_same() -> None:
    assert ANSWER_TEXTS.keys() == LINK_TEXTS.keys()
    english = ANSWER_TEXTS["en"]
    for language, words in ANSWER_TEXTS.items():
        assert words.keys() == english.keys(), language
        for name, word in words.items():
            assert word.strip(), (language, name)
            assert {*FIELD.findall(word)} == {*FIELD.findall(english[name])}, (language, name)
            if language != "en" and name != "noted_more":
                assert word != english[name], (language, name)


def test_every_language_writes_days_and_numbers() -> None:
    for table in (MONTHS, DAYS, SIGNS):
        assert table.keys() == ANSWER_TEXTS.keys()
    assert all(len({*months.split()}) == 12 for months in MONTHS.values())


def test_each_answer_and_each_reason_has_words() -> None:
    words = ANSWER_TEXTS["en"]
    assert {*DOINGS, *(f"{do}_help" for do in DOINGS), *REASONS} <= words.keys()


# --- what is asked --------------------------------------------------------------------------


def test_the_page_asks_by_name_and_has_each_answer() -> None:
    page = answer_page.ask(ADA, NEXT, ENGLISH)
    assert "<h1>What came of <bdi>Ada Lovelace</bdi>?</h1>" in page
    assert "<title>What came of Ada Lovelace?</title>" in page
    assert buttons(page) == ["contacted", "meeting", "won", "rejected", "snoozed"]
    options = re.findall(r'<option value="(\w*)"', page)
    assert options == ["", *REASONS]
    assert 'min="2026-03-29" max="2027-03-28" value="2026-04-04"' in page
    assert "<script" not in page


@pytest.mark.parametrize("first", [*DOINGS, "", "undo", "nothing"])
def test_the_answer_that_the_mail_offers_stands_first_and_no_other_moves(first: str) -> None:
    found = buttons(answer_page.ask(ADA, NEXT, WHO, first=first))
    others = [do for do in DOINGS if do != first]
    assert found == ([first, *others] if first in DOINGS else others)


@pytest.mark.parametrize(("name", "shown"), [
    ("", "this lead"),
    ("\u202e\u200b \n", "this lead"),
    ("A\u202eda\n\tLove\u0000lace", "Ada Love lace"),
    ("x" * 200, "x" * 80),
    ("A\ud800da", "Ada"),
    ("שלום", "שלום"),
])  # fmt: skip
def test_a_name_is_one_line_of_what_can_be_seen(name: str, shown: str) -> None:
    page = answer_page.ask(Asked(name), NEXT, ENGLISH)
    assert f"<bdi>{shown}</bdi>" in page
    page.encode()


def test_an_unknown_language_is_answered_in_english() -> None:
    assert '<html lang="en">' in answer_page.ask(ADA, NEXT, Visitor(("cs",)))


@pytest.mark.parametrize(
    "page",
    [
        answer_page.ask(Asked(EVIL), NEXT, WHO),
        answer_page.ask(
            ADA, NEXT, WHO, fields={"value": EVIL, "day": EVIL}, errors={"value": "value_wrong"}
        ),
        answer_page.noted(Asked(EVIL), SNOOZED, "0" * 32, WHO),
        answer_page.undone(Asked(EVIL), SNOOZED, WHO),
        answer_page.full(Asked(EVIL), WHO),
    ],
)
def test_nothing_is_shown_as_it_is_written(page: str) -> None:
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "{name}{first}" in page, "what is put in is no text with places"
    assert '<html lang="pl">' in page


@pytest.mark.parametrize(
    ("field", "typed", "answer"),
    [("value", "12k", "won"), ("reason", "", "rejected"), ("day", "2020-01-01", "snoozed")],
)
def test_a_wrong_field_says_so_first_and_keeps_what_was_typed(
    field: str, typed: str, answer: str
) -> None:
    page = answer_page.ask(
        ADA, NEXT, ENGLISH, fields={field: typed}, errors={field: f"{field}_wrong"}
    )
    assert buttons(page)[0] == answer
    (control,) = re.findall(rf'<(?:input|select)[^>]*name="{field}"[^>]*>', page)
    assert f'aria-invalid="true" aria-describedby="e-{field}"' in control
    assert typed in control
    (said,) = re.findall(rf'<span class="fault" id="e-{field}">(.*?)</span>', page)
    assert said[:10] == ANSWER_TEXTS["en"][f"{field}_wrong"][:10]
    assert page.count('aria-invalid="true"') == 1
    assert 'role="alert">Nothing was noted yet</p>' in page


def test_a_reason_that_was_chosen_stays_chosen() -> None:
    page = answer_page.ask(
        ADA, NEXT, ENGLISH, fields={"reason": "other"}, errors={"do": "do_wrong"}
    )
    assert '<option value="other" selected>' in page
    assert "Nothing was noted. Press one of these buttons." in page


def test_the_days_that_can_be_chosen_are_named() -> None:
    said = {
        language: answer_page.ask(
            ADA, NEXT, Visitor((language,)), fields={}, errors={"day": "day_wrong"}
        )
        for language in ANSWER_TEXTS
    }
    assert "from 29 March 2026 to 28 March 2027." in said["en"]
    assert "od 29 marca 2026 do 28 marca 2027." in said["pl"]
    assert "vom 29. März 2026 bis zum 28. März 2027." in said["de"]


# --- what was noted -------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "event_type", "content", "told"), [
    ("en", "sales_contacted", {}, "Contacted"),
    ("pl", "sales_meeting", {}, "Spotkanie"),
    ("en", "sales_won", {}, "Won"),
    ("en", "sales_won", {"value": 0}, "Won: 0"),
    ("en", "sales_won", {"value": 1234567.5}, "Won: 1,234,567.5"),
    ("de", "sales_won", {"value": 1234567.25}, "Gewonnen: 1.234.567,25"),
    ("pl", "sales_won", {"value": 999999999999}, "Wygrana: 999\u00a0999\u00a0999\u00a0999"),
    ("en", "sales_won", {"value": 1e-05}, "Won: 0.00001"),
    ("en", "sales_won", {"value": 999999999999.99}, "Won: 999,999,999,999.99"),
    ("de", "sales_won", {"value": 0.1}, "Gewonnen: 0,1"),
    ("en", "sales_won", {"value": 1e-25}, f"Won: 0.{'0' * 24}1"),
    ("en", "sales_won", {"value": 1e16}, "Won: 10,000,000,000,000,000"),
    ("de", "sales_rejected", {"reason": "wrong_fit"}, "Nicht relevant: Passt nicht zu uns"),
    ("en", "sales_snoozed", SNOOZED.content, "Later, on 3 December 2026"),
    ("de", "sales_snoozed", SNOOZED.content, "Später, am 3. Dezember 2026"),
])  # fmt: skip
def test_what_was_noted_is_said_in_words(
    language: str, event_type: str, content: dict[str, Any], told: str
) -> None:
    page = answer_page.noted(ADA, Said(event_type, content), "0" * 32, Visitor((language,)))
    assert quoted(page) == told
    assert quoted(answer_page.undone(ADA, Said(event_type, content), Visitor((language,)))) == told
    assert buttons(page) == ["undo"]
    assert f'name="event" value="{"0" * 32}"' in page
    assert ("?ics=" in page) is ("day" in content)


def test_the_day_of_a_lead_that_was_put_off_can_be_put_into_a_calendar() -> None:
    page = answer_page.noted(ADA, SNOOZED, "0" * 32, ENGLISH)
    assert '<a href="?ics=2026-12-03">Put the day into my calendar</a>' in page
    assert "delete it there" in answer_page.undone(ADA, SNOOZED, ENGLISH)
    assert "delete it there" not in answer_page.undone(ADA, Said("sales_won", {}), ENGLISH)


def test_a_test_mails_page_says_so() -> None:
    asked = Asked("Ada", is_test=True)
    for page in (
        answer_page.ask(asked, NEXT, WHO),
        answer_page.noted(asked, SNOOZED, "0" * 32, WHO),
        answer_page.undone(asked, SNOOZED, WHO),
    ):
        assert LINK_TEXTS["pl"]["test"] in page
    assert LINK_TEXTS["pl"]["test"] not in answer_page.ask(ADA, NEXT, WHO)


# --- days -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("now", "zone", "first", "last"), [
    ("2026-03-28T12:00", "Europe/Warsaw", "2026-03-29", "2027-03-28"),
    ("2026-03-28T22:59", "Europe/Warsaw", "2026-03-29", "2027-03-28"),
    ("2026-03-28T23:00", "Europe/Warsaw", "2026-03-30", "2027-03-29"),
    ("2026-03-28T05:00", "Pacific/Honolulu", "2026-03-28", "2027-03-27"),
    ("2026-03-28T11:00", "Pacific/Kiritimati", "2026-03-30", "2027-03-29"),
    ("2028-02-29T12:00", "UTC", "2028-03-01", "2029-02-28"),
    ("2027-03-01T12:00", "UTC", "2027-03-02", "2028-03-01"),
])  # fmt: skip
def test_a_lead_is_put_off_until_tomorrow_at_least_and_for_a_year_at_most(
    now: str, zone: str, first: str, last: str
) -> None:
    days = Days.at(datetime.fromisoformat(now).replace(tzinfo=UTC), ZoneInfo(zone))
    assert (days.first.isoformat(), days.last.isoformat()) == (first, last)


@pytest.mark.parametrize(("zone", "day", "begins"), [
    ("Europe/Warsaw", "2026-12-03", "2026-12-02T23:00"),
    ("Europe/Warsaw", "2026-07-01", "2026-06-30T22:00"),
    ("America/New_York", "2026-12-03", "2026-12-03T05:00"),
    ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00"),  # the clock jumps over midnight
    ("America/Havana", "2026-11-01", "2026-11-01T04:00"),  # it comes twice
])  # fmt: skip
def test_a_day_begins_with_its_first_instant(zone: str, day: str, begins: str) -> None:
    found = Days(NEXT.first, NEXT.last, ZoneInfo(zone)).begins(date.fromisoformat(day))
    assert found == datetime.fromisoformat(begins).replace(tzinfo=UTC)
