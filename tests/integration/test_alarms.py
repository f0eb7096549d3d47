"""The alarms of template.yaml: what they watch exists, and a new stack has no red one.

CloudWatch itself is not here, so nothing else looks at alarms that calculate with metrics.
"""

import re
from typing import Final

import pytest

from cloudformation import OWN_METRICS, resources, template, watched
from hotlist.events.vocabulary import Lane

ALARMS: Final = resources("AWS::CloudWatch::Alarm")
FUNCTIONS: Final = sorted(resources("AWS::Serverless::Function"))

# Metrics that AWS publishes, with the dimensions that they have there. Ours are below.
METRICS: Final = {
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): {"QueueName"},
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): {"QueueName"},
    ("AWS/Lambda", "IteratorAge"): {"FunctionName"},
    ("AWS/Lambda", "Throttles"): {"FunctionName"},
    ("AWS/Events", "FailedInvocations"): {"RuleName"},
    ("AWS/ApiGateway", "5xx"): {"ApiId", "Stage"},
    ("AWS/S3", "PutRequests"): {"BucketName", "FilterId"},
    ("AWS/DynamoDB", "ReadThrottleEvents"): {"TableName"},
    ("AWS/DynamoDB", "WriteThrottleEvents"): {"TableName"},
    ("AWS/SES", "Reputation.BounceRate"): set(),
    ("AWS/SES", "Reputation.ComplaintRate"): set(),
    ("Hotlist", "MappingsDisabled"): {"service"},  # test_mappings.py sees that it has the service
    ("Hotlist", "Lag"): {"lane", "service"},
    # of metric filters
    ("Hotlist", "FunctionErrors"): set(),
    ("Hotlist", "NeedsAttention"): set(),
    ("Hotlist", "TooManyRequests"): set(),
    ("Hotlist", "Mails"): set(),
}

NO_DATA: Final = "there is no data before it happens, and no data is green"
ZERO: Final = "AWS publishes zeros while nothing has happened"

NOT_RED: Final = {
    "FailureQueueAlarm": f"the queue is empty: {ZERO}",
    "OutboxDeadLettersAlarm": f"the queue is empty: {ZERO}",
    "StreamAgeAlarm": "the streams are empty: Lambda is not started, so there is no age",
    "QueueAgeAlarm": f"the queues are empty: {ZERO}",
    "LagAlarm": f"nothing has been scored: {NO_DATA}",
    "FunctionErrorsAlarm": f"the roles and settings are there before the functions: {NO_DATA}",
    "FunctionThrottlesAlarm": NO_DATA,
    "TableThrottlesAlarm": f"DynamoDB publishes these when they happen: {NO_DATA}",
    "DigestMissingAlarm": "no data is grey here, and only a change to grey is told",
    "MappingsDisabledAlarm": "a mapping that is being made counts as at work",
    "FeedbackLostAlarm": f"no mail has been sent, so SES reports none: {NO_DATA}",
    "ApiErrorsAlarm": f"nobody has called the API: {NO_DATA}",
    "TooManyRequestsAlarm": f"nobody has called the API: {NO_DATA}",
    "ManyMailsAlarm": f"no mail has been sent: {NO_DATA}",
    "FailureBucketAlarm": f"S3 publishes these when they happen: {NO_DATA}",
    "BounceRateAlarm": "a new account has sent nothing; a rate that is red was red before",
    "ComplaintRateAlarm": "a new account has sent nothing; a rate that is red was red before",
    "NeedsAttentionAlarm": NO_DATA,
}
"""Why each alarm is not red on a new stack."""


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_alarms_watch_metrics_that_exist_and_tell_somebody(name: str) -> None:
    for namespace, metric, dimensions in watched(name):
        found = dimensions.keys() - {"GlobalSecondaryIndexName"}  # that of an index of the table
        assert METRICS[namespace, metric] == found
    assert ALARMS[name]["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    assert ALARMS[name]["AlarmDescription"]


def test_our_own_metrics_are_in_the_namespace_that_the_functions_have() -> None:
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == OWN_METRICS
    for one in resources("AWS::Logs::MetricFilter").values():
        assert one["MetricTransformations"][0]["MetricNamespace"] == OWN_METRICS


def test_the_bucket_publishes_the_metric_of_its_alarm() -> None:
    assert resources("AWS::S3::Bucket")["FailureBucket"]["MetricsConfigurations"] == [
        {"Id": "everything"}
    ]


# --- a new stack ------------------------------------------------------------------------------


def test_it_is_said_of_each_alarm_why_it_is_not_red_on_a_new_stack() -> None:
    assert sorted(NOT_RED) == sorted(ALARMS)


@pytest.mark.parametrize("name", sorted(NOT_RED))
def test_no_alarm_is_red_on_a_new_stack(name: str) -> None:
    """Neither without data nor with zeros."""
    alarm = ALARMS[name]
    if name == "DigestMissingAlarm":
        assert alarm["TreatMissingData"] == "missing"
        assert alarm["InsufficientDataActions"] == [{"Ref": "AlarmTopic"}]
        assert "OKActions" not in alarm
        return
    assert alarm["TreatMissingData"] == "notBreaching"
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    threshold = alarm["Threshold"]
    if isinstance(threshold, dict):
        threshold = template()["Parameters"][threshold["Ref"]]["MinValue"]
    assert threshold > 0


def test_a_digest_that_does_not_run_is_told_within_two_hours() -> None:
    alarm = ALARMS["DigestMissingAlarm"]
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 3_600
    (found,) = watched("DigestMissingAlarm")
    assert found == ("Hotlist", "MappingsDisabled", {"service": "digest"})  # once in each run
    assert alarm["Statistic"] == "SampleCount"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)


