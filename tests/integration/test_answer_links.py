"""Links of answers through the handler: a GET asks, a POST records, and another takes it back."""

import html
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
import vobject

from hotlist.capture.answer_events import PLACES
from hotlist.events.answers import newest_answer
from hotlist.events.event import Event, event_key
from hotlist.events.vocabulary import INTERNAL, Route
from hotlist.identity.identifiers import EMAIL, subject
from hotlist.leads.classify import classify
from hotlist.links.tokens import Key, Purpose
from integration.stages.capture import Api
from integration.stages.links import ADA, LATER_KEYS, PAGE, Reader, answer, link, replace_secret
from integration.stages.links import title as heading
from integration.stages.score import Score

BO: Final = subject(EMAIL, "bo@example.org")
NOON: Final = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
SOON: Final = f"{NOON + 40 * DAY:%Y-%m-%d}"
ANSWERS: Final[dict[str, dict[str, str]]] = {
    "sales_contacted": {"do": "contacted"},
    "sales_meeting": {"do": "meeting"},
    "sales_won": {"do": "won", "value": "1250,5"},
    "sales_rejected": {"do": "rejected", "reason": "no_budget"},
    "sales_snoozed": {"do": "snoozed", "day": SOON},
}
WRONG: Final[list[dict[str, str]]] = [
    {},
    {"do": "sold"},
    {"do": "won", "value": "much"},
    {"do": "rejected"},
    {"do": "rejected", "reason": "none"},
    {"do": "snoozed"},
    {"do": "snoozed", "day": "2020-01-01"},
    {"do": "undo"},
    {"do": "undo", "event": "0" * 32},
    {"do": "undo", "event": "x"},
]


def undo_of(page: dict[str, Any]) -> str:
    """The id that the button of a page takes back."""
    (found,) = re.findall(r'name="event" value="(\w+)"', page["body"])
    return str(found)


def types(reader: Reader) -> list[str]:
    return [event.type for event in reader.events()]


class At:
    """Presses buttons at instants that a test says."""

    def __init__(self, reader: Reader, patch: pytest.MonkeyPatch) -> None:
        self.reader, self._patch = reader, patch

    def press(self, now: datetime, path: str, **fields: str) -> dict[str, Any]:
        return self.reader.post_at(self._patch, now, path, urlencode(fields))


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


# --- undone ---------------------------------------------------------------------------------


def test_an_answer_that_is_taken_back_is_as_if_it_had_never_been(reader: Reader) -> None:
    noted = reader.press(answer(), do="contacted")
    for _ in range(3):
        page = reader.press(answer(), do="undo", event=undo_of(noted))
        assert (page["statusCode"], heading(page)) == (200, "Taken back")
    given, undone = reader.events()
    assert undone.type == "sales_undone"
    assert undone.properties == {"by": "anna", "event_id": given.event_id}
    assert event_key(undone).startswith("k#")
    assert newest_answer(reader.events()) is None


def test_after_an_undo_the_same_can_be_said_again_and_taken_back_again(at: At) -> None:
    for number in range(4):
        now = NOON + number * MINUTE
        noted = at.press(now, answer(), do="contacted")
        assert at.press(now, answer(), do="contacted")["body"] == noted["body"]
        if number < 3:
            at.press(now, answer(), do="undo", event=undo_of(noted))
    assert sorted(types(at.reader)) == ["sales_contacted"] * 4 + ["sales_undone"] * 3
    found = newest_answer(at.reader.events())
    assert found is not None
    assert found.event_id == undo_of(noted)


def test_what_was_said_before_stands_again_after_an_undo(at: At) -> None:
    first = at.press(NOON, answer(), do="contacted")
    second = at.press(NOON + MINUTE, answer(), do="won")
    at.press(NOON + 2 * MINUTE, answer(), do="undo", event=undo_of(second))
    again = at.press(NOON + 3 * MINUTE, answer(), do="contacted")
    assert undo_of(again) == undo_of(first)
    assert len(at.reader.events()) == 3


