"""A form that is tried: `?hotlist_test=1`, from the request to the mail."""

import json
from typing import Any

import pytest

from hotlist.events.event import Event
from hotlist.events.vocabulary import INTERNAL
from hotlist.mail.queue import Letter, Message
from hotlist.store.events import from_item
from integration.lambdas import ADDRESS
from integration.stages.capture import GOOD, Api
from integration.stages.score import ADA, PHONE, Score, event


@pytest.mark.parametrize(
    ("query", "is_test"),
    [
        ("?hotlist_test=1", True),
        ("?a=2&hotlist_test=1", True),
        ("?hotlist_test=0", False),
        ("", False),
    ],
)
def test_the_query_marks_a_test(api: Api, query: str, is_test: bool) -> None:
    status, _ = api.post(f"/forms/contact{query}", GOOD)
    stored = from_item(api.items()[0])
    assert (status, stored.is_test, stored.flags == {INTERNAL}) == (201, is_test, is_test)
    assert stored.tell


def test_a_whole_address_is_stored_nowhere_and_logged_nowhere(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api.post("/forms/contact", {**GOOD, "consent_email": "on"})
    kept: dict[str, Any] = json.loads(api.items()[0]["texts"]["S"])
    assert kept["consents"]["email"]["ip"] == "203.0.113.0/24"
    assert ADDRESS not in json.dumps(api.items())
    assert ADDRESS not in capsys.readouterr().out


def tried(number: int = 1, **said: Any) -> Event:
    return event(
        "contact_requested", ADA, PHONE, event_id=f"{number:032x}", tell=True, names=(),
        properties={"form": "contact", "hotlist_test": True} | said, flags=frozenset({INTERNAL}),
    )  # fmt: skip


def test_a_test_leaves_no_lead_and_is_mailed(score: Score) -> None:
    one = tried()
    score.happened(one)
    assert score.stores.leads.get(one.subject) is None
    assert {"PutItem", "UpdateItem", "TransactWriteItems"}.isdisjoint(score.calls[1:])
    assert score.letters() == [Letter(Message(one.subject, one.event_id))]


def test_a_test_with_the_address_of_a_lead_changes_nothing_of_it(score: Score) -> None:
    real = event("contact_requested", ADA, properties={"form": "contact"})
    score.happened(real)
    before = score.lead(real.subject)
    score.happened(tried(1, consents={"email": {"version": "1"}}), tried(2, size=5))
    assert score.lead(real.subject) == before
    score.happened(event("custom:noted", ADA))
    after = score.lead(real.subject)
    assert after.version > before.version
    assert (after.contact, after.total) == (before.contact, before.total)


def test_what_is_internal_and_no_test_leaves_no_lead_and_is_not_mailed(score: Score) -> None:
    ours = event("contact_requested", ADA, tell=True, flags=frozenset({INTERNAL}))
    score.happened(ours)
    assert score.stores.leads.get(ours.subject) is None
    assert score.letters() == []
