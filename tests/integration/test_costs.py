"""What each thing costs in DynamoDB: calls, and units as AWS charges them."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bench.units import Bill, cost, size

from hotlist.events import times
from hotlist.events.event import Event
from hotlist.identity.claims import Identity
from hotlist.identity.places import MAX_PHONES
from hotlist.leads.lead import Lead, Temperature
from hotlist.rescore import walk
from hotlist.sales.hot_list import MOST
from hotlist.store.leads import SHARDS
from integration.meter import Meter, takes_insert_statements
from integration.model.direct import fill
from integration.stages.capture import GOOD, Api
from integration.stages.digest import ANNAS_HOUR, BENS_HOUR, Digest
from integration.stages.score import ADA, BO, HOUR, NOW, PHONE, Score, event, subject
from integration.stages.visits import VISIT

SETTLE = ["BatchGetItem"]  # whose the event is
CLAIM = ["UpdateItem", "UpdateItem"]  # a place, and the claim
FOLD = ["BatchGetItem", "Query", "BatchGetItem"]  # the lead, its events, claims


def test_a_submission_new_or_again_is_one_call_and_a_unit_per_kilobyte(
    api: Api, dynamodb: Any
) -> None:
    meter = Meter(api.app.client, dynamodb)
    for _ in range(2):
        assert api.post("/forms/contact", GOOD)[0] == 201
        assert meter.bill() == cost("PutItem", writes=1)
    long = {**GOOD, "message": "x" * 2_500}
    for _ in range(2):
        assert api.post("/forms/contact", long)[0] == 201
        assert meter.bill() == cost("PutItem", writes=3)


def test_a_batch_new_or_again_is_one_call_and_a_unit_per_event(api: Api, dynamodb: Any) -> None:
    meter = Meter(api.app.client, dynamodb)
    takes_insert_statements(api.app.client, dynamodb)
    for said in ("stored", "duplicate"):
        status, answer = api.post("/events", VISIT)
        assert (status, [one["status"] for one in answer["results"]]) == (202, [said] * 3)
        assert meter.bill() == cost("BatchExecuteStatement", writes=3)
        assert len(api.items()) == 3


def form(email: str = ADA, **named: Any) -> Event:
    return event("form_submitted", email, **named)


def view(ago: timedelta = HOUR) -> Event:
    return event("page_viewed", visitor="v", ago=ago)


# Settling reads whose an event is, unless it names an e-mail alone. No index unit: a known lead's
# entry changes with its points, which is one, and moves once in thirty days, which is two. A new
# lead has two entries: by temperature, and by the day.
SCORED: list[Any] = [
    pytest.param([], view(), cost("BatchGetItem", consistent=1), id="an unknown visitor's view"),
    pytest.param(
        [],
        form(),
        cost(*FOLD, "PutItem", consistent=3, writes=1, index_writes=2),
        id="a new lead",
    ),
    pytest.param(
        [form(ago=HOUR)],
        form(),
        cost(*FOLD, "PutItem", consistent=3, writes=1, index_writes=0),
        id="a known lead's form",
    ),
    pytest.param(
        [],
        form(visitor="v"),
        cost(*SETTLE, *CLAIM, *FOLD, "Query", "PutItem", consistent=7, writes=3, index_writes=2),
        id="a new lead with a browser, which it claims",
    ),
    pytest.param(
        [form(visitor="v", ago=2 * HOUR)],
        form(visitor="v"),
        cost(
            *SETTLE, "UpdateItem", *FOLD, "Query", "PutItem", consistent=7, writes=2, index_writes=0
        ),
        id="a known lead with its browser: this event's claim",
    ),
    pytest.param(
        [form(visitor="v", ago=2 * HOUR)],
        view(),
        cost(
            *SETTLE,
            "BatchGetItem",  # whether it has a place with its owner
            *[*FOLD, "Query", "PutItem"],
            consistent=7,
            writes=1,
            index_writes=0,
        ),
        id="a known visitor's view",
    ),
    pytest.param(
        [],
        event("contact_requested", phone=PHONE),
        cost(*SETTLE, *FOLD, "PutItem", consistent=4, writes=1, index_writes=2),
        id="a new phone",
    ),
    pytest.param(
        [event("contact_requested", phone=PHONE, ago=2 * HOUR), form(BO, ago=2 * HOUR)],
        form(BO, phone=PHONE),
        cost(
            *[*SETTLE, *CLAIM, *FOLD, "Query", "PutItem"],
            *["BatchGetItem", "PutItem"],  # the phone's lead, read and taken in
            *FOLD,  # it is touched too, and unchanged
            consistent=11,
            writes=4,
            index_writes=4,
        ),
        id="a phone's lead taken in",
    ),
    pytest.param(
        [],
        form(phone=PHONE, visitor="v"),
        cost(
            *[*SETTLE, *CLAIM, "UpdateItem", *FOLD, "Query", "Query", "BatchGetItem", "PutItem"],
            *FOLD,  # the phone's own lead, of which there is nothing
            "PutItem",
            consistent=14,
            writes=5,
            index_writes=2,
        ),
        id="a new lead with a phone and a browser: one write takes both places",
    ),
    pytest.param(
        [form(BO, phone=PHONE, ago=3 * HOUR), form(ago=2 * HOUR)],
        form(phone=PHONE),
        cost(
            *[*SETTLE, *CLAIM, *FOLD, "Query", "BatchGetItem", "PutItem"],
            "BatchGetItem",  # whether Bo, who owned it before, has a place for it still
            *["Query", "Query", "PutItem"],  # Bo's lead: it is read together with Ada's
            *[*FOLD, "PutItem"],  # the phone's own lead
            consistent=16,
            writes=5,
            index_writes=1,
        ),
        id="a phone that another has claimed before",
    ),
]


@pytest.fixture
def same_month(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lead moves in the index because its thirty days are over just now."""
    monkeypatch.setattr("hotlist.leads.lead._own_time", lambda *_: NOW + timedelta(days=300))


