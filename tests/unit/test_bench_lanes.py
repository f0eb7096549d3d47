"""The simulation of the lanes: queueing that can be worked out by hand, and what always holds."""

import random
from itertools import pairwise

import pytest
from bench import day, kept
from bench.lanes import INVOKE, POLL, Arrival, Lane, Throttle, Worked, work

from cloudformation import resources, template

NOW = Lane(batch_size=100, window=0)
GATHERED = Lane(batch_size=3, window=20)


def at(*instants: float, key: str = "v", is_known: bool = True) -> list[Arrival]:
    return [Arrival(instant, key, is_known) for instant in instants]


def one_second(records: int, leads: int) -> float:
    return 1.0


def shown(worked: list[Worked]) -> list[tuple[list[float], float]]:
    return [([one.at for one in batch.records], round(batch.begins, 2)) for batch in worked]


def test_without_a_window_a_record_begins_as_soon_as_lambda_looks() -> None:
    assert shown(work(at(5), NOW, one_second)) == [([5], 5 + POLL)]


def test_what_comes_while_a_batch_is_worked_off_is_the_next_batch() -> None:
    assert shown(work(at(5, 5.5, 6), NOW, one_second)) == [
        ([5], 5 + POLL),
        ([5.5, 6], 5 + POLL + INVOKE + 1),
    ]


def test_a_window_gathers_what_comes_in_it() -> None:
    assert shown(work(at(0, 19, 21), GATHERED, one_second)) == [
        ([0, 19], 20 + POLL),
        ([21], pytest.approx(20 + POLL + INVOKE + 1 + 20, abs=0.01)),
    ]


def test_a_full_batch_waits_for_no_window() -> None:
    first, second = shown(work(at(0, 1, 2, 3), GATHERED, one_second))
    assert first == ([0, 1, 2], 2 + POLL)
    assert second[0] == [3]


def test_more_than_a_slot_works_off_piles_up() -> None:
    """Three records a second, of which a slot does one batch of three in two seconds."""
    arrivals = [one for second in range(60) for one in at(second, second, second)]
    worked = work(arrivals, GATHERED, lambda records, leads: 2.0)
    last = worked[-1]
    assert last.ends - last.records[0].at == pytest.approx(60 * (2 + INVOKE) - 59 + POLL)


def test_a_lead_is_folded_once_a_batch_and_an_unknown_visitor_never() -> None:
    arrivals = at(0, 0, key="a") + at(0, key="b") + at(0, 0, key="c", is_known=False)
    given: list[tuple[int, int]] = []
    work(arrivals, NOW, lambda records, leads: given.append((records, leads)) or 1.0)  # type: ignore[func-returns-value]
    assert given == [(2, 2)]


@pytest.mark.parametrize(("factor", "shards"), [(1, 1), (3, 1), (1, 4), (10, 4)])
def test_every_record_is_worked_off_once_and_a_key_by_one_slot(factor: int, shards: int) -> None:
    drawn = random.Random(factor * shards)
    arrivals = [
        Arrival(drawn.uniform(0, 60), f"k{drawn.randrange(40)}", is_known=True) for _ in range(500)
    ]
    lane = Lane(50, 5, factor, shards)
    worked = work(arrivals, lane, lambda records, leads: 0.1 * leads)
    found = [one for batch in worked for one in batch.records]
    assert sorted(found, key=id) == sorted(arrivals, key=id)
    assert all(batch.begins >= one.at for batch in worked for one in batch.records)
    for key in {one.key for one in arrivals}:
        own = [
            (batch.begins, batch.ends) for batch in worked if key in {r.key for r in batch.records}
        ]
        assert all(after[0] >= before[1] for before, after in pairwise(own))
    begun = sorted(batch.begins for batch in worked)
    running = max(
        sum(batch.begins <= instant < batch.ends for batch in worked) for instant in begun
    )
    assert running <= factor * shards


def test_a_route_takes_its_rate_and_as_many_at_once() -> None:
    throttle = Throttle(5)
    assert [throttle.takes(10.0) for _ in range(7)] == [True] * 5 + [False] * 2
    assert not throttle.takes(10.1)
    assert throttle.takes(10.4)
    assert [throttle.takes(20.0) for _ in range(6)] == [True] * 5 + [False]


def test_the_lanes_are_those_of_the_template() -> None:
    mappings, parameters = resources("AWS::Lambda::EventSourceMapping"), template()["Parameters"]
    lanes = day.shipped(4)
    assert lanes["now"] == Lane(mappings["ScoreEventsMapping"]["BatchSize"], 0, 1, 4)
    window = parameters["GatherSeconds"]["Default"]
    assert lanes["gathered"] == Lane(1_000, window, 1, 4)


def test_a_small_day_loses_nothing_and_holds_up_no_form() -> None:
    measured = {
        "score.unknown.rate": 2_000.0,
        "score.known.rate": 20.0,  # so slow that views pile up
        "score.new.rate": 100.0,
    }
    plan = day.Plan(people=8_000, unknown=200)
    found = day.simulate(plan, day.shipped(1), measured)
    away = sum(found.turned_away.values())
    assert found.calls + away == sum(1 for _ in day.calls(plan))
    scored = sum(len(batch.records) for worked in found.worked.values() for batch in worked)
    assert scored == found.actions
    peak = (day.SENT_AT, day.SENT_AT + 3 * day.HOUR)
    assert day.lag(found.worked["now"], *peak)[2] < 3
    assert day.lag(found.worked["gathered"], *peak)[2] > 20


def test_a_form_is_scored_in_time_beside_a_thousand_views_a_second_of_known_people() -> None:
    """More views than a shard scores in a second: they pile up in their own lane."""
    lanes, measured = day.shipped(1), kept.measured()
    people = [f"p{number}" for number in range(500)]
    drawn = random.Random(1)
    views = [Arrival(n / 1_000, drawn.choice(people), is_known=True) for n in range(60_000)]
    forms = [Arrival(n / 5, drawn.choice(people), is_known=True) for n in range(300)]
    scored = work(forms, lanes["now"], day.duration(measured, "now"))
    assert day.lag(scored, 0, 60)[0] == 300
    assert day.lag(scored, 0, 60)[2] < 3
    seen = work(views, lanes["gathered"], day.duration(measured, "gathered"))
    assert day.lag(seen, 0, 60)[0] == 60_000
    assert seen[-1].ends > 60, "this is no flood for one shard"
