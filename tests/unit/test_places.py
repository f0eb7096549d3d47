"""Which phones and visitors hold a place in an e-mail's identity."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.events.event import Event
from hotlist.identity import places
from hotlist.identity.places import (
    MAX_PHONES,
    MAX_VISITORS,
    Entry,
    Places,
    asked_by,
    newest_names,
    of_earlier_version,
)

DAY0 = datetime(2026, 3, 1, tzinfo=UTC)


def entry(number: int, visitor: str = "") -> Entry:
    return Entry(DAY0 + timedelta(days=number), visitor or f"visitor:{number:02}")


def entries(first: int, last: int) -> frozenset[Entry]:
    return frozenset(map(entry, range(first, last + 1)))


def event(number: int, *names: str) -> Event:
    return Event(event_id=f"{number:03}", type="form_submitted", occurred_at=DAY0, names=names)


def test_the_newest_thirty_visitors_hold_a_place_and_one_more_shows() -> None:
    thirty = Places(entries=entries(1, 30))
    assert (thirty.visitors[0], thirty.visitors[-1]) == ("visitor:30", "visitor:01")
    assert not thirty.is_short
    one_more = Places(entries=entries(1, 31))
    assert one_more.visitors[-1] == "visitor:02"
    assert one_more.is_short


def test_a_visitor_holds_one_place_however_often_it_has_entered() -> None:
    came_back = Places(entries=entries(1, 31) | {entry(32, "visitor:01")})
    assert came_back.visitors[:2] == ("visitor:01", "visitor:31")
    assert len(came_back.visitors) == MAX_VISITORS
    assert came_back.is_short


def test_only_a_visitor_without_a_place_enters_and_the_same_entry_once() -> None:
    stored = Places(entries=entries(1, 31))
    assert not stored.lacks(entry(32, "visitor:05"))
    assert not stored.lacks(entry(1)), "it has been pushed out, and this entry is stored"
    assert stored.lacks(entry(2, "visitor:01"))
    assert stored.lacks(entry(32))


def test_nothing_is_outdated_up_to_sixty_entries() -> None:
    assert Places(entries=entries(1, 60)).outdated == frozenset()


def test_what_is_outdated_leaves_all_places_and_the_sign_that_one_was_lost() -> None:
    kept = Places(entries=entries(1, 61)).outdated
    assert kept == entries(1, 30)


@given(st.sets(st.tuples(st.integers(0, 30), st.integers(0, 6)), max_size=25), st.data())
def test_deleting_what_is_outdated_changes_nothing_that_is_seen(
    made: set[tuple[int, int]], data: st.DataObject
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "MAX_VISITORS", data.draw(st.integers(1, 4)))
        all_made = frozenset(entry(at, f"visitor:{who}") for at, who in made)
        outdated = Places(entries=all_made).outdated
        some = frozenset(one for one in sorted(outdated) if data.draw(st.booleans()))
        later = frozenset(
            entry(at, f"visitor:{who}")
            for at, who in data.draw(
                st.sets(st.tuples(st.integers(0, 40), st.integers(0, 6)), max_size=9)
            )
        )
        for more in (frozenset[Entry](), later):
            whole, trimmed = Places(entries=all_made | more), Places(entries=all_made - some | more)
            if not more & outdated:
                assert (whole.visitors, whole.is_short) == (trimmed.visitors, trimmed.is_short)


def test_twenty_phones_find_a_place_and_no_other() -> None:
    phones = [f"phone:{number}" for number in range(MAX_PHONES)]
    assert Places(frozenset(phones[1:])).has_room_for(phones[0])
    assert Places(frozenset(phones)).has_room_for(phones[0])
    assert not Places(frozenset(phones)).has_room_for("phone:other")


def test_an_event_asks_for_the_phone_and_the_visitor_that_it_names() -> None:
    assert asked_by(event(1)) == (None, None)
    made = event(1, "phone:p", "visitor:v")
    assert asked_by(made) == ("phone:p", Entry(made.received_at, "visitor:v"))


def test_a_lead_reads_its_phones_and_its_visitors_that_hold_a_place() -> None:
    held = Places(frozenset({"phone:b", "phone:a"}), entries(1, 2))
    assert held.subjects == ("phone:a", "phone:b", "visitor:02", "visitor:01")


def test_the_guess_at_the_places_is_what_was_named_last() -> None:
    visits = [event(number, f"visitor:{number:02}") for number in range(40)]
    calls = [event(number, f"phone:{number:02}") for number in range(40)]
    guess = newest_names([*visits, *calls])
    assert len(guess) == MAX_PHONES + MAX_VISITORS
    assert guess[:2] == ["phone:39", "phone:38"]
    assert guess[MAX_PHONES:][:2] == ["visitor:39", "visitor:38"]


def test_what_an_earlier_version_read_holds_a_place() -> None:
    listed = [f"phone:{n:02}" for n in range(55)] + [f"visitor:{n:02}" for n in range(99)]
    brought_over = of_earlier_version(listed)
    assert sorted(brought_over.phones) == listed[:50]
    assert not brought_over.has_room_for(listed[51])
    assert len(brought_over.visitors) == MAX_VISITORS
    assert brought_over.is_short
    assert brought_over.outdated == frozenset()
