"""Reading the events of a subject: what is left out is left out before it is parsed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.events.corrections import Corrections
from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, INTERNAL, SPAM, Route
from hotlist.store import events as store
from hotlist.store.events import EventStore, SubjectEvents, from_item, to_item

NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SUBJECT = "email:00000000-0000-0000-0000-000000000001"
PAGE, PAGES = 3, 4

Item = dict[str, Any]


class Table:
    """Gives the items of one subject in descending order, a few in a page."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = sorted(items, key=lambda item: item["event_key"]["S"], reverse=True)

    def query(self, **asked: Any) -> dict[str, Any]:
        start = asked.get("ExclusiveStartKey", 0)
        end = start + min(PAGE, asked.get("Limit", PAGE))
        more = {"LastEvaluatedKey": end} if end < len(self.items) else {}
        return {"Items": self.items[start:end], **more}


def read(items: Sequence[Item], limit: int) -> SubjectEvents:
    return EventStore(Table(items), "events").history(SUBJECT, now=NOW, limit=limit)


def parsed_first(items: Sequence[Item], limit: int) -> SubjectEvents:
    """The same by parsing every event of the pages before looking at any."""
    table = Table(items)
    reached = min(PAGE, limit + 1) + (PAGES - 1) * PAGE
    made = [(item["event_key"]["S"][0], from_item(item)) for item in table.items[:reached]]
    apart = [event for cls, event in made if cls == "k"]
    corrections = Corrections(apart)
    counted = [
        event
        for cls, event in made
        if cls == "e"
        and event.expires_at is not None
        and event.expires_at > NOW
        and SPAM not in corrections.flags(event)
    ]
    is_cut = len(counted) > limit or len(table.items) > reached
    return SubjectEvents((*apart, *counted[:limit]), truncated=is_cut)


def form(number: int, **changes: Any) -> Event:
    fields: dict[str, Any] = {
        "event_id": f"{number:032x}",
        "type": "form_submitted",
        "subject": SUBJECT,
        "occurred_at": NOW,
        "received_at": NOW,
        "expires_at": NOW + SECOND,
        "properties": {"form": "contact", "number": number},
    }
    return Event(**(fields | changes))


def correction(number: int, of: int, said: dict[str, Any], **changes: Any) -> Event:
    fields: dict[str, Any] = {
        "type": "event_reclassified",
        "route": Route.OPERATOR,
        "properties": {"event_id": f"{of:032x}", **said},
    }
    return form(number, **(fields | changes))


DAY = timedelta(days=1)
EXPIRIES = st.sampled_from([NOW - SECOND, NOW, NOW + SECOND])
FORMS = st.fixed_dictionaries(
    {"flags": st.frozensets(st.sampled_from([SPAM, BOT, INTERNAL])), "expires_at": EXPIRIES}
)
VALUES = st.sampled_from([SPAM, [SPAM], [BOT, SPAM], [BOT], [], 7])
WORDS = st.fixed_dictionaries({}, optional={"add": VALUES, "remove": VALUES})
TIMES = st.fixed_dictionaries(
    {"occurred_at": st.sampled_from([NOW - DAY, NOW, NOW + DAY]), "expires_at": EXPIRIES}
)


@st.composite
def histories(draw: st.DrawFn) -> list[Item]:
    """Forms of all flags and ages, and corrections of them and of one that is not there."""
    made = [form(number, **one) for number, one in enumerate(draw(st.lists(FORMS, max_size=16)))]
    targets = st.integers(0, len(made))
    said = draw(st.lists(st.tuples(targets, WORDS, TIMES), max_size=6))
    made += [correction(100 + at, of, word, **when) for at, (of, word, when) in enumerate(said)]
    return [*map(to_item, made)]


@given(histories(), st.integers(1, 8))
def test_what_is_read_is_what_parsing_everything_first_gives(items: list[Item], limit: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "MAX_PAGES", PAGES)
        assert read(items, limit) == parsed_first(items, limit)


def unparsable(event: Event) -> Item:
    return to_item(event) | {"properties": {"S": "no JSON"}}


GIVEN, TAKEN = {"add": [SPAM]}, {"remove": [SPAM]}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"flags": frozenset({SPAM})}, {}),
        ({"expires_at": NOW}, {}),
        ({"expires_at": NOW, "flags": frozenset({SPAM})}, TAKEN),
        ({}, GIVEN),
    ],
    ids=["spam", "expired", "spam that an operator released and that expired", "made spam"],
)
def test_what_is_left_out_is_not_parsed(changes: dict[str, Any], said: dict[str, Any]) -> None:
    word = correction(100, 1, said)
    items = [to_item(form(0)), unparsable(form(1, **changes)), to_item(word)]
    assert read(items, 9) == SubjectEvents((word, form(0)), truncated=False)


def test_spam_that_an_operator_released_is_read() -> None:
    spam, word = form(1, flags=frozenset({SPAM})), correction(100, 1, TAKEN)
    assert read([to_item(spam), to_item(word)], 9).events == (word, spam)
