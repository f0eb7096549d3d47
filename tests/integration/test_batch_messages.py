"""A batch of messages of the RescoreQueue: how long each waits, and which is parked."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hotlist.leads.lead import Temperature
from hotlist.rescore.queue import PARKED_AFTER, wait_after
from hotlist.runtime.limits import RESERVE_SECONDS
from integration.stages.batches import (
    DONE,
    Context,
    Patch,
    hang,
    queued,
    received,
    reported,
    stored,
    when_read,
)
from integration.stages.score import ADA, BO, HOUR, Score


def sent(ago: timedelta) -> str:
    return str(int((datetime.now(UTC) - ago).timestamp() * 1000))


@pytest.fixture
def waits(score: Score, monkeypatch: Patch) -> list[int]:
    """The visibility times that messages are given."""
    seen: list[int] = []
    change = score.app.queue._sqs.change_message_visibility

    def see(**request: Any) -> Any:
        seen.append(request["VisibilityTimeout"])
        return change(**request)

    monkeypatch.setattr(score.app.queue._sqs, "change_message_visibility", see)
    return seen


def test_a_message_that_must_wait_waits_longer_each_time(
    score: Score, waits: list[int], monkeypatch: Patch
) -> None:
    slow, good = stored(score, ADA, BO)
    score.app.queue.send([slow.subject, good.subject])
    messages = queued(score)
    when_read(monkeypatch, slow.subject, hang)
    (name,) = [m["messageId"] for m in messages if slow.subject in m["body"]]
    for receives in (1, 2, 3, 8, 9, 99):
        answer = received(score, messages, ApproximateReceiveCount=str(receives))
        assert answer == reported(name)
    assert waits == [15, 30, 60, 1800, 1800, 1800]
    assert score.parked() == []
    assert score.lead(good.subject).temperature is Temperature.HOT


def test_a_message_is_parked_by_its_age_not_by_how_often_it_came(
    score: Score, waits: list[int], monkeypatch: Patch
) -> None:
    (slow,) = stored(score, ADA)
    when_read(monkeypatch, slow.subject, hang)
    score.app.queue.send([slow.subject])
    messages = queued(score)
    young, old = sent(PARKED_AFTER - HOUR), sent(PARKED_AFTER + HOUR)
    assert received(score, messages, SentTimestamp=young)["batchItemFailures"]
    assert score.parked() == []
    assert received(score, messages, SentTimestamp=old) == DONE
    (parked,) = score.parked()
    assert json.loads(parked["body"]) == {"lead_id": slow.subject}
    assert parked["error"].startswith("ReadTimeoutError")
    assert len(waits) == 1


def test_an_old_message_that_was_not_reached_is_kept(score: Score, waits: list[int]) -> None:
    (made,) = stored(score, ADA)
    score.app.queue.send([made.subject])
    (message,) = queued(score)
    message["attributes"]["SentTimestamp"] = sent(3 * PARKED_AFTER)
    context = Context(RESERVE_SECONDS - 1)
    answer = score.app.handler({"Records": [message]}, context)
    assert answer == reported(message["messageId"])
    assert waits == [15]
    assert score.parked() == []


def test_where_sqs_refuses_to_wait_the_message_is_reported_all_the_same(
    score: Score, monkeypatch: Patch
) -> None:
    (slow,) = stored(score, ADA)
    when_read(monkeypatch, slow.subject, hang)
    score.app.queue.send([slow.subject])
    messages = queued(score)

    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": "RequestThrottled"}}, "ChangeMessageVisibility")

    monkeypatch.setattr(score.app.queue._sqs, "change_message_visibility", refuse)
    assert received(score, messages) == reported(messages[0]["messageId"])


def test_a_message_that_nobody_can_read_is_parked_and_stops_no_other(score: Score) -> None:
    (good,) = stored(score, BO)
    score.app.queue.send([good.subject])
    bad = {"eventSource": "aws:sqs", "messageId": "m", "body": '{"lead_id": 7}'}
    assert score.app.handler({"Records": [bad, *queued(score)]}, None) == DONE
    assert score.lead(good.subject).temperature is Temperature.HOT
    assert [one["body"] for one in score.parked()] == ['{"lead_id": 7}']


def test_waits_double_and_have_an_end() -> None:
    assert [wait_after(n).total_seconds() for n in (0, 1, 2, 7, 8, 100)] == [
        *(15, 15, 30, 960, 1800, 1800)
    ]
