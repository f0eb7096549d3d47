"""A run of the digest function ends, or a call of AWS goes wrong, at every step of its handler.

Beside the digests it tells of what was held, queues leads that are due or were scored by other
rules, and looks at keys and mappings. None of that is lost or mailed twice, and no part of it costs
another part its work. What becomes of the digests' own windows is in test_digest_crashes.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pytest

from hotlist.mail.queue import Letter, More
from hotlist.rescore.queue import lead_of
from hotlist.rescore.walk import PASSES
from hotlist.scoring import ruleset
from hotlist.store.hours import SETTLED_AFTER, Held, start_of
from integration.stages.crashes import LEAST_STEPS, MOST_STEPS, Killed
from integration.stages.mornings import DAY, HOT_FOR, MINUTE, QUARTER, RULES, Way, as_asked
from integration.stages.whole_runs import (
    OUTBOX,
    PARTS,
    RESCORE,
    WholeOffice,
    attentions,
    idle,
    leads_of,
    letters_of,
)
from integration.test_digest_crashes import (
    EVERYBODY,
    RETRIES,
    is_made_twice,
    is_throttled,
    killed_after,
    killed_before,
    loses_its_answer,
    times_out,
)

MONDAY = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)  # 7:30 in Warsaw
TUESDAY = MONDAY + DAY
WARSAW = 'language: en, timezone: Europe/Warsaw, digest: "07:30", holidays: {country: PL}'
FILE = f"""
recipients:
  - {{id: anna, name: Anna, email: anna@example.com, {WARSAW}}}
  - {{id: ben, name: Ben, email: ben@example.com, {WARSAW}}}
