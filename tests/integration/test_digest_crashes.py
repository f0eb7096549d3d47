"""The digest ends, or a call of AWS goes wrong, at every step: all get one mail, and lose no lead.

The run of a Tuesday is struck at one of its calls, and tried again as Lambda and the schedule do.
Monday's and Wednesday's go well. SES tells of the mails that it took, unless a test says otherwise.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from hotlist.events.times import from_text
from hotlist.store.deliveries import LEASE
from integration.model.queues import throttled
from integration.stages.crashes import LEAST_STEPS, MOST_STEPS, Killed, kill
from integration.stages.mornings import DAY, MINUTE, QUARTER, Call, Office, Way, as_asked

MONDAY = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)  # 7:30 in Warsaw
TUESDAY, WEDNESDAY = MONDAY + DAY, MONDAY + 2 * DAY
EVERYBODY = ("anna", "ben")
RETRIES = [1 * MINUTE, 3 * MINUTE]
"""When Lambda tries a run again that has failed, with the same time."""

FILE = """
recipients:
  - {id: anna, name: Anna, email: anna@example.com, language: en, timezone: Europe/Warsaw,
     digest: "07:30"}
  - {id: ben, name: Ben, email: ben@example.com, language: en, timezone: Europe/Warsaw,
     digest: "07:30"}
"""
CROSSINGS = {
    "old@example.org": MONDAY - 20 * 60 * MINUTE,
    "gone@example.org": MONDAY - 19 * 60 * MINUTE,
    "new@example.org": TUESDAY - 5 * 60 * MINUTE,
    "late@example.org": TUESDAY - 1 * MINUTE,  # after the window that ends before the run
}
FRESH = "fresh@example.org"
"""A lead that is new in Tuesday's window, and not hot."""

HELD = "Alerts that were not mailed"
"""What each digest says in whose window an alert was held."""


def killed_before(_: Call) -> None:
    kill()


def killed_after(call: Call) -> None:
    call()
    kill()


def times_out(_: Call) -> None:
    raise ReadTimeoutError(endpoint_url="aws")


def is_throttled(_: Call) -> None:
    raise throttled("Any", "ThrottlingException", 429)


def loses_its_answer(call: Call) -> None:
    call()
    raise ReadTimeoutError(endpoint_url="aws")


def is_made_twice(call: Call) -> Any:
    """botocore asks again when the first answer is lost. It never does so with SES."""
    call()
    return call()


WAYS = [killed_before, killed_after, times_out, is_throttled, loses_its_answer, is_made_twice]


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with pytest.MonkeyPatch.context() as patch:
        yield Office(FILE, date(2026, 3, 1), MONDAY, patch)


@pytest.fixture(scope="module")
def before(office: Office) -> dict[str, list[Any]]:
    """All that is there on Tuesday just before the run."""
    office.restore({name: [] for name in (*office.tables.names, "mails")}, MONDAY)
    for email, at in CROSSINGS.items():
        if at < MONDAY:
            office.turns_hot(email, at)
    assert not office.run(MONDAY)
    office.is_corrected("gone@example.org", TUESDAY - 6 * 60 * MINUTE)
    for email, at in CROSSINGS.items():
        if at > MONDAY:
            office.turns_hot(email, at)
    add_what_waits(office)
    office.report()
    return office.kept()


def add_what_waits(office: Office) -> None:
    """What only one digest tells of, hot leads or not."""
    office.is_new(FRESH, TUESDAY - 4 * 60 * MINUTE)
    for one in EVERYBODY:
        office.is_held(one, TUESDAY - 3 * 60 * MINUTE)


@pytest.fixture(scope="module")
def before_a_calm_day(office: Office) -> dict[str, list[Any]]:
    office.restore({name: [] for name in (*office.tables.names, "mails")}, TUESDAY)
    add_what_waits(office)
    return office.kept()


def struck(
    office: Office, before: dict[str, list[Any]], way: Way, *, reports: bool
) -> Iterator[tuple[int, str]]:
    """Tuesday's run struck at each of its calls in turn, with the call's place and name."""
    for at in range(MOST_STEPS * 2):
        office.restore(before, TUESDAY)
        office.calls.have(at, way)
        with suppress(Killed):
            office.run(TUESDAY)
        if not office.calls.has_come:
            assert at > LEAST_STEPS * len(EVERYBODY)
            office.calls.have(-1, as_asked)
            return
        name = office.calls.made[at]
        if way is is_made_twice and name == "send_email":
            continue
        office.calls.have(-1, as_asked)
        if reports:
            office.report()
        office.start()  # what was killed has nothing in its memory
        yield at, name
    raise AssertionError("the run does not end")


def tried_again(office: Office, *, until: datetime = TUESDAY + 3 * QUARTER) -> None:
    """The rest of Tuesday's runs: Lambda's of the same time, and those of the schedule."""
    for after in RETRIES:
        office.now = TUESDAY + after
        office.run(TUESDAY)
    scheduled = TUESDAY + QUARTER
    while scheduled < until:
        office.now = scheduled
        office.run(scheduled)
        scheduled += QUARTER


