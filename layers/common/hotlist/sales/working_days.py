"""When somebody works: their weekdays, holidays and absences, and the hours without alerts. Pure.

Days and times are local ones, so summer time moves them as it moves the clock on the wall.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Self

MOST_WAITED: Final = 30
"""Days of work beyond which nobody counts how long a lead has waited."""

_LOOKED_BACK: Final = 120


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` until before `ends`, over midnight if that is the earlier time.

    With `whole_days_off` a day on which they do not work is quiet from its begin to its end.
    """

    begins: time
    ends: time
    whole_days_off: bool = False

    def cover(self, at: time) -> bool:
        if self.begins < self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


@dataclass(frozen=True, slots=True)
class Absence:
    """Days, the first and the last included, on which `stand_in` gets somebody's mails."""

    begins: date
    ends: date
    stand_in: str

    def covers(self, day: date) -> bool:
        return self.begins <= day <= self.ends


@dataclass(frozen=True, slots=True)
class TimeOff:
    """When somebody does not work beside their weekends, and when they want no alerts.

    `holidays` are days. After `known_until` nobody has said which days are holidays; None if
    there are none to know.
    """

    holidays: frozenset[date] = frozenset()
    known_until: date | None = None
    absences: tuple[Absence, ...] = ()
    quiet: QuietHours | None = None

    @classmethod
    def from_checked(cls, given: Mapping[str, Any], calendars: Mapping[str, Any]) -> Self:
        """That of a recipient in a sales.yaml that the build has checked."""
        holidays = given.get("holidays", {})
        calendar = calendars.get(holidays.get("calendar"), {})
        until, quiet = calendar.get("until"), given.get("quiet_hours")
        return cls(
            holidays=frozenset(
                date.fromisoformat(day)
                for day in (*calendar.get("dates", ()), *holidays.get("dates", ()))
            ),
            known_until=None if until is None else date.fromisoformat(until),
            absences=tuple(map(_absence, given["absence"])),
            quiet=None if quiet is None else _quiet_hours(quiet),
        )

    def absence(self, day: date) -> Absence | None:
        return next((one for one in self.absences if one.covers(day)), None)


NEVER_OFF: Final = TimeOff()


def has_work(day: date, weekdays: Collection[int], off: TimeOff) -> bool:
    """Whether it is a day of work for whoever is not absent. `weekdays` count from 0, Monday."""
    return day.weekday() in weekdays and day not in off.holidays


def works(day: date, weekdays: Collection[int], off: TimeOff) -> bool:
    """Whether somebody works on a day."""
    return has_work(day, weekdays, off) and off.absence(day) is None


def is_first_of_week(day: date, weekdays: Collection[int], off: TimeOff) -> bool:
    """Whether it is the first day of its week, from Monday on, on which somebody works."""
    before = (day - timedelta(days=number) for number in range(1, day.weekday() + 1))
    return works(day, weekdays, off) and not any(works(one, weekdays, off) for one in before)


def days_waited(since: date, until: date, weekdays: Collection[int], off: TimeOff) -> int:
    """How many days of work have come after one day, the other included: `MOST_WAITED` at most."""
    back = min((until - since).days, _LOOKED_BACK)
    days = (until - timedelta(days=number) for number in range(back))
    return min(sum(has_work(day, weekdays, off) for day in days), MOST_WAITED)


def is_quiet(local: datetime, weekdays: Collection[int], off: TimeOff) -> bool:
    """Whether somebody gets no alert at this local time."""
    if off.quiet is None:
        return False
    is_whole = off.quiet.whole_days_off and not has_work(local.date(), weekdays, off)
    return is_whole or off.quiet.cover(local.time())


def _absence(given: Mapping[str, Any]) -> Absence:
    first, last = date.fromisoformat(given["from"]), date.fromisoformat(given["to"])
    return Absence(first, last, given["stand_in"])


def _quiet_hours(given: Mapping[str, Any]) -> QuietHours:
    begins, ends = time.fromisoformat(given["from"]), time.fromisoformat(given["to"])
    return QuietHours(begins, ends, given["weekends"])
