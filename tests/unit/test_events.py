"""Event ids, order, repetitions, client clocks and retention."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.events import ids, retention, times, vocabulary
from hotlist.events.event import Event, event_key
from hotlist.events.vocabulary import BOT, SPAM, Lane, Route
from hotlist.store.events import to_item

NOW = datetime(2026, 3, 29, 0, 59, 59, 999000, tzinfo=UTC)
UUID7 = "019d2f00-0000-7000-8000-000000000001"


def identify(**changes: object) -> ids.EventId:
    said: dict[str, Any] = {
        "route": Route.FORM,
        "form": "contact",
        "event_type": "contact_requested",
        "key": None,
        "content": {"email": "ada@example.org"},
        "received_at": NOW,
        "occurred_at": NOW,
    }
    return ids.identify(**(said | changes))


def event(**changes: object) -> Event:
    fields: dict[str, Any] = {
        "event_id": "1",
        "type": "form_submitted",
        "occurred_at": NOW,
        "received_at": NOW,
    }
    return Event(**(fields | changes))


def test_a_retry_within_the_slot_is_the_same_event() -> None:
    start = datetime(2026, 3, 29, 10, 0, tzinfo=UTC)
    retried = identify(received_at=start + timedelta(minutes=9, seconds=59))
    assert retried == identify(received_at=start)


GATHERED = {
    "session_started",
    "page_viewed",
    "page_engaged",
    "ad_clicked",
    "element_clicked",
    "email_opened",
    "email_clicked",
    "email_delivered",
    "custom:tour",
}


@pytest.mark.parametrize("event_type", sorted({*vocabulary.TYPES, "custom:tour"}))
def test_what_comes_in_bursts_is_gathered_and_all_else_is_scored_at_once(event_type: str) -> None:
    bursts = Lane.GATHERED if event_type in GATHERED else Lane.NOW
    assert {route: vocabulary.lane(route, event_type) for route in Route} == {
        Route.BEACON: Lane.GATHERED,
        Route.SERVER: bursts,
        Route.LINK: bursts,
        Route.SES: bursts,
        Route.FORM: Lane.NOW,
        Route.OPERATOR: Lane.NOW,
    }


@pytest.mark.parametrize("route", Route)
@pytest.mark.parametrize("event_type", ["", "viewed", "custom:", "custom:Tour", "page_viewed "])
def test_what_is_no_event_has_no_lane_and_is_not_stored(route: Route, event_type: str) -> None:
    with pytest.raises(ValueError, match="no lane"):
        to_item(event(route=route, type=event_type, expires_at=NOW))


def test_the_next_slot_is_another_id_with_the_same_dedup_hash() -> None:
    start = datetime(2026, 3, 29, 10, 9, 59, tzinfo=UTC)
    first, second = identify(received_at=start), identify(received_at=start + timedelta(seconds=1))
    assert first.event_id != second.event_id
    assert first.dedup == second.dedup


@pytest.mark.parametrize(
    "change",
    [
        {"route": Route.BEACON},
        {"form": "webinar"},
        {"event_type": "form_submitted"},
        {"key": "my-key"},
        {"content": {"email": "eve@example.org"}},
    ],
)
def test_whatever_differs_differs_in_the_id(change: dict[str, object]) -> None:
    assert identify(**change).event_id != identify().event_id


def test_nobody_takes_the_id_of_another_by_using_its_key() -> None:
    mine = identify(key=UUID7, content={"email": "ada@example.org"})
    theirs = identify(key=UUID7, content={"email": "eve@example.org"})
    assert mine.event_id != theirs.event_id
    assert mine.dedup == theirs.dedup


def test_a_uuid7_gives_its_own_time_whenever_it_arrives() -> None:
    at = times.from_ms(0x019D2F000000)
    early = identify(key=UUID7, received_at=at + timedelta(seconds=1))
    late = identify(key=UUID7, received_at=at + timedelta(days=7))
    assert early == late
    assert early.event_id.startswith("019d2f000000")


@pytest.mark.parametrize("off", [timedelta(days=-2), timedelta(days=9)])
def test_a_uuid7_from_a_clock_that_is_none_gets_the_slot(off: timedelta) -> None:
    at = times.from_ms(0x019D2F000000) + off
    assert not identify(key=UUID7, received_at=at).event_id.startswith("019d2f000000")


def test_a_signed_call_is_known_by_its_day() -> None:
    signed = {"route": Route.SERVER, "key": "order-17"}
    morning = NOW.replace(hour=1)
    assert identify(**signed, occurred_at=morning) == identify(
        **signed, occurred_at=morning + timedelta(hours=3), received_at=NOW + timedelta(days=3)
    )


def test_ids_sort_by_time() -> None:
    ids = [identify(received_at=NOW + timedelta(hours=hours)).event_id for hours in range(30)]
    assert ids == sorted(ids)
    assert {len(one) for one in ids} == {32}


@pytest.mark.parametrize(
    ("dedup", "gap", "kept"),
    [
        ("form:x", timedelta(minutes=10), 2),
        ("form:x", timedelta(minutes=10) - timedelta(milliseconds=1), 1),
        ("key:x", timedelta(hours=24), 2),
        ("key:x", timedelta(hours=24) - timedelta(milliseconds=1), 1),
        ("signed:x", timedelta(days=4000), 1),
        ("", timedelta(0), 2),
    ],
)
def test_repetitions_are_dropped_within_their_window(dedup: str, gap: timedelta, kept: int) -> None:
    twice = [
        event(event_id="a", dedup=dedup),
        event(event_id="b", dedup=dedup, occurred_at=NOW + gap),
    ]
    assert len(ids.without_repetitions(twice)) == kept


def test_a_dropped_repetition_does_not_prolong_the_window() -> None:
    minutes = [0, 6, 12, 18]
    many = [
        event(event_id=str(m), dedup="form:x", occurred_at=NOW + timedelta(minutes=m))
        for m in minutes
    ]
    assert [e.event_id for e in ids.without_repetitions(many)] == ["0", "12"]


@given(st.permutations([event(event_id=str(i), dedup="key:x") for i in range(4)]))
def test_the_order_of_arrival_does_not_matter(shuffled: list[Event]) -> None:
    assert [e.event_id for e in ids.without_repetitions(shuffled + shuffled)] == ["0"]


@pytest.mark.parametrize(
    ("said", "sent", "expected"),
    [
        (None, None, NOW),
        (NOW - timedelta(hours=1), None, NOW - timedelta(hours=1)),
        (NOW + timedelta(hours=1), None, NOW),
        (NOW - timedelta(days=30), None, NOW - timedelta(days=7)),
        # the client's clock is an hour fast, and it says so by `sent_at`
        (NOW + timedelta(minutes=50), NOW + timedelta(hours=1), NOW - timedelta(minutes=10)),
        (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), NOW),
    ],
)
def test_client_time_counts_within_the_week_before(
    said: datetime | None, sent: datetime | None, expected: datetime
) -> None:
    assert times.occurred(NOW, said, sent) == expected


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_client_time_never_leaves_its_week(said: datetime, sent: datetime) -> None:
    assert NOW - timedelta(days=7) <= times.occurred(NOW, said, sent) <= NOW


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({"type": "page_viewed", "route": Route.BEACON}, 90),
        ({"type": "custom:quiz", "route": Route.BEACON}, 90),
        ({}, 396),
        ({"type": "order_completed", "route": Route.SERVER}, 396),
        ({"type": "sales_won", "route": Route.LINK}, 396),
        ({"properties": {"consents": {"email": "v1"}}}, 792),
        ({"type": "unsubscribed", "route": Route.LINK}, 792),
        ({"type": "email_complained", "route": Route.SES}, 792),
        ({"type": "score_adjusted", "route": Route.OPERATOR}, 792),
        ({"type": "event_reclassified", "route": Route.OPERATOR}, 793),
        ({"flags": frozenset({SPAM})}, 30),
        ({"properties": {"hotlist_test": True, "consents": {"email": {}}}}, 30),
        ({"flags": frozenset({BOT})}, 396),
    ],
)
def test_retention_by_class(changes: dict[str, object], days: int) -> None:
    kept = retention.expiry(event(**changes))
    assert kept == times.ceil_second(NOW + timedelta(days=days))


def test_no_flood_sorts_above_an_opt_out() -> None:
    newest = event(event_id="f" * 32)
    opt_out = event(event_id="0" * 32, type="unsubscribed", route=Route.LINK)
    assert event_key(opt_out) > event_key(newest)


def test_an_unsigned_opt_out_is_part_of_the_flood() -> None:
    unsigned = event(type="consent_withdrawn", route=Route.BEACON)
    assert event_key(unsigned).startswith("e#")


@pytest.mark.parametrize(
    ("route", "event_type", "allowed"),
    [
        (Route.FORM, "contact_requested", True),
        (Route.FORM, "custom:quiz_done", True),
        (Route.FORM, "page_viewed", False),
        (Route.BEACON, "page_viewed", True),
        (Route.BEACON, "order_completed", False),
        (Route.BEACON, "score_adjusted", False),
        (Route.SERVER, "score_adjusted", False),
        (Route.SERVER, "order_completed", True),
        (Route.OPERATOR, "event_reclassified", True),
        (Route.LINK, "custom:quiz_done", False),
        (Route.FORM, "custom:Quiz", False),
        (Route.FORM, "nonsense", False),
    ],
)
def test_the_vocabulary_is_closed(route: Route, event_type: str, allowed: bool) -> None:
    assert vocabulary.may_send(route, event_type) is allowed


def test_text_of_instants_sorts_as_they_do() -> None:
    assert times.to_text(NOW) == "2026-03-29T00:59:59.999Z"
    assert times.from_text("2026-03-29T02:59:59.999999+02:00") == NOW


@given(st.datetimes(max_value=datetime(9999, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds it
def test_an_expiry_is_the_next_whole_second(at: datetime) -> None:
    rounded = times.ceil_second(at)
    assert rounded.microsecond == 0
    assert timedelta(0) <= rounded - at < timedelta(seconds=1)


def test_an_instant_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="no offset"):
        times.from_text("2026-03-29T12:00:00")