def wednesday(office: Office) -> None:
    office.now = WEDNESDAY
    assert not office.run(WEDNESDAY)


def mailed(office: Office) -> dict[str, list[int]]:
    """How many mails each has had of Monday, Tuesday and Wednesday."""
    days = [one.date().isoformat() for one in (MONDAY, TUESDAY, WEDNESDAY)]
    return {one: [len(office.to(one, day)) for day in days] for one in EVERYBODY}


def windows(office: Office, recipient: str) -> list[tuple[datetime, datetime]]:
    """Those of the digests that the recipient has had."""
    found = []
    for at in (MONDAY, TUESDAY, WEDNESDAY):
        day = at.date().isoformat()
        if office.to(recipient, day):
            item = office.delivery(recipient, day)
            found.append((from_text(item["window_from"]), from_text(item["window_to"])))
    return found


def assert_nothing_is_lost(office: Office, case: object) -> None:
    """Each crossing is in one window, and in its mail; what is hot no longer is taken back once."""
    for one in EVERYBODY:
        found = windows(office, one)
        ends = [end for _, end in found]
        assert [begin for begin, _ in found[1:]] == ends[:-1], case
        assert all(sum(a <= at < b for a, b in found) == 1 for at in CROSSINGS.values()), case
        mails = [mail for mail in office.mails if mail.to == f"{one}@example.com"]
        told = [[email in mail.text for email in CROSSINGS] for mail in mails]
        assert told[0] == [True, True, False, False], case
        assert told[1:] == [[True, True, True, True], [True, False, True, True]], case
        assert_is_told_once(office, one, case)


def assert_is_told_once(office: Office, one: str, case: object) -> None:
    """One mail tells of the new lead and of the alert that was held."""
    mails = [mail.text for mail in office.mails if mail.to == f"{one}@example.com"]
    assert [sum(what in text for text in mails) for what in (FRESH, HELD)] == [1, 1], case


@pytest.mark.parametrize("way", WAYS)
def test_whatever_call_goes_wrong_each_gets_one_mail_and_loses_no_lead(
    office: Office, before: dict[str, list[Any]], way: Way
) -> None:
    names = set()
    for at, name in struck(office, before, way, reports=True):
        tried_again(office)
        wednesday(office)
        case = (at, name)
        assert mailed(office) == {one: [1, 1, 1] for one in EVERYBODY}, case
        assert_nothing_is_lost(office, case)
        if way is is_throttled and name == "send_email":  # the other one, then whom SES refused
            assert [mail.at for mail in office.mails[2:4]] == [TUESDAY, TUESDAY + RETRIES[0]]
        names.add(name)
    calls = {"batch_get_item", "query", "put_item", "update_item", "get_secret_value"}
    assert names >= calls | ({"send_email"} if way is not is_made_twice else set())


@pytest.mark.parametrize("way", WAYS)
def test_two_mails_are_possible_only_if_nobody_knows_of_the_first(
    office: Office, before: dict[str, list[Any]], way: Way
) -> None:
    """SES took the mail, that was not stored, and SES's own event is lost for all the lease."""
    doubled = set()
    for at, name in struck(office, before, way, reports=False):
        taken = [mail.delivery for mail in office.mails]
        stored = [office.delivery(one, TUESDAY.date().isoformat()) for one in EVERYBODY]
        unknown = len(taken) - len(EVERYBODY) - sum(item.get("state") == "sent" for item in stored)
        tried_again(office)
        counts = [day[1] for day in mailed(office).values()]
        assert sorted(counts) == [1, 1 + unknown], (at, name)
        if unknown:
            doubled.add(name)
            first, second = (
                mail
                for mail in office.mails
                if sum(one.delivery == mail.delivery for one in office.mails) == 2
            )
            assert second.at - first.at >= LEASE, (at, name)
        assert_both_windows_hold(office, (at, name))
    assert doubled == MAYBE_TWICE[way]


MAYBE_TWICE = {
    killed_before: {"update_item"},  # before it is stored as sent
    killed_after: {"send_email"},
    times_out: {"update_item"},
    is_throttled: {"update_item"},
    loses_its_answer: {"send_email"},
    is_made_twice: set(),
}


def assert_both_windows_hold(office: Office, case: object) -> None:
    wednesday(office)
    for one in EVERYBODY:
        found = windows(office, one)
        assert [begin for begin, _ in found[1:]] == [end for _, end in found[:-1]], case