@pytest.mark.usefixtures("same_month")
@pytest.mark.parametrize(("before", "made", "bill"), SCORED)
def test_what_scoring_an_event_costs(
    score: Score, dynamodb: Any, before: list[Event], made: Event, bill: Bill
) -> None:
    score.happened(*before)
    score.stores.events.put(made)
    meter = Meter(score.stores.events._client, dynamodb)
    score.deliver(made)
    assert meter.bill() == bill
    score.deliver(made)
    again = meter.bill()
    assert (again.writes, again.index_writes) == (0, 0), "a record that comes again"


def test_nothing_is_written_for_a_phone_that_finds_no_place(score: Score, dynamodb: Any) -> None:
    made = form(phone=PHONE)
    score.stores.events.put(made)
    own = Identity(made.subject)
    for number in range(MAX_PHONES):
        score.stores.identities.take_places(own, f"phone:{number}", None, NOW)
    meter = Meter(score.stores.events._client, dynamodb)
    score.deliver(made)
    assert meter.bill() == cost(
        *[*SETTLE, *FOLD, "PutItem"],
        *["BatchGetItem"] * 3,  # what the form names is not what has the places
        consistent=47,
        writes=1,
        index_writes=2,
    )


def test_a_query_is_charged_by_the_page_and_not_by_the_item(score: Score, dynamodb: Any) -> None:
    for hours in range(3):
        said = {"form": "x" * 3_000}
        score.stores.events.put(form(ago=hours * HOUR, properties=said))
    meter = Meter(score.stores.events._client, dynamodb)
    assert len(score.stores.events.history(form().subject, now=NOW, limit=9).events) == 3
    assert meter.bill() == cost("Query", consistent=3)


def test_a_lead_is_one_write_unit(score: Score, dynamodb: Any) -> None:
    made = event("contact_requested", ADA, visitor="v", properties={"name": "Ada", "company": "E"})
    score.happened(made)
    table = score.stores.leads._table
    lead = dynamodb.get_item(TableName=table, Key={"lead_id": {"S": made.subject}})["Item"]
    assert size(lead) < 1024


COLD = int(os.environ.get("HOTLIST_DIGEST_COLD", "100000"))
JUST_NOW = ANNAS_HOUR - timedelta(minutes=5)
LOOKS_FOR_WHAT_IS_DUE = ["Query"] * 32  # by shard: hot, warm, cold, answered
KEYS_SEEN = ["GetItem"]  # the check values of the link keys
WAITING = ["BatchGetItem"] * 2  # whose mail is switched off, who has this day's
RANKS = ["Query"] * 8  # the hot leads, by shard
NEWCOMERS = ["Query"] * 24  # who was created in three days, by shard: two periods touch them
TOLD = ["BatchGetItem"] * 2  # their last window, and 25 hours' alerts
UNSENT = ["BatchGetItem"] * 2  # 24 hours: of two kinds of mails, and of three forms' spam
VIEW = ["Query", "BatchGetItem"]  # a lead's events, claims
DELIVERY = ["PutItem", *["UpdateItem"] * 4]  # claimed; planned, sent, and the window of each


def rescored(digest: Digest) -> None:
    """Let the walk after changed rules be over."""
    for _ in range(walk.PASSES):
        digest.app.rescoring.run(datetime.max.replace(tzinfo=UTC))


