"""A year of the digest, run by run: one digest each local working day, each crossing told once.

The judge knows the holidays and hours of the year by itself, from a list and the zones alone. Some
runs are lost, come late, come twice, or overlap with another run of the same quarter of an hour.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hotlist.events.times import from_text
from hotlist.mail.ses import delivery_hash
from hotlist.runtime.failures import Troubles
from integration.stages.mornings import DAY, HOT_FOR, MINUTE, QUARTER, Call, Office, as_asked

YEAR = 2026
BEGINS, ENDS = datetime(YEAR, 1, 1, tzinfo=UTC), datetime(YEAR + 1, 1, 1, tzinfo=UTC)
SEED = 13
SETTLED = 3 * MINUTE
QUIET_MONTH = 2
"""A month in which nobody turns hot: what the mails of days without leads are judged by."""

FILE = """
on_empty: short
recipients:
  - {id: ola, name: Ola, email: ola@example.com, language: pl, timezone: Europe/Warsaw,
     digest: "07:30", weekdays: [mon, tue, wed, thu, fri], holidays: {country: PL},
     absence: [{from: 2026-07-06, to: 2026-07-17, stand_in: nox}]}
  - {id: nox, name: Nox, email: nox@example.com, language: de, timezone: Europe/Warsaw,
     digest: "02:30", weekdays: [mon, tue, wed, thu, fri, sat, sun]}
  - {id: bob, name: Bob, email: bob@example.com, language: en, timezone: America/New_York,
     digest: "08:00", weekdays: [mon, tue, wed, thu, fri], holidays: {country: US}, on_empty: skip}
  - {id: eve, name: Eve, email: eve@example.com, language: en, timezone: America/New_York,
     digest: "01:30", weekdays: [mon, wed, fri, sat, sun]}
  - {id: late, name: Late, email: late@example.com, language: en, timezone: America/New_York,
     digest: "23:50", weekdays: [fri, sat, sun], holidays: {dates: [2026-11-01]}}
  - {id: ram, name: Ram, email: ram@example.com, language: en, timezone: Asia/Kathmandu,
     digest: "05:10", weekdays: [sun, mon, tue, wed, thu, fri], on_empty: weekly,
     holidays: {dates: [2026-04-14, 2026-10-20, 2026-10-21]},
     absence: [{from: 2026-03-02, to: 2026-06-12, stand_in: bob}]}