@pytest.mark.parametrize("way", WAYS)
def test_a_day_on_which_nothing_is_tried_again_loses_no_lead(
    office: Office, before: dict[str, list[Any]], way: Way
) -> None:
    """The schedule stands still until the next day: who had no mail gets the day's leads then."""
    for at, name in struck(office, before, way, reports=True):
        had = {one: len(office.to(one, TUESDAY.date().isoformat())) for one in EVERYBODY}
        wednesday(office)
        assert mailed(office) == {one: [1, had[one], 1] for one in EVERYBODY}, (at, name)
        for one in EVERYBODY:
            found = windows(office, one)
            ends = [end for _, end in found]
            assert [begin for begin, _ in found[1:]] == ends[:-1], (at, name)
            last = office.to(one, WEDNESDAY.date().isoformat())[0].text
            assert ("gone@example.org" in last) is not had[one], (at, name)
            assert_is_told_once(office, one, (at, name))


@pytest.mark.parametrize("way", WAYS)
def test_a_day_on_which_nobody_is_hot_loses_nothing_either(
    before_a_calm_day: dict[str, list[Any]], office: Office, way: Way
) -> None:
    """There is a digest for what was held alone: it must not be let be while that is unknown."""
    for at, name in struck(office, before_a_calm_day, way, reports=True):
        tried_again(office)
        office.now = WEDNESDAY - 60 * MINUTE
        office.turns_hot("next@example.org", office.now)
        wednesday(office)
        assert [day[1] for day in mailed(office).values()] == [1, 1], (at, name)
        for one in EVERYBODY:
            assert_is_told_once(office, one, (at, name))


# --- an answer is lost, and SES's event of that mail comes late -------------------------------

SECOND = TUESDAY + 2 * QUARTER
"""The first run after the lease of the one whose answer was lost."""


def struck_again(office: Office, before: dict[str, list[Any]], way: Way) -> Iterator[object]:
    """Tuesday's mail to Anna lost its answer; the run after its lease is struck at each call.

    Between the two, a lead that the mail told of is taken out of the list.
    """
    office.restore(before, TUESDAY)
    office.calls.have(-1, as_asked)
    office.run(TUESDAY)
    lost = office.calls.made.index("send_email")
    office.restore(before, TUESDAY)
    office.calls.have(lost, loses_its_answer)
    office.run(TUESDAY)
    office.calls.have(-1, as_asked)
    office.is_corrected("new@example.org", TUESDAY + MINUTE)
    held = office.kept()
    for at in range(MOST_STEPS * 2):
        office.restore(held, SECOND)
        office.calls.have(at, way)
        with suppress(Killed):
            office.run(SECOND)
        if not office.calls.has_come:
            office.calls.have(-1, as_asked)
            return
        name = office.calls.made[at]
        office.calls.have(-1, as_asked)
        office.start()
        yield at, name
    raise AssertionError("the run does not end")


@pytest.mark.parametrize(
    ("way", "reported_at"),
    [
        (killed_before, SECOND + MINUTE),
        (killed_after, SECOND + MINUTE),
        (is_throttled, SECOND + MINUTE),
        (killed_after, WEDNESDAY - MINUTE),
    ],
)
def test_sess_event_of_a_mail_whose_answer_was_lost_books_what_that_mail_told(
    office: Office, before: dict[str, list[Any]], way: Way, reported_at: datetime
) -> None:
    """Whatever the second run had come to: no gap, no overlap, and what was told is taken back."""
    counts = set()
    for case in struck_again(office, before, way):
        if reported_at > SECOND + MINUTE:  # others come between that SES refuses
            for after in (QUARTER, 3 * QUARTER):
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(office, "send_email", lambda **_: is_throttled(lambda: None))
                    office.now = SECOND + after
                    office.run(office.now)
        office.now = reported_at
        office.report()
        tried_again_since(office, reported_at)
        wednesday(office)
        tuesdays = office.to("anna", TUESDAY.date().isoformat())
        counts.add(len(tuesdays))
        found = windows(office, "anna")
        assert [begin for begin, _ in found[1:]] == [end for _, end in found[:-1]], case
        assert found[1][1] == TUESDAY - 3 * MINUTE, case  # the window that the first mail told
        assert "new@example.org" in tuesdays[0].text, case
        said = [*tuesdays[1:], *office.to("anna", WEDNESDAY.date().isoformat())]
        assert any("new@example.org" in mail.text for mail in said), case
    assert counts == {1, 2}


def tried_again_since(office: Office, at: datetime) -> None:
    """The runs of the schedule after an instant, in the three hours that a digest may be late."""
    for number in range(3, 12):
        if (scheduled := TUESDAY + number * QUARTER) > at:
            office.now = scheduled
            office.run(scheduled)


def test_what_a_second_mail_has_taken_back_no_later_one_takes_back_again(
    office: Office, before: dict[str, list[Any]]
) -> None:
    again = 0
    for case in struck_again(office, before, killed_before):
        office.now = SECOND + 2 * QUARTER
        office.run(office.now)
        wednesday(office)
        mails = office.to("anna", TUESDAY.date().isoformat())
        (last,) = office.to("anna", WEDNESDAY.date().isoformat())
        assert "No longer hot" in mails[-1].text, case
        assert "new@example.org" not in last.text, case
        again += len(mails) == 2
    assert again > LEAST_STEPS
