"""What a batch of the score function says in its logs, its metric and what it parks."""

import json
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hotlist.store.events import to_item
from integration.lambdas import stream_event
from integration.stages.batches import (
    Patch,
    a_bug,
    hang,
    queued,
    received,
    records,
    stored,
    when_read,
)
from integration.stages.score import ADA, BO, HOUR, NOW, Score, event

# --- what stands in logs and in the failure queue ---------------------------------------------

SECRET = "\ud800 Geheim ada@example.org"


def unwritable() -> None:
    SECRET.encode()


SUBJECT = re.compile(r"(email|phone|visitor):[0-9a-f-]{8,}")


@pytest.mark.parametrize("trouble", [a_bug, hang, unwritable])
def test_no_log_names_a_subject_or_says_what_a_lead_has_written(
    score: Score,
    monkeypatch: Patch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    trouble: Callable[[], None],
) -> None:
    caplog.set_level(logging.DEBUG, logger="hotlist")
    made = stored(score, ADA, BO)
    when_read(monkeypatch, made[0].subject, trouble)
    score.app.handler(records(*made), None)
    score.app.queue.send([made[0].subject])
    received(score, queued(score))
    said = [json.dumps(vars(one), default=str) for one in caplog.records]
    printed = capsys.readouterr().out
    assert said
    assert any(made[0].event_id in line for line in said)
    for line in [*said, *printed.splitlines()]:
        assert not SUBJECT.search(line), line
        assert "Geheim" not in line
        assert "@example.org" not in line


def test_a_parked_record_says_type_and_place_and_never_the_text(
    score: Score, monkeypatch: Patch
) -> None:
    (made,) = stored(score, ADA)
    when_read(monkeypatch, made.subject, unwritable)
    score.app.handler(records(made), None)
    (parked,) = score.parked()
    assert parked["error"].startswith("UnicodeEncodeError at hotlist/runtime/failures.py:")
    assert "Geheim" not in json.dumps(parked)
    assert parked["subject"] == made.subject


def test_a_refusal_of_a_service_is_named_by_its_code(score: Score, monkeypatch: Patch) -> None:
    (made,) = stored(score, ADA)

    def refuse() -> None:
        said = {"Error": {"Code": "ValidationException", "Message": "ada@example.org is wrong"}}
        raise ClientError(said, "Query")

    when_read(monkeypatch, made.subject, refuse)
    score.app.handler(records(made), None)
    (parked,) = score.parked()
    assert parked["error"].startswith("ClientError ValidationException at ")
    assert "ada@" not in parked["error"]


# --- how late it is ---------------------------------------------------------------------------


def lags(printed: str) -> dict[str, float]:
    """The metric by lane, as CloudWatch reads it from the log: one line for each."""
    lines = [json.loads(line) for line in printed.splitlines() if '"_aws"' in line]
    for line in lines:
        (metric,) = line["_aws"]["CloudWatchMetrics"]
        assert metric["Metrics"] == [{"Name": "Lag", "Unit": "Seconds"}]
        assert [sorted(one) for one in metric["Dimensions"]] == [["lane", "service"]]
        assert line["service"] == "score"
    return {line["lane"]: line["Lag"][0] for line in lines}


def test_the_lag_of_each_lane_is_that_of_its_oldest_event(
    score: Score, capsys: pytest.CaptureFixture[str]
) -> None:
    late = (datetime.now(UTC) - NOW).total_seconds()  # the events are as old as this module

    def about(hours: int) -> Any:
        return pytest.approx(3_600 * hours + late, abs=60)

    forms = stored(score, ADA, ago=HOUR), stored(score, BO, ago=2 * HOUR)
    views = [event("page_viewed", visitor="v", ago=3 * HOUR)]
    score.app.handler(records(*forms[0], *forms[1]), None)
    assert lags(capsys.readouterr().out) == {"now": about(2)}
    score.app.handler(records(*views), None)
    assert lags(capsys.readouterr().out) == {"gathered": about(3)}
    old = to_item(replace(views[0], received_at=views[0].received_at - HOUR))
    del old["lane"]
    score.app.handler(stream_event(old), None)
    assert lags(capsys.readouterr().out) == {"gathered": about(4)}


def test_messages_and_bad_records_have_no_lag(
    score: Score, capsys: pytest.CaptureFixture[str]
) -> None:
    score.app.queue.send(["email:nobody"])
    received(score, queued(score))
    bad = {"subject": {"S": "email:x"}, "event_key": {"S": "e#1"}}
    score.app.handler(stream_event(bad), None)
    assert lags(capsys.readouterr().out) == {}
