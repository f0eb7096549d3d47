"""Which leads a digest may show, by what is stored of them; when a hot lead is due."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from hotlist.leads.lead import Ranked, Temperature, due_at
from hotlist.sales.hot_list import MOST, MOST_NEW, candidates

NOW = datetime(2026, 3, 2, 6, 45, tzinfo=UTC)
HOUR = timedelta(hours=1)
BEGINS, ENDS = NOW - 24 * HOUR, NOW - timedelta(minutes=3)
SOON = NOW + HOUR


def hot(name: str, total: int, ago: timedelta | None, due: datetime = SOON) -> Ranked:
    return Ranked(name, total, due, None if ago is None else NOW - ago)


def named(*leads: Ranked) -> tuple[str, ...]:
    return candidates(leads, BEGINS, ENDS, NOW).lead_ids


def test_new_ones_come_first_the_newest_of_them_then_those_with_the_most_points() -> None:
    leads = [
        hot("older", 99, 48 * HOUR),
        hot("old", 99, 47 * HOUR),
        hot("low", 40, 72 * HOUR),
        hot("new", 41, 2 * HOUR),
        hot("newest", 40, HOUR),
        hot("by rules", 50, None),
    ]
    random.Random(1).shuffle(leads)
    assert named(*leads) == ("newest", "new", "old", "older", "by rules", "low")


@pytest.mark.parametrize(
    ("since", "is_new"),
    [
        (BEGINS - timedelta(milliseconds=1), False),
        (BEGINS, True),
        (ENDS - timedelta(milliseconds=1), True),
        (ENDS, False),
    ],
)
def test_a_window_has_its_beginning_and_not_its_end(since: datetime, is_new: bool) -> None:
    first = named(Ranked("a", 1, SOON, since), hot("b", 99, 48 * HOUR))[0]
    assert (first == "a") is is_new


def test_made_up_contacts_push_no_lead_out_that_has_more_points() -> None:
    made_up = [hot(f"bot{number}", 40, number * timedelta(seconds=1)) for number in range(5_000)]
    older = [hot(f"real{number}", 41 + number, 48 * HOUR) for number in range(MOST - MOST_NEW)]
    new = hot("real", 60, 20 * HOUR)
    found = candidates([*made_up, *older, new], BEGINS, ENDS, NOW)
    assert len(found.lead_ids) == MOST
    assert sum(name.startswith("bot") for name in found.lead_ids) == MOST_NEW
    assert {"real", "real1", "real19"} <= {*found.lead_ids}
    assert found.more == 5_000 - MOST_NEW + 1


def test_places_of_cooled_ones_are_taken_by_leads_that_are_hot_for_certain() -> None:
    due = [hot(f"due{number}", 50, 48 * HOUR, NOW) for number in range(MOST + 3)]
    sure = [hot(f"sure{number}", 40 + number, 48 * HOUR) for number in range(2)]
    found = candidates([*due, *sure], BEGINS, ENDS, NOW)
    assert found.spare == ("sure1", "sure0")
    assert found.more == 5


def test_hot_leads_are_due_within_a_day_and_not_all_at_once() -> None:
    quarters: Counter[int] = Counter()
    for number in range(9_600):
        at = due_at(f"email:{number}", Temperature.HOT, NOW, None)
        assert at is not None
        assert NOW < at <= NOW + 24 * HOUR
        quarters[(at - NOW) // (HOUR / 4)] += 1
        early = due_at(f"email:{number}", Temperature.HOT, at - HOUR / 60, None)
        assert early == at, "a fold before its time moves it"
        assert due_at(f"email:{number}", Temperature.HOT, at, None) == at + 24 * HOUR
    assert len(quarters) == 96
    assert max(quarters.values()) < 2 * 100


@pytest.mark.parametrize("temperature", list(Temperature))
def test_a_lead_that_changes_by_itself_is_due_then(temperature: Temperature) -> None:
    soon, late = NOW + timedelta(milliseconds=1), NOW + 48 * HOUR
    assert due_at("email:1", temperature, NOW, soon) == soon
    by_then = due_at("email:1", temperature, NOW, late)
    assert (by_then == late) is (temperature is not Temperature.HOT)
    assert (due_at("email:1", temperature, NOW, None) is None) is (
        temperature is not Temperature.HOT
    )


@pytest.mark.parametrize("temperature", [Temperature.WARM, Temperature.COLD])
@pytest.mark.parametrize(("days", "most_early"), [(1, 0), (2, 0), (3, 1), (60, 1), (61, 30)])
def test_a_change_far_away_is_due_earlier_but_never_later(
    temperature: Temperature, days: int, most_early: int
) -> None:
    change = NOW + timedelta(days=days)
    for number in range(50):
        at = due_at(f"email:{number}", temperature, NOW, change)
        assert at is not None
        assert timedelta(0) <= change - at <= timedelta(days=most_early)
        assert at > NOW


def test_an_end_that_moves_with_every_event_moves_a_lead_once_in_thirty_days() -> None:
    folds = [NOW + timedelta(hours=hours) for hours in range(24 * 90)]
    due = {due_at("email:1", Temperature.COLD, at, at + timedelta(days=396)) for at in folds}
    assert len(due) in (3, 4)
