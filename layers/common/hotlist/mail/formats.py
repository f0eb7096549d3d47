"""How numbers, dates and times are written in the language of whoever reads them. Pure.

The patterns stand in formats.json beside this module: `make formats` writes that file from the
CLDR, Unicode's collection of them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

_WEEK: Final = 7
_NOON: Final = 12
_THIS_YEAR: Final = 300
"""Days within which a day is told without its year."""


@dataclass(frozen=True, slots=True)
class Formats:
    """The formats of one language."""

    source: Mapping[str, Any]

    # --- numbers ------------------------------------------------------------------------

    def number(self, value: int | Decimal, places: int = 0) -> str:
        """The number with its thousands in groups, and with so many decimal places at most."""
        symbols = self.source["numbers"]
        rounded = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
        whole, _, fraction = f"{abs(rounded):,f}".partition(".")
        fraction = fraction.rstrip("0")
        written = str(whole.replace(",", symbols["group"]))
        written += f"{symbols['decimal']}{fraction}" if fraction else ""
        return f"{symbols['minus']}{written}" if rounded < 0 else written

    def change(self, value: int | Decimal) -> str:
        """The number with its sign, as a change is written."""
        return f"{self.source['numbers']['plus'] if value > 0 else ''}{self.number(value)}"

    def percent(self, ratio: Decimal) -> str:
        """0.12 as `12%`, without decimal places."""
        return str(self.source["numbers"]["percent"].format(self.number(ratio * 100)))

    def plural(self, count: int) -> str:
        """The form that a word takes beside this number: `one`, `few`, `many`, `other`.

        A negative number has the form of the number without its sign.
        """
        rules, counted = self.source["plural"], abs(count)
        form: str = rules["exact"].get(str(counted)) or rules["last_two"][counted % 100]
        return form

    def counted(self, forms: Mapping[str, str], count: int, **names: str) -> str:
        """The text of these for a number of things. Its `{count}` becomes the number."""
        return forms[self.plural(count)].format(count=self.number(count), **names)

    # --- days and times -----------------------------------------------------------------

    def day(self, day: date) -> str:
        """The day without its year: `Mar 29`."""
        return self._written("day", day)

    def day_of_year(self, day: date) -> str:
        """The day with its year: `Mar 29, 2026`."""
        return self._written("day_year", day)

    def full_day(self, day: date) -> str:
        """The day in full: `Sunday, March 29, 2026`."""
        return self._written("weekday_day", day)

    def long_day(self, day: date) -> str:
        """The day with its month in full: `March 29, 2026`."""
        return self._written("day_long", day)

    def weekday(self, day: date) -> str:
        name: str = self.source["weekdays"][day.weekday()]
        return name

    def time(self, at: time | datetime) -> str:
        """The time of day: `7:30 AM`, `07:30`."""
        return str(
            self.source["patterns"]["time"].format_map(
                {
                    "h": at.hour % _NOON or _NOON,
                    "H": at.hour,
                    "HH": f"{at.hour:02}",
                    "mm": f"{at.minute:02}",
                    "a": self.source["periods"][at.hour >= _NOON],
                }
            )
        )

    def near_day(self, day: date, today: date) -> str:
        """A day as people say it: `yesterday`, `Monday` within a week, else its date."""
        days = (day - today).days
        if near := self.source["near"].get(str(days)):
            return str(near)
        if abs(days) < _WEEK:
            return self.weekday(day)
        return self.day(day) if abs(days) < _THIS_YEAR else self.day_of_year(day)

    def coming_day(self, day: date, today: date, on: Sequence[str]) -> str:
        """A day to come within a sentence: `tomorrow`, `on Monday` within a week, else its date.

        `on` has the days of the week as a sentence has them, from Monday.
        """
        days = (day - today).days
        near = self.source["near"].get(str(days))
        return str(near or (on[day.weekday()] if 0 < days < _WEEK else self.day(day)))

    def moment(self, at: datetime, zone: ZoneInfo, now: datetime | None = None) -> str:
        """An instant in a time zone: `Mar 29, 7:30 AM`.

        With `now` its day is told as people say it: `yesterday, 7:30 AM`. A day of another year
        has its year and no time.
        """
        local = at.astimezone(zone)
        today = local.date() if now is None else now.astimezone(zone).date()
        day = self.day(local) if now is None else self.near_day(local.date(), today)
        if abs((local.date() - today).days) >= _THIS_YEAR:
            return day
        return str(self.source["patterns"]["both"].format(self.time(local), day))

    def _written(self, pattern: str, day: date) -> str:
        return str(
            self.source["patterns"][pattern].format_map(
                {
                    "EEEE": self.weekday(day),
                    "MMMM": self.source["months"][day.month - 1],
                    "MMM": self.source["short_months"][day.month - 1],
                    "MM": f"{day.month:02}",
                    "M": day.month,
                    "d": day.day,
                    "dd": f"{day.day:02}",
                    "y": day.year,
                }
            )
        )


@cache
def formats(language: str) -> Formats:
    """The formats of a language that mails are written in."""
    return Formats(_source()[language])


@cache
def _source() -> Mapping[str, Any]:
    text = Path(__file__).with_suffix(".json").read_text("utf-8")
    source: Mapping[str, Any] = json.loads(text)
    return source
