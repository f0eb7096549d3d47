"""Workers that are killed at any step, or race: each mail to a lead is sent once, or held once."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from hotlist.mail.queue import Letter
from hotlist.store.deliveries import HELD
from integration.stages.crashes import (
    assert_a_kill_changes_nothing,
    assert_a_race_changes_nothing,
)
from integration.stages.notify import Notify
from integration.stages.to_leads import ADDRESS, has_forms, letters, sent_form

CASES = ["confirm:email", "reward", "receipt", "held"]


def prepare(notify: Notify, case: str) -> Letter:
    has_forms(notify)
    event = sent_form(received_at=notify.now, occurred_at=notify.now)
    notify.events.put(event)
    if case == "held":
        one_place = replace(notify.app.consumer.to_leads.hours, most=1)
        has_forms(notify, hours=one_place)
        for hour in range(2):  # that of the first worker and that of the second
            one_place.take_place("ebook", "lead", "other", notify.now + timedelta(hours=hour))
    (letter,) = letters(event, "receipt" if case == "held" else case)
    return letter


def outcome(notify: Notify) -> tuple[list[str], int]:
    """Whom mails went to, and how many were held."""
    items = notify.dynamodb.scan(TableName=notify.app.settings.deliveries_table)["Items"]
    return notify.ses.to, sum(one.get("state", {}).get("S") == HELD for one in items)


def expected(case: str) -> tuple[list[str], int]:
    return ([], 1) if case == "held" else ([ADDRESS], 0)


@pytest.mark.parametrize("case", CASES)
def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(
    notify: Notify, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    assert_a_kill_changes_nothing(
        notify,
        monkeypatch,
        partial(prepare, notify, case),
        partial(outcome, notify),
        expected(case),
    )


@pytest.mark.parametrize("case", CASES)
def test_two_consumers_of_one_letter_send_it_once(
    notify: Notify, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    def twice() -> tuple[Letter, Letter]:
        letter = prepare(notify, case)
        return letter, letter

    assert_a_race_changes_nothing(
        notify, monkeypatch, twice, partial(outcome, notify), expected(case)
    )


def test_two_requests_at_once_are_one_confirmation(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes first takes the place; the other finds that a mail was just sent."""

    def two() -> tuple[Letter, Letter]:
        has_forms(notify)
        asked = [sent_form(n, received_at=notify.now, occurred_at=notify.now) for n in (1, 2)]
        for event in asked:
            notify.events.put(event)
        (one,), (other,) = (letters(event, "confirm:email") for event in asked)
        return one, other

    assert_a_race_changes_nothing(
        notify, monkeypatch, two, partial(outcome, notify), ([ADDRESS], 0)
    )
