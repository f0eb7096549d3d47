"""`python -m hotlist_cli.cldr`: write the formats of the mails' languages from the CLDR.

The CLDR is Unicode's collection of how each language writes numbers and dates. Babel brings it
along, at the version that requirements/dev.txt pins; a test holds the written file equal to it.
Babel itself is too large for the layer.
"""

import json
import re
import sys
from collections.abc import Mapping
from datetime import date, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import babel
from babel import Locale
from babel.dates import DateTimePattern, format_date, get_month_names, get_period_names
from babel.numbers import format_percent

from hotlist.mail import formats

FILE: Final = Path(formats.__file__).with_suffix(".json")
LICENCE: Final = FILE.with_name("formats-licence.txt")
LANGUAGES: Final = ("en", "pl", "de")

_DAYS: Final = {"day": "MMMd", "day_year": "yMMMd"}
_LONG: Final = {"weekday_day": "full", "day_long": "long"}
_FIELD: Final = re.compile(r"%\((\w+)\)s")
_DEEP: Final = re.compile(r"\n {3,}|\n {2}(?=[\]}])")
_MONDAY: Final = date(2024, 1, 1)
_NEAR: Final = (-1, 0, 1)
_EXACT: Final = 100
"""Below it a number may have a form of its own, as 1 has; above, its last two digits decide."""


def main() -> int:
    FILE.write_text(text(), "utf-8")
    LICENCE.write_text(licence(), "utf-8")
    return 0


def text() -> str:
    """What the file has to hold."""
    made = {
        "about": f"Written by `make formats` from the CLDR of Babel {metadata.version('babel')}.",
        **{language: _extract(Locale(language)) for language in LANGUAGES},
    }
    lines = json.dumps(made, ensure_ascii=False, indent=1)
    return _DEEP.sub(" ", lines) + "\n"


def licence() -> str:
    """The licence text of the CLDR, which asks to go with its data."""
    return (Path(babel.__file__).parent / "locale-data" / "LICENSE.unicode").read_text("utf-8")


def plain(said: str) -> str:
    """With ordinary no-break spaces: fonts of older mail programs lack the narrow one."""
    return said.replace("\u202f", "\xa0")


def _extract(locale: Locale) -> dict[str, Any]:
    symbols = locale.number_symbols["latn"]
    dates = {name: locale.datetime_skeletons[key] for name, key in _DAYS.items()}
    dates |= {name: locale.date_formats[key] for name, key in _LONG.items()}
    dates["time"] = locale.time_formats["short"]
    relative = locale._data["date_fields"]["day"]["relative"]  # noqa: SLF001 - it has no door
    periods = get_period_names("abbreviated", "format", locale)
    return {
        "numbers": {
            **{name: plain(symbols[name]) for name in ("decimal", "group")},
            "plus": symbols["plusSign"],
            "minus": symbols["minusSign"],
            "percent": plain(format_percent(0, locale=locale)).replace("0", "{}"),
        },
        "plural": _plural(locale),
        "patterns": {
            **{name: _template(pattern) for name, pattern in dates.items()},
            "both": plain(locale.datetime_formats["medium"]),
        },
        "months": _listed(get_month_names("wide", "format", locale)),
        "short_months": _listed(get_month_names("abbreviated", "format", locale)),
        "weekdays": [
            plain(format_date(_MONDAY + timedelta(days=number), "EEEE", locale))
            for number in range(7)
        ],
        "periods": [plain(periods["am"]), plain(periods["pm"])],
        "near": {str(days): plain(relative[days]) for days in _NEAR},
    }


def _listed(names: Mapping[int, str]) -> list[str]:
    return [plain(names[number]) for number in sorted(names)]


def _template(pattern: DateTimePattern) -> str:
    """The pattern as a text for `format_map`, with a name for each of its fields."""
    return _FIELD.sub(r"{\1}", plain(str(pattern.format)))


def _plural(locale: Locale) -> dict[str, Any]:
    """The forms that whole numbers take: by their last two digits, but for some small ones."""
    last_two = [locale.plural_form(_EXACT + number) for number in range(_EXACT)]
    small = {number: locale.plural_form(number) for number in range(_EXACT)}
    exact = {str(number): form for number, form in small.items() if form != last_two[number]}
    return {"exact": exact, "last_two": last_two}


if __name__ == "__main__":
    sys.exit(main())