def test_an_answer_can_be_taken_back_days_later(at: At) -> None:
    path = answer(day=(NOON - 3 * DAY).date())
    noted = at.press(NOON - 3 * DAY, path, do="won")
    at.press(NOON, path, do="undo", event=undo_of(noted))
    assert newest_answer(at.reader.events()) is None


def test_nobody_fills_a_history_by_one_link(at: At) -> None:
    for number in range(PLACES):
        noted = at.press(NOON, answer(), do="won", value=str(number))
        assert noted["statusCode"] == 200
    for do in ("contacted", "meeting"):
        page = at.press(NOON, answer(), do=do)
        assert (page["statusCode"], heading(page)) == (503, "That is enough for today")
        assert page["headers"]["retry-after"] == str(12 * 3_600)
    assert len(at.reader.events()) == PLACES
    same = at.press(NOON, answer(), do="won", value=str(PLACES - 1))
    assert undo_of(same) == undo_of(noted)
    at.press(NOON, answer(), do="undo", event=undo_of(noted))
    assert len(at.reader.events()) == PLACES + 1
    assert at.press(NOON, answer("ben"), do="contacted")["statusCode"] == 200
    assert at.press(NOON + DAY, answer(), do="contacted")["statusCode"] == 200


@pytest.mark.parametrize(("other", "ends"), [
    ("contacted", ["sales_contacted"]),
    ("meeting", ["sales_meeting", "sales_contacted"]),
])  # fmt: skip
def test_a_place_that_another_tab_takes_meanwhile_is_looked_at_again(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, other: str, ends: list[str]
) -> None:
    store = type(reader.api.app.store)
    put = store.put
    others = iter([other])

    def late(self: Any, event: Event) -> bool:
        first = next(others, None)
        if first:
            assert reader.press(answer(), do=first)["statusCode"] == 200
        return bool(put(self, event))

    monkeypatch.setattr(store, "put", late)
    page = reader.press(answer(), do="contacted")
    assert page["statusCode"] == 200
    assert types(reader) == ends
    assert undo_of(page) == reader.events()[-1].event_id


# --- of whom ----------------------------------------------------------------------------------


def test_nobody_takes_back_what_another_has_said_or_of_another_lead(reader: Reader) -> None:
    noted = reader.press(answer(), do="contacted")
    for path in (answer("ben"), answer(subject=BO), answer(test="1")):
        page = reader.press(path, do="undo", event=undo_of(noted))
        assert page["statusCode"] == 422
        assert "there is no such answer of yours" in page["body"]
    assert types(reader) == ["sales_contacted"]


def test_nothing_but_an_answer_is_taken_back(reader: Reader) -> None:
    noted = reader.press(answer(), do="contacted")
    reader.press(answer(), do="undo", event=undo_of(noted))
    reader.press(link(Purpose.UNSUBSCRIBE), do="all")
    reader.api.post("/forms/contact", {"name": "A", "email": "ada@example.org", "message": "Hi"})
    before = reader.events()
    for event in before:
        page = reader.press(answer(), do="undo", event=event.event_id)
        assert page["statusCode"] == (200 if event.type == "sales_contacted" else 422)
    assert reader.events() == before


def test_answers_of_two_people_and_two_leads_take_nobodys_place(reader: Reader) -> None:
    for path in (answer(), answer("ben"), answer(subject=BO), answer("ben", subject=BO)):
        assert reader.press(path, do="contacted")["statusCode"] == 200
    told = {(event.subject, str(event.properties["by"])) for event in reader.events()}
    assert told == {(one, by) for one in (ADA, BO) for by in ("anna", "ben")}
    assert len({event.event_id for event in reader.events()}) == 4


@pytest.mark.parametrize("recipient", ["zoe", "", None, "Anna", "anna "])
def test_who_is_not_in_the_file_sees_and_says_nothing(
    reader: Reader, recipient: str | None
) -> None:
    path = answer(recipient)
    for method, query in (("GET", ""), ("HEAD", "?do=won"), ("GET", f"?ics={SOON}"), ("POST", "")):
        page = reader.ask(f"{path}{query}", method, "do=won" if method == "POST" else "")
        assert (page["statusCode"], heading(page)) == (410, "This link has expired")
        assert "Ada" not in page["body"]
    assert reader.events() == []


