"""Digests that are far apart: one a week, over summer time too, and after a long absence.

Nothing between two of them is forgotten, and nothing is told twice.
"""

import re
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from hotlist.store.deliveries import KEPT
from hotlist.store.hours import HourStore, whole_hours
from hotlist.store.windows import LEAST, MOST_HOURS, Window, looked_back
from integration.stages.crashes import LEAST_STEPS, MOST_STEPS
from integration.stages.mornings import DAY, MINUTE, Call, Office, as_asked

HOUR = 60 * MINUTE
PERSON = (
    "recipients:\n"
    "  - {id: anna, name: Anna, email: anna@example.com, timezone: Europe/Warsaw,\n"
    '     digest: "08:00", on_empty: short'
)
MONDAYS = f"{PERSON}, weekdays: [mon]}}\n"
AWAY = f"""{PERSON}, absence: [{{from: 2026-03-07, to: 2026-03-29, stand_in: ben}}]}}
  - {{id: ben, name: Ben, email: ben@example.com}}
"""
# The first day, the hour of its digest, and that of the next one, in UTC.
WEEKS = {
    "an ordinary week": (date(2026, 9, 21), 6, 6),
    "clocks are put back": (date(2026, 10, 19), 6, 7),
    "clocks are put forward": (date(2026, 3, 23), 7, 6),
}


def is_told(office: Office, lead_id: str, at: datetime) -> None:
    """An alert of a lead is sent to Anna."""
    alert_id = office.lead(lead_id).alerting.alert_id
    hours = HourStore(office.tables.client, "deliveries", 99)
    hours.take_place("anna", "alert", f"alert#{alert_id}#anna", at)


