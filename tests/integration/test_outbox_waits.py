"""Letters of the OutboxQueue that must wait: for how long, and what ends it."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError

from hotlist.mail.queue import AFTER_LEASE, QUOTA_WAIT
from hotlist.rescore.queue import FIRST_WAIT, LONGEST_WAIT, PARKED_AFTER
from hotlist.store.deliveries import LEASE
from integration.stages.letters import BEN, refuse
from integration.stages.notify import ALERT, EVERYBODY, Notify, a_lead


def seconds(time: timedelta) -> int:
    return time // timedelta(seconds=1)


def test_a_throttled_mail_waits_longer_each_time_and_stops_no_other(notify: Notify) -> None:
    notify.leads.save(a_lead(), None)
    refuse(notify, "TooManyRequestsException", 429, "anna@example.com")
    notify.tell(ALERT)
    assert notify.ses.to == [BEN]
    for _ in range(9):
        notify.pass_time(timedelta(seconds=1))
        notify.work_off()
    doubling = [seconds(FIRST_WAIT) << n for n in range(10)]
    assert notify.waits == [min(seconds(LONGEST_WAIT), wait) for wait in doubling]
    notify.ses.refuse = {}
    notify.pass_time(timedelta(seconds=1))
    notify.work_off()
    assert notify.ses.to == EVERYBODY
    assert notify.dead() == []


def test_a_quota_that_is_used_up_is_asked_again_in_an_hour(notify: Notify) -> None:
    notify.leads.save(a_lead(), None)
    refuse(notify, "LimitExceededException", 400)
    notify.tell(ALERT.to("ben"))
    assert notify.waits == [seconds(QUOTA_WAIT)]


def lose_answers(notify: Notify, patch: pytest.MonkeyPatch, error: Exception) -> list[str]:
    """Have SES take each mail and its answer never come; the deliveries that it took."""
    taken: list[str] = []

    def lose(**request: Any) -> Any:
        tags = {tag["Name"]: tag["Value"] for tag in request["EmailTags"]}
        taken.append(tags["delivery"])
        raise error

    patch.setattr(notify.ses, "send_email", lose)
    return taken


def test_an_unknown_outcome_waits_for_the_lease_and_is_then_settled_by_sess_word(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify.leads.save(a_lead(), None)
    taken = lose_answers(notify, monkeypatch, ConnectionClosedError(endpoint_url="ses"))
    notify.tell(ALERT.to("ben"))
    assert notify.waits == [seconds(LEASE + AFTER_LEASE)]
    notify.pass_time(timedelta(seconds=60))
    notify.work_off()  # SES's word has not come
    assert notify.waits[1:] == [seconds(LEASE + AFTER_LEASE) - 60]
    notify.deliveries.record_sent(taken[0], "m1", notify.now)
    notify.pass_time(LEASE)
    notify.work_off()
    assert len(taken) == 1
    assert len(notify.waits) == 2


def test_without_sess_word_an_unknown_outcome_is_sent_after_the_lease(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify.leads.save(a_lead(), None)
    with monkeypatch.context() as patch:
        lose_answers(notify, patch, ConnectionClosedError(endpoint_url="ses"))
        notify.tell(ALERT.to("ben"))
    notify.pass_time(LEASE + AFTER_LEASE)
    notify.work_off()
    assert notify.ses.to == [BEN]


def test_a_request_that_never_left_is_sent_soon(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify.leads.save(a_lead(), None)
    with monkeypatch.context() as patch:
        lose_answers(notify, patch, EndpointConnectionError(endpoint_url="ses"))
        notify.tell(ALERT.to("ben"))
    assert notify.waits == [seconds(FIRST_WAIT)]
    notify.pass_time(FIRST_WAIT)
    notify.work_off()
    assert notify.ses.to == [BEN]


def test_what_has_waited_for_twenty_hours_is_tried_once_more_and_parked(notify: Notify) -> None:
    notify.leads.save(a_lead(), None)
    refuse(notify, "TooManyRequestsException", 429)
    notify.tell(ALERT.to("ben"))
    notify.pass_time(PARKED_AFTER + timedelta(minutes=1))
    notify.work_off()
    assert notify.dead() == [(ALERT.to("ben"), "ClientError TooManyRequestsException")]
    assert len(notify.waits) == 1