def copies(digest: Digest, lead_id: str, count: int) -> None:
    """Store as many leads like this one; with its events, if they may be looked at."""
    stores = digest._score.stores
    lead: Lead = stores.leads.get(lead_id)
    is_hot = lead.temperature is Temperature.HOT
    events = stores.events.history(lead_id, now=NOW, limit=9).events if is_hot else ()
    for number in range(count):
        other = subject("email", f"{lead.temperature}{number}@example.org")
        long_ago = lead.folded_at - timedelta(days=60)
        stores.leads.save(replace(lead, lead_id=other, version=0, created_at=long_ago), None)
        for one in events:
            stores.events.put(replace(one, subject=other))


def cold_copies(digest: Digest, lead_id: str, count: int) -> Iterator[dict[str, Any]]:
    """The items of as many cold leads, made long ago and due on the days of the next year."""
    table = digest.app.settings.leads_table
    item = digest.app.dynamodb.get_item(TableName=table, Key={"lead_id": {"S": lead_id}})["Item"]
    assert item["temperature_key"]["S"].startswith("cold#")
    for number in range(count):
        made, due = ANNAS_HOUR - timedelta(days=60 + number % 300), number % 365
        yield {
            **item,
            "lead_id": {"S": f"email:{number:08}-9f27-5c4d-9f8e-1f7f3f3f3f3f"},
            "temperature_key": {"S": f"cold#{number % SHARDS}"},
            "due_at": {"S": times.to_text(ANNAS_HOUR + timedelta(days=1 + due))},
            "created_at": {"S": times.to_text(made)},
            "created_day": {"S": f"{made:%Y-%m-%d}#{number % SHARDS}"},
        }


@pytest.mark.parametrize("cold", [0, 1_000, COLD])
def test_the_digest_reads_the_same_however_many_leads_are_cold(
    digest: Digest, dynamodb: Any, cold: int
) -> None:
    for name in ("ada", "bo", "cy"):
        digest.lead(f"{name}@example.org", JUST_NOW)
    digest.lead("dee@example.org", ANNAS_HOUR - timedelta(days=14, hours=1))  # cooled: is due
    eve = digest.lead("eve@example.org", JUST_NOW, "form_submitted")
    rescored(digest)
    fill(dynamodb, digest.app.settings.leads_table, cold_copies(digest, eve, cold))
    meter = Meter(digest.app.dynamodb, dynamodb)
    assert digest.run(ANNAS_HOUR) == {"queued": 1, "sent": 1}
    assert meter.bill() == cost(
        "GetItem",  # whose mails were held
        *WAITING,
        *TOLD,
        *UNSENT,
        *RANKS,
        "BatchGetItem",  # which of the two people get no mail
        *NEWCOMERS,
        "BatchGetItem",  # the leads that may be shown, as they are stored
        *VIEW * 5,  # Eve is not hot, but new
        *DELIVERY,
        *LOOKS_FOR_WHAT_IS_DUE,
        "GetItem",  # how far rescoring is
        *KEYS_SEEN,
        "PutItem",  # the first run stores them
        consistent=1 + 2 + 2 + 26 + 24 * (2 + 3) + 5 + 10 + 1 + 1,
        eventual=4 + 12 + 16,
        writes=6,
    )


@pytest.mark.parametrize("hot", [MOST, 5 * MOST])
def test_the_digest_folds_no_more_than_a_list_has_room_for(
    digest: Digest, dynamodb: Any, hot: int
) -> None:
    copies(digest, digest.lead("ada@example.org", JUST_NOW), hot - 1)
    rescored(digest)
    meter = Meter(digest.app.dynamodb, dynamodb)
    assert digest.run(BENS_HOUR)["sent"] == 2
    calls = meter.bill().calls
    assert calls["GetItem"] == 2 + len(KEYS_SEEN)
    assert calls["Query"] - len((*RANKS, *NEWCOMERS, *LOOKS_FOR_WHAT_IS_DUE)) == MOST
    assert {int(re.findall("[0-9]+", text)[0]) for text in digest.texts()} == {hot}


@pytest.mark.parametrize("hot", [0, 1, 5])
def test_after_the_digest_no_further_run_of_its_window_looks_at_a_lead(
    digest: Digest, dynamodb: Any, hot: int
) -> None:
    for number in range(hot):
        digest.lead(f"p{number}@example.org", JUST_NOW)
    rescored(digest)
    assert digest.run(ANNAS_HOUR)["sent"] == (hot > 0)
    meter = Meter(digest.app.dynamodb, dynamodb)
    for quarters in range(1, 4):  # until Ben's hour
        assert digest.run(ANNAS_HOUR + quarters * timedelta(minutes=15))["sent"] == 0
        assert meter.bill() == cost(
            "GetItem",  # whose mails were held
            *WAITING,
            *LOOKS_FOR_WHAT_IS_DUE,
            "GetItem",  # how far rescoring is
            *KEYS_SEEN,
            consistent=5,
            eventual=16,
        )
