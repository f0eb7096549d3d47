"""Links of answers through the handler: a GET asks, a POST records it once."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject

from hotlist.events.answers import newest_answer
from hotlist.events.event import Event, event_key
from hotlist.events.vocabulary import INTERNAL, Route
from hotlist.leads.classify import classify
from integration.stages.answers import (
    ANSWERS,
    DAY,
    MINUTE,
    NOON,
    SOON,
    WRONG,
    At,
    types,
    undo_of,
)
from integration.stages.capture import Api
from integration.stages.links import ADA, PAGE, Reader, answer
from integration.stages.links import title as heading


@pytest.fixture
def at(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> At:
    return At(reader, monkeypatch)


# --- an answer ------------------------------------------------------------------------------


@pytest.mark.parametrize("event_type", ANSWERS)
def test_an_answer_is_an_event_that_says_whose_link_it_was(reader: Reader, event_type: str) -> None:
    page = reader.press(answer(), **ANSWERS[event_type])
    assert (page["statusCode"], heading(page)) == (200, "Noted")
    assert "<bdi>Ada Lovelace</bdi>" in page["body"]
    (event,) = reader.events()
    assert (event.type, event.route, event.subject) == (event_type, Route.LINK, ADA)
    assert event_key(event) == f"k#{undo_of(page)}"
    assert event.occurred_at == event.received_at
    assert not classify(event).flags
    said = {name: one for name, one in event.properties.items() if name != "until"}
    assert said == {
        "by": "anna",
        **({"value": 1250.5} if event_type == "sales_won" else {}),
        **({"reason": "no_budget"} if event_type == "sales_rejected" else {}),
        **({"day": SOON} if event_type == "sales_snoozed" else {}),
    }


def test_a_lead_that_is_put_off_comes_back_when_its_readers_day_begins(reader: Reader) -> None:
    reader.press(answer(), do="snoozed", day=SOON)  # Anna is in Warsaw
    (event,) = reader.events()
    found = newest_answer([event])
    assert found is not None
    assert found.by == "anna"
    assert found.until is not None
    assert f"{found.until.astimezone(ZoneInfo('Europe/Warsaw')):%Y-%m-%d %H:%M}" == f"{SOON} 00:00"


def test_a_get_asks_by_the_name_that_its_link_has_and_reads_nothing(reader: Reader) -> None:
    for path in (answer(), f"{answer()}?do=won", f"{answer()}?ics={SOON}", f"{answer()}?do=undo"):
        for method in ("GET", "HEAD"):
            assert reader.ask(path, method)["statusCode"] == 200
    asked = reader.ask(answer(lang="pl", name="<b>Żółw</b> & Co"))
    assert heading(asked) == "Co wynikło z tego kontaktu: <bdi><b>Żółw</b> & Co</bdi>?"
    assert "<b>" not in asked["body"]
    assert reader.api.calls == []
    assert reader.events() == []
    first = re.findall(r'name="do" value="(\w+)"', reader.ask(f"{answer()}?do=snoozed")["body"])
    assert first[0] == "snoozed"


@pytest.mark.parametrize("fields", WRONG, ids=str)
def test_what_cannot_be_noted_is_asked_again_with_what_was_typed(
    reader: Reader, fields: dict[str, str]
) -> None:
    page = reader.press(answer(), **fields)
    assert page["statusCode"] == 422
    assert heading(page).startswith("What came of")
    for typed in fields.keys() & {"value", "day"}:
        assert f'value="{fields[typed]}"' in page["body"]
    assert reader.events() == []


@pytest.mark.parametrize(("kind", "body"), [
    ("", ""),
    ("application/json", "{"),
    ("application/json", '{"do": ["won", "lost"], "value": {"a": 1}}'),
    ("application/xml", "<do>won</do>"),
    ("application/x-www-form-urlencoded", "do=won&value=%ff"),
    ("application/x-www-form-urlencoded", "do=won&x=" + "x" * 70_000),
    ("multipart/form-data; boundary=b", "no part"),
])  # fmt: skip
def test_what_cannot_be_read_is_asked_again(reader: Reader, kind: str, body: str) -> None:
    page = reader.ask(answer(), "POST", body, content_type=kind, **PAGE)
    assert page["statusCode"] == 422
    assert reader.events() == []


def test_a_script_may_answer_in_json(reader: Reader) -> None:
    sent = '{"do": "won", "value": 12.5}'
    page = reader.ask(answer(), "POST", sent, content_type="application/json", **PAGE)
    assert page["statusCode"] == 200
    assert [event.properties["value"] for event in reader.events()] == [12.5]


# --- twice ----------------------------------------------------------------------------------


@pytest.mark.parametrize("event_type", ANSWERS)
def test_the_same_answer_is_one_on_any_page_of_any_mail_of_a_day(at: At, event_type: str) -> None:
    fields = ANSWERS[event_type]
    yesterday = NOON.date() - DAY
    for number, path in enumerate(
        (answer(), answer(), answer(day=yesterday), answer(name="A. Lovelace", lang="de"))
    ):
        page = at.press(NOON + number * 100 * MINUTE, path, **fields)
        assert page["statusCode"] == 200
    (event,) = at.reader.events()
    assert event.received_at == NOON
    assert undo_of(page) == event.event_id


def test_the_same_in_other_words_is_the_same(reader: Reader) -> None:
    for typed in ("1250", "1250,00", "1 250.0", "+1250", "01250"):
        reader.press(answer(), do="won", value=typed)
    assert len(reader.events()) == 1


def test_an_answer_whose_answer_was_lost_is_one(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """botocore puts once more what it does not know to be stored."""
    store = reader.api.app.store
    put = type(store).put

    def twice(self: Any, event: Event) -> bool:
        put(self, event)
        return bool(put(self, event))

    monkeypatch.setattr(type(store), "put", twice)
    page = reader.press(answer(), do="contacted")
    assert (page["statusCode"], types(reader)) == (200, ["sales_contacted"])
    assert undo_of(page) == reader.events()[0].event_id


def test_another_day_is_another_answer_but_not_a_minute_after_midnight(at: At) -> None:
    midnight = NOON.replace(hour=0)
    at.press(midnight - MINUTE, answer(day=(NOON - DAY).date()), do="contacted")
    at.press(midnight + MINUTE, answer(day=(NOON - DAY).date()), do="contacted")
    assert types(at.reader) == ["sales_contacted"]
    at.press(midnight + 2 * MINUTE, answer(), do="meeting")
    at.press(midnight + 3 * MINUTE, answer(), do="contacted")
    at.press(midnight + 20 * MINUTE, answer(), do="contacted")
    assert types(at.reader) == ["sales_contacted", "sales_meeting", "sales_contacted"]
    at.press(NOON - 2 * DAY, answer(day=(NOON - 2 * DAY).date()), do="contacted")
    assert len(at.reader.events()) == 4


def test_an_answer_of_the_evening_is_another_one_in_the_morning(at: At) -> None:
    midnight = NOON.replace(hour=0)
    path = answer(day=(NOON - DAY).date())
    at.press(midnight - 11 * MINUTE, path, do="contacted")
    at.press(midnight + MINUTE, path, do="contacted")
    assert types(at.reader) == ["sales_contacted"] * 2


def test_the_last_word_holds_though_it_was_said_before(at: At) -> None:
    for number, do in enumerate(("contacted", "meeting", "contacted", "contacted")):
        at.press(NOON + number * MINUTE, answer(), do=do)
    assert types(at.reader) == ["sales_contacted", "sales_meeting", "sales_contacted"]
    found = newest_answer(at.reader.events())
    assert found is not None
    assert found.type == "sales_contacted"


def test_the_last_word_is_the_newest_on_a_clock_that_stands_or_goes_back(at: At) -> None:
    for number, do in enumerate(("contacted", "meeting", "contacted", "meeting")):
        at.press(NOON - number * MINUTE / 60, answer(), do=do)
    assert len(at.reader.events()) == 4
    found = newest_answer(at.reader.events())
    assert found is not None
    assert found.type == "sales_meeting"


# --- a test, and a calendar ---------------------------------------------------------------------


def test_the_link_of_a_test_is_kept_as_a_test_and_takes_nobodys_place(reader: Reader) -> None:
    path = answer(test="1")
    assert "test mail" in reader.ask(path)["body"]
    noted = reader.press(path, do="won")
    assert "test mail" in noted["body"]
    reader.press(path, do="undo", event=undo_of(noted))
    for event in reader.events():
        assert event.flags == {INTERNAL}
        assert event.is_test
        assert event.expires_at is not None
        assert event.expires_at - event.received_at <= timedelta(days=30, seconds=1)
    real = reader.press(answer(), do="won")
    reader.press(path, do="undo", event=undo_of(real))
    found = newest_answer(reader.events())
    assert found is not None
    assert found.event_id == undo_of(real)
    reader.press(answer(), do="undo", event=undo_of(real))
    assert newest_answer(reader.events()) is None


def test_a_day_stands_in_a_calendar_under_the_same_name_each_time(reader: Reader) -> None:
    page = reader.press(answer(), do="snoozed", day=SOON)
    (query,) = re.findall(r'href="(\?ics=[^"]*)"', page["body"])
    files = [
        reader.ask(f"{path}{html.unescape(query)}")
        for path in (answer(), answer(), answer(name="Łódź; a, b\\"), answer("ben"))
    ]
    whole = [vobject.readOne(one["body"]) for one in files]
    assert files[0] == files[1]
    assert {one["headers"]["content-type"] for one in files} == {
        "text/calendar; charset=utf-8; method=PUBLISH"
    }
    uids = [one.vevent.uid.value for one in whole]
    assert (uids[0], uids[0]) == (uids[1], uids[2])
    assert uids[3] != uids[0]
    assert ADA not in files[0]["body"]
    assert whole[0].vevent.dtstart.value.isoformat() == SOON
    assert whole[0].vevent.summary.value == "Get back to Ada Lovelace"
    assert whole[2].vevent.summary.value == "Get back to Łódź; a, b\\"


def days_of_no_page() -> Iterator[str]:
    yield from ("", "x", "2026-13-01", "0001-01-01", "9999-12-31", "20261203", SOON + "%0D%0AX:1")
    yield f"{NOON - DAY:%Y-%m-%d}"
    yield f"{NOON + 376 * DAY:%Y-%m-%d}"


@pytest.mark.parametrize("day", [*days_of_no_page()])
def test_a_day_that_no_page_offers_is_in_no_calendar(reader: Reader, day: str) -> None:
    found = reader.ask(f"{answer()}?ics={day}")
    assert found["statusCode"] == (404 if day else 200)  # API Gateway's parser drops what is empty
    assert found["headers"]["content-type"].startswith("text/html")


def test_every_day_that_a_page_offers_is_in_a_calendar(at: At) -> None:
    for recipient in ("anna", "ben"):
        page = at.reader.ask(answer(recipient))
        (ends,) = re.findall(r'min="([\d-]+)" max="([\d-]+)"', page["body"])
        for day in ends:
            assert at.reader.ask(f"{answer(recipient)}?ics={day}")["statusCode"] == 200
            noted = at.reader.press(answer(recipient), do="snoozed", day=day)
            assert noted["statusCode"] == 200


def test_no_line_of_the_log_has_a_token_a_name_or_a_subject(
    api: Api, reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    for method, query in (("GET", "?do=won"), ("HEAD", ""), ("POST", ""), ("GET", f"?ics={SOON}")):
        reader.ask(f"{answer()}{query}", method, "do=won" if method == "POST" else "")
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 4
    for secret in (answer().rpartition("/")[2][:30], "Ada", ADA, "anna", SOON):
        assert secret not in out
