"""The digest function: whose hour it is, the hot leads as they are now, once a day."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from fast_mail_parser import parse_email

from hotlist.events import times
from hotlist.events.event import Event
from hotlist.events.visible import one_line
from hotlist.events.vocabulary import Route
from hotlist.identity import identifiers
from hotlist.leads.fold import Folder
from hotlist.leads.lead import Lead, Temperature
from hotlist.mail import render
from hotlist.runtime.failures import RunFailed
from hotlist.sales.hot_list import MOST
from hotlist.scoring import ruleset
from hotlist.scoring.ruleset import Ruleset
from hotlist.store.events import to_item
from hotlist.store.items import ReadsThrottled
from integration.lambdas import load, stream_event
from integration.test_notify import Ses

# Monday: 7:45 in Warsaw, 6:45 in London
ANNAS_HOUR = datetime(2026, 3, 2, 6, 45, tzinfo=UTC)
BENS_HOUR = ANNAS_HOUR + timedelta(hours=1, minutes=15)


class Digest:
    def __init__(self, app: Any, score: Any, ses: Ses, queue: str) -> None:
        self.app, self._score, self.ses, self._queue = app, score, ses, queue

    def run(self, now: datetime) -> dict[str, int]:
        ran: dict[str, int] = self.app.handler({"time": times.to_text(now)}, None)
        return ran

    def lead(
        self, email: str, at: datetime, event_type: str = "contact_requested", **said: Any
    ) -> str:
        """A lead of one event at an instant; it names a phone too if `said` does."""
        subject = identifiers.subject("email", email)
        event = Event(
            event_id=f"{times.to_ms(at):012x}{'0' * 20}",
            type=event_type,
            route=Route.FORM,
            occurred_at=at,
            received_at=at,
            expires_at=at + timedelta(days=9999),
            subject=subject,
            names=(identifiers.subject("phone", said["phone"]),) if "phone" in said else (),
            email=email,
            properties={"name": email.partition("@")[0], **said},
        )
        self._score.stores.events.put(event)
        self._score.handler(stream_event(to_item(event)), None)
        return subject

    def queued(self) -> int:
        return len(self._messages())

    def work_off(self) -> int:
        """Give what is queued to the score function."""
        found = self._messages()
        self._score.handler(
            {
                "Records": [
                    {
                        "eventSource": "aws:sqs",
                        "messageId": message["MessageId"],
                        "body": message["Body"],
                    }
                    for message in found
                ]
            },
            None,
        )
        return len(found)

    def deploy(self, patch: pytest.MonkeyPatch, rules: Ruleset, *, alerts: bool) -> None:
        """Change the rules of both functions."""
        patch.setattr(self.app, "rescoring", replace(self.app.rescoring, rules=rules.hash))
        patch.setattr(self._score.folder, "_ruleset", rules)
        patch.setattr(self._score.folder, "_alert_on_rule_change", alerts)

    def wants_empty(self, patch: pytest.MonkeyPatch, sends: bool) -> None:
        """Set `on_empty`."""
        sales = replace(self.app.digester.sales, sends_when_empty=sends)
        patch.setattr(self.app, "digester", replace(self.app.digester, sales=sales))

    def stored(self, lead_id: str) -> Lead:
        lead: Lead | None = self._score.stores.leads.get(lead_id)
        assert lead is not None
        return lead

    def _messages(self) -> list[Any]:
        found: list[Any] = []
        sqs = boto3.client("sqs")
        while batch := sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            found += batch
        return found

    def texts(self) -> list[str]:
        """The plain text of each mail."""
        mails = [parse_email(one["Content"]["Raw"]["Data"]) for one in self.ses.sent]
        return [mail.text_plain[0].replace("\r\n", "\n") for mail in mails]

    def html(self) -> list[str]:
        """The HTML of each mail."""
        return [parse_email(one["Content"]["Raw"]["Data"]).text_html[0] for one in self.ses.sent]

    @contextmanager
    def broken_item(self, lead_id: str) -> Iterator[None]:
        """A lead's item lacks what every lead has, as no version of the code writes it."""
        client, table = boto3.client("dynamodb"), self._score.stores.leads._table
        key = {"lead_id": {"S": lead_id}}
        item = client.get_item(TableName=table, Key=key)["Item"]
        client.put_item(TableName=table, Item={k: v for k, v in item.items() if k != "inputs"})
        yield
        client.put_item(TableName=table, Item=item)

    def at(self, now: datetime) -> None:
        """Set the clock of the score function."""
        self._score.folder._clock = lambda: now


