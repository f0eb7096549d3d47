"""What was not mailed: it is counted once and shown in the digest, whatever leads write."""

import json
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from hotlist.events import times
from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM, Route
from hotlist.identity import identifiers
from hotlist.leads.lead import Alerting
from hotlist.mail import unsent_part
from hotlist.mail.queue import Alert, Letter
from hotlist.runtime.failures import RunFailed
from hotlist.store import suspects as store
from hotlist.store.events import from_item
from hotlist.store.hours import HeldStore, hour_of, whole_hours
from hotlist.store.items import ReadsThrottled
from hotlist.store.suspects import MOST_SUSPECTS, Suspects, SuspectStore
from hotlist.store.windows import Alerted, Window
from integration.permissions import statements
from integration.stages.capture import GOOD, Api
from integration.stages.corrections import DAY, MINUTE, MONDAY, TUESDAY, happens
from integration.stages.digest import Digest
from integration.stages.notify import ADA, TOLD, Notify, a_lead, a_message
from integration.stages.score import NOW, Score, event

LAST_NIGHT = MONDAY - 8 * 60 * MINUTE


def trapped(number: int, form: str = "contact") -> Event:
    return event(
        "contact_requested",
        f"p{number}@example.org",
        event_id=f"{number:032x}",
        flags=frozenset({SPAM}),
        properties={"form": form},
        expires_at=NOW + 30 * DAY,
    )


def counted(app: Any, at: datetime = NOW) -> tuple[Suspects, ...]:
    found = SuspectStore(boto3.client("dynamodb"), app.settings.deliveries_table)
    return found.count(["contact", "ebook"], [hour_of(at)]).get(hour_of(at), ())


# --- spam ---------------------------------------------------------------------------------


def test_a_machines_post_makes_no_lead_and_no_letter_and_is_counted_once(
    api: Api, score: Score
) -> None:
    said = {**GOOD, "hp_confirm": "x", "phone": "+48600100200", "visitor_id": "v"}
    assert api.post("/forms/contact", said)[0] == 201
    (item,) = api.items()
    made = from_item(item)
    for _ in range(2):
        assert score.deliver(made) == {"batchItemFailures": []}
    client = boto3.client("dynamodb")
    settings = score.app.settings
    for table in (settings.leads_table, settings.identities_table):
        assert client.scan(TableName=table)["Items"] == []
    assert score.letters() == []
    assert counted(score.app, made.received_at) == (Suspects("contact", 1),)


def test_spam_without_end_costs_few_writes_and_a_small_item(score: Score) -> None:
    flood = [trapped(number) for number in range(350)]
    score.deliver(*flood[:150])
    assert counted(score.app) == (Suspects("contact", 150),)
    score.deliver(*flood[100:])
    assert counted(score.app) == (Suspects("contact", MOST_SUSPECTS, is_more=True),)
    score.calls.clear()
    for one in flood[:3]:
        score.deliver(one)
    assert score.calls.count("UpdateItem") == 1, "that it is full is found out once"
    key = {"delivery_id": {"S": f"suspects#contact#{hour_of(NOW)}"}}
    table = score.app.settings.deliveries_table
    item = boto3.client("dynamodb").get_item(TableName=table, Key=key)["Item"]
    assert len(json.dumps(item)) < 20_000
    score.deliver(trapped(1, "ebook"))
    assert len(counted(score.app)) == 2, "one form's flood hides no other's count"


def test_a_count_that_fails_holds_up_nothing(score: Score, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ReadsThrottled("email:secret")

    monkeypatch.setattr(SuspectStore, "note", fails)
    person = event("contact_requested", "ada@example.org")
    score.stores.events.put(person)
    assert score.deliver(trapped(1), person) == {"batchItemFailures": []}
    assert score.lead(person.subject)
    assert score.parked() == []


def test_real_submissions_and_those_of_servers_are_no_suspects(score: Score) -> None:
    score.happened(event("contact_requested", "ada@example.org", properties={"form": "contact"}))
    score.deliver(
        event(
            "order_completed",
            "bo@example.org",
            route=Route.SERVER,
            flags=frozenset({SPAM}),
            properties={"form": "contact"},
        )
    )
    assert counted(score.app) == ()


def test_score_may_write_no_delivery(score: Score) -> None:
    (statement,) = [
        one for one in statements("score")
        if one["Resource"] == {"Fn::GetAtt": ["DeliveriesTable", "Arn"]}
    ]  # fmt: skip
    assert statement["Condition"] == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{store._NAME}*"]}
    }


