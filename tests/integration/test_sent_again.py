"""A submission that is sent again in the next ten minutes counts once: for points and for mails."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from hotlist.capture import forms
from hotlist.capture.context import Received
from hotlist.config.load import load_config
from hotlist.events.event import Event
from hotlist.leads.lead import LeadState
from hotlist.mail.queue import Letter, Message
from integration.stages.score import ADA, HOUR, NOW, PHONE, Score, event, subject

SLOT: Final = timedelta(minutes=10)
EDGE: Final = datetime.fromtimestamp(NOW.timestamp() // 600 * 600, UTC) - SLOT
"""Where one ten-minute slot ends, and the next begins."""

BY_MAIL: Final = {"name": "Ada", "email": ADA}
BY_PHONE: Final = {"name": "Ada", "phone": PHONE}


def sent(fields: dict[str, Any], at: datetime) -> Event:
    """A submission as capture makes it, of a form that gives points each time. It has no key."""
    form = load_config("forms")["webinar"]
    form = {**form, "fields": {**form["fields"], "email": {"type": "email"}}}
    return forms.submission("webinar", form, fields, Received(at=at))


def happened(score: Score, *made: Event) -> None:
    for one in made:
        score.stores.events.put(one, tell=True)
    stored = [score.stores.events.find(one.subject, one.event_id) for one in made]
    assert score.deliver(*[one for one in stored if one is not None]) == {"batchItemFailures": []}


def letter(made: Event) -> Letter:
    return Letter(Message(made.subject, made.event_id))


def points(score: Score, lead_id: str) -> dict[str, int]:
    return {one.rule: round(one.points) for one in score.lead(lead_id).reasons}


@pytest.mark.parametrize("at_once", [True, False], ids=["in one batch", "one after the other"])
@pytest.mark.parametrize("fields", [BY_MAIL, BY_PHONE], ids=["by mail", "by phone"])
def test_what_is_sent_again_over_the_edge_of_a_slot_counts_once(
    score: Score, fields: dict[str, Any], at_once: bool
) -> None:
    first, again = (sent(fields, EDGE + timedelta(seconds=gap)) for gap in (-2, 2))
    assert first.event_id != again.event_id
    if at_once:
        happened(score, first, again)
    else:
        happened(score, first)
        happened(score, again)
    assert score.letters() == [letter(first)]
    assert points(score, first.subject)["webinar"] == 20


@pytest.mark.parametrize("at_once", [True, False], ids=["in one batch", "one after the other"])
def test_what_a_known_caller_sends_again_counts_once(score: Score, at_once: bool) -> None:
    """The caller's phone belongs to the lead of an e-mail, which has what was sent by it."""
    score.happened(event("form_submitted", ADA, PHONE, ago=HOUR))
    first, again = (sent(BY_PHONE, EDGE + timedelta(seconds=gap)) for gap in (-2, 2))
    if at_once:
        happened(score, first, again)
    else:
        happened(score, first)
        happened(score, again)
    assert score.lead(first.subject).state is LeadState.CLAIMED
    assert points(score, subject("email", ADA))["webinar"] == 20
    assert score.letters() == [letter(first)]


def test_what_is_sent_again_later_counts_again(score: Score) -> None:
    first, again = (sent(BY_MAIL, EDGE - gap) for gap in (2 * SLOT, timedelta(0)))
    happened(score, first, again)
    assert score.letters() == [letter(first), letter(again)]
    assert points(score, first.subject)["webinar"] == 40


KEYED: Final = {**BY_MAIL, "event_id": "a-key-that-the-page-gives-all"}


@pytest.mark.parametrize("at_once", [True, False], ids=["in one batch", "one after the other"])
@pytest.mark.parametrize(
    "news", [{"company": "Lovelace Ltd"}, {"consents": ["email"]}], ids=["an answer", "a consent"]
)
def test_what_is_corrected_under_the_same_key_is_news(
    score: Score, news: dict[str, Any], at_once: bool
) -> None:
    first = sent(KEYED, EDGE - timedelta(minutes=5))
    corrected = sent({**KEYED, **news}, EDGE)
    assert first.event_id != corrected.event_id
    if at_once:
        happened(score, first, corrected)
    else:
        happened(score, first)
        happened(score, corrected)
    assert score.letters() == [letter(first), letter(corrected)]
    assert points(score, first.subject)["webinar"] == 40


def test_under_the_same_key_the_same_answers_count_once_a_day(score: Score) -> None:
    """Another browser, and what is no answer, make it no news: a page may send a time along."""
    first = sent({**KEYED, "visitor_id": "one", "_sent": "1"}, EDGE - 3 * SLOT)
    again = sent({**KEYED, "visitor_id": "two", "_sent": "2"}, EDGE)
    assert first.event_id != again.event_id
    happened(score, first, again)
    assert score.letters() == [letter(first)]
    assert points(score, first.subject)["webinar"] == 20
