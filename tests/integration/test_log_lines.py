"""No function writes a subject, an address or a number into its log, whatever goes wrong."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hotlist.events.vocabulary import SPAM
from hotlist.leads.fold import Folder
from hotlist.mail import digest_mail
from hotlist.store.hours import HourStore
from hotlist.store.items import Conflict
from hotlist.store.leads import LeadStore
from hotlist.store.suspects import SuspectStore
from integration.stages.digest import ANNAS_HOUR, RECENT, Digest
from integration.stages.notify import ADA, ALERT, TOLD, Notify, a_lead, a_message
from integration.stages.score import BO, PHONE, Score, event, subject

SECRETS = ("ada@example.org", BO, PHONE, "600100200", "email:", "phone:", "visitor:")

TEXT = f"{ADA} ada@example.org {PHONE}"


def said(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> str:
    """All that was printed and logged, with what stands beside each message."""
    out, err = capsys.readouterr()
    records = [str(vars(record)) for record in caplog.records]
    return "\n".join([out, err, *records])


def conflict(*_: Any, **__: Any) -> Any:
    raise Conflict(TEXT)


def unwritable(*_: Any, **__: Any) -> Any:
    raise UnicodeEncodeError("utf-8", TEXT, 0, 1, TEXT)


def refused(*_: Any, **__: Any) -> Any:
    error = {"Code": "ValidationException", "Message": TEXT}
    raise ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}, "PutItem")


ERRORS = [conflict, unwritable, refused]


@pytest.mark.parametrize("error", ERRORS)
def test_score(
    score: Score,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    error: Callable[..., Any],
) -> None:
    monkeypatch.setattr(LeadStore, "save", error)
    monkeypatch.setattr(SuspectStore, "note", error)
    trapped = event(
        "contact_requested", BO, flags=frozenset({SPAM}), properties={"form": "contact"}
    )
    score.happened(event("contact_requested", "ada@example.org", PHONE, "v", tell=True), trapped)
    score.app.queue.send([subject("phone", PHONE)])
    found = said(capsys, caplog)
    assert error.__name__ == "conflict" or "parked" in found
    assert "not counted" in found
    assert [one for one in SECRETS if one in found] == []


@pytest.mark.parametrize("error", ERRORS)
def test_notify(
    notify: Notify,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    error: Callable[..., Any],
) -> None:
    notify.leads.save(a_lead(), None)
    notify.events.put(a_message())
    monkeypatch.setattr(HourStore, "take_place", error)
    notify.tell(TOLD, ALERT)
    found = said(capsys, caplog)
    assert error.__name__.capitalize() in found or "Error" in found
    assert [one for one in SECRETS if one in found] == []


@pytest.mark.parametrize("error", ERRORS)
def test_digest(
    digest: Digest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    error: Callable[..., Any],
) -> None:
    digest.lead("ada@example.org", RECENT, phone=PHONE)
    monkeypatch.setattr(Folder, "view", error)
    monkeypatch.setattr(digest_mail, "card", error)
    with pytest.raises(Exception, match="event_id=") as raised:
        digest.run(ANNAS_HOUR + timedelta(0))
    found = said(capsys, caplog) + json.dumps(str(raised.value))
    assert "failed" in found
    assert [one for one in SECRETS if one in found] == []
