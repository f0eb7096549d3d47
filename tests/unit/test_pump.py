"""The pump does with a batch of records what AWS documents for Lambda's own mappings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from hotlist_cli.local.delivery import Answer, Condition, Delivery, Discarded, StreamRecord
from hotlist_cli.local.mappings import StreamMapping
from stream_mappings import NOW, mapping, numbers, record

DONE = Answer(payload={"batchItemFailures": []})
ERROR = Answer(payload={"errorMessage": "boom"}, function_error="Unhandled")
THROTTLED = Answer(reached=False)

Function = Callable[[list[int]], Answer]


def records(*numbers: int) -> list[StreamRecord]:
    return [record(number) for number in numbers]


def failing(*failed: object) -> Answer:
    return Answer(payload={"batchItemFailures": [{"itemIdentifier": f} for f in failed]})


def reporting(number: int) -> Answer:
    return failing(f"{number:021}")


@dataclass
class World:
    """Stands in for Lambda, S3, the clock and sleep; the clock moves only by waiting."""

    function: Function
    calls: list[list[int]] = field(default_factory=list)
    waits: list[timedelta] = field(default_factory=list)
    discarded: list[Discarded] = field(default_factory=list)
    now: datetime = NOW
    stops_after: int = 1000

    def invoke(self, sent: Sequence[StreamRecord]) -> Answer:
        self.calls.append(numbers(sent))
        return self.function(self.calls[-1])

    def wait(self, time: timedelta) -> bool:
        self.waits.append(time)
        self.now += time
        return len(self.waits) < self.stops_after

    def deliver(self, to: StreamMapping, sent: Sequence[StreamRecord]) -> bool:
        delivery = Delivery(
            invoke=self.invoke,
            discard=self.discarded.append,
            now=lambda: self.now,
            wait=self.wait,
        )
        return delivery.deliver(to, sent)


def poison(*bad: int) -> Function:
    """Reports the bad records, every time."""

    def function(batch: list[int]) -> Answer:
        return failing(*(f"{number:021}" for number in batch if number in bad))

    return function


@pytest.mark.parametrize(
    "payload",
    [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}],
    ids=["null", "empty", "no failures", "null failures"],
)
def test_these_answers_are_a_success(payload: object) -> None:
    world = World(lambda batch: Answer(payload=payload))

    assert world.deliver(mapping(reports_failures=True), records(1, 2))

    assert world.calls == [[1, 2]]
    assert not world.waits


@pytest.mark.parametrize("identifier", ["", None, "no number", "000000000000000000009", {}])
def test_an_identifier_that_is_none_of_the_batch_fails_all_of_it(identifier: object) -> None:
    answers = iter([failing(identifier), DONE])
    world = World(lambda batch: next(answers))

    world.deliver(mapping(reports_failures=True), records(1, 2, 3))

    assert world.calls == [[1, 2, 3], [1, 2, 3]]


@pytest.mark.parametrize("payload", ["text", 7, ["x"], {"batchItemFailures": [{"wrong": "1"}]}])
def test_an_answer_of_another_shape_fails_the_batch(payload: object) -> None:
    answers = iter([Answer(payload=payload), DONE])
    world = World(lambda batch: next(answers))

    world.deliver(mapping(reports_failures=True), records(1, 2))

    assert world.calls == [[1, 2], [1, 2]]


def test_reports_are_ignored_unless_the_mapping_asks_for_them() -> None:
    world = World(poison(1))

    world.deliver(mapping(), records(1, 2))

    assert world.calls == [[1, 2]]


def test_the_lowest_reported_number_is_the_checkpoint() -> None:
    answers = iter([failing(f"{4:021}", f"{2:021}"), DONE])
    world = World(lambda batch: next(answers))

    world.deliver(mapping(reports_failures=True), records(1, 2, 3, 4))

    assert world.calls == [[1, 2, 3, 4], [2, 3, 4]]


def test_a_failed_function_gets_the_whole_batch_again_with_growing_pauses() -> None:
    answers = iter([ERROR, ERROR, ERROR, ERROR, DONE])
    world = World(lambda batch: next(answers))

    world.deliver(mapping(reports_failures=True), records(1, 2))

    assert world.calls == [[1, 2]] * 5
    assert world.waits == sorted(world.waits)
    assert world.waits[0] < world.waits[-1]


def test_after_the_last_retry_the_rest_of_the_batch_is_given_up() -> None:
    world = World(poison(2))

    assert world.deliver(mapping(reports_failures=True, max_retries=2), records(1, 2, 3))

    assert world.calls == [[1, 2, 3], [2, 3], [2, 3]]
    (given_up,) = world.discarded
    assert numbers(given_up.records) == [2, 3]
    assert given_up.condition is Condition.RETRIES
    assert given_up.invocations == 3


def test_no_retries_at_all() -> None:
    world = World(lambda batch: ERROR)

    world.deliver(mapping(max_retries=0), records(1))

    assert world.calls == [[1]]
    assert [d.condition for d in world.discarded] == [Condition.RETRIES]


def test_bisecting_finds_the_one_bad_record_and_costs_no_retry() -> None:
    def function(batch: list[int]) -> Answer:
        return ERROR if 3 in batch else DONE

    world = World(function)

    world.deliver(mapping(bisects=True, max_retries=0), records(1, 2, 3, 4, 5))

    assert [numbers(d.records) for d in world.discarded] == [[3]]
    assert world.calls == [[1, 2, 3, 4, 5], [1, 2, 3], [1, 2], [3], [4, 5]]
    assert not world.waits


def test_a_reported_record_splits_the_batch_there() -> None:
    world = World(poison(3))

    world.deliver(mapping(reports_failures=True, bisects=True, max_retries=0), records(1, 2, 3, 4))

    assert world.calls == [[1, 2, 3, 4], [3, 4], [3], [4]]
    assert [numbers(d.records) for d in world.discarded] == [[3]]


def test_order_is_kept_while_a_record_is_retried() -> None:
    tries = iter([3, 2, 1])

    def function(batch: list[int]) -> Answer:
        return reporting(2) if 2 in batch and next(tries, None) else DONE

    world = World(function)

    world.deliver(mapping(reports_failures=True, bisects=True), records(1, 2, 3))

    assert world.calls == [[1, 2, 3], [2, 3], [2], [2], [3]]


def test_records_past_their_age_are_given_up_and_the_others_sent() -> None:
    world = World(lambda batch: DONE)
    old = [record(1, age=timedelta(hours=21)), record(2, age=timedelta(hours=20))]

    world.deliver(mapping(max_age=timedelta(hours=20)), [*old, record(3)])

    assert world.calls == [[3]]
    (given_up,) = world.discarded
    assert (numbers(given_up.records), given_up.condition) == ([1, 2], Condition.AGE)
    assert given_up.answer is None


def test_age_ends_the_retries_of_a_bad_record() -> None:
    world = World(lambda batch: ERROR)

    assert world.deliver(mapping(max_age=timedelta(minutes=1)), records(1))

    (given_up,) = world.discarded
    assert given_up.condition is Condition.AGE
    assert given_up.invocations == len(world.calls)
    assert timedelta(minutes=1) <= world.now - NOW <= timedelta(minutes=1, seconds=10)


def test_a_call_that_never_reached_the_function_costs_no_retry_and_does_not_split() -> None:
    answers = iter([THROTTLED, THROTTLED, THROTTLED, DONE])
    world = World(lambda batch: next(answers))

    world.deliver(mapping(bisects=True, max_retries=1), records(1, 2))

    assert world.calls == [[1, 2]] * 4
    assert not world.discarded


def test_a_stop_leaves_the_batch() -> None:
    world = World(lambda batch: ERROR, stops_after=2)

    assert not world.deliver(mapping(), records(1))

    assert len(world.calls) == 2
    assert not world.discarded
