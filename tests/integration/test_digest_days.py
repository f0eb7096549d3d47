"""The digest on holidays, on days without leads, and before the known holidays end."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from hotlist.config.sales_schema import compile_sales
from hotlist.sales import team
from integration.stages.digest import ANNAS_HOUR, Digest

DAY = timedelta(days=1)
FILE = """
recipients:
  - id: anna
    name: Anna
    email: anna@example.com
    language: pl
    timezone: Europe/Warsaw
    digest: "07:30"
    on_empty: weekly
    holidays: {country: PL, dates: [2026-03-04]}
"""


@pytest.fixture(autouse=True)
def sales(digest: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    found = team.from_checked(compile_sales(FILE, today=date(2021, 3, 1)))
    monkeypatch.setattr(digest.app, "digester", replace(digest.app.digester, sales=found))


def test_on_holidays_nobody_is_mailed(digest: Digest) -> None:
    digest.lead("ada@example.org", ANNAS_HOUR - DAY)
    sent = [digest.run(ANNAS_HOUR + number * DAY)["sent"] for number in range(5)]
    assert sent == [1, 1, 0, 1, 1]


def test_without_leads_there_is_a_short_mail_on_the_first_working_day(digest: Digest) -> None:
    sent = [digest.run(ANNAS_HOUR + number * DAY)["sent"] for number in range(14)]
    assert sent == [1, *[0] * 6, 1, *[0] * 6]


def alarms(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line["recipients"] for line in lines if line.get("attention") == "holidays end"]


@pytest.mark.parametrize(
    ("now", "is_told"),
    [(ANNAS_HOUR, False), (datetime.fromisoformat("2026-10-05T05:45Z"), True)],
)
def test_an_alarm_asks_for_a_build_before_the_holidays_end(
    digest: Digest, now: datetime, is_told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    digest.run(now - timedelta(hours=5))  # nobody's digest is due
    assert alarms(capsys) == []
    digest.run(now)
    assert alarms(capsys) == [["anna"]] * is_told
    digest.run(now + timedelta(minutes=15))  # it was sent, or there was nothing to send
    assert alarms(capsys) == []