def test_who_is_removed_while_the_function_runs_on_another_version_still_answers(
    reader: Reader,
) -> None:
    """The file is deployed with the function: a new one is a new start."""
    reader.press(answer(), do="contacted")
    people = reader.api.app.capture._opened_links()._answers._people
    del people["anna"]
    assert reader.press(answer(), do="meeting")["statusCode"] == 410
    assert types(reader) == ["sales_contacted"]


STOLEN: Final = {
    "of another stack": answer(key=Key("1", b"x" * 64)),
    "of an unknown key": answer(key=Key("7", b"k" * 64)),
    "of another purpose": f"/answers/{link(Purpose.UNSUBSCRIBE).rpartition('/')[2]}",
    "for another purpose": f"/unsubscribe/{answer().rpartition('/')[2]}",
    "cut": answer()[:-9],
    "nothing": "/answers/x",
}


@pytest.mark.parametrize("path", STOLEN.values(), ids=STOLEN)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_what_nobody_has_signed_for_this_answers_nothing(
    reader: Reader, path: str, method: str
) -> None:
    page = reader.ask(path, method, "do=won" if method == "POST" else "")
    assert (page["statusCode"], heading(page)) == (404, "This link does not work")
    assert reader.events() == []


def test_a_link_holds_for_seven_days_after_its_mail(at: At) -> None:
    mailed = (NOON - 7 * DAY).date()
    assert at.press(NOON, answer(day=mailed), do="won")["statusCode"] == 200
    for method in ("GET", "POST"):
        path = answer(day=(NOON - 8 * DAY).date(), lang="de")
        page = at.reader.ask(path, method, "do=meeting" if method == "POST" else "")
        assert (page["statusCode"], heading(page)) == (410, "Dieser Link ist abgelaufen")
        assert "neueren E-Mail" in page["body"]
    assert types(at.reader) == ["sales_won"]


def test_a_link_of_a_key_that_is_gone_says_what_to_do(reader: Reader) -> None:
    path = answer()
    replace_secret(reader.api, LATER_KEYS)
    page = reader.ask(path)
    assert (page["statusCode"], heading(page)) == (410, "This link has expired")


# --- two people -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_answers_of_two_people_in_any_order_end_the_same(at: At, score: Score, seed: int) -> None:
    """However their events come to the stream, and however often."""
    draw = random.Random(seed)
    noted: dict[str, list[str]] = {"anna": [], "ben": []}
    for number in range(10):
        now, who = NOON - DAY + number * MINUTE, draw.choice(["anna", "ben"])
        path = answer(who, day=(NOON - DAY).date())
        if noted[who] and draw.random() < 0.3:
            at.press(now, path, do="undo", event=draw.choice(noted[who]))
        else:
            fields = draw.choice([*ANSWERS.values()])
            noted[who].append(undo_of(at.press(now, path, **fields)))
    events = at.reader.events()
    wanted = newest_answer(events)
    for _ in range(3):
        draw.shuffle(events)
        assert newest_answer(events) == wanted
        score.deliver(*events, *draw.sample(events, 3))
        assert score.lead(ADA).answer == wanted


def test_a_lead_moves_with_an_answer_and_back_with_its_undo(reader: Reader, score: Score) -> None:
    sent = {"name": "Ada", "email": "ada@example.org", "message": "Hi"}
    reader.api.post("/forms/contact", sent)
    stages = []

    def look() -> None:
        score.deliver(*reader.events())
        stages.append(score.lead(ADA).stage.value)

    look()
    noted = reader.press(answer(), do="rejected", reason="other")
    look()
    reader.press(answer(), do="undo", event=undo_of(noted))
    look()
    reader.press(answer("ben"), do="won")
    look()
    assert stages == [stages[0], "rejected", stages[0], "customer"]


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