"""


def days(*written: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(f"{YEAR}-{one}") for one in written)


def span(first: str, last: str) -> frozenset[date]:
    (begins,), (ends,) = days(first), days(last)
    return frozenset(begins + number * DAY for number in range((ends - begins).days + 1))


POLISH = days(
    *("01-01", "01-06", "04-05", "04-06", "05-01", "05-03", "05-24", "06-04"),
    *("08-15", "11-01", "11-11", "12-24", "12-25", "12-26"),
)
AMERICAN = days(
    *("01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "07-04", "09-07"),
    *("10-12", "11-11", "11-26", "12-25"),
)


@dataclass(frozen=True)
class Person:
    """A recipient as the judge knows them. `off` are days on which they do not work."""

    zone: ZoneInfo
    at: time
    weekdays: str
    off: frozenset[date] = field(default_factory=frozenset)

    def due(self) -> Iterator[tuple[date, datetime]]:
        """Each day that they work: the first quarter of an hour not before their time on it."""
        seen = set()
        for now in quarters(BEGINS - DAY, ENDS + DAY):
            local = now.astimezone(self.zone)
            is_over = local.time() >= self.at
            day = local.date() if is_over else local.date() - DAY
            if day in seen:
                continue
            seen.add(day)
            if day.year == YEAR and day not in self.off and f"{day:%a}" in self.weekdays:
                yield day, now


WARSAW, YORK = ZoneInfo("Europe/Warsaw"), ZoneInfo("America/New_York")
PEOPLE = {
    "ola": Person(WARSAW, time(7, 30), "MonTueWedThuFri", POLISH | span("07-06", "07-17")),
    "nox": Person(WARSAW, time(2, 30), "MonTueWedThuFriSatSun"),
    "bob": Person(YORK, time(8, 0), "MonTueWedThuFri", AMERICAN),
    "eve": Person(YORK, time(1, 30), "MonWedFriSatSun"),
    "late": Person(YORK, time(23, 50), "FriSatSun", days("11-01")),
    "ram": Person(
        ZoneInfo("Asia/Kathmandu"),
        time(5, 10),
        "SunMonTueWedThuFri",
        days("04-14", "10-20", "10-21") | span("03-02", "06-12"),
    ),
}


def quarters(begins: datetime, ends: datetime) -> Iterator[datetime]:
    while begins < ends:
        yield begins
        begins += QUARTER


@dataclass
class Year:
    """What happened: the runs in the order in which they began, and when leads turned hot.

    `windows` has those of the digests that were sent, `states` how each digest ended.
    """

    office: Office
    runs: list[tuple[datetime, datetime]] = field(default_factory=list)
    crossings: dict[str, datetime] = field(default_factory=dict)
    states: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    windows: dict[str, list[tuple[date, datetime, datetime]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    overlaps: int = 0

    def run(self, scheduled: datetime, begins: datetime, random: Random) -> None:
        self.office.now = begins
        self.runs.append((begins, scheduled))
        if random.random() < 0.1:
            self._overlapped(scheduled, random)
        else:
            assert not self.office.run(scheduled)

    def _overlapped(self, scheduled: datetime, random: Random) -> None:
        """A second run of the same quarter of an hour comes between two calls of the first."""
        calls = self.office.calls
        inner: list[Troubles] = []

        def between(call: Call) -> Any:
            calls.have(-1, as_asked)
            inner.append(self.office.run(scheduled))
            return call()

        calls.have(random.choice([0, 1, 2, 3, 5, 8, 12, 15, 18, 21, 24, 27, 30, 35]), between)
        self.office.run(scheduled)  # one of the two may find that the other is sending
        self.overlaps += len(inner)
        calls.have(-1, as_asked)

    def note(self) -> None:
        """Write down what is stored of the digests of these days, before it expires."""
        for one in PEOPLE:
            for back in (2, 1, 0):
                day = (self.office.now - back * DAY).date()
                if day.year != YEAR:
                    continue
                found = self.office.delivery(one, day.isoformat())
                if not found or self.states[one].get(day.isoformat()) == found["state"]:
                    continue
                self.states[one][day.isoformat()] = found["state"]
                if found["state"] == "sent":
                    window = from_text(found["window_from"]), from_text(found["window_to"])
                    self.windows[one].append((day, *window))


def lost(random: Random) -> set[datetime]:
    """The runs that never take place: single ones, and each third day an hour of them."""
    single = {one for one in quarters(BEGINS, ENDS) if random.random() < 0.03}
    outages = set()
    for number in range(0, 365, 3):
        begin = BEGINS + number * DAY + random.randrange(96) * QUARTER
        outages |= {begin + place * QUARTER for place in range(4)}
    return single | outages


@pytest.fixture(scope="module")
def year() -> Iterator[Year]:
    with pytest.MonkeyPatch.context() as patch:
        random = Random(SEED)
        office = Office(FILE, date(YEAR, 1, 1), BEGINS, patch)
        year, missing = Year(office), lost(random)
        crosses_at = BEGINS - 2 * DAY
        cooling: list[str] = []
        again: list[tuple[datetime, datetime]] = []
        for scheduled in quarters(BEGINS, ENDS + DAY):
            while crosses_at < scheduled:
                if crosses_at.month != QUIET_MONTH:
                    email = f"p{len(year.crossings)}@example.org"
                    office.turns_hot(email, crosses_at)
                    year.crossings[email] = crosses_at
                    cooling.append(email)
                crosses_at += timedelta(minutes=random.randrange(60, 60 * 96))
            while cooling and year.crossings[cooling[0]] + HOT_FOR + QUARTER < scheduled:
                office.cools(cooling.pop(0), scheduled)
            if scheduled not in missing:
                late = 12 * MINUTE if random.random() < 0.02 else timedelta(seconds=2)
                year.run(scheduled, scheduled + late, random)
                if random.random() < 0.03:  # it is tried again, after the next one or before
                    after = random.choice([1, 3, 14, 16, 40]) * MINUTE
                    again.append((scheduled + after, scheduled))
            for begins, at in [one for one in again if one[0] < scheduled + QUARTER]:
                again.remove((begins, at))
                year.run(at, begins, random)
            if scheduled.hour in (0, 12) and not scheduled.minute:
                year.note()
                office.expire()
        year.note()
        yield year


def expected(year: Year, person: Person) -> dict[str, datetime]:
    """Each day's digest, with the begin of the first run that was for its time or a later one."""
    found, runs = {}, sorted(year.runs)
    place = 0
    for day, due in person.due():
        while runs[place][1] < due:
            place += 1
        begins, scheduled = runs[place]
        assert scheduled - due < timedelta(hours=3)
        found[day.isoformat()] = begins
    return found


