"""Quiet hours from the evening to the morning: the alert that was not sent, and the digest."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hotlist.config.sales_schema import compile_sales
from hotlist.mail.queue import Alert, Letter
from hotlist.sales import team
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
    notify.app.consumer = replace(notify.app.consumer, sales=found)


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
