"""What functions log and emit is what the metric filters and alarms of template.yaml read."""

import io
import json
import re
from typing import Any, Final

import pytest

from cloudformation import resources, template, watched
from hotlist.runtime import metrics
from integration.lambdas import stream_event
from integration.stages.digest import ANNAS_HOUR, RECENT, Digest
from integration.stages.notify import TOLD, Notify, a_message, feedback
from integration.stages.score import ADA, Score, event


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