@pytest.mark.parametrize("one", PEOPLE)
def test_each_working_day_has_one_digest_at_the_local_hour(year: Year, one: str) -> None:
    wanted = expected(year, PEOPLE[one])
    assert year.states[one].keys() == wanted.keys()
    sent = {day for day, state in year.states[one].items() if state == "sent"}
    assert set(year.states[one].values()) <= {"sent", "let_be"}
    mailed = {day: [mail.at for mail in year.office.to(one, day)] for day in wanted}
    assert mailed == {day: [at] * (day in sent) for day, at in wanted.items()}
    hot = {day for day, at in wanted.items() if is_somebody_hot(year, at)}
    assert hot <= sent
    quiet = {day for day in wanted if "2026-02-10" < day < "2026-02-28"}
    mailed_anyway = {"bob": set(), "ram": {"2026-02-16", "2026-02-23"}}.get(one, quiet)
    assert len(quiet) >= 7
    assert sent & quiet == mailed_anyway


def is_somebody_hot(year: Year, at: datetime) -> bool:
    return any(
        crossed + 2 * QUARTER < at < crossed + HOT_FOR - QUARTER
        for crossed in year.crossings.values()
    )


@pytest.mark.parametrize("one", PEOPLE)
def test_each_crossing_is_in_one_window_and_in_its_mail(year: Year, one: str) -> None:
    windows = year.windows[one]
    ends = [end for _, _, end in windows]
    assert [begin for _, begin, _ in windows[1:]] == ends[:-1]
    assert all(begin < end for _, begin, end in windows)
    wanted, started = expected(year, PEOPLE[one]), dict(year.runs)
    for day, _, end in windows:
        assert end == started[wanted[day.isoformat()]] - SETTLED
    looked_for = 0
    for email, at in year.crossings.items():
        if not windows[0][1] <= at < ends[-1]:
            continue
        ((day, _, end),) = [window for window in windows if window[1] <= at < window[2]]
        if end + SETTLED < at + HOT_FOR:
            looked_for += 1
            (mail,) = year.office.to(one, day.isoformat())
            assert email in mail.text
    assert looked_for > 100


def test_the_year_has_what_it_is_run_for(year: Year) -> None:
    """Clocks that skip or repeat an hour on somebody's day; runs that are lost, late or overlap."""
    assert year.office.to("nox", "2026-03-29")[0].at >= datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert year.office.to("nox", "2026-10-25")[0].at < datetime(2026, 10, 25, 1, tzinfo=UTC)
    assert year.office.to("eve", "2026-11-01")[0].at < datetime(2026, 11, 1, 6, tzinfo=UTC)
    assert year.overlaps > 100
    scheduled = [one for _, one in sorted(year.runs)]
    assert scheduled != sorted(scheduled)
    assert len(scheduled) > len(set(scheduled))
    assert len(set(scheduled)) < len(list(quarters(BEGINS, ENDS))) - 400
    known = {f"digest#{one}#{day}" for one in PEOPLE for day in year.states[one]}
    mailed = {mail.delivery for mail in year.office.mails if mail.at < ENDS - 4 * QUARTER}
    assert mailed < {delivery_hash(one) for one in known}
    assert len(mailed) > 1_000
