"""Whose answers are: who takes which back, and what those of two people come to."""

import json
import random
from typing import Any, Final

import pytest

from hotlist.capture.answer_events import PLACES
from hotlist.capture.link_texts import LINK_TEXTS
from hotlist.events.answers import newest_answer
from hotlist.events.event import Event, event_key
from hotlist.links.tokens import Key, Purpose
from integration.stages.answers import ANSWERS, BO, DAY, MINUTE, NOON, SOON, At, types, undo_of
from integration.stages.links import (
    ADA,
    LATER_KEYS,
    PAGE,
    Reader,
    answer,
    link,
    replace_secret,
    stop_link,
)
from integration.stages.links import title as heading
from integration.stages.score import Score


@pytest.fixture
def at(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> At:
    return At(reader, monkeypatch)


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
        assert LINK_TEXTS["en"]["gone_recipient"] in page["body"]
        assert "Ada" not in page["body"]
    assert reader.events() == []


@pytest.mark.parametrize(("lang", "accepts", "language"), [
    ("pl", "de", "pl"),
    ("de", "", "de"),
    ("", "de-AT,en;q=0.5", "de"),
    ("", "", "en"),
])  # fmt: skip
def test_who_is_not_in_the_file_is_told_so_in_their_language(
    reader: Reader, lang: str, accepts: str, language: str
) -> None:
    for path in (answer("zoe", lang=lang), stop_link("zoe", lang=lang)):
        for method in ("GET", "POST"):
            page = reader.ask(path, method, **PAGE, accept_language=accepts)
            assert page["statusCode"] == 410
            assert LINK_TEXTS[language]["gone_recipient"] in page["body"]
            assert f'<html lang="{language}">' in page["body"]
        said = reader.ask(path, accept="application/json")
        assert json.loads(said["body"])["title"] == LINK_TEXTS["en"]["gone_recipient"]


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
    sent = {"name": "Ada", "email": "ada@example.org", "message": "Hi"}
    at.reader.api.post("/forms/contact", sent)
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
