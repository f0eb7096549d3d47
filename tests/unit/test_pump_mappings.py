"""The pump follows a mapping as it is deployed, and refuses what it does not do."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from hotlist_cli.local.mappings import StreamMapping, UnsupportedMapping
from stream_mappings import NAMED

DEPLOYED: Mapping[str, Any] = {
    **NAMED,
    "StartingPosition": "TRIM_HORIZON",
    "BatchSize": 25,
    "MaximumBatchingWindowInSeconds": 1,
    "MaximumRecordAgeInSeconds": 72000,
    "MaximumRetryAttempts": -1,
    "BisectBatchOnFunctionError": True,
    "ParallelizationFactor": 1,
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
    "FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]},
    "DestinationConfig": {"OnFailure": {"Destination": "arn:aws:s3:::failures"}},
}


def test_numbers_of_the_templates_parameters_are_followed_as_numbers() -> None:
    given = {
        **NAMED,
        "FunctionArn": "arn:aws:lambda:eu-central-1:0:function:score:gathered",
        "MaximumBatchingWindowInSeconds": "1",
        "BatchSize": "1000",
        "ParallelizationFactor": "1",
    }
    made = StreamMapping.deployed(given)
    assert (made.window, made.batch_size) == (timedelta(seconds=1), 1000)
    with pytest.raises(UnsupportedMapping, match="ParallelizationFactor: 2"):
        StreamMapping.deployed({**given, "ParallelizationFactor": "2"})


def test_every_parameter_comes_from_the_deployed_mapping() -> None:
    read = StreamMapping.deployed(DEPLOYED)

    assert read.batch_size == 25
    assert read.window == timedelta(seconds=1)
    assert read.max_age == timedelta(hours=20)
    assert read.max_retries is None
    assert read.bisects
    assert read.reports_failures
    assert read.failure_bucket == "failures"
    assert read.wants({"eventName": "INSERT"})
    assert not read.wants({"eventName": "MODIFY"})


def test_without_parameters_the_defaults_of_lambda_hold() -> None:
    read = StreamMapping.deployed(NAMED)

    assert (read.batch_size, read.window) == (100, timedelta(0))
    assert (read.max_age, read.max_retries, read.bisects) == (None, None, False)
    assert read.wants({"eventName": "REMOVE"})


def test_one_matching_filter_is_enough() -> None:
    patterns = [{"eventName": ["INSERT"]}, {"dynamodb": {"NewImage": {"a": {"S": ["x"]}}}}]
    filters = [{"Pattern": json.dumps(pattern)} for pattern in patterns]

    read = StreamMapping.deployed({**DEPLOYED, "FilterCriteria": {"Filters": filters}})

    assert read.wants({"eventName": "MODIFY", "dynamodb": {"NewImage": {"a": {"S": "x"}}}})
    assert not read.wants({"eventName": "MODIFY", "dynamodb": {"NewImage": {"a": {"S": "y"}}}})


@pytest.mark.parametrize(
    "more",
    [
        {"ParallelizationFactor": 2},
        {"TumblingWindowInSeconds": 30},
        {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:eu-central-1:0:q"}}},
    ],
    ids=["parallel", "tumbling", "queue"],
)
def test_what_the_pump_does_not_do_it_refuses(more: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedMapping):
        StreamMapping.deployed({**DEPLOYED, **more})
