"""A batch of the score function in trouble: what is reported, what is queued, what is parked."""

import json
import logging
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hotlist.events.event import Event
from hotlist.identity.settle import Settler
from hotlist.leads import fold
from hotlist.leads.fold import PUT_OFF
from hotlist.leads.lead import Lead, Temperature
from hotlist.rescore.queue import FIRST_WAIT, PARKED_AFTER, wait_after
from hotlist.runtime import limits
from hotlist.runtime.limits import RESERVE_SECONDS
from hotlist.store.events import to_item
from hotlist.store.leads import LeadStore
from integration.lambdas import stream_event
from integration.stages.batches import Patch, hang, queued, when_read
from integration.stages.score import ADA, BO, HOUR, NOW, Score, event

CY = "cy@example.org"
DONE: dict[str, Any] = {"batchItemFailures": []}


def reported(*names: str) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": name} for name in names]}


class Context:
    """Lambda's, with a clock that the test moves."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


def stored(score: Score, *emails: str, **changes: Any) -> list[Event]:
    made = [event("contact_requested", email, **changes) for email in emails]
    for one in made:
        score.stores.events.put(one)
    return made


def records(*made: Event) -> dict[str, Any]:
    return stream_event(*map(to_item, made))


def a_bug() -> None:
    raise KeyError("occurred_at")


def delays(score: Score, patch: Patch) -> list[int]:
    """The delays of all messages that are queued from now on."""
    seen: list[int] = []
    send = score.app.queue._sqs.send_message_batch

    def see(**request: Any) -> Any:
        seen.extend(entry["DelaySeconds"] for entry in request["Entries"])
        for entry in request["Entries"]:
            entry["DelaySeconds"] = 0  # so that the test finds them at once
        return send(**request)

    patch.setattr(score.app.queue._sqs, "send_message_batch", see)
    return seen


# --- a lead that must wait --------------------------------------------------------------------


def test_a_lead_whose_call_hangs_waits_in_the_queue_and_holds_up_nobody(
    score: Score, monkeypatch: Patch
) -> None:
    slow, good = stored(score, ADA, BO)
    seen = delays(score, monkeypatch)
    with monkeypatch.context() as patch:
        when_read(patch, slow.subject, hang)
        assert score.app.handler(records(slow, good), None) == DONE
    assert score.parked() == []
    assert score.lead(good.subject).temperature is Temperature.HOT
    assert score.stores.leads.get(slow.subject) is None
    assert seen == [FIRST_WAIT.total_seconds()]
    assert received(score, queued(score)) == DONE
    assert score.lead(slow.subject).temperature is Temperature.HOT


def test_settling_that_fails_is_reported(score: Score, monkeypatch: Patch) -> None:
    bad, good = stored(score, ADA, BO)
    settling = Settler._settling

    def hanging(settler: Settler, events: Any) -> Any:
        if events[0].subject == bad.subject:
            hang()
        return (yield from settling(settler, events))

    monkeypatch.setattr(Settler, "_settling", hanging)
    assert score.app.handler(records(bad, good), None) == reported("100")
    assert score.lead(good.subject).temperature is Temperature.HOT
    assert score.parked() == []


def refuse_some(score: Score, patch: Patch) -> None:
    patch.setattr(score.app.queue._sqs, "send_message_batch", lambda **_: {"Failed": [{"Id": "0"}]})


def refuse_all(score: Score, patch: Patch) -> None:
    def denied(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "SendMessageBatch")

    patch.setattr(score.app.queue._sqs, "send_message_batch", denied)


@pytest.mark.parametrize("refuse", [refuse_some, refuse_all])
def test_what_the_queue_does_not_take_is_reported(
    score: Score, monkeypatch: Patch, refuse: Callable[[Score, Patch], None]
) -> None:
    good, slow = stored(score, BO, ADA)
    when_read(monkeypatch, slow.subject, hang)
    refuse(score, monkeypatch)
    assert score.app.handler(records(good, slow), None) == reported("101")
    assert score.lead(good.subject).temperature is Temperature.HOT
    assert score.parked() == []


# --- a lead that can never be folded ----------------------------------------------------------


def test_a_lead_that_can_never_be_folded_is_parked_and_holds_up_nobody(
    score: Score, monkeypatch: Patch
) -> None:
    bad, good = stored(score, ADA, BO)
    when_read(monkeypatch, bad.subject, a_bug)
    assert score.app.handler(records(bad, good), None) == DONE
    (parked,) = score.parked()
    assert (parked["subject"], parked["event_id"]) == (bad.subject, f"e#{bad.event_id}")
    assert score.queued() == set()
    assert score.lead(good.subject).temperature is Temperature.HOT


def test_too_much_work_is_final_and_waiting_is_not_work(score: Score, monkeypatch: Patch) -> None:
    slow, long = stored(score, ADA, BO)
    monkeypatch.setattr(limits, "FOLD_CPU_SECONDS", 0.2)

    def wait() -> None:
        time.sleep(0.5)

    def work() -> None:
        until = time.thread_time() + 0.3
        while time.thread_time() < until:
            pass

    when_read(monkeypatch, slow.subject, wait)
    when_read(monkeypatch, long.subject, work)
    assert score.app.handler(records(slow, long), None) == DONE
    assert score.lead(slow.subject).temperature is Temperature.HOT
    assert score.stores.leads.get(long.subject) is None
    (parked,) = score.parked()
    assert parked["error"].startswith("FoldTookTooLong")
    assert parked["subject"] == long.subject


def test_each_attempt_of_a_fold_has_its_own_time_to_work(score: Score, monkeypatch: Patch) -> None:
    (made,) = stored(score, ADA)
    monkeypatch.setattr(limits, "FOLD_CPU_SECONDS", 0.2)
    reads: list[int] = []

    def work_while_another_writes() -> None:
        until = time.thread_time() + 0.1
        while time.thread_time() < until:
            pass
        if len(reads) < 3:
            reads.append(1)
            lead = score.stores.leads.get_many([made.subject]).get(made.subject)
            new = lead or Lead(lead_id=made.subject, folded_at=made.received_at, expires_at=LATER)
            score.stores.leads.save(new, lead)

    when_read(monkeypatch, made.subject, work_while_another_writes)
    assert score.app.handler(records(made), None) == DONE
    assert (len(reads), score.parked()) == (3, [])
    assert score.lead(made.subject).temperature is Temperature.HOT


LATER = datetime.now(UTC) + timedelta(days=30)


# --- the end of the time ----------------------------------------------------------------------


def test_what_is_queued_for_want_of_time_is_all_that_was_not_folded(
    score: Score, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(fold, "AT_ONCE", 4)
    made = stored(score, *(f"p{number}@example.org" for number in range(25)))
    context = Context(RESERVE_SECONDS + 1)
    seen = delays(score, monkeypatch)
    when_read(monkeypatch, made[9].subject, lambda: setattr(context, "seconds", 30))
    assert score.app.handler(records(*made), context) == DONE
    monkeypatch.undo()
    done = {event.subject for event in made if score.stores.leads.get(event.subject)}
    assert len(done) == 8
    assert score.queued() == {event.subject for event in made} - done
    assert seen == [15] * 17
    assert score.parked() == []


def test_what_is_written_in_the_last_second_is_done(score: Score, monkeypatch: Patch) -> None:
    (made,) = stored(score, ADA)
    context = Context(RESERVE_SECONDS + 1)
    save = LeadStore.save

    def last_second(*args: Any) -> None:
        save(*args)
        context.seconds = RESERVE_SECONDS - 1

    monkeypatch.setattr(LeadStore, "save", last_second)
    assert score.app.handler(records(made), context) == DONE
    assert score.queued() == set()
    assert score.lead(made.subject).temperature is Temperature.HOT


def test_records_that_are_not_reached_in_time_are_reported(score: Score) -> None:
    made = stored(score, ADA, BO)
    assert score.app.handler(records(*made), Context(RESERVE_SECONDS - 1)) == reported("100", "101")
    assert score.queued() == set()
    assert score.calls == ["PutItem", "PutItem"]  # capture's


def test_in_the_very_last_seconds_the_queue_is_not_asked_either(
    score: Score, monkeypatch: Patch
) -> None:
    made = stored(score, ADA, BO)
    context = Context(RESERVE_SECONDS + 1)
    when_read(monkeypatch, made[0].subject, lambda: setattr(context, "seconds", 5))
    assert score.app.handler(records(*made), context) == reported("100", "101")
    assert score.queued() == set()


def test_a_fold_that_is_under_way_gives_up_near_the_end(score: Score, monkeypatch: Patch) -> None:
    (made,) = stored(score, ADA)
    context = Context(RESERVE_SECONDS + 1)
    when_read(monkeypatch, made.subject, lambda: setattr(context, "seconds", 34))
    delays(score, monkeypatch)
    assert score.app.handler(records(made), context) == DONE
    assert score.queued() == {made.subject}
    assert score.stores.leads.get(made.subject) is None


def received(score: Score, messages: list[dict[str, Any]], **said: str) -> dict[str, Any]:
    for message in messages:
        message["attributes"] = {**message["attributes"], **said}
    answer: dict[str, Any] = score.app.handler({"Records": messages}, None)
    return answer


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


# --- leads that are due -----------------------------------------------------------------------


def a_due_lead(score: Score) -> Event:
    (made,) = stored(score, ADA, ago=timedelta(days=10))
    score.app.handler(records(made), None)
    client, table = score.stores.leads._client, score.stores.leads._table
    client.update_item(
        TableName=table,
        Key={"lead_id": {"S": made.subject}},
        UpdateExpression="SET due_at = :at",
        ExpressionAttributeValues={":at": {"S": "2026-01-01T00:00:00.000Z"}},
    )
    return made


@pytest.mark.parametrize("trouble", [a_bug, hang])
def test_a_due_lead_that_cannot_be_folded_is_not_due_again_at_once(
    score: Score, monkeypatch: Patch, trouble: Callable[[], None]
) -> None:
    made = a_due_lead(score)
    leads, now = score.stores.leads, datetime.now(UTC)
    version = score.lead(made.subject).version
    assert list(leads.due(now)) == [made.subject]
    score.app.queue.send(leads.due(now))
    with monkeypatch.context() as patch:
        when_read(patch, made.subject, trouble)
        messages = queued(score)
        received(score, messages)
        assert list(leads.due(now + PUT_OFF - HOUR)) == []
        assert list(leads.due(now + PUT_OFF + HOUR)) == [made.subject]
        assert len(score.parked()) == (trouble is a_bug)
    assert score.lead(made.subject).version == version
    assert received(score, messages) == DONE
    assert score.lead(made.subject).version == version + 1


def test_a_lead_that_cannot_be_put_off_is_parked_later_and_once(
    score: Score, monkeypatch: Patch
) -> None:
    made = a_due_lead(score)
    when_read(monkeypatch, made.subject, a_bug)
    score.app.queue.send([made.subject])
    messages = queued(score)
    with monkeypatch.context() as patch:
        patch.setattr(LeadStore, "put_off", lambda *_: hang())
        assert received(score, messages) == reported(messages[0]["messageId"])
        assert score.parked() == []
    assert received(score, messages) == DONE
    assert len(score.parked()) == 1


def test_what_is_not_due_is_not_put_off(score: Score, monkeypatch: Patch) -> None:
    (made,) = stored(score, ADA)
    score.app.handler(records(made), None)
    before = score.lead(made.subject)
    when_read(monkeypatch, made.subject, a_bug)
    score.app.queue.send([made.subject, "email:nobody"])
    assert received(score, queued(score)) == DONE
    assert score.lead(made.subject) == before


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


def test_waits_double_and_have_an_end() -> None:
    assert [wait_after(n).total_seconds() for n in (0, 1, 2, 7, 8, 100)] == [
        *(15, 15, 30, 960, 1800, 1800)
    ]