@pytest.mark.parametrize(("flag", "number"), [("bot", 1), ("internal", 0)])
def test_a_bots_message_is_counted_once_and_our_own_is_not(
    notify: Notify, flag: str, number: int
) -> None:
    said = {"form": "contact", "message": "x"}
    if flag == "bot":
        said["user_agent"] = "Mozilla/5.0 HeadlessChrome/130.0"
    notify.events.put(a_message(properties=said, flags=frozenset({flag})))
    notify.tell(TOLD, TOLD)
    found = counted(notify.app, a_message().received_at)
    assert [one.number for one in found] == [1] * number


# --- the digest ---------------------------------------------------------------------------


def hold(digest: Digest, number: int, at: datetime, text: str = "Call me", **said: Any) -> Event:
    """A message that the hour had no place for."""
    email = f"w{number}@example.org"
    made = Event(
        event_id=f"{times.to_ms(at):012x}{number:020x}",
        type="contact_requested",
        route=Route.FORM,
        occurred_at=at,
        received_at=at,
        expires_at=at + timedelta(days=9999),
        subject=identifiers.subject("email", email),
        email=email,
        properties={"form": "contact", "name": f"W{number}", "message": text, **said},
        tell=True,
    )
    digest._score.stores.events.put(made)
    held(digest).hold("anna", "message", f"tell#{made.subject}#{made.event_id}#anna", at)
    return made


def held(digest: Digest) -> HeldStore:
    return HeldStore(digest.app.dynamodb, digest.app.settings.deliveries_table)


def suspected(digest: Digest, form: str, number: int, at: datetime) -> None:
    found = SuspectStore(digest.app.dynamodb, digest.app.settings.deliveries_table)
    found.note(form, hour_of(at), [f"{at:%d%H}{one}" for one in range(number)])


def section(text: str) -> list[str]:
    _, found, rest = text.partition("Wstrzymane\n----------\n")
    return [line for line in rest.split("\n--")[0].splitlines() if line] if found else []


def test_held_messages_are_shown_by_their_first_lines_and_spam_by_form(digest: Digest) -> None:
    hold(digest, 1, LAST_NIGHT, "\n \n\u200b\nFirst\nSecond")
    hold(digest, 2, LAST_NIGHT + MINUTE)
    held(digest).hold("anna", "alert", "alert#a@b#anna", LAST_NIGHT)
    suspected(digest, "contact", 3, LAST_NIGHT)
    suspected(digest, "contact", 2, LAST_NIGHT - 60 * MINUTE)
    suspected(digest, "ebook", 300, LAST_NIGHT)
    assert digest.run(MONDAY)["sent"] == 1, "held messages are news also if nobody is hot"
    assert section(digest.texts()[0]) == [
        "Wiadomości niewysłane z powodu limitu na godzinę: 2",
        "1 mar, 23:46  W2 · w2@example.org: Call me",
        "1 mar, 23:45  W1 · w1@example.org: First",
        "Alerty niewysłane z powodu limitu na godzinę: 1",
        "Wstrzymane jako spam, według formularza: ebook: ponad 200, contact: 5",
    ]
    for text in ("Call me", "First", "ponad 200"):
        assert text in digest.html()[0]
    assert "Second" not in digest.html()[0]
    assert digest.run(TUESDAY)["sent"] == 0, "it is told once"


