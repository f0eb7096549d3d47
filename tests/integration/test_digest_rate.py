"""The digest sends no faster than SES takes its mails, and gives up in time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hotlist.sales.digest import MAILING, PAUSES
from integration.model.queues import throttled
from integration.stages.mornings import DAY, MINUTE, QUARTER, Office

MORNING = datetime(2026, 3, 3, 6, 30, tzinfo=UTC)  # a Tuesday, 7:30 in Warsaw
PEOPLE = [f"p{number}" for number in range(20)]
FILE = "recipients:\n" + "".join(
    f"  - {{id: {one}, name: P, email: {one}@example.com, language: en,"
    ' timezone: Europe/Warsaw, digest: "07:30"}\n'
    for one in PEOPLE
)
A_CALL = timedelta(milliseconds=50)


class Slow(Office):
    """An account of SES that takes one mail in so many seconds. Each call of SES takes its time."""

    every = timedelta(seconds=1)
    code = "TooManyRequestsException"
    asked = 0

    def send_email(self, **request: Any) -> dict[str, str]:
        self.asked += 1
        self.now += A_CALL
        if self.mails and self.now < self.mails[-1].at + self.every:
            raise throttled("SendEmail", self.code, 429)
        return super().send_email(**request)

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Slow:
    office = Slow(FILE, date(2026, 3, 1), MORNING, monkeypatch)
    digester = office.digester
    outbox = replace(digester.outbox, wait=office.pass_time)
    office.digester = replace(digester, outbox=outbox)
    office.turns_hot("ada@example.org", MORNING - 5 * 60 * MINUTE)
    return office


def mailed(office: Slow) -> list[str]:
    return sorted(mail.to.partition("@")[0] for mail in office.mails)


def test_an_account_that_takes_one_mail_a_second_gets_them_so(office: Slow) -> None:
    assert not office.run(MORNING)
    assert mailed(office) == sorted(PEOPLE)
    assert office.now - MORNING < MAILING
    assert office.asked <= 2 * len(PEOPLE)


def test_who_has_no_mail_when_the_time_is_over_gets_it_from_the_next_run(office: Slow) -> None:
    """An account that is slower than the digest may wait."""
    office.every = timedelta(seconds=6)
    troubles = office.run(MORNING)
    assert [type(one.error).__name__ for one in troubles] == ["NotMailed"]
    longest = timedelta(seconds=sum(PAUSES)) + (len(PAUSES) + 1) * A_CALL
    assert office.now - MORNING < MAILING + longest
    first = mailed(office)
    assert 10 < len(first) < len(PEOPLE)
    office.now = MORNING + QUARTER
    assert not office.run(MORNING + QUARTER)
    assert mailed(office) == sorted(PEOPLE), "each once"


def test_an_account_that_takes_none_is_left_and_everybody_is_tried_again(office: Slow) -> None:
    """As when the day's quota is used up."""
    with closed(office):
        troubles = office.run(MORNING)
        assert {type(one.error) for one in troubles} >= {ClientError}
        assert office.now - MORNING < MAILING + timedelta(seconds=10)
    assert office.mails == []
    office.now = MORNING + QUARTER
    assert not office.run(MORNING + QUARTER)
    assert mailed(office) == sorted(PEOPLE)


def test_another_refusal_is_not_waited_for(office: Slow) -> None:
    office.code = "MessageRejected"
    office.run(MORNING)
    assert office.asked == len(PEOPLE)
    assert office.now - MORNING == len(PEOPLE) * A_CALL


@contextmanager
def closed(office: Slow) -> Iterator[None]:
    """SES has taken a mail that ends all others for the time being."""
    office.every = DAY
    super(Slow, office).send_email(
        EmailTags=[{"Name": "delivery", "Value": "other"}],
        Destination={"ToAddresses": ["x@example.com"]},
        Content={"Raw": {"Data": b""}},
    )
    yield
    office.mails.clear()
    office.every = timedelta(seconds=1)