# --- what is watched --------------------------------------------------------------------------


def of(metric: str) -> set[str]:
    """The resources of which a metric is watched, by logical id."""
    found = set()
    for name in ALARMS:
        for _, its, dimensions in watched(name):
            if its == metric:
                values = [value for value in dimensions.values() if isinstance(value, dict)]
                found |= {str(value.get("Ref") or value["Fn::GetAtt"][0]) for value in values}
    return found


def test_each_function_stream_queue_table_and_store_of_failures_has_its_alarm() -> None:
    told_otherwise = {
        "DigestFunction",  # it is to run at all
        "CardFunction",  # the API answers with 503 for it
    }
    assert of("Throttles") | told_otherwise == set(FUNCTIONS)
    assert of("Throttles").isdisjoint(told_otherwise)
    streams = {
        str(one["FunctionName"]["Ref"]).replace("ScoreGatheredAlias", "ScoreFunction")
        for one in resources("AWS::Lambda::EventSourceMapping").values()
        if "StreamArn" in str(one["EventSourceArn"])
    }
    assert of("IteratorAge") == streams
    queues = set(resources("AWS::SQS::Queue"))
    worked_off = {
        one["EventSourceArn"]["Fn::GetAtt"][0]
        for one in resources("AWS::Lambda::EventSourceMapping").values()
    } & queues
    assert of("ApproximateAgeOfOldestMessage") == worked_off
    assert of("ApproximateNumberOfMessagesVisible") == queues - worked_off
    assert of("ReadThrottleEvents") == {"EventsTable"}
    assert of("WriteThrottleEvents") == {"EventsTable", "LeadsTable"}
    assert of("PutRequests") == {"FailureBucket"}
    assert of("5xx") == {"Api"}


def test_the_index_with_the_most_writes_is_watched_too() -> None:
    """What writes an entry of `by_day` writes one here too, over as many partitions, or fewer."""
    found = [
        dimensions["GlobalSecondaryIndexName"]
        for _, _, dimensions in watched("TableThrottlesAlarm")
        if "GlobalSecondaryIndexName" in dimensions
    ]
    assert found == ["by_temperature_and_due"]


def test_the_rule_of_the_alarm_is_the_one_that_sam_makes() -> None:
    """SAM names a rule by its function and its event."""
    ((_, _, dimensions),) = watched("FeedbackLostAlarm")
    function = "NotifyFunction"
    (rule,) = [
        event
        for event, said in resources("AWS::Serverless::Function")[function]["Events"].items()
        if said["Type"] == "EventBridgeRule"
    ]
    assert dimensions == {"RuleName": {"Ref": f"{function}{rule}"}}


def test_each_lane_has_its_alarm() -> None:
    """The age of the stream tells of both: the alias `gathered` counts as its function."""
    assert [dimensions for _, _, dimensions in watched("LagAlarm")] == [
        {"lane": str(Lane.NOW), "service": "score"}
    ]
    assert of("IteratorAge") >= {"ScoreFunction"}
    assert resources("AWS::Lambda::Alias")["ScoreGatheredAlias"]["FunctionName"] == {
        "Ref": "ScoreFunction"
    }


@pytest.mark.parametrize("name", sorted(n for n, alarm in ALARMS.items() if "Metrics" in alarm))
def test_alarms_that_calculate_are_as_cloudwatch_takes_them(name: str) -> None:
    """Every metric fills its gaps: where one function is quiet, the others are still watched."""
    whole, *metrics = ALARMS[name]["Metrics"]
    assert "ReturnData" not in whole  # it alone is returned
    assert 1 < len(metrics) <= 10  # AWS takes ten
    ids = [one["Id"] for one in metrics]
    assert len({whole["Id"], *ids}) == 1 + len(ids)
    assert all(re.fullmatch("[a-z][a-zA-Z0-9_]*", one) for one in ids)
    assert all(one["ReturnData"] is False for one in metrics)
    assert len({(one["MetricStat"]["Period"], one["MetricStat"]["Stat"]) for one in metrics}) == 1
    (stat,) = {one["MetricStat"]["Stat"] for one in metrics}
    calculated = {"Sum": "SUM(FILL(METRICS(), 0))", "Maximum": "MAX(FILL(METRICS(), 0))"}[stat]
    assert whole["Expression"] == calculated
