"""Leads that are due and cannot be folded: they are put off, and not due again at once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from hotlist.events.event import Event
from hotlist.leads.fold import PUT_OFF
from hotlist.store.leads import LeadStore
from integration.stages.batches import (
    DONE,
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
from integration.stages.score import ADA, HOUR, Score


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
