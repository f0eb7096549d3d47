"""A batch of records in trouble: what is reported, what is queued, what is parked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hotlist.identity.settle import Settler
from hotlist.leads import fold
from hotlist.leads.lead import Lead, Temperature
from hotlist.rescore.queue import FIRST_WAIT
from hotlist.runtime.limits import FOLD_CPU_SECONDS, RESERVE_SECONDS
from hotlist.store.leads import LeadStore
from integration.stages.batches import (
    DONE,
    Clocks,
    Context,
    Patch,
    a_bug,
    hang,
    queued,
    received,
    records,
    reported,
    stored,
    when_read,
)
from integration.stages.score import ADA, BO, Score


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
    clocks = Clocks(monkeypatch)
    when_read(monkeypatch, slow.subject, lambda: clocks.wait(FOLD_CPU_SECONDS + 1))
    when_read(monkeypatch, long.subject, lambda: clocks.work(FOLD_CPU_SECONDS + 1))
    assert score.app.handler(records(slow, long), None) == DONE
    assert score.lead(slow.subject).temperature is Temperature.HOT
    assert score.stores.leads.get(long.subject) is None
    (parked,) = score.parked()
    assert parked["error"].startswith("FoldTookTooLong")
    assert parked["subject"] == long.subject


def test_each_attempt_of_a_fold_has_its_own_time_to_work(score: Score, monkeypatch: Patch) -> None:
    (made,) = stored(score, ADA)
    clocks = Clocks(monkeypatch)
    reads: list[int] = []

    def work_while_another_writes() -> None:
        clocks.work(FOLD_CPU_SECONDS / 2)
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
