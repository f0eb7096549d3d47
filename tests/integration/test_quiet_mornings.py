"""Quiet hours from the evening to the morning: the alert that was not sent, and the digest."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hotlist.config.sales_schema import compile_sales
from hotlist.mail.queue import Alert, Letter
from hotlist.sales import team
from integration.stages.corrections import happens
from integration.stages.digest import ANNAS_HOUR, Digest
from integration.stages.notify import Notify

FILE = """
recipients:
  - {id: anna, name: Anna, email: anna@example.com, language: pl, timezone: Europe/Warsaw,
     digest: "07:30", quiet_hours: {from: "20:00", to: "07:00", weekends: true}}
"""
HOUR = timedelta(hours=1)
MONDAY = ANNAS_HOUR  # 7:45 in Warsaw
LAST_NIGHT = MONDAY - 5 * HOUR
SATURDAY = MONDAY - 43 * HOUR  # about noon


@pytest.fixture(autouse=True)
def sales(digest: Digest, notify: Notify, monkeypatch: pytest.MonkeyPatch) -> None:
    found = team.from_checked(compile_sales(FILE))
    monkeypatch.setattr(digest.app, "digester", replace(digest.app.digester, sales=found))
    letters = replace(notify.app.consumer.letters, sales=found)
    notify.app.consumer = replace(notify.app.consumer, letters=letters)


@pytest.mark.parametrize("at", [LAST_NIGHT, SATURDAY])
def test_who_turns_hot_in_quiet_hours_raises_no_alert_and_stands_in_the_next_digest(
    digest: Digest, notify: Notify, at: datetime
) -> None:
    digest.at(at)
    lead_id = digest.lead("ada@example.org", at)
    alert_id = digest.stored(lead_id).alerting.alert_id
    assert alert_id is not None

    notify.now = at + timedelta(seconds=5)
    notify.tell(Letter(Alert(lead_id, alert_id)))
    notify.pass_time(MONDAY - notify.now)
    notify.work_off()

    assert notify.ses.sent == []
    assert digest.run(MONDAY)["sent"] == 1
    (text,) = digest.texts()
    assert "ada@example.org" in text


def test_out_of_them_the_alert_comes_at_once(digest: Digest, notify: Notify) -> None:
    at = MONDAY - 12 * HOUR
    digest.at(at)
    lead_id = digest.lead("ada@example.org", at)
    alert_id = digest.stored(lead_id).alerting.alert_id
    assert alert_id is not None
    notify.now = MONDAY + timedelta(minutes=1)
    notify.tell(Letter(Alert(lead_id, alert_id)))
    assert notify.ses.to == ["anna@example.com"]


# --- what the digest tells of them ----------------------------------------------------------

LABEL = "Turned hot in your quiet hours"


def of(digest: Digest, notify: Notify, recipients: str, more: str = "") -> None:
    """Let sales.yaml say this."""
    found = team.from_checked(compile_sales(f"recipients:\n{recipients}{more}"))
    digest.app.digester = replace(digest.app.digester, sales=found)
    letters = replace(notify.app.consumer.letters, sales=found)
    notify.app.consumer = replace(notify.app.consumer, letters=letters)


def person(who: str, quiet: str = "", *, at: str = "07:30", more: str = "") -> str:
    hours = f', quiet_hours: {{from: "20:00", to: "{quiet}"}}' if quiet else ""
    return (
        f'  - {{id: {who}, name: {who.title()}, email: {who}@example.com, digest: "{at}", '
        f"timezone: Europe/Warsaw{hours}{more}}}\n"
    )


def crosses(digest: Digest, notify: Notify, email: str, at: datetime) -> str:
    """A lead turns hot, and its alert comes to the queue a moment later."""
    digest.at(at)
    lead_id = digest.lead(email, at)
    alert_id = digest.stored(lead_id).alerting.alert_id
    assert alert_id is not None
    notify.now = at + timedelta(seconds=5)
    notify.tell(Letter(Alert(lead_id, alert_id)))
    return lead_id


def mails(digest: Digest) -> dict[str, str]:
    """The last mail to each."""
    return {
        to.partition("@")[0]: text for to, text in zip(digest.ses.to, digest.texts(), strict=True)
    }


EIGHT = MONDAY + timedelta(minutes=15)  # in Warsaw


@pytest.mark.parametrize(
    ("minutes", "days"),
    [
        (30, [True, False]),
        (61, [True, False]),
        (24 * 60 + 3, [True, False]),  # the window's first instant
        (24 * 60 + 4, [False, False]),  # just before it
        (2, [False, True]),  # after its end: the next digest tells of it
    ],
)
def test_an_alert_of_quiet_hours_is_told_by_the_digest_whose_window_has_its_instant(
    digest: Digest, notify: Notify, minutes: int, days: list[bool]
) -> None:
    of(digest, notify, person("anna", "09:00", at="08:00"))
    crosses(digest, notify, "ada@example.org", EIGHT - timedelta(minutes=minutes))
    assert notify.ses.sent == []
    for number in range(2):
        digest.run(EIGHT + number * 24 * HOUR)
    assert [LABEL in text for text in digest.texts()] == days


def test_who_was_to_get_the_alert_of_anothers_lead_finds_it_in_their_own_list(
    digest: Digest, notify: Notify
) -> None:
    people = person("anna") + person("ben", "06:00", more=", on_empty: short") + person("cleo")
    of(digest, notify, people, "owners: [{owner: anna}]\ntell: all\nfallback: anna\n")
    crosses(digest, notify, "ada@example.org", LAST_NIGHT)
    assert sorted(notify.ses.to) == ["anna@example.com", "cleo@example.com"]
    notify.ses.sent.clear()
    digest.run(MONDAY)
    found = mails(digest)
    assert found.keys() == {"anna", "ben"}, "Cleo has the alert, and owns nothing"
    assert LABEL in found["ben"]
    assert all("ada@example.org" in text for text in found.values())
    digest.run(MONDAY + 24 * HOUR)
    assert "ada@example.org" not in mails(digest)["ben"], "it is Anna's"


def test_a_lead_that_was_hot_in_quiet_hours_alone_is_told_of_with_the_reason(
    digest: Digest, notify: Notify
) -> None:
    of(digest, notify, person("anna", "07:00"))
    lead_id = digest.lead("ada@example.org", MONDAY - 30 * 24 * HOUR, "form_submitted")
    assert crosses(digest, notify, "ada@example.org", LAST_NIGHT) == lead_id
    happens(digest, "score_suspended", lead_id, LAST_NIGHT + HOUR)
    assert digest.run(MONDAY)["sent"] == 1
    (text,) = digest.texts()
    assert "ada: corrected" in text.partition("No longer hot")[2]
    assert digest.run(MONDAY + 24 * HOUR)["sent"] == 0, "it is told once"
