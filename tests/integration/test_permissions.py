"""What each function calls in the course of its work is all that its role allows.

That no test's invocation calls more is looked at wherever a function is invoked.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cloudformation import resources
from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM, Route
from hotlist.identity.claims import MAX_CLAIMANTS
from hotlist.store.deliveries import RECIPIENT
from hotlist.store.device_asks import OF_DEVICES
from hotlist.store.hours import HeldStore
from integration.lambdas import stream_event
from integration.meter import takes_insert_statements
from integration.permissions import Calls, allowed, short, statements
from integration.stages.batches import hang, queued, when_read
from integration.stages.capture import GOOD, Api
from integration.stages.card import Browser, Card, link
from integration.stages.corrections import spam
from integration.stages.digest import ANNAS_HOUR, RECENT, Digest
from integration.stages.letters import fill
from integration.stages.links import Reader, answer, download, stop_link
from integration.stages.notify import ALERT, TOLD, Notify, a_message, feedback
from integration.stages.score import ADA, BO, HOUR, NOW, Score, event
from integration.stages.score import PHONE as NUMBER
from integration.stages.to_leads import has_forms, letters, report, sent_form
from integration.stages.visits import VISIT

DAY = timedelta(days=1)

LOGS: Calls = {"LogGroup": {"CreateLogStream", "PutLogEvents"}}
STREAM = {"DescribeStream", "GetRecords", "GetShardIterator"}
STREAMS: Calls = {"FailureBucket": {"PutObject", "ListBucket"}, "*": {"ListStreams"}}
SES: Calls = {"ses": {"SendEmail", "SendRawEmail"}}  # for which tests have a mailbox
LINKS: Calls = {"LinkSecret": {"GetSecretValue"}}  # for links, which these tests do not follow
LAMBDAS: dict[str, Calls] = {
    "capture": LOGS,
    "score": {
        **LOGS,
        **STREAMS,
        "EventsTable.StreamArn": STREAM,
        "RescoreQueue": {"ReceiveMessage", "DeleteMessage", "GetQueueAttributes"},
    },
    "digest": {**LOGS, **SES},
    "card": LOGS,
    "notify": {
        **LOGS,
        **LINKS,
        **STREAMS,
        **SES,
        "LeadsTable.StreamArn": STREAM,
        "OutboxQueue": {"ReceiveMessage", "DeleteMessage", "GetQueueAttributes"},
    },
}
"""What Lambda itself calls with a function's role, and what goes to a mailbox here."""


def test_every_function_is_looked_at() -> None:
    assert set(LAMBDAS) == {
        name.removesuffix("Function").lower() for name in resources("AWS::Serverless::Function")
    }


def assert_all_is_needed(name: str, app: Any) -> None:
    called: Calls = app.role.called
    needed = {
        what: called.get(what, set()) | LAMBDAS[name].get(what, set())
        for what in called.keys() | LAMBDAS[name].keys()
    }
    assert allowed(name) == needed


def test_capture(api: Api, dynamodb: Any) -> None:
    takes_insert_statements(api.app.client, dynamodb)
    api.post("/forms/contact", GOOD)
    api.post("/events", VISIT)
    reader = Reader(api)
    reader.ask(download())
    reader.ask(stop_link(), "POST")
    reader.press(answer(), do="contacted")
    assert_all_is_needed("capture", api.app)


def test_score(score: Score, monkeypatch: pytest.MonkeyPatch) -> None:
    score.happened(event("contact_requested", phone=NUMBER), event("page_viewed", visitor="v"))
    score.happened(event("form_submitted", ADA, NUMBER, "v", ago=HOUR))
    crowd = (f"p{number}@example.org" for number in range(MAX_CLAIMANTS + 1))
    score.happened(*(event("form_submitted", email, visitor="w") for email in crowd))
    spam = event(
        "contact_requested",
        BO,
        flags=frozenset({SPAM}),
        expires_at=NOW + 30 * DAY,
        properties={"form": "contact"},
    )
    score.happened(spam)
    release = {"event_id": spam.event_id, "remove": [SPAM]}
    score.happened(event("event_reclassified", BO, route=Route.OPERATOR, properties=release))
    score.happened(event("contact_requested", ADA, tell=True))
    poison = stream_event({"subject": {"S": "email:x"}, "event_key": {"S": "e#1"}})
    score.app.handler(poison, None)
    with monkeypatch.context() as patch:
        when_read(patch, spam.subject, hang)
        score.app.queue.send([spam.subject])
        while messages := queued(score, visibility=60):
            score.app.handler({"Records": messages}, None)
    assert_all_is_needed("score", score.app)


def test_digest(digest: Digest) -> None:
    digest.lead("ada@example.org", RECENT, phone=NUMBER)
    HeldStore(digest.app.dynamodb, digest.app.settings.deliveries_table).hold(
        "anna", "alert", "alert#a1#anna", ANNAS_HOUR
    )
    bo = digest.lead("bo@example.org", RECENT)
    digest.run(ANNAS_HOUR)
    spam(digest, bo)
    digest.run(ANNAS_HOUR + DAY)
    digest.run(ANNAS_HOUR + 14 * DAY)  # it has cooled down
    assert_all_is_needed("digest", digest.app)


def test_notify(notify: Notify, hot: dict[str, Any]) -> None:
    notify(stream_event(hot))
    notify.events.put(a_message())
    notify.ses.refuse = {"anna@example.com": ("MessageRejected", 400)}
    notify.tell(TOLD)
    notify.ses.refuse = {"anna@example.com": ("TooManyRequestsException", 429)}
    fill(notify, "alert", "ben")
    notify.tell(ALERT)
    notify(feedback("Send"))
    notify(feedback("Complaint", complaint={}))
    notify(feedback("Reject", reject={}))
    has_forms(notify)
    asked = sent_form()
    notify.events.put(asked)
    notify.tell(*letters(asked))
    notify(report("Delivery", f"receipt#{asked.subject}#ebook#{asked.received_at:%Y-%m-%d}"))
    assert_all_is_needed("notify", notify.app)


def test_card(card: Card) -> None:
    lead = card.lead("ada@example.org", phone=NUMBER)
    browser = Browser(card)
    browser.mail(link(subject=lead))
    card.has_sales(replace(card.app.door.sales, card_access="link"))
    browser.ask(link(subject=lead))
    browser.ask(link("lists"))
    assert_all_is_needed("card", card.app)


def test_of_the_deliveries_the_card_writes_those_of_devices_and_reads_recipients_alone() -> None:
    found = [one for one in statements("card") if short(one["Resource"]) == "DeliveriesTable"]
    keys = {"dynamodb:UpdateItem": OF_DEVICES, "dynamodb:BatchGetItem": RECIPIENT}
    assert {action for one in found for action in one["Action"]} == keys.keys()
    for statement in found:
        (action,) = statement["Action"]
        assert statement["Condition"] == {
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{keys[action]}*"]}
        }


def test_a_call_that_the_role_does_not_allow_fails_the_test(score: Score) -> None:
    made: Event = event("form_submitted", ADA)
    score.app.handler = score.app.role.invoked(lambda *_: score.stores.events.put(made))
    with pytest.raises(pytest.fail.Exception, match="score does not allow PutItem on EventsTable"):
        score.deliver(made)
