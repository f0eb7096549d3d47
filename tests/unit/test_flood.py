"""The arithmetic of the flood: lags, mails that are missing, late or doubled, and whose events."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotlist.events.event import Event
from hotlist_cli.local import offline
from hotlist_cli.local.figures import Arrived, Due, Limits, Mails, account, lag_line, percentile
from hotlist_cli.local.invocations import Invocations
from hotlist_cli.local.traffic import VIEWS_A_CALL, Rates, Traffic, uuid7

T0 = datetime(2026, 11, 24, 12, tzinfo=UTC)
LIMITS = Limits(within=timedelta(seconds=5), lease=timedelta(seconds=20))
MAIL = Due("tell#email:a#1#anna", "message", "tag", T0)


def after(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def lags(*seconds: float) -> list[timedelta]:
    return [timedelta(seconds=one) for one in seconds]


def judged(
    *came: Arrived, held: Sequence[str] = (), kills: Sequence[float] = (), due: Due = MAIL
) -> Mails:
    hits = {due.delivery_id: [after(one) for one in kills]}
    return account([due], {due.tag: came} if came else {}, held, hits, LIMITS)


# --- percentiles --------------------------------------------------------------------------


def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed() -> None:
    hundred = lags(*range(100, 0, -1))

    assert percentile(hundred, 0.5) == timedelta(seconds=50)
    assert percentile(hundred, 0.99) == timedelta(seconds=99)
    assert percentile(hundred[:99], 0.99) == timedelta(seconds=100)
    assert percentile(lags(7), 0.99) == percentile(lags(7), 0.0) == timedelta(seconds=7)
    assert percentile([], 0.5) is None


def test_a_lag_is_printed_with_how_many_there_were() -> None:
    assert lag_line(lags(2, 1, 3)) == "p50 2.00 s, p99 3.00 s, most 3.00 s (of 3)"
    assert lag_line([]) == "none"


# --- mails --------------------------------------------------------------------------------


def test_a_mail_in_time_is_right() -> None:
    mails = judged(Arrived(after(1)))

    assert (mails.due, mails.sent, mails.doubled, mails.wrong) == (1, 1, 0, [])
    assert mails.lags == {"message": lags(1)}


def test_a_mail_that_never_came_is_wrong_unless_it_is_held() -> None:
    assert "neither sent nor held" in judged().wrong[0]
    assert "neither sent nor held" in judged(held=["tell#email:a#2#anna"]).wrong[0]

    held = judged(held=[MAIL.delivery_id])
    assert (held.sent, held.held, held.wrong) == (0, 1, [])


@pytest.mark.parametrize(("seconds", "is_wrong"), [(4.99, False), (5, True)])
def test_99_of_100_mails_must_come_within_five_seconds(seconds: float, is_wrong: bool) -> None:
    assert bool(judged(Arrived(after(seconds))).wrong) is is_wrong


@pytest.mark.parametrize(("seconds", "is_wrong"), [(29.99, False), (30, True)])
def test_an_alert_may_wait_for_views_to_be_gathered(seconds: float, is_wrong: bool) -> None:
    alert = Due("alert#email:a@1#anna", "alert", "tag", T0)

    assert bool(judged(Arrived(after(seconds)), due=alert).wrong) is is_wrong


def test_one_of_100_mails_may_be_late() -> None:
    due = [Due(f"tell#{n}", "message", f"tag{n}", T0) for n in range(200)]
    for late, is_wrong in ((2, False), (3, True)):
        arrived = {
            one.tag: [Arrived(after(60 if number < late else 1))] for number, one in enumerate(due)
        }
        assert bool(account(due, arrived, (), {}, LIMITS).wrong) is is_wrong


def test_a_mail_without_a_beginning_has_no_lag() -> None:
    mails = judged(Arrived(after(60)), due=Due("tell#first#anna", "message", "tag", None))

    assert (mails.sent, mails.lags, mails.wrong) == (1, {}, [])


@pytest.mark.parametrize(
    ("kills", "seconds", "is_wrong"),
    [
        ((1,), 30, False),  # lease and ten seconds
        ((1,), 30.01, True),
        ((1, 12), 60, False),  # once for each time
        ((1, 12), 60.01, True),
        ((61,), 60, True),  # killed after the mail had gone: no excuse for its lag
    ],
)
def test_what_a_killed_worker_had_in_hand_may_take_the_lease(
    kills: Sequence[float], seconds: float, is_wrong: bool
) -> None:
    assert bool(judged(Arrived(after(seconds)), kills=kills).wrong) is is_wrong


FIRST = Arrived(after(1))
LOST = Arrived(after(1), answered=False)
LOST_AND_SEEN = Arrived(after(1), answered=False, reported_at=after(2))
LOST_AND_SEEN_LATE = Arrived(after(1), answered=False, reported_at=after(26))
SEEN = Arrived(after(1), reported_at=after(2))


@pytest.mark.parametrize(
    ("first", "kills", "is_wrong"),
    [
        (FIRST, (), True),
        (LOST, (), False),
        (LOST_AND_SEEN, (), True),
        (LOST_AND_SEEN_LATE, (), False),
        (FIRST, (1.5,), False),  # killed after the mail was sent, before that was stored
        (FIRST, (0.5,), True),  # killed before: that makes no double
        (FIRST, (30,), True),  # killed after the second
        (SEEN, (1.5,), True),
    ],
)
def test_a_mail_may_come_twice_only_if_nobody_knew_of_the_first(
    first: Arrived, kills: Sequence[float], is_wrong: bool
) -> None:
    mails = judged(first, Arrived(after(25)), kills=kills)

    assert (mails.sent, mails.doubled) == (1, 1)
    assert bool(mails.wrong) is is_wrong


def test_three_mails_are_two_doubles() -> None:
    mails = judged(LOST, LOST, FIRST)

    assert (mails.doubled, mails.unanswered) == (2, 2)


def test_a_mail_without_reason_is_wrong() -> None:
    mails = account([], {"other": [FIRST]}, (), {}, LIMITS)

    assert "no reason" in mails.wrong[0]


# --- whose events -------------------------------------------------------------------------


def event(subject: str, seconds: float, *names: str, number: int = 0) -> Event:
    return Event(
        event_id=f"{seconds:08.1f}-{number}",
        type="page_viewed",
        occurred_at=after(seconds),
        subject=subject,
        names=names,
    )


def ids(events: Sequence[Event]) -> set[str]:
    return {one.event_id for one in events}


def test_views_belong_to_whoever_named_the_browser_last_by_then() -> None:
    first, second = event("email:a", 10, "visitor:v"), event("email:b", 20, "visitor:v")
    views = [event("visitor:v", at) for at in (5, 10, 15, 20, 25)]

    leads = offline.by_lead([second, *views, first])

    assert set(leads) == {"email:a", "email:b"}
    assert ids(leads["email:a"]) == ids([first, *views[:3]])
    assert ids(leads["email:b"]) == ids([second, *views[3:]])


def test_views_of_an_unknown_browser_are_nobodys() -> None:
    form = event("email:a", 10)

    assert offline.by_lead([event("visitor:v", 5), form]) == {"email:a": [form]}


def test_a_lead_has_the_newest_thousand_views_of_a_browser() -> None:
    form = event("email:a", 0, "visitor:v")
    views = [event("visitor:v", at) for at in range(1, 1_011)]

    assert ids(offline.by_lead([form, *views])["email:a"]) == ids([form, *views[10:]])


# --- traffic and invocations --------------------------------------------------------------


def test_the_traffic_has_as_many_events_as_the_rates_say() -> None:
    calls = list(Traffic("http://127.0.0.1", Rates(5, 100, 50)).calls(6))

    sizes = {
        source: sum(call.size for _, call in calls if call.source == source)
        for source in ("forms", "views", "browser")
    }
    assert sizes == {"forms": 30, "views": 600, "browser": 300}
    times = [at for at, _ in calls]
    assert times == sorted(times)
    assert 5 < times[-1] <= 6
    assert all(call.size <= VIEWS_A_CALL for _, call in calls)
    assert len({call.body["visitor_id"] for _, call in calls if call.source == "browser"}) == 1


def test_an_id_has_the_time_of_its_view() -> None:
    made = uuid7(T0)

    assert int(made.replace("-", "")[:12], 16) == int(T0.timestamp() * 1000)
    assert (made[14], made[19] in "89ab", made != uuid7(T0)) == ("7", True, True)


def test_an_invocation_counts_as_killed_only_if_it_gave_no_answer(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    invocations = Invocations(notes)
    assert invocations.read() == []

    def note(**what: object) -> None:
        with notes.open("a") as file:
            file.write(json.dumps(what) + "\n")

    for name in ("a", "b", "c"):
        note(began=name, at=1.0, pid=7, function="f", source="q", bodies=[name])
    note(ended="a", at=2.0, ok=True)
    with notes.open("a") as file:
        file.write('{"ended": "b", "at"')  # the rest of the line is not there yet

    assert [one.id for one in invocations.read()] == ["b", "c"]
    with notes.open("a") as file:
        file.write(': 3.0, "ok": false}\n')
    assert [one.id for one in invocations.read()] == ["c"]
    for one in invocations.by_id.values():
        one.killed_at = 1.5
    assert [one.id for one in invocations.by_id.values() if one.was_killed] == ["b"]
