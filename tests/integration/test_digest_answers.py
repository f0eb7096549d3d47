"""What salespeople answer, as digests tell of it."""

from datetime import datetime, timedelta

import pytest

from hotlist.events.vocabulary import INTERNAL
from hotlist.identity import identifiers
from hotlist.leads.lead import LeadState, Stage
from integration.stages.corrections import DAY, MINUTE, MONDAY, TUESDAY, WEDNESDAY, happens, spam
from integration.stages.digest import Digest
from integration.stages.digest_mails import GONE, HOT, NEW, TAKEN, UNANSWERED, last, where

COOLS_ON_MONDAY = MONDAY - 14 * DAY + timedelta(hours=4)
"""Who asked to be contacted then is hot no longer four hours after Monday's digest."""


@pytest.fixture(autouse=True)
def english(digest: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    digest.wants(monkeypatch, language="en")


def test_an_answer_that_is_taken_back_brings_the_lead_back(digest: Digest) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    digest.lead("bo@example.org", MONDAY - 60 * MINUTE)
    answer = happens(digest, "sales_contacted", ada, MONDAY - 30 * MINUTE)
    digest.run(MONDAY)
    assert (where(digest, "ada"), where(digest, "bo")) == ([], [HOT])
    happens(digest, "sales_undone", ada, MONDAY + 60 * MINUTE, event_id=answer.event_id)
    digest.run(TUESDAY)
    assert where(digest, "ada") == [HOT]


def test_a_lead_that_was_put_off_comes_back_on_its_day(digest: Digest) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    digest.lead("bo@example.org", MONDAY - 60 * MINUTE)
    digest.run(MONDAY)
    until = (TUESDAY + 2 * 60 * MINUTE).isoformat()
    happens(digest, "sales_snoozed", ada, MONDAY + 60 * MINUTE, until=until)
    digest.run(TUESDAY)
    assert where(digest, "ada") == [TAKEN]
    assert "put off until" in last(digest)[TAKEN]
    digest.at(TUESDAY + 3 * 60 * MINUTE)
    assert ada in digest.app.stores.leads.due(TUESDAY + 3 * 60 * MINUTE)
    digest._score.folder.fold(ada)
    digest.run(WEDNESDAY)
    assert where(digest, "ada") == [HOT]
    assert "Was put off until Mar 3" in last(digest)[HOT]
    digest.run(WEDNESDAY + DAY)
    assert where(digest, "ada") == [HOT]
    assert "Was put off" not in last(digest)[HOT]


def test_who_came_back_has_waited_since_then(digest: Digest) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    until = (MONDAY + 7 * DAY - 60 * MINUTE).isoformat()
    happens(digest, "sales_snoozed", ada, MONDAY + 60 * MINUTE, until=until)
    digest.at(MONDAY + 7 * DAY - 30 * MINUTE)
    digest._score.folder.fold(ada)
    for days, section in ((7, HOT), (10, UNANSWERED)):
        digest.run(MONDAY + days * DAY)
        assert where(digest, "ada") == [section], days
    assert "3 working days without an answer" in last(digest)[UNANSWERED]


@pytest.mark.parametrize("is_test", [True, False])
def test_what_is_void_or_taken_back_is_no_reason_why_a_lead_is_hot_no_longer(
    digest: Digest, is_test: bool
) -> None:
    ada = digest.lead("ada@example.org", COOLS_ON_MONDAY)
    digest.run(MONDAY)
    at = MONDAY + 60 * MINUTE
    if is_test:
        happens(digest, "sales_contacted", ada, at, flags={INTERNAL}, by="ben")
    else:
        said = happens(digest, "sales_contacted", ada, at, by="ben")
        happens(digest, "sales_undone", ada, at + MINUTE, event_id=said.event_id, by="ben")
    digest.run(TUESDAY)
    assert where(digest, "ada") == [GONE]
    assert "cooled down" in last(digest)[GONE]


def test_the_answer_that_stands_is_told_beside_one_that_was_taken_back(digest: Digest) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    digest.run(MONDAY)
    at = MONDAY + 60 * MINUTE
    happens(digest, "sales_meeting", ada, at, by="anna")
    later = happens(digest, "sales_won", ada, at + MINUTE, by="ben")
    happens(digest, "sales_undone", ada, at + 2 * MINUTE, event_id=later.event_id, by="ben")
    digest.run(TUESDAY)
    assert where(digest, "ada") == [TAKEN]
    assert "meeting, Anna" in last(digest)[TAKEN]


@pytest.mark.parametrize("is_undone", [True, False])
@pytest.mark.parametrize("is_spam_first", [True, False])
def test_what_sales_says_makes_no_lead_of_spam(
    digest: Digest, is_spam_first: bool, is_undone: bool
) -> None:
    ada = digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    digest.run(MONDAY)
    if is_spam_first:
        spam(digest, ada)
    said = happens(digest, "sales_rejected", ada, TUESDAY - 30 * MINUTE, by="ben")
    if is_undone:
        happens(digest, "sales_undone", ada, TUESDAY - 20 * MINUTE, event_id=said.event_id)
    if not is_spam_first:
        spam(digest, ada)
    assert digest.stored(ada).state is LeadState.EMPTY
    digest.lead("bob@example.org", TUESDAY - 10 * MINUTE, "form_submitted")
    digest.run(TUESDAY)
    assert where(digest, "bob") == [NEW]
    assert "ada" in last(digest)[GONE if is_undone else TAKEN]
    assert "new leads: 1" in digest.texts()[-1]


def test_an_answer_about_nobody_makes_no_lead(digest: Digest) -> None:
    nobody = identifiers.subject("email", "nobody@example.org")
    happens(digest, "sales_meeting", nobody, MONDAY - 60 * MINUTE, by="ben")
    digest.lead("bob@example.org", MONDAY - 30 * MINUTE)
    digest.run(MONDAY)
    assert list(last(digest)) == [HOT]
    assert "new leads: 1" in digest.texts()[-1]


def test_an_answer_is_taken_back_from_the_lead_that_has_it(digest: Digest) -> None:
    """Though another lead has claimed the phone in between, by whose link both were said."""

    def form(email: str, at: datetime) -> str:
        digest.at(at)
        return digest.lead(email, at, phone="+48600100200")

    phone = identifiers.subject("phone", "+48600100200")
    ada = form("ada@example.org", MONDAY)
    said = happens(digest, "sales_won", phone, MONDAY + 60 * MINUTE, by="ben")
    digest._score.folder.fold(ada)
    assert digest.stored(ada).stage is Stage.CUSTOMER
    eve = form("eve@example.org", MONDAY + 120 * MINUTE)
    happens(digest, "sales_undone", phone, MONDAY + 180 * MINUTE, event_id=said.event_id)
    for lead_id in (ada, eve):
        digest._score.folder.fold(lead_id)
        assert digest.stored(lead_id).answer is None
        assert digest.stored(lead_id).stage is Stage.INTENT
