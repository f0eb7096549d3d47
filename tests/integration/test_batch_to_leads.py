"""Letters to leads in score: which are queued, after the fold."""

from datetime import timedelta
from typing import Any

import pytest

from hotlist.events.event import Event
from hotlist.events.vocabulary import INTERNAL, SPAM, Route
from hotlist.mail.queue import EVERYTHING, Letter, Message, ToLead
from integration.stages.score import ADA, BO, NOW, Score, event

ASKED = ("confirm:email", "receipt", "reward")


def asked(**changes: Any) -> Event:
    """A form that asks for mail to the lead."""
    return event("form_submitted", ADA, **({"to_lead": ASKED} | changes))


def letters(made: Event) -> list[Letter]:
    return [Letter(ToLead(made.subject, made.event_id, what)) for what in made.to_lead]


def test_each_mail_that_a_form_asks_for_is_a_letter_by_ids_alone(score: Score) -> None:
    made = asked(tell=True)
    score.happened(event("form_submitted", BO), made)
    told = [Letter(Message(made.subject, made.event_id)), *letters(made)]
    assert score.letters() == told
    score.deliver(made)
    assert score.letters() == told  # duplicates, which the deliveries absorb


def test_a_repetition_is_queued_once(score: Score) -> None:
    first = asked(ago=timedelta(minutes=9), dedup="form:x")
    score.happened(first, asked(dedup="form:x"))
    assert score.letters() == letters(first)


@pytest.mark.parametrize(
    ("changes", "queued"),
    [
        ({"flags": frozenset({SPAM}), "expires_at": NOW + timedelta(days=30)}, 0),
        ({"flags": frozenset({INTERNAL})}, 0),
        ({"properties": {"user_agent": "Googlebot"}}, 0),
        ({"flags": frozenset({INTERNAL}), "properties": {"hotlist_test": True}}, 3),
        ({"properties": {"user_agent": "curl/8"}}, 3),
    ],
    ids=["spam", "internal", "bot", "test", "a server's"],
)
def test_what_does_not_count_is_not_mailed_but_for_tests(
    score: Score, changes: dict[str, Any], queued: int
) -> None:
    score.happened(asked(**changes))
    assert len(score.letters()) == queued


def test_what_an_operator_releases_is_queued(score: Score) -> None:
    spam = asked(flags=frozenset({SPAM}), expires_at=NOW + timedelta(days=30))
    said = {"event_id": spam.event_id, "remove": [SPAM]}
    score.happened(spam)
    score.happened(event("event_reclassified", ADA, route=Route.OPERATOR, properties=said))
    assert Letter(ToLead(spam.subject, spam.event_id, EVERYTHING)) in score.letters()


def test_a_letter_is_queued_whether_the_lead_can_be_folded_or_not(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = asked()
    monkeypatch.setattr(score.stores.leads, "_table", "no-such-table")
    assert score.happened(made) == {"batchItemFailures": []}
    assert score.letters() == letters(made)


def test_a_letter_that_sqs_refuses_is_reported(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        score.app.letters._sqs, "send_message_batch", lambda **_: {"Failed": [{"Id": "0"}]}
    )
    answer = score.happened(event("form_submitted", BO), asked())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "101"}]}
