"""A lead whose data cannot be read or written costs nobody else the mail, and nobody a message."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from fast_mail_parser import parse_email

from hotlist.mail import digest_mail, digest_parts
from hotlist.runtime.failures import RunFailed
from integration.stages.corrections import DAY, MINUTE, MONDAY, TUESDAY, happens
from integration.stages.digest import ANNAS_HOUR, RECENT, Digest

LAST_CHANCE = ANNAS_HOUR + timedelta(hours=2, minutes=30)
NOW, NEW, GONE = "Hot now", "New since your last list", "No longer hot"

WAYS: dict[str, dict[str, str]] = {
    "lacks its inputs": {},
    "has points that are no number": {"lacks": "reasons", "reasons": '[["r","abc"]]'},
    "has null for its reasons": {"lacks": "reasons", "reasons": "null"},
    "has another type": {"lacks": "armed", "armed": "yes"},
    "lacks its points, in the index too": {"lacks": "total"},
    "has points of another type": {"lacks": "total", "total": "40"},
}
BROKEN = pytest.mark.parametrize("how", WAYS.values(), ids=WAYS)


@pytest.fixture(autouse=True)
def english(digest: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    digest.wants(monkeypatch, language="en")


def run(digest: Digest, now: Any, error: str = "work=read") -> None:
    """A run that says at its end that something could not be read."""
    with pytest.raises(RunFailed, match=error):
        digest.run(now)


@contextmanager
def cannot_be_written(digest: Digest, lead_id: str) -> Iterator[None]:
    made = digest_mail.card

    def card(lead: Any, *args: Any, **named: Any) -> Any:
        if lead.lead_id == lead_id:
            raise UnicodeError("not to be written")
        return made(lead, *args, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digest_mail, "card", card)
        yield


@BROKEN
def test_whatever_is_wrong_with_a_hot_lead_the_others_are_mailed(
    digest: Digest, how: dict[str, str]
) -> None:
    digest.lead("ada@example.org", RECENT)
    broken = digest.lead("bo@example.org", RECENT)
    with digest.broken_item(broken, **how):
        run(digest, ANNAS_HOUR)
    (text,) = digest.texts()
    assert "ada@example.org" in text
    assert "bo@example.org" not in text


@BROKEN
def test_whatever_is_wrong_with_a_lead_that_is_owed_the_reader_gets_each_days_digest(
    digest: Digest, how: dict[str, str]
) -> None:
    owed = digest.lead("ada@example.org", MONDAY - 60 * MINUTE)
    digest.run(MONDAY)
    happens(digest, "score_suspended", owed, MONDAY + 60 * MINUTE)
    digest.lead("bo@example.org", TUESDAY - 60 * MINUTE)
    with digest.broken_item(owed, **how):
        run(digest, TUESDAY)
    assert "bo@example.org" in digest.texts()[-1]
    assert GONE not in digest.texts()[-1]
    digest.run(TUESDAY + DAY)
    assert "ada: corrected" in digest.texts()[-1], "it is still owed"


@pytest.mark.parametrize("sends_when_empty", [False, True])
def test_a_broken_lead_that_is_new_and_not_hot_holds_up_no_short_mail(
    digest: Digest, monkeypatch: pytest.MonkeyPatch, sends_when_empty: bool
) -> None:
    digest.wants_empty(monkeypatch, sends_when_empty)
    broken = digest.lead("ada@example.org", RECENT, "form_submitted")
    with digest.broken_item(broken):
        run(digest, ANNAS_HOUR)
    assert digest.ses.to == ["anna@example.com"] * sends_when_empty


@pytest.mark.parametrize("what", ["read", "written"])
def test_what_else_there_is_to_tell_does_not_wait_for_the_only_hot_lead(
    digest: Digest, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    digest.wants_empty(monkeypatch, True)
    shown = digest.lead("gone@example.org", MONDAY - DAY)
    digest.run(MONDAY)
    happens(digest, "score_suspended", shown, MONDAY + 60 * MINUTE)
    broken = digest.lead("ada@example.org", TUESDAY - 5 * 60 * MINUTE)
    digest.lead("new@example.org", TUESDAY - 4 * 60 * MINUTE, "form_submitted")
    held = digest.app.digester.look_back.held
    held.hold("anna", "alert", "alert#x@1#anna", TUESDAY - 5 * 60 * MINUTE)
    if what == "read":
        with digest.broken_item(broken):
            run(digest, TUESDAY)
    else:
        with cannot_be_written(digest, broken):
            run(digest, TUESDAY, "event_id=")
    text = digest.texts()[-1]
    assert len(digest.texts()) == 2
    assert "gone: corrected" in text
    assert "new@example.org" in text
    assert "Alerts that were not mailed" in text
    assert "ada@example.org" not in text


@pytest.mark.parametrize("what", ["read", "written"])
@pytest.mark.parametrize("sends_when_empty", [False, True])
def test_the_short_mail_waits_for_the_only_hot_lead_until_the_last_run_of_the_day(
    digest: Digest, monkeypatch: pytest.MonkeyPatch, what: str, sends_when_empty: bool
) -> None:
    digest.wants_empty(monkeypatch, sends_when_empty)
    broken = digest.lead("ada@example.org", RECENT)
    is_broken = digest.broken_item if what == "read" else partial(cannot_be_written, digest)
    with is_broken(broken):
        for after in (0, 15, 135):
            run(digest, ANNAS_HOUR + after * MINUTE, "work=read|event_id=")
            assert digest.ses.sent == []
        run(digest, LAST_CHANCE, "work=read|event_id=")
    assert digest.ses.to == ["anna@example.com"] * sends_when_empty
    digest.run(TUESDAY)
    assert "ada@example.org" in digest.texts()[-1]


def test_a_broken_entry_of_the_index_of_new_leads_hides_no_other(digest: Digest) -> None:
    digest.lead("ada@example.org", RECENT)
    digest.lead("new@example.org", RECENT, "form_submitted")
    broken = digest.lead("bo@example.org", RECENT, "form_submitted")
    with digest.broken_item(broken, created_at=f"{RECENT:%Y-%m-%d}Tnight"):
        run(digest, ANNAS_HOUR)
    assert "new@example.org" in digest.texts()[-1]


def test_a_lead_that_cannot_be_written_into_the_file_costs_it_one_line(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest.wants(monkeypatch, csv=True)
    digest.lead("ada@example.org", RECENT)
    broken = digest.lead("bo@example.org", RECENT)
    cells = digest_parts._cells

    def fails(row: Any, *args: Any) -> Any:
        if row.lead.lead_id == broken:
            raise UnicodeError("not to be written")
        return cells(row, *args)

    monkeypatch.setattr(digest_parts, "_cells", fails)
    run(digest, ANNAS_HOUR, "event_id=")
    (attached,) = parse_email(digest.ses.sent[0]["Content"]["Raw"]["Data"]).attachments
    assert b"ada@example.org" in attached.content
    assert b"bo@example.org" not in attached.content