@pytest.mark.parametrize(("day", "before", "after"), WEEKS.values(), ids=WEEKS)
def test_each_hour_between_two_weeks_digests_is_told_by_one_of_them(
    day: date, before: int, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = datetime(day.year, day.month, day.day, before, tzinfo=UTC)
    second = first.replace(hour=after) + 7 * DAY
    office = Office(MONDAYS, date(2026, 1, 1), first, monkeypatch)
    office.run(first)
    held, at = 0, first - 30 * MINUTE
    while at < second + 5 * HOUR:
        office.is_held("anna", at)
        held, at = held + 1, at + HOUR
    for now in (second, second + 7 * DAY):
        office.now = now
        assert not office.run(now)
    counts = [
        int(n) for mail in office.mails for n in re.findall(r"hour was full: (\d+)", mail.text)
    ]
    assert len(office.mails) == 3
    assert counts == [held - 6, 6]


@pytest.mark.parametrize(("day", "before", "after"), WEEKS.values(), ids=WEEKS)
def test_what_an_alert_told_of_just_after_a_weeks_digest_is_taken_back_by_the_next(
    day: date, before: int, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = datetime(day.year, day.month, day.day, before, tzinfo=UTC)
    second = first.replace(hour=after) + 7 * DAY
    office = Office(MONDAYS, date(2026, 1, 1), first, monkeypatch)
    office.run(first)
    office.is_new("fresh@example.org", first + 10 * MINUTE)
    for number in range(3):
        email, at = f"p{number}@example.org", first + (10 + 65 * number) * MINUTE
        is_told(office, office.turns_hot(email, at), at)
        office.is_corrected(email, first + 3 * DAY)
    for now in (second, second + 7 * DAY):
        office.now = now
        assert not office.run(now)
    gone = [
        re.findall(r"^(p\d) · \S+: corrected", mail.text, re.MULTILINE) for mail in office.mails
    ]
    assert [sorted(names) for names in gone] == [[], ["p0", "p1", "p2"], []]
    assert ["fresh@example.org" in mail.text for mail in office.mails] == [False, True, False]


def test_who_comes_back_after_weeks_hears_what_became_of_the_last_alerts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    friday = datetime(2026, 3, 6, 7, tzinfo=UTC)
    office = Office(AWAY, date(2026, 1, 1), friday, monkeypatch)
    office.run(friday)
    lead_id = office.turns_hot("told@example.org", friday + 4 * HOUR)
    is_told(office, lead_id, friday + 4 * HOUR)
    office.is_held("anna", friday + 5 * HOUR)
    office.is_corrected("told@example.org", friday + 10 * DAY)
    for number in range(1, 26):
        office.now = (friday + number * DAY).replace(hour=6)
        office.run(office.now)
    mails = [mail.text for mail in office.mails if mail.to == "anna@example.com"]
    assert ["told · told@example.org: corrected" in text for text in mails] == [False, True, False]
    assert ["hour was full: 1" in text for text in mails] == [False, True, False]


def test_a_run_of_an_earlier_time_moves_no_window_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = datetime(2026, 3, 2, 7, tzinfo=UTC)
    office = Office(f"{PERSON}}}\n", date(2026, 1, 1), first, monkeypatch)
    shown = office.turns_hot("shown@example.org", first - 2 * HOUR)
    office.run(first + DAY)  # tomorrow's, by somebody's hand
    office.is_new("new@example.org", first + 2 * HOUR)
    office.now = first + 5 * MINUTE
    assert not office.run(first)
    assert [mail.text.count("shown@example.org") for mail in office.mails] == [1, 1]
    end = office.delivery("anna", "2026-03-03")["window_to"]
    (item,) = [
        one
        for one in office.tables.items("deliveries")
        if one["delivery_id"]["S"] == "recipient#anna"
    ]
    assert item["window_end"] == {"S": end}
    office.is_corrected("shown@example.org", first + DAY)
    office.now = first + 2 * DAY
    assert not office.run(office.now)
    assert office.delivery("anna", "2026-03-04")["window_from"] == end
    assert office.mails[-1].text.count("shown · shown@example.org: corrected") == 1
    assert shown not in office.delivery("anna", "2026-03-04").get("owed", ())


def test_a_run_that_another_has_overtaken_moves_no_window_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A digest of the next day is sent between any two calls of this one."""
    first = datetime(2026, 3, 2, 7, tzinfo=UTC)
    office = Office(f"{PERSON}}}\n", date(2026, 1, 1), first, monkeypatch)
    office.turns_hot("ada@example.org", first - 2 * HOUR)
    before = office.kept()
    for at in range(MOST_STEPS):
        office.restore(before, first)

        def overtaken(call: Call) -> Any:
            office.calls.have(-1, as_asked)
            office.run(first + DAY)
            return call()

        office.calls.have(at, overtaken)
        office.run(first)
        ends = {
            one["delivery_id"]["S"]: one["window_end"]["S"]
            for one in office.tables.items("deliveries")
            if "window_end" in one
        }
        later = office.delivery("anna", "2026-03-03")
        if not later:
            assert at > LEAST_STEPS
            return
        assert ends == {"recipient#anna": later["window_to"]}, at
    raise AssertionError("the run does not end")


EACH_DAY = 3


@pytest.mark.parametrize(
    ("most", "anna", "ben"),
    [
        # Anna's time is 16 days, Ben's is 2: what each knows of new leads, and their numbers.
        (17 * EACH_DAY, (True, True), (True, True)),
        (13 * EACH_DAY, (True, False), (True, True)),
        (4 * EACH_DAY, (False, False), (True, True)),
        (EACH_DAY, (False, False), (False, False)),
    ],
)
def test_one_absence_takes_new_leads_and_numbers_from_nobody_else(
    most: int,
    anna: tuple[bool, bool],
    ben: tuple[bool, bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monday = datetime(2026, 3, 30, 6, tzinfo=UTC)
    people = AWAY.replace(
        "ben@example.com", 'ben@example.com, weekdays: [sun, mon], digest: "06:00"'
    )
    office = Office(people, date(2026, 1, 1), monday, monkeypatch)
    monkeypatch.setattr("hotlist.sales.editions.MOST_CREATED", most)
    office.now = datetime(2026, 3, 6, 7, tzinfo=UTC)
    office.run(office.now)
    for day in range(22, -1, -1):
        for number in range(EACH_DAY):
            office.is_new(f"n{day}-{number}@example.org", monday - day * DAY - (1 + number) * HOUR)
        office.now = monday - day * DAY
        if day == 0:
            office.turns_hot("hot@example.org", monday - HOUR)
        office.run(office.now)
    found = {}
    for mail in office.mails[-2:]:
        assert "hot@example.org" in mail.text
        knows = "New since your last list" in mail.text, "new leads:" in mail.text
        found[mail.to.partition("@")[0]] = knows
    assert found == {"anna": anna, "ben": ben}


def test_the_longest_windows_alone_are_cut_and_no_run_reads_without_end() -> None:
    random = Random(4)
    ends = datetime(2026, 3, 2, 6, 57, tzinfo=UTC)
    for _ in range(300):
        days = [random.choice([1, 3, 7, 30, 200]) for _ in range(random.choice([1, 5, 40, 300]))]
        windows = {str(n): Window(ends - many * DAY, ends) for n, many in enumerate(days)}
        found = looked_back(windows)
        assert found.keys() == windows.keys()
        hours = {one: len(whole_hours(*window)) for one, window in found.items()}
        least = LEAST // HOUR
        assert sum(hours.values()) <= max(MOST_HOURS, least * len(days)) + len(days)
        for one, window in windows.items():
            length = min(window.ends - window.begins, KEPT)
            assert found[one].ends == ends
            assert found[one].begins >= window.begins
            assert length - LEAST <= timedelta(0) or hours[one] >= least
            assert length > LEAST or found[one] == window
        if sum(min(many, 90) for many in days) * 24 <= MOST_HOURS:
            assert all(found[one].begins == max(windows[one].begins, ends - KEPT) for one in found)
