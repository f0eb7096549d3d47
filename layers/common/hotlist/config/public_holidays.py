"""The public holidays of a country, as the package `holidays` has them. Only the build uses it.

The functions read the dates that the build has written: the package is larger than the layer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from hotlist.config.findings import nearest

YEARS: Final = 6
"""How many years of holidays are written: that of the build, and five more."""


class UnknownPlace(ValueError):
    """There is no such country or region. `key` is the keyword that is wrong."""

    def __init__(self, key: str, message: str) -> None:
        self.key = key
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """The holidays of a country or region. After `until` nothing is known."""

    dates: tuple[date, ...]
    until: date


def public_holidays(country: str, region: str | None, first_year: int) -> PublicHolidays:
    """The holidays of `YEARS` years.

    Some countries announce them year by year: then what is known ends earlier.

    :raises UnknownPlace: if there is no such country or region.
    """
    import holidays  # noqa: PLC0415 - a large package: it is loaded by the files that need it

    known = {
        code: regions
        for code, regions in holidays.list_supported_countries(include_aliases=False).items()
        if len(code) == 2
    }
    if country not in known:
        raise UnknownPlace(
            "country", _unknown("country", country, known, "as in PL, GB (not UK) or US")
        )
    if region is not None and region not in known[country]:
        regions = known[country]
        advice = f"there are {', '.join(sorted(regions))}" if regions else "leave it out"
        raise UnknownPlace("region", _unknown(f"region of {country}", region, regions, advice))
    years = range(first_year, first_year + YEARS)
    found = sorted(holidays.country_holidays(country, subdiv=region, years=years))
    dates = tuple(day for day in found if day.year in years)
    last = dates[-1].year if dates else years[-1]
    return PublicHolidays(dates, date(last, 12, 31))


def _unknown(what: str, name: str, known: Iterable[str], advice: str) -> str:
    near = nearest(name, {one.lower(): one for one in known})
    hint = f"did you mean {next(o for o in known if o.lower() == near)!r}?" if near else advice
    return f"there is no {what} {name!r}; {hint}"
