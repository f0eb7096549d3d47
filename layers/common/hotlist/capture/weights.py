"""Headers that list what a browser wants and how much, as `pl,en;q=0.8`. Pure."""

import re
from typing import Final

_MAX_HEADER: Final = 500
_MAX_LISTED: Final = 20
_WEIGHT: Final = re.compile(r"q\s*=\s*(0?\.[0-9]{1,9}|0\.?|1(?:\.0{0,9})?)\s*\Z", re.IGNORECASE)


def weighed(header: str) -> list[tuple[str, float]]:
    """What a header lists, in its order and small letters, with weights from 0 to 1.

    A weight that cannot be read is 0.
    """
    found = []
    for one in header[:_MAX_HEADER].split(",")[:_MAX_LISTED]:
        name, *rest = one.split(";")
        said = [part.strip() for part in rest if part.strip()[:1] in ("q", "Q")]
        weight = _WEIGHT.match(said[-1]) if said else None
        value = float(weight[1]) if weight else 0.0 if said else 1.0
        found.append((name.strip().lower(), value))
    return found
