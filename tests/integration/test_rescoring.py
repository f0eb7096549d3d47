"""Rescoring after changed rules: every lead reaches the queue, whatever happens on the way."""

import itertools
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from cloudformation import resources
from hotlist.leads.lead import Lead, LeadState, Shadow, Temperature, combined_hash
from hotlist.rescore import walk
from hotlist.rescore.queue import NotQueued, RescoreQueue
from hotlist.rescore.walk import Rescoring
from hotlist.store.leads import LeadStore
from hotlist.store.progress import ProgressStore

NOW = datetime(2026, 3, 2, 6, 45, tzinfo=UTC)
OLD, NEW = "0" * 16, "1" * 16
LATER = NOW + timedelta(hours=1)


class Crash(BaseException):
    """The process is gone: nothing catches it."""


class World:
    """Leads, progress and queue over moto; every call to AWS is seen, and can be stopped."""

    def __init__(self, tables: Any) -> None:
        client, names = tables
        self._sqs = sqs = boto3.client("sqs")
        self._queue_url = sqs.create_queue(QueueName=f"rescore-{uuid.uuid4()}")["QueueUrl"]
        self.leads = LeadStore(client, names["leads"])
        self.progress = ProgressStore(client, names["deliveries"])
        self.queue = RescoreQueue(sqs, self._queue_url)
        self.calls: list[str] = []
        self.before_call: Callable[[], None] = lambda: None
        for service, made in (("dynamodb", client), ("sqs", sqs)):
            made.meta.events.register(f"before-call.{service}", self._see)

    def _see(self, model: Any, **_: Any) -> None:
        if model.name != "ReceiveMessage":
            self.before_call()
            self.calls.append(model.name)

    def walk(self, rules: str = NEW, clock: Callable[[], datetime] = lambda: NOW) -> Rescoring:
        return Rescoring(self.leads, self.progress, self.queue, rules, clock)

    def run(self, rules: str = NEW) -> int:
        return self.walk(rules).run(LATER)

    def store(self, *lead_ids: str, **said: Any) -> set[str]:
        for lead_id in lead_ids:
            lead = Lead(lead_id=lead_id, folded_at=NOW, expires_at=LATER, ruleset=OLD)
            self.leads.save(replace(lead, **said), None)
        return set(lead_ids)

    def queued(self) -> list[str]:
        """What has come to the queue since the last look."""
        found: list[str] = []
        while batch := self._sqs.receive_message(
            QueueUrl=self._queue_url, MaxNumberOfMessages=10
        ).get("Messages"):
            found += [json.loads(message["Body"])["lead_id"] for message in batch]
        return found

    def fold(self, *lead_ids: str, rules: str = NEW) -> None:
        """What the score function makes of them."""
        for lead in self.leads.get_many(lead_ids).values():
            self.leads.save(replace(lead, ruleset=rules), lead)

    def is_done(self, rules: str = NEW) -> bool:
        progress = self.progress.get()
        return (progress.rulesets_hash, progress.passes) == (rules, walk.PASSES)


@pytest.fixture
def world(tables: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(walk, "PAGE", 4)
    return World(tables)


def names(count: int) -> list[str]:
    return [f"email:{number}" for number in range(count)]


def test_every_lead_of_other_rules_is_queued_and_no_other(world: World) -> None:
    other = world.store(*names(11))
    world.store("email:new", ruleset=NEW)
    world.store("email:empty", state=LeadState.EMPTY, ruleset="")
    world.store("phone:claimed", state=LeadState.CLAIMED, ruleset="", claimed_by="email:0")
    assert world.run() == 11
    queued = world.queued()
    assert (len(queued), set(queued)) == (11, other)


def test_a_second_pass_finds_what_old_code_wrote_behind_the_first(world: World) -> None:
    world.store(*names(9))
    world.run()
    world.fold(*world.queued())
    world.fold("email:3", rules=OLD)
    assert not world.is_done()
    assert world.run() == 1
    assert world.queued() == ["email:3"]
    assert world.is_done()


@pytest.mark.parametrize("count", [0, 3, 40])
def test_with_nothing_to_do_a_run_costs_one_read(world: World, count: int) -> None:
    world.store(*names(count), ruleset=NEW)
    world.run()
    world.run()
    assert world.is_done()
    world.calls.clear()
    assert world.run() == 0
    assert world.calls == ["GetItem"]
    assert world.queued() == []


def test_without_leads_changed_rules_cost_a_read_of_nothing_twice(world: World) -> None:
    for _ in range(walk.PASSES):
        world.calls.clear()
        world.run()
        assert world.calls == ["GetItem", "Scan", "PutItem"]
    assert world.is_done()


def test_a_run_queues_a_bounded_chunk_and_the_next_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "MAX_QUEUED", 6)
    wanted = world.store(*names(20))
    seen: list[str] = []
    for _ in range(3):
        assert world.run() <= 6 + 4
        seen += world.queued()
    assert (len(seen), set(seen)) == (20, wanted)


def test_when_its_time_is_over_a_run_stops_after_the_page(world: World) -> None:
    world.store(*names(20))
    ticks = itertools.count()
    walk = world.walk(clock=lambda: NOW + next(ticks) * timedelta(minutes=1))
    assert walk.run(NOW + timedelta(minutes=2)) == 8
    assert walk.run(NOW) == 0
    assert world.run() == 12


CALLS = 10
"""Of a run over nine leads: the progress, then three pages, each read, queued and written."""


