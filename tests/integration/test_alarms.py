"""The alarms of template.yaml: what they watch exists, and a new stack has no red one.

CloudWatch itself is not here, so nothing else looks at alarms that calculate with metrics.
"""

import ast
import io
import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

from cloudformation import ROOT, resources, template
from hotlist.events.vocabulary import Lane
from hotlist.runtime import metrics
from hotlist.store.deliveries import DeliveryStore
from integration.lambdas import stream_event
from integration.stages.digest import ANNAS_HOUR, RECENT, Digest
from integration.stages.notify import TOLD, Notify, a_message, feedback
from integration.stages.score import ADA, Score, event

ALARMS: Final = resources("AWS::CloudWatch::Alarm")
FUNCTIONS: Final = sorted(resources("AWS::Serverless::Function"))
OWN: Final = {"Fn::Sub": "Hotlist/${Stage}"}

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


def watched(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The namespace, the name and the dimensions of each metric of an alarm."""
    alarm = ALARMS[name]
    plain = [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", ()) if "MetricStat" in one]
    for metric in plain or [alarm]:
        namespace = metric["Namespace"]
        dimensions = {one["Name"]: one["Value"] for one in metric.get("Dimensions", ())}
        yield (
            "Hotlist" if namespace == OWN else namespace,
            metric["MetricName"],
            dimensions,
        )


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_alarms_watch_metrics_that_exist_and_tell_somebody(name: str) -> None:
    for namespace, metric, dimensions in watched(name):
        found = dimensions.keys() - {"GlobalSecondaryIndexName"}  # that of an index of the table
        assert METRICS[namespace, metric] == found
    assert ALARMS[name]["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    assert ALARMS[name]["AlarmDescription"]


def test_our_own_metrics_are_in_the_namespace_that_the_functions_have() -> None:
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == OWN
    for one in resources("AWS::Logs::MetricFilter").values():
        assert one["MetricTransformations"][0]["MetricNamespace"] == OWN


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
    assert of("Throttles") | {"DigestFunction"} == set(FUNCTIONS)  # that one is to run at all
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


def test_the_index_is_watched_too() -> None:
    (index,) = resources("AWS::DynamoDB::Table")["LeadsTable"]["GlobalSecondaryIndexes"]
    found = [
        dimensions["GlobalSecondaryIndexName"]
        for _, _, dimensions in watched("TableThrottlesAlarm")
        if "GlobalSecondaryIndexName" in dimensions
    ]
    assert found == [index["IndexName"]]


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


# --- metrics of ours, as they are emitted -----------------------------------------------------


def emitted(text: str, metric: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [line for line in lines if "_aws" in line and metric in line]


def test_score_emits_the_lag_that_the_alarm_watches(
    score: Score, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "score")
    score.happened(event("form_submitted", ADA))
    (line,) = emitted(capsys.readouterr().out, "Lag")
    (metric,) = line["_aws"]["CloudWatchMetrics"]
    assert {name: line[name] for name in metric["Dimensions"][0]} in [
        dimensions for _, _, dimensions in watched("LagAlarm")
    ]


def filtered(name: str) -> tuple[dict[str, str], str]:
    """What a metric filter wants of a line, and the field that it adds up. `*` is any text."""
    found = resources("AWS::Logs::MetricFilter")[name]
    assert found["LogGroupName"] == {"Ref": "LogGroup"}
    (transformation,) = found["MetricTransformations"]
    wants = dict(re.findall(r'\(\$\.(\w+) = "([^"]*)"\)', found["FilterPattern"]))
    whole = " && ".join(f'($.{field} = "{value}")' for field, value in wants.items())
    assert found["FilterPattern"] == f"{{ {whole} }}"
    return wants, transformation["MetricValue"]


def added_up(name: str, text: str) -> float:
    wants, value = filtered(name)
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return sum(
        float(line[value.removeprefix("$.")]) if value.startswith("$.") else float(value)
        for line in lines
        if all(
            isinstance(line.get(field), str) if wanted == "*" else line.get(field) == wanted
            for field, wanted in wants.items()
        )
    )


def logged(app: Any, patch: pytest.MonkeyPatch) -> io.StringIO:
    """What the logger of a function writes from now on."""
    lines = io.StringIO()
    patch.setattr(app.log.registered_handler, "stream", lines)
    return lines


def test_the_filters_add_up_the_mails_that_were_sent(
    notify: Notify, hot: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = logged(notify.app, monkeypatch)
    notify(stream_event(hot))  # which queues alerts and sends none
    notify.events.put(a_message())
    notify.tell(TOLD)
    assert notify.ses.sent
    assert added_up("QueuedMails", lines.getvalue()) == len(notify.ses.sent)


def test_the_filters_add_up_the_digests(digest: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = logged(digest.app, monkeypatch)
    digest.lead("ada@example.org", RECENT)
    digest.run(ANNAS_HOUR)
    digest.run(ANNAS_HOUR)
    assert digest.ses.sent
    assert added_up("DigestMails", lines.getvalue()) == len(digest.ses.sent)


def test_the_filters_make_the_metrics_of_alarms() -> None:
    made = {
        name: found["MetricTransformations"][0]["MetricName"]
        for name, found in resources("AWS::Logs::MetricFilter").items()
    }
    assert made == {
        "TooManyRequests": "TooManyRequests",
        "QueuedMails": "Mails",
        "DigestMails": "Mails",
        "FunctionErrors": "FunctionErrors",
        "NeedsAttention": "NeedsAttention",
    }


def test_requests_that_are_turned_away_are_found_in_the_access_log() -> None:
    """Its line has the status as text. No line of a function has both fields as texts."""
    settings = resources("AWS::Serverless::HttpApi")["Api"]["AccessLogSettings"]
    line = json.loads(settings["Format"])
    wants, value = filtered("TooManyRequests")
    assert wants == {"route": "*", "status": "429"}
    assert value == "1"
    assert line["route"] == "$context.routeKey"
    assert line["status"] == "$context.status"
    assert '"status":"$context.status"' in settings["Format"]


REPORT: Final = '{"time": "2026-11-28T09:00:00.000Z", "type": "platform.report", "record": %s}'
"""A line that Lambda writes by itself, as its documentation has it."""


@pytest.mark.parametrize(
    ("record", "fails"),
    [
        ('{"requestId": "r", "metrics": {"durationMs": 9.1}, "status": "success"}', False),
        ('{"requestId": "r", "metrics": {"durationMs": 9.1}, "status": "failure"}', True),
        ('{"requestId": "r", "status": "error", "errorType": "Runtime.ExitError"}', True),
        ('{"requestId": "r", "metrics": {"durationMs": 60000}, "status": "timeout"}', True),
    ],
)
def test_what_lambda_says_of_an_invocation_that_failed_is_counted(record: str, fails: bool) -> None:
    found = resources("AWS::Logs::MetricFilter")["FunctionErrors"]
    assert found["LogGroupName"] == {"Ref": "LogGroup"}
    assert found["MetricTransformations"][0]["MetricValue"] == "1"
    kind, status = re.fullmatch(
        r'\{ \(\$\.type = "(.+)"\) && \(\$\.record\.status != "(.+)"\) \}', found["FilterPattern"]
    ).groups()  # type: ignore[union-attr]
    line = json.loads(REPORT % record)
    assert (line["type"] == kind and line["record"]["status"] != status) == fails


def test_lambda_writes_such_a_line_into_the_log_that_is_filtered() -> None:
    """As JSON, and at a level that has failures. No function sets these otherwise."""
    logging = template()["Globals"]["Function"]["LoggingConfig"]
    assert logging["LogGroup"] == {"Ref": "LogGroup"}
    assert logging["LogFormat"] == "JSON"
    assert logging["SystemLogLevel"] in ("DEBUG", "INFO", "WARN")  # they are warnings
    assert not [
        name
        for name, one in resources("AWS::Serverless::Function").items()
        if "LoggingConfig" in one
    ]


def test_a_lost_recipient_needs_attention(notify: Notify, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = logged(notify.app, monkeypatch)
    notify(feedback("Delivery"))
    assert added_up("NeedsAttention", lines.getvalue()) == 0
    notify(feedback("Complaint", complaint={}))
    assert added_up("NeedsAttention", lines.getvalue()) == 1


def test_what_is_printed_about_attention_is_counted_once() -> None:
    line = metrics.attention("a reward is not there", form="guide", reward="book")
    assert json.loads(line) == {
        "level": "ERROR",
        "attention": "a reward is not there",
        "form": "guide",
        "reward": "book",
    }
    for name in resources("AWS::Logs::MetricFilter").keys() - {"FunctionErrors"}:
        assert added_up(name, line) == (name == "NeedsAttention")


def test_every_kind_that_needs_attention_is_in_the_runbook() -> None:
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    section = text[text.index("## What needs attention") :].split("\n## ", 1)[0]
    written = set(re.findall(r"^\| `(.+?)` \|", section, re.MULTILINE))
    assert written == set(kinds())


def kinds() -> Iterator[str]:
    """The kinds in the code: first argument of `attention`, value of that name in a log line."""
    files = [*(ROOT / "layers/common/hotlist").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    for node in (one for file in files for one in ast.walk(ast.parse(file.read_text("utf-8")))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "attention":
            yield ast.literal_eval(node.args[0])
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if getattr(key, "value", "") == "attention" and isinstance(value, ast.Constant):
                    yield str(value.value)


# --- the runbook ------------------------------------------------------------------------------


def runbook() -> dict[str, tuple[str, str]]:
    """What docs/operations.md says of each alarm: what it means, and what to do."""
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    table = text[: text.index("\n## ")]
    rows = re.findall(r"^\| (\w+Alarm(?:, \w+Alarm)*) \| (.+?) \| (.+) \|$", table, re.MULTILINE)
    return {name: (means, do) for names, means, do in rows for name in names.split(", ")}


def test_each_alarm_is_in_the_runbook_and_no_other() -> None:
    assert sorted(runbook()) == sorted(ALARMS)
    for name, (means, do) in runbook().items():
        assert len(means) > 10, name
        assert len(do) > 20, name


def test_the_runbooks_links_lead_somewhere() -> None:
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    titles = {
        re.sub(r"[^\w -]", "", title).lower().replace(" ", "-")
        for title in re.findall(r"^##+ (.+)$", text, re.MULTILINE)
    }
    links = set(re.findall(r"\]\(#([\w-]+)\)", text))
    assert links
    assert links <= titles


def test_a_bounced_salesperson_leaves_both_lists(tables: Any) -> None:
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    section = text[text.index("## A salesperson who gets no mail") :].split("\n## ", 1)[0]
    assert "aws sesv2 delete-suppressed-destination --email-address " in section
    found = re.search(r'--table-name <DeliveriesTable> .* --update-expression "(.*?)"', section)
    assert found is not None
    client, names = tables
    store = DeliveryStore(client, names["deliveries"])
    key = {"delivery_id": {"S": "recipient#anna"}}
    kept = {**key, "window_end": {"S": "2026-11-24T06:30:00Z"}}
    client.put_item(TableName=names["deliveries"], Item=kept)
    store.disable("anna", "Bounce", ANNAS_HOUR)
    assert store.disabled(["anna"]) == {"anna"}
    client.update_item(TableName=names["deliveries"], Key=key, UpdateExpression=found[1])
    assert store.disabled(["anna"]) == set()
    assert client.get_item(TableName=names["deliveries"], Key=key)["Item"] == kept
