"""Lanes: each stored event is read by one mapping of the score function, and by one alone."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from cloudformation import resources, template
from hotlist.events.vocabulary import TYPES, Lane, Route, lane
from hotlist.leads.lead import Temperature
from hotlist.store.events import to_item
from hotlist_cli.local.mappings import StreamMapping
from integration.lambdas import stream_event
from integration.stages.score import ADA, HOUR, Score, event, subject

MAPPINGS = resources("AWS::Lambda::EventSourceMapping")
LANES = {"ScoreEventsMapping": Lane.NOW, "ScoreGatheredMapping": Lane.GATHERED}
EVERY_TYPE = sorted({*TYPES, "custom:tour"})


def taking(record: dict[str, Any]) -> list[tuple[str, int]]:
    """The filters of the score function that take a record: of which mapping, and which one."""
    return [
        (name, place)
        for name in LANES
        for place, one in enumerate(MAPPINGS[name]["FilterCriteria"]["Filters"])
        if StreamMapping.deployed(
            {
                "UUID": "",
                "EventSourceArn": "",
                "FunctionArn": "",
                "FilterCriteria": {"Filters": [one]},
            }
        ).wants(record)
    ]


def records() -> Iterator[tuple[Route, str, dict[str, Any]]]:
    for route in Route:
        for event_type in EVERY_TYPE:
            made = event(event_type, ADA, route=route)
            (record,) = stream_event(to_item(made))["Records"]
            yield route, event_type, record


def test_every_event_is_taken_by_exactly_one_filter_that_of_its_lane() -> None:
    seen = 0
    for route, event_type, record in records():
        ((name, _),) = taking(record)
        assert LANES[name] is lane(route, event_type), (route, event_type)
        seen += 1
    assert seen == len(Route) * len(EVERY_TYPE)


def test_a_record_without_a_lane_is_taken_at_once() -> None:
    for _, _, record in records():
        del record["dynamodb"]["NewImage"]["lane"]
        ((name, _),) = taking(record)
        assert LANES[name] is Lane.NOW


@pytest.mark.parametrize("name", ["MODIFY", "REMOVE"])
def test_changes_and_removals_are_taken_by_none(name: str) -> None:
    for _, _, record in records():
        assert taking({**record, "eventName": name}) == []
        (without,) = stream_event({"subject": {"S": "x"}, "event_key": {"S": "e#1"}})["Records"]
        assert taking({**without, "eventName": name}) == []


def test_forms_do_not_wait_and_views_do() -> None:
    now, gathered = (MAPPINGS[name] for name in LANES)
    assert now["MaximumBatchingWindowInSeconds"] == 0
    assert gathered["MaximumBatchingWindowInSeconds"] == {"Ref": "GatherSeconds"}
    assert gathered["BatchSize"] > now["BatchSize"]
    parameters = template()["Parameters"]
    assert parameters["GatherSeconds"]["Default"] == 20
    for mapping in (now, gathered):
        assert parameters[mapping["ParallelizationFactor"]["Ref"]]["Default"] == 1


def test_no_two_mappings_have_one_source_and_one_function() -> None:
    """Lambda refuses the second: it tells mappings apart by source and name of the function."""
    pairs = [(str(one["EventSourceArn"]), str(one["FunctionName"])) for one in MAPPINGS.values()]
    assert len(set(pairs)) == len(pairs)


def test_both_lanes_run_the_code_that_was_just_deployed() -> None:
    assert MAPPINGS["ScoreEventsMapping"]["FunctionName"] == {"Ref": "ScoreFunction"}
    assert MAPPINGS["ScoreGatheredMapping"]["FunctionName"] == {"Ref": "ScoreGatheredAlias"}
    (alias,) = resources("AWS::Lambda::Alias").values()
    assert alias["FunctionName"] == {"Ref": "ScoreFunction"}
    assert alias["FunctionVersion"] == "$LATEST"


def test_records_from_before_there_were_lanes_are_replayed(score: Score) -> None:
    form, view = event("contact_requested", ADA, visitor="v"), event("page_viewed", visitor="v")
    old = []
    for made in (form, replace(view, occurred_at=view.occurred_at - HOUR)):
        score.stores.events.put(made)
        item = to_item(made)
        del item["lane"]
        score.stores.events._client.put_item(TableName=score.stores.events._table, Item=item)
        old.append(item)
    for _ in range(2):
        assert score.app.handler(stream_event(*old), None) == {"batchItemFailures": []}
    lead = score.lead(subject("email", ADA))
    assert lead.temperature is Temperature.HOT
    assert {one["event_id"] for one in score.parked()} == set()
    history = score.stores.events.history(form.subject, now=form.received_at, limit=9).events
    assert [(one.event_id, one.type) for one in history] == [(form.event_id, "contact_requested")]


def test_the_lane_is_stored(score: Score) -> None:
    for made, wanted in (
        (event("contact_requested", ADA), "now"),
        (event("page_viewed", visitor="v"), "gathered"),
    ):
        score.stores.events.put(made)
        items = score.stores.events._client.scan(TableName=score.stores.events._table)["Items"]
        (item,) = [one for one in items if one["subject"]["S"] == made.subject]
        assert item["lane"] == {"S": wanted}, json.dumps(item)
