"""README.md and docs/performance.md: every table of theirs is as it is calculated, now."""

import json

import pytest
from bench import bills, concurrency, costs, docs, kept, prices
from bench.bills import Request

from cloudformation import ROOT, resources, template

TABLES = {(file.name, name): text for file, name, text in docs.written()}


def test_every_table_stands_somewhere() -> None:
    assert {name for _, name in TABLES} == docs.tables().keys()


@pytest.mark.parametrize(("file", "name"), TABLES)
def test_a_table_is_what_is_calculated(file: str, name: str) -> None:
    wanted = "run `make bench-docs`"
    assert TABLES[file, name] == docs.tables()[name](), wanted


def test_the_kept_results_are_of_a_whole_bench() -> None:
    assert kept.missing(json.loads(kept.FILE.read_text("utf-8"))) == ""


@pytest.mark.parametrize(
    ("skipped", "records", "missing"),
    [
        ([], 1_000, ""),
        (["size: no layer"], 1_000, "size: no layer was skipped"),
        ([], 200, "batches had 200 records, not 1,000"),
    ],
)
def test_what_a_whole_bench_has(skipped: list[str], records: int, missing: str) -> None:
    assert kept.missing({"skipped": skipped, "records": records}) == missing


SIZES = costs.sizes(resources("AWS::Serverless::Function"))


@pytest.mark.parametrize("request_", bills.REQUESTS, ids=lambda one: one.name)
def test_no_kind_of_request_costs_more_than_its_budget(request_: Request) -> None:
    total = sum(costs.of_request(request_, SIZES, kept.measured()).values())
    assert request_.budget is None or total <= request_.budget


def test_an_idle_month_costs_less_than_two_dollars() -> None:
    parts = costs.idle(template()["Resources"], kept.measured(), SIZES)
    assert 1.5 < sum(parts.values()) < 2
    assert "under two dollars a month" in (ROOT / "README.md").read_text("utf-8")


def test_a_secret_and_a_queue_more_would_be_seen() -> None:
    more = {
        **template()["Resources"],
        "Key": {"Type": "AWS::SecretsManager::Secret"},
        "Another": template()["Resources"]["OutboxMapping"],
    }
    before = costs.idle(template()["Resources"], kept.measured(), SIZES)
    after = costs.idle(more, kept.measured(), SIZES)
    assert after["secrets"] - before["secrets"] == pytest.approx(0.40)
    of_queue = after["looking into queues"] - before["looking into queues"]
    assert of_queue == pytest.approx(0.2592)  # five pollers, every 20 seconds


def test_with_one_busy_shard_a_stream_two_of_ten_are_left_for_the_door() -> None:
    found = concurrency.by_source(template()["Resources"], template()["Parameters"], 1)
    assert set(found) == {
        *resources("AWS::Lambda::EventSourceMapping"),
        "DigestFunctionQuarterHour",
    }
    assert sum(found.values()) <= concurrency.NEW_ACCOUNT - concurrency.FOR_CAPTURE


def test_a_mapping_of_a_queue_has_a_bound() -> None:
    unbounded = {
        "Q": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"EventSourceArn": "queue"}}
    }
    with pytest.raises(ValueError, match="Q: a queue's mapping needs a MaximumConcurrency"):
        concurrency.by_source(unbounded, {}, 1)


def test_what_is_free_is_free_once() -> None:
    price = prices.prices()["sqs_request"]
    assert price.of_a_month(1_000_000) == 0
    assert price.of_a_month(1_500_000) == pytest.approx(0.20)
    assert price.beyond_free(1_500_000) == pytest.approx(0.60)


def test_more_memory_than_one_processor_needs_saves_no_time() -> None:
    work = costs.Work(cpu=1.0, waits=0.5)
    assert work.seconds(costs.ONE_PROCESSOR) == work.seconds(3_000) == 1.5
    assert work.seconds(costs.ONE_PROCESSOR // 2) == pytest.approx(2.5, abs=0.01)
