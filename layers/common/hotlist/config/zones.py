"""The time zones that configuration may name. Only the build uses this module.

They are those of the package `tzdata`, whose version is locked, and not what the machine that
builds has: some machines have files beside IANA's zones that the functions do not have.
"""

from functools import cache
from importlib.resources import files
from typing import Final

from hotlist.config.findings import nearest

_NO_ZONE: Final = "Factory"
"""IANA's name for a clock that nobody has set."""


def time_zone(name: str) -> str:
    """The name of a time zone. :raises ValueError: if IANA has none of that name."""
    if name in time_zones():
        return name
    near = nearest(name, {one.lower(): one for one in time_zones()})
    hint = "write one like Europe/Warsaw, or UTC"
    if near is not None:
        hint = f"did you mean {next(one for one in time_zones() if one.lower() == near)!r}?"
    raise ValueError(f"{name[:100]!r} is not a time zone; {hint}")


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones, those of older spelling included."""
    listed = (files("tzdata") / "zones").read_text("utf-8")
    return frozenset(listed.split()) - {_NO_ZONE}