@pytest.fixture
def digest(tables: Any, monkeypatch: pytest.MonkeyPatch) -> Digest:
    _, names = tables
    queue = boto3.client("sqs").create_queue(QueueName=f"d-{uuid.uuid4()}")["QueueUrl"]
    environment = {
        "EVENTS_TABLE": names["events"],
        "LEADS_TABLE": names["leads"],
        "IDENTITIES_TABLE": names["identities"],
        "DELIVERIES_TABLE": names["deliveries"],
        "RESCORE_QUEUE_URL": queue,
        "FAILURE_QUEUE_URL": f"{queue}-failures",  # nothing fails here
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


def test_a_lead_turning_hot_later_starts_no_digest_that_was_not_worth_sending(
    digest: Digest,
) -> None:
    assert digest.run(ANNAS_HOUR)["sent"] == 0
    digest.lead("ada@example.org", ANNAS_HOUR + timedelta(minutes=5))
    assert digest.run(ANNAS_HOUR + timedelta(minutes=15))["sent"] == 0
    assert digest.run(BENS_HOUR)["sent"] == 1
    assert digest.ses.to == ["ben@example.com"]
    assert digest.run(ANNAS_HOUR + timedelta(days=1))["sent"] == 1


def test_an_empty_digest_that_could_not_be_sent_is_tried_again_and_then_let_be(
    digest: Digest,
) -> None:
    digest.lead("ada@example.org", ANNAS_HOUR - timedelta(days=14) + timedelta(minutes=10))
    digest.ses.refuse = {"anna@example.com": ("TooManyRequestsException", 429)}
    with pytest.raises(RunFailed, match="recipient=anna"):
        digest.run(ANNAS_HOUR)
    digest.ses.refuse = {}
    assert digest.run(ANNAS_HOUR + timedelta(minutes=15))["sent"] == 0  # it has cooled meanwhile
    digest.lead("bo@example.org", ANNAS_HOUR + timedelta(minutes=20))
    assert digest.run(ANNAS_HOUR + timedelta(minutes=30))["sent"] == 0


def test_a_lead_that_has_cooled_since_is_not_in_it_and_is_queued(digest: Digest) -> None:
    digest.lead("ada@example.org", ANNAS_HOUR - timedelta(days=14, hours=1))
    assert digest.run(ANNAS_HOUR) == {"queued": 1, "sent": 0}
    assert digest.queued() == 1


def test_one_recipients_trouble_fails_the_run_but_stops_no_other(digest: Digest) -> None:
    digest.lead("ada@example.org", RECENT)
    digest.ses.refuse = {"anna@example.com": ("TooManyRequestsException", 429)}
    with pytest.raises(RunFailed, match="recipient=anna: ClientError TooManyRequests"):
        digest.run(BENS_HOUR)
    assert digest.ses.to == ["ben@example.com"]
    digest.ses.refuse = {}
    assert digest.run(BENS_HOUR + timedelta(minutes=15))["sent"] == 1


def breaks(patch: pytest.MonkeyPatch, digest: Digest, **by_lead: Exception) -> None:
    """Have views of these leads, by the start of their address, raise."""
    broken = {identifiers.subject("email", f"{k}@example.org"): e for k, e in by_lead.items()}
    view = Folder.view

    def fails(folder: Folder, stored: Lead, *limits: Any) -> Any:
        if stored.lead_id in broken:
            raise broken[stored.lead_id]
        return view(folder, stored, *limits)

    patch.setattr(Folder, "view", fails)


@pytest.mark.parametrize("error", [KeyError("points"), ReadsThrottled("busy")], ids=repr)
def test_a_lead_that_cannot_be_viewed_is_shown_as_it_is_stored_and_fails_the_run(
    digest: Digest,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    digest.lead("ada@example.org", RECENT)
    broken = digest.lead("bo@example.org", RECENT)
    event_id = digest.stored(broken).last_event_id
    breaks(monkeypatch, digest, bo=error)
    digest.deploy(monkeypatch, KINDER, alerts=False)
    with pytest.raises(RunFailed, match=f"event_id={event_id}: {type(error).__name__}"):
        digest.run(ANNAS_HOUR)
    (text,) = digest.texts()
    ada, bo = (text.index(f"{name}@example.org") for name in ("ada", "bo"))
    # The time is local: 20 hours before 7:45 in Warsaw.
    assert text.count("stan z 01.03. 11:45") == 1
    assert (text.index("stan z") > text.index("ada - ")) == (bo > ada)
    assert digest.queued() >= 2
    assert [event_id] == [r.event_id for r in caplog.records if hasattr(r, "event_id")]
    assert broken not in caplog.text
    assert digest.run(ANNAS_HOUR + timedelta(minutes=15))["sent"] == 0


HOSTILE = [
    *("=?unicode_escape?q?=5Cud800?=", "=?utf-8?q?a=00b?=", "A\r\nBcc: x@evil.example", "\u200b"),
    *("=?utf-8?q?x=40evil.example=2c?=", "\u2028Bcc: x@evil.example", '"a", <x@evil.example>', "("),
]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_the_digest_with_a_hostile_lead_at_its_top_reaches_everybody(
    digest: Digest, name: str
) -> None:
    digest.lead("bo@example.org", RECENT)
    digest.lead("ada@example.org", RECENT + timedelta(hours=1), name=name)
    assert digest.run(BENS_HOUR)["sent"] == 2
    assert digest.ses.to == ["anna@example.com", "ben@example.com"]
    for one in digest.ses.sent:
        mail = parse_email(one["Content"]["Raw"]["Data"])
        assert mail.subject.endswith(f": {one_line(name) or 'ada@example.org'}")
        assert "Bcc" not in mail.headers
        assert [to.address for to in mail.to] == one["Destination"]["ToAddresses"]
        assert "bo@example.org" in mail.text_plain[0]


def fails_to_render(patch: pytest.MonkeyPatch, *addresses: str) -> None:
    rendered = render.card

    def card(lead: Lead, *args: Any) -> render.Card:
        if lead.contact.email in addresses:
            raise UnicodeError("not to be written")
        return rendered(lead, *args)

    patch.setattr(render, "card", card)


def test_a_lead_that_cannot_be_rendered_is_left_out_and_the_rest_reaches_everybody_once(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(MOST + 2):
        digest.lead(f"b{number}@example.org", RECENT)
    bad = digest.lead("ada@example.org", RECENT + timedelta(hours=1))
    fails_to_render(monkeypatch, "ada@example.org")
    event_id = digest.stored(bad).last_event_id
    assert event_id
    with pytest.raises(RunFailed, match=f"event_id={event_id}: UnicodeError"):
        digest.run(BENS_HOUR)
    assert digest.ses.to == ["anna@example.com", "ben@example.com"]
    for one in digest.ses.sent:
        text = parse_email(one["Content"]["Raw"]["Data"]).text_plain[0]
        shown = text.count("@example.org\r\n")
        assert "ada@" not in text
        more = MOST + 2 - shown
        assert more > 0
        assert re.search(rf"\b{more}\b", text.split("--")[0].rsplit("@example.org", 1)[1])
    assert digest.run(BENS_HOUR + timedelta(minutes=15))["sent"] == 0


@pytest.mark.parametrize("sends_when_empty", [False, True])
def test_a_digest_none_of_whose_leads_can_be_rendered_waits(
    digest: Digest, monkeypatch: pytest.MonkeyPatch, sends_when_empty: bool
) -> None:
    digest.lead("ada@example.org", RECENT)
    digest.wants_empty(monkeypatch, sends_when_empty)
    with monkeypatch.context() as patch:
        fails_to_render(patch, "ada@example.org")
        with pytest.raises(RunFailed, match="event_id="):
            digest.run(ANNAS_HOUR)
    assert digest.ses.sent == []
    assert digest.run(ANNAS_HOUR + timedelta(minutes=15))["sent"] == 1


@pytest.mark.parametrize("sends_when_empty", [False, True])
def test_nobody_is_hot_only_if_everybody_could_be_read(
    digest: Digest, monkeypatch: pytest.MonkeyPatch, sends_when_empty: bool
) -> None:
    lead_id = digest.lead("ada@example.org", RECENT)
    digest.wants_empty(monkeypatch, sends_when_empty)
    with digest.broken_item(lead_id), pytest.raises(RunFailed, match="KeyError"):
        digest.run(ANNAS_HOUR)
    assert digest.ses.sent == []
    assert digest.run(ANNAS_HOUR + timedelta(minutes=15))["sent"] == 1


def test_a_lead_that_cannot_be_read_stops_no_other(
    digest: Digest, caplog: pytest.LogCaptureFixture
) -> None:
    digest.lead("ada@example.org", RECENT)
    lead_id = digest.lead("bo@example.org", RECENT)
    with digest.broken_item(lead_id), pytest.raises(RunFailed, match="KeyError"):
        digest.run(ANNAS_HOUR)
    (text,) = digest.texts()
    assert "ada@example.org" in text
    assert "bo@example.org" not in text
    assert lead_id not in caplog.text


def test_at_a_weekend_nobody_is_mailed(digest: Digest) -> None:
    digest.lead("ada@example.org", RECENT)
    assert digest.run(ANNAS_HOUR + timedelta(days=5))["sent"] == 0


KINDER = ruleset.from_checked(
    {"temperature": {"hot": 5}, "rules": [{"id": "f", "event": "form_submitted", "points": 10}]}
)


@pytest.mark.parametrize("alerts", [False, True])
def test_changed_rules_score_every_lead_anew_and_alert_only_if_sales_wants_it(
    digest: Digest, monkeypatch: pytest.MonkeyPatch, alerts: bool
) -> None:
    subjects = [digest.lead(f"a{n}@example.org", RECENT, "form_submitted") for n in range(12)]
    night = ANNAS_HOUR - timedelta(hours=5)
    digest.run(night)
    digest.run(night)
    assert digest.work_off() == 0
    digest.deploy(monkeypatch, KINDER, alerts=alerts)
    assert digest.run(night) == {"queued": 12, "sent": 0}
    digest.at(night)
    assert digest.work_off() == 12
    assert digest.run(night) == {"queued": 0, "sent": 0}
    for subject in subjects:
        lead = digest.stored(subject)
        assert (lead.ruleset, lead.temperature) == (KINDER.hash, Temperature.HOT)
        assert (lead.alerting.alert_id is not None) is alerts


def test_the_mails_are_out_before_changed_rules_are_seen_to(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest.lead("ada@example.org", RECENT)
    mails_by_then = []

    def page(*_: object) -> None:
        mails_by_then.append(digest.ses.to.copy())
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "Scan")

    digest.deploy(monkeypatch, KINDER, alerts=False)
    monkeypatch.setattr("hotlist.store.leads.LeadStore.page", page)
    with pytest.raises(RunFailed, match="work=rescoring: ClientError ThrottlingException"):
        digest.run(ANNAS_HOUR)
    assert mails_by_then == [["anna@example.com"]]


def test_a_queue_that_refuses_what_is_due_stops_no_mail(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest.lead("ada@example.org", RECENT)
    digest.lead("bo@example.org", ANNAS_HOUR - timedelta(days=14, hours=1))
    monkeypatch.setattr(digest.app.queue, "_queue_url", "https://sqs.example/none")
    with pytest.raises(RunFailed, match=r"work=due: .*NonExistentQueue"):
        digest.run(ANNAS_HOUR)
    assert digest.ses.to == ["anna@example.com"]


def test_a_run_that_has_mailed_for_long_leaves_the_walk_to_the_next(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest.lead("ada@example.org", RECENT)
    digest.deploy(monkeypatch, KINDER, alerts=False)
    monkeypatch.setattr(digest.app, "clock", lambda: ANNAS_HOUR)
    for minutes, queued, sent in ((3, 0, 1), (1, 1, 0)):
        by_then = ANNAS_HOUR + timedelta(minutes=minutes)
        monkeypatch.setattr(
            digest.app, "rescoring", replace(digest.app.rescoring, clock=lambda at=by_then: at)
        )
        assert digest.run(ANNAS_HOUR) == {"queued": queued, "sent": sent}
