"""A form that is tried: `?hotlist_test=1`, from the request to the mail."""

import json
from typing import Any

import pytest

from hotlist.events.vocabulary import INTERNAL
from hotlist.leads.lead import LeadState
from hotlist.mail.queue import Letter, Message
from hotlist.store.events import from_item
from integration.lambdas import ADDRESS
from integration.stages.capture import GOOD, Api
from integration.stages.score import Score, event


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


def test_a_test_makes_no_lead_and_is_mailed(score: Score) -> None:
    said = {"form": "contact", "hotlist_test": True}
    tried = event(
        "contact_requested", "ada@example.org", tell=True, properties=said,
        flags=frozenset({INTERNAL}),
    )  # fmt: skip
    score.happened(tried)
    kept = score.lead(tried.subject)
    assert (kept.state, kept.total, kept.due_at) == (LeadState.EMPTY, 0, None)
    assert score.letters() == [Letter(Message(tried.subject, tried.event_id))]


def test_what_is_internal_and_no_test_is_not_mailed(score: Score) -> None:
    ours = event("contact_requested", "ada@example.org", tell=True, flags=frozenset({INTERNAL}))
    score.happened(ours)
    assert score.letters() == []
