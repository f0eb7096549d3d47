"""Workers of the OutboxQueue that are killed at any step, or race: each mail is sent once."""

from datetime import timedelta
from functools import partial

import pytest

from hotlist.mail.queue import AFTER_LEASE, Letter, More
from hotlist.store import hours
from hotlist.store.deliveries import LEASE
from integration.stages.crashes import (
    Fresh,
    Killed,
    Steps,
    assert_a_kill_changes_nothing,
    assert_a_race_changes_nothing,
    kill,
)
from integration.stages.letters import fill
from integration.stages.notify import ALERT, EVERYBODY, TOLD, Notify, a_lead, a_message

CASES = ["message", "alert", "held", "more"]


def prepare(notify: Notify, case: str) -> Letter:
    if case == "message":
        notify.events.put(a_message())
        return TOLD.to("ben")
    if case == "more":
        notify.held.hold("ben", "alert", "x", notify.now)
        return Letter(More("ben", "alert", hours.hour_of(notify.now)), "ben")
    notify.leads.save(a_lead(), None)
    if case == "held":
        fill(notify, "alert", "ben")
    return ALERT.to("ben")


def told(notify: Notify) -> tuple[int, int]:
    """Mails to Ben, and how many were held for him."""
    held = [
        notify.held.count(hours.Held("ben", "alert", hours.hour_of(notify.now - back)))[0]
        for back in (timedelta(0), LEASE + AFTER_LEASE)
    ]
    return len(notify.ses.sent), max(held)


def expected(case: str) -> tuple[int, int]:
    return (0, 1) if case == "held" else (1, int(case == "more"))


@pytest.mark.parametrize("case", CASES)
def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(
    notify: Notify, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    assert_a_kill_changes_nothing(
        notify,
        monkeypatch,
        partial(prepare, notify, case),
        partial(told, notify),
        expected(case),
    )


@pytest.mark.parametrize("case", CASES)
def test_two_consumers_of_one_letter_send_it_once(
    notify: Notify, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    def twice() -> tuple[Letter, Letter]:
        letter = prepare(notify, case)
        return letter, letter

    assert_a_race_changes_nothing(notify, monkeypatch, twice, partial(told, notify), expected(case))


def test_a_worker_killed_between_two_letters_loses_none(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The letter without a recipient becomes one for each, whenever the process ends."""
    steps = Steps(notify, monkeypatch)
    for at in range(100):
        again = Fresh(notify)
        notify.leads.save(a_lead(), None)
        notify.queue(ALERT)
        messages = notify.receive()
        steps.have(kill, at)
        try:
            notify.invoke(messages)
        except Killed:
            notify.invoke(messages)
        else:
            assert at > 2
            return
        notify.work_off()
        assert notify.ses.to == EVERYBODY, at
        again.clear()


@pytest.mark.parametrize("others", [0, 1])
@pytest.mark.parametrize("case", ["message", "alert"])
def test_what_counts_as_held_is_not_mailed_in_the_next_hour(
    notify: Notify, monkeypatch: pytest.MonkeyPatch, case: str, others: int
) -> None:
    """A worker dies at any step of holding a mail. When the letter comes back there are places.

    The hour names one that it holds, and says beyond it that there are more.
    """
    monkeypatch.setattr(hours, "MOST_HELD", 1)
    steps = Steps(notify, monkeypatch)
    kind = case
    seen: set[tuple[int, int]] = set()
    for at in range(100):
        again = Fresh(notify)
        letter = prepare(notify, case)
        fill(notify, kind, "ben")
        if others:
            notify.held.hold("ben", kind, "other", notify.now)
        begun = notify.now
        notify.queue(letter)
        messages = notify.receive()
        steps.have(kill, at)
        try:
            notify.invoke(messages)
        except Killed:
            notify.now += timedelta(hours=1)
            notify.invoke(messages)
        else:
            assert seen == {(0, 1), (1, 0)}
            return
        named, is_more = notify.held.count(hours.Held("ben", kind, hours.hour_of(begun)))
        mails, held = len(notify.ses.sent), named + is_more - others
        assert mails + held == 1, at
        seen.add((mails, held))
        again.clear()