def test_spam_alone_is_no_reason_for_a_mail_and_is_told_with_the_next(digest: Digest) -> None:
    suspected(digest, "contact", 3, LAST_NIGHT)
    assert digest.run(MONDAY)["sent"] == 0
    digest.lead("ada@example.org", TUESDAY - 60 * MINUTE)
    digest.run(TUESDAY)
    assert section(digest.texts()[0]) == []  # there was no window before
    suspected(digest, "contact", 4, TUESDAY)
    digest.run(TUESDAY + DAY)
    assert section(digest.texts()[1]) == ["Wstrzymane jako spam, według formularza: contact: 4"]


def test_each_hour_is_told_by_one_digest() -> None:
    ends = MONDAY - 3 * MINUTE
    days = [whole_hours(ends - DAY * n, ends - DAY * (n - 1)) for n in (3, 2, 1)]
    assert [len(hours) for hours in days] == [24, 24, 24]
    assert len({hour for hours in days for hour in hours}) == 72
    assert days[-1][-1] == "2026-03-02T05", "the hour that goes on is the next digest's"
    assert len(whole_hours(ends - 90 * DAY, ends)) == 90 * 24


def test_a_message_that_is_spam_or_gone_meanwhile_is_none(digest: Digest) -> None:
    kept, called_spam, gone = (hold(digest, n, LAST_NIGHT + n * MINUTE) for n in range(3))
    flags: dict[str, Any] = {"event_id": called_spam.event_id, "add": ["spam"]}
    happens(digest, "event_reclassified", called_spam.subject, MONDAY - 60 * MINUTE, **flags)
    digest.app.dynamodb.delete_item(
        TableName=digest.app.settings.events_table,
        Key={"subject": {"S": gone.subject}, "event_key": {"S": f"e#{gone.event_id}"}},
    )
    digest.run(MONDAY)
    assert section(digest.texts()[0]) == [
        "Wiadomości niewysłane z powodu limitu na godzinę: 1",
        f"1 mar, 23:45  {kept.properties['name']} · w0@example.org: Call me",
    ]


HOSTILE = [
    "=?utf-8?q?=0d=0aBcc:_x=40y?=",
    "\u202egnp.exe \u2066RTL\u2069",
    "z\u200be\u200dr\u2060o\ufeff\u00adwidth",
    "\n" * 5_000 + "far below",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "{{ 7*7 }} {% raw %} %s {0}",
    "\u05d0" * 5_000,
    "'\"<>&" * 1_000,
    "\U0001f600" * 4_000,
    "a\x00b\x1b[31mc\u2028d",
]


def test_hostile_messages_cost_nobody_the_mail_and_stay_in_their_line(digest: Digest) -> None:
    for number, text in enumerate(HOSTILE * 3):
        hold(digest, number, LAST_NIGHT + number * MINUTE, text, name=text[:200])
    digest.run(MONDAY)
    (html,), (text,) = digest.html(), digest.texts()
    assert len(html.encode()) < 90_000
    assert "<script" not in html
    assert "<img" not in html
    assert not {"\u202e", "\u200b", "\x1b", "\x00"} & set(html + text)
    lines = section(text)
    assert lines[0].endswith(": 30")
    assert lines[-1] == "i jeszcze 10"
    assert len(lines) == 22
    assert max(map(len, lines)) < 600
    raw = digest.ses.sent[0]["Content"]["Raw"]["Data"]
    assert b"\nBcc" not in raw


