"""The digest function: whose hour it is, the hot leads as they are now, once a day."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from hotlist import events, identity
from hotlist.events import Event, Route
from hotlist.store.events import to_item
from integration.lambdas import load, stream_event
from integration.test_notify import Ses

# Monday: 7:45 in Warsaw, 6:45 in London
ANNAS_HOUR = datetime(2026, 3, 2, 6, 45, tzinfo=UTC)
BENS_HOUR = ANNAS_HOUR + timedelta(hours=1, minutes=15)


class Digest:
    def __init__(self, app: Any, score: Any, ses: Ses, queue: str) -> None:
        self._app, self._score, self.ses, self._queue = app, score, ses, queue

    def run(self, now: datetime) -> dict[str, int]:
        ran: dict[str, int] = self._app.handler({"time": events.to_text(now)}, None)
        return ran

    def lead(
        self, email: str, at: datetime, event_type: str = "contact_requested", **said: Any
    ) -> str:
        """A lead of one event at an instant."""
        subject = identity.subject("email", email)
        event = Event(
            event_id=f"{events.to_ms(at):012x}{'0' * 20}",
            type=event_type,
            route=Route.FORM,
            occurred_at=at,
            received_at=at,
            expires_at=at + timedelta(days=9999),
            subject=subject,
            email=email,
            properties={"name": email.partition("@")[0], **said},
        )
        self._score.stores.events.put(event)
        self._score.handler(stream_event(to_item(event)), None)
        return subject

    def queued(self) -> int:
        return len(boto3.client("sqs").receive_message(QueueUrl=self._queue).get("Messages", ()))

    def bodies(self) -> list[str]:
        return [one["Content"]["Raw"]["Data"].decode() for one in self.ses.sent]


@pytest.fixture
def digest(tables: Any, monkeypatch: pytest.MonkeyPatch) -> Digest:
    _, names = tables
    queue = boto3.client("sqs").create_queue(QueueName=f"d-{names['events']}")["QueueUrl"]
    environment = {
        "EVENTS_TABLE": names["events"],
        "LEADS_TABLE": names["leads"],
        "IDENTITIES_TABLE": names["identities"],
        "DELIVERIES_TABLE": names["deliveries"],
        "RESCORE_QUEUE_URL": queue,
        "FAILURE_QUEUE_URL": queue,
        "SENDER": "hotlist@example.com",
        "CONFIGURATION_SET": "set",
    }
    app, ses = load("digest", environment, monkeypatch), Ses()
    monkeypatch.setattr(app.outbox.mailer, "_client", ses)
    score = load("score", environment, monkeypatch)
    monkeypatch.setattr(score.folder, "_clock", lambda: ANNAS_HOUR - timedelta(days=2))
    return Digest(app, score, ses, queue)


RECENT = ANNAS_HOUR - timedelta(hours=20)


def test_each_gets_the_digest_at_their_hour_and_once_a_day(digest: Digest) -> None:
    digest.lead("ada@example.org", RECENT)
    assert digest.run(ANNAS_HOUR - timedelta(minutes=30))["sent"] == 0
    assert digest.run(ANNAS_HOUR)["sent"] == 1
    assert digest.run(ANNAS_HOUR + timedelta(minutes=15))["sent"] == 0
    assert digest.run(BENS_HOUR)["sent"] == 1
    assert digest.ses.to == ["anna@example.com", "ben@example.com"]


def test_no_hot_lead_no_mail(digest: Digest) -> None:
    digest.lead("ada@example.org", RECENT, "form_submitted")
    assert digest.run(ANNAS_HOUR)["sent"] == 0


def test_a_lead_that_has_cooled_since_is_not_in_it_and_is_queued(digest: Digest) -> None:
    digest.lead("ada@example.org", ANNAS_HOUR - timedelta(days=14, hours=1))
    assert digest.run(ANNAS_HOUR) == {"queued": 1, "sent": 0}
    assert digest.queued() == 1


def test_one_recipients_trouble_fails_the_run_but_stops_no_other(digest: Digest) -> None:
    digest.lead("ada@example.org", RECENT)
    digest.ses.refuse = {"anna@example.com": ("TooManyRequestsException", 429)}
    with pytest.raises(Exception, match="TooManyRequests"):
        digest.run(BENS_HOUR)
    assert digest.ses.to == ["ben@example.com"]
    digest.ses.refuse = {}
    assert digest.run(BENS_HOUR + timedelta(minutes=15))["sent"] == 1


def test_at_a_weekend_nobody_is_mailed(digest: Digest) -> None:
    digest.lead("ada@example.org", RECENT)
    assert digest.run(ANNAS_HOUR + timedelta(days=5))["sent"] == 0