"""
BUILT = date(2020, 6, 1)  # it knows no holidays after 2025
OTHER_RULES = ruleset.from_checked(
    {
        "temperature": {"hot": 5},
        "rules": [{"id": "asked", "event": "contact_requested", "points": 11, "lasts": "4d"}],
    }
)
CROSSINGS = {
    "fades@example.org": TUESDAY - HOT_FOR - 60 * MINUTE,  # hot no longer, and due
    "old@example.org": MONDAY - 20 * 60 * MINUTE,  # hot for more than a day: due
    "older@example.org": MONDAY - 30 * 60 * MINUTE,
    "new@example.org": TUESDAY - 5 * 60 * MINUTE,
    "late@example.org": TUESDAY - 1 * MINUTE,
}
HELD = {
    Held("anna", "message", "2026-03-03T03"): 3,
    Held("anna", "alert", "2026-03-03T03"): 1,
    Held("ben", "message", "2026-03-03T04"): 2,
}
UNDER_WAY = Held("ben", "alert", "2026-03-03T06")  # that hour is not over yet


def more(held: Held) -> Letter:
    return Letter(More(*held), held.recipient)


def refuses_the_first(call: Any) -> Any:
    """SQS takes some of what it is given. Other calls go well."""
    if call.func.__name__ == "send_message_batch":
        call.func.__self__.refused = 1
    return call()


Capture = pytest.CaptureFixture[str]
KILLS = [killed_before, killed_after]
FAULTS = [times_out, is_throttled, loses_its_answer, is_made_twice, refuses_the_first]


@pytest.fixture(scope="module")
def office() -> Iterator[WholeOffice]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hotlist.rescore.queue.MAX_MESSAGES", 2)  # so that all takes several calls
        patch.setattr("hotlist.mail.queue._BATCH", 2)
        patch.setattr("hotlist.rescore.walk.PAGE", 2)
        yield WholeOffice(FILE, BUILT, MONDAY, patch)


@pytest.fixture(scope="module")
def before(office: WholeOffice) -> dict[str, list[Any]]:
    """All that is there on Tuesday just before the run, which is the first of other rules."""
    for email, at in CROSSINGS.items():
        if at < MONDAY:
            office.turns_hot(email, at)
    for quarters in range(PASSES):
        office.now = MONDAY + quarters * QUARTER
        assert not office.handle(office.now)
        office.work_off()
    for email, at in CROSSINGS.items():
        if at > MONDAY:
            office.turns_hot(email, at)
    for held, count in {**HELD, UNDER_WAY: 1}.items():
        office.holds(held, count)
    office.report()
    office.forget_keys()
    office.deploy(OTHER_RULES)
    office.now = TUESDAY
    assert len(office.due(TUESDAY)) > 2  # more than fit into one call
    return office.kept()


def outcome(office: WholeOffice, printed: str) -> dict[str, Any]:
    """What each part of the handler has done."""
    told = attentions(printed)
    return {
        "held": letters_of(office.queued.get("held", ())),
        "digest": {one: len(office.to(one, f"{TUESDAY:%Y-%m-%d}")) for one in EVERYBODY},
        "due": leads_of(office.queued.get("due", ())),
        "rescoring": leads_of(office.queued.get("rescoring", ())),
        "keys": told.count("link keys changed"),
        "mappings": idle(printed),
    }


def all_of_it(office: WholeOffice, before: dict[str, list[Any]], capsys: Capture) -> dict[str, Any]:
    """The outcome of a run in which nothing goes wrong."""
    office.restore(before, TUESDAY)
    office.calls.have(-1, as_asked)
    capsys.readouterr()
    assert not office.handle(TUESDAY)
    return outcome(office, capsys.readouterr().out)


class Struck(NamedTuple):
    """A run of which one call went wrong, and what failed of it.

    Nothing failed of a run that was killed: nobody could say so.
    """

    at: int
    name: str
    part: str
    failed: str
    printed: str


def struck(
    office: WholeOffice,
    before: dict[str, list[Any]],
    way: Way,
    capsys: Capture,
    scheduled: datetime = TUESDAY,
) -> Iterator[Struck]:
    """A run struck at each of its calls in turn."""
    for at in range(MOST_STEPS * 4):
        office.restore(before, scheduled)
        office.calls.have(at, way)
        failed = ""
        with suppress(Killed):
            failed = office.handle(scheduled)
        printed = capsys.readouterr().out
        if not office.calls.has_come:
            assert at > LEAST_STEPS * len(PARTS)
            return
        name = office.calls.made[at]
        office.calls.have(-1, as_asked)
        if way is is_made_twice and name == "send_email":
            continue  # botocore asks SES once
        if way is refuses_the_first and name != "send_message_batch":
            continue
        yield Struck(at, name, office.part_of(at), failed, printed)
    raise AssertionError("the run does not end")


def rest_of_tuesday(office: WholeOffice, way: Way, failed: str, *, late: bool) -> None:
    """Lambda tries the run again until it goes well; then come those of the schedule.

    What is queued is worked off at once, or only when all runs are over.
    """
    office.report()
    office.start()
    again = [TUESDAY + after for after in RETRIES] if failed or way in KILLS else []
    for at in again:
        office.now = at
        if not office.handle(TUESDAY):
            break
    for quarters in range(1, 4):
        if not late:
            office.work_off()
            office.report()
        office.now = TUESDAY + quarters * QUARTER
        assert not office.handle(office.now)
    office.work_off()
    assert office.queues == {OUTBOX: [], RESCORE: []}


def assert_all_is_done_once(office: WholeOffice, case: object) -> None:
    day = TUESDAY.date().isoformat()
    assert [len(office.to(one, day)) for one in EVERYBODY] == [1] * len(EVERYBODY), case
    for held, count in HELD.items():
        (mail,) = office.mails_of(more(held))
        assert mail.to == f"{held.recipient}@example.com", case
        assert f" {count} " in f" {mail.text} ", case
    (mail,) = office.mails_of(more(UNDER_WAY))
    assert mail.at >= start_of(UNDER_WAY.hour) + 60 * MINUTE + SETTLED_AFTER, case
    assert office.due(TUESDAY) == [], case
    assert office.rules_of() == {OTHER_RULES.hash}, case
    assert office.walked() == (OTHER_RULES.hash, PASSES), case


def come_twice(office: WholeOffice, told: list[str]) -> set[str]:
    """What came more than once, beside mails: of these none did."""
    letters = Counter(office.queued["held"])
    leads = Counter(lead_of(body) for body in office.queued["due"])
    lines = {kind for kind, number in Counter(told).items() if number > 1}
    queued = {"letters": letters, "leads": leads}
    return lines | {name for name, counts in queued.items() if max(counts.values()) > 1}


TWICE = {
    killed_before: {"letters", "leads", "holidays end", "link keys changed"},
    killed_after: {"letters", "leads", "holidays end"},
    times_out: {"letters", "leads", "link keys changed"},
    is_throttled: {"letters", "leads", "link keys changed"},
    loses_its_answer: {"letters", "leads"},
    is_made_twice: {"letters", "leads"},
    refuses_the_first: {"letters", "leads"},
}
"""What may come more than once. docs/operations.md names it."""


@pytest.mark.parametrize("way", [*KILLS, *FAULTS])
def test_whatever_call_goes_wrong_all_is_done_and_each_mail_is_sent_once(
    office: WholeOffice, before: dict[str, list[Any]], way: Way, capsys: Capture
) -> None:
    """Where a call of the digests goes wrong and the run goes on, test_digest_crashes looks."""
    due = all_of_it(office, before, capsys)["due"]
    parts: set[str] = set()
    twice: set[str] = set()
    for one in struck(office, before, way, capsys):
        if way not in KILLS and one.part == "digest":
            continue
        rest_of_tuesday(office, way, one.failed, late=one.at % 2 == 1)
        assert_all_is_done_once(office, one)
        assert leads_of(office.queued["due"]) >= due, one
        told = attentions(one.printed + capsys.readouterr().out)
        assert {"holidays end", "link keys changed"} <= set(told), one
        parts.add(one.part)
        twice |= come_twice(office, told)
    assert twice == TWICE[way]
    queueing = {"held", "due", "rescoring"}
    assert parts >= (queueing if way is refuses_the_first else {*PARTS} - {"digest"})


@pytest.mark.parametrize("way", FAULTS)
def test_a_fault_in_one_part_costs_no_other_its_work(
    office: WholeOffice, before: dict[str, list[Any]], way: Way, capsys: Capture
) -> None:
    """All others do the whole of theirs in the same run. The run fails, so that somebody knows."""
    expected = all_of_it(office, before, capsys)
    assert {part: bool(found) for part, found in expected.items()} == dict.fromkeys(PARTS, True)
    for one in struck(office, before, way, capsys):
        found = outcome(office, one.printed)
        assert found == {**expected, one.part: found[one.part]}, one
        assert way is is_made_twice or one.failed, one


@pytest.fixture(scope="module")
def second_pass(office: WholeOffice, before: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """All that is there before the walk's last pass: leads that old code scored after the first."""
    office.restore(before, TUESDAY)
    office.calls.have(-1, as_asked)
    assert not office.handle(TUESDAY)
    office.work_off()
    office.deploy(RULES)
    for number in range(3):
        office.turns_hot(f"slow{number}@example.org", TUESDAY + 5 * MINUTE)
    office.deploy(OTHER_RULES)
    assert office.rules_of() == {RULES.hash, OTHER_RULES.hash}
    assert office.walked() == (OTHER_RULES.hash, PASSES - 1)
    return office.kept()


@pytest.mark.parametrize("way", [*KILLS, *FAULTS])
def test_the_last_pass_of_the_walk_leaves_no_lead_out(
    office: WholeOffice, second_pass: dict[str, list[Any]], way: Way, capsys: Capture
) -> None:
    """No further pass would find it."""
    looked = 0
    scheduled = TUESDAY + QUARTER
    for one in struck(office, second_pass, way, capsys, scheduled):
        if one.part == "rescoring":
            looked += 1
            office.start()
            for now in (scheduled + MINUTE, scheduled + QUARTER):
                office.now = now
                assert not office.handle(now)
            office.work_off()
            assert office.rules_of() == {OTHER_RULES.hash}, one
            assert office.walked() == (OTHER_RULES.hash, PASSES), one
    assert looked > (1 if way is refuses_the_first else LEAST_STEPS)