@pytest.mark.parametrize("number", range(CALLS + 1))
def test_a_crash_between_any_two_calls_loses_no_lead(world: World, number: int) -> None:
    wanted = world.store(*names(9))

    def crash() -> None:
        if len(world.calls) == number:
            raise Crash

    world.calls.clear()
    world.before_call = crash
    if number < CALLS:
        with pytest.raises(Crash):
            world.run()
    else:
        world.run()
    world.before_call = lambda: None
    world.run()
    assert set(world.queued()) == wanted
    world.run()
    assert world.is_done()


@pytest.mark.parametrize("number", range(CALLS + 1))
def test_two_runs_at_once_lose_no_lead_whenever_the_other_comes(world: World, number: int) -> None:
    wanted = world.store(*names(9))
    others: list[int] = []

    def other() -> None:
        if len(world.calls) == number and not others:
            others.append(number)
            world.run()

    world.calls.clear()
    world.before_call = other
    world.run()
    assert len(others) == (number < CALLS)
    assert set(world.queued()) == wanted
    world.run()
    assert world.is_done()


def test_rules_that_change_again_start_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = world.store(*names(12))
    monkeypatch.setattr(walk, "MAX_QUEUED", 4)
    world.run()
    first = world.queued()
    world.fold(*first)
    assert len(first) == 4
    monkeypatch.setattr(walk, "MAX_QUEUED", 100)
    newest = "2" * 16
    assert world.run(newest) == 12
    assert set(world.queued()) == wanted


def test_rules_that_are_changed_back_scan_again(world: World) -> None:
    world.store(*names(6))
    world.run()
    world.run()
    world.fold(*world.queued()[:2])
    assert world.run(OLD) == 2
    world.fold(*world.queued(), rules=OLD)
    assert world.run(OLD) == 0
    assert world.is_done(OLD)


def test_what_sqs_refuses_is_queued_by_the_next_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = world.store(*names(6))
    with monkeypatch.context() as patch:
        patch.setattr(world.queue._sqs, "send_message_batch", lambda **_: {"Failed": [{}]})
        with pytest.raises(NotQueued):
            world.run()
    assert world.run() == 6
    assert set(world.queued()) == wanted


def test_a_shadow_that_is_new_changed_or_gone_is_a_change_of_rules(world: World) -> None:
    shadow = Shadow(3, Temperature.COLD, "5" * 16)
    world.store("email:with", ruleset=NEW, shadow=shadow)
    world.store("email:without", ruleset=NEW)
    assert world.run(NEW) == 1
    assert world.queued() == ["email:with"]
    assert world.run(combined_hash(NEW, shadow.ruleset)) == 1
    assert world.queued() == ["email:without"]
    assert world.run(combined_hash(NEW, "6" * 16)) == 2


def test_the_function_lasts_longer_than_the_walk() -> None:
    digest = resources("AWS::Serverless::Function")["DigestFunction"]
    assert digest["Timeout"] >= 2 * walk.BUDGET.total_seconds()


def test_the_queue_is_worked_off_beside_live_traffic_and_before_the_next_run() -> None:
    mapping = resources("AWS::Lambda::EventSourceMapping")["RescoreMapping"]
    at_once = mapping["ScalingConfig"]["MaximumConcurrency"]
    assert at_once == 2  # the least that there is
    quarter = timedelta(minutes=15)
    assert quarter * at_once / walk.MAX_QUEUED > timedelta(milliseconds=300)  # for each lead
    queue = resources("AWS::SQS::Queue")["RescoreQueue"]
    score = resources("AWS::Serverless::Function")["ScoreFunction"]
    assert queue["VisibilityTimeout"] >= 6 * score["Timeout"]
    digest = resources("AWS::Serverless::Function")["DigestFunction"]
    assert digest["Timeout"] < quarter.total_seconds()


@pytest.mark.parametrize(
    ("written", "is_old"),
    [
        ({"temperature_key": {"S": "due#3"}}, True),
        ({"temperature": {"S": "hot"}, "temperature_key": {"S": "hot#3"}}, True),
        ({}, False),
    ],
)
def test_leads_that_an_older_version_wrote_are_folded_again_by_the_same_rules(
    world: World, tables: Any, written: dict[str, Any], is_old: bool
) -> None:
    due_at = NOW + timedelta(days=9)
    world.store("email:1", ruleset=NEW, temperature=Temperature.WARM, due_at=due_at)
    client, names = tables
    key = {"lead_id": {"S": "email:1"}}
    item = client.get_item(TableName=names["leads"], Key=key)["Item"]
    client.put_item(TableName=names["leads"], Item=item | written)
    world.run()
    assert world.queued() == ["email:1"] * is_old


def test_a_lead_that_the_index_cannot_find_is_written_anew_by_the_next_fold(
    world: World, tables: Any
) -> None:
    due_at = NOW + timedelta(days=9)
    world.store("email:1", temperature=Temperature.WARM, due_at=due_at)
    client, names = tables
    key = {"lead_id": {"S": "email:1"}}
    item = client.get_item(TableName=names["leads"], Key=key)["Item"]
    found = world.leads.get("email:1")
    assert found is not None
    assert found.due_at == due_at
    client.put_item(TableName=names["leads"], Item=item | {"temperature_key": {"S": "due#3"}})
    found = world.leads.get("email:1")
    assert found is not None
    assert found.due_at is None, "as if nothing had changed"
