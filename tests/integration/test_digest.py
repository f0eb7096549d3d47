"""The digest function: whose hour it is, the hot leads as they are now, once a day."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from fast_mail_parser import parse_email

from hotlist.events import visible
from hotlist.identity import identifiers
from hotlist.leads.fold import Folder
from hotlist.leads.lead import Lead, Temperature
from hotlist.mail import digest_mail
from hotlist.mail.layout import Card
from hotlist.runtime.failures import RunFailed
from hotlist.sales.hot_list import MOST
from hotlist.scoring import ruleset
from hotlist.store.items import ReadsThrottled
from integration.stages.digest import ANNAS_HOUR, BENS_HOUR, RECENT, Digest


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


def test_a_recipient_of_whom_nobody_knows_the_hour_stops_no_other(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their time zone is newer than those of the function."""
    digest.lead("ada@example.org", RECENT)
    sales = digest.app.digester.sales
    anna, *others = sales.recipients
    people = (replace(anna, timezone="Mars/Base"), *others)
    lost = replace(digest.app.digester, sales=replace(sales, recipients=people))
    monkeypatch.setattr(digest.app, "digester", lost)
    with pytest.raises(RunFailed, match="recipient=anna: ZoneInfoNotFoundError"):
        digest.run(BENS_HOUR)
    assert digest.ses.to == ["ben@example.com"]


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
    assert text.count("stan z 1 mar, 11:45") == 1
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
        assert mail.subject.endswith(f": {visible.one_line(name) or 'ada@example.org'}")
        assert "Bcc" not in mail.headers
        assert [to.address for to in mail.to] == one["Destination"]["ToAddresses"]
        assert "bo@example.org" in mail.text_plain[0]


def fails_to_render(patch: pytest.MonkeyPatch, *addresses: str) -> None:
    rendered = digest_mail.card

    def card(lead: Lead, *args: Any, **named: Any) -> Card:
        if lead.contact.email in addresses:
            raise UnicodeError("not to be written")
        return rendered(lead, *args, **named)

    patch.setattr(digest_mail, "card", card)


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
        rest = text.split("\r\n--\r\n")[0].rsplit("@example.org", 1)[1]
        others = re.findall(r"^(?:i jeszcze|and) (\d+)\b", rest, re.MULTILINE)
        assert len(others) == 2  # those of the section, and those that were not looked at
        assert shown + sum(map(int, others)) == MOST + 2
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
