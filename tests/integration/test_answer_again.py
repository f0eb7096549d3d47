"""Pages of answers that are sent once more, opened once more, and taken back."""

import random
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from hotlist.capture.answer_events import LATE, PLACES
from hotlist.events.answers import newest_answer, standing_answers
from hotlist.events.event import Event
from hotlist.events.times import to_ms
from hotlist.store.events import EventStore
from integration.stages.answers import (
    ANSWERS,
    BO,
    DAY,
    MINUTE,
    NOON,
    WRONG,
    At,
    page_of,
    types,
    undo_of,
)
from integration.stages.links import Reader, answer
from integration.stages.links import title as heading

HOUR: Final = 60 * MINUTE
MIDNIGHT: Final = NOON.replace(hour=0)
OTHERWISE: Final = "You have given another answer since then."


@pytest.fixture
def at(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> At:
    return At(reader, monkeypatch)


def newest(at: At) -> str:
    found = newest_answer(at.reader.events())
    return "" if found is None else found.type


def mailed(days: int = 0) -> str:
    """Anna's link in the mail of so many days ago."""
    return answer(day=(NOON - days * DAY).date())


# --- a page that is sent once more ----------------------------------------------------------


def test_each_form_of_each_page_says_when_its_page_was_made(at: At) -> None:
    """`page_of` holds every form to it."""
    path = answer()
    assert at.open(NOON, path) == at.open(NOON, f"{path}?do=won") == str(to_ms(NOON))
    wrong = at.press(NOON + MINUTE, path, asked=str(to_ms(NOON)), **WRONG[2])
    noted = at.press(NOON + 2 * MINUTE, path, do="won")
    assert [page_of(wrong), page_of(noted)] == [str(to_ms(NOON + n * MINUTE)) for n in (1, 2)]


@pytest.mark.parametrize("event_type", ANSWERS)
def test_a_page_that_is_loaded_again_after_an_undo_gives_nothing_anew(
    at: At, event_type: str
) -> None:
    fields = {"asked": at.open(NOON, answer()), **ANSWERS[event_type]}
    noted = at.press(NOON + MINUTE, answer(), **fields)
    at.press(NOON + 2 * MINUTE, answer(), do="undo", event=undo_of(noted))
    before = at.reader.events()
    for hours in (1, 2):
        page = at.press(NOON + hours * HOUR, answer(), **fields)
        assert (page["statusCode"], heading(page)) == (200, "Taken back")
        assert 'href="?"' in page["body"], "the way to another answer"
    assert at.reader.events() == before
    assert newest(at) == ""


def test_a_page_that_is_loaded_again_is_no_newer_than_what_was_said_since(at: At) -> None:
    first = {"asked": at.open(NOON, answer()), "do": "contacted"}
    other = {"asked": at.open(NOON, answer()), "do": "won"}
    noted = at.press(NOON + MINUTE, answer(), **first)
    assert OTHERWISE not in noted["body"]
    won = at.press(NOON + 2 * MINUTE, answer(), **other)
    page = at.press(NOON + 3 * MINUTE, answer(), **first)
    assert (heading(page), undo_of(page)) == ("Noted", undo_of(noted))
    assert OTHERWISE in page["body"]
    assert (types(at.reader), newest(at)) == (["sales_contacted", "sales_won"], "sales_won")
    at.press(NOON + 4 * MINUTE, answer(), do="undo", event=undo_of(won))
    assert OTHERWISE not in at.press(NOON + 5 * MINUTE, answer(), **first)["body"]


def test_the_same_in_another_tab_is_the_same(at: At) -> None:
    tabs = [at.open(NOON + number * MINUTE, answer()) for number in range(3)]
    for number, asked in enumerate(tabs, 3):
        page = at.press(NOON + number * MINUTE, answer(), asked=asked, do="contacted")
    assert types(at.reader) == ["sales_contacted"]
    assert undo_of(page) == at.reader.events()[0].event_id


def test_of_the_same_given_twice_the_page_tells_of_what_stands(at: At) -> None:
    first = {"asked": at.open(NOON, answer()), "do": "contacted"}
    second = {"do": "contacted"}
    noted = at.press(NOON + MINUTE, answer(), **first)
    second["asked"] = at.open(NOON + 2 * MINUTE, answer())
    at.press(NOON + 3 * MINUTE, answer(), do="undo", event=undo_of(noted))
    again = at.press(NOON + 4 * MINUTE, answer(), **second)
    page = at.press(NOON + 5 * MINUTE, answer(), **first)
    assert (heading(page), undo_of(page)) == ("Noted", undo_of(again))
    at.press(NOON + 6 * MINUTE, answer(), do="undo", event=undo_of(again))
    for fields in (first, second):
        assert heading(at.press(NOON + 7 * MINUTE, answer(), **fields)) == "Taken back"
    assert sorted(types(at.reader)) == ["sales_contacted"] * 2 + ["sales_undone"] * 2


@pytest.mark.parametrize(("opened", "answered", "again"), [
    (MIDNIGHT - 2 * MINUTE, MIDNIGHT - MINUTE, MIDNIGHT + MINUTE),
    (MIDNIGHT - 2 * MINUTE, MIDNIGHT + MINUTE, MIDNIGHT + 2 * MINUTE),
    (NOON - DAY, NOON - DAY + HOUR, NOON),
    (NOON - 5 * DAY, NOON - 5 * DAY + HOUR, NOON),
    (NOON - 5 * DAY, NOON - 2 * DAY, NOON),
    (NOON - 6 * DAY - HOUR, NOON - DAY, NOON + DAY),
])  # fmt: skip
def test_a_page_that_is_loaded_again_on_another_day_is_the_same(
    at: At, opened: datetime, answered: datetime, again: datetime
) -> None:
    path = mailed(6)
    fields = {"asked": at.open(opened, path), "do": "contacted"}
    noted = at.press(answered, path, **fields)
    page = at.press(again, path, **fields)
    assert (heading(page), undo_of(page)) == ("Noted", undo_of(noted))
    at.press(again, path, do="undo", event=undo_of(noted))
    assert heading(at.press(again + MINUTE, path, **fields)) == "Taken back"
    assert types(at.reader) == ["sales_contacted", "sales_undone"]


def test_a_page_that_is_loaded_again_on_a_full_day_says_what_it_said(at: At) -> None:
    asked = at.open(NOON, answer())
    for number in range(PLACES):
        at.press(NOON + number * MINUTE, answer(), asked=asked, do="won", value=str(number))
    page = at.press(NOON + HOUR, answer(), asked=asked, do="won", value="3")
    assert (page["statusCode"], heading(page)) == (200, "Noted")
    assert OTHERWISE in page["body"]
    late = at.open(NOON + HOUR, answer())
    assert at.press(NOON + HOUR, answer(), asked=late, do="won", value="3")["statusCode"] == 503
    assert len(at.reader.events()) == PLACES


def test_a_second_press_before_the_first_is_answered_is_the_same(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {"asked": at.open(NOON, answer()), "do": "contacted"}
    put, presses = EventStore.put, iter([MINUTE])

    def late(self: EventStore, event: Event) -> bool:
        for after in presses:
            assert at.press(NOON + after, answer(), **fields)["statusCode"] == 200
        return put(self, event)

    monkeypatch.setattr(EventStore, "put", late)
    page = at.press(NOON + MINUTE, answer(), **fields)
    assert types(at.reader) == ["sales_contacted"]
    assert undo_of(page) == at.reader.events()[0].event_id


# --- a page that is opened once more --------------------------------------------------------


def test_who_opens_the_link_again_has_a_new_word(at: At) -> None:
    at.press(NOON, answer(), asked=at.open(NOON - MINUTE, answer()), do="contacted")
    ben = answer("ben")
    at.press(NOON + MINUTE, ben, asked=at.open(NOON, ben), do="rejected", reason="other")
    assert newest(at) == "sales_rejected"
    asked = at.open(NOON + HOUR, answer())
    page = at.press(NOON + HOUR + MINUTE, answer(), asked=asked, do="contacted")
    assert heading(page) == "Noted"
    found = newest_answer(at.reader.events())
    assert found is not None
    assert (found.type, found.by, found.event_id) == ("sales_contacted", "anna", undo_of(page))
    assert types(at.reader) == ["sales_contacted", "sales_rejected", "sales_contacted"]


def test_another_value_by_the_same_page_is_another_answer(at: At) -> None:
    asked = at.open(NOON, answer())
    for number, value in enumerate(("", "12", "12,00", "12.5")):
        at.press(NOON + number * MINUTE, answer(), asked=asked, do="won", value=value)
    assert [one.properties.get("value") for one in at.reader.events()] == [None, 12, 12.5]


def test_nobodys_page_is_answered_by_another_or_about_another(at: At) -> None:
    asked = at.open(NOON, answer())
    for path in (answer(), answer("ben"), answer(subject=BO), answer(test="1")):
        page = at.press(NOON + MINUTE, path, asked=asked, do="contacted")
        assert heading(page) == "Noted"
    assert types(at.reader) == ["sales_contacted"] * 4


@pytest.mark.parametrize("asked", [
    *("", "x", "-1", "1.5", "9" * 15, "9" * 400, str(to_ms(NOON + HOUR)), "0"),
    str(to_ms(NOON - 9 * DAY)),
])  # fmt: skip
def test_what_no_page_of_this_link_says_is_as_if_it_were_missing(at: At, asked: str) -> None:
    fields = {"asked": asked, "do": "contacted"}
    noted = at.press(NOON, answer(), **fields)
    assert undo_of(at.press(NOON + MINUTE, answer(), **fields)) == undo_of(noted)
    at.press(NOON + 2 * MINUTE, answer(), do="undo", event=undo_of(noted))
    again = at.press(NOON + 3 * MINUTE, answer(), **fields)
    assert undo_of(again) != undo_of(noted)
    assert len(at.reader.events()) == 3


@pytest.mark.parametrize("seed", range(4))
def test_sending_anything_again_changes_nothing_and_a_new_page_says_something(
    at: At, seed: int
) -> None:
    draw, path, sent = random.Random(seed), mailed(6), []  # type: ignore[var-annotated]
    now, pages = NOON - 6 * DAY, [at.open(NOON - 6 * DAY, path)]
    for _ in range(40):
        now += draw.choice([MINUTE, HOUR, 9 * HOUR]) if now < NOON else MINUTE
        before = len(at.reader.events())
        what = draw.random()
        if what < 0.3 and sent:
            at.press(now, path, **draw.choice(sent))
            assert len(at.reader.events()) == before
        elif what < 0.5 and (given := standing_answers(at.reader.events())):
            sent.append({"do": "undo", "event": draw.choice(given).event_id})
            at.press(now, path, **sent[-1])
            assert len(at.reader.events()) > before
        else:
            is_new = draw.random() < 0.5
            pages += [at.open(now, path)] if is_new else []
            asked = pages[-1] if is_new else draw.choice(pages)
            sent.append({"asked": asked, **ANSWERS[draw.choice(["sales_contacted", "sales_won"])]})
            assert at.press(now + MINUTE / 60, path, **sent[-1])["statusCode"] == 200
            assert len(at.reader.events()) - before in ({1} if is_new else {0, 1})
    for fields in sent:
        before = len(at.reader.events())
        at.press(now + HOUR, path, **fields)
        assert len(at.reader.events()) == before


def test_the_oldest_page_of_a_full_week_is_looked_up_in_bounded_reads(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, begin = mailed(7), NOON - 7 * DAY
    asked = at.open(begin - 13 * HOUR, path)
    for day in range(8):
        for number in range(PLACES if day < 7 else PLACES - 1):
            now = begin + day * DAY + number * MINUTE
            at.press(now, path, do="won", value=str(number))
    looked = []
    look = EventStore.look

    def counted(self: EventStore, subject: str, event_id: str) -> Event | None:
        looked.append(event_id)
        return look(self, subject, event_id)

    monkeypatch.setattr(EventStore, "look", counted)
    at.press(NOON + HOUR, path, asked=asked, do="won", value="0")
    assert len(looked) <= 9 * PLACES + PLACES
    looked.clear()
    at.press(NOON + HOUR, path, asked=at.open(NOON + HOUR, path), do="contacted")
    assert len(looked) <= PLACES


# --- taken back -------------------------------------------------------------------------------


def told(at: At, *words: tuple[datetime, str]) -> list[dict[str, Any]]:
    """The pages after these answers, each by a page that was opened for it."""
    path = mailed(2)
    return [
        at.press(now, path, asked=at.open(now - timedelta(seconds=1), path), do=do)
        for now, do in words
    ]


def test_an_undo_takes_back_the_same_directly_before_too(at: At) -> None:
    pages = told(at, *((NOON + number * HOUR, "contacted") for number in range(3)))
    for _ in range(3):
        page = at.press(NOON + 4 * HOUR, answer(), do="undo", event=undo_of(pages[-1]))
        assert heading(page) == "Taken back"
        assert "It is as if you had not given this answer about" in page["body"]
        assert "The same answer of another day may still stand." in page["body"]
        assert newest(at) == ""
    assert sorted(types(at.reader)) == ["sales_contacted"] * 3 + ["sales_undone"] * 3


def test_an_undo_takes_back_nothing_beyond_another_answer_that_stands(at: At) -> None:
    words = ("contacted", "contacted", "meeting", "contacted")
    pages = told(at, *((NOON + number * MINUTE, do) for number, do in enumerate(words)))
    at.press(NOON + HOUR, answer(), do="undo", event=undo_of(pages[3]))
    assert (newest(at), types(at.reader).count("sales_undone")) == ("sales_meeting", 1)
    at.press(NOON + HOUR, answer(), do="undo", event=undo_of(pages[2]))
    assert newest(at) == "sales_contacted"
    before = at.reader.events()
    for page in pages[2:]:
        at.press(NOON + 2 * HOUR, answer(), do="undo", event=undo_of(page))
    assert at.reader.events() == before, "an undo that is sent again takes back no more"
    at.press(NOON + 3 * HOUR, answer(), do="undo", event=undo_of(pages[1]))
    assert newest(at) == ""


def test_an_undo_looks_over_what_is_taken_back_already(at: At) -> None:
    words = ("contacted", "meeting", "contacted")
    pages = told(at, *((NOON + number * MINUTE, do) for number, do in enumerate(words)))
    at.press(NOON + HOUR, answer(), do="undo", event=undo_of(pages[1]))
    at.press(NOON + HOUR, answer(), do="undo", event=undo_of(pages[2]))
    assert newest(at) == ""


def test_an_undo_leaves_what_others_said_and_what_was_said_later(at: At) -> None:
    first, _ = told(at, (NOON, "contacted"), (NOON + HOUR, "contacted"))
    ben = answer("ben")
    at.press(NOON - MINUTE, ben, do="contacted")
    at.press(NOON + 2 * HOUR, answer(), do="undo", event=undo_of(first))
    standing = standing_answers(at.reader.events())
    assert [(one.by, one.at) for one in standing] == [
        ("anna", NOON + HOUR),
        ("ben", NOON - MINUTE),
    ]


@pytest.mark.parametrize(("before", "count"), [
    (MIDNIGHT - MINUTE, 2),
    (MIDNIGHT + MINUTE - LATE, 1),
    (MIDNIGHT - 2 * HOUR, 1),
])  # fmt: skip
def test_an_undo_just_after_midnight_takes_back_the_same_of_just_before(
    at: At, before: datetime, count: int
) -> None:
    pages = told(at, (before, "contacted"), (MIDNIGHT + MINUTE, "contacted"))
    at.press(NOON, answer(), do="undo", event=undo_of(pages[1]))
    assert types(at.reader).count("sales_undone") == count


def test_an_undo_that_broke_off_is_ended_by_the_next_press(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = told(at, *((NOON + number * HOUR, "contacted") for number in range(3)))
    put, left = EventStore.put, [2]

    def breaks(self: EventStore, event: Event) -> bool:
        left[0] -= 1
        if left[0] < 0:
            raise ConnectionError
        return put(self, event)

    undo = {"do": "undo", "event": undo_of(pages[-1])}
    with monkeypatch.context() as patch:
        patch.setattr(EventStore, "put", breaks)
        with pytest.raises(ConnectionError):
            at.press(NOON + 4 * HOUR, answer(), **undo)
    assert newest(at) == "sales_contacted"
    at.press(NOON + 5 * HOUR, answer(), **undo)
    assert (newest(at), types(at.reader).count("sales_undone")) == ("", 3)