def test_a_held_message_that_cannot_be_written_is_counted_and_stops_no_mail(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = unsent_part.held_line

    def fails(one: Any, recipient: Any) -> Any:
        if one.contact.name == "W1":
            raise UnicodeError("not to be written")
        return made(one, recipient)

    monkeypatch.setattr(unsent_part, "held_line", fails)
    for number in (1, 2):
        hold(digest, number, LAST_NIGHT)
    with pytest.raises(RunFailed, match=r"event_id=\w+: UnicodeError"):
        digest.run(MONDAY)
    assert [line.split()[-1] for line in section(digest.texts()[0])] == ["2", "me", "1"]


@pytest.mark.parametrize("is_somebody_hot", [True, False])
def test_while_it_cannot_be_read_the_digest_waits_for_the_day_s_last_run(
    digest: Digest, monkeypatch: pytest.MonkeyPatch, is_somebody_hot: bool
) -> None:
    with monkeypatch.context() as patch:
        digest.wants_empty(patch, True)
        digest.run(MONDAY - 3 * DAY)
    digest.ses.sent.clear()
    if is_somebody_hot:
        digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    hold(digest, 1, LAST_NIGHT)
    with monkeypatch.context() as patch:
        cannot_be_read(patch, ReadsThrottled())
        for minutes in (0, 15, 135):
            with pytest.raises(RunFailed, match="work=unsent: ReadsThrottled"):
                digest.run(MONDAY + minutes * MINUTE)
            assert digest.ses.sent == []
        with pytest.raises(RunFailed, match="work=unsent: ReadsThrottled"):
            digest.run(MONDAY + 150 * MINUTE)
    assert digest.ses.to == ["anna@example.com"] * is_somebody_hot
    assert [section(text) for text in digest.texts()] == [[]] * is_somebody_hot
    digest.run(TUESDAY)
    told = [len(section(text)) for text in digest.texts()]
    assert told == ([0, 0] if is_somebody_hot else [2]), "a day without a mail ends no window"


def test_if_it_can_never_be_read_the_digest_goes_out_without_it(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    hold(digest, 1, LAST_NIGHT)
    cannot_be_read(monkeypatch, TypeError())
    with pytest.raises(RunFailed, match="work=unsent: TypeError"):
        digest.run(MONDAY)
    assert digest.ses.to == ["anna@example.com"]
    assert section(digest.texts()[0]) == []


def test_a_held_message_whose_event_is_broken_is_counted_and_hides_no_other(
    digest: Digest,
) -> None:
    hold(digest, 1, LAST_NIGHT)
    broken = hold(digest, 2, LAST_NIGHT)
    digest.app.dynamodb.update_item(
        TableName=digest.app.settings.events_table,
        Key={"subject": {"S": broken.subject}, "event_key": {"S": f"e#{broken.event_id}"}},
        UpdateExpression="SET received_at = :never",
        ExpressionAttributeValues={":never": {"S": "never"}},
    )
    with pytest.raises(RunFailed, match=f"event_id={broken.event_id}: ValueError"):
        digest.run(MONDAY)
    assert [line.split()[-1] for line in section(digest.texts()[0])] == ["2", "me", "1"]


def cannot_be_read(patch: pytest.MonkeyPatch, error: Exception) -> None:
    def fails(*_: object) -> None:
        raise error

    patch.setattr(HeldStore, "in_hours", fails)


def test_messages_are_only_counted_once_the_time_for_reading_is_over(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(digest, 1, LAST_NIGHT)
    monkeypatch.setattr("hotlist.sales.digest.LOOKING_BACK", timedelta(0))
    digest.run(MONDAY)
    assert [line.split()[-1] for line in section(digest.texts()[0])] == ["1", "1"]


# --- no longer hot ------------------------------------------------------------------------


def test_a_lead_that_a_message_told_of_instead_of_an_alert_is_taken_back_too(
    notify: Notify, digest: Digest
) -> None:
    alert_id = f"{ADA}@{times.to_text(MONDAY)}"
    alerting = Alerting(
        armed=False, alert_id=alert_id, hot_since=MONDAY, alert_tell=f"{ADA}#{'1' * 32}"
    )
    notify.leads.save(a_lead(alerting=alerting), None)
    letter = Letter(Alert(ADA, alert_id))
    notify.now = MONDAY - 60 * MINUTE
    notify.events.put(a_message(received_at=notify.now))
    notify.tell(TOLD, letter, letter)
    assert len(notify.ses.sent) == 2, "the messages alone"
    windows = dict.fromkeys(("anna", "ben"), Window(MONDAY - DAY, MONDAY))
    found = digest.app.digester.windows.alerted(windows, MONDAY)
    assert found == dict.fromkeys(("anna", "ben"), Alerted(frozenset({ADA})))
